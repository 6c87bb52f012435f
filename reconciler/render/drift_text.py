"""An audit as text: what moved on which side, what is gone, what nobody manages, and a last line to grep for. Pure.

~ dental/reception  "Reception" (id 789)  last changed there 2026-11-03T09:18:42Z  assistants/dental/reception.yaml:1
      changed in the portal:
        limit: 600 → 900
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reconciler.canonical import Json
from reconciler.frozen import dataclass
from reconciler.model import Drift, DriftedField, Side
from reconciler.planning.audit import Audit, Managed
from reconciler.render.escape import terminal_safe
from reconciler.render.fields import moved_lines
from reconciler.render.gutter import Look
from reconciler.render.paint import Role, paint
from reconciler.render.values import inline

HEADINGS = {
    Side.LIVE: "changed in the portal:",
    Side.BOTH_APART: "changed on both sides, apart:",
    Side.BOTH_SAME: "changed on both sides, to the same:",
    Side.GIT: "changed in Git, and not applied yet:",
}
"""In the order in which people want to hear of them."""

_INDENT = "      "


@dataclass(frozen=True, kw_only=True, slots=True)
class Ways:
    """The commands that a report ends with: both ways out of drift, and what shows the whole report."""

    undo: str = "reconciler apply --refresh"
    keep: str = "reconciler pull --accept KEY"
    whole: str = "reconciler drift"

    def told(self, audit: Audit, quoted: Callable[[str], str] = lambda command: f"`{terminal_safe(command)}`") -> str:
        """What can be done about the drift there is, a sentence a line; empty where there is none.

        `quoted` makes a command safe for where it is shown: folders and environments are in it.
        """
        undo, keep = quoted(self.undo), quoted(self.keep)
        drifted = f"{undo} makes live what the documents say.\n{keep} writes what the portal says into the documents."
        vanished = f"{undo} creates again what is gone and has a document."
        found = ((audit.drifted, drifted), (len(audit.vanished), vanished))
        return "\n".join(told for number, told in found if number)


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """One field of one assistant, and where one side moved it; `name` says which, where both did."""

    name: str
    before: Json
    after: Json


def render_audit(
    audit: Audit, *, color: bool = False, width: int | None = None, verbose: int = 0, ways: Ways | None = None
) -> str:
    """The whole audit. The last line is `No drift.` or `Drift: 2 drifted, 1 vanished.`

    `width` is the terminal's (None where the output is piped: nothing is wrapped).
    """
    look = Look(color=color, width=width, whole=verbose > 0)
    blocks = [list(move_lines(managed, drift, look)) for managed, drift in audit.moved]
    blocks.append(listed("Gone from the account, though the state has them:", audit.vanished, look, "delete"))
    blocks.append(listed("Out of service, by the platform's own check of its content:", audit.blocked, look, "blocked"))
    blocks.append(listed("Inactive: nobody is answered until they are activated in the portal.", audit.inactive, look))
    blocks.append(unmanaged_lines(audit))
    blocks.append(list(observed_lines(audit)))
    blocks.append([each for each in ((ways or Ways()).told(audit), also(audit), totals(audit)) if each])
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def totals(audit: Audit) -> str:
    """`No drift.`, or how much there is: one line for people and for grep."""
    if not audit.has_drift:
        return "No drift."
    return f"Drift: {audit.drifted} drifted, {len(audit.vanished)} vanished."


def also(audit: Audit) -> str:
    """What is no drift and worth a word, in one sentence; empty where there is nothing."""
    counts = (
        (audit.in_sync, "in sync"),
        (audit.ahead, "with changes to apply"),
        (len(audit.blocked), "out of service"),
        (len(audit.inactive), "inactive"),
        (len(audit.unmanaged), "unmanaged"),
    )
    told = ", ".join(f"{number} {word}" for number, word in counts if number)
    return f"Also: {told}." if told else ""


def by_side(drift: Drift) -> Iterator[tuple[Side, list[Move]]]:
    """What moved on one assistant, under the side that moved it; no side without a move."""
    for side in HEADINGS:
        moves = [move for each in drift.fields if each.side is side for move in _moves(each)]
        if moves:
            yield side, moves


def _moves(field: DriftedField) -> Iterator[Move]:
    name, before = field.field, field.last_applied
    if field.side is Side.BOTH_APART:
        yield Move(name=f"{name} (portal)", before=before, after=field.live)
        yield Move(name=f"{name} (Git)", before=before, after=field.desired)
    else:
        yield Move(name=name, before=before, after=field.desired if field.side is Side.GIT else field.live)


def move_lines(managed: Managed, drift: Drift, look: Look) -> Iterator[str]:
    """One assistant: who it is, and under each side the fields that it moved."""
    when = f"  last changed there {terminal_safe(drift.updated_at)}" if drift.updated_at else ""
    yield f"  {_title(managed, look)}{when}{_place(managed)}"
    for side, moves in by_side(drift):
        yield f"{_INDENT}{paint(HEADINGS[side], 'quiet', color=look.color)}"
        pad = max(len(terminal_safe(each.name)) for each in moves) + 1
        for each in moves:
            yield from moved_lines(each.name, each.before, each.after, look, indent=f"{_INDENT}  ", pad=pad)


def _title(managed: Managed, look: Look) -> str:
    name = f"  {inline(managed.name)}" if managed.name else ""
    return f"{paint(f'~ {terminal_safe(managed.key)}', 'update', color=look.color)}{name} (id {managed.id})"


def _place(managed: Managed) -> str:
    return f"  {terminal_safe(place_of(managed))}"


def place_of(managed: Managed) -> str:
    """Where its document stands, or that there is none."""
    if managed.file is None:
        return "(no document any more)"
    return managed.file + ("" if managed.line is None else f":{managed.line}")


def unmanaged_lines(audit: Audit) -> list[str]:
    """A heading and a line for each; empty where there is none."""
    named = [f"    {each.id} {inline(each.name)}" for each in audit.unmanaged]
    return ["Unmanaged: in the account, and in no document. `reconciler pull` writes one.", *named] if named else []


def listed(heading: str, found: Sequence[Managed], look: Look, role: Role = "quiet") -> list[str]:
    """The heading and a line for each; empty where there is none."""
    lines = []
    for each in found:
        since = f"  since {terminal_safe(each.since)}" if each.since else ""
        name = f"  {inline(each.name)}" if each.name else ""
        lines.append(f"    {terminal_safe(each.key)}{name} (id {each.id}){since}{_place(each)}")
    return [paint(heading, role, color=look.color), *lines] if lines else []


def observed_lines(audit: Audit) -> Iterator[str]:
    """What was not looked at, because nobody can or because it was asked for."""
    if audit.unobservable:
        names = ", ".join(terminal_safe(each) for each in audit.unobservable)
        yield f"Not observable, since the API does not show it: {names}."
        yield "  What was last applied is taken for what is there."
    if audit.ignored:
        yield f"Ignored: {', '.join(terminal_safe(each) for each in audit.ignored)}."
