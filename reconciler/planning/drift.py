"""What the portal did behind Git's back: live against last-applied, told apart by who moved. Pure.

Only what is managed and shown is looked at: a field that was never applied is the portal's own, and one that the API
does not show cannot be compared.
"""

from __future__ import annotations

from reconciler.canonical import Json
from reconciler.model import Desired, Drift, DriftedField, Entry, Live, Side
from reconciler.planning.compare import managed
from reconciler.schemas import SchemaSet
from reconciler.secrecy import same


def drift_of(desired: Desired | None, entry: Entry, live: Live, schemas: SchemaSet) -> Drift | None:
    """The fields that live moved, or None where it moved none. Without a document, last-applied is what is desired."""
    wanted = entry.last_applied if desired is None else managed(desired, creating=False)
    released = desired.unmanaged | desired.seed if desired is not None else frozenset()
    fields = tuple(
        _field(name, entry.last_applied[name], live.content[name], wanted.get(name), schemas)
        for name in _in_order(schemas, entry)
        if name in live.content
        and name not in released
        and not _same(schemas, name, live.content[name], entry.last_applied[name])
    )
    return Drift(key=entry.key, id=live.id, updated_at=live.updated_at, fields=fields) if fields else None


def _field(name: str, applied: Json, shown: Json, wanted: Json, schemas: SchemaSet) -> DriftedField:
    if _same(schemas, name, wanted, applied):
        side = Side.LIVE
    else:
        side = Side.BOTH_SAME if _same(schemas, name, wanted, shown) else Side.BOTH_APART
    return DriftedField(field=name, side=side, last_applied=applied, live=shown, desired=wanted)


def _same(schemas: SchemaSet, name: str, left: Json, right: Json) -> bool:
    policy = schemas.fields.get(name)
    return same(left, right, unordered=policy is not None and policy.unordered)


def _in_order(schemas: SchemaSet, entry: Entry) -> list[str]:
    return [name for name in schemas.fields if name in entry.last_applied]
