"""A whole environment as one value: taken from a home, written as one JSON, and put into another home.

    {"format_version": "1.0", "environment": "production", "lineage": UUID, "account": ..., "entries": {KEY: entry}}

Moving only adds to the new home, or replaces what is older there, unless it is forced, and ends with reading it back.
The old home is left as it is, and a move that breaks off is finished by repeating it. Shell: works on stores under
their locks.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.canonical import Json
from reconciler.entries import entry_digest, entry_from_json, entry_to_json
from reconciler.errors import Diagnostic, StateConflictError, StateError, error
from reconciler.frozen import dataclass
from reconciler.model import Entry
from reconciler.state.entryfiles import Place, decode_object, unreadable
from reconciler.state.meta import account_of, lineage_of, refuse_other_lineage
from reconciler.state.places import segments
from reconciler.state.store import StateStore

FORMAT_VERSION = "1.0"
_NAMED = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """Everything that a home holds of one environment."""

    environment: str
    lineage: str
    account: str | None
    entries: Mapping[str, Entry]


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """What putting a snapshot into a home did, by key."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    equal: tuple[str, ...]


def taken_from(store: StateStore, environment: str) -> Snapshot:
    """What a home holds. Raises StateError (`state-empty`) where that is nothing: a wrong address looks like that."""
    lineage = store.lineage()
    if lineage is None:
        told = f"there is no state of {environment} at {store.shown}"
        raise StateError(error("state-empty", told, "Check the address and the environment (-e). Nothing was changed."))
    return Snapshot(environment=environment, lineage=lineage, account=store.account(), entries=store.read())


def snapshot_to_json(snapshot: Snapshot) -> dict[str, Json]:
    """The snapshot as `state pull` prints it."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": snapshot.environment,
        "lineage": snapshot.lineage,
        "account": snapshot.account,
        "entries": {key: entry_to_json(each) for key, each in snapshot.entries.items()},
    }


def snapshot_from_json(content: bytes, *, where: str) -> Snapshot:
    """The snapshot that `state pull` wrote. Raises StateError with everything that is wrong, naming `where`."""
    place = Place(path="", shown=where)
    stored = decode_object(place, content)
    if stored.get("format_version") != FORMAT_VERSION:
        raise unreadable(place, f"it is no state of format {FORMAT_VERSION}, as `reconciler state pull` writes")
    environment, entries = stored.get("environment"), stored.get("entries")
    if not isinstance(environment, str) or not isinstance(entries, Mapping):
        raise unreadable(place, "it has no `environment` or no `entries`")
    meta: dict[str, Json] = {"format_version": 1, "lineage": stored.get("lineage"), "account": stored.get("account")}
    found: dict[str, Entry] = {}
    problems: list[Diagnostic] = []
    for key, each in entries.items():
        try:
            segments(key)
            found[key] = entry_from_json(key, each, where=where)
        except StateError as problem:
            problems.extend(problem.diagnostics)
    if problems:
        raise StateError.of(problems)
    lineage, account = lineage_of(meta, place), account_of(meta, place)
    return Snapshot(environment=environment, lineage=lineage, account=account, entries=dict(sorted(found.items())))


def put_into(store: StateStore, snapshot: Snapshot, *, force: bool) -> Moved:
    """Make a home hold exactly the snapshot, and read it back. The caller holds the home's lock.

    Raises StateConflictError where another lineage stands there (also with `force`), or entries that are newer than
    the snapshot's or not in it; StateError where what is read back differs. `force` replaces and removes those.
    """
    refuse_other_lineage(store.lineage(), snapshot.lineage, store.shown)
    there = store.read()
    differing = [key for key, each in snapshot.entries.items() if there.get(key) != each]
    extra = [key for key in there if key not in snapshot.entries]
    newer = [key for key in differing if key in there and _time(there[key]) >= _time(snapshot.entries[key])]
    if (newer or extra) and not force:
        raise _moved_on(store, newer, extra)
    store.begin(snapshot.lineage)
    if snapshot.account is not None and store.account() != snapshot.account:
        store.remember_account(snapshot.account)
    for key in differing:
        store.write(snapshot.entries[key])
    for key in extra:
        store.remove(key)
    _compare(store, snapshot)
    equal = tuple(key for key in snapshot.entries if key not in set(differing))
    return Moved(written=tuple(differing), removed=tuple(extra), equal=equal)


def _compare(store: StateStore, snapshot: Snapshot) -> None:
    found = {key: entry_digest(each) for key, each in store.read().items()}
    wanted = {key: entry_digest(each) for key, each in snapshot.entries.items()}
    if found != wanted or store.lineage() != snapshot.lineage:
        wrong = sorted(key for key in found.keys() | wanted.keys() if found.get(key) != wanted.get(key))
        told = f"what was read back from {store.shown} is not what was written: {_listed(wrong) or 'the lineage'}"
        then = "Do not use that home. The old one is as it was."
        raise StateError(error("state-not-kept", told, then))


def _moved_on(store: StateStore, newer: list[str], extra: list[str]) -> StateConflictError:
    parts = [f"newer there: {_listed(newer)}"] if newer else []
    parts += [f"only there: {_listed(extra)}"] if extra else []
    return StateConflictError(
        error(
            "state-moved-on",
            f"the state at {store.shown} has moved on since this was taken ({'; '.join(parts)})",
            "Nothing was changed. Take it again with `reconciler state pull`; with --force, what is there is replaced "
            "(and saved first).",
        )
    )


def _listed(keys: list[str]) -> str:
    more = f" and {len(keys) - _NAMED} more" if len(keys) > _NAMED else ""
    return ", ".join(keys[:_NAMED]) + more


def _time(entry: Entry) -> str:
    # all of them are UTC in one form, so text order is time order
    return entry.updated_at or ""
