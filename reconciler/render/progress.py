"""How far a run has come, in one short line. Pure: seconds are an argument."""

from __future__ import annotations

from dataclasses import field

from reconciler.frozen import dataclass
from reconciler.render.escape import terminal_safe

SOON = 3
"""Changes after which a rate says something."""


@dataclass(kw_only=True, slots=True)
class Tally:
    """What has happened so far. `paused_until` is when everything goes on, in seconds since the run began."""

    total: int
    ended: set[str] = field(default_factory=set)
    retries: int = 0
    paused_until: float = 0.0


def progress_line(tally: Tally, seconds: float) -> str:
    """`12/40 · 3.1/s · 2 retries · 9 s left`, as far as each is known after `seconds`."""
    ended = len(tally.ended)
    parts = [f"{ended}/{tally.total}"]
    rate = ended / seconds if ended >= SOON and seconds > 0 else None
    if rate is not None:
        parts.append(f"{rate:.1f}/s")
    if tally.retries:
        parts.append(f"{tally.retries} {'retry' if tally.retries == 1 else 'retries'}")
    if tally.paused_until > seconds:
        parts.append(f"waits {_span(tally.paused_until - seconds)}")
    elif rate is not None and ended < tally.total:
        parts.append(f"{_span((tally.total - ended) / rate)} left")
    return " · ".join(parts)


def pause_line(seconds: float, why: str) -> str:
    """What is said of a pause that a run makes before it asks again."""
    return terminal_safe(f"waiting {seconds:.1f} s: {why}")


def _span(seconds: float) -> str:
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
