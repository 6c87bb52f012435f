"""Which words differ between two versions of one line of prose. Pure.

A prompt's paragraph is often one line of many hundred characters, and the two versions side by side hide the one word
that changed. Words carry the white space after them, since comparing it apart costs much and shows no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from reconciler.later import pattern

Range: TypeAlias = tuple[int, int]

MOST_PAIRS = 200_000
"""Above this many equal pairs of words (the same word thousands of times) comparing would take seconds: then frequent
words are no longer what others are found by."""
SHORT = 4
"""A word of so many characters that stands alone between two changes is told with them."""
MOST_PLACES = 12
"""A line that changed at more places than this, and in more than every tenth word, is another line."""
_WORD = pattern(r"\s+|\S+\s*")
_WHITE = pattern(r"\s")


def changed_words(before: str, after: str) -> tuple[tuple[Range, Range], ...]:
    """The places that differ, as ranges of characters: one in `before`, and what stands there in `after`.

    Either may be empty, not both; without them the two lines are the same text. None at all where the lines have less
    than half in common, or differ at too many places to be read.
    """
    old, new = _WORD.findall(before), _WORD.findall(after)
    places = _joined(list(_differing(old, new)), old)
    ranges = [_narrowed(before, after, each) for each in _as_ranges(old, new, places)]
    return tuple(ranges) if _is_readable(before, after, ranges, len(new)) else ()


def alike(before: Counter[str], after: Counter[str]) -> bool:
    """Whether two lines, by the words that they hold (see `words`), have at least half of their letters in common."""
    both = _letters(before & after)
    return both > 0 and 2 * both >= max(_letters(before), _letters(after))


def words(text: str) -> Counter[str]:
    """How often each word stands in a text, white space aside."""
    return Counter(text.split())


def _letters(found: Counter[str]) -> int:
    return sum(len(word) * number for word, number in found.items())


def _differing(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Start and end of each differing run, in `old` and in `new`, counted in words."""
    head = shared(old, new)
    tail = shared(old[head:][::-1], new[head:][::-1])
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    counts = Counter(right)
    crowded = sum(counts[word] for word in left) > MOST_PAIRS
    import difflib  # most plans change no text

    matcher = difflib.SequenceMatcher(None, left, right, autojunk=crowded)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag != "equal":
            yield head + start, head + end, head + new_start, head + new_end


def _joined(places: Sequence[tuple[int, int, int, int]], old: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Places with one short word between them made one: a text of alternating scraps cannot be read."""
    found: list[tuple[int, int, int, int]] = []
    for place in places:
        between = old[found[-1][1] : place[0]] if found else ()
        if found and len(between) <= 1 and len("".join(between).strip()) <= SHORT:
            found[-1] = (found[-1][0], place[1], found[-1][2], place[3])
        else:
            found.append(place)
    return found


def _as_ranges(
    old: Sequence[str], new: Sequence[str], places: Sequence[tuple[int, int, int, int]]
) -> Iterator[tuple[Range, Range]]:
    left, right = _offsets(old), _offsets(new)
    return (((left[a], left[b]), (right[c], right[d])) for a, b, c, d in places)


def _offsets(tokens: Sequence[str]) -> list[int]:
    found = [0]
    for each in tokens:
        found.append(found[-1] + len(each))
    return found


def _narrowed(before: str, after: str, place: tuple[Range, Range]) -> tuple[Range, Range]:
    """Without the whole words and the white space that both begin or end with.

    The last word of a line has no white space after it, so adding a word would else change two.
    """
    (a, b), (c, d) = place
    head = shared(before[a:b], after[c:d])
    while head and not (_is_edge(before, a + head, b) and _is_edge(after, c + head, d)):
        head -= 1
    a, c = a + head, c + head
    tail = shared(before[a:b][::-1], after[c:d][::-1])
    while tail and not (_is_edge(before, b - tail, b) and _is_edge(after, d - tail, d)):
        tail -= 1
    return (a, b - tail), (c, d - tail)


def _is_edge(text: str, at: int, end: int) -> bool:
    """Whether a word ends or begins at a place; `end` is where the differing part ends."""
    return at in (0, end, len(text)) or bool(_WHITE.match(text[at - 1]) or _WHITE.match(text[at]))


def _is_readable(before: str, after: str, ranges: Sequence[tuple[Range, Range]], count: int) -> bool:
    if len(ranges) > max(MOST_PLACES, count // 10):
        return False
    kept = len(before) - sum(end - start for (start, end), _ in ranges)
    return 2 * kept >= max(len(before), len(after))


def shared(left: Sequence[str], right: Sequence[str]) -> int:
    """How many items (or characters) two sequences begin with alike."""
    length = min(len(left), len(right))
    return next((at for at in range(length) if left[at] != right[at]), length)
