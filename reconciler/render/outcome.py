"""How an apply ended, as text and as JSON: what failed and what to do, then the counts of what was recorded. Pure.

The outcome itself is the executor's, which stands above this floor; what is needed of it is the protocol here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from reconciler.canonical import Json
from reconciler.errors import Diagnostic
from reconciler.model import Action
from reconciler.planfile import FORMAT_VERSION, diagnostic_to_json
from reconciler.render.diagnostics_text import Sources, diagnostic_lines
from reconciler.render.escape import terminal_safe
from reconciler.render.paint import Role, paint


class ShownResult(Protocol):
    """How one change ended: `status` is done, failed, not-started or unknown."""

    @property
    def key(self) -> str: ...
    @property
    def action(self) -> Action: ...
    @property
    def status(self) -> str: ...
    @property
    def id(self) -> int | None: ...
    @property
    def diagnostics(self) -> Sequence[Diagnostic]: ...


class ShownOutcome(Protocol):
    """How a run ended. `diagnostics` are about the run, those about one change stand in its result."""

    @property
    def results(self) -> Sequence[ShownResult]: ...
    @property
    def diagnostics(self) -> Sequence[Diagnostic]: ...
    @property
    def interrupted(self) -> bool: ...


_TOLD: dict[str, tuple[str, Role]] = {
    "done": ("done", "create"),
    "failed": ("failed", "blocked"),
    "not-started": ("not started", "quiet"),
    "unknown": ("outcome unknown", "warning"),
}
BARE_SHOWN = 10
"""Changes that were not started, for no fault of their own, are named up to so many: one signal leaves thousands."""
_COUNTED = {"created": Action.CREATE, "updated": Action.UPDATE, "deleted": Action.DELETE, "forgotten": Action.FORGET}


def render_outcome(outcome: ShownOutcome, *, color: bool = False, sources: Sources | None = None) -> str:
    """What needs attention, then `Apply complete: 2 created, 3 updated, 0 deleted.` as the last line.

    Where something is left to do the last line is
    `Apply incomplete: 2 created, 1 updated, 0 deleted; 1 failed, 3 not started, 1 unknown.`
    """
    told = [each for each in outcome.results if _needs_attention(each)]
    blocks = [list(_result_lines(each, color, sources)) for each in told if not _is_bare(each)]
    blocks.append(list(_bare_lines([each for each in told if _is_bare(each)], color)))
    blocks.append(list(diagnostic_lines(outcome.diagnostics, color=color, sources=sources)))
    blocks.append(list(_totals(outcome)))
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def outcome_to_json(environment: str, outcome: ShownOutcome) -> dict[str, Json]:
    """The same as JSON; every change that the run was to make is in `results`, in plan order."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": environment,
        "summary": dict(_summary(outcome)),
        "results": [
            {
                "key": each.key,
                "action": each.action.value,
                "status": str(each.status),
                "id": each.id,
                "diagnostics": [diagnostic_to_json(told) for told in each.diagnostics],
            }
            for each in outcome.results
        ],
        "diagnostics": [diagnostic_to_json(each) for each in outcome.diagnostics],
        "interrupted": outcome.interrupted,
    }


def _needs_attention(result: ShownResult) -> bool:
    return result.status != "done" or bool(result.diagnostics)


def _is_bare(result: ShownResult) -> bool:
    """Never begun, for no fault of its own: there is nothing to say but that."""
    return result.status == "not-started" and not result.diagnostics


def _bare_lines(results: Sequence[ShownResult], color: bool) -> Iterator[str]:
    shown = results if len(results) <= BARE_SHOWN + 1 else results[:BARE_SHOWN]
    for each in shown:
        yield from _result_lines(each, color, None)
    if len(shown) < len(results):
        yield f"  and {len(results) - len(shown)} more that were not started"


def _result_lines(result: ShownResult, color: bool, sources: Sources | None) -> Iterator[str]:
    told, role = _TOLD[result.status]
    number = f" (id {result.id})" if result.id is not None else ""
    yield f"  {terminal_safe(result.key)}{number}  {result.action.value}: {paint(told, role, color=color)}"
    yield from diagnostic_lines(result.diagnostics, color=color, sources=sources, indent="      ")


def _totals(outcome: ShownOutcome) -> Iterator[str]:
    counts = _summary(outcome)
    moved = sum(each.action is Action.NO_OP and each.status == "done" for each in outcome.results)
    also = [f"{number} {word}" for number, word in ((counts["forgotten"], "forgotten"), (moved, "moved")) if number]
    if also:
        yield f"Also: {', '.join(also)}."
    done = f"{counts['created']} created, {counts['updated']} updated, {counts['deleted']} deleted"
    broken = outcome.interrupted or any(each.severity == "error" for each in outcome.diagnostics)
    if not broken and all(each.status == "done" for each in outcome.results):
        yield f"Apply complete: {done}."
        return
    if outcome.interrupted:
        yield "Interrupted: what was in flight was finished, and nothing new was begun."
    yield "What was done is recorded. `reconciler plan` shows what is left, and `reconciler apply` does it."
    left = f"{counts['failed']} failed, {counts['not_started']} not started, {counts['unknown']} unknown"
    yield f"Apply incomplete: {done}; {left}."


def _summary(outcome: ShownOutcome) -> dict[str, int]:
    done = [each.action for each in outcome.results if each.status == "done"]
    counts = {word: done.count(action) for word, action in _COUNTED.items()}
    for status in ("failed", "not-started", "unknown"):
        counts[status.replace("-", "_")] = sum(each.status == status for each in outcome.results)
    return counts
