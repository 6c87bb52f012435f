"""Diagnostics as GitHub's workflow commands: remarks at the lines of a pull request. Pure.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a word; so the worst ten are
printed, and how many there are beside them.
"""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.errors import Diagnostic, Severity
from reconciler.render.diagnostics_text import tally
from reconciler.render.escape import terminal_safe

MOST = 10
_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}
_RANK = {severity: rank for rank, severity in enumerate(_COMMANDS)}


def render_annotations(diagnostics: Sequence[Diagnostic], *, verdict: str, below: str = "") -> str:
    """One command a diagnostic, the worst first, and the verdict as a notice.

    `below` is the project's folder in the repository, empty or with a slash at its end.
    """
    worst = sorted(diagnostics, key=lambda each: (_RANK[each.severity], each.sort_key()))
    lines = [_command(each, below) for each in worst[:MOST]]
    if len(worst) > MOST:
        lines.append(_notice(f"and more: {tally(worst[MOST:])}", "reconciler shows ten at a time"))
    return "\n".join([*lines, _notice(verdict, "reconciler")]) + "\n"


def in_repository(file: str, below: str) -> str:
    """A project's file by its path in the repository."""
    return file if file.startswith("/") else f"{below}{file}"


def message(diagnostic: Diagnostic) -> str:
    """What is told of a diagnostic beside its file: its summary and detail, made visible, and its key or address."""
    about = diagnostic.key if diagnostic.file is None else None if diagnostic.path else diagnostic.file
    text = (
        (f"{about}: " if about else "") + diagnostic.summary + (f"\n{diagnostic.detail}" if diagnostic.detail else "")
    )
    return terminal_safe(text, keep="\n")


def _command(diagnostic: Diagnostic, below: str) -> str:
    places: dict[str, str | int | None] = {}
    if diagnostic.path is not None:
        line = diagnostic.line if diagnostic.line and diagnostic.line > 0 else None
        column = diagnostic.column if line and diagnostic.column and diagnostic.column > 0 else None
        places = {"file": in_repository(diagnostic.path, below), "line": line, "col": column}
    places["title"] = diagnostic.code
    told = ",".join(f"{name}={_property(str(value))}" for name, value in places.items() if value is not None)
    return f"::{_COMMANDS[diagnostic.severity]} {told}::{_escaped(message(diagnostic))}"


def _notice(text: str, title: str) -> str:
    return f"::notice title={_property(title)}::{_escaped(text)}"


def _property(text: str) -> str:
    return _escaped(terminal_safe(text)).replace(":", "%3A").replace(",", "%2C")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
