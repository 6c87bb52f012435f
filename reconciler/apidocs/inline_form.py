"""Reads the inline form: a field's name, type and marks on one line, `line_id integer required`, its text below.

Some browsers lose the space between two of them (`languagestring`), and break a sentence at its code spans. The
lines are put in the shape of the lines form, under their own numbers, and read there. Pure, stdlib.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from reconciler.apidocs.headings import DEFAULT, OPTIONAL, REQUIRED
from reconciler.apidocs.lines_form import LONGEST, NAME, Numbered, read_lines
from reconciler.apidocs.page import TYPES, Draft, json_type

WORDS = "|".join(sorted(TYPES, key=len, reverse=True))
MARKS = "|".join(sorted({*REQUIRED, *OPTIONAL}, key=len, reverse=True))
GIVEN = DEFAULT.pattern.replace("?P<value>", "").replace("?P<bare>", "")
SPACED = re.compile(
    rf"(?P<name>(?![A-Z]){NAME.pattern})\s+(?P<type>(?:{WORDS})(?:\[\])*(?:<\w+>)?(?: ?\| ?null)?)(?P<marks>(?:\s+.*)?)"
)
"""A capital starts a heading, never a name: "Phone number" is none of type number."""
GLUED = re.compile(
    rf"(?P<name>(?![A-Z]){NAME.pattern}?)(?P<type>(?:{WORDS})(?:\[\])*)"
    rf"(?P<marks>(?:\s*(?:{MARKS}))*(?:(?=\S+[\"“]){GIVEN})?)"
)
MARK = re.compile(rf"\s*(?P<mark>{GIVEN}|{MARKS})$")
ENOUGH = 3
"""Lines of that shape that make a page of this form: a sentence may look like one by chance."""


def recognises(text: str) -> bool:
    """Whether several lines are a name, a type and nothing but marks, and more of them than of the lines form."""
    lines = [each.strip() for each in text.splitlines() if each.strip()]
    inline = sum(is_field(each) for each in lines)
    apart = sum(bool(NAME.fullmatch(a)) and json_type(b) is not None for a, b in pairwise(lines))
    return inline >= ENOUGH and inline > apart


def read(text: str) -> Draft:
    """The page's fields, notes and samples. Never fails."""
    return read_lines(expanded(enumerate(text.splitlines(), start=1)))


def is_field(line: str) -> bool:
    """Whether a line is a name, a type and nothing but marks."""
    return _parts(line, glued=False) is not None


def expanded(numbered: Iterable[Numbered]) -> list[Numbered]:
    """The lines with every field's name, type and marks on lines of their own."""
    lines = [(number, each.strip()) for number, each in numbered]
    starts = [index for index, (_, each) in enumerate(lines) if _parts(each, glued=True) is not None]
    loose = sum(index + 1 < len(lines) and not lines[index + 1][1] for index in starts)
    kept = [each for each in lines if each[1]] if loose * 2 > len(starts) else lines
    found: list[Numbered] = []
    for number, line in kept:
        found += [(number, each) for each in _parts(line, glued=True) or [line]]
    return found


def _parts(line: str, *, glued: bool) -> list[str] | None:
    """Name, type and marks of a line that is nothing else; None for any other."""
    if len(line) > LONGEST:
        return None
    match = SPACED.fullmatch(line) or (GLUED.fullmatch(line) if glued else None)
    if match is None or json_type(match["name"]) is not None:
        return None
    marks: list[str] = []
    rest = match["marks"]
    while rest.strip():
        mark = MARK.search(rest)
        if mark is None:
            return None
        marks.insert(0, mark["mark"])
        rest = rest[: mark.start()]
    return [match["name"], match["type"], *marks]
