"""What the portal did behind Git's back: live against last-applied, told apart by who moved. Pure.

Only what is managed and shown is looked at: a field that was never applied is the portal's own, and one that the API
does not show cannot be compared.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from reconciler.canonical import Json
from reconciler.model import Content, Desired, Drift, DriftedField, Entry, Live, Side
from reconciler.schemas import FieldPolicy, SchemaSet
from reconciler.secrecy import same


def drift_of(desired: Desired | None, entry: Entry, live: Live, schemas: SchemaSet) -> Drift | None:
    """The fields that live moved, or None where it moved none. Without a document, last-applied is what is desired."""
    found = moves_of(desired, entry, live, schemas)
    fields = tuple(each for each in found.fields if each.side is not Side.GIT)
    return replace(found, fields=fields) if fields else None


def moves_of(
    desired: Desired | None, entry: Entry, live: Live, schemas: SchemaSet, *, ignore: Collection[str] = ()
) -> Drift:
    """Every field that either side moved away from last-applied, in schema order; `ignore` names fields left out.

    `desired` of a field that left the document is what clears it. `live` of one that is not shown is last-applied.
    """
    wanted = entry.last_applied if desired is None else desired.content
    left_out = {*ignore, *_released(desired)}
    found = [_move(each, wanted, entry.last_applied, live.content) for each in schemas.fields.values()]
    fields = tuple(each for each in found if each is not None and each.field not in left_out)
    return Drift(key=entry.key, id=live.id, updated_at=live.updated_at, fields=fields)


def unobservable(
    desired: Desired | None, entry: Entry, live: Live, schemas: SchemaSet, *, ignore: Collection[str] = ()
) -> frozenset[str]:
    """The fields that are managed and that the API does not show: nobody can say whether they drifted."""
    left_out = {*ignore, *_released(desired)}
    return frozenset(
        name
        for name in entry.last_applied
        if name in schemas.fields and name not in live.content and name not in left_out
    )


def _released(desired: Desired | None) -> frozenset[str]:
    return frozenset() if desired is None else desired.unmanaged | desired.seed


def _move(policy: FieldPolicy, wanted: Content, applied: Content, shown: Content) -> DriftedField | None:
    """What became of one field, or None where neither side moved it."""
    name = policy.name
    aim = wanted.get(name, policy.clear)
    if name not in applied:
        # new in the document: whatever live holds, nobody moved it away from anything
        is_there = name in shown and _same(policy, shown[name], aim)
        if name not in wanted or is_there:
            return None
        return DriftedField(field=name, side=Side.GIT, last_applied=None, live=shown.get(name), desired=aim)
    before, now = applied[name], shown.get(name, applied[name])
    live_moved = not _same(policy, now, before)
    git_moved = policy.updatable and not _same(policy, aim, before)
    if not live_moved and name not in wanted and not policy.has_clear:
        return None  # it cannot be cleared, so nothing is to be done
    if not live_moved and not git_moved:
        return None
    if not git_moved:
        side = Side.LIVE
    else:
        both = Side.BOTH_SAME if _same(policy, aim, now) else Side.BOTH_APART
        side = both if live_moved else Side.GIT
    return DriftedField(field=name, side=side, last_applied=before, live=now, desired=aim)


def _same(policy: FieldPolicy, left: Json, right: Json) -> bool:
    return same(left, right, unordered=policy.unordered)
