"""What a page means, field by field: the facts of its prose in the terms that a schema is made of.

Pure, stdlib.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.apidocs.choices import Choice, choices_of, parts_of
from reconciler.apidocs.known import Known, Limit
from reconciler.apidocs.notes import Noted, Reset, notes_of, resets_of
from reconciler.apidocs.page import Page, PageField
from reconciler.apidocs.prose import Fact, bounds, facts_in, number
from reconciler.apidocs.unread import Unread, unread_in
from reconciler.apidocs.wording import PLAIN_NUMBER
from reconciler.canonical import Json
from reconciler.frozen import dataclass

BOOLEANS: Mapping[str, Json] = {
    **dict.fromkeys(("true", "wahr", "verdadero", "verdadeiro", "vrai", "vero"), True),
    **dict.fromkeys(("false", "falsch", "falso", "faux"), False),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """What one page says of one body field. `low` and `high` bound the value or, for texts, the length; `parts` are
    the keys that the page names of an object whose keys are free.
    """

    field: PageField
    choices: tuple[Choice, ...] = ()
    low: int | float | None = None
    high: int | float | None = None
    shortest: int | float | None = None
    longest: int | float | None = None
    pattern: str | None = None
    has_default: bool = False
    default: Json = None
    nullable: bool = False
    replaced: bool = False
    placeholders: bool = False
    format: str | None = None
    item_key: str | None = None
    parts: tuple[Choice, ...] = ()
    lists_of_text: bool = False
    applies: Limit | None = None
    always_on: Limit | None = None
    required_for: Limit | None = None
    required_if: tuple[str, Json] | None = None
    exclusive: tuple[str, str] | None = None
    choice_limits: Mapping[str, Limit] = dataclasses.field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    noted: tuple[Noted, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PageMeaning:
    """What one page says: its body fields by name in page order, and which field's change resets which others."""

    page: Page
    fields: Mapping[str, Meaning]
    resets: Mapping[str, Reset]
    unread: tuple[Unread, ...] = ()


def meaning_of(page: Page) -> PageMeaning:
    """Read all sentences of a page's body fields and notes. Never fails: what no rule reads means nothing."""
    choices = {each.name: choices_of(each) for each in page.body}
    known = Known(page.body, choices, page.notes)
    found = {each.name: _field(each, known) for each in page.body}
    for noted in notes_of(page, known):
        found[noted.field] = _noted(found[noted.field], noted, known)
    return PageMeaning(page=page, fields=found, resets=resets_of(page, known), unread=unread_in(page, known.values))


def _noted(meaning: Meaning, noted: Noted, known: Known) -> Meaning:
    """A field with what is said of it elsewhere on the page: its own description has the last word."""
    told = replace(meaning, noted=(*meaning.noted, noted))
    name, limit = noted.gives, noted.limit
    if name == "null-of":
        denied = any(each.gives == "not-null" for each in meaning.facts)
        return meaning if denied else replace(told, nullable=True)
    if limit is None:
        return meaning
    if name == "must-be":
        rest = known.rest(limit)
        others = {each.value: rest for each in meaning.choices if each.value != noted.value and rest}
        return replace(told, choice_limits={**others, **meaning.choice_limits})
    if name == "required-if" and meaning.required_if is None and limit[0] in known.names:
        return replace(told, required_if=(limit[0], BOOLEANS.get(limit[1][0].lower(), limit[1][0])))
    if name == "required-for" and meaning.required_for is None:
        return replace(told, required_for=limit)
    if name == "always-on" and meaning.always_on is None:
        return replace(told, always_on=limit)
    if name == "applies" and meaning.applies is None:
        return replace(told, applies=limit)
    return meaning


def _field(page_field: PageField, known: Known) -> Meaning:
    facts = facts_in(page_field.text, known.values)
    by_kind: dict[str, list[Fact]] = {}
    for fact in _of_the_field(facts):
        by_kind.setdefault(fact.gives, []).append(fact)
    choices = known.choices[page_field.name]
    has_default, default = _default(page_field, by_kind.get("default", []))
    low, high = bounds(facts, "range")
    shortest, longest = bounds(facts, "length")
    textual = page_field.type == "string"
    return Meaning(
        field=page_field,
        facts=tuple(facts),
        choices=choices,
        low=low if page_field.type in ("integer", "number") else None,
        high=high if page_field.type in ("integer", "number") else None,
        shortest=shortest if textual else None,
        longest=longest if textual else None,
        pattern=_pattern(by_kind) if textual else None,
        has_default=has_default,
        default=default,
        nullable=page_field.nullable or ("null" in by_kind and "not-null" not in by_kind),
        replaced="replaced" in by_kind,
        placeholders="placeholders" in by_kind and page_field.type == "object",
        format=_format(page_field, by_kind) if textual else None,
        item_key=next((fact.parts["key"] for fact in by_kind.get("item-key", [])), None),
        parts=parts_of(page_field),
        lists_of_text="lists-of-text" in by_kind,
        applies=_limit(by_kind, "applies", known),
        always_on=_limit(by_kind, "always-on", known),
        required_for=_limit(by_kind, "required-for", known),
        required_if=_required_if(by_kind, known),
        exclusive=_exclusive(by_kind, known),
        choice_limits=_choice_limits(choices, known),
    )


def nested_meaning(page_field: PageField) -> Meaning:
    """The meaning of a field inside another one: the same rules, and no field beside it to depend on."""
    return _field(page_field, Known((page_field,), {page_field.name: choices_of(page_field)}))


def _of_the_field(facts: list[Fact]) -> Iterator[Fact]:
    """The facts but for what stands in brackets behind a listed value: that limits the value (`_choice_limits`)."""
    lists = [(fact.start, fact.end) for fact in facts if fact.gives == "choices"]
    for fact in facts:
        if not fact.values or not any(start <= fact.start and fact.end <= end for start, end in lists):
            yield fact


def _default(page_field: PageField, facts: list[Fact]) -> tuple[bool, Json]:
    """The default in the field's own type. A word that is no such value ("auto") is none."""
    printed = page_field.default if page_field.default is not None else next((f.parts["value"] for f in facts), None)
    if printed is None:
        return False, None
    # a sentence's full stop is none of the value, one inside of its quotes is
    text = printed.rstrip(".").strip("`\"'“” ") if page_field.default is None else printed
    converted = convert(text, page_field.type)
    return converted is not None, converted


def convert(text: str, kind: str) -> Json:
    """Printed text as a value of a type; None where it is not one (no default is null)."""
    match kind:
        case "boolean":
            return {"true": True, "false": False, "1": True, "0": False}.get(text.lower())
        case "integer" | "number":
            if not re.fullmatch(PLAIN_NUMBER, text):
                return None
            value = number(text)
            return value if kind == "number" or isinstance(value, int) else None
        case "string":
            return text
        case _:
            empties: dict[str, Json] = {"[]": [], "{}": {}}
            return empties.get(text)


def _pattern(by_kind: Mapping[str, list[Fact]]) -> str | None:
    if "snake" in by_kind:
        return "^[a-z0-9_]+$"
    return "^[A-Za-z0-9_]+$" if "word" in by_kind else None


def _format(page_field: PageField, by_kind: Mapping[str, list[Fact]]) -> str | None:
    if page_field.name.endswith(("_url", "_uri")) or page_field.name in ("url", "uri") or "address" in by_kind:
        return "uri"
    return "timezone" if "timezone" in by_kind else None


def _limit(by_kind: Mapping[str, list[Fact]], kind: str, known: Known) -> Limit | None:
    limits = [known.limit(fact) for fact in by_kind.get(kind, [])]
    if kind == "applies":
        limits += [known.rest(known.limit(fact)) for fact in by_kind.get("applies-not", [])]
    return next((each for each in limits if each is not None), None)


def _required_if(by_kind: Mapping[str, list[Fact]], known: Known) -> tuple[str, Json] | None:
    for fact in by_kind.get("required-if", []):
        if fact.parts["field"] in known.names:
            literal = fact.parts["value"]
            return fact.parts["field"], BOOLEANS.get(literal.lower(), literal)
    return None


def _exclusive(by_kind: Mapping[str, list[Fact]], known: Known) -> tuple[str, str] | None:
    for fact in by_kind.get("exclusive", []):
        value = next((each for each in known.values if each.lower() == fact.parts["value"].lower()), "")
        owner = known.owner(value)
        if owner is not None:
            return owner, value
    return None


def _choice_limits(choices: tuple[Choice, ...], known: Known) -> dict[str, Limit]:
    """Per value: where it may stand ("X only"). "Required for X" forbids the others there, under their names."""
    found: dict[str, Limit] = {}
    for choice in choices:
        for fact in facts_in(choice.text, known.values):
            limit = known.limit(fact) if fact.gives in ("applies", "required-for") else None
            if limit is None:
                continue
            name, values = limit
            if fact.gives == "applies":
                found.setdefault(choice.value, limit)
                continue
            rest = tuple(each.value for each in known.choices[name] if each.value not in values)
            for other in choices:
                if other.value != choice.value:
                    found.setdefault(other.value, (name, rest))
    return found


def words_of(name: str) -> frozenset[str]:
    """The stems of a name's or a phrase's words, so that "providers" meets `provider`."""
    return frozenset(each.rstrip("s") or each for each in re.split(r"[^a-z0-9]+", name.lower()) if each)
