"""What every home stores in the same words: an entry's and the environment's JSON, and how a lineage is judged. Pure.

    {"format_version": 1, "lineage": UUID, "account": FINGERPRINT (once it was applied)}

The lineage says which environment this is, wherever it is moved to: two that began apart never mix.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.canonical import Json, pretty
from reconciler.entries import FORMAT_VERSION
from reconciler.errors import StateConflictError, StateError, error
from reconciler.state.entryfiles import Place, unreadable

_HEX = frozenset("0123456789abcdef")


def stored_meta(lineage: str, account: str | None = None) -> bytes:
    """The environment's own object as its bytes."""
    known: dict[str, Json] = {} if account is None else {"account": account}
    return pretty({"format_version": FORMAT_VERSION, "lineage": lineage, **known}).encode()


def lineage_of(stored: Mapping[str, Json], place: Place) -> str:
    """The lineage that the environment's own object names. Raises StateError for a newer format, or where none is."""
    version = stored.get("format_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise unreadable(place, "it has no `format_version`")
    if version > FORMAT_VERSION:
        raise newer(version, place.shown)
    lineage = str(stored.get("lineage"))
    parts = lineage.split("-")
    if [len(each) for each in parts] == [8, 4, 4, 4, 12] and _HEX.issuperset("".join(parts)):
        return lineage
    import uuid  # which, with all that it imports, takes 2 ms: only where it is written in another of its forms

    try:
        return str(uuid.UUID(lineage))
    except ValueError:
        raise unreadable(place, "its `lineage` is not a UUID") from None


def account_of(stored: Mapping[str, Json], place: Place) -> str | None:
    """The account's fingerprint in the environment's own object. Raises StateError as `lineage_of` does."""
    lineage_of(stored, place)
    account = stored.get("account")
    if account is not None and not isinstance(account, str):
        raise unreadable(place, "its `account` is not text")
    return account


def newer(version: int, shown: str) -> StateError:
    """The error of a state that a newer program wrote."""
    return StateError(
        error(
            "state-newer",
            f"the file has format {version}; this program reads up to {FORMAT_VERSION}",
            "It was written by a newer reconciler. Install that version or a later one; nothing was changed.",
            file=shown,
        )
    )


def refuse_other_lineage(there: str | None, lineage: str, shown: str) -> None:
    """Raise StateConflictError where an environment stands that is not the one of `lineage`."""
    if there is not None and there != lineage:
        raise StateConflictError(
            error(
                "state-other-lineage",
                f"another state stands at {shown}: its lineage is {there}, not {lineage}",
                "It belongs to another environment or project. Nothing was changed. Name another place.",
            )
        )


def moved(key: str, shown: str) -> StateConflictError:
    """The error of a write that found another version of the entry than this run has seen."""
    return StateConflictError(
        error(
            "state-conflict",
            f"the state entry of {key} was changed by somebody else meanwhile",
            "Another run took the lock, or somebody edited the state. What they wrote is kept; plan again.",
            file=shown,
            key=key,
        )
    )


def lock_lost(environment: str, shown: str) -> StateConflictError:
    """The error of a run that wants to write and does not hold the lock any more."""
    return StateConflictError(
        error(
            "lock-lost",
            f"this run does not hold the lock of {environment} any more, so it writes nothing further",
            "The connection broke, or `state unlock --force` took the lock away. Plan again.",
            file=shown,
        )
    )
