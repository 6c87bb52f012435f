"""What a page means, field by field: the facts of its prose in the terms that a schema is made of.

The discriminators ("mode") are found, not known: an enum field whose values some sentence names together with the
word mode or the field's own name, or that a table of required fields is keyed by. Pure, stdlib.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.apidocs.choices import Choice, choices_of
from reconciler.apidocs.page import Page, PageField
from reconciler.apidocs.prose import Fact, facts_in, number
from reconciler.canonical import Json

BOOLEANS: Mapping[str, Json] = {
    **dict.fromkeys(("true", "wahr", "verdadero", "verdadeiro", "vrai", "vero"), True),
    **dict.fromkeys(("false", "falsch", "falso", "faux"), False),
}
Limit = tuple[str, tuple[str, ...]]
"""A discriminator and those of its values that a sentence names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """What one page says of one body field. `low` and `high` bound the value or, for texts, the length."""

    field: PageField
    choices: tuple[Choice, ...] = ()
    low: int | float | None = None
    high: int | float | None = None
    shortest: int | None = None
    longest: int | None = None
    pattern: str | None = None
    has_default: bool = False
    default: Json = None
    nullable: bool = False
    replaced: bool = False
    placeholders: bool = False
    format: str | None = None
    item_key: str | None = None
    lists_of_text: bool = False
    applies: Limit | None = None
    always_on: Limit | None = None
    required_for: Limit | None = None
    required_if: tuple[str, Json] | None = None
    exclusive: tuple[str, str] | None = None
    choice_limits: Mapping[str, Limit] = dataclasses.field(default_factory=dict)
    unread_default: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PageMeaning:
    """What one page says: its body fields by name in page order, and which field's change resets which others.

    `resets` maps a field to the phrases that name what it resets; no phrases: whatever exists only in some modes.
    """

    page: Page
    fields: Mapping[str, Meaning]
    resets: Mapping[str, tuple[str, ...]]
    unread: tuple[tuple[PageField, str], ...] = ()


def meaning_of(page: Page) -> PageMeaning:
    """Read all sentences of a page's body fields and notes. Never fails: what no rule reads means nothing."""
    choices = {each.name: choices_of(each) for each in page.body}
    known = _Known(page, choices)
    found = {each.name: _field(each, known) for each in page.body}
    for name, limit in _table(page, known).items():
        if found[name].required_for is None:
            found[name] = replace(found[name], required_for=limit)
    unread = tuple((each, sentence) for each in page.body for sentence in _unread(each, known.values))
    return PageMeaning(page=page, fields=found, resets=_resets(page, known), unread=unread)


class _Known:
    """The page's enum values, whose they are, and which of those fields discriminate."""

    def __init__(self, page: Page, choices: Mapping[str, tuple[Choice, ...]]) -> None:
        self.choices = choices
        self.required = {each.name for each in page.body if each.required}
        self.names = tuple(each.name for each in page.body)
        self.values = tuple(each.value for listed in choices.values() for each in listed)
        texts = [each for field in page.body for each in field.description] + list(page.notes)
        worded = [fact for text in texts for fact in facts_in(text, self.values) if fact.values and fact.worded]
        self.discriminators = {owner for fact in worded for owner in self._owners(fact.values)[:1]}

    def limit(self, fact: Fact) -> Limit | None:
        """The discriminator that a fact's values belong to; None where they are no discriminator's."""
        owners = [each for each in self._owners(fact.values) if each in self.discriminators]
        if not owners:
            return None
        # in the order of the field's own values, whichever way round a sentence names them
        return owners[0], tuple(each.value for each in self.choices[owners[0]] if each.value in fact.values)

    def rest(self, limit: Limit | None) -> Limit | None:
        """The discriminator's other values."""
        if limit is None:
            return None
        others = tuple(each.value for each in self.choices[limit[0]] if each.value not in limit[1])
        return (limit[0], others) if others else None

    def owner(self, value: str) -> str | None:
        return next(iter(self._owners((value,))), None)

    def _owners(self, values: Iterable[str]) -> list[str]:
        """Fields that have all the values, required ones first: what decides over others is asked for."""
        wanted = set(values)
        owners = [name for name, listed in self.choices.items() if wanted and wanted <= {each.value for each in listed}]
        return sorted(owners, key=lambda each: each not in self.required)


def _field(page_field: PageField, known: _Known) -> Meaning:
    facts = facts_in(page_field.text, known.values)
    by_kind: dict[str, list[Fact]] = {}
    for fact in facts:
        by_kind.setdefault(fact.gives, []).append(fact)
    choices = known.choices[page_field.name]
    has_default, default, unread = _default(page_field, by_kind.get("default", []))
    low, high = _bounds(by_kind, "range")
    shortest, longest = _bounds(by_kind, "length")
    textual = page_field.type == "string"
    return Meaning(
        field=page_field,
        choices=choices,
        low=low if page_field.type in ("integer", "number") else None,
        high=high if page_field.type in ("integer", "number") else None,
        shortest=int(shortest) if textual and shortest is not None else None,
        longest=int(longest) if textual and longest is not None else None,
        pattern=_pattern(by_kind) if textual else None,
        has_default=has_default,
        default=default,
        unread_default=unread,
        nullable=page_field.nullable or ("null" in by_kind and "not-null" not in by_kind),
        replaced="replaced" in by_kind,
        placeholders="placeholders" in by_kind and page_field.type == "object",
        format=_format(page_field, by_kind) if textual else None,
        item_key=next((fact.parts["key"] for fact in by_kind.get("item-key", [])), None),
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
    page = Page(
        source="", form="", title="", description="", method="", path="", api=None, sha256="", fields=(page_field,)
    )
    return _field(page_field, _Known(page, {page_field.name: choices_of(page_field)}))


def _bounds(by_kind: Mapping[str, list[Fact]], kind: str) -> tuple[int | float | None, int | float | None]:
    parts = {name: text for fact in reversed(by_kind.get(kind, [])) for name, text in fact.parts.items()}
    low, high = (number(parts[each]) if each in parts else None for each in ("low", "high"))
    return low, high


def _default(page_field: PageField, facts: list[Fact]) -> tuple[bool, Json, str | None]:
    """The default in the field's own type. A word that is no such value ("auto") is none, and is given back as read."""
    printed = page_field.default if page_field.default is not None else next((f.parts["value"] for f in facts), None)
    if printed is None:
        return False, None, None
    text = printed.strip("`\"'“” ") if page_field.default is None else printed
    converted = convert(text if page_field.default is not None else text.rstrip("."), page_field.type)
    return (True, converted, None) if converted is not None else (False, None, text)


def convert(text: str, kind: str) -> Json:
    """Printed text as a value of a type; None where it is not one (no default is null)."""
    match kind:
        case "boolean":
            return {"true": True, "false": False, "1": True, "0": False}.get(text.lower())
        case "integer" | "number":
            if not re.fullmatch(r"-?\d+(\.\d+)?", text):
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


def _limit(by_kind: Mapping[str, list[Fact]], kind: str, known: _Known) -> Limit | None:
    limits = [known.limit(fact) for fact in by_kind.get(kind, [])]
    if kind == "applies":
        limits += [known.rest(known.limit(fact)) for fact in by_kind.get("applies-not", [])]
    return next((each for each in limits if each is not None), None)


def _required_if(by_kind: Mapping[str, list[Fact]], known: _Known) -> tuple[str, Json] | None:
    for fact in by_kind.get("required-if", []):
        if fact.parts["field"] in known.names:
            literal = fact.parts["value"]
            return fact.parts["field"], BOOLEANS.get(literal.lower(), literal)
    return None


def _exclusive(by_kind: Mapping[str, list[Fact]], known: _Known) -> tuple[str, str] | None:
    for fact in by_kind.get("exclusive", []):
        value = next((each for each in known.values if each.lower() == fact.parts["value"].lower()), "")
        owner = known.owner(value)
        if owner is not None:
            return owner, value
    return None


def _choice_limits(choices: tuple[Choice, ...], known: _Known) -> dict[str, Limit]:
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


def _table(page: Page, known: _Known) -> dict[str, Limit]:
    """Rows under a "Required field" head: they begin with a value and end with a field's name, glued or not."""
    found: dict[str, Limit] = {}
    inside = False
    for line in page.notes:
        inside = inside or bool(re.search(r"required fields?\s*\|?\s*$", line, re.IGNORECASE))
        row = line.removeprefix("- ").replace("`", "").strip("| \t")
        value = next((each for each in sorted(known.values, key=len, reverse=True) if row.startswith(each)), None)
        name = next((each for each in sorted(known.names, key=len, reverse=True) if row.endswith(each)), None)
        owner = known.owner(value) if value else None
        if inside and value and name and owner:
            found[name] = (owner, (*found.get(name, (owner, ()))[1], value))
    return found


def _resets(page: Page, known: _Known) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    texts = [*((each.name, each.text) for each in page.body), *(("", each) for each in page.notes)]
    for owner, text in texts:
        for fact in facts_in(text, known.values):
            name = fact.parts.get("field", "")
            # in another language the sentence may call the field by no name: it is then the one that it stands under
            cause = name if name in known.names else owner if owner in known.discriminators else None
            if fact.gives == "reset" and cause is not None:
                phrases = tuple(
                    each.strip() for each in re.split(r",| and ", fact.parts.get("list", "")) if each.strip()
                )
                found[cause] = phrases or found.get(cause, ())
    return found


def words_of(name: str) -> frozenset[str]:
    """The stems of a name's or a phrase's words, so that "providers" meets `provider`."""
    return frozenset(each.rstrip("s") or each for each in re.split(r"[^a-z0-9]+", name.lower()) if each)


_RULE_WORDS = re.compile(
    r"\b(?:must|cannot|only (?:for|in|with)|required|at least|at most|range|null)\b", re.IGNORECASE
)


def _unread(page_field: PageField, values: Iterable[str]) -> list[str]:
    """Sentences that look like a rule and that no rule has read."""
    text = page_field.text
    spans = [(fact.start, fact.end) for fact in facts_in(text, values)]
    found: list[str] = []
    for sentence in re.finditer(r"[^\s.][^.\n]*(?:\.(?=\S)[^.\n]*)*", text):
        read = any(start < sentence.end() and sentence.start() < end for start, end in spans)
        if not read and _RULE_WORDS.search(sentence[0]):
            found.append(sentence[0])
    return found
