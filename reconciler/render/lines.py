"""Two long texts as one list of lines: kept, removed and added, and in lines that were edited the words. Pure.

Lines first, since a prompt is reviewed as the file it stands in. Texts are compared as the plan compares them: line
ends and white space around the whole do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from reconciler.frozen import dataclass
from reconciler.render.words import Range, alike, changed_words, shared, words

CONTEXT = 2
"""Unchanged lines shown on each side of a change."""

MOST_PAIRS = 200_000
"""Above this many equal pairs of lines (the same line thousands of times) difflib would take minutes."""
MOST_WORDS = 50_000
"""Where more words than this stand in changed lines, only lines are told: it is another text."""
AHEAD = 8
"""So many added lines are looked at to find what became of a removed one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """`mark` is `-`, `+`, or a space for a kept line.

    A removed line with `changed` stands right before the added line that it became: their ranges (in characters)
    belong together one by one, either may be empty, and outside of them the two lines are the same.
    """

    mark: str
    text: str
    changed: tuple[Range, ...] = ()


def split(text: str) -> list[str]:
    """The lines of a text as they are compared. Only LF, CR and CRLF end a line; other separators are text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")


def line_diff(before: str, after: str) -> list[Line]:
    """Every line of both texts: kept and removed ones give `before`, kept and added ones give `after`."""
    old, new = split(before), split(after)
    head = shared(old, new)
    tail = shared(old[head:][::-1], new[head:][::-1])
    middle = _changed(old[head : len(old) - tail], new[head : len(new) - tail])
    return [*_marked(" ", old[:head]), *middle, *_marked(" ", old[len(old) - tail :])]


def _changed(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    counts = Counter(new)
    if sum(counts[line] for line in old) > MOST_PAIRS:
        yield from _marked("-", old)
        yield from _marked("+", new)
        return
    import difflib  # most plans change no text of several lines

    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    room = MOST_WORDS
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            yield from _marked(" ", old[start:end])
            continue
        removed, added = old[start:end], new[new_start:new_end]
        room -= sum(line.count(" ") + 1 for line in (*removed, *added))
        yield from _edited(removed, added) if room >= 0 else (*_marked("-", removed), *_marked("+", added))


def _edited(removed: Sequence[str], added: Sequence[str]) -> Iterator[Line]:
    """Removed lines before added ones, and each that was edited next to what it became."""
    old, new = [words(line) for line in removed], [words(line) for line in added]
    at = came = 0
    for gone, held in enumerate(old):
        became = next((to for to in range(came, min(came + AHEAD, len(new))) if alike(held, new[to])), None)
        ranges = () if became is None else changed_words(removed[gone], added[became])
        if became is None or not ranges:
            continue
        yield from _marked("-", removed[at:gone])
        yield from _marked("+", added[came:became])
        yield Line(mark="-", text=removed[gone], changed=tuple(old_range for old_range, _ in ranges))
        yield Line(mark="+", text=added[became], changed=tuple(new_range for _, new_range in ranges))
        at, came = gone + 1, became + 1
    yield from _marked("-", removed[at:])
    yield from _marked("+", added[came:])


def _marked(mark: str, lines: Sequence[str]) -> Iterator[Line]:
    return (Line(mark=mark, text=line) for line in lines)
