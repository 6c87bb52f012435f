"""One read value in the spelling in which it was sent, where the platform merely spells it otherwise.

Types alone do not tell it (`live` does what they tell): the platform fills defaults into the items of a list of typed
objects and shows their ids as text, keeps an empty text as null, and rounds a decimal to the places of its column.
Whatever means something else stays as it was read, so that it is seen. Core: stdlib only, pure.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from reconciler.canonical import Json, is_list
from reconciler.secrecy import secret_name

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_EMPTY: Mapping[str, Any] = {}
_LONGEST_NUMBER = 300
"""Characters; a longer text is no number that any column holds."""
_LEAST_PLACES = 2
"""Text with fewer decimals ("0.7") says nothing of its column, which may drop zeros at the end."""
_MOST_PLACES, _LARGEST = 9, 1e15
"""Beyond either, a float has no decimals to lose."""


def number_in(text: str) -> int | float | None:
    """The number that a text spells, exactly; None where it spells none, or one beyond what numbers are."""
    stripped = text.strip()
    if len(stripped) > _LONGEST_NUMBER or not _NUMBER.fullmatch(stripped):
        return None
    if stripped.lstrip("+-").isdigit():
        return int(stripped)
    number = float(stripped)
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


class Spelling:
    """How one value was spelled when it was sent. `of` is idempotent, and never makes two meanings one.

    `schema` is the field's; `places` are the decimals that a number is shown with as text. `loose` holds inside the
    items of a list of typed objects: of those only the keys that were sent count, and their types are unknown.
    """

    def __init__(
        self, *, like: Json, schema: Mapping[str, Any] = _EMPTY, places: int | None = None, loose: bool = False
    ) -> None:
        self._like = like
        self._schema = schema
        self._places = places
        self._loose = loose

    def of(self, value: Json) -> Json:
        """The value in that spelling, or as it is where it means something else."""
        like = self._like
        if _is_blank(value) and _is_blank(like):
            return like
        if secret_name(value) is not None or secret_name(like) is not None:
            return value
        if isinstance(value, Mapping) and isinstance(like, Mapping):
            return self._object(value, like)
        if isinstance(value, list) and is_list(like):
            return self._list(value, like)
        if _is_number(value) and _is_number(like) and self._places is not None:
            return like if _is_rounded(like, value, self._places) else value
        return like if self._loose and _is_same_scalar(value, like) else value

    def _object(self, value: Mapping[str, Json], like: Mapping[str, Json]) -> dict[str, Json]:
        found = {
            name: Spelling(like=like[name], loose=self._loose).of(each) if name in like else each
            for name, each in value.items()
            if name in like or not self._loose
        }
        return found | {
            name: like[name] for name in like if self._loose and name not in found and _is_blank(like[name])
        }

    def _list(self, value: list[Json], like: Sequence[Json]) -> list[Json]:
        if self._loose or self._schema.get("items", _EMPTY).get("required") == ["type"]:
            pairs = zip(value, _of_the_same_type(value, like), strict=True)
            return [each if sent is None else Spelling(like=sent, loose=True).of(each) for each, sent in pairs]
        if len(value) != len(like):
            return value
        return [Spelling(like=sent).of(each) for each, sent in zip(value, like, strict=True)]


def _of_the_same_type(items: Sequence[Json], likes: Sequence[Json]) -> Iterator[Json]:
    """For each item the one that was sent in its place, else the next of its type that no other item stands for."""
    free = list(range(len(likes)))
    for at, item in enumerate(items):
        fitting = [each for each in free if _type(likes[each]) == _type(item)]
        chosen = at if at in fitting else next(iter(fitting), None)
        if chosen is not None:
            free.remove(chosen)
        yield None if chosen is None else likes[chosen]


def _type(item: Json) -> Json:
    return item.get("type") if isinstance(item, Mapping) else None


def _is_blank(value: Json) -> bool:
    """Nothing, however it is told: the platform keeps an empty text as null, and null for an empty list."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, Sequence | Mapping) and not value)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_rounded(sent: Any, shown: Any, places: int) -> bool:
    """Whether a column of so many places keeps what was sent as what is shown."""
    if not isinstance(sent, float) or abs(sent) > _LARGEST or places > _MOST_PLACES:
        return False
    quantum = Decimal(1).scaleb(-max(places, _LEAST_PLACES))
    exact = Decimal(str(sent))
    return any(float(exact.quantize(quantum, how)) == shown for how in (ROUND_HALF_UP, ROUND_HALF_EVEN))


def _is_same_scalar(value: Json, like: Json) -> bool:
    """Whether two values of unknown type are one: "7" for 7, 1 for true, and the other way round."""
    if isinstance(like, bool):
        return not isinstance(value, bool) and value in (0, 1, "0", "1") and bool(int(value)) is like
    text, number = (value, like) if isinstance(value, str) else (like, value)
    return isinstance(text, str) and _is_number(number) and number_in(text) == number
