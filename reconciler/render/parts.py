"""What there is to tell of one field of a change, before anybody decides how it looks. Pure.

The terminal, Markdown and HTML tell the same parts: a value, a text to be compared line by line, or what changed
inside an object or a list. Values are as they came; whoever shows them makes them safe (`values.inline`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from reconciler.canonical import Json
from reconciler.frozen import dataclass
from reconciler.later import pattern
from reconciler.model import Action, Change, Drift, FieldChange, Plan, Reason, Side
from reconciler.render.inside import Leaf, leaves
from reconciler.render.prose import Prose, prose
from reconciler.render.values import LONG, inline, is_long
from reconciler.schemas import SchemaSet
from reconciler.secrecy import secret_name

Kind = Literal["again", "clear", "new", "value", "secret", "prose", "added", "removed", "undoes"]
"""`again`: sent though unchanged; `clear`: `after` removes it; `new`: nothing was there or nothing is known of it;
`secret`: another value under the same name; `added`, `removed`: a leaf that only one side has; `undoes`: no value, and
stands beside the others: what the portal did is undone by it."""

_DATE = pattern(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One thing to tell of a field; `place` leads to it inside the field's value, empty for the whole.

    `note` is of `again` the field whose change resets it, of `new` how a missing value is told, of `undoes` the whole
    sentence; empty where unknown.
    """

    kind: Kind
    place: str = ""
    before: Json = None
    after: Json = None
    note: str = ""

    def prose(self) -> Prose:
        """Of prose: the two texts compared."""
        assert isinstance(self.before, str)
        assert isinstance(self.after, str)
        return prose(self.before, self.after)


def field_parts(
    field: FieldChange, change: Change, plan: Plan, schemas: SchemaSet | None, undone: Drift | None = None
) -> Iterator[Part]:
    """The parts of one field, in a stable order; `schemas` lets a part name the field whose change resets it.

    `undone` is what the portal did to it, where applying the plan undoes that (`Plan.overwrites`).
    """
    before, after = field.before, field.after
    if field.sent_again:
        yield Part(kind="again", before=before, after=after, note=_cause(field, change, schemas))
    elif field.op == "clear":
        yield Part(kind="clear", before=before, after=after)
    elif before is None:
        yield Part(kind="new", after=after, note=_absent(change, plan))
    else:
        yield from _changed(before, after)
    if undone is not None:
        yield Part(kind="undoes", note=undoing(undone, field.field))


def undoing(drift: Drift, field: str) -> str:
    """`the portal changed this on 2026-11-03; this apply sets it back`. The date is when it last changed anything."""
    dated = _DATE.match(drift.updated_at or "")
    on = f" on {dated[0]}" if dated else ""
    apart = any(each.field == field and each.side is Side.BOTH_APART for each in drift.fields)
    return f"the portal changed this{on}; this apply {'overwrites it' if apart else 'sets it back'}"


def moved_parts(before: Json, after: Json) -> Iterator[Part]:
    """The parts of a value that somebody moved, whoever it was; None is a value that is not set."""
    if before is None:
        yield Part(kind="new", after=after, note="(not set)")
    elif after is None:
        yield Part(kind="value", before=before, after=after)
    else:
        yield from _changed(before, after)


def _changed(before: Json, after: Json) -> Iterator[Part]:
    found = leaves(before, after) if _wants_leaves(before, after) else []
    if found and all(leaf.path for leaf in found):
        yield from (_leaf(each) for each in found)
    else:
        yield _compared("", before, after)


def _compared(place: str, before: Json, after: Json) -> Part:
    kind: Kind = "value"
    if isinstance(before, str) and isinstance(after, str) and _is_prose(before, after):
        kind = "prose"
    elif secret_name(after) is not None and secret_name(before) == secret_name(after):
        kind = "secret"
    return Part(kind=kind, place=place, before=before, after=after)


def _is_prose(before: str, after: str) -> bool:
    """Whether two texts are better told by their lines and words than side by side in one line."""
    return is_long(before) or is_long(after) or len(before) + len(after) > LONG


def _leaf(leaf: Leaf) -> Part:
    if not leaf.was:
        return Part(kind="added", place=leaf.place, after=leaf.after)
    if not leaf.is_now:
        return Part(kind="removed", place=leaf.place, before=leaf.before)
    return _compared(leaf.place, leaf.before, leaf.after)


def _wants_leaves(before: Json, after: Json) -> bool:
    """Whether two objects or two lists are better told by what changed inside: long, or alike at first sight."""
    if not _is_nested(before, after):
        return False
    old, new = inline(before), inline(after)
    return old == new or max(len(old), len(new)) > LONG


def _is_nested(before: Json, after: Json) -> bool:
    """Whether both have an inside of the same kind, and it may be shown."""
    if secret_name(before) is not None or secret_name(after) is not None:
        return False
    if isinstance(before, Mapping):
        return isinstance(after, Mapping)
    return isinstance(before, list) and isinstance(after, list)


def _absent(change: Change, plan: Plan) -> str:
    """How a field without a value before is told: nothing at all on a create."""
    if change.action is Action.CREATE:
        return ""
    return "(not known)" if change.reason is Reason.ADOPTED and not plan.refreshed else "(not set)"


def _cause(field: FieldChange, change: Change, schemas: SchemaSet | None) -> str:
    policy = None if schemas is None else schemas.fields.get(field.field)
    if policy is None:
        return "another change"
    changed = {each.field for each in change.fields if not each.sent_again}
    return next((name for name in policy.reset_by if name in changed), "another change")
