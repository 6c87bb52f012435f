"""An audit as Markdown, for an issue or a comment: worst first, what moved as a diff, never too long for one. Pure.

Everything that somebody typed stands in code, where no forge acts on it (see `markdown_safe` and `fitting`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reconciler.model import Drift
from reconciler.planning.audit import Audit, Managed
from reconciler.render.diff_fence import diff_lines
from reconciler.render.drift_text import (
    HEADINGS,
    Ways,
    also,
    by_side,
    listed,
    observed_lines,
    place_of,
    totals,
    unmanaged_lines,
)
from reconciler.render.fitting import COSMETIC_STEP, STEPS, Detail, Section, fitted, lines_section
from reconciler.render.frame import GITHUB
from reconciler.render.gutter import Look
from reconciler.render.markdown_safe import LONGEST_COMMAND, code_span, code_tag, fence
from reconciler.render.parts import moved_parts
from reconciler.render.review import items_of

_FEW = 5
"""Up to so many assistants stand open."""
_STEPS = [each for each in STEPS if each is not COSMETIC_STEP]


def render_audit_markdown(audit: Audit, *, most: int = GITHUB, ways: Ways | None = None) -> str:
    """The report in at most `most` bytes of UTF-8 (`frame.LEAST` at least), its newline included."""
    following = ways or Ways()
    head = f"### {totals(audit)}\n\nEnvironment {code_span(audit.environment)}. {also(audit)}".rstrip()
    foot = f"---\n{following.told(audit, _command) or 'Nothing to undo.'}"
    return fitted(head, list(_sections(audit)), foot, most=most, whole=following.whole, steps=_STEPS)


def _sections(audit: Audit) -> Iterator[Section]:
    """Worst first, since sections are left out from the end."""
    look = Look()
    yield _list(listed("Out of service, by the platform's own check of its content:", audit.blocked, look))
    yield _list(listed("Gone from the account, though the state has them:", audit.vanished, look))
    opened = len(audit.moved) <= _FEW
    for managed, drift in audit.moved:
        yield Section(what="assistant", render=_assistant(managed, drift, opened))
    yield _list(listed("Inactive: nobody is answered until they are activated in the portal.", audit.inactive, look))
    yield _list(unmanaged_lines(audit))
    yield _list(["Not looked at:", *observed] if (observed := list(observed_lines(audit))) else [])


def _command(line: str) -> str:
    return code_span(line, LONGEST_COMMAND)


def _list(lines: Sequence[str]) -> Section:
    """A heading and what stands under it; nothing where there is neither."""
    title = lines[0] if lines else ""
    return lines_section("list", title, lambda: list(lines[1:]))


def _assistant(managed: Managed, drift: Drift, opened: bool) -> Callable[[Detail], str]:
    def render(detail: Detail) -> str:
        name = f" {code_tag(managed.name)}" if managed.name else ""
        when = f", last changed there {code_tag(drift.updated_at)}" if drift.updated_at else ""
        title = f"<summary>~ <b>{code_tag(managed.key)}</b>{name} (id {managed.id}){when}</summary>"
        blocks = [f"<details{' open' if opened else ''}>{title}", code_span(place_of(managed))]
        for side, moves in by_side(drift):
            items = [item for each in moves for item in items_of(each.name, moved_parts(each.before, each.after))]
            blocks += [f"{HEADINGS[side]}", fence(diff_lines(items, detail.extent), "diff")]
        return "\n\n".join((*blocks, "</details>"))

    return render
