"""What is told of a run that was cut short."""

from __future__ import annotations

from reconciler.model import Action
from reconciler.render.outcome import render_outcome
from tests.render.outcomes import REFUSED, Outcome, Result


def test_what_was_merely_not_started_is_named_once_and_counted() -> None:
    """A signal in a run of hundreds: ten names, one number; what has a reason of its own is told whole."""
    waiting = [Result(key=f"practice-{n:03}", action=Action.UPDATE, status="not-started", id=n) for n in range(1, 301)]
    held = Result(key="practice-000", action=Action.UPDATE, status="not-started", diagnostics=(REFUSED,))
    text = render_outcome(Outcome(results=(held, *waiting), interrupted=True))
    assert "practice-010 (id 10)  update: not started\n  and 290 more that were not started\n" in text
    assert "practice-011" not in text
    assert "the API refused" in text
    assert text.endswith("Apply incomplete: 0 created, 0 updated, 0 deleted; 0 failed, 301 not started, 0 unknown.\n")
    eleven = render_outcome(Outcome(results=tuple(waiting[:11]), interrupted=True))
    assert "practice-011" in eleven
    assert "more that" not in eleven
