"""What every test may rely on, however the run was started."""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, Phase, settings

# a shell that starts a job in the background has it ignore Ctrl-C, and every process that it starts as well
signal.signal(signal.SIGINT, signal.default_int_handler)

# a law is no quicker to find on a busy machine; how long a search takes says nothing of it
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
# `make mutants` repeats the tests a thousand times: few examples, always the same, and one that fails is enough
settings.register_profile(
    "mutants",
    settings.default,
    max_examples=6,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
)
