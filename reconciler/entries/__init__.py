"""Entries: what the state knows of one key, how it is stored, and what happens to it."""

from reconciler.entries.glimpsed import Applied, applied_from_text
from reconciler.entries.stored import (
    CHECKSUM,
    FORMAT_VERSION,
    STRICT,
    entry_digest,
    entry_from_json,
    entry_text,
    entry_to_json,
)
from reconciler.entries.transitions import (
    begin_create,
    bind,
    bound_to,
    move,
    note_assigned,
    note_unassigned,
    record_request,
    record_without_request,
    stamp,
    without_create,
)

__all__ = [
    "CHECKSUM",
    "FORMAT_VERSION",
    "STRICT",
    "Applied",
    "applied_from_text",
    "begin_create",
    "bind",
    "bound_to",
    "entry_digest",
    "entry_from_json",
    "entry_text",
    "entry_to_json",
    "move",
    "note_assigned",
    "note_unassigned",
    "record_request",
    "record_without_request",
    "stamp",
    "without_create",
]
