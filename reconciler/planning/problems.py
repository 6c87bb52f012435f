"""What the decisions have to say to people: each problem with its way out. Nothing here decides anything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from reconciler.errors import Diagnostic, error, note
from reconciler.model import RESERVED, Action, Change, Desired, Entry, Pending
from reconciler.planning.begun import Finding, Verdict


def place(desired: Desired, setting: str | None = None) -> dict[str, Any]:
    """Where a diagnostic about the whole document points, or about one of its settings."""
    at = desired.place(() if setting is None else (RESERVED, setting))
    return {"file": at.file, "line": at.line, "column": at.column, "key": desired.key}


def incomplete(key: str, pending: Pending, finding: Finding | None, *, of: str | None = None) -> Diagnostic:
    """A begun create that is not settled, with what settles it; `of` is the key that it is told of, where another."""
    whose = "its create" if of in (None, key) else f"the create of {key}"
    summary = f"{whose} was begun on {pending.started_at}, and the outcome is unknown"
    by_hand = (
        f"Look in the portal: if it exists, `reconciler import {key} ID`;"
        f" if it does not, `reconciler state forget {key}`, and the next apply creates it."
    )
    ids = [] if finding is None else [str(each) for each in finding.ids]
    commands: list[tuple[str, ...]] = [*(("import", key, id) for id in ids), ("state", "forget", key)]
    match finding.verdict if finding is not None else None:
        case Verdict.TOO_EARLY if finding is not None:
            summary += "; it is not in the list of assistants yet"
            wait = math.ceil(finding.wait)
            by_hand = f"The server may still be at it. Plan again in {wait} s; `reconciler apply` waits by itself."
            commands = [("plan",)]
        case Verdict.SEVERAL:
            summary += f"; it may be assistant {' or '.join(ids)}"
            by_hand = _which(key)
        case Verdict.UNLIKE:
            which = f"assistant {ids[0]} has" if len(ids) == 1 else f"assistants {' and '.join(ids)} have"
            summary += f"; {which} its name, and not the content that was sent"
            by_hand = _which(key)
        case Verdict.UNREAD if finding is not None:
            by_hand = f"{finding.why}\n{by_hand}"
        case _:
            by_hand = f"With RECONCILER_API_KEY set, `plan` and `apply` look for it in the list.\n{by_hand}"
    loses = (f"the record that a create of {key} was begun: if it made an assistant, the next apply makes another one",)
    return error("create-incomplete", summary, by_hand, key=key, loses=loses, commands=tuple(commands))


def _which(key: str) -> str:
    return (
        f"Look at it in the portal. `reconciler import {key} ID` says which one it is; `reconciler state forget {key}`"
        " says that it is none, and the next apply creates it."
    )


def found(change: Change, pending: Pending, id: int) -> Diagnostic:
    summary = f"its create, begun on {pending.started_at}, made assistant {id}"
    detail = "It is in the list with the name and the content that were sent; apply takes its id over."
    return note("create-found", summary, detail, file=change.file, line=change.line, key=change.key)


def came_to_nothing(change: Change, pending: Pending) -> Diagnostic:
    summary = f"its create, begun on {pending.started_at}, made nothing"
    detail = "The list of assistants does not have it" + (
        ": it is created now." if change.action is Action.CREATE else "."
    )
    return note("create-absent", summary, detail, file=change.file, line=change.line, key=change.key)


def other_id(desired: Desired, entry: Entry) -> Diagnostic:
    whose = "it is" if entry.key == desired.key else f"{entry.key} is"
    return error(
        "id-conflict",
        f"the document says id {desired.id}, the state says {whose} assistant {entry.id}",
        f"Remove `reconciler.id`, or run `reconciler state forget {entry.key}` to adopt {desired.id} instead.",
        **place(desired, "id"),
        loses=(f"what is recorded of assistant {entry.id}, which runs on and is managed by nobody",),
        commands=(("state", "forget", entry.key),),
    )


def held_elsewhere(desired: Desired, holder: str) -> Diagnostic:
    return error(
        "id-conflict",
        f"assistant {desired.id} is already managed as {holder}",
        f"If this is its new name, say `moved_from: {holder}` instead of `id`.",
        **place(desired, "id"),
        loses=(f"the name {holder}: its document is a new assistant's from then on, if it still stands",),
        commands=(("state", "mv", holder, desired.key),),
    )


def no_such_live(desired: Desired) -> Diagnostic:
    return error(
        "id-not-found",
        f"there is no assistant {desired.id} to adopt",
        "Look for its id in the portal, or remove `reconciler.id` to create a new one.",
        **place(desired, "id"),
        loses=("nothing: there is nothing to adopt",),
        commands=(("drift",),),
    )


def rename(desired: Desired, twin: Entry) -> Diagnostic:
    what = f"assistant {twin.id}" if twin.id is not None else "a create whose outcome is unknown"
    return error(
        "looks-like-rename",
        f"it is new and looks like {twin.key}, whose document is gone ({what})",
        f"If it is the same assistant, say `reconciler: {{moved_from: {twin.key}}}` or run "
        f"`reconciler state mv {twin.key} {desired.key}`. If it is a new one, pass `--allow-new`.",
        **place(desired),
        loses=(f"with --allow-new the tie to {what}: it runs on without a document, beside a second one like it",),
        commands=(("state", "mv", twin.key, desired.key), ("--allow-new",)),
    )


def protected(key: str) -> Diagnostic:
    return error(
        "protected",
        "it left the files and is protected: it is not deleted",
        f"Restore its document, or `reconciler state forget {key}` to let it run on; `--allow-protected` deletes it.",
        key=key,
        loses=(f"with --allow-protected the assistant {key}, for good",),
        commands=(("state", "forget", key), ("--allow-protected",)),
    )


def no_delete_route(key: str) -> Diagnostic:
    return error(
        "no-delete-route",
        "it left the files, but the schemas know no documented way to delete",
        f"Generate them again with `--delete PAGE`, or delete it in the portal and `reconciler state forget {key}`.",
        key=key,
        loses=(f"what is recorded of {key}, which runs on until it is deleted in the portal",),
        commands=(("state", "forget", key),),
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
        loses=("nothing: it does not exist yet",),
        commands=(("validate", desired.file),),
    )


def not_observable(names: list[str]) -> Diagnostic:
    """Of no document in particular: the API shows a field of all assistants, or of none."""
    fields = ", ".join(f"`{each}`" for each in names)
    return note(
        "not-observable",
        f"not observable, since the API does not show it: {fields}",
        "What was last applied is taken for what is there; a change in the portal cannot be seen.",
    )


def already_live(desired: Desired, names: Sequence[str]) -> tuple[Diagnostic, ...]:
    return tuple(
        note(
            "already-live",
            f"`{name}` is live already as the document says: recorded, with nothing to send",
            **place(desired),
            field=name,
        )
        for name in names
    )
