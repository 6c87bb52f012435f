"""The positions of a document's values, found when somebody asks: nearly always nobody does. Core: pure.

A document of 59 lines has some 60 positions. To find them takes three times as long as to read the values, and they
fill 20 KB; its text has 4, and is all that goes from one process to another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

from reconciler.model import Path, Position

Positions: TypeAlias = Mapping[Path, Position]
_BEFORE_FIRST_KEY = re.compile(r"(?: *(?:#[^\n]*)?\n)*")


class LatePositions(Mapping[Path, Position]):
    """What `make(*arguments)` gives, once it is asked for; in another process, that is asked again.

    `root` is the position of `()`, where that is known already: nobody needs to look for it.
    """

    __slots__ = ("_arguments", "_found", "_make", "_root")

    def __init__(self, make: Callable[..., Positions], *arguments: Any, root: Position | None = None) -> None:
        self._make, self._arguments, self._root = make, arguments, root
        self._found: Positions | None = None

    def __getitem__(self, path: Path) -> Position:
        if not path and self._root is not None:
            return self._root
        return self._all()[path]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())

    def __repr__(self) -> str:
        return f"LatePositions({self._make.__name__})"

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(LatePositions, self._make, *self._arguments, root=self._root), ()

    def _all(self) -> Positions:
        if self._found is None:
            self._found = self._make(*self._arguments)
        return self._found


def late_positions(
    text: str, *, file: str, read: Callable[[str, str], tuple[Positions, Positions]]
) -> tuple[Positions, Positions]:
    """The places of all values and the names (places of keys) of a mapping in block style, as `read` finds both."""
    reading = _Reading(text, file, read)
    before = _BEFORE_FIRST_KEY.match(text)
    root = Position(file, text.count("\n", 0, before.end() if before else 0) + 1, 1)
    return LatePositions(_places, reading, root=root), LatePositions(_names, reading)


class _Reading:
    """What `read` finds in a text, for places and names together."""

    __slots__ = ("_found", "_given")

    def __init__(self, *given: Any) -> None:
        self._given = given
        self._found: tuple[Positions, Positions] | None = None

    def found(self) -> tuple[Positions, Positions]:
        if self._found is None:
            text, file, read = self._given
            self._found = read(text, file)
        return self._found

    def __reduce__(self) -> tuple[Any, ...]:
        return _Reading, self._given


def _places(reading: _Reading) -> Positions:
    return reading.found()[0]


def _names(reading: _Reading) -> Positions:
    return reading.found()[1]
