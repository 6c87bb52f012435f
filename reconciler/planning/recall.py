"""Values that an earlier run released and nobody took: the state remembers them, and every plan says them first.

A note counts as long as no known assistant holds its value: a run that died after the claim, and before the note was
dropped, has left one that says nothing any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.canonical import canonical_bytes, equal
from reconciler.errors import Diagnostic, warning
from reconciler.frozen import dataclass
from reconciler.model import Action, Change, Entry, HandOver, Unassigned
from reconciler.planning.exclusive import Stance, held
from reconciler.schemas import SchemaSet

UNANSWERED = "unanswered"


@dataclass(frozen=True, kw_only=True, slots=True)
class Recalled:
    """A value that nobody holds; `key` is the entry with its note, as it is called after the plan."""

    key: str
    note: Unassigned
    taker: str | None


def recalled(entries: Mapping[str, Entry], stances: Sequence[Stance], schemas: SchemaSet) -> list[Recalled]:
    """Every noted value that nobody holds before the plan, with who takes it in this plan, in order of the keys."""
    moved = {each.change.moved_from: each.key for each in stances if each.change is not None and each.change.moved_from}
    found: list[Recalled] = []
    for key in sorted(entries):
        for note in entries[key].unassigned:
            if _holder(note, stances, schemas, after=False) is None:
                taker = _holder(note, stances, schemas, after=True)
                found.append(Recalled(key=moved.get(key, key), note=note, taker=taker))
    return found


def claims(found: Sequence[Recalled], changes: Sequence[Change]) -> list[HandOver]:
    """The hand-overs that end the silence, with the steps of `changes`; an earlier run made their releases."""
    by_key = {each.key: each for each in changes}
    ended: list[HandOver] = []
    for each in found:
        change = by_key.get(each.taker or "")
        if change is not None and change.requests:
            # of a create the first request says all but nulls, and of an update the last: before it is a release
            request = change.requests[0 if change.action is Action.CREATE else -1]
            ended.append(
                HandOver(
                    field=each.note.field,
                    value=each.note.value,
                    giver=each.key,
                    taker=change.key,
                    released=None,
                    claimed=request.step,
                )
            )
    return ended


def silences(found: Sequence[Recalled], claimed: Sequence[HandOver]) -> list[Diagnostic]:
    """A warning for each of them, with what this plan makes of it."""
    return [_silence(each, _claim(each, claimed)) for each in found]


def _claim(recalled: Recalled, claimed: Sequence[HandOver]) -> HandOver | None:
    note = recalled.note
    of = [each for each in claimed if (each.giver, each.field) == (recalled.key, note.field)]
    return next((each for each in of if equal(each.value, note.value)), None)


def _holder(note: Unassigned, stances: Sequence[Stance], schemas: SchemaSet, *, after: bool) -> str | None:
    policy = schemas.fields.get(note.field)
    if policy is None:
        return None
    mark = canonical_bytes(note.value)
    for each in stances:
        value = held(policy, each.after if after else each.before)
        if value is not None and canonical_bytes(value) == mark:
            return each.key
    return None


def _silence(recalled: Recalled, claim: HandOver | None) -> Diagnostic:
    note = recalled.note
    value = canonical_bytes(note.value).decode()
    then = "and nobody takes it in this plan" if claim is None else f"{claim.taker} takes it in step {claim.claimed}"
    advice = (
        "Give it to an assistant, if somebody may still call it;"
        f" else `reconciler state forget {recalled.key} --unanswered` gives it up."
    )
    return warning(
        UNANSWERED,
        f"`{note.field}` {value}: unanswered since {note.since}, {then}",
        advice if claim is None else None,
        key=recalled.key,
        field=note.field,
    )
