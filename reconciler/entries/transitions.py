"""What happens to an entry: the transitions that apply walks through.

    (nothing) ──begin_create──► pending ──record_request──► ok ──record_request──► ok ...
    pending ──bind (found in the list, or imported)──► ok   ok/pending ──move──► the same under another key
    ok/pending ──(forget, delete: the entry is removed)──► (nothing)

Every transition takes an entry and returns a new one; the clock is an argument. Of replaced contents `history` keeps
one: an entry lives in Git, which has the others. Core: stdlib only, no IO.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from reconciler.canonical import Json, digest, equal
from reconciler.model import Change, Content, Entry, Pending, Previous, Request, Unassigned


def stamp(moment: datetime) -> str:
    """A time as entries and locks have it: UTC, ISO 8601, in seconds."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


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


def record_request(entry: Entry | None, change: Change, request: Request, *, id: int, now: str) -> Entry:
    """The entry after `request` of `change` succeeded for assistant `id`.

    After the last request it says what the change promised (`change.record`, `change.source`). After an earlier one
    it says exactly what the server has been sent so far, so that a plan made from it finishes the rest.
    """
    base = entry or Entry(key=change.key, created_at=now)
    later = [each for each in change.requests if each.step > request.step]
    content = change.record if not later else _so_far(base.last_applied, change, request, later)
    as_before = bool(later) and base.pending is None and equal(base.last_applied, content)
    # whoever made it asked for the protection of then
    inputs = base.inputs if as_before and base.protect == change.protect else ()
    return Entry(
        key=change.key,
        id=id,
        last_applied=content,
        # a step that sent nothing new leaves the content what its old source made it
        source=change.source if not later else base.source if as_before else "",
        inputs=inputs if later else change.inputs,
        history=_history(base, content, now),
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
        inputs=change.inputs,
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
    entry: Entry | None,
    key: str,
    content: Content,
    *,
    id: int,
    protect: bool,
    now: str,
    source: str = "",
    inputs: tuple[str, ...] = (),
) -> Entry:
    """The entry of an assistant that exists, with what is known of it. It ends a pending create."""
    base = entry or Entry(key=key, created_at=now)
    return replace(
        base,
        key=key,
        id=id,
        last_applied=content,
        source=source,
        inputs=inputs,
        pending=None,
        protect=protect,
        updated_at=now,
    )


def move(entry: Entry, key: str, *, now: str) -> Entry:
    """The same entry under another key. The assistant does not notice."""
    return replace(entry, key=key, updated_at=now)


def _history(base: Entry, content: Content, now: str) -> tuple[Previous, ...]:
    """What was applied before, where `content` replaces it; a half-applied content is no state to go back to."""
    if base.source and base.last_applied and not equal(base.last_applied, content):
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
