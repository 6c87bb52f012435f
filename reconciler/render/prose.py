"""What happened to a prompt or a message: its changed places with the words in them, and what numbers say of it. Pure.

One value for every renderer. The numbers are for the mistakes that nobody sees in a diff: a paragraph that was pasted
twice, a text that lost its end, an editor that touched white space alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from reconciler.frozen import dataclass
from reconciler.later import pattern
from reconciler.render.hunks import Hunk, hunks
from reconciler.render.lines import Line, line_diff, split

SUSPICIOUS = 1.8
"""A text that grew to so many times its words, or shrank as much, is asked about."""
FEW = 4
"""An address or a name is not worth counting."""
ENOUGH = 20
"""Below this many words a text may double for any reason."""
_MARKS = pattern(r"\[-|-\]|\{\+|\+\}")


@dataclass(frozen=True, kw_only=True)
class Prose:
    """Two versions of one text. `lines` give both back, kept and removed ones the first, kept and added the second."""

    lines: tuple[Line, ...]
    words_before: int
    words_after: int
    notes: tuple[str, ...] = ()

    @cached_property
    def hunks(self) -> tuple[Hunk, ...]:
        """The changed places in order, with what stands around them; between them they hold every line."""
        return tuple(hunks(self.lines))

    @property
    def numbers(self) -> str:
        """`412 → 431 words`, and what is to be noticed: `412 → 412 words, whitespace only`; empty of a word or two."""
        if max(self.words_before, self.words_after) < FEW and not self.notes:
            return ""
        before, after = f"{self.words_before:,}", f"{self.words_after:,}"
        return ", ".join((f"{before} → {after} words", *self.notes))


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One line to be shown: kept, removed, added, or (`~`) edited.

    `pieces` are its parts with their own marks; those of an edited line that are not `+` are the line before, and those
    that are not `-` the line after.
    """

    mark: str
    pieces: tuple[tuple[str, str], ...]


def told_lines(lines: Iterable[Line]) -> Iterator[Told]:
    """Lines with each edited one told once; twice where its text holds what could be taken for the marks of words."""
    removed: Line | None = None
    for line in lines:
        if removed is not None and line.changed:
            yield from _merged(removed, line)
            removed = None
        elif line.changed:
            removed = line
        else:
            yield Told(mark=line.mark, pieces=((line.mark, line.text),))


def _merged(removed: Line, added: Line) -> Iterator[Told]:
    if _MARKS.search(removed.text) or _MARKS.search(added.text):
        yield from (Told(mark=line.mark, pieces=((line.mark, line.text),)) for line in (removed, added))
        return
    pieces: list[tuple[str, str]] = []
    at = 0
    for (start, end), (new_start, new_end) in zip(removed.changed, added.changed, strict=True):
        pieces += [(" ", removed.text[at:start]), ("-", removed.text[start:end]), ("+", added.text[new_start:new_end])]
        at = end
    pieces.append((" ", removed.text[at:]))
    yield Told(mark="~", pieces=tuple((mark, text) for mark, text in pieces if text))


def prose(before: str, after: str) -> Prose:
    """The two texts compared, as the plan compares them: line ends and white space around the whole do not count."""
    old, new = before.split(), after.split()
    return Prose(
        lines=tuple(line_diff(before, after)),
        words_before=len(old),
        words_after=len(new),
        notes=tuple(_notes(before, after, old, new)),
    )


def _notes(before: str, after: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    if old == new:
        if split(before) != split(after):
            yield "whitespace only"
    elif Counter(old) == Counter(new):
        yield "reordered only"
    elif len(new) >= SUSPICIOUS * len(old) and len(old) >= ENOUGH:
        yield f"grew {len(new) / len(old):.1f} times: pasted twice?"
    elif len(old) >= SUSPICIOUS * len(new) and len(old) >= ENOUGH:
        yield f"shrank to {len(new) / len(old):.0%}: cut off?"
