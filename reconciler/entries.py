"""What happens to an entry: its JSON form, its digest, and the transitions that apply walks through.

    (nothing) ──begin_create──► pending ──record_request──► ok ──record_request──► ok ...
    pending ──bind (found in the list, or imported)──► ok   ok/pending ──move──► the same under another key
    ok/pending ──(forget, delete: the entry is removed)──► (nothing)

Every transition takes an entry and returns a new one; the clock is an argument. Of replaced contents `history` keeps
one: an entry lives in Git, which has the others. Core: stdlib only, no IO.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.canonical import Json, digest, equal, exact_digest
from reconciler.errors import StateError, error
from reconciler.model import Change, Content, Entry, Pending, Previous, Request, Unassigned

FORMAT_VERSION = 1
"""Of one entry and of the environment's `_meta.json`. A reader refuses a newer one."""

_ENTRY = frozenset(
    {"created_at", "format_version", "history", "id", "last_applied", "pending", "protect", "source", "updated_at"}
)
_OPTIONAL = frozenset({"unassigned"})
"""Left out where there is nothing to say: entries without it are byte for byte what they were before it existed."""
_PENDING = frozenset({"body", "body_digest", "started_at"})
_PREVIOUS = frozenset({"last_applied", "replaced_at", "source"})
_UNASSIGNED = frozenset({"field", "since", "value"})


def entry_to_json(entry: Entry) -> dict[str, Json]:
    """The entry as it is stored. The key is not in it: it is the entry's place."""
    pending = entry.pending
    return {
        "format_version": FORMAT_VERSION,
        "id": entry.id,
        "last_applied": dict(entry.last_applied),
        "source": entry.source,
        "pending": None
        if pending is None
        else {"body": dict(pending.body), "body_digest": pending.body_digest, "started_at": pending.started_at},
        "history": [
            {"last_applied": dict(each.last_applied), "source": each.source, "replaced_at": each.replaced_at}
            for each in entry.history
        ],
        "protect": entry.protect,
        **(
            {
                "unassigned": [
                    {"field": each.field, "value": each.value, "since": each.since} for each in entry.unassigned
                ]
            }
            if entry.unassigned
            else {}
        ),
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
    }


def entry_from_json(key: str, stored: Json, *, where: str) -> Entry:
    """The entry that `entry_to_json` wrote. Raises StateError, naming `where`, for anything else or newer.

    What it accepts it keeps whole: writing the entry again gives back what was read.
    """
    if not isinstance(stored, Mapping):
        raise _unreadable(key, where, "it is not a JSON object")
    version = stored.get("format_version")
    if type(version) is not int or version < 1:
        raise _unreadable(key, where, "it has no `format_version`")
    if version > FORMAT_VERSION:
        raise StateError(
            error(
                "state-newer",
                f"the state entry of {key} has format {version}; this program reads up to {FORMAT_VERSION}",
                "It was written by a newer reconciler. Install that version or a later one; nothing was changed.",
                file=where,
                key=key,
            )
        )
    try:
        return _entry(key, stored)
    except TypeError as problem:
        raise _unreadable(key, where, str(problem)) from None


def entry_digest(entry: Entry) -> str:
    """What a saved plan compares to see whether an entry moved. Covers everything that is stored."""
    return exact_digest(entry_to_json(entry))


def begin_create(entry: Entry | None, key: str, body: Content, *, now: str) -> Entry:
    """The entry that is saved before a POST: if the run dies, the next one knows that a create may exist.

    Where the assistant was there before and is gone, what was last applied to it goes to the history.
    """
    base = entry or Entry(key=key, created_at=now)
    return Entry(
        key=key,
        pending=Pending(body=body, body_digest=digest(body), started_at=now),
        history=_history(base, body, now),
        protect=base.protect,
        unassigned=base.unassigned,
        created_at=base.created_at or now,
        updated_at=now,
    )


def record_request(
    entry: Entry | None, change: Change, request: Request, *, id: int, now: str, keep_history: bool = True
) -> Entry:
    """The entry after `request` of `change` succeeded for assistant `id`.

    After the last request it says what the change promised (`change.record`, `change.source`). After an earlier one
    it says exactly what the server has been sent so far, so that a plan made from it finishes the rest.
    """
    base = entry or Entry(key=change.key, created_at=now)
    later = [each for each in change.requests if each.step > request.step]
    content = change.record if not later else _so_far(base.last_applied, change, request, later)
    as_before = base.pending is None and digest(base.last_applied) == digest(content)
    return Entry(
        key=change.key,
        id=id,
        last_applied=content,
        # a step that sent nothing new leaves the content what its old source made it
        source=change.source if not later else base.source if as_before else "",
        history=_history(base, content, now) if keep_history else base.history,
        protect=change.protect,
        unassigned=base.unassigned,
        created_at=base.created_at or now,
        updated_at=now,
    )


def record_without_request(entry: Entry | None, change: Change, *, now: str) -> Entry:
    """The entry after a change that needs no request: adopted and equal already, released, moved or re-sourced.

    An id that is known ends a pending create.
    """
    base = entry or Entry(key=change.key, created_at=now)
    id = change.id if change.id is not None else base.id
    return replace(
        base,
        key=change.key,
        id=id,
        last_applied=change.record,
        source=change.source,
        pending=base.pending if id is None else None,
        protect=change.protect,
        updated_at=now,
    )


def bind(entry: Entry, id: int, *, now: str | None = None) -> Entry:
    """A begun create that turned out to be assistant `id`: applied is what was sent, and matches no document yet."""
    sent = entry.pending.body if entry.pending is not None else entry.last_applied
    bound = replace(entry, id=id, last_applied=sent, source="", pending=None)
    return bound if now is None else replace(bound, updated_at=now)


def without_create(entry: Entry) -> Entry:
    """A begun create that came to nothing: the key is known, and no assistant."""
    return replace(entry, pending=None)


def note_unassigned(entry: Entry, field: str, value: Json, *, now: str) -> Entry:
    """The entry that also says that a value is nobody's, and since when: since then, if it says so already."""
    rest = _other_than(entry, field, value)
    if len(rest) < len(entry.unassigned):
        return entry
    return replace(entry, unassigned=(*rest, Unassigned(field=field, value=value, since=now)))


def note_assigned(entry: Entry, field: str, value: Json) -> Entry:
    """The entry that no longer says that the value is nobody's; the same one where it did not say so."""
    rest = _other_than(entry, field, value)
    return entry if len(rest) == len(entry.unassigned) else replace(entry, unassigned=rest)


def _other_than(entry: Entry, field: str, value: Json) -> tuple[Unassigned, ...]:
    return tuple(each for each in entry.unassigned if each.field != field or not equal(each.value, value))


def bound_to(
    entry: Entry | None, key: str, content: Content, *, id: int, source: str, protect: bool, now: str
) -> Entry:
    """The entry of an assistant that exists, with what is known of it. It ends a pending create."""
    base = entry or Entry(key=key, created_at=now)
    return replace(
        base, key=key, id=id, last_applied=content, source=source, pending=None, protect=protect, updated_at=now
    )


def move(entry: Entry, key: str, *, now: str) -> Entry:
    """The same entry under another key. The assistant does not notice."""
    return replace(entry, key=key, updated_at=now)


def _history(base: Entry, content: Content, now: str) -> tuple[Previous, ...]:
    """What was applied before, where `content` replaces it; a half-applied content is no state to go back to."""
    if base.source and base.last_applied and digest(base.last_applied) != digest(content):
        return (Previous(last_applied=base.last_applied, source=base.source, replaced_at=now),)
    return base.history


def _so_far(before: Content, change: Change, request: Request, later: Sequence[Request]) -> dict[str, Json]:
    """What is applied once `request`, but none of `later`, was accepted."""
    content = dict(before)
    still_to_come = {name for each in later for name in (each.body or {})}
    for name, value in (request.body or {}).items():
        if name in still_to_come:
            content[name] = value
        elif name in change.record:
            content[name] = change.record[name]
        else:
            content.pop(name, None)
    if request.method == "POST":
        # nulls are not sent in a POST: those that no later request sends are in force by themselves
        untold = {name: None for name, value in change.record.items() if value is None and name not in still_to_come}
        content.update(untold)
    return content


def _entry(key: str, stored: Mapping[str, Any]) -> Entry:
    _closed(stored, _ENTRY, "", optional=_OPTIONAL)
    entry = Entry(
        key=key,
        id=_optional(stored, "id", int),
        last_applied=_typed(stored, "last_applied", Mapping),
        source=_typed(stored, "source", str),
        pending=None if stored["pending"] is None else _pending(stored["pending"]),
        history=tuple(_previous(each) for each in _typed(stored, "history", list)),
        protect=_flag(stored, "protect"),
        unassigned=_unassigned(stored["unassigned"]) if "unassigned" in stored else (),
        created_at=_optional(stored, "created_at", str),
        updated_at=_optional(stored, "updated_at", str),
    )
    if entry.id is not None and entry.pending is not None:
        raise TypeError("it has an `id` and a `pending` create, which cannot both be")
    return entry


def _pending(stored: Any) -> Pending:
    _closed(stored, _PENDING, "pending")
    return Pending(
        body=_typed(stored, "body", Mapping),
        body_digest=_typed(stored, "body_digest", str),
        started_at=_typed(stored, "started_at", str),
    )


def _previous(stored: Any) -> Previous:
    _closed(stored, _PREVIOUS, "history")
    return Previous(
        last_applied=_typed(stored, "last_applied", Mapping),
        source=_typed(stored, "source", str),
        replaced_at=_typed(stored, "replaced_at", str),
    )


def _unassigned(stored: Any) -> tuple[Unassigned, ...]:
    if not isinstance(stored, list) or not stored:
        raise TypeError("`unassigned` is not a list with something in it")
    for each in stored:
        _closed(each, _UNASSIGNED, "unassigned")
    return tuple(
        Unassigned(field=_typed(each, "field", str), value=each["value"], since=_typed(each, "since", str))
        for each in stored
    )


def _closed(stored: Any, names: frozenset[str], part: str, *, optional: frozenset[str] = frozenset()) -> None:
    """Raise TypeError unless `stored` is an object with exactly `names`: an unknown key would be lost on rewriting."""
    of = f" of `{part}`" if part else ""
    if not isinstance(stored, Mapping):
        raise TypeError(f"a part{of} is not a JSON object")
    if missing := sorted(names - set(stored)):
        raise TypeError(f"{', '.join(f'`{each}`' for each in missing)}{of} is missing")
    if unknown := sorted(set(stored) - names - optional):
        raise TypeError(f"it has unknown keys{of}: {', '.join(unknown)}")


_JSON_NAMES: Mapping[type, str] = {int: "a whole number", str: "text", list: "a list", Mapping: "a JSON object"}


def _typed(stored: Mapping[str, Any], name: str, wanted: type) -> Any:
    value = stored[name]
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise TypeError(f"`{name}` is not {_JSON_NAMES[wanted]}")
    return value


def _flag(stored: Mapping[str, Any], name: str) -> bool:
    if not isinstance(stored[name], bool):
        raise TypeError(f"`{name}` is not true or false")
    return bool(stored[name])


def _optional(stored: Mapping[str, Any], name: str, wanted: type) -> Any:
    return None if stored[name] is None else _typed(stored, name, wanted)


def _unreadable(key: str, where: str, why: str) -> StateError:
    return StateError(
        error(
            "state-unreadable",
            f"the state entry of {key} cannot be read: {why}",
            "Nothing was changed. Restore it from version control or a backup; it is never treated as empty.",
            file=where,
            key=key,
        )
    )
