"""Outcomes of a run, as the executor would hand them to the renderer."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.errors import Diagnostic, error
from reconciler.model import Action


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    key: str
    action: Action
    status: str
    id: int | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    results: tuple[Result, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    interrupted: bool = False


REFUSED = error(
    "refused",
    "the API refused `actions.0.minutes`: it must be at least 5",
    "Correct the document and apply again.",
    file="assistants/dental/reception.yaml",
    line=2,
    column=10,
    key="dental/reception",
    field="actions.0.minutes",
)
UNKNOWN = error(
    "create-unknown",
    "no answer to the create of dental/after-hours: it may exist",
    "The next plan looks for it before anything is created again.",
    key="dental/after-hours",
)
DONE = Outcome(
    results=(
        Result(key="dental/after-hours", action=Action.CREATE, status="done", id=801),
        Result(key="dental/reception", action=Action.UPDATE, status="done", id=789),
        Result(key="dental/summer", action=Action.DELETE, status="done", id=793),
        Result(key="dental/vanished", action=Action.FORGET, status="done", id=794),
        Result(key="homes/lettings", action=Action.NO_OP, status="done", id=791),
    )
)
BROKEN = Outcome(
    results=(
        Result(key="dental/after-hours", action=Action.CREATE, status="unknown", diagnostics=(UNKNOWN,)),
        Result(key="dental/reception", action=Action.UPDATE, status="failed", id=789, diagnostics=(REFUSED,)),
        Result(key="dental/summer", action=Action.DELETE, status="done", id=793),
        Result(key="homes/viewings", action=Action.UPDATE, status="not-started", id=790),
    ),
    diagnostics=(error("breaker", "5 failures in a row that look like the server's: nothing new was begun"),),
    interrupted=True,
)
