"""Three-way merge of texts by lines, with the marks of diff3 where both sides changed the same. Pure.

The platform trims texts and knows one kind of line end, so lines are compared without what it does not keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

OURS, BASE, BETWEEN, THEIRS = "<<<<<<< documents", "||||||| last applied", "=======", ">>>>>>> portal"


def merge(base: str, ours: str, theirs: str) -> tuple[str, int]:
    """The merged text without a newline at its end, and how many conflicts are marked in it."""
    lines: list[str] = []
    conflicts = 0
    for common, mine, other in _regions(_lines(base), _lines(ours), _lines(theirs)):
        if mine == other or other == common:
            lines += mine
        elif mine == common:
            lines += other
        else:
            conflicts += 1
            lines += [OURS, *mine, BASE, *common, BETWEEN, *other, THEIRS]
    return "\n".join(lines), conflicts


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")


def _regions(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> Iterator[tuple[list[str], list[str], list[str]]]:
    """The three texts cut at what all have in common: changed and common regions in turn."""
    at = (0, 0, 0)
    for start, stop, mine, other in _common(base, ours, theirs):
        yield list(base[at[0] : start]), list(ours[at[1] : mine]), list(theirs[at[2] : other])
        same = list(base[start:stop])
        yield same, same, same
        at = (stop, mine + stop - start, other + stop - start)


def _common(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Runs of lines that all three have: first and last in the base, and where they begin in the others."""
    left = SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    right = SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    i = j = 0
    while i < len(left) and j < len(right):
        one, two = left[i], right[j]
        start, stop = max(one.a, two.a), min(one.a + one.size, two.a + two.size)
        if start < stop:
            yield start, stop, one.b + start - one.a, two.b + start - two.a
        if one.a + one.size < two.a + two.size:
            i += 1
        else:
            j += 1
    yield len(base), len(base), len(ours), len(theirs)
