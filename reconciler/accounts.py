"""Whose key is this? An environment remembers the account that it was applied to, and refuses another's key.

With another account's key every assistant would look gone, and be created a second time for the wrong customer. What
is remembered is a salted, slow digest of what the API says of the account: enough to recognise it, and no address or
name. Where the API says nothing, the ids that the environment manages must be among the account's. Shell: reads only.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from reconciler.api import Answer, Failure, Kind
from reconciler.canonical import Json
from reconciler.errors import ReconcilerError, error
from reconciler.frozen import dataclass
from reconciler.model import Entry
from reconciler.refresh import Reader, read_live
from reconciler.schemas import SchemaSet

_FORM = "pbkdf2-sha256"
_ROUNDS = 100_000
_UNKNOWN_ROUTE = frozenset({Kind.NOT_FOUND, Kind.WRONG_ADDRESS})


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountRoute:
    """Where the API says whose key it is given, and which fields of the answer stay the same for an account."""

    path: str
    identity: tuple[str, ...]


class Teller(Reader, Protocol):
    """The API, as far as it is asked here; ApiClient is one."""

    def attempt(self, method: str, path: str) -> Answer | Failure: ...


def recognised(
    client: Teller,
    route: AccountRoute | None,
    *,
    environment: str,
    remembered: str | None,
    entries: Callable[[], Mapping[str, Entry]],
    schemas: SchemaSet,
    shown: Collection[int] | None = None,
    allow_other: bool = False,
) -> str | None:
    """The fingerprint to remember for the key's account: the old one where it is the same; None where none can be had.

    Raises ReconcilerError (`other-account`) where it is another account than the one remembered, or, where none is,
    one that shows none of the assistants that the environment manages; with `allow_other` neither is an error. `shown`
    are the ids of the account where it was read already. `entries` reads the state, and is called only where what the
    API says of the account does not settle it. Raises ApiError where the API cannot be asked.
    """
    identity = None if route is None else _identity(client, route)
    if identity is not None and remembered is not None:
        if _is(identity, remembered):
            return remembered
        if not allow_other:
            raise _not_the_remembered(environment)
    elif not allow_other and "list" in schemas.endpoints and _managed(known := entries()):
        ids = read_live(client, schemas) if shown is None else shown
        refuse_strange_list(ids, environment=environment, entries=known)
    return remembered if identity is None else _fingerprint(identity, secrets.token_hex(8))


def is_remembered(client: Teller, route: AccountRoute | None, *, environment: str, remembered: str | None) -> bool:
    """Whether the API says that this is the remembered account; False where nobody can tell.

    Raises ReconcilerError (`other-account`) where it says another one, ApiError where it cannot be asked.
    """
    if route is None or remembered is None:
        return False
    identity = _identity(client, route)
    if identity is not None and not _is(identity, remembered):
        raise _not_the_remembered(environment)
    return identity is not None


def refuse_strange_list(shown: Collection[int], *, environment: str, entries: Mapping[str, Entry]) -> None:
    """Raise ReconcilerError (`other-account`) where an account's list of ids has none of those that are managed."""
    managed = _managed(entries)
    if managed and managed.isdisjoint(shown):
        count = "the assistant" if len(managed) == 1 else f"any of the {len(managed)} assistants"
        raise _other(f"the account of this key does not show {count} that {environment} manages")


def _managed(entries: Mapping[str, Entry]) -> set[int]:
    return {entry.id for entry in entries.values() if entry.id is not None}


def _is(identity: str, remembered: str) -> bool:
    salt = remembered.split(":")[1] if remembered.count(":") == 2 else ""
    return _fingerprint(identity, salt) == remembered


def _identity(client: Teller, route: AccountRoute) -> str | None:
    """What the API says of the account, as one text; None where it does not say."""
    answer = client.attempt("GET", route.path)
    if isinstance(answer, Failure):
        if answer.kind in _UNKNOWN_ROUTE or answer.status in (403, 405):
            return None
        raise answer.error()
    told = answer.json
    if isinstance(told, Mapping) and isinstance(told.get("data"), Mapping):
        told = told["data"]
    values: list[Json] = [told.get(each) if isinstance(told, Mapping) else None for each in route.identity]
    if any(each is None for each in values):
        return None
    return json.dumps([each.strip().casefold() if isinstance(each, str) else each for each in values])


def _fingerprint(identity: str, salt: str) -> str:
    digest = hashlib.pbkdf2_hmac("sha256", identity.encode("utf-8", "surrogatepass"), salt.encode(), _ROUNDS)
    return f"{_FORM}:{salt}:{digest.hex()[:32]}"


def _not_the_remembered(environment: str) -> ReconcilerError:
    return _other(f"{environment} was applied to another account than the one of this key")


def _other(told: str) -> ReconcilerError:
    return ReconcilerError(
        error(
            "other-account",
            told,
            "Nothing was changed. Set this environment's own RECONCILER_API_KEY, or choose the environment with -e. "
            "Where it is meant (the account was replaced, or all its assistants were deleted), apply, plan, drift, "
            "pull and import take --allow-other-account.",
            loses=("what the state says of the old account: here its assistants are not there, and are made anew",),
            commands=(("--allow-other-account",),),
        )
    )
