"""Two long texts as one list of lines: kept, removed, added, and folded where nothing changes. Pure.

Lines, not words, since a prompt is reviewed as the file it stands in. Texts are compared as the plan compares them:
line ends and white space around the whole do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CONTEXT = 2
"""Unchanged lines shown on each side of a change."""

MOST_PAIRS = 2_000_000
"""Above this many equal pairs of lines (the same line thousands of times) difflib would take minutes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """`mark` is `-`, `+`, a space for a kept line, or `…` for a fold, whose text says how many lines it hides."""

    mark: str
    text: str


def split(text: str) -> list[str]:
    """The lines of a text as they are compared. Only LF, CR and CRLF end a line; other separators are text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")


def line_diff(before: str, after: str) -> list[Line]:
    """Every line of both texts: kept and removed ones give `before`, kept and added ones give `after`."""
    old, new = split(before), split(after)
    head = _shared(old, new)
    tail = _shared(old[head:][::-1], new[head:][::-1])
    middle = _changed(old[head : len(old) - tail], new[head : len(new) - tail])
    kept_after = old[len(old) - tail :]
    return [*_marked(" ", old[:head]), *middle, *_marked(" ", kept_after)]


def folded(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines with runs of kept ones cut to their context; a fold always hides two lines or more."""
    near = {at + offset for at, line in enumerate(lines) if line.mark != " " for offset in range(-CONTEXT, CONTEXT + 1)}
    hidden: list[Line] = []
    for at, line in enumerate(lines):
        if at not in near:
            hidden.append(line)
            continue
        yield from _fold(hidden)
        hidden = []
        yield line
    yield from _fold(hidden)


def _fold(hidden: Sequence[Line]) -> Iterator[Line]:
    if len(hidden) < 2:
        yield from hidden
    else:
        yield Line(mark="…", text=f"({len(hidden):,} unchanged lines)")


def _shared(left: Sequence[str], right: Sequence[str]) -> int:
    length = min(len(left), len(right))
    return next((at for at in range(length) if left[at] != right[at]), length)


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    counts = Counter(new)
    if sum(counts[line] for line in old) > MOST_PAIRS:
        yield from _marked("-", old)
        yield from _marked("+", new)
        return
    import difflib  # most plans change no text of several lines

    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield from _marked(" ", old[old_start:old_end])
        else:
            yield from _marked("-", old[old_start:old_end])
            yield from _marked("+", new[new_start:new_end])


def _marked(mark: str, lines: Sequence[str]) -> Iterator[Line]:
    return (Line(mark=mark, text=line) for line in lines)
