"""Items of a review as lines of a ```` ```diff ```` fence: what goes, what comes, and what stands around it. Pure.

The first character of a line is ours (`-`, `+`, `!`, `@`, a space) and the second is a space, so a prompt's own bullet
can be taken for a removed line by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.frozen import dataclass
from reconciler.render.hunks import Hunk
from reconciler.render.lines import Line
from reconciler.render.paint import counted
from reconciler.render.prose import told_lines
from reconciler.render.review import Item
from reconciler.render.values import LONG, brief, inline, secret
from reconciler.secrecy import secret_name

_AROUND = 30
"""Characters of a long line shown on each side of a word that changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How much of a fence is shown; None is all. `width` cuts its lines, which are prompts of 65,000 characters too."""

    context: bool = True
    """Whether lines around changes are shown, and the whole of new texts."""
    lines: int | None = None
    width: int | None = None


def diff_lines(items: Iterable[Item], extent: Extent) -> list[str]:
    """The lines of all items: values, and below them texts, each under its field's name.

    So no line of a text can be taken for a field: nothing but the text stands below its name, up to the next one.
    """
    values: list[str] = []
    found: list[str | int] = []
    above = None
    for item in items:
        if item.hunk is not None and (extent.context or item.part.kind != "new"):
            numbers = f" ({item.numbers})" if item.numbers else ""
            found += [f"@@ {item.name}{numbers} @@"] if item.name != above else []
            found += _hunk_lines(item.hunk, extent.context)
            above = item.name
        else:
            values += _value_lines(item, item.name)
    found = [*values, *found]
    return [_cut(line, extent.width) for line in _short(list(_folded(found)), extent.lines)]


def _hunk_lines(hunk: Hunk, context: bool) -> Iterator[str | int]:
    """The lines of one place; a number stands for so many unchanged lines that are hidden."""
    yield len(hunk.above)
    around = [*(Line(mark=" ", text=each) for each in hunk.lead), *hunk.lines]
    before: Line | None = None
    for line in (*around, *(Line(mark=" ", text=each) for each in hunk.tail)):
        yield f"{line.mark} {line.text}" if context or line.mark != " " else 1
        if before is not None and before.changed and len(line.text) > LONG:
            yield from _words(before, line)
        before = line
    yield len(hunk.below)


def _words(removed: Line, added: Line) -> Iterator[str]:
    """What differs in a long line, with a little around it: forges do not wrap the lines of a fence."""
    for told in told_lines((removed, added)):
        if told.mark == "~":
            yield "! " + "".join(_piece(mark, text) for mark, text in told.pieces)


def _piece(mark: str, text: str) -> str:
    if mark == " ":
        start, end = text[:_AROUND].rpartition(" ")[0], text[-_AROUND:].partition(" ")[2]
        return text if len(text) <= 2 * _AROUND else f"{start} … {end}"
    return f"[-{text}-]" if mark == "-" else f"{{+{text}+}}"


def _folded(lines: Iterable[str | int]) -> Iterator[str]:
    hidden = 0
    for line in (*lines, ""):
        if isinstance(line, int):
            hidden += line
            continue
        if hidden:
            yield f"@@ {counted(hidden, 'unchanged line')} @@"
            hidden = 0
        if line:
            yield line


def _value_lines(item: Item, name: str) -> Iterator[str]:
    part = item.part
    match part.kind:
        case "again":
            yield f"  {name}: {brief(part.after)} (unchanged; sent again because {part.note} resets it)"
        case "clear":
            yield from () if part.before is None else (f"- {name}: {brief(part.before)}",)
            yield f"+ {name}: (cleared, sends {inline(part.after)})"
        case "new":
            yield from (f"- {name}: {part.note}",) if part.note else ()
            yield f"+ {name}: {brief(part.after)}"
        case "secret":
            yield f"! {name}: {secret(secret_name(part.after) or '', changed=True)}"
        case "added":
            yield f"+ {name}: {inline(part.after)}"
        case "undoes":
            yield f"! {name}: {part.note}"
        case _:
            yield f"- {name}: {inline(part.before)}"
            yield f"+ {name}: {inline(part.after)}"


def _short(lines: list[str], most: int | None) -> list[str]:
    if most is None or len(lines) <= most:
        return lines
    return [*lines[:most], f"@@ {len(lines) - most:,} more lines of this change are left out @@"]


def _cut(line: str, width: int | None) -> str:
    return line if width is None or len(line) <= width else f"{line[:width]}… ({len(line) - width:,} more characters)"
