"""Reads the lines form: a page as a browser copies it, with name, type, `required`, default and text on lines.

The form has no marks for headings or code, so a line is told by its neighbours: a name is an identifier with a type
word under it, a heading is a short line without a full stop that stands alone. Forms that differ from this one in
their lines alone (`inline_form`, `skeleton_form`, `html_form`) put them in this shape and come here. Pure, stdlib.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field

from reconciler.apidocs.headings import DEFAULT, FOLD, NO_PLACE, OPTIONAL, REQUIRED, place_of
from reconciler.apidocs.page import Draft, PageField, Where, allows_null, json_type, tidy
from reconciler.frozen import dataclass

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(?:\[\])?(?:\.[A-Za-z0-9_-]+(?:\[\])?)*")
BULLET = re.compile(r"[•*‣◦-]\s+(?P<text>\S.*)")
CODE = re.compile(r"[{}\[\]]|\"[\w.]+\"\s*:|curl\s|-[HdX]\s|\d{3}\s+\S")
STRINGS = re.compile(r"\"(?:\\.|[^\"\\])*\"")
BOILERPLATE = frozenset({"skip to main content", "copy", "copy page", "was this page helpful?", "on this page"})
LONGEST = 400
"""Characters. A longer line is text: neither a field's head nor a label."""
GLUED_FOLD = re.compile(r"(?P<text>.*[a-z.)])(?P<fold>(?:Show|Hide) [\w ]+)")
OPENS, CLOSES = "\x0e", "\x0f"
"""Lines that a reader with a better source puts around nested fields: text from a browser marks their start alone."""
Numbered = tuple[int, str]


@dataclass(slots=True)
class _Building:
    """One field while its lines are being read."""

    name: str
    type: str
    where: Where
    line: int
    section: str
    required: bool = False
    nullable: bool = False
    default: str | None = None
    description: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    fields: list[PageField] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def finished(self) -> PageField:
        return PageField(
            name=self.name,
            type=self.type,
            where=self.where,
            line=self.line,
            section=self.section,
            required=self.required,
            nullable=self.nullable,
            default=self.default,
            description=tuple(self.description),
            lines=tuple(self.lines),
            fields=tuple(self.fields),
            details=tuple(self.details),
            code=("\n".join(self.code),) if self.code else (),
        )


def recognises(text: str) -> bool:
    """Whether some identifier has a type word alone on the next line."""
    lines = [each.strip() for each in text.splitlines() if each.strip()]
    return any(_starts_field(lines, index) for index in range(len(lines)))


def read(text: str) -> Draft:
    """The page's fields, notes and samples. Never fails: what it does not know becomes a note or is left out."""
    return read_lines(enumerate(text.splitlines(), start=1))


def read_lines(numbered: Iterable[Numbered], title: str = "") -> Draft:
    """The same from lines with the numbers that they have in the page."""
    stripped = ((number, each if each in (OPENS, CLOSES) else each.strip()) for number, each in numbered)
    reading = _Reading([piece for line in stripped for piece in _unglued(*line)], title)
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
        note_lines=tuple(reading.note_lines),
        samples=tuple(reading.samples),
    )


def _unglued(number: int, line: str) -> list[Numbered]:
    """A line, and the label of a fold-out that a browser has put right behind its last word."""
    parts = GLUED_FOLD.fullmatch(line) if len(line) < LONGEST else None
    return [(number, parts["text"]), (number, parts["fold"])] if parts else [(number, line)]


def _starts_field(lines: list[str], index: int) -> bool:
    following = lines[index + 1] if index + 1 < len(lines) else ""
    return bool(NAME.fullmatch(lines[index])) and json_type(following) is not None and json_type(lines[index]) is None


class _Reading:
    """The state of one pass over the lines."""

    def __init__(self, numbered: list[Numbered], title: str) -> None:
        numbered = _without_loose_blanks(numbered)
        self.lines = [each for _, each in numbered]
        self.numbers = [number for number, _ in numbered]
        self.index = 0
        self.where: Where | None = "body"
        self.section = ""
        self.title = title
        self.open: _Building | None = None
        self.outer: list[_Building] = []
        self.marked = False
        self.fields: list[PageField] = []
        self.notes: list[str] = []
        self.note_lines: list[int] = []
        self.samples: list[str] = []

    def step(self) -> None:
        line = self.lines[self.index]
        if not line or line.lower() in BOILERPLATE:
            self.index += 1
        elif self.where is not None and _starts_field(self.lines, self.index):
            self._begin_field()
        elif line == OPENS or (self.open is not None and FOLD.fullmatch(line) and len(line.split()) < 7):
            self._fold_open(line)
        elif line == CLOSES:
            self._fold_close()
            self.index += 1
        elif CODE.match(line) and not BULLET.match(line):
            self._code()
        elif self._is_heading(line):
            self._heading(line)
        else:
            self._text(line)

    def close(self) -> None:
        """End the open field and whatever it stands in."""
        while self.outer:
            self._fold_close()
        self._close_field()

    def _close_field(self) -> None:
        if self.open is not None:
            (self.outer[-1].fields if self.outer else self.fields).append(self.open.finished())
        self.open = None

    def _fold_open(self, line: str) -> None:
        """What follows stands inside of the open field."""
        self.index += bool(line)
        self.marked = line == OPENS
        if self.open is not None:
            self.outer.append(self.open)
            self.open = None

    def _fold_close(self) -> None:
        """Back to the field that the nested ones stand in: more of it may follow."""
        self._close_field()
        if self.outer:
            self.open = self.outer.pop()

    def _begin_field(self) -> None:
        name, kind = self.lines[self.index : self.index + 2]
        if self.outer and not self.marked and self._is_outside(name):
            self._fold_close()
        elif self._is_second(name):
            self._fold_open("")
        self._close_field()
        self.open = building = _Building(
            name=name,
            type=json_type(kind) or "",
            where=self.where or "body",
            line=self.numbers[self.index],
            section=self.section,
            nullable=allows_null(kind),
        )
        self.index += 2
        while self.index < len(self.lines) and self._mark(self.lines[self.index], building):
            self.index += 1

    def _is_outside(self, name: str) -> bool:
        """Whether a fold-out has ended without a mark: its fields are spelled with its name, or would stand twice."""
        inner = [each.name for each in (*self.outer[-1].fields, *([self.open.finished()] if self.open else []))]
        spelled = any(each.startswith(self.outer[-1].name) for each in inner)
        return name in inner or (spelled and not name.startswith(self.outer[-1].name))

    def _is_second(self, name: str) -> bool:
        """Whether a name that was documented before follows a list: it is then a part of the list's entries."""
        if self.outer or self.open is None or not self.open.type.startswith(("array", "object")):
            return False
        return any(each.name == name and each.where == self.where for each in self.fields)

    def _mark(self, line: str, building: _Building) -> bool:
        """Take `required`, `optional` and default lines under a type; False for anything else."""
        default = DEFAULT.fullmatch(line)
        if default:
            building.default = default["value"] if default["value"] is not None else default["bare"]
        elif line.lower() in REQUIRED:
            building.required = True
        elif line.lower() == "nullable":
            building.nullable = True
        elif line.lower() not in OPTIONAL:
            return False
        return True

    def _is_heading(self, line: str) -> bool:
        if place_of(line) != NO_PLACE:
            return True
        before = self.lines[self.index - 1] if self.index else ""
        if line[-1] in ".:;!?,)" or BULLET.match(line) or not line[0].isupper() or len(line.split()) > 8:
            return False
        if before.endswith((",", ":")) and self.open is not None:
            return False
        after = self.lines[self.index + 1] if self.index + 1 < len(self.lines) else ""
        if not before and not after:
            return True
        described = self.open is None or bool(self.open.description)
        return described and self.index + 1 < len(self.lines) and _starts_field(self.lines, self.index + 1)

    def _heading(self, line: str) -> None:
        self.close()
        self.index += 1
        place = place_of(line)
        if place != NO_PLACE:
            self.where = place  # type: ignore[assignment]
            self.section = line
        elif not self.title and not self.notes and not self.fields:
            self.title = line
        else:
            self.section = line

    def _code(self) -> None:
        """Take lines until brackets balance: they belong to the open field, or to the page's samples."""
        if self.outer and not self.marked and self.lines[self.index].startswith(f'"{self.outer[-1].name}"'):
            self._fold_close()
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
        above = self.lines[self.index - 2] if self.index >= 2 else ""
        if self.open is None and self.outer:
            self.outer[-1].details.append(words)
        elif self.open is None or self.where is None or (not above and self.open.description):
            # a blank line ends a field's own text in a page that has any: what follows speaks of the section
            self.notes.append(words)
            self.note_lines.append(self.numbers[self.index - 1])
        elif above and self.open.description and not bullet and _goes_on(self.open.description[-1], line):
            self.open.description[-1] = re.sub(r" (?=[,.;)])|(?<=\() ", "", f"{self.open.description[-1]} {words}")
        else:
            self.open.description.append(words)
            self.open.lines.append(self.numbers[self.index - 1])


def _goes_on(before: str, line: str) -> bool:
    """Whether a sentence was broken where a code span stood: browsers copy some spans as lines of their own."""
    if before.endswith((",", "(")) or line[0] in ",.;)":
        return True
    if before.endswith(":"):
        return len(line.split()) < 5 or line[0].islower()
    return line[0].islower() and before[-1] not in ".!?"


def _without_loose_blanks(numbered: list[Numbered]) -> list[Numbered]:
    """Drop the blank line between a name and its type, where a browser put one after every line."""
    lines = [each for _, each in numbered]
    compact = [each for each in numbered if each[1]]
    words = [each for _, each in compact]
    tight = sum(_starts_field(lines, index) for index in range(len(lines)))
    pairs = sum(_starts_field(words, index) for index in range(len(words)))
    return numbered if tight * 2 >= pairs else compact
