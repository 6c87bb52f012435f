"""The one line that tells how far a run has come."""

from __future__ import annotations

import pytest

from reconciler.render.progress import Tally, progress_line


def ended(count: int) -> set[str]:
    return {f"practice-{number}" for number in range(count)}


@pytest.mark.parametrize(
    ("tally", "seconds", "line"),
    [
        (Tally(total=40), 0.0, "0/40"),
        (Tally(total=40, ended=ended(2)), 1.0, "2/40"),
        (Tally(total=40, ended=ended(12)), 4.0, "12/40 · 3.0/s · 9 s left"),
        (Tally(total=40, ended=ended(12), retries=1), 4.0, "12/40 · 3.0/s · 1 retry · 9 s left"),
        (
            Tally(total=40, ended=ended(12), retries=2, paused_until=24.25),
            4.0,
            "12/40 · 3.0/s · 2 retries · waits 20 s",
        ),
        (Tally(total=40, ended=ended(12), paused_until=3.9), 4.0, "12/40 · 3.0/s · 9 s left"),
        (Tally(total=40, ended=ended(40)), 10.0, "40/40 · 4.0/s"),
        (Tally(total=5000, ended=ended(50)), 10.0, "50/5000 · 5.0/s · 16 min 30 s left"),
        (Tally(total=90000, ended=ended(10)), 1.0, "10/90000 · 10.0/s · 2 h 29 min left"),
        (Tally(total=40, ended=ended(3)), 0.0, "3/40"),
    ],
)
def test_a_line_says_what_is_known(tally: Tally, seconds: float, line: str) -> None:
    """Done of all, and as far as it can be told: the rate, the retries, and the pause or the time left."""
    assert progress_line(tally, seconds) == line
