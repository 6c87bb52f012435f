"""The changed places of a compared text, each with the lines around it. Pure.

What changed is kept apart from what stands around it: the same paragraph added to a hundred different prompts is the
same change, and only the lines around it that all of them share can be shown for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from reconciler.frozen import dataclass
from reconciler.render.lines import CONTEXT, Line


@dataclass(frozen=True, kw_only=True, slots=True)
class Hunk:
    """`lines` begin and end with a removed or added one; `lead` and `tail` are the unchanged ones shown around them.

    `above` and `below` are hidden: between the last place and this one, and after the last of all.
    """

    lines: tuple[Line, ...]
    lead: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


def hunks(lines: Sequence[Line]) -> list[Hunk]:
    """Every changed place; two places with no more than twice the context between them are one.

    Together they hold every line of both texts, in order; there is none where the texts are the same.
    """
    changed = [at for at, line in enumerate(lines) if line.mark != " "]
    found: list[Hunk] = []
    shown = 0
    for first, last, following in _spans(changed):
        start = max(first - CONTEXT, shown)
        start -= start - shown == 1  # a fold of one line takes as much room as the line
        end = min(last + 1 + CONTEXT, len(lines))
        end += following is None and len(lines) - end == 1
        found.append(
            Hunk(
                lines=tuple(lines[first : last + 1]),
                lead=tuple(line.text for line in lines[start:first]),
                tail=tuple(line.text for line in lines[last + 1 : end]),
                above=tuple(line.text for line in lines[shown:start]),
                below=() if following is not None else tuple(line.text for line in lines[end:]),
            )
        )
        shown = end
    return found


def shared(found: Sequence[Hunk]) -> Hunk:
    """One hunk for several with the same changed lines: around them, what stands around all of them."""
    lead = _common([each.lead[::-1] for each in found])[::-1]
    return replace(found[0], lead=lead, tail=_common([each.tail for each in found]), above=(), below=())


def _spans(changed: Sequence[int]) -> Iterator[tuple[int, int, int | None]]:
    """First and last changed line of each place, and where the next begins."""
    start = 0
    for at, place in enumerate(changed):
        following = changed[at + 1] if at + 1 < len(changed) else None
        if following is None or following - place - 1 > 2 * CONTEXT:
            yield changed[start], place, following
            start = at + 1


def _common(texts: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    same = takewhile(lambda column: len(set(column)) == 1, zip(*texts, strict=False))
    return tuple(column[0] for column in same)
