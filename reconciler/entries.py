"""What happens to an entry: its JSON form, its digest, and the transitions that apply walks through.

    (nothing) ──begin_create──► pending ──record_request──► ok ──record_request──► ok ...
    ok ──move──► ok under another key        pending/ok ──(forget)──► (nothing)

Every transition takes an entry and returns a new one; the clock is an argument. Core: stdlib only, no IO.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.canonical import Json, digest, exact_digest
from reconciler.errors import StateError, error
from reconciler.model import Change, Content, Entry, Pending, Previous, Request

FORMAT_VERSION = 1
"""Of one entry and of the environment's `_meta.json`. A reader refuses a newer one."""

_FIELDS = frozenset(
    {"created_at", "format_version", "history", "id", "last_applied", "pending", "protect", "source", "updated_at"}
)


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
        "created_at": entry.created_at,
        "updated_at": entry.updated_at,
    }


def entry_from_json(key: str, stored: Json, *, where: str) -> Entry:
    """The entry that `entry_to_json` wrote. Raises StateError, naming `where`, for anything else or newer."""
    if not isinstance(stored, Mapping):
        raise _unreadable(key, where, "it is not a JSON object")
    version = stored.get("format_version")
    if isinstance(version, int) and not isinstance(version, bool) and version > FORMAT_VERSION:
        raise StateError(
            error(
                "state-newer",
                f"the state entry of {key} has format {version}; this program reads up to {FORMAT_VERSION}",
                "It was written by a newer reconciler. Install that version or a later one; nothing was changed.",
                file=where,
                key=key,
            )
        )
    unknown = sorted(set(stored) - _FIELDS)
    if unknown:
        raise _unreadable(key, where, f"it has unknown keys: {', '.join(unknown)}")
    if version != FORMAT_VERSION:
        raise _unreadable(key, where, "it has no format_version")
    try:
        return _entry(key, stored)
    except (KeyError, TypeError, ValueError) as problem:
        raise _unreadable(key, where, str(problem)) from None


def entry_digest(entry: Entry) -> str:
    """What a saved plan compares to see whether an entry moved. Covers everything that is stored."""
    return exact_digest(entry_to_json(entry))


def begin_create(entry: Entry | None, key: str, body: Content, *, now: str) -> Entry:
    """The entry that is saved before a POST: if the run dies, the next one knows that a create may exist."""
    base = entry or Entry(key=key, created_at=now)
    pending = Pending(body=body, body_digest=digest(body), started_at=now)
    return replace(base, id=None, pending=pending, last_applied={}, source="", updated_at=now)


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
    source = change.source if not later else ""
    history = base.history
    replaced = base.pending is None and bool(base.last_applied) and digest(base.last_applied) != digest(content)
    if keep_history and replaced and base.source:
        history = (Previous(last_applied=base.last_applied, source=base.source, replaced_at=now),)
    return Entry(
        key=change.key,
        id=id,
        last_applied=content,
        source=source,
        history=history,
        protect=change.protect,
        created_at=base.created_at or now,
        updated_at=now,
    )


def record_without_request(entry: Entry | None, change: Change, *, now: str) -> Entry:
    """The entry after a change that needs no request: adopted and equal already, released, moved or re-sourced."""
    base = entry or Entry(key=change.key, created_at=now)
    return replace(
        base,
        key=change.key,
        id=change.id if change.id is not None else base.id,
        last_applied=change.record,
        source=change.source,
        protect=change.protect,
        updated_at=now,
    )


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
    pending = stored["pending"]
    return Entry(
        key=key,
        id=_typed(stored, "id", int, optional=True),
        last_applied=_typed(stored, "last_applied", Mapping),
        source=_typed(stored, "source", str),
        pending=None
        if pending is None
        else Pending(
            body=_typed(pending, "body", Mapping),
            body_digest=_typed(pending, "body_digest", str),
            started_at=_typed(pending, "started_at", str),
        ),
        history=tuple(
            Previous(
                last_applied=_typed(each, "last_applied", Mapping),
                source=_typed(each, "source", str),
                replaced_at=_typed(each, "replaced_at", str),
            )
            for each in _typed(stored, "history", list)
        ),
        protect=_flag(stored, "protect"),
        created_at=_typed(stored, "created_at", str, optional=True),
        updated_at=_typed(stored, "updated_at", str, optional=True),
    )


def _typed(stored: Any, name: str, wanted: type, *, optional: bool = False) -> Any:
    value = stored[name] if isinstance(stored, Mapping) else None
    if value is None and optional:
        return None
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise TypeError(f"`{name}` is not what it should be")
    return value


def _flag(stored: Mapping[str, Any], name: str) -> bool:
    value = stored[name]
    if not isinstance(value, bool):
        raise TypeError(f"`{name}` is not what it should be")
    return value


def _unreadable(key: str, where: str, why: str) -> StateError:
    return StateError(
        error(
            "state-unreadable",
            f"the state entry of {key} cannot be read: {why}",
            "Nothing was changed. Restore the file from version control; it is never treated as empty.",
            file=where,
            key=key,
        )
    )
