"""An audit as Markdown, for an issue or a comment: what moved in fences, worst first, and never too long for one. Pure.

Everything that somebody typed stands in code, where no forge acts on it. Sections that would make the report too long
are left out whole, the last ones first, and counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.model import Drift
from reconciler.planning.audit import Audit, Managed
from reconciler.render.drift_text import WAY_OUT, also, listed, move_lines, observed_lines, totals, unmanaged_lines
from reconciler.render.gutter import Look
from reconciler.render.markdown_safe import code_span, code_tag, fence
from reconciler.render.paint import counted

COMMENT = 65_536
"""What a forge takes in one comment or issue, in characters; counted here in bytes, which are never fewer."""
_FEW = 5
"""Up to so many assistants stand open."""
_MOST = 100
"""Lines of one list; text and JSON have them all."""


def render_audit_markdown(audit: Audit, *, most: int = COMMENT) -> str:
    """The report in at most `most` bytes of UTF-8 (some 1,000 at least), its newline included."""
    head = f"### {totals(audit)}\n\nEnvironment {code_span(audit.environment)}. {also(audit)}".rstrip()
    foot = f"---\n{' '.join(WAY_OUT)}" if audit.has_drift else "---\nNothing to undo."
    room = most - _size(head) - _size(foot) - 200  # for the sentence on what was left out
    told: list[str] = []
    lost = 0
    for section in _sections(audit):
        if _size(section) > room:
            lost += 1
        else:
            told.append(section)
            room -= _size(section)
    left_out = [f"> {counted(lost, 'section')} left out to stay within the size of a comment."] if lost else []
    return "\n\n".join((head, *left_out, *told, foot)) + "\n"


def _sections(audit: Audit) -> Iterator[str]:
    look = Look()
    lists: tuple[Sequence[str], ...] = (
        listed("Out of service, by the platform's own check of its content:", audit.blocked, look),
        listed("Gone from the account, though the state has them:", audit.vanished, look),
    )
    yield from (_list(each) for each in lists if each)
    opened = len(audit.moved) <= _FEW
    yield from (_assistant(managed, drift, look, opened) for managed, drift in audit.moved)
    rest = (
        listed("Inactive: nobody is answered until they are activated in the portal.", audit.inactive, look),
        unmanaged_lines(audit),
    )
    yield from (_list(each) for each in rest if each)
    found = list(observed_lines(audit))
    if found:
        yield fence(found, "text")


def _assistant(managed: Managed, drift: Drift, look: Look, opened: bool) -> str:
    lines = list(move_lines(managed, drift, look))
    name = f" {code_tag(managed.name)}" if managed.name else ""
    title = f"<summary>{code_tag(managed.key)}{name} (id {managed.id})</summary>"
    return f"<details{' open' if opened else ''}>{title}\n\n{fence(lines, 'text')}\n\n</details>"


def _list(lines: Sequence[str]) -> str:
    title, *names = lines
    more = [f"… and {len(names) - _MOST:,} more"] if len(names) > _MOST else []
    return f"**{title}**\n\n{fence([*names[:_MOST], *more], 'text')}"


def _size(text: str) -> int:
    """Bytes of a text and of the blank line after it."""
    return len(text.encode("utf-8", "replace")) + 2
