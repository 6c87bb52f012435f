"""What a person and a program are told when a run ends in an error: diagnostics, or that it is our bug.

An exception that is not ours may hold anything, a secret included, in its text and in the variables of its frames; so
of a bug only types, files, lines and names of functions are told. Pure but for reading the files that diagnostics
point into.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path

from reconciler.canonical import Json
from reconciler.commands.invocation import Invocation
from reconciler.errors import Diagnostic, ReconcilerError, error

_PACKAGE = Path(__file__).parent.parent


def failure_result(invocation: Invocation, diagnostics: tuple[Diagnostic, ...], exit_code: int) -> str | None:
    """What stands on stdout in place of a result, in the form that was asked for; None where nothing does."""
    from reconciler.render.escape import json_line, json_text  # no verb's help needs a renderer
    from reconciler.render.forms import failure_in

    if invocation.output != "json":
        return failure_in(invocation.output, diagnostics, below=invocation.below)
    told = _json(diagnostics, exit_code)
    return f"{json_line({'event': 'error', **told})}\n" if invocation.lines else json_text(told)


def _json(diagnostics: tuple[Diagnostic, ...], exit_code: int) -> dict[str, Json]:
    """What `-o json` prints in place of a result. `error` is the first diagnostic that is an error, in short."""
    from reconciler.planfile import diagnostic_to_json

    first = next((each for each in diagnostics if each.severity == "error"), None)
    return {
        "format_version": "1.0",
        "error": {
            "code": first.code if first else "unknown",
            "summary": first.summary if first else "",
            "exit_code": exit_code,
        },
        "diagnostics": [diagnostic_to_json(each) for each in diagnostics],
    }


def bug(problem: BaseException) -> Diagnostic:
    """An exception that nobody meant, as a diagnostic: its type and where, never its text."""
    if isinstance(problem, MemoryError):
        told = f"there was not enough memory, at {_innermost(problem)}"
        then = "Allow the process more, or do less at once, such as a part of the keys with --target."
        return error("out-of-memory", told, then)
    return error(
        "internal-error",
        f"this is a bug in reconciler, not in your files: {_type(problem)} at {_innermost(problem)}",
        "Its text is not shown, since it may hold values. With -vv or RECONCILER_DEBUG=1 it says which way it came.",
    )


def bare_traceback(problem: BaseException) -> str:
    """The traceback without a value in it: files, lines, functions and types; a text only where it is our own."""
    lines: list[str] = []
    for each in _chain(problem):
        lines.append("caused by:" if lines else "traceback, innermost last:")
        lines += [f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}" for frame in _frames(each)]
        told = f": {each}" if isinstance(each, ReconcilerError) else ""
        lines.append(f"  {type(each).__module__}.{type(each).__qualname__}{told}")
    return "\n".join(lines)


def _type(problem: BaseException) -> str:
    """The exception's type, and of a failed import the module's name: an installation that lacks a part."""
    name = problem.name if isinstance(problem, ImportError) else None
    return f"{type(problem).__name__} ({name})" if name else type(problem).__name__


def _chain(problem: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    here: BaseException | None = problem
    while here is not None and id(here) not in seen:
        seen.add(id(here))
        yield here
        here = here.__cause__ or (None if here.__suppress_context__ else here.__context__)


def _frames(problem: BaseException) -> list[traceback.FrameSummary]:
    return list(traceback.StackSummary.extract(traceback.walk_tb(problem.__traceback__), lookup_lines=False))


def _innermost(problem: BaseException) -> str:
    frames = _frames(problem)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    if not frames:
        return "an unknown place"
    last, ours_last = frames[-1], (ours or frames)[-1]
    where = f"{_short(ours_last.filename)}:{ours_last.lineno}"
    return where if last is ours_last else f"{where} (in {_short(last.filename)}:{last.lineno})"


def _short(filename: str) -> str:
    """A path without the machine's part of it: from the package's name on."""
    path = Path(filename)
    if path.is_relative_to(_PACKAGE):
        return path.relative_to(_PACKAGE.parent).as_posix()
    return "/".join(path.parts[-2:])
