"""Prose on a terminal: behind a gutter, wrapped where the terminal ends, and never cut. Pure.

Prompts are full of lines that start with a dash. So what was removed and added stands behind `│ - ` and `│ + `, and a
line that was edited stands once, behind `│ ~ `, with its words in the marks that git uses: `[-nine-]{+eight+}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.frozen import dataclass
from reconciler.render.escape import cells, terminal_safe
from reconciler.render.hunks import Hunk
from reconciler.render.lines import Line
from reconciler.render.paint import Role, counted, paint
from reconciler.render.prose import Told, told_lines

_ROLES: dict[str, Role | None] = {"+": "create", "-": "delete", " ": "quiet", "~": None}
_SHOWN = 120
"""Of a long unchanged part of an edited line, so many characters stand next to each change, unless all is wanted."""
_LEAST = 20
"""A terminal narrower than this is written to as if it were not."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """How a plan is shown. `whole` shows new long texts in full; `width` wraps lines of prose (None: never)."""

    color: bool = False
    width: int | None = None
    whole: bool = False

    def paint(self, text: str, role: Role | None) -> str:
        return text if role is None or not text else paint(text, role, color=self.color)

    def hunks(self, found: Iterable[Hunk], indent: str) -> Iterator[str]:
        """The changed places of a text with what stands around them, and how many lines are hidden between them."""
        for each in found:
            yield from self._fold(len(each.above), indent)
            yield from self.lines((Line(mark=" ", text=text) for text in each.lead), indent)
            yield from self.lines(each.lines, indent)
            yield from self.lines((Line(mark=" ", text=text) for text in each.tail), indent)
            yield from self._fold(len(each.below), indent)

    def lines(self, lines: Iterable[Line], indent: str) -> Iterator[str]:
        """Lines of prose behind the gutter."""
        for each in told_lines(lines):
            lead = f"│ {each.mark} "
            for part in _wrapped(list(_pieces(each, self.whole)), self.width, cells(indent + lead)):
                yield indent + self._line(lead, part, each.mark)
                lead = "│   "

    def _line(self, lead: str, part: list[tuple[str, Role | None]], mark: str) -> str:
        if mark != "~":
            return self.paint((lead + "".join(text for text, _ in part)).rstrip(), _ROLES[mark])
        return self.paint(lead, "update") + "".join(self.paint(text, role) for text, role in part)

    def _fold(self, hidden: int, indent: str) -> Iterator[str]:
        if hidden:
            yield indent + self.paint(f"│ … ({counted(hidden, 'unchanged line')})", "quiet")


def _pieces(line: Told, whole: bool) -> Iterator[tuple[str, Role | None]]:
    last = len(line.pieces) - 1
    for at, (mark, text) in enumerate(line.pieces):
        safe = terminal_safe(text)
        if line.mark != "~":
            yield safe, None
        elif mark != " ":
            yield (f"[-{safe}-]", "delete") if mark == "-" else (f"{{+{safe}+}}", "create")
        elif whole or len(safe) <= 3 * _SHOWN:
            yield safe, None
        else:
            start, end = safe[: _SHOWN if at else 0], safe[len(safe) - (_SHOWN if at < last else 0) :]
            yield start, None
            yield f"…({len(safe) - len(start) - len(end):,} unchanged characters)…", "quiet"
            yield end, None


def _wrapped(
    pieces: list[tuple[str, Role | None]], width: int | None, used: int
) -> Iterator[list[tuple[str, Role | None]]]:
    """The pieces in lines that fit, broken after a space where there is one; no character is lost."""
    room = None if width is None else max(width - used, _LEAST)
    text = "".join(piece for piece, _ in pieces)
    if room is None or cells(text) <= room:
        yield pieces
        return
    ends = list(_breaks(text, room))
    for start, end in zip([0, *ends], [*ends, len(text)], strict=True):
        yield list(_cut(pieces, start, end))


def _breaks(text: str, room: int) -> Iterator[int]:
    start = space = taken = 0
    for at, character in enumerate(text):
        taken += cells(character)
        if taken > room:
            start = space if space > start else at
            yield start
            taken = cells(text[start : at + 1])
        if character == " ":
            space = at + 1


def _cut(pieces: Iterable[tuple[str, Role | None]], start: int, end: int) -> Iterator[tuple[str, Role | None]]:
    at = 0
    for text, role in pieces:
        part = text[max(start - at, 0) : max(end - at, 0)]
        if part:
            yield part, role
        at += len(text)
