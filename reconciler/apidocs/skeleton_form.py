"""Reads the skeleton form: a docs site's API page, copied whole, with a request sample of type words on top.

Before the page's text stand the method and the path, broken at every slash, the title, a cURL command with a JSON
skeleton (`"<string>"`, `123`, `{}`) and sample answers. The skeleton has names and kinds but no marks, and some sites
leave most of it out, so it is a sample here and never a source of fields. Pure, stdlib.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.apidocs import inline_form, lines_form
from reconciler.apidocs.lines_form import Numbered
from reconciler.apidocs.page import Draft

METHOD = re.compile(r"GET|POST|PUT|PATCH|DELETE")
STEPS = 40
"""The most lines that a path may be broken into."""
STEP = re.compile(r"/|https?://\S+|\{[^}\s]*\}|[\w.~:-]+|(?:\s*/\s*(?:\{[^}\s]*\}|[\w.~:-]+))+")


def recognises(text: str) -> bool:
    """Whether a method stands on a line of its own with the first piece of a path under it, and fields follow."""
    lines = [each.strip() for each in text.splitlines() if each.strip()]
    return _header(lines) is not None and (inline_form.recognises(text) or lines_form.recognises(text))


def read(text: str) -> Draft:
    """The page's fields, notes and samples. Never fails."""
    return read_lines((number, each.strip()) for number, each in enumerate(text.splitlines(), start=1))


def read_lines(numbered: Iterable[Numbered]) -> Draft:
    """The same from lines with their numbers, whether or not such a header stands above them."""
    rest = list(numbered)
    filled = [index for index, each in enumerate(rest) if each[1]]
    span = _header([rest[index][1] for index in filled])
    title = ""
    if span is not None:
        start, end = span
        title = _title(rest, filled, start, end)
        rest = [each for index, each in enumerate(rest) if index > filled[end - 1] and each[1] != title]
    if inline_form.recognises("\n".join(each for _, each in rest)):
        rest = inline_form.expanded(rest)
    return lines_form.read_lines(rest, title)


def _header(lines: list[str]) -> tuple[int, int] | None:
    """Where method and path stand among the filled lines, as start and end; None where the page has no such header."""
    for start, line in enumerate(lines[:-1]):
        if METHOD.fullmatch(line) and re.match(r"/|https?://", lines[start + 1]):
            end = start + 1
            while (
                end < min(len(lines), start + STEPS)
                and STEP.fullmatch(lines[end])
                and _is_path(lines[start + 1 : end + 1])
            ):
                end += 1
            return start, end
    return None


def _is_path(pieces: list[str]) -> bool:
    """Whether pieces are slashes and steps in turn: the title after a path may be one word."""
    return "/" in pieces[-1] or pieces[-2].endswith("/")


def _title(numbered: list[Numbered], filled: list[int], start: int, end: int) -> str:
    """The line under the path or, where a command stands there, the one above the method."""
    under = numbered[filled[end]][1] if end < len(filled) else ""
    above = numbered[filled[start - 1]][1] if start else ""
    for line in (under, above):
        words = line.split()
        if 0 < len(words) < 8 and line[0].isupper() and line[-1] not in ".:" and line != "Skip to main content":
            return line
    return ""
