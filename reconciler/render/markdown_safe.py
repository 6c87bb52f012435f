"""Text from files and from the API inside Markdown, where it must stay text. Pure.

A forge reads a comment as Markdown, HTML, mentions (`@everyone`), references (`#123`), links, and commands, and acts on
each. None of them does so inside code. So whatever is not ours stands in one of three kinds of code: a fence, a code
span, or a `<code>` element inside a line of HTML, where Markdown is not read at all. What begins an HTML comment is
shown as an escape even there: programs find their own comments again by such a marker, in the raw text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from reconciler.render.escape import terminal_safe

LONGEST = 120
"""Names are cut here: a name is no place to write a letter in."""
LONGEST_COMMAND = 300


def code_span(text: str, longest: int = LONGEST) -> str:
    """A code span for a line of prose or a cell of a table; never empty, never with a bar that would end a cell."""
    safe = _defused(_cut(terminal_safe(text), longest)).replace("|", "\\x7c")
    ticks = "`" * (_longest_run(safe) + 1)
    pad = " " if not safe.strip(" ") or safe[0] in "` " or safe[-1] in "` " else ""
    return f"{ticks}{pad}{safe}{pad}{ticks}"


def code_tag(text: str) -> str:
    """A `<code>` element for a line of HTML."""
    return f"<code>{html.escape(_cut(terminal_safe(text), LONGEST))}</code>"


def fence(lines: Iterable[str], language: str) -> str:
    """A fenced block, its fence longer than any inside. Lines are made safe here, but keep what marks their start."""
    body = [_defused(terminal_safe(line)) for line in lines]
    ticks = "`" * max(3, max(map(_longest_run, body), default=0) + 1)
    return "\n".join((f"{ticks}{language}", *body, ticks))


def _defused(text: str) -> str:
    return text.replace("<!--", "<\\x21--")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _longest_run(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)
