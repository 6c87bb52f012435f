"""Which words of which page every constraint of a field comes from, so that nobody needs to take a schema on trust.

Pure, stdlib.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.apidocs.meaning import Meaning, PageMeaning, nested_meaning
from reconciler.apidocs.merging import Field
from reconciler.apidocs.page import PageField
from reconciler.apidocs.unread import SENTENCE
from reconciler.canonical import Json
from reconciler.frozen import dataclass

FACTS: Mapping[str, tuple[str, ...]] = {
    "enum": ("choices",),
    "minimum": ("range",),
    "maximum": ("range",),
    "minLength": ("length",),
    "maxLength": ("length",),
    "pattern": ("snake", "word"),
    "format": ("timezone", "address"),
    "default": ("default",),
    "x-clear": ("null", "empty", "null-of", "default", "replaced"),
    "x-applies": ("applies", "applies-not"),
    "x-exclusive": ("exclusive",),
    "x-placeholders": ("placeholders",),
    "items": ("item-key",),
    "additionalProperties": ("lists-of-text",),
}
"""The facts that a keyword of a property may come from, the strongest first."""
UNTOLD: Mapping[str, str] = {
    "format": "its name",
    "items": "its parts, described inside it or shown in its sample",
    "properties": "its parts, described inside it or shown in its sample",
    "x-unordered": "a list of ids",
    "x-secret": "its name, or the first words of its text",
    "x-section": "the heading above it",
}
"""Where a keyword comes from when no sentence says it."""

Sides = list[tuple[str, Meaning]]
"""What the pages that have a field say of it, each with the page's name; the create page first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """One constraint, and the words that it was read from. `line` is 0 where it follows from no place of its own."""

    keyword: str
    value: Json
    words: str
    file: str
    line: int


def evidence_of(
    field: Field, schema: Mapping[str, Any], rules: Iterable[Mapping[str, Any]], pages: tuple[PageMeaning, PageMeaning]
) -> tuple[Evidence, ...]:
    """The evidence for a field's property in the document's schema, and for each rule between fields that names it."""
    sides = [
        (page.page.source, meaning)
        for page, meaning in zip(pages, (field.create, field.update), strict=True)
        if meaning is not None
    ]
    told = [_keyword(name, value, sides) for name, value in schema.items() if name not in ("description", "x-reset-by")]
    if field.required and field.create is not None:
        told.insert(1, _mark("required", True, "required", field.create, sides))
    for cause in schema.get("x-reset-by", ()):
        told += [
            Evidence(
                keyword="x-reset-by",
                value=[cause],
                words=page.resets[cause].words,
                file=page.page.source,
                line=page.resets[cause].line,
            )
            for page in pages
            if cause in page.resets
        ][-1:]
    return (*told, *_inside(schema, sides), *_rules(field, rules, sides))


def _inside(schema: Mapping[str, Any], sides: Sides) -> Iterator[Evidence]:
    """The same for the parts of a list's entries or of an object, named by their way from the field."""
    holder = schema.get("items", schema)
    parts = holder.get("properties", {})
    for file, meaning in sides[:1]:
        speaker = next((each for _, each in sides if each.field.fields), meaning)
        for inner in (each for each in speaker.field.fields if each.name in parts):
            own = [(file, nested_meaning(inner))]
            told = [_keyword(name, value, own) for name, value in parts[inner.name].items() if name != "description"]
            if inner.required:
                told.append(_mark("required", True, "required", own[0][1], own))
            yield from (replace(each, keyword=f"{inner.name}.{each.keyword}") for each in told)
    for kind, variant in holder.get("x-variants", {}).items():
        for name, part in variant["properties"].items():
            value = {key: each for key, each in part.items() if key != "description"}
            value |= {"required": True} if name in variant["required"] else {}
            file, meaning = next(((a, b) for a, b in sides if b.field.details), sides[0])
            yield _mark(f"{kind}.{name}", value, part["description"], meaning, [(file, meaning)])


def _keyword(name: str, value: Json, sides: Sides) -> Evidence:
    if name == "type":
        return _type(value, sides)
    kinds = FACTS.get(name, ())
    ordered = sides[::-1] if name == "x-clear" else sides
    for file, meaning in ordered:
        if name == "default" and meaning.field.default is not None:
            return Evidence(
                keyword=name, value=value, words=f"default {meaning.field.default}", file=file, line=meaning.field.line
            )
    for kind in kinds:
        for file, meaning in ordered:
            for words, line in _said(meaning, kind):
                return Evidence(keyword=name, value=value, words=words, file=file, line=line)
    if name == "enum":
        file, meaning = next(((a, b) for a, b in sides if b.choices), sides[0])
        return Evidence(keyword=name, value=value, words="listed under it", file=file, line=_values_line(meaning))
    if name == "x-clear" and value == []:
        return _mark(name, value, "a list is emptied to clear it", sides[0][1], sides)
    if name == "x-clear":
        return _mark(name, value, "its default, or what turns it off", sides[0][1], sides)
    return _mark(name, value, UNTOLD.get(name, "the page's mark"), sides[0][1], sides)


def _type(value: Json, sides: Sides) -> Evidence:
    """The type as printed; where null is allowed, the words that allow it, or the page that marks it so."""
    if not isinstance(value, list):
        return _mark("type", value, f"type {sides[0][1].field.type}", sides[0][1], sides)
    for file, meaning in sides[::-1]:
        for kind in ("null", "null-of"):
            for words, line in _said(meaning, kind):
                return Evidence(keyword="type", value=value, words=words, file=file, line=line)
    marked = next(each for _, each in sides[::-1] if each.field.nullable)
    return _mark("type", value, f"type {marked.field.type}, marked as nullable", marked, sides)


def _mark(keyword: str, value: Json, words: str, meaning: Meaning, sides: Sides) -> Evidence:
    file = next(source for source, each in sides if each is meaning)
    return Evidence(keyword=keyword, value=value, words=words, file=file, line=meaning.field.line)


def _said(meaning: Meaning, kind: str) -> Iterator[tuple[str, int]]:
    """The sentences that give a kind of fact, with their lines: the field's own ones, then notes on it."""
    for fact in meaning.facts:
        if fact.gives == kind:
            yield _sentence(meaning.field, fact.start), meaning.field.line_at(fact.start)
    for noted in meaning.noted:
        if noted.gives == kind:
            yield noted.words, noted.line


def _sentence(field: PageField, offset: int) -> str:
    found = (each[0] for each in SENTENCE.finditer(field.text) if each.start() <= offset < each.end())
    return next(found, field.text[offset:].strip())


def _rules(field: Field, rules: Iterable[Mapping[str, Any]], sides: Sides) -> Iterator[Evidence]:
    """The rules that ask for the field or limit it, each with the first sentence that says the like."""
    needed, limited = ("required-for", "required-if"), ("applies", "always-on", "must-be", "applies-not")
    for rule in rules:
        then = rule["then"]
        if field.name not in (*then.get("properties", {}), *then.get("required", ())):
            continue
        kinds = (*needed, *limited) if field.name in then.get("required", ()) else (*limited, *needed)
        words = ((said, file) for kind in kinds for file, meaning in sides for said in _said(meaning, kind))
        beside = ("said beside its values", _values_line(sides[0][1]))
        (told, line), file = next(words, (beside, sides[0][0]))
        yield Evidence(keyword="rule", value=str(rule.get("description", "")), words=told, file=file, line=line)


def _values_line(meaning: Meaning) -> int:
    """The line of the first value that is listed as a bullet, or of the field."""
    lines = zip(meaning.field.description, meaning.field.lines, strict=False)
    return next((line for words, line in lines if words.startswith("- ")), meaning.field.line)
