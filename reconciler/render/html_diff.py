"""Items of a review as HTML: values in a line, prose in two columns. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from reconciler.render.html_page import code, plain
from reconciler.render.hunks import Hunk
from reconciler.render.lines import Line
from reconciler.render.paint import counted
from reconciler.render.review import Item
from reconciler.render.values import brief, inline, secret
from reconciler.secrecy import secret_name


def field_rows(items: Iterable[Item]) -> Iterator[str]:
    """The items, the places of one text in one table."""
    places: list[Hunk] = []
    label = numbers = ""
    for item in items:
        name = item.name
        if places and name != label:
            yield _prose(label, numbers, places)
            places = []
        label, numbers = name, item.numbers
        if item.hunk is None:
            yield field_row(name, _value(item))
        else:
            places.append(item.hunk)
    if places:
        yield _prose(label, numbers, places)


def field_row(name: str, value: str) -> str:
    return f'<div class="field"><span class="name" dir="auto">{plain(name)}</span><span>{value}</span></div>'


def _value(item: Item) -> str:
    part = item.part
    match part.kind:
        case "again":
            because = f"unchanged; sent again because {plain(part.note)} resets it"
            return f'{code(brief(part.after))} <span class="soft">{because}</span>'
        case "clear":
            cleared = f'<span class="soft">cleared, sends</span> {code(inline(part.after), "ins")}'
            return cleared if part.before is None else f"{code(brief(part.before), 'del')} → {cleared}"
        case "new":
            lead = f'<span class="soft">{plain(part.note)}</span> → ' if part.note else ""
            return f"{lead}{code(brief(part.after), 'ins')}"
        case "secret":
            return code(secret(secret_name(part.after) or "", changed=True))
        case "added":
            return f'<span class="soft">added</span> {code(inline(part.after), "ins")}'
        case "undoes":
            return f'<span class="undoes">{plain(part.note)}</span>'
        case "removed":
            return f'<span class="soft">removed</span> {code(inline(part.before), "del")}'
        case _:
            return f"{code(inline(part.before), 'del')} → {code(inline(part.after), 'ins')}"


def _prose(name: str, numbers: str, places: Iterable[Hunk]) -> str:
    rows = "\n".join(row for each in places for row in _rows(each))
    counts = f' <span class="soft">{plain(numbers)}</span>' if numbers else ""
    heads = '<thead><tr><th scope="col">before</th><th scope="col">after</th></tr></thead>'
    return (
        f'<div class="field prose"><span class="name" dir="auto">{plain(name)}</span>{counts}'
        f'<table class="sides">{heads}<tbody>\n{rows}\n</tbody></table></div>'
    )


def _rows(hunk: Hunk) -> Iterator[str]:
    yield from _fold(len(hunk.above))
    yield from (_row(text) for text in hunk.lead)
    removed: list[Line] = []
    added: list[Line] = []
    for line in hunk.lines:
        if line.mark == "+":
            added.append(line)
            continue
        if line.mark == " " or added or line.changed:
            yield from _pairs(removed, added)
            removed, added = [], []
        if line.mark == " ":
            yield _row(line.text)
        else:
            removed.append(line)
    yield from _pairs(removed, added)
    yield from (_row(text) for text in hunk.tail)
    yield from _fold(len(hunk.below))


def _pairs(removed: Sequence[Line], added: Sequence[Line]) -> Iterator[str]:
    for old, new in zip_longest(removed, added):
        yield f"<tr>{_side(old, 'del')}{_side(new, 'ins')}</tr>"


def _row(text: str) -> str:
    return f'<tr><td class="same" dir="auto">{plain(text)}</td><td class="same" dir="auto">{plain(text)}</td></tr>'


def _side(line: Line | None, kind: str) -> str:
    """One line of one column, with the words that changed in it."""
    if line is None:
        return '<td class="none"></td>'
    pieces: list[str] = []
    at = 0
    for start, end in line.changed:
        word = f"<{kind}>{plain(line.text[start:end])}</{kind}>" if end > start else ""
        pieces += [plain(line.text[at:start]), word]
        at = end
    return f'<td class="{kind}" dir="auto">{"".join(pieces)}{plain(line.text[at:])}</td>'


def _fold(hidden: int) -> Iterator[str]:
    if hidden:
        yield f'<tr><td class="fold" colspan="2">{counted(hidden, "unchanged line")}</td></tr>'
