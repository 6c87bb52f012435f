"""Two plans side by side: what the second would do that the first would not, and the other way round. Pure.

Compared is what is done to an assistant, not in which step: steps move when other changes come or go.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.canonical import Json, exact_digest
from reconciler.frozen import dataclass
from reconciler.model import Action, Change, FieldChange, Plan


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldDifference:
    """One field of a change that both plans make: what each sends, None where a plan leaves it alone."""

    field: str
    first: FieldChange | None
    second: FieldChange | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeDifference:
    """One assistant of which the two plans say different things. A change is None where a plan has none for it."""

    key: str
    first: Change | None
    second: Change | None
    fields: tuple[FieldDifference, ...] = ()


def plan_difference(first: Plan, second: Plan) -> tuple[ChangeDifference, ...]:
    """Every assistant to which the second plan would do something else than the first, by key."""
    left, right = _acting(first), _acting(second)
    found = [_between(key, left.get(key), right.get(key)) for key in sorted({*left, *right})]
    return tuple(each for each in found if each is not None)


def _acting(plan: Plan) -> dict[str, Change]:
    return {each.key: each for each in plan.changes if each.mutates_state or each.action is Action.BLOCKED}


def _between(key: str, first: Change | None, second: Change | None) -> ChangeDifference | None:
    if first is None or second is None:
        return ChangeDifference(key=key, first=first, second=second)
    if _meaning(first) == _meaning(second):
        return None
    left, right = _fields(first), _fields(second)
    fields = tuple(
        FieldDifference(field=name, first=left.get(name), second=right.get(name))
        for name in dict.fromkeys((*left, *right))
        if _value(left.get(name)) != _value(right.get(name))
    )
    return ChangeDifference(key=key, first=first, second=second, fields=fields)


def _meaning(change: Change) -> str:
    requests: list[Json] = [
        [each.method, each.path, None if each.body is None else dict(each.body)] for each in change.requests
    ]
    content: dict[str, Json] = {
        "action": change.action.value,
        "id": change.id,
        "moved_from": change.moved_from,
        "releases": list(change.releases),
        "protect": change.protect,
        "requests": requests,
        "record": dict(change.record),
    }
    return exact_digest(content)


def _fields(change: Change) -> Mapping[str, FieldChange]:
    return {each.field: each for each in change.fields}


def _value(change: FieldChange | None) -> str | None:
    return None if change is None else exact_digest([change.op, change.before, change.after])
