"""The one meaning of "equal", and the digests built on it. Core: stdlib only, pure.

Equality is JSON's, as this API lives it: `1` is `1.0`, `true` is never `1`, order counts in lists unless the schema
says `x-unordered`, and text is compared with its line ends made LF and white space at both ends dropped, because the
platform trims what it stores and editors end files with a newline.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import TypeAlias, TypeGuard

# made once: json.dumps would make one for every call, which takes as long as encoding something small
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
Json: TypeAlias = "None | bool | int | float | str | Sequence[Json] | Mapping[str, Json]"
SCALARS: frozenset[type] = frozenset({str, int, float, bool, type(None)})
"""The types of values with nothing inside: to ask whether one is a Mapping takes four times as long as this."""


def is_list(value: Json) -> TypeGuard[Sequence[Json]]:
    """Whether a value is an array: a text is a sequence as well, and none."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def canonical(value: Json, *, unordered: bool = False) -> Json:
    """The representative of all values equal to `value`; `unordered` makes the outer list a set.

    NaN and infinities have no place in JSON; the loaders refuse them, so meeting one here is a bug.
    """
    if isinstance(value, str):
        return _canonical_text(value)
    if value is None or isinstance(value, int):  # true and false among them; to ask for Mapping costs far more
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("NaN and infinity are not JSON")
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        return {name: canonical(value[name]) for name in sorted(value)}
    items = [canonical(item) for item in value]
    return _as_set(items) if unordered else items


def identical(left: Json, right: Json) -> bool:
    """Whether two values are the same to the letter, which makes them equal by any rule; False says nothing yet.

    Nearly everything that is compared is: this takes a fifth of what `equal` does.
    """
    kind = type(left)
    if kind is not type(right):  # true is not 1, nor is 1.0
        return False
    if kind in SCALARS:
        return left == right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(map(identical, left.values(), map(right.__getitem__, left)))
    return (
        isinstance(left, list)
        and isinstance(right, list)
        and len(left) == len(right)
        and all(map(identical, left, right))
    )


def equal(left: Json, right: Json, *, unordered: bool = False) -> bool:
    """Whether two values mean the same. Reflexive, symmetric, transitive."""
    return canonical_bytes(left, unordered=unordered) == canonical_bytes(right, unordered=unordered)


def canonical_bytes(value: Json, *, unordered: bool = False) -> bytes:
    """UTF-8 JSON of the canonical value, keys sorted, no spaces: what digests are made of."""
    if type(value) is int:  # ids are compared by the ten thousand: 0.1 µs instead of 4
        return b"%d" % value
    return _dump(canonical(value, unordered=unordered))


def digest(value: Json) -> str:
    """`sha256:` and the hex digest of the canonical bytes."""
    return digest_bytes(canonical_bytes(value))


def exact_digest(value: Json) -> str:
    """Like `digest`, but of the value as it is: a changed newline or `1` against `1.0` gives another digest."""
    return digest_text(exact_text(value))


def exact_text(value: Json) -> str:
    """JSON of the value as it is, keys sorted, no spaces: what `exact_digest` is made of."""
    # the encoder asks other things first: 0.2 µs for a text instead of 0.8
    return encode_basestring(value) if type(value) is str else _ENCODER.encode(value)


def digest_text(text: str) -> str:
    """The digest of a text that was put together of parts, each by `exact_text`."""
    return digest_bytes(text.encode("utf-8", "surrogatepass"))


def digest_bytes(content: bytes) -> str:
    """`sha256:` and the hex digest of some bytes."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def pretty(value: Json) -> str:
    """JSON for files: sorted, indented by two, LF at the end, every character as itself."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False) + "\n"


def _canonical_text(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


def _as_set(items: Sequence[Json]) -> list[Json]:
    return [json.loads(each) for each in sorted({_dump(item) for item in items})]


def _dump(value: Json) -> bytes:
    # surrogates cannot come out of our loaders, but an API answer may hold them: never a traceback for that
    return exact_text(value).encode("utf-8", "surrogatepass")
