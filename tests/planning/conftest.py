"""One profile for Hypothesis: few examples, always the same, for runs that repeat these tests a thousand times."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("mutants", max_examples=6, derandomize=True, database=None)
