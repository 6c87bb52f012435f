"""What a plan may do before somebody has to say that it is meant. Pure: the plan is shown first, then refused.

Each limit has its own override on the command line, named in its refusal; none can be set from the environment of the
process, where it would be set once and forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from reconciler.canonical import canonical_bytes
from reconciler.errors import Diagnostic, error, warning
from reconciler.frozen import dataclass
from reconciler.model import Action, Change, Plan
from reconciler.planning.exclusive import Stance, held
from reconciler.schemas import SchemaSet

FEW = 10
"""Below this many managed assistants the default share says nothing: one of three is a third."""
UNASSIGNED = "unassigned"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How much one plan may do before it is refused. Shares are of what is managed, from 0 to 1; None is no limit.

    `delete_from` is the number of managed assistants from which the share of deletes counts: ten for the default, and
    none for a share that somebody wrote.
    """

    delete: float | None = 0.3
    delete_from: int = FEW
    update: float | None = None
    unassigned: Literal["allow", "refuse"] = "allow"


@dataclass(frozen=True, kw_only=True, slots=True)
class Overrides:
    """What the command line says is meant, limit by limit."""

    deletes: bool = False
    updates: bool = False
    unassigned: bool = False


def refusals(plan: Plan, *, managed: int, limits: Limits, overrides: Overrides) -> tuple[Diagnostic, ...]:
    """Why the plan must not be applied as it stands; empty where it may. `managed` counts the entries."""
    found = [
        None
        if overrides.deletes
        else _too_many(Action.DELETE, plan, managed, limits.delete if managed >= limits.delete_from else None),
        None if overrides.updates else _too_many(Action.UPDATE, plan, managed, limits.update),
        None if overrides.unassigned or limits.unassigned == "allow" else _silence(plan),
    ]
    return tuple(each for each in found if each is not None)


def left_unassigned(stances: Sequence[Stance], schemas: SchemaSet) -> tuple[Diagnostic, ...]:
    """A warning for every exclusive value that is held before the plan and by nobody after it."""
    found: list[Diagnostic] = []
    for policy in schemas.exclusive_fields:
        leaving = [each for each in stances if each.before is not each.after and held(policy, each.before) is not None]
        kept = {canonical_bytes(held(policy, each.after)) for each in stances} if leaving else set()
        for each in leaving:
            mark = canonical_bytes(held(policy, each.before))
            if mark not in kept:
                found.append(_unanswered(policy.name, mark.decode(), each))
    return tuple(found)


def _too_many(action: Action, plan: Plan, managed: int, share: float | None) -> Diagnostic | None:
    concerned = [each for each in plan.changes if each.action is action]
    what, count = action.value, len(concerned)
    # a share is written in decimals: 29 of 100 is not more than 29 %, whatever the product of two floats is
    if share is None or count <= share * managed + 1e-9:
        return None
    return error(
        f"too-many-{what}s",
        f"this plan {what}s {count} of {managed} managed assistants; the limit is {share:.0%}",
        f"If that is meant, pass `--allow-{what}s`, or raise `limits.{what}` of the environment in reconciler.yaml.",
        loses=tuple(_lost(each) for each in concerned),
        commands=((f"--allow-{what}s",),),
    )


def _lost(change: Change) -> str:
    """What one delete or update takes away that is there now."""
    assistant = f"{change.key} (id {change.id})"
    if change.action is Action.DELETE:
        return f"{assistant}, for good"
    return f"{assistant}: {', '.join(sorted(each.field for each in change.fields))} as it is now"


def _silence(plan: Plan) -> Diagnostic | None:
    values = [each for each in plan.diagnostics if each.code == UNASSIGNED]
    if not values:
        return None
    return error(
        "would-be-unassigned",
        f"this plan leaves values that nobody answers any more: {len(values)}",
        "If that is meant, pass `--allow-unassigned`; else give each of them to another assistant in the same plan.",
        loses=tuple(each.summary for each in values),
        commands=(("--allow-unassigned",),),
    )


def _unanswered(field: str, value: str, last: Stance) -> Diagnostic:
    change = last.change
    assert change is not None
    return warning(
        UNASSIGNED,
        f"`{field}` {value}: nobody answers it any more",
        "Give it to another assistant in the same plan, if somebody may still call it.",
        file=change.file,
        line=change.line,
        key=last.key,
        field=field,
    )
