"""Finds the values that a text allows: after `Options:`, as bullets under a colon, or as `Kind: one or two.`

Pure, stdlib.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from reconciler.apidocs.page import PageField
from reconciler.apidocs.prose import facts_in
from reconciler.apidocs.wording import PIECES, WORD
from reconciler.frozen import dataclass

SPAN = re.compile(r"(?:`(?P<code>[^`]+)`|[\"“'«](?P<text>[^\"”'`»]+)[\"”'»])(?P<note>\s*\([^()]*\))?")
PLAIN = re.compile(r"(?P<text>[^,(]+?)(?P<note>\s*\([^()]*\))?\s*(?:,|$)")
JOIN = re.compile(PIECES["join"])
BULLET = re.compile(rf"- (?:`(?P<code>[^`]+)`|(?P<word>{WORD}))\s*(?:[—–:-]\s*(?P<text>.*))?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One allowed value and what the page says of it."""

    value: str
    text: str = ""


def choices_of(field: PageField) -> tuple[Choice, ...]:
    """The allowed values of a string field, in page order; empty where the page lists none."""
    if field.type not in ("string", ""):
        return ()
    return _bullets(field.description) or choices_in(field.text)


def parts_of(field: PageField) -> tuple[Choice, ...]:
    """The keys that a page names of an object: as bullets, else those of its sample where all hold lists of texts."""
    if field.type != "object" or field.fields:
        return ()
    named = [each for each in map(BULLET.fullmatch, field.description) if each and each["code"]]
    if named:
        return tuple(Choice(value=each["code"], text=each["text"] or "") for each in named)
    for shown in samples_of(field):
        texts = isinstance(shown, dict) and all(
            isinstance(each, list) and {*map(type, each)} == {str} for each in shown.values()
        )
        if shown and texts:
            return tuple(Choice(value=each) for each in shown)
    return ()


def samples_of(field: PageField) -> Iterator[Any]:
    """The values that the page's samples show for a field; what is no JSON is left out."""
    for code in field.code:
        with suppress(ValueError, AttributeError, RecursionError):
            yield json.loads("{" + code + "}").get(field.name)


def choices_in(text: str) -> tuple[Choice, ...]:
    """The values that a running text lists: code spans or quotes after a colon, or plain words."""
    for fact in facts_in(text):
        found = listed_in(fact.parts["list"]) if fact.gives == "choices" else ()
        if len(found) > 1:
            return found
    return ()


def listed_in(listed: str) -> tuple[Choice, ...]:
    """The values of one list: quoted ones with a note each, else words between commas and the last `or`."""
    found: list[Choice] = []
    position = 0
    while span := SPAN.match(listed, position):
        found.append(Choice(value=span["code"] or span["text"], text=_bare(span["note"])))
        join = JOIN.match(listed, span.end())
        position = join.end() if join else span.end()
        if join is None:
            break
    if found:
        return tuple(found)
    commas = re.sub(r",?\s(?:or|oder|ou|o)\s(?=[\w-]+$)", ", ", listed)
    return tuple(Choice(value=each["text"].strip(), text=_bare(each["note"])) for each in PLAIN.finditer(commas))


def _bare(note: str | None) -> str:
    return (note or "").strip(" ()")


def _bullets(description: tuple[str, ...]) -> tuple[Choice, ...]:
    """The bullets right under a paragraph that ends in a colon."""
    start = next((index for index, each in enumerate(description) if each.endswith(":")), None)
    if start is None:
        return ()
    found: list[Choice] = []
    for line in description[start + 1 :]:
        bullet = BULLET.fullmatch(line)
        if bullet is None:
            break
        found.append(Choice(value=bullet["code"] or bullet["word"], text=bullet["text"] or ""))
    return tuple(found) if len(found) > 1 else ()
