"""What every test may rely on, however the run was started."""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

# a shell that starts a job in the background has it ignore Ctrl-C, and every process that it starts as well
signal.signal(signal.SIGINT, signal.default_int_handler)

# few examples, always the same, and at any speed: `make mutants` repeats the tests a thousand times
settings.register_profile(
    "mutants",
    max_examples=6,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
