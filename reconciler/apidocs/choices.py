"""Finds the values that a text allows: after `Options:`, as bullets under a colon, or as `Kind: one or two.`

Pure, stdlib.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconciler.apidocs.page import PageField

SPAN = re.compile(r"(?:`(?P<code>[^`]+)`|[\"“'](?P<text>[^\"”'`]+)[\"”'])(?P<note>\s*\([^()]*\))?")
OPTIONS = re.compile(
    r"\b(?:Options?|One of|Allowed values|Optionen|Opciones|Opções|Opzioni)(?: are)?:?\s*(?=[`\"“'])|:\s*(?=`)",
    re.IGNORECASE,
)
JOIN = re.compile(r"\s*(?:,\s*(?:and |or )?|\s(?:or|and)\s+|/)\s*")
WORD = r"[a-z][a-z0-9_]*"
COLON_LIST = re.compile(rf":\s(?P<list>{WORD}(?:, {WORD})*,? or {WORD})\s*(?:\.|$)")
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


def choices_in(text: str) -> tuple[Choice, ...]:
    """The values that a running text lists: code spans after a colon, or plain words joined by "or"."""
    return _spans(text) or _words(text)


def _spans(text: str) -> tuple[Choice, ...]:
    for start in OPTIONS.finditer(text):
        found: list[Choice] = []
        position = start.end()
        while span := SPAN.match(text, position):
            found.append(Choice(value=span["code"] or span["text"], text=(span["note"] or "").strip(" ()")))
            join = JOIN.match(text, span.end())
            if join is None:
                break
            position = join.end()
        if len(found) > 1:
            return tuple(found)
    return ()


def _words(text: str) -> tuple[Choice, ...]:
    found = COLON_LIST.search(text)
    return tuple(Choice(value=each) for each in re.findall(WORD, re.sub(r"\bor ", "", found["list"]))) if found else ()


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
