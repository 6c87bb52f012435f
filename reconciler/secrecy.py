"""Secrets in values: references that are stored and shown, the vault that holds what they stand for, and equality.

A secret stands as `{"$secret": NAME, "fingerprint": HMAC or null}` in desired, state and plans. Secrets are compared by
fingerprint. Two fingerprints can disagree only where the same key made them: one of them missing, or made with another
machine's key, proves nothing, and then the reference alone (its name) decides. Else a laptop and a pipeline with
different keys would see each other's every secret as changed, for ever. Core: pure, stdlib only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import zip_longest

from reconciler.canonical import SCALARS, Json, equal, identical, is_list
from reconciler.frozen import dataclass

SECRET_KEY = "$secret"  # noqa: S105 - the name of the marker, not a secret


@dataclass(frozen=True, kw_only=True, slots=True)
class Vault:
    """The values of secrets, by name, for this run only. Its repr shows none of them."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)


def secret_reference(name: str, fingerprint: str | None) -> dict[str, Json]:
    """How a secret stands in content, state and plans."""
    return {SECRET_KEY: name, "fingerprint": fingerprint}


def secret_name(value: Json) -> str | None:
    """The name in a secret reference, or None for any other value."""
    if type(value) in SCALARS:
        return None
    if isinstance(value, Mapping) and SECRET_KEY in value and set(value) <= {SECRET_KEY, "fingerprint"}:
        name = value[SECRET_KEY]
        return name if isinstance(name, str) else None
    return None


def reveal(value: Json, vault: Vault) -> Json:
    """The value with every secret reference replaced: what goes over the wire, and nowhere else.

    Raises KeyError with the secret's name where the vault does not hold it.
    """
    name = secret_name(value)
    if name is not None:
        return vault.values[name]
    if isinstance(value, Mapping):
        return {each: reveal(value[each], vault) for each in value}
    if is_list(value):
        return [reveal(each, vault) for each in value]
    return value


def secret_names(value: Json) -> Iterator[str]:
    """The names of all secrets that a value refers to."""
    return (name for name, _ in secrets_in(value))


def secrets_in(value: Json) -> Iterator[tuple[str, str | None]]:
    """Name and fingerprint of all secrets that a value refers to."""
    if type(value) in SCALARS:
        return
    name = secret_name(value)
    if name is not None:
        yield name, _fingerprint(value)
    else:
        for each in value.values() if isinstance(value, Mapping) else value if is_list(value) else ():
            yield from secrets_in(each)


def same(left: Json, right: Json, *, unordered: bool = False) -> bool:
    """Canonical equality, with secrets as above."""
    if identical(left, right):
        return True
    told = _with_references_of(left, right, lambda mine, other: not comparable(mine, other))
    return equal(left, told, unordered=unordered)


def comparable(left: str | None, right: str | None) -> bool:
    """Whether two fingerprints (`hmac-sha256:KEY ID:DIGEST`) can tell a change of the secret."""
    return left is not None and right is not None and left.rpartition(":")[0] == right.rpartition(":")[0]


def untold(left: Json, right: Json) -> Iterator[str]:
    """The names of secrets that stand at the same place in both, and of which nobody can tell whether they changed."""
    if type(left) in SCALARS or type(right) in SCALARS:
        return
    name = secret_name(left)
    if name is not None and name == secret_name(right):
        if not comparable(_fingerprint(left), _fingerprint(right)):
            yield name
    elif isinstance(left, Mapping) and isinstance(right, Mapping):
        for each in left.keys() & right.keys():
            yield from untold(left[each], right[each])
    elif is_list(left) and is_list(right):
        for mine, other in zip(left, right, strict=False):
            yield from untold(mine, other)


def remembered(value: Json, like: Json) -> Json:
    """`value`, with the reference that `like` has in its place for every secret that nobody could look at."""
    return _with_references_of(like, value, lambda mine, _: mine is None)


def _with_references_of(like: Json, value: Json, gives_way: Callable[[str | None, str | None], bool]) -> Json:
    """`value`, with the reference of `like` for each secret of one name in one place, by their fingerprints."""
    if type(value) in SCALARS:
        return value
    name = secret_name(value)
    if name is not None:
        return like if name == secret_name(like) and gives_way(_fingerprint(value), _fingerprint(like)) else value
    if isinstance(value, Mapping) and isinstance(like, Mapping):
        return {each: _with_references_of(like.get(each), inner, gives_way) for each, inner in value.items()}
    if isinstance(value, Sequence) and isinstance(like, Sequence) and not isinstance(value, str):
        beside = zip_longest(value, like[: len(value)])
        return [_with_references_of(other, inner, gives_way) for inner, other in beside]
    return value


def _fingerprint(reference: Json) -> str | None:
    found = reference.get("fingerprint") if isinstance(reference, Mapping) else None
    return found if isinstance(found, str) else None
