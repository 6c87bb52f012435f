"""Two plans side by side, as text and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.canonical import Json
from reconciler.model import Change, FieldChange
from reconciler.planfile import FORMAT_VERSION, ChangeDifference
from reconciler.render.escape import terminal_safe
from reconciler.render.paint import counted, paint
from reconciler.render.values import brief

_INDENT = "      "


def render_difference(differences: Sequence[ChangeDifference], *, first: str, second: str, color: bool = False) -> str:
    """What the plan called `second` does that `first` does not, and the other way round.

    The last line is `The plans do the same.` or `The plans differ in 2 assistants.`
    """
    if not differences:
        return "The plans do the same.\n"
    lines = [f"< {terminal_safe(first)}", f"> {terminal_safe(second)}", ""]
    for each in differences:
        lines += [*_lines(each, color), ""]
    return "\n".join([*lines, f"The plans differ in {counted(len(differences), 'assistant')}."]) + "\n"


def difference_to_json(differences: Sequence[ChangeDifference]) -> dict[str, Json]:
    """`actions` and `after` have the first plan's value and the second's, null where a plan leaves it alone."""
    return {
        "format_version": FORMAT_VERSION,
        "same": not differences,
        "differences": [
            {
                "key": each.key,
                "actions": [_action(each.first), _action(each.second)],
                "fields": [
                    {"field": field.field, "after": [_after(field.first), _after(field.second)]}
                    for field in each.fields
                ],
            }
            for each in differences
        ],
    }


def _lines(difference: ChangeDifference, color: bool) -> Iterator[str]:
    first, second = _action(difference.first), _action(difference.second)
    key = terminal_safe(difference.key)
    if first is None:
        yield paint(f"  > {key}: {second}, and not before", "create", color=color)
    elif second is None:
        yield paint(f"  < {key}: {first}, and not any more", "delete", color=color)
    else:
        both = first if first == second else f"{first} before, {second} now"
        yield paint(f"  ~ {key}: {both}", "update", color=color)
    for each in difference.fields:
        yield f"{_INDENT}{terminal_safe(each.field)}:"
        yield f"{_INDENT}  < {_told(each.first)}"
        yield f"{_INDENT}  > {_told(each.second)}"


def _told(change: FieldChange | None) -> str:
    return "(left alone)" if change is None else f"{brief(change.before)} → {brief(change.after)}"


def _action(change: Change | None) -> str | None:
    return None if change is None else change.action.value


def _after(change: FieldChange | None) -> Json:
    return None if change is None else {"op": change.op, "value": change.after}
