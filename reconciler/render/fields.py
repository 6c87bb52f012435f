"""One field of a change as lines of text: values, lines of prose, leaves of objects. Pure.

A line of prose stands behind a gutter (`│ - old`), since prompts are full of lines that start with a dash themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.canonical import Json
from reconciler.model import FieldChange
from reconciler.render.escape import terminal_safe
from reconciler.render.inside import Leaf, leaves
from reconciler.render.lines import Line, folded, line_diff, split
from reconciler.render.paint import Role, paint
from reconciler.render.values import LONG, abridged, inline, is_long, secret
from reconciler.secrecy import secret_name

_ROLES: dict[str, Role] = {"+": "create", "-": "delete", "…": "quiet", " ": "quiet"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """How a plan is shown. `whole` shows new long texts in full; `width` wraps lines of prose (None: never)."""

    color: bool = False
    width: int | None = None
    whole: bool = False

    def gutter(self, lines: Iterable[Line], indent: str) -> Iterator[str]:
        """Lines of prose behind the gutter."""
        for line in lines:
            lead = f"│ {line.mark} "
            for part in self._parts(terminal_safe(line.text), len(indent + lead)):
                yield indent + paint(f"{lead}{part}".rstrip(), _ROLES[line.mark], color=self.color)
                lead = "│   "

    def _parts(self, text: str, used: int) -> Sequence[str]:
        if self.width is None or len(text) + used <= self.width:
            return [text]
        room = max(self.width - used, 20)
        return [text[at : at + room] for at in range(0, len(text), room)]


def field_lines(
    change: FieldChange, look: Look, *, indent: str, pad: int, absent: str | None, cause: str | None
) -> Iterator[str]:
    """The lines of one field. `pad` aligns the values of a change.

    `absent` says how a missing `before` is told, None where nothing was before (a create). `cause` names the field
    whose change makes this one be sent again, where it is known.
    """
    label = f"{terminal_safe(change.field)}:"
    start = f"{indent}{label:<{pad}} "
    before, after = change.before, change.after
    if change.sent_again:
        because = f"{cause} resets it" if cause else "another change resets it"
        yield f"{start}{_brief(after)} {paint(f'(unchanged; sent again because {because})', 'quiet', color=look.color)}"
    elif change.op == "clear":
        cleared = paint(f"(cleared, sends {inline(after)})", "delete", color=look.color)
        yield f"{start}{cleared}" if before is None else f"{start}{_brief(before)} → {cleared}"
    elif before is None:
        lead = "" if absent is None else f"{absent} → "
        yield from _new(start, lead, after, look, indent)
    else:
        yield from _changed(f"{indent}{label}", start, before, after, look, indent)


def moved_lines(name: str, before: Json, after: Json, look: Look, *, indent: str, pad: int) -> Iterator[str]:
    """The lines of a field that somebody moved, whoever it was; `pad` aligns the values."""
    label = f"{terminal_safe(name)}:"
    start = f"{indent}{label:<{pad}} "
    if before is None or after is None:
        yield f"{start}{'(not set)' if before is None else _brief(before)} → {_brief(after)}"
    else:
        yield from _changed(f"{indent}{label}", start, before, after, look, indent)


def _new(start: str, lead: str, after: Json, look: Look, indent: str) -> Iterator[str]:
    yield f"{start}{lead}{_brief(after)}"
    if look.whole and isinstance(after, str) and is_long(after):
        yield from look.gutter((Line(mark="+", text=line) for line in split(after)), indent + "  ")


def _changed(label: str, start: str, before: Json, after: Json, look: Look, indent: str) -> Iterator[str]:
    found = leaves(before, after) if _wants_leaves(before, after) else []
    if all(leaf.path for leaf in found) and found:
        yield label
        for leaf in found:
            yield from _leaf_lines(leaf, look, indent + "  ")
    else:
        yield from _compared(label, start, before, after, look, indent)


def _compared(label: str, start: str, before: Json, after: Json, look: Look, indent: str) -> Iterator[str]:
    if isinstance(before, str) and isinstance(after, str) and (is_long(before) or is_long(after)):
        yield label
        yield from look.gutter(folded(line_diff(before, after)), indent + "  ")
    else:
        yield f"{start}{_told(before, after)}"


def _leaf_lines(leaf: Leaf, look: Look, indent: str) -> Iterator[str]:
    label = f"{indent}{terminal_safe(leaf.place)}:"
    if not leaf.was:
        yield f"{label} {paint('(added)', 'create', color=look.color)} {inline(leaf.after)}"
    elif not leaf.is_now:
        yield f"{label} {paint('(removed)', 'delete', color=look.color)} {inline(leaf.before)}"
    else:
        yield from _compared(label, f"{label} ", leaf.before, leaf.after, look, indent)


def _wants_leaves(before: Json, after: Json) -> bool:
    """Whether two objects or two lists are better told by what changed inside: long, or alike at first sight."""
    old, new = inline(before), inline(after)
    return _is_nested(before, after) and (old == new or max(len(old), len(new)) > LONG)


def _is_nested(before: Json, after: Json) -> bool:
    """Whether both have an inside of the same kind, and it may be shown."""
    if secret_name(before) is not None or secret_name(after) is not None:
        return False
    if isinstance(before, Mapping):
        return isinstance(after, Mapping)
    return isinstance(before, list) and isinstance(after, list)


def _told(before: Json, after: Json) -> str:
    name = secret_name(after)
    if name is not None and secret_name(before) == name:
        return secret(name, changed=True)
    return f"{inline(before)} → {inline(after)}"


def _brief(value: Json) -> str:
    return abridged(value) if isinstance(value, str) and is_long(value) else inline(value)
