"""Reads the lines form: a page as a browser copies it, with name, type, `required`, default and text on lines.

The form has no marks for headings or code, so a line is told by its neighbours: a name is an identifier with a type
word under it, a heading is a short line without a full stop that stands alone. Pure, stdlib.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from reconciler.apidocs.page import Draft, PageField, Where, json_type, tidy

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
DEFAULT = re.compile(r"default:\s*[\"“](?P<value>.*)[\"”]")
BULLET = re.compile(r"[•*‣◦-]\s+(?P<text>\S.*)")
CODE = re.compile(r"[{}\[\]]|\"[\w.]+\"\s*:|curl\s|-[HdX]\s|\d{3}\s+\S")
STRINGS = re.compile(r"\"(?:\\.|[^\"\\])*\"")
BOILERPLATE = frozenset({"skip to main content", "copy", "copy page", "was this page helpful?", "on this page"})

PLACES: tuple[tuple[str, Where | None], ...] = (
    (r"path param(?:eter)?s?", "path"),
    (r"query (?:string )?param(?:eter)?s?", "query"),
    (r"(?:request(?: body)?|body(?: param(?:eter)?s?)?|parameters)", "body"),
    (r"(?:responses?(?: (?:fields|body|param(?:eter)?s?))?|returns)", "response"),
    (r"(?:(?:request |response )?examples?(?: (?:requests?|responses?))?)", None),
)
"""Headings that say where the fields under them go; None ends the fields."""


@dataclass(slots=True)
class _Building:
    """One field while its lines are being read."""

    name: str
    type: str
    where: Where
    line: int
    section: str
    required: bool = False
    default: str | None = None
    description: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)

    def finished(self) -> PageField:
        return PageField(
            name=self.name,
            type=self.type,
            where=self.where,
            line=self.line,
            section=self.section,
            required=self.required,
            default=self.default,
            description=tuple(self.description),
            code=("\n".join(self.code),) if self.code else (),
        )


def recognises(text: str) -> bool:
    """Whether some identifier has a type word alone on the next line."""
    lines = [each.strip() for each in text.splitlines() if each.strip()]
    return any(_starts_field(lines, index) for index in range(len(lines)))


def read(text: str) -> Draft:
    """The page's fields, notes and samples. Never fails: what it does not know becomes a note or is left out."""
    reading = _Reading([each.strip() for each in text.splitlines()])
    while reading.index < len(reading.lines):
        reading.step()
    reading.close()
    first = next((each for each in reading.notes if not each.startswith("#")), "")
    sentence = re.split(r"(?<=[.!?])\s", first)[0]
    return Draft(
        title=reading.title or sentence.rstrip("."),
        description=first,
        fields=tuple(reading.fields),
        notes=tuple(reading.notes),
        samples=tuple(reading.samples),
    )


def _starts_field(lines: list[str], index: int) -> bool:
    following = lines[index + 1] if index + 1 < len(lines) else ""
    return bool(NAME.fullmatch(lines[index])) and json_type(following) is not None and json_type(lines[index]) is None


class _Reading:
    """The state of one pass over the lines."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = _without_loose_blanks(lines)
        self.numbers = _numbers(lines, self.lines)
        self.index = 0
        self.where: Where | None = "body"
        self.section = ""
        self.title = ""
        self.open: _Building | None = None
        self.fields: list[PageField] = []
        self.notes: list[str] = []
        self.samples: list[str] = []

    def step(self) -> None:
        line = self.lines[self.index]
        if not line or line.lower() in BOILERPLATE:
            self.index += 1
        elif self.where is not None and _starts_field(self.lines, self.index):
            self._begin_field()
        elif CODE.match(line) and not BULLET.match(line):
            self._code()
        elif self._is_heading(line):
            self._heading(line)
        else:
            self._text(line)

    def close(self) -> None:
        if self.open is not None:
            self.fields.append(self.open.finished())
        self.open = None

    def _begin_field(self) -> None:
        self.close()
        name, kind = self.lines[self.index : self.index + 2]
        where: Where = self.where or "body"
        self.open = _Building(
            name=name,
            type=json_type(kind) or "",
            where=where,
            line=self.numbers[self.index],
            section=self.section,
        )
        self.index += 2
        while self.index < len(self.lines) and self._mark(self.lines[self.index], self.open):
            self.index += 1

    def _mark(self, line: str, building: _Building) -> bool:
        """Take `required`, `optional` and default lines under a type; False for anything else."""
        default = DEFAULT.fullmatch(line)
        if default:
            building.default = default["value"]
        elif line.lower() == "required":
            building.required = True
        elif line.lower() != "optional":
            return False
        return True

    def _is_heading(self, line: str) -> bool:
        if _place_of(line) is not _NO_PLACE:
            return True
        if line[-1] in ".:;!?,)" or BULLET.match(line) or not line[0].isupper() or len(line.split()) > 8:
            return False
        before = self.lines[self.index - 1] if self.index else ""
        after = self.lines[self.index + 1] if self.index + 1 < len(self.lines) else ""
        if not before and not after:
            return True
        described = self.open is None or bool(self.open.description)
        return described and self.index + 1 < len(self.lines) and _starts_field(self.lines, self.index + 1)

    def _heading(self, line: str) -> None:
        self.close()
        self.index += 1
        place = _place_of(line)
        if place is _NO_PLACE:
            if not self.title and not self.notes and not self.fields:
                self.title = line
            else:
                self.section = line
        elif place is None or isinstance(place, str):
            self.where = place  # type: ignore[assignment]
            self.section = line

    def _code(self) -> None:
        """Take lines until brackets balance: they belong to the open field, or to the page's samples."""
        taken: list[str] = []
        depth = 0
        while self.index < len(self.lines):
            line = self.lines[self.index]
            if taken and depth <= 0 and not taken[-1].endswith("\\"):
                break
            bare = STRINGS.sub("", line)
            depth += sum(bare.count(each) for each in "{[") - sum(bare.count(each) for each in "}]")
            taken.append(line)
            self.index += 1
        if self.open is not None and self.where is not None:
            self.open.code.extend(taken)
        else:
            self.samples.append("\n".join(taken))

    def _text(self, line: str) -> None:
        self.index += 1
        bullet = BULLET.match(line)
        words = "- " + tidy(bullet["text"]) if bullet else tidy(line)
        # a blank line ends a field's own text in a page that has any: what follows speaks of the section
        alone = self.index >= 2 and not self.lines[self.index - 2]
        if self.open is not None and self.where is not None and not (alone and self.open.description):
            self.open.description.append(words)
        else:
            self.notes.append(words)


_NO_PLACE = object()


def _place_of(line: str) -> object:
    for pattern, place in PLACES:
        if re.fullmatch(pattern, line.strip(), re.IGNORECASE):
            return place
    return _NO_PLACE


def _without_loose_blanks(lines: list[str]) -> list[str]:
    """Drop the blank line between a name and its type, where a browser put one after every line."""
    filled = [index for index, each in enumerate(lines) if each]
    compact = [lines[index] for index in filled]
    tight = sum(_starts_field(lines, index) for index in range(len(lines)))
    pairs = sum(_starts_field(compact, index) for index in range(len(compact)))
    return lines if tight * 2 >= pairs else compact


def _numbers(lines: list[str], kept: list[str]) -> list[int]:
    if len(kept) == len(lines):
        return list(range(1, len(lines) + 1))
    return [index + 1 for index, each in enumerate(lines) if each]
