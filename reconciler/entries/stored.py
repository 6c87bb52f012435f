"""The stored form of an entry: its JSON, its bytes, its digest, and nothing else that would be taken for one.

Core: stdlib only, no IO.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from reconciler.canonical import Json, digest_bytes, exact_digest, pretty
from reconciler.errors import StateError, error
from reconciler.model import Entry, Pending, Previous, Unassigned

FORMAT_VERSION = 1
"""Of one entry and of the environment's `_meta.json`. A reader refuses a newer one."""

_ENTRY = frozenset(
    {"created_at", "format_version", "history", "id", "last_applied", "pending", "protect", "source", "updated_at"}
)
_OPTIONAL = frozenset({"inputs", "unassigned"})
"""Left out where there is nothing to say: entries without it are byte for byte what they were before it existed."""
CHECKSUM = "checksum"
_FIRST, _LAST = f'{{\n  "{CHECKSUM}": "'.encode(), b'",\n'
_REST = len(_FIRST) + len(digest_bytes(b"")) + len(_LAST)
"""Where the rest begins, which the checksum is of."""
_PENDING = frozenset({"body", "body_digest", "started_at"})
_PREVIOUS = frozenset({"last_applied", "replaced_at", "source"})
_UNASSIGNED = frozenset({"field", "since", "value"})


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"it holds the key {twice!r} twice")
    return found


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"it holds {digits}, which is no JSON number")
    return number


STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_finite, parse_constant=_finite)
"""Raises ValueError, in words for people, for a key that stands twice and for a number that is none."""


def entry_to_json(entry: Entry) -> dict[str, Json]:
    """The entry as it is stored. The key is not in it: it is the entry's place."""
    pending = entry.pending
    content: dict[str, Json] = {
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
    if entry.unassigned:
        content["unassigned"] = [
            {"field": each.field, "value": each.value, "since": each.since} for each in entry.unassigned
        ]
    if entry.inputs:
        content["inputs"] = list(entry.inputs)
    return content


def entry_text(entry: Entry) -> bytes:
    """The entry as a file or an object holds it. Its first line has the checksum of the rest."""
    # a lone surrogate has no UTF-8; escaped it is JSON like any other, and comes back as it was
    rest = pretty(entry_to_json(entry)).removeprefix("{\n").encode("utf-8", "backslashreplace")
    return _FIRST + digest_bytes(rest).encode() + _LAST + rest


def written(stored: bytes) -> bytes | None:
    """The bytes after the checksum, where it is theirs; None where it is another, or stands otherwise."""
    rest = stored[_REST:]
    first = _FIRST + digest_bytes(rest).encode() + _LAST
    return rest if stored.startswith(first) else None


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


def _entry(key: str, stored: Mapping[str, Any]) -> Entry:
    _closed({name: each for name, each in stored.items() if name != CHECKSUM}, _ENTRY, "", optional=_OPTIONAL)
    entry = Entry(
        key=key,
        id=_optional(stored, "id", int),
        last_applied=_typed(stored, "last_applied", Mapping),
        source=_typed(stored, "source", str),
        inputs=_inputs(stored) if "inputs" in stored else (),
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


def _inputs(stored: Mapping[str, Any]) -> tuple[str, ...]:
    names = _typed(stored, "inputs", list)
    if not names or not all(isinstance(each, str) for each in names):
        raise TypeError("`inputs` is not a list of texts")
    return tuple(names)


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
