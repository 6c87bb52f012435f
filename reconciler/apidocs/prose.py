"""Finds in a text what the table of sentences (`sentences`) can read there: facts, with the words that say so.

Pure, stdlib. No name and no value of any vendor stands here: values come in from the page's own fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from reconciler.apidocs.sentences import RULES
from reconciler.apidocs.wording import PIECES, Rule
from reconciler.frozen import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One thing that a text says, and where in the text it says so. `worded`: a word like "modes" stood there;
    `loose`: only the neighbourhood says that it is a rule.
    """

    gives: str
    parts: Mapping[str, str]
    values: tuple[str, ...] = ()
    worded: str = ""
    loose: bool = False
    start: int = 0
    end: int = 0


LONGEST = 10_000
"""Characters: no description is as long, and patterns are not to be tried on what is."""


def facts_in(text: str, values: Iterable[str] = ()) -> list[Fact]:
    """Every fact that the table finds in `text`, in table order. `values` are those of the page's enum fields."""
    known = tuple(sorted(set(values), key=lambda each: (-len(each), each)))
    spelled = {each.lower(): each for each in known}
    text = text[:LONGEST]
    taken: list[tuple[int, int]] = []
    found: list[Fact] = []
    for rule, pattern in _compiled(known):
        for match in pattern.finditer(text):
            if not rule.shares and any(match.start() < end and start < match.end() for start, end in taken):
                continue
            if rule.gives == "applies-loosely" and not _is_about_modes(match):
                continue
            if not rule.shares:
                taken.append(match.span())
            found.append(_fact(rule, match, spelled))
    return found


def _fact(rule: Rule, match: re.Match[str], spelled: Mapping[str, str]) -> Fact:
    groups = {name: text for name, text in match.groupdict().items() if text is not None}
    named = groups.pop("values", "")
    worded = groups.pop("before", "") or groups.pop("after", "")
    groups.pop("after", None)
    listed = (
        re.findall("|".join(map(re.escape, sorted(spelled, key=len, reverse=True))), named.lower()) if named else []
    )
    return Fact(
        gives=rule.gives.removesuffix("-loosely"),
        parts=groups,
        values=tuple(spelled[each] for each in listed),
        worded=worded.lower(),
        loose=rule.gives.endswith("-loosely"),
        start=match.start(),
        end=match.end(),
    )


def _is_about_modes(match: re.Match[str]) -> bool:
    """A bare "in X" says nothing; "in X mode" and "in X/Y" do."""
    return bool(match["before"] or match["after"] or "/" in match["values"])


@cache
def _compiled(values: tuple[str, ...]) -> tuple[tuple[Rule, re.Pattern[str]], ...]:
    one = "|".join(map(re.escape, values)) or r"(?!)"
    spelled = rf"`?\b(?:{one})\b`?"
    joined = (
        rf"{spelled}(?:(?:\s*,\s*(?:(?:and|or|und|oder) )?|\s*/\s*|\s+(?:and|or|und|oder|o|y|ou|e|et)\s+){spelled})*"
    )
    listed = rf"(?:(?P<before>{MODES}) )?(?P<values>{joined})(?:[ -](?P<after>{MODES}|engines?))?"
    pieces = {**PIECES, "values": listed, "one": rf"(?:{one})"}
    return tuple((rule, re.compile(_filled(rule.pattern, pieces), re.IGNORECASE)) for rule in RULES)


def _filled(pattern: str, pieces: Mapping[str, str]) -> str:
    """Put the pieces in; `str.format` would trip over the braces of regular expressions."""
    for name, piece in pieces.items():
        pattern = pattern.replace("{" + name + "}", piece)
    return pattern


MODES = r"(?:modes?|Modus|Modi|modos?)"


def number(text: str) -> int | float:
    """A number as printed: whole where it can be; a comma before exactly three digits parts thousands."""
    plain = text if re.match(r"-?0,", text) else re.sub(r",(?=\d{3}(?:\D|$))", "", text)
    plain = plain.replace(".", "") if plain.count(".") > 1 else plain
    value = float(plain.replace(",", "."))
    return int(value) if value.is_integer() else value


def bounds(facts: Iterable[Fact], kind: str) -> tuple[int | float | None, int | float | None]:
    """The ends that the facts of a kind give, the first of each; none where they lie the wrong way round."""
    parts = {name: text for fact in reversed([*facts]) if fact.gives == kind for name, text in fact.parts.items()}
    low, high = (number(parts[each]) if each in parts else None for each in ("low", "high"))
    return (None, None) if low is not None and high is not None and low > high else (low, high)
