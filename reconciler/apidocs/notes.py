"""What a page says of its fields outside their own descriptions: tables, notes, and what a change resets.

Pure, stdlib.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from reconciler.apidocs.known import Known, Limit
from reconciler.apidocs.page import Page
from reconciler.apidocs.prose import Fact, facts_in
from reconciler.frozen import dataclass

TABLE_HEAD = re.compile(
    r"(?:required fields?|(?:erforderliche|benötigte)[sn]? felde?r?|campos? (?:requeridos?|obligatorios?))\s*\|?\s*$",
    re.IGNORECASE,
)
"""The last column's name in a table of what each value of a field needs."""
ABOUT_ONE = {
    "applies": "applies",
    "applies-not": "applies",
    "always-on": "always-on",
    "required-for": "required-for",
    "required-if": "required-if",
}
"""Facts that speak of the one field that a note names, and what they say of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Noted:
    """One fact on a field from elsewhere on the page, with the words and the line that it was read from."""

    field: str
    gives: str
    words: str
    line: int
    limit: Limit | None = None
    value: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reset:
    """The phrases that name what a field's change resets; none: whatever exists only in some modes."""

    phrases: tuple[str, ...]
    words: str
    line: int


def notes_of(page: Page, known: Known) -> Iterable[Noted]:
    """What the page's tables and notes say of its body fields, in page order, at most one of a kind per field."""
    found: dict[tuple[str, str], Noted] = {}
    for each in (*_table(page, known), *_sentences(page, known)):
        before = found.get((each.field, each.gives))
        if before is None:
            found[each.field, each.gives] = each
        elif before.limit and each.limit and before.limit[0] == each.limit[0] and each.gives == "required-for":
            values = dict.fromkeys((*before.limit[1], *each.limit[1]))
            found[each.field, each.gives] = replace(before, limit=(before.limit[0], tuple(values)))
    return found.values()


def resets_of(page: Page, known: Known) -> dict[str, Reset]:
    """Which field's change resets others, and by which phrases it names them."""
    texts = [(each.name, each.text, each.line) for each in page.body]
    texts += [("", each, line) for each, line in numbered(page)]
    found: dict[str, Reset] = {}
    for owner, text, line in texts:
        for fact in facts_in(text, known.values):
            name = fact.parts.get("field", "")
            # in another language the sentence may call the field by no name: it is then the one that it stands under
            cause = name if name in known.names else owner if owner in known.discriminators else None
            if fact.gives == "reset" and cause is not None:
                listed = re.split(r",| and | und ", fact.parts.get("list", ""))
                phrases = tuple(each.strip() for each in listed if each.strip())
                if phrases or cause not in found:
                    found[cause] = Reset(phrases=phrases, words=text[fact.start : fact.end], line=line)
    return found


def numbered(page: Page) -> Iterable[tuple[str, int]]:
    """What the page says outside of its fields, with the line of each."""
    return zip(page.notes, page.note_lines, strict=True)


def _table(page: Page, known: Known) -> Iterable[Noted]:
    """Rows under a "Required field" head: they begin with a value and end with a field's name, glued or not."""
    inside = False
    for text, line in numbered(page):
        inside = inside or bool(TABLE_HEAD.search(text))
        row = text.removeprefix("- ").replace("`", "").strip("| \t")
        value = next((each for each in sorted(known.values, key=len, reverse=True) if row.startswith(each)), None)
        name = next((each for each in sorted(known.names, key=len, reverse=True) if row.endswith(each)), None)
        owner = known.owner(value) if value else None
        if inside and value and name and owner:
            yield Noted(field=name, gives="required-for", words=text, line=line, limit=(owner, (value,)))


def _sentences(page: Page, known: Known) -> Iterable[Noted]:
    for text, line in numbered(page):
        for fact in facts_in(text, known.values):
            other = fact.parts.get("field")
            name = other if fact.gives in ("null-of", "must-be") else _the_one(text, known, but=other)
            gives = fact.gives if fact.gives in ("null-of", "must-be") else ABOUT_ONE.get(fact.gives)
            if name in known.names and gives is not None and not fact.loose:
                yield Noted(
                    field=str(name),
                    gives=gives,
                    words=text,
                    line=line,
                    limit=(str(other), (fact.parts["value"],)) if gives == "required-if" else _limit(fact, known),
                    value=fact.parts.get("value", ""),
                )


def _limit(fact: Fact, known: Known) -> Limit | None:
    limit = known.limit(fact)
    return known.rest(limit) if fact.gives == "applies-not" else limit


def _the_one(text: str, known: Known, but: str | None) -> str | None:
    """The one field that a note names besides `but`, where it names one: in code, or with an underscore."""
    words = {*re.findall(r"`(\w+)`", text), *re.findall(r"\b\w+_\w+\b", text)}
    named = [each for each in known.names if each in words and each not in (but, *known.discriminators)]
    return named[0] if len(named) == 1 else None
