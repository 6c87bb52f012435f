"""What an apply has to say to a person, apart from the server's refusals. Pure; codes are stable."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.errors import Diagnostic, error, note
from reconciler.model import Change

_AGAIN = "Run `plan` and `apply` again: they do the rest."


def about(change: Change, code: str, summary: str, detail: str | None = None) -> Diagnostic:
    """An error about one change, at the place of its document."""
    return error(code, summary, detail, key=change.key, file=change.file, line=change.line)


def blocked(change: Change) -> Diagnostic:
    return about(change, "blocked", "this change is blocked, so nothing of the plan can be applied")


def move_ring(change: Change) -> Diagnostic:
    return about(
        change,
        "move-ring",
        f"it moves to where another document moves away from, in a ring (from {change.moved_from})",
        "Move one of them to a third name first, apply, and then move it to its place.",
    )


def secret_missing(change: Change, name: str) -> Diagnostic:
    return about(
        change,
        "secret-missing",
        f"the secret {name} is not in the environment; nothing was sent",
        f"Set {name} and run it again.",
    )


def invalid_body(change: Change, method: str, places: Sequence[str]) -> Diagnostic:
    """Names places and rules only: a violation's own words quote values."""
    return about(
        change,
        "internal-invalid-body",
        f"the body of the {method} does not meet the schema ({', '.join(places)}); nothing was sent",
        "This is a bug in reconciler, the plan file was edited, or it was made with other schemas: plan again.",
    )


def no_id(change: Change) -> Diagnostic:
    return about(
        change,
        "internal-no-id",
        "the id of the assistant is not known; nothing was sent",
        "This is a bug in reconciler, or the plan file was edited: plan again.",
    )


def create_unknown(change: Change) -> Diagnostic:
    return about(
        change,
        "create-unknown",
        "it is not known whether the assistant was created",
        "It is noted as pending. The next `plan` and `apply` look for it in the list of assistants; it is not created"
        " again before that says that it is not there.",
    )


def create_found(change: Change, id: int) -> Diagnostic:
    return note(
        "create-found",
        f"{change.key}: the create was not answered, and made assistant {id}",
        "It is in the list with the name and the content that were sent, and is recorded.",
        key=change.key,
        file=change.file,
        line=change.line,
    )


def created_without_id(change: Change) -> Diagnostic:
    return about(change, "created-without-id", "the API said that it created the assistant, but not its id")


def update_unknown(change: Change) -> Diagnostic:
    return about(
        change,
        "update-unknown",
        "it is not known whether the server acted on the request",
        "It can safely be sent again, as the next `apply` does.",
    )


def not_saved(change: Change, id: int | None, *, created: bool) -> Diagnostic:
    """The server acted and the state does not say so: the id must not be lost."""
    if created:
        return about(
            change,
            "state-not-saved",
            f"assistant {id} was created, but its id could not be written to the state",
            "The state holds it as pending. Make the state writable: the next `plan` and `apply` find it in the list,"
            f" and `reconciler import {change.key} {id}` says so by hand.",
        )
    return about(
        change,
        "state-not-saved",
        f"assistant {id} was changed on the server, but that could not be written to the state",
        "Make the state writable and run it again: the same request is safe to repeat.",
    )


def pending_not_taken_back(change: Change) -> Diagnostic:
    return about(
        change,
        "state-not-saved",
        "nothing was created, but the note that a create had begun could not be taken back",
        "Make the state writable: the next `plan` and `apply` look in the list and find nothing. By hand,"
        f" `reconciler state forget {change.key}` removes the note.",
    )


def nothing_saved(change: Change) -> Diagnostic:
    return about(
        change,
        "state-not-saved",
        "the state could not be written, so nothing was sent",
        "Make the state writable and run it again.",
    )


def incomplete(change: Change, sent: int) -> Diagnostic:
    every = len(change.requests)
    summary = f"{sent} of {every} requests were done, and what they did is recorded"
    return about(change, "change-incomplete", summary, _AGAIN)


def held_back(change: Change, keys: Sequence[str]) -> Diagnostic:
    summary = f"not started: it has to come after {', '.join(keys)}"
    return about(change, "dependency-failed", summary, _AGAIN)


def vanished(change: Change) -> Diagnostic:
    return about(
        change,
        "vanished",
        f"the API no longer has assistant {change.id}",
        f"It was deleted outside of Git. `reconciler state forget {change.key}`, and the next `apply` creates it"
        " again; or remove its document.",
    )


def stopped_by_state() -> Diagnostic:
    summary = "stopped: the state cannot be written, so nothing more was sent"
    return error("stopped-by-state", summary, "What the server was already sent is listed above.")


def stopped_by_breaker(failures: int) -> Diagnostic:
    summary = f"stopped: {failures} requests in a row failed on the server's side"
    return error("too-many-failures", summary, "Run it again when the API is well; what was done is recorded.")


def stopped_by_another() -> Diagnostic:
    summary = "stopped: the first create was not answered as the API does, so no other was sent"
    return error("stopped-by-answer", summary, "Is this the API's address? Check RECONCILER_API_URL and `api`.")


def stopped_by_key() -> Diagnostic:
    summary = "stopped: the API does not accept the key, so every other request would fail too"
    return error("stopped-by-key", summary, "Check RECONCILER_API_KEY and RECONCILER_API_URL.")


def stopped_after_error() -> Diagnostic:
    return error("stopped-after-error", "stopped after the first failure, as --on-error stop asks", _AGAIN)
