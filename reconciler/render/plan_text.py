"""A plan as text, in the habits of Terraform: what is done to what, worst first, and a last line to grep for. Pure.

    ~ dental/reception  "Reception" (id 789)  config-changed, routing  assistants/dental/reception.yaml:1
          line_id: 45 → 46

Everything that can be sent is shown. What is shortened (long texts that are new) is whole with `verbose`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.errors import Diagnostic
from reconciler.model import Action, Change, Drift, Plan, Reason, Request, Side
from reconciler.planning.recall import UNANSWERED
from reconciler.planning.risk import rank_of
from reconciler.planning.safety import UNASSIGNED
from reconciler.render.diagnostics_text import diagnostic_lines
from reconciler.render.escape import terminal_safe
from reconciler.render.fields import WIDEST_PAD, field_lines
from reconciler.render.gutter import Look
from reconciler.render.paint import Role, counted, paint
from reconciler.render.parts import field_parts
from reconciler.render.values import brief, inline
from reconciler.schemas import SchemaSet

MARKS: Mapping[Action, tuple[str, Role]] = {
    Action.CREATE: ("+", "create"),
    Action.UPDATE: ("~", "update"),
    Action.DELETE: ("-", "delete"),
    Action.FORGET: (".", "quiet"),
    Action.NO_OP: ("~", "update"),
    Action.BLOCKED: ("!", "blocked"),
}
"""No-op stands for a move: other no-ops are not shown."""

SILENCE = (UNANSWERED, UNASSIGNED)
_INDENT = "      "


def render_plan(
    plan: Plan, *, color: bool = False, width: int | None = None, verbose: int = 0, schemas: SchemaSet | None = None
) -> str:
    """The whole plan; what would ring into silence stands first.

    `width` is the terminal's (None where the output is piped: nothing is wrapped). `verbose` 1 adds the requests and
    shows new long texts whole. `schemas` lets it say which field's change resets another. The last line is
    `No changes.` or `Plan: 2 to create, 3 to update, 0 to delete.`
    """
    look = Look(color=color, width=width, whole=verbose > 0)
    silent = [each for each in plan.diagnostics if each.code in SILENCE]
    blocks = [list(diagnostic_lines(silent, color=color, alarming=True))]
    blocks += _change_blocks(plan, look, schemas)
    blocks.append(list(drift_lines(plan)))
    blocks.append(list(orphan_lines(plan)))
    blocks.append(list(diagnostic_lines(remaining(plan), color=color)))
    blocks.append(list(total_lines(plan)))
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def in_order(plan: Plan) -> list[Change]:
    """Blocked ones first, then the worst risk, then by key."""
    shown = [each for each in plan.changes if each.mutates_state or each.action is Action.BLOCKED]
    return sorted(shown, key=lambda each: (each.action is not Action.BLOCKED, rank_of(each.risk), each.key))


def _change_blocks(plan: Plan, look: Look, schemas: SchemaSet | None) -> Iterator[list[str]]:
    """The lines of each change; the first of a class of risk under its name, where there is more than one class."""
    shown, overwrites = in_order(plan), plan.overwrites
    several = len({_group(each) for each in shown}) > 1
    above = None
    for each in shown:
        group = _group(each)
        heading = [paint(f"{group}:", "quiet", color=look.color)] if several and group != above else []
        above = group
        yield [*heading, *_block(each, plan, look, schemas, overwrites)]


def _group(change: Change) -> str:
    if change.action is Action.BLOCKED:
        return "Blocked"
    return "Other" if change.risk is None else change.risk.value.capitalize()


def _block(
    change: Change, plan: Plan, look: Look, schemas: SchemaSet | None, overwrites: Mapping[tuple[str, str], Drift]
) -> Iterator[str]:
    yield _header(change, look)
    if change.action is Action.BLOCKED:
        yield from diagnostic_lines(change.diagnostics, color=look.color, indent=_INDENT)
    names = [terminal_safe(each) for each in (*(each.field for each in change.fields), *change.releases)]
    pad = min(max(map(len, names), default=0), WIDEST_PAD) + 1
    for each in sorted(change.fields, key=lambda each: (rank_of(each.risk), each.field)):
        parts = field_parts(each, change, plan, schemas, overwrites.get((change.key, each.field)))
        yield from field_lines(each.field, parts, look, indent=_INDENT, pad=pad)
    released = paint("(no longer managed; stays as it is)", "quiet", color=look.color)
    yield from (f"{_INDENT}{f'{terminal_safe(name)}:':<{pad}} {released}" for name in sorted(change.releases))
    hidden = len(change.record.keys() - {each.field for each in change.fields})
    if hidden and change.action is Action.UPDATE:
        yield _INDENT + paint(f"({counted(hidden, 'unchanged field')} hidden)", "quiet", color=look.color)
    if look.whole:
        yield from (_request_line(each) for each in change.requests)


def _header(change: Change, look: Look) -> str:
    mark, role = MARKS[change.action]
    reasons = [change.reason.value] if change.moved_from is None or change.reason is not Reason.MOVED else []
    reasons += [f"moved from {terminal_safe(change.moved_from)}"] if change.moved_from is not None else []
    reasons += [change.risk.value] if change.risk is not None else []
    line = "" if change.line is None else f":{change.line}"
    place = "" if change.file is None else f"  {terminal_safe(change.file)}{line}"
    title = paint(f"{mark} {terminal_safe(change.key)}", role, color=look.color)
    return f"  {title}{_named(change)}  {', '.join(reasons)}{place}"


def _named(change: Change) -> str:
    name = f" {inline(change.name)}" if change.name else ""
    number = f" (id {change.id})" if change.id is not None else ""
    return f" {name}{number}" if name or number else ""


def _request_line(request: Request) -> str:
    body = "" if request.body is None else f" {inline(request.body)}"
    after = f"  (after step {', '.join(map(str, request.after))})" if request.after else ""
    route = f"{terminal_safe(request.method)} {terminal_safe(request.path)}"
    return f"{_INDENT}step {request.step}: {route}{body}{after}"


_SIDES = {
    Side.LIVE: "this plan sets it back",
    Side.GIT: "this plan brings it",
    Side.BOTH_SAME: "the document says so too",
    Side.BOTH_APART: "the document says something else again",
}


def drift_lines(plan: Plan) -> Iterator[str]:
    """What live moved away from last-applied, and what comes of it."""
    if not plan.drift:
        return
    planned = {change.key: change for change in plan.changes}
    yield "Changed in the portal since the last apply:"
    for each in plan.drift:
        when = f", last changed there {terminal_safe(each.updated_at)}" if each.updated_at else ""
        yield f"    {terminal_safe(each.key)} (id {each.id}){when}"
        change = planned.get(each.key)
        stays = change is None or not change.requests
        for field in each.fields:
            told = "left as it is" if stays and field.side is Side.LIVE else _SIDES[field.side]
            moved = f"{brief(field.last_applied)} → {brief(field.live)}"
            yield f"{_INDENT}{terminal_safe(field.field)}: {moved}  ({told})"


def orphan_lines(plan: Plan) -> Iterator[str]:
    orphans = [each for each in plan.changes if each.action is Action.NO_OP and each.reason is Reason.ORPHANED]
    if not orphans:
        return
    yield "Orphaned: no document any more, and left as they are."
    for each in orphans:
        yield f"    {terminal_safe(each.key)}{_named(each)}"
    yield "  `--prune` deletes them; `reconciler state forget KEY` drops one from the state and leaves it running."


def remaining(plan: Plan) -> list[Diagnostic]:
    shown = {d for each in plan.changes if each.action is Action.BLOCKED for d in each.diagnostics}
    return [each for each in plan.diagnostics if each not in shown and each.code not in SILENCE]


def total_lines(plan: Plan) -> Iterator[str]:
    if plan.is_empty:
        yield "No changes."
        return
    summary = plan.summary
    if risks := plan.risks:
        yield f"Risk: {', '.join(f'{count} {risk.value}' for risk, count in risks.items())}."
    moved = sum(each.moved_from is not None for each in plan.changes)
    unchanged = (
        summary.no_op
        - summary.orphaned
        - sum(each.moved_from is not None and each.action is Action.NO_OP for each in plan.changes)
    )
    also = [(summary.forget, "to forget"), (moved, "to move"), (summary.blocked, "blocked"), (unchanged, "unchanged")]
    if any(number for number, _ in also):
        yield f"Also: {', '.join(f'{number} {word}' for number, word in also if number)}."
    todo = f"{summary.create} to create, {summary.update} to update, {summary.delete} to delete."
    yield f"Plan: {todo}"
