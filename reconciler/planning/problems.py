"""What the decisions have to say to people: each problem with its way out. Nothing here decides anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reconciler.errors import Diagnostic, error, note, warning
from reconciler.model import Desired, Entry, Pending

RESERVED = "reconciler"
"""The document's own key, under which its settings stand."""


def place(desired: Desired, setting: str | None = None) -> dict[str, Any]:
    """Where a diagnostic about the whole document points, or about one of its settings."""
    at = desired.place(() if setting is None else (RESERVED, setting))
    return {"file": at.file, "line": at.line, "column": at.column, "key": desired.key}


def incomplete_create(key: str) -> Diagnostic:
    return warning(
        "create-incomplete",
        "its create was begun, and the outcome is unknown",
        "Look in the portal whether it exists. If it does, say `reconciler: {id: ID}` in its document after "
        f"`reconciler state forget {key}`; if it does not, `reconciler state forget {key}` alone.",
        key=key,
    )


def incomplete(desired: Desired, key: str, pending: Pending) -> Diagnostic:
    whose = "its create" if key == desired.key else f"the create of {key}"
    summary = f"{whose} was begun on {pending.started_at}, and the outcome is unknown"
    return error("create-incomplete", summary, incomplete_create(key).detail, **place(desired))


def other_id(desired: Desired, entry: Entry) -> Diagnostic:
    whose = "it is" if entry.key == desired.key else f"{entry.key} is"
    return error(
        "id-conflict",
        f"the document says id {desired.id}, the state says {whose} assistant {entry.id}",
        f"Remove `reconciler.id`, or run `reconciler state forget {entry.key}` to adopt {desired.id} instead.",
        **place(desired, "id"),
    )


def held_elsewhere(desired: Desired, holder: str) -> Diagnostic:
    return error(
        "id-conflict",
        f"assistant {desired.id} is already managed as {holder}",
        f"If this is its new name, say `moved_from: {holder}` instead of `id`.",
        **place(desired, "id"),
    )


def no_such_live(desired: Desired) -> Diagnostic:
    return error(
        "id-not-found",
        f"there is no assistant {desired.id} to adopt",
        "Look for its id in the portal, or remove `reconciler.id` to create a new one.",
        **place(desired, "id"),
    )


def rename(desired: Desired, twin: Entry) -> Diagnostic:
    what = f"assistant {twin.id}" if twin.id is not None else "a create whose outcome is unknown"
    return error(
        "looks-like-rename",
        f"it is new and looks like {twin.key}, whose document is gone ({what})",
        f"If it is the same assistant, say `reconciler: {{moved_from: {twin.key}}}` or run "
        f"`reconciler state mv {twin.key} {desired.key}`. If it is a new one, pass `--allow-new`.",
        **place(desired),
    )


def protected(key: str) -> Diagnostic:
    return error(
        "protected",
        "it left the files and is protected: it is not deleted",
        f"Restore its document, or `reconciler state forget {key}` to let it run on; `--allow-protected` deletes it.",
        key=key,
    )


def no_delete_route(key: str) -> Diagnostic:
    return error(
        "no-delete-route",
        "it left the files, but the schemas know no documented way to delete",
        f"Generate them again with `--delete PAGE`, or delete it in the portal and `reconciler state forget {key}`.",
        key=key,
    )


def moved(desired: Desired, source: Entry) -> Diagnostic:
    summary = f"it was {source.key} before; the same assistant, id {source.id}"
    return note("moved", summary, **place(desired))


def protection(desired: Desired) -> Diagnostic:
    told = "protected from now on" if desired.protect else "no longer protected"
    return note("protection", f"it is {told}", **place(desired))


def cannot_create(desired: Desired, names: str) -> Diagnostic:
    return error(
        "cannot-create",
        f"it cannot be created without {names}",
        "Name it in the document; `unmanaged` is for assistants that exist already, `seed` for what is sent once.",
        **place(desired),
    )


def not_observable(names: list[str]) -> Diagnostic:
    """Of no document in particular: the API shows a field of all assistants, or of none."""
    fields = ", ".join(f"`{each}`" for each in names)
    return note(
        "not-observable",
        f"not observable, since the API does not show it: {fields}",
        "What was last applied is taken for what is there; a change in the portal cannot be seen.",
    )


def settled(desired: Desired, names: Sequence[str]) -> tuple[Diagnostic, ...]:
    return tuple(
        note(
            "already-live",
            f"`{name}` is live already as the document says: recorded, with nothing to send",
            **place(desired),
            field=name,
        )
        for name in names
    )
