"""What a docs page says, as values: the page, its fields, and how a refusal is worded.

A reader of any textual form gives these; everything after it no longer knows which form the page had. Pure, stdlib.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Literal

from reconciler.errors import PageError, error
from reconciler.frozen import dataclass

Role = Literal["create", "update", "list", "delete"]
Where = Literal["body", "path", "query", "response"]

TYPES = {
    "string": "string",
    "str": "string",
    "integer": "integer",
    "int": "integer",
    "number": "number",
    "float": "number",
    "double": "number",
    "decimal": "number",
    "boolean": "boolean",
    "bool": "boolean",
    "array": "array",
    "object": "object",
}
"""The type words that pages use, and JSON Schema's word for each; any of them may be followed by `[]`."""
TYPE_OF: Mapping[type, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
"""JSON Schema's word for what a sample holds; null has none here."""
LIST_OF = re.compile(r"(?:array|list)(?:<(?P<inner>.+)>| of (?P<words>.+?)s?)", re.IGNORECASE)
NULLABLE = re.compile(r"\s*(?:\||,|\bor\b)\s*null\b|\bnull\s*(?:\||\bor\b)\s*|\s*\(?\bnullable\b\)?|\?$", re.IGNORECASE)
FORMATTED = re.compile(r"(?:enum<(?P<inner>\w+)(?:<\w+>)?>|(?P<outer>\w+)<[\w-]+>)")


@dataclass(frozen=True, kw_only=True, slots=True)
class PageField:
    """One documented field. `type` is JSON Schema's word, with `[]` for a list of it; empty where the page has none.

    `description` holds paragraphs; one that starts with `- ` was a bullet, and code spans keep their backticks.
    `default` is the text as printed. `nullable`: the type itself says so. `details` are the lines of a fold-out that
    documents no fields of its own, `code` the samples shown with the field. `line` counts from 1 in the page, and
    `lines` holds the line of each paragraph of the description.
    """

    name: str
    type: str
    where: Where
    line: int
    required: bool = False
    default: str | None = None
    description: tuple[str, ...] = ()
    section: str = ""
    fields: tuple[PageField, ...] = ()
    details: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    nullable: bool = False
    lines: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The description without its bullets."""
        return "\n".join(each for each in self.description if not each.startswith("- "))

    def line_at(self, offset: int) -> int:
        """The page's line of a place in `text`."""
        told = [each for each in zip(self.description, self.lines, strict=True) if not each[0].startswith("- ")]
        ends = accumulate(len(words) + 1 for words, _ in told)
        return next(line for end, (_, line) in zip(ends, told, strict=True) if offset < end)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One docs page. `path` is relative to the API's base, with `{id}` for the resource's id; `api` is that base.

    `fields` holds body, path, query and response fields in page order, `notes` what is said outside any field
    (rows of tables included) and `note_lines` where, `sha256` the digest of the text as it was given.
    """

    source: str
    form: str
    title: str
    description: str
    method: str
    path: str
    api: str | None
    sha256: str
    fields: tuple[PageField, ...]
    notes: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    note_lines: tuple[int, ...] = ()

    def of(self, where: Where) -> tuple[PageField, ...]:
        """The fields of one place: the body's, the query's ..."""
        return tuple(each for each in self.fields if each.where == where)

    @property
    def body(self) -> tuple[PageField, ...]:
        return self.of("body")


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a reader of one form gives back: all that depends on the form."""

    title: str
    description: str
    fields: tuple[PageField, ...]
    notes: tuple[str, ...]
    samples: tuple[str, ...]
    note_lines: tuple[int, ...] = ()


def json_type(word: str) -> str | None:
    """JSON Schema's word for a page's type word, `[]` kept, null left out; None where the word is no type."""
    bare = NULLABLE.sub("", word.strip().lower())
    listed = LIST_OF.fullmatch(bare)
    if listed:
        inner = json_type(listed["inner"] or listed["words"])
        return None if inner is None else inner + "[]"
    depth = (len(bare) - len(bare.rstrip("[]"))) // 2
    formatted = FORMATTED.fullmatch(bare.rstrip("[]"))
    known = TYPES.get((formatted["inner"] or formatted["outer"]) if formatted else bare.rstrip("[]"))
    return None if known is None else known + "[]" * depth


def allows_null(word: str) -> bool:
    """Whether a type word says that null is a value, too: `integer | null`, `string (nullable)`."""
    return bool(NULLABLE.search(word.strip()))


def gathered(fields: tuple[PageField, ...], outer: str = "") -> tuple[PageField, ...]:
    """The fields with dotted names put inside: `parts[].name` in the fold-out of `parts`, `tool.text` in an object.

    Old pages print such paths where newer ones nest; the API means the same by both.
    """
    found: dict[tuple[Where, str], PageField] = {}
    twice: list[PageField] = []
    for each in fields:
        name = each.name.removeprefix(f"{outer}[].").removeprefix(f"{outer}.") if outer else each.name
        head, dot, rest = name.partition(".")
        inner = replace(each, name=rest if dot else name, fields=gathered(each.fields, each.name))
        parent = found.get((each.where, head.removesuffix("[]")))
        if not dot:
            if parent is not None:
                twice.append(inner)
            found.setdefault((each.where, name), inner)
        elif parent is not None:
            found[each.where, parent.name] = replace(parent, fields=gathered((*parent.fields, inner)))
        else:
            kind = "array" if head.endswith("[]") else "object"
            made = replace(each, name=head.removesuffix("[]"), type=kind, default=None, code=(), details=())
            made = replace(made, description=(), lines=(), required=False, fields=gathered((inner,)))
            found[each.where, made.name] = made
    return (*found.values(), *twice)


def tidy(text: str) -> str:
    """A line without link targets, emphasis, escapes and the invisible characters that browsers copy."""
    plain = re.sub(r"!?\[([^\]]+)\]\([^)]*\)", r"\1", text)
    plain = re.sub(r"\*\*(.+?)\*\*|__(?=\w)(.+?)__", lambda found: found[1] or found[2], plain)
    plain = re.sub(r"\\([_*`#<>{}\[\]])", r"\1", plain)
    return re.sub(r"\s+", " ", plain).strip()


def refuse(code: str, source: str, summary: str, advice: str, line: int | None = None) -> PageError:
    """A page that cannot be used, why, and what to do about it."""
    return PageError(error(code, summary, advice, file=source, line=line))
