"""The audit of an account: every managed assistant against what was last applied to it, and what nobody manages. Pure.

drifted     live is not what was last applied (or nothing is there any more: vanished)
ahead       the documents ask for something that was not applied yet, and live has not moved
in sync     neither
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from reconciler.frozen import dataclass
from reconciler.model import Desired, Drift, Entry, Live, Side
from reconciler.planning.drift import moves_of, unobservable
from reconciler.planning.twins import name_of
from reconciler.schemas import SchemaSet


@dataclass(frozen=True, kw_only=True, slots=True)
class Managed:
    """One managed assistant as a report names it. `since` is when the platform took it out of service, if that is why.

    `file` and `line` are its document's, None for an entry whose document is gone.
    """

    key: str
    id: int
    name: str = ""
    file: str | None = None
    line: int | None = None
    since: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Unmanaged:
    """One assistant of the account that no entry holds and no document adopts."""

    id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Audit:
    """What was found; sorted by key, or by id where there is none. Equal inputs give equal audits.

    `moved` has who moved a field, on either side, and which; `compared` counts the assistants that were looked at.
    `unobservable` are fields that some of them hold and that the API does not show. `ignored` were not looked at.
    """

    environment: str
    moved: tuple[tuple[Managed, Drift], ...] = ()
    unmanaged: tuple[Unmanaged, ...] = ()
    vanished: tuple[Managed, ...] = ()
    inactive: tuple[Managed, ...] = ()
    blocked: tuple[Managed, ...] = ()
    unobservable: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    compared: int = 0

    @property
    def drifted(self) -> int:
        """How many assistants live moved away from what was applied."""
        return sum(any(each.side is not Side.GIT for each in drift.fields) for _, drift in self.moved)

    @property
    def ahead(self) -> int:
        """How many assistants only the documents moved: an apply away from being in sync."""
        return len(self.moved) - self.drifted

    @property
    def in_sync(self) -> int:
        return self.compared - len(self.moved)

    @property
    def has_drift(self) -> bool:
        """Whether live is not what was applied. Documents that are ahead, and what nobody manages, are no drift."""
        return bool(self.drifted or self.vanished)


def make_audit(
    *,
    environment: str,
    desired: Iterable[Desired],
    entries: Mapping[str, Entry],
    live: Mapping[int, Live],
    schemas: SchemaSet,
    keys: Collection[str] | None = None,
    ignore: Collection[str] = (),
) -> Audit:
    """Compare what is managed with `live`, every assistant of the account by id.

    `keys` narrows the audit to these; unmanaged assistants are told where it is None. `ignore` names fields.
    """
    documents = {each.key: each for each in desired}
    subjects = [each for each in _subjects(documents, entries) if keys is None or each[0] in keys]
    moved: list[tuple[Managed, Drift]] = []
    hidden: set[str] = set()
    found: list[tuple[Managed, Live]] = []
    vanished: list[Managed] = []
    for key, document, entry in subjects:
        assert entry.id is not None
        named = _managed(key, entry.id, document, name_of(entry.last_applied, schemas))
        shown = live.get(entry.id)
        if shown is None:
            vanished.append(named)
            continue
        drift = moves_of(document, entry, shown, schemas, ignore=ignore)
        hidden |= unobservable(document, entry, shown, schemas, ignore=ignore)
        found.append((named, shown))
        if drift.fields:
            moved.append((named, replace(drift, key=key)))
    return Audit(
        environment=environment,
        moved=tuple(moved),
        unmanaged=() if keys is not None else _unmanaged(documents, entries, live),
        vanished=tuple(vanished),
        inactive=tuple(named for named, shown in found if shown.is_inactive),
        blocked=tuple(replace(named, since=shown.blocked_at) for named, shown in found if shown.blocked_at is not None),
        unobservable=tuple(sorted(hidden)),
        ignored=tuple(sorted(ignore)),
        compared=len(found),
    )


def _subjects(
    documents: Mapping[str, Desired], entries: Mapping[str, Entry]
) -> list[tuple[str, Desired | None, Entry]]:
    """Every entry with an id, its document where it has one, and the key that it goes by: the new one of a rename."""
    moving = {each.moved_from: each for each in documents.values() if each.moved_from and each.key not in entries}
    found = []
    for entry in entries.values():
        document = documents.get(entry.key) or moving.get(entry.key)
        if entry.id is not None:
            found.append((entry.key if document is None else document.key, document, entry))
    return sorted(found, key=lambda each: each[0])


def _unmanaged(
    documents: Mapping[str, Desired], entries: Mapping[str, Entry], live: Mapping[int, Live]
) -> tuple[Unmanaged, ...]:
    known = {each.id for each in entries.values()} | {each.id for each in documents.values()}
    return tuple(Unmanaged(id=id, name=live[id].name) for id in sorted(live) if id not in known)


def _managed(key: str, id: int, document: Desired | None, name: str) -> Managed:
    file, line = (None, None) if document is None else (document.file, document.line)
    return Managed(key=key, id=id, name=name, file=file, line=line)
