"""What the decisions have to say to people: each problem with its way out. Nothing here decides anything."""

from __future__ import annotations

import math
from typing import Any

from reconciler.errors import Diagnostic, error, note
from reconciler.model import Action, Change, Desired, Entry, Pending
from reconciler.planning.begun import Finding, Verdict


def place(desired: Desired) -> dict[str, Any]:
    """Where a diagnostic about the whole document points."""
    return {"file": desired.file, "line": desired.line, "column": 1, "key": desired.key}


def incomplete(key: str, pending: Pending, finding: Finding | None) -> Diagnostic:
    """A begun create that is not settled, with what settles it."""
    summary = f"a create of {key} was begun {pending.started_at} and its outcome is unknown"
    by_hand = (
        f"Look in the portal: if it exists, `reconciler import {key} ID`;"
        f" if it does not, `reconciler state forget {key}`, and the next apply creates it."
    )
    ids = [] if finding is None else [str(each) for each in finding.ids]
    match finding.verdict if finding is not None else None:
        case Verdict.TOO_EARLY if finding is not None:
            summary += "; it is not in the list of assistants yet"
            wait = math.ceil(finding.wait)
            by_hand = f"The server may still be at it. Plan again in {wait} s; `reconciler apply` waits by itself."
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
    return error("create-incomplete", summary, by_hand, key=key)


def _which(key: str) -> str:
    return (
        f"Look at it in the portal. `reconciler import {key} ID` says which one it is; `reconciler state forget {key}`"
        " says that it is none, and the next apply creates it."
    )


def found(change: Change, pending: Pending, id: int) -> Diagnostic:
    summary = f"the create of {change.key} that was begun {pending.started_at} made assistant {id}"
    detail = "It is in the list with the name and the content that were sent; apply takes its id over."
    return note("create-found", summary, detail, file=change.file, line=change.line, key=change.key)


def came_to_nothing(change: Change, pending: Pending) -> Diagnostic:
    summary = f"the create of {change.key} that was begun {pending.started_at} made nothing"
    detail = "The list of assistants does not have it" + (
        ": it is created now." if change.action is Action.CREATE else "."
    )
    return note("create-absent", summary, detail, file=change.file, line=change.line, key=change.key)


def other_id(desired: Desired, entry: Entry) -> Diagnostic:
    return error(
        "id-conflict",
        f"the document says id {desired.id}, the state says {entry.key} is assistant {entry.id}",
        f"Remove `reconciler.id`, or run `reconciler state forget {entry.key}` to adopt {desired.id} instead.",
        **place(desired),
    )


def held_elsewhere(desired: Desired, holder: str) -> Diagnostic:
    return error(
        "id-conflict",
        f"assistant {desired.id} is already managed as {holder}",
        f"If this is its new name, say `moved_from: {holder}` instead of `id`.",
        **place(desired),
    )


def no_such_live(desired: Desired) -> Diagnostic:
    return error(
        "id-not-found",
        f"there is no assistant {desired.id} to adopt",
        "Look for its id in the portal, or remove `reconciler.id` to create a new one.",
        **place(desired),
    )


def rename(desired: Desired, twin: Entry) -> Diagnostic:
    what = f"assistant {twin.id}" if twin.id is not None else "a create whose outcome is unknown"
    return error(
        "looks-like-rename",
        f"{desired.key} is new and looks like {twin.key}, whose document is gone ({what})",
        f"If it is the same assistant, say `reconciler: {{moved_from: {twin.key}}}` or run "
        f"`reconciler state mv {twin.key} {desired.key}`. If it is a new one, pass `--allow-new`.",
        **place(desired),
    )


def protected(key: str) -> Diagnostic:
    return error(
        "protected",
        f"{key} left the files, and it is protected: it is not deleted",
        f"Restore its document, or `state forget {key}` to leave it running. `--allow-protected` deletes it.",
        key=key,
    )


def no_delete_route(key: str) -> Diagnostic:
    return error(
        "no-delete-route",
        f"{key} left the files, but the schemas know no documented way to delete",
        "Generate them again with `--delete PAGE`, or delete it in the portal and `state forget` it.",
        key=key,
    )


def moved(desired: Desired, source: Entry) -> Diagnostic:
    summary = f"{source.key} is now {desired.key}; the same assistant, id {source.id}"
    return note("moved", summary, **place(desired))


def protection(desired: Desired) -> Diagnostic:
    told = "protected from now on" if desired.protect else "no longer protected"
    return note("protection", f"{desired.key} is {told}", **place(desired))


def cannot_create(desired: Desired, names: str) -> Diagnostic:
    return error(
        "cannot-create",
        f"{desired.key} cannot be created without {names}",
        "Name it in the document; `unmanaged` is for assistants that exist already, `seed` for what is sent once.",
        **place(desired),
    )
