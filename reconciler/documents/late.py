"""The positions of a document's values, found when somebody asks: nearly always nobody does. Core: pure.

A document of 59 lines has some 60 positions. To find them takes three times as long as to read the values, and they
fill 20 KB; its text has 4, and is all that goes from one process to another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from reconciler.model import Path, Position

Positions: TypeAlias = Mapping[Path, Position]
_BEFORE_FIRST_KEY = re.compile(r"(?: *(?:#[^\n]*)?\n)*")


def late_positions(
    text: str, *, file: str, read: Callable[[str, str], tuple[Positions, Positions]]
) -> tuple[Positions, Positions]:
    """The places of all values and the names (places of keys), as `read(text, file)` gives them: once, when asked.

    Where the text begins, comments aside, is known without it: `text` is a mapping in block style.
    """
    found = _Read(text, file, read)
    return LatePositions(found, 0), LatePositions(found, 1)


class _Read:
    """What `read` says of a text, remembered in this process alone."""

    __slots__ = ("_found", "file", "read", "text")

    def __init__(self, text: str, file: str, read: Callable[[str, str], tuple[Positions, Positions]]) -> None:
        self.text, self.file, self.read = text, file, read
        self._found: tuple[Positions, Positions] | None = None

    def found(self) -> tuple[Positions, Positions]:
        if self._found is None:
            self._found = self.read(self.text, self.file)
        return self._found

    def root(self) -> Position:
        before = _BEFORE_FIRST_KEY.match(self.text)
        return Position(self.file, self.text.count("\n", 0, before.end() if before else 0) + 1, 1)

    def __reduce__(self) -> tuple[Any, ...]:
        return _Read, (self.text, self.file, self.read)


class LatePositions(Mapping[Path, Position]):
    """A mapping like any other, of which nothing is known yet but the position of `()`, if it has one."""

    __slots__ = ("_read", "_which")

    def __init__(self, read: _Read, which: int) -> None:
        self._read, self._which = read, which

    def __getitem__(self, path: Path) -> Position:
        if not path and self._which == 0:
            return self._read.root()
        return self._read.found()[self._which][path]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._read.found()[self._which])

    def __len__(self) -> int:
        return len(self._read.found()[self._which])

    def __repr__(self) -> str:
        return f"LatePositions({self._read.file!r})"
