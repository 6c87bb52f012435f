"""Reads the MDX form: Mintlify sources and `.md` exports with `<ParamField>` and its companions.

Tags nest: a field inside a fold-out inside a field describes that field's items, so its name never meets the
top level's. Fences are code wherever they stand. Pure, stdlib.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field

from reconciler.apidocs.page import Draft, PageField, Where, allows_null, json_type, refuse, tidy
from reconciler.frozen import dataclass

# a name is taken whole, and a tag holds so much and no other tag's beginning: else a long line takes minutes
TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Z]\w*+)(?P<rest>(?:\"[^\"]*+\"|'[^']*+'|\{[^}]*+\}|[^<>\"'{]){0,2000}?)(?P<self>/?)>"
)
ATTRIBUTE = re.compile(r"(?P<name>[a-zA-Z]\w*)(?:\s*=\s*(?:\"(?P<a>[^\"]*)\"|'(?P<b>[^']*)'|\{(?P<c>[^}]*)\}))?")
BEGUN = re.compile(r"<(?P<name>ParamField|ResponseField|Expandable)\b")
TAG_LINES = 30
"""The most lines that a tag may have: what goes on for longer was never closed."""
FENCE = re.compile(r"\s*(?P<mark>`{3,}|~{3,})")
FRONT = re.compile(r"\A---\s*\n(?P<block>.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
HEADING = re.compile(r"#{1,6}\s+(?P<text>.+)")
BULLET = re.compile(r"[-*]\s+(?P<text>\S.*)")
FIELD_TAGS = ("ParamField", "ResponseField")
PLACES: dict[str, Where] = {"body": "body", "path": "path", "query": "query"}


@dataclass(slots=True)
class _Open:
    """A tag whose end has not come yet; field tags gather what stands inside them."""

    tag: str
    line: int
    attributes: dict[str, str | None] = field(default_factory=dict)
    paragraphs: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    fields: list[PageField] = field(default_factory=list)
    section: str = ""


def recognises(text: str) -> bool:
    """Whether the page has a field tag."""
    return any(f"<{each}" in text for each in FIELD_TAGS)


def read(text: str, source: str) -> Draft:
    """The page's fields, notes and samples. Raises PageError where a field tag is never closed."""
    front = front_matter(text)
    reading = _Reading(source)
    start = FRONT.match(text)
    skipped = text[: start.end()].count("\n") if start else 0
    for event in _events(text[start.end() :] if start else text, skipped):
        reading.take(*event)
    reading.finish()
    return Draft(
        title=front.get("title") or reading.title or "",
        description=front.get("description") or next(iter(reading.notes), ""),
        fields=tuple(reading.fields),
        notes=tuple(reading.notes),
        note_lines=tuple(reading.note_lines),
        samples=tuple(reading.samples),
    )


def front_matter(text: str) -> dict[str, str]:
    """The `key: value` lines between the rules at the top; empty where the page has none."""
    found = FRONT.match(text)
    lines = found["block"].splitlines() if found else []
    pairs = (each.partition(":") for each in lines if ":" in each and not each.startswith((" ", "#")))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def _events(text: str, skipped: int) -> Iterator[tuple[str, str, int]]:
    """The page as events: `open`, `close` and `alone` with a tag, `text` with a line, `code` with a whole fence."""
    lines = iter(enumerate(text.splitlines(), start=1 + skipped))
    for number, line in lines:
        fence = FENCE.match(line)
        if fence:
            body: list[str] = []
            for _, inner in lines:
                if inner.strip().startswith(fence["mark"]):
                    break
                body.append(inner)
            yield "code", "\n".join(body), number
            continue
        for _ in range(TAG_LINES):
            if not _broken(line):
                break
            line = f"{line} {next(lines, (0, '>'))[1].strip()}"
        lost = _broken(line)
        if lost:  # an open tag of which nothing else is known: of a field, that is told at the end
            yield "open", lost["name"], number
            continue
        done = 0
        for tag in TAG.finditer(line):
            if line[done : tag.start()].strip():
                yield "text", line[done : tag.start()], number
            kind = "close" if tag["close"] else "alone" if tag["self"] else "open"
            yield kind, f"{tag['name']} {tag['rest']}".strip(), number
            done = tag.end()
        if not done or line[done:].strip():
            yield "text", line[done:], number


def _broken(line: str) -> re.Match[str] | None:
    """The beginning of a tag whose attributes go on in the next line."""
    return BEGUN.search(line, line.rfind(">") + 1)


class _Reading:
    """The state of one pass: the tags that are open, and what was found outside of them."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.open: list[_Open] = []
        self.fields: list[PageField] = []
        self.notes: list[str] = []
        self.note_lines: list[int] = []
        self.samples: list[str] = []
        self.section = ""
        self.title = ""
        self.paragraph: list[str] = []
        self.line = self.began = 0

    def take(self, kind: str, text: str, line: int) -> None:
        self.line = line
        if kind != "text":
            self._end_paragraph()
        match kind:
            case "open" | "alone":
                name, _, rest = text.partition(" ")
                self.open.append(_Open(tag=name, line=line, attributes=_attributes(rest), section=self.section))
                if kind == "alone":
                    self._close(name)
            case "close":
                self._close(text)
            case "code":
                holder = self._holder()
                (self.samples if holder is None else holder.code).append(text)
            case _:
                self._text(text)

    def finish(self) -> None:
        self._end_paragraph()
        lost = next((each for each in reversed(self.open) if each.tag in FIELD_TAGS), None)
        if lost is not None:
            raise refuse(
                "page-tag-open",
                self.source,
                f"<{lost.tag}> on line {lost.line} is never closed",
                "Save the page again, whole; fields after it cannot be told from its text.",
                lost.line,
            )

    def _holder(self) -> _Open | None:
        return next((each for each in reversed(self.open) if each.tag in FIELD_TAGS), None)

    def _text(self, line: str) -> None:
        holder = self._holder()
        if holder is not None and self.open[-1].tag == "Expandable":
            if line.strip():
                holder.details.append(line.rstrip())
            return
        bare = line.strip().removeprefix(">").strip()
        heading = HEADING.fullmatch(bare) if holder is None else None
        if heading:
            self._end_paragraph()
            self._heading(tidy(heading["text"]), bare)
        elif not bare or set(bare) <= set("-*_") or BULLET.match(bare) or bare.startswith("|"):
            self._end_paragraph()
            bullet = BULLET.match(bare)
            if bullet or bare.startswith("|"):
                self._put("- " + tidy(bullet["text"]) if bullet else bare, self.line)
        else:
            self.began = self.began if self.paragraph else self.line
            self.paragraph.append(bare)

    def _heading(self, text: str, raw: str) -> None:
        if raw.startswith("# ") and not self.title:
            self.title = text
        else:
            self.section = text

    def _end_paragraph(self) -> None:
        if self.paragraph:
            self._put(tidy(" ".join(self.paragraph)), self.began)
            self.paragraph = []

    def _put(self, words: str, line: int) -> None:
        holder = self._holder()
        (self.notes if holder is None else holder.paragraphs).append(words)
        (self.note_lines if holder is None else holder.lines).append(line)

    def _close(self, name: str) -> None:
        """End the nearest open tag of that name; a stray end ends nothing."""
        if all(each.tag != name for each in self.open):
            return
        while self.open[-1].tag != name:
            if self.open[-1].tag in FIELD_TAGS:
                self.finish()
            self.open.pop()
        last = self.open.pop()
        if last.tag in FIELD_TAGS:
            self._add(last)

    def _add(self, done: _Open) -> None:
        attributes = done.attributes
        place = next((each for each in PLACES if attributes.get(each)), None)
        named = attributes.get(place) if place else attributes.get("name")
        if not named:
            return
        made = PageField(
            name=named.replace("\\_", "_"),
            type=json_type(_printed(attributes.get("type")) or "") or "",
            where="response" if done.tag == "ResponseField" else PLACES.get(place or "", "body"),
            line=done.line,
            required="required" in attributes and attributes["required"] != "false",
            default=_printed(attributes.get("default") or attributes.get("initialValue")),
            description=tuple(done.paragraphs),
            lines=tuple(done.lines),
            nullable=_allows_null(attributes),
            section=done.section,
            fields=tuple(done.fields),
            details=tuple(done.details),
            code=tuple(done.code),
        )
        outer = self._holder()
        (self.fields if outer is None else outer.fields).append(made)


def _printed(value: str | None) -> str | None:
    """An attribute's text; one in braces may be quoted inside them."""
    if value is None:
        return None
    quoted = re.fullmatch(r"\s*([\"'`])(?P<text>[^\"'`]*)\1\s*", value)
    return quoted["text"] if quoted else value.strip()


def _allows_null(attributes: Mapping[str, str | None]) -> bool:
    marked = "nullable" in attributes and attributes["nullable"] != "false"
    return marked or allows_null(_printed(attributes.get("type")) or "")


def _attributes(rest: str) -> dict[str, str | None]:
    found = ATTRIBUTE.finditer(rest)
    return {each["name"]: next((each[key] for key in "abc" if each[key] is not None), None) for each in found}
