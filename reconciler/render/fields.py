"""One field of a change as lines of text: values, lines of prose, leaves of objects. Pure.

A line of prose stands behind a gutter (`│ - old`), since prompts are full of lines that start with a dash themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.canonical import Json
from reconciler.render.escape import terminal_safe
from reconciler.render.gutter import Look
from reconciler.render.lines import Line, split
from reconciler.render.paint import paint
from reconciler.render.parts import Part, moved_parts
from reconciler.render.values import brief, inline, is_long, secret
from reconciler.secrecy import secret_name

WIDEST_PAD = 32
"""Values are aligned behind names of up to so many characters; a longer name stands out."""


def field_lines(name: str, parts: Iterable[Part], look: Look, *, indent: str, pad: int) -> Iterator[str]:
    """The lines of one field. `pad` aligns the values of a change."""
    label = f"{terminal_safe(name)}:"
    inside = False
    found = list(parts)
    places = [len(terminal_safe(each.place)) for each in found if each.place and each.kind != "prose"]
    within = min(max(places, default=0), WIDEST_PAD) + 1
    for part in found:
        if not part.place:
            yield from _whole(part, f"{indent}{label}", f"{indent}{label:<{pad}} ", look, indent)
            continue
        if not inside:
            yield f"{indent}{label}"
            inside = True
        yield from _leaf(part, look, indent + "  ", within)


def _whole(part: Part, label: str, start: str, look: Look, indent: str) -> Iterator[str]:
    before, after = part.before, part.after
    if part.kind == "undoes":
        yield f"{indent}  {paint(f'({part.note})', 'warning', color=look.color)}"
    elif part.kind == "again":
        because = paint(
            f"(unchanged; sent again because {terminal_safe(part.note)} resets it)", "quiet", color=look.color
        )
        yield f"{start}{brief(after)} {because}"
    elif part.kind == "clear":
        cleared = paint(f"(cleared, sends {inline(after)})", "delete", color=look.color)
        yield f"{start}{cleared}" if before is None else f"{start}{brief(before)} → {cleared}"
    elif part.kind == "new":
        yield f"{start}{part.note} → {brief(after)}" if part.note else f"{start}{brief(after)}"
        if look.whole and isinstance(after, str) and is_long(after):
            yield from look.lines((Line(mark="+", text=line) for line in split(after)), indent + "  ")
    else:
        yield from _compared(part, label, start, look, indent)


def moved_lines(name: str, before: Json, after: Json, look: Look, *, indent: str, pad: int) -> Iterator[str]:
    """The lines of a field that somebody moved, whoever it was; `pad` aligns the values."""
    yield from field_lines(name, moved_parts(before, after), look, indent=indent, pad=pad)


def _leaf(part: Part, look: Look, indent: str, pad: int) -> Iterator[str]:
    label = f"{terminal_safe(part.place)}:"
    start = f"{indent}{label:<{pad}} "
    if part.kind == "added":
        yield f"{start}{paint('(added)', 'create', color=look.color)} {inline(part.after)}"
    elif part.kind == "removed":
        yield f"{start}{paint('(removed)', 'delete', color=look.color)} {inline(part.before)}"
    else:
        yield from _compared(part, f"{indent}{label}", start, look, indent)


def _compared(part: Part, label: str, start: str, look: Look, indent: str) -> Iterator[str]:
    if part.kind == "prose":
        found = part.prose()
        yield f"{label} {paint(f'({found.numbers})', 'quiet', color=look.color)}" if found.numbers else label
        yield from look.hunks(found.hunks, indent + "  ")
    elif part.kind == "secret":
        yield f"{start}{secret(secret_name(part.after) or '', changed=True)}"
    else:
        yield f"{start}{brief(part.before)} → {brief(part.after)}"
