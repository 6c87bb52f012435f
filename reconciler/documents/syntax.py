"""libyaml's syntax errors, said for people who write prompts, not parsers. Core: pure."""

from __future__ import annotations

import re

import yaml

from reconciler.documents.conflicts import FINISH_MERGE
from reconciler.errors import Diagnostic, error

_QUOTES = "Put the text in quotes."

# (a part of libyaml's context, a part of its problem, whether the context's place is the better one, told, then)
_KNOWN: tuple[tuple[str, str, bool, str, str], ...] = (
    ("quoted scalar", "unexpected end of stream", True, "a quote is opened here and never closed", "Close it."),
    ("quoted scalar", "document indicator", True, "a quote is opened here and never closed", "Close it."),
    (
        "quoted scalar",
        "invalid Unicode character escape",
        False,
        "this escape is not a character",
        "Write the character itself.",
    ),
    (
        "quoted scalar",
        "unknown escape character",
        False,
        "a backslash in double quotes begins an escape, and this is none",
        "Write two backslashes, or use single quotes.",
    ),
    (
        "",
        "mapping values are not allowed",
        False,
        "a second `: ` on this line, one that is indented too far, or none on the line above",
        _QUOTES,
    ),
    (
        "",
        "found a tab character",
        False,
        "a tab where indentation is expected",
        "Indent with spaces.",
    ),
    (
        "simple key",
        "could not find expected ':'",
        True,
        "this line is neither `field: value` nor indented as part of the text above",
        "Indent it, or write `field: value`.",
    ),
    (
        "block mapping",
        "did not find expected key",
        False,
        "a `field: value` is expected here",
        "Check the indentation, and quotes that end too early.",
    ),
    (
        "block collection",
        "did not find expected '-' indicator",
        False,
        "a list item (`- `) is expected here",
        "Check the indentation.",
    ),
    (
        "flow mapping",
        "did not find expected ',' or '}'",
        True,
        "this `{` is never closed",
        "Close it, or put the text in quotes.",
    ),
    (
        "flow sequence",
        "did not find expected ',' or ']'",
        True,
        "this `[` is never closed",
        "Close it, or put the text in quotes.",
    ),
    ("flow node", "did not find expected node content", False, "a value is expected here", "Check the brackets."),
    ("", "block sequence entries are not allowed", False, "a list cannot begin here", "Begin it on a new line."),
)
_MERGE = re.compile(r"^<{7} ", re.MULTILINE)
_NO_TOKEN = "cannot start any token"  # noqa: S105 - libyaml's words


def explain(problem: yaml.MarkedYAMLError, *, file: str) -> Diagnostic:
    """One diagnostic for a syntax error, at the place where a person would look."""
    context, what = str(problem.context or ""), str(problem.problem or "it cannot be read")
    mark = problem.problem_mark or problem.context_mark
    if _NO_TOKEN in what:
        told = "text cannot begin with this character, or a tab stands where indentation is expected"
        then = "Put the text in quotes; indent with spaces."
        return _at(mark, file, told, then)
    for in_context, in_problem, at_context, told, then in _KNOWN:
        if in_context in context and in_problem in what:
            where = problem.context_mark if at_context and problem.context_mark else mark
            return _at(where, file, told, then)
    return _at(mark, file, f"this is not valid YAML: {what}", f"It happened {context}." if context else None)


def unfinished_merge(text: str, *, file: str) -> Diagnostic | None:
    """What a text that is no YAML is called where Git left its marks in it."""
    mark = _MERGE.search(text)
    if mark is None:
        return None
    told = "the file holds a merge that nobody finished"
    return error("merge-conflict", told, FINISH_MERGE, file=file, line=text.count("\n", 0, mark.start()) + 1, column=1)


def _at(mark: yaml.Mark | None, file: str, told: str, then: str | None) -> Diagnostic:
    line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
    return error("yaml-syntax", told, then, file=file, line=line, column=column)
