"""Diagnostics as text: the place, what happened, what to do, and the line it is about. Pure.

A line of a document may hold a secret in clear, by mistake. Such a line is never quoted: not where the code says it
is about a secret, nor where the line, what it stands under, or its look says so. Better one frame too few.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from reconciler.errors import Diagnostic, Severity
from reconciler.later import pattern
from reconciler.render.escape import cells, terminal_safe
from reconciler.render.paint import Role, counted, paint

Sources = Callable[[str], "str | None"]
"""The text of a file by its path relative to the project, or None where it cannot be shown."""

_ROLES: dict[Severity, Role] = {"error": "blocked", "warning": "warning", "note": "quiet"}
_SECRET_NAME = pattern(r"key\b|token|secret|passw|passphrase|auth|credential|bearer|cookie|session|signature", re.I)
_LONG_WORD = pattern(r"[\w+/=-]{32,}")
_UNREADABLE = pattern("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
FRAME = 120
"""A frame shows this many characters of its line, around the column."""


def render_diagnostics(
    diagnostics: Sequence[Diagnostic], *, color: bool = False, sources: Sources | None = None
) -> str:
    """All of them by place, each with its code frame where `sources` has the file, then their counts.

    Ends with `3 errors, 1 warning in 2 files`; empty where there is nothing to tell.
    """
    if not diagnostics:
        return ""
    lines = diagnostic_lines(diagnostics, color=color, sources=sources)
    return "\n".join([*lines, "", tally(diagnostics)]) + "\n"


def diagnostic_lines(
    diagnostics: Sequence[Diagnostic],
    *,
    color: bool = False,
    sources: Sources | None = None,
    indent: str = "",
    alarming: bool = False,
) -> Iterator[str]:
    """The lines of all diagnostics, sorted by place, without their counts; `alarming` paints them red."""
    texts: dict[str, list[str] | None] = {}
    for each in sorted(diagnostics, key=Diagnostic.sort_key):
        severity = paint(f"{each.severity}:", "blocked" if alarming else _ROLES[each.severity], color=color)
        summary = terminal_safe(each.summary)
        yield f"{indent}{severity} {_place(each)}{paint(summary, 'blocked', color=color) if alarming else summary}"
        for line in each.detail.split("\n") if each.detail else ():
            yield f"{indent}    {terminal_safe(line)}".rstrip()
        if sources is not None:
            yield from (indent + line for line in _frame(each, _lines_of(each.file, sources, texts)))


def tally(diagnostics: Sequence[Diagnostic]) -> str:
    """`3 errors, 1 warning in 2 files`."""
    counts: Mapping[str, int] = Counter(each.severity for each in diagnostics)
    told = [counted(counts[each], each) for each in ("error", "warning", "note") if counts.get(each)]
    files = len({each.path for each in diagnostics if each.path is not None})
    return ", ".join(told) + (f" in {counted(files, 'file')}" if files else "")


def _place(diagnostic: Diagnostic) -> str:
    if diagnostic.file is None:
        return f"{terminal_safe(diagnostic.key)}: " if diagnostic.key else ""
    spot = [diagnostic.file, *(str(each) for each in (diagnostic.line, diagnostic.column) if each is not None)]
    return f"{terminal_safe(':'.join(spot))}: "


def _lines_of(file: str | None, sources: Sources, texts: dict[str, list[str] | None]) -> list[str] | None:
    if file is None:
        return None
    if file not in texts:
        text = sources(file)
        texts[file] = None if text is None else text.replace("\r\n", "\n").split("\n")
    return texts[file]


def _frame(diagnostic: Diagnostic, lines: list[str] | None) -> Iterator[str]:
    """The line and a caret under its column; nothing where it is not there, is no text, or may hold a secret."""
    at = diagnostic.line
    if lines is None or at is None or not 1 <= at <= len(lines) or not lines[at - 1].strip():
        return
    if diagnostic.code.startswith("secret") or _SECRET_NAME.search(diagnostic.field or ""):
        return
    if _may_hold_a_secret(lines, at - 1):
        return
    line, column = lines[at - 1], max(diagnostic.column or 1, 1) - 1
    start = max(0, min(column, len(line)) - FRAME // 2) if len(line) > FRAME else 0
    shown, before = line[start : start + FRAME], line[start:column]
    if len(_UNREADABLE.findall(shown)) > len(shown) // 10 + 1:
        return  # it is no text
    lead, tail = "…" if start else "", "…" if start + FRAME < len(line) else ""
    number = str(at)
    yield f"    {number} | {lead}{terminal_safe(shown)}{tail}"
    if diagnostic.column is not None and column <= len(line):
        yield f"    {' ' * len(number)} | {' ' * (len(lead) + cells(terminal_safe(before)))}^"


def _may_hold_a_secret(lines: Sequence[str], at: int) -> bool:
    """Whether a line, or a key that it stands under by its indentation, is named or looks like a secret."""
    if _SECRET_NAME.search(lines[at]) or any(_looks_secret(each[0]) for each in _LONG_WORD.finditer(lines[at])):
        return True
    depth = _depth(lines[at])
    for above in reversed(lines[:at]):
        if above.strip() and _depth(above) < depth:
            if _SECRET_NAME.search(above):
                return True
            depth = _depth(above)
    return False


def _looks_secret(word: str) -> bool:
    # digits and letters are looked for afterwards: inside one expression it takes the square of the word's length
    return bool(re.search("[0-9]", word) and re.search("[A-Za-z]", word))


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
