"""A Markdown report that fits into a comment, whatever it has to tell. Pure.

Forges refuse a comment that is too long, and a comment cut anywhere shows half a fence. So a report is made of
sections, each whole, and is told in less and less detail until it fits: without the lines around changes, without
cosmetic ones, with short lists, and at last without whole sections, the last ones first. It says what was left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from reconciler.frozen import dataclass
from reconciler.render.diff_fence import Extent
from reconciler.render.markdown_safe import LONGEST_COMMAND, code_span, fence
from reconciler.render.paint import counted


@dataclass(frozen=True, kw_only=True, slots=True)
class Detail:
    """How much is told. `names` is the most that a list holds (None: all)."""

    extent: Extent = Extent()
    cosmetic: bool = True
    names: int | None = None


Step: TypeAlias = tuple[Detail, str]
COSMETIC_STEP: Step = (Detail(extent=Extent(context=False), cosmetic=False), "cosmetic changes")
STEPS: tuple[Step, ...] = (
    (Detail(), ""),
    (Detail(extent=Extent(context=False)), "the unchanged lines around changes and most of new texts"),
    COSMETIC_STEP,
    (
        Detail(extent=Extent(context=False, lines=40, width=400), cosmetic=False, names=10),
        "what is long: more than 10 names of a list, 40 lines of a change and 400 characters of a line",
    ),
)
"""Each step leaves out what is named, and all that the steps before it do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """One part of the report: a text in more or less detail (empty: nothing to tell), and what is lost without it."""

    what: str
    render: Callable[[Detail], str]


def fitted(
    head: str, sections: Sequence[Section], foot: str, *, most: int, whole: str, steps: Sequence[Step] = STEPS
) -> str:
    """Head, sections and foot in as much detail as fits into `most` bytes; `whole` is the command that shows all."""
    told: list[str] = []
    for detail, lost in steps:
        told += [lost] if lost else []
        room = most + 1 - _size(head, foot, *_left_out(told, whole))
        texts = _within(sections, detail, room)
        if texts is not None:
            return _joined(head, *_left_out(told, whole), *texts, foot)
    everything = [*told, *_counted(sections)]  # an upper bound of what will be said
    chosen, lost_sections = _chosen(sections, steps[-1][0], most + 1 - _size(head, foot, *_left_out(everything, whole)))
    return _joined(head, *_left_out([*told, *_counted(lost_sections)], whole), *chosen, foot)


def _within(sections: Iterable[Section], detail: Detail, room: int) -> list[str] | None:
    """Every section, or None as soon as they do not fit."""
    texts: list[str] = []
    for each in sections:
        text = each.render(detail)
        room -= _size(text) if text else 0
        if room < 0:
            return None
        texts += [text] if text else []
    return texts


def _chosen(sections: Iterable[Section], detail: Detail, room: int) -> tuple[list[str], list[Section]]:
    """As many sections as fit, in their order, and those that do not."""
    texts: list[str] = []
    lost: list[Section] = []
    for each in sections:
        text = each.render(detail)
        if text and _size(text) > room:
            lost.append(each)
        elif text:
            room -= _size(text)
            texts.append(text)
    return texts, lost


def _size(*texts: str) -> int:
    """Bytes of the texts with the two newlines that follow each; the last has one, so `most` may be one more."""
    return sum(len(each.encode("utf-8")) + 2 for each in texts)


def _joined(*texts: str) -> str:
    return "\n\n".join(texts) + "\n"


def _left_out(told: Sequence[str], whole: str) -> list[str]:
    if not told:
        return []
    lost = "; ".join(told)
    return [f"> Left out to stay within the size of a comment: {lost}. All of it: {code_span(whole, LONGEST_COMMAND)}"]


def _counted(sections: Iterable[Section]) -> list[str]:
    counts = Counter(each.what for each in sections)
    return [counted(number, what) for what, number in counts.items()]


def lines_section(what: str, title: str, lines: Callable[[], list[str]]) -> Section:
    """Lines of text under a title, in a fence; `what` names them where they are left out."""

    def render(detail: Detail) -> str:
        found = lines()
        if not found:
            return ""
        most, width = detail.extent.lines, detail.extent.width
        shown = found if most is None else found[:most]
        cut = [each if width is None else each[:width] for each in shown]
        more = [f"… and {counted(len(found) - len(shown), 'line')} more"] if len(shown) < len(found) else []
        return f"**{title}**\n\n{fence([*cut, *more], 'text')}"

    return Section(what=what, render=render)
