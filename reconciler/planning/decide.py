"""The decision table: what happens to one key, from what the files, the state and (where read) live say of it.

Each function below is a row or a few rows of the table in docs/planning.md. Requests here carry no steps yet; `order`
numbers them once all changes are known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from reconciler.canonical import Json
from reconciler.entries import entry_digest
from reconciler.errors import Diagnostic
from reconciler.frozen import dataclass
from reconciler.model import (
    Action,
    Change,
    Content,
    Desired,
    Entry,
    FieldChange,
    Live,
    Pending,
    Reason,
    Request,
    Settled,
)
from reconciler.model.plans import up_to_date
from reconciler.planning import problems
from reconciler.planning.begun import Finding
from reconciler.planning.compare import Comparison, compare, managed
from reconciler.planning.findings import with_finding
from reconciler.planning.risk import field_risk, worst
from reconciler.planning.twins import Twins, name_of
from reconciler.schemas import SchemaSet

UNNUMBERED = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """Everything that the decisions look at. `live` is None where it was not read, else what was read, by id.

    `entries` are without those of `settled` keys. `orphans` are entries whose document is gone and that no document
    moves from, by key; `twins` tells them by what they look like. `begun` has the entries of begun creates as they are
    stored, and `findings` what the list says of them, as far as it was asked; `entries` have what is certain of that
    taken over.
    """

    schemas: SchemaSet
    entries: Mapping[str, Entry]
    settled: Sequence[Settled]
    orphans: Mapping[str, Entry]
    twins: Twins
    begun: Mapping[str, Entry]
    findings: Mapping[str, Finding]
    live: Mapping[int, Live] | None
    prune: bool
    allow_new: bool
    allow_protected: bool

    def live_of(self, id: int | None) -> Live | None:
        return None if self.live is None or id is None else self.live.get(id)

    def is_gone(self, id: int | None) -> bool:
        """Whether live was read and shows that the assistant does not exist any more."""
        return self.live is not None and id is not None and id not in self.live


def decide_document(desired: Desired, sides: Sides) -> Change:
    """The change for a key that has a document."""
    return with_finding(_decided(desired, sides), sides.begun, sides.findings)


def _decided(desired: Desired, sides: Sides) -> Change:
    entry = sides.entries.get(desired.key)
    if entry is None:
        return _without_entry(desired, sides)
    if entry.pending is not None:
        return _blocked(desired, entry, Reason.CREATE_INCOMPLETE, _incomplete(desired, entry.key, entry.pending, sides))
    if entry.id is None:
        # as good as none, but a saved plan must see when it moves
        return replace(_bound_or_new(desired, sides), expects=entry_digest(entry))
    if desired.id is not None and desired.id != entry.id:
        return _blocked(desired, entry, Reason.ID_CONFLICT, problems.other_id(desired, entry))
    return _existing(desired, entry, sides)


def _incomplete(desired: Desired, key: str, pending: Pending, sides: Sides) -> Diagnostic:
    return replace(
        problems.incomplete(key, pending, sides.findings.get(key), of=desired.key), **problems.place(desired)
    )


def decide_orphan(key: str, entry: Entry, sides: Sides) -> Change:
    """The change for an entry whose document is gone."""
    return with_finding(_decided_orphan(key, entry, sides), sides.begun, sides.findings)


def _decided_orphan(key: str, entry: Entry, sides: Sides) -> Change:
    bare = Change(
        key=key,
        action=Action.NO_OP,
        reason=Reason.ORPHANED,
        id=entry.id,
        file=None,
        line=None,
        name=name_of(entry.last_applied, sides.schemas),
        expects=entry_digest(entry),
    )
    if entry.pending is not None:
        action = Action.BLOCKED if sides.prune else Action.NO_OP
        told = problems.incomplete(key, entry.pending, sides.findings.get(key))
        told = replace(told, severity="error" if sides.prune else "warning")
        return replace(bare, action=action, reason=Reason.CREATE_INCOMPLETE, diagnostics=(told,))
    if entry.id is None or sides.is_gone(entry.id):
        return replace(bare, action=Action.FORGET, reason=Reason.REMOVED_FROM_CONFIG)
    if not sides.prune:
        return bare
    return _pruned(bare, entry, sides)


def _without_entry(desired: Desired, sides: Sides) -> Change:
    source = sides.entries.get(desired.moved_from) if desired.moved_from else None
    if source is not None and source.pending is not None:
        # the begun create may have made this very assistant: another must not follow under the new name
        told = _incomplete(desired, source.key, source.pending, sides)
        return _blocked(desired, None, Reason.CREATE_INCOMPLETE, told)
    if source is not None and source.id is not None:
        return _moved(desired, source, sides)
    change = _bound_or_new(desired, sides)
    if source is not None and source.key in sides.begun and change.action is Action.CREATE:
        # the old entry goes along: left behind, it would claim what is created here if this run dies
        return replace(change, moved_from=source.key)
    return change


def _bound_or_new(desired: Desired, sides: Sides) -> Change:
    if desired.id is not None:
        return _adopted(desired, sides)
    known = {desired.key, desired.moved_from} & set(sides.begun)
    twin = None if sides.allow_new or known else sides.orphans.get(sides.twins.of(desired, sides.schemas) or "")
    if twin is not None:
        return _blocked(desired, None, Reason.LOOKS_LIKE_RENAME, problems.rename(desired, twin))
    return _create(desired, sides, Reason.NEW)


def _existing(desired: Desired, entry: Entry, sides: Sides, *, moves: bool = False) -> Change:
    if sides.is_gone(entry.id):
        return replace(_create(desired, sides, Reason.MISSING_LIVE), expects=entry_digest(entry))
    comparison = compare(desired, entry, sides.live_of(entry.id), sides.schemas)
    change = _update(desired, entry, comparison, _why(comparison), sides.schemas)
    if change.action is not Action.NO_OP or moves or entry.key in sides.begun:
        return change  # one with something to record, be it its new key or the id that was found
    assert entry.id is not None
    name = name_of(desired.content, sides.schemas) or name_of(entry.last_applied, sides.schemas)
    settled = Settled(entry.key, entry.id, desired.file, name, desired.protect, {})
    return replace(up_to_date(settled), diagnostics=change.diagnostics)


def _why(comparison: Comparison) -> Reason:
    if comparison.already_live or any(each.field in comparison.drifted for each in comparison.changes):
        return Reason.CONFIG_CHANGED_AND_DRIFTED if comparison.config_changed else Reason.DRIFTED
    return Reason.CONFIG_CHANGED


def _moved(desired: Desired, source: Entry, sides: Sides) -> Change:
    """The entry goes to its new key, whatever else changes; a move alone is worth recording."""
    if desired.id is not None and desired.id != source.id:
        return _blocked(desired, None, Reason.ID_CONFLICT, problems.other_id(desired, source))
    change = _existing(desired, source, sides, moves=True)
    told = problems.moved(desired, source)
    reason = Reason.MOVED if change.action is Action.NO_OP else change.reason
    return replace(change, moved_from=source.key, reason=reason, diagnostics=(*change.diagnostics, told))


def _adopted(desired: Desired, sides: Sides) -> Change:
    known = chain(((each.key, each.id) for each in sides.entries.values()), ((s.key, s.id) for s in sides.settled))
    holder = next((key for key, id in known if id == desired.id), None)
    if holder is not None:
        return _blocked(desired, None, Reason.ID_CONFLICT, problems.held_elsewhere(desired, holder))
    if sides.is_gone(desired.id):
        return _blocked(desired, None, Reason.ID_CONFLICT, problems.no_such_live(desired))
    assert desired.id is not None
    bare = Entry(key=desired.key, id=desired.id)
    comparison = compare(desired, bare, sides.live_of(desired.id), sides.schemas)
    change = _update(desired, bare, comparison, Reason.ADOPTED, sides.schemas)
    return replace(change, action=Action.UPDATE, expects=None)


def _create(desired: Desired, sides: Sides, reason: Reason) -> Change:
    schemas = sides.schemas
    content = managed(desired, creating=True)
    body = {name: value for name, value in content.items() if value is not None}
    lacking = [
        each for each in schemas.violations("create", body) if each.keyword == "required" and len(each.path) == 1
    ]
    if lacking:
        names = ", ".join(f"`{each.path[0]}`" for each in lacking)
        entry = sides.entries.get(desired.key)
        return _blocked(desired, entry, Reason.CONFLICTING, problems.cannot_create(desired, names))
    fields = tuple(
        FieldChange(field=name, op="set", before=None, after=content[name], risk=field_risk(schemas, name))
        for name in schemas.in_order(body)
    )
    requests = [_request(schemas, "create", None, body)]
    nulls = _nulls_to_send(content, schemas)
    if nulls:
        requests.append(_request(schemas, "update", None, nulls))
        fields += tuple(
            FieldChange(field=name, op="clear", before=None, after=None, risk=field_risk(schemas, name))
            for name in nulls
        )
    return Change(
        key=desired.key,
        action=Action.CREATE,
        reason=reason,
        id=None,
        file=desired.file,
        line=desired.line,
        fields=fields,
        requests=tuple(requests),
        risk=worst(each.risk for each in fields),
        name=name_of(content, schemas),
        protect=desired.protect,
        source=desired.source,
        **_recorded(desired, managed(desired, creating=False)),
    )


def _nulls_to_send(content: Content, schemas: SchemaSet) -> dict[str, Json]:
    """Explicit nulls that a create would not bring about: a POST leaves nulls out, and the field has a default."""
    policies = schemas.fields
    asked = [name for name in schemas.in_order(content) if content[name] is None and name in policies]
    return {name: None for name in asked if policies[name].updatable and policies[name].default is not None}


def _update(desired: Desired, entry: Entry, comparison: Comparison, reason: Reason, schemas: SchemaSet) -> Change:
    if comparison.conflicts:
        blocked = _blocked(desired, entry, Reason.CONFLICTING, *comparison.conflicts)
        return replace(blocked, diagnostics=(*blocked.diagnostics, *comparison.diagnostics))
    guard = _guard(desired, entry)
    changed = bool(comparison.changes or comparison.releases or comparison.already_live or guard)
    body = comparison.body
    return Change(
        key=desired.key,
        action=Action.UPDATE if changed else Action.NO_OP,
        reason=reason,
        id=entry.id,
        file=desired.file,
        line=desired.line,
        fields=comparison.changes,
        requests=(_request(schemas, "update", entry.id, body),) if body else (),
        risk=worst(each.risk for each in comparison.changes),
        name=name_of({**entry.last_applied, **desired.content}, schemas),
        releases=comparison.releases,
        protect=desired.protect,
        source=desired.source,
        **_recorded(desired, comparison.record),
        expects=entry_digest(entry),
        diagnostics=(*comparison.diagnostics, *guard, *problems.already_live(desired, comparison.already_live)),
    )


def _recorded(desired: Desired, record: Content) -> Any:
    """What is recorded, and of what it was made where that is the whole document."""
    return {"record": record, "inputs": desired.inputs if record == desired.content else ()}


def _guard(desired: Desired, entry: Entry) -> tuple[Diagnostic, ...]:
    """Protection is remembered in the entry, since it must hold when the document is gone: a change of it is one."""
    if desired.protect == entry.protect:
        return ()
    return (problems.protection(desired),)


def _pruned(bare: Change, entry: Entry, sides: Sides) -> Change:
    schemas = sides.schemas
    if entry.protect and not sides.allow_protected:
        told = problems.protected(bare.key)
        return replace(bare, action=Action.BLOCKED, reason=Reason.PROTECTED, diagnostics=(told,))
    if "delete" not in schemas.endpoints:
        told = problems.no_delete_route(bare.key)
        return replace(bare, action=Action.BLOCKED, reason=Reason.NO_DELETE_ROUTE, diagnostics=(told,))
    return replace(
        bare,
        action=Action.DELETE,
        reason=Reason.REMOVED_FROM_CONFIG,
        requests=(_request(schemas, "delete", entry.id, None),),
        risk=worst(field_risk(schemas, name) for name in entry.last_applied),
    )


def _blocked(desired: Desired, entry: Entry | None, reason: Reason, *told: Diagnostic) -> Change:
    return Change(
        key=desired.key,
        action=Action.BLOCKED,
        reason=reason,
        id=entry.id if entry is not None else desired.id,
        file=desired.file,
        line=desired.line,
        expects=entry_digest(entry) if entry is not None else None,
        diagnostics=told,
    )


def _request(schemas: SchemaSet, role: str, id: int | None, body: Content | None) -> Request:
    route = schemas.endpoints[role]
    path = route.path if id is None else route.path.replace("{id}", str(id))
    return Request(step=UNNUMBERED, method=route.method, path=path, body=body)
