"""What every test may rely on, however the run was started."""

from __future__ import annotations

import signal

# a shell that starts a job in the background has it ignore Ctrl-C, and every process that it starts as well
signal.signal(signal.SIGINT, signal.default_int_handler)
