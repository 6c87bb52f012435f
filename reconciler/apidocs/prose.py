"""What sentences say: one table of patterns, what each gives, and a sentence of our own that it must understand.

Rules are tried from top to bottom, and a stretch of text is used once: a rule further down never reads what one above
has read. In a pattern, `{n}` is a number, `{to}` what joins the ends of a range, `{values}` a list of values of enum
fields with or without the word mode, `{one}` one value, `{q}` a quote or none; `{chars}` and `{max}` are words for
characters and for "at most". Case is ignored.
Pure, stdlib. No name and no value of any vendor stands here: values come in from the page's own fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

NUMBER = r"-?\d+(?:\.\d+)?"
PIECES = {
    "n": NUMBER,
    "to": r"\s*(?:-|–|—|to|and)\s*",
    "chars": r"(?:characters?|chars?|Zeichen|caracteres|caractères|caratteri)",
    "max": r"(?:max(?:imum|imal|\.)?|máx(?:imo|\.)?|at most|up to|no more than)",
    "q": r"[`'\"]?",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """`gives` names the fact, the pattern's named groups are its parts. `example` yields exactly `parts`."""

    gives: str
    pattern: str
    example: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One thing that a text says, and where in the text it says so. `worded`: a word like "modes" stood there."""

    gives: str
    parts: Mapping[str, str]
    values: tuple[str, ...] = ()
    worded: str = ""
    start: int = 0
    end: int = 0


RULES: tuple[Rule, ...] = (
    # -- defaults, before anything looks inside the quotes that may hold one
    Rule(
        gives="default",
        pattern=r"\bdefault(?:s to\s|:)\s*(?P<value>\"[^\"]*\"|“[^”]*”|`[^`]*`|[^\s,;)]+)",
        example="How long it rings (1-90, default: 20).",
        parts={"value": "20"},
    ),
    Rule(
        gives="default",
        pattern=r"`(?P<value>[^`]+)` \((?:the )?default\b",
        example="Key that ends the input: `9` (default), `8`.",
        parts={"value": "9"},
    ),
    Rule(
        gives="timezone",
        pattern=r"\btime ?zone\b.*?\b(?-i:[A-Z][A-Za-z]+/[A-Z][A-Za-z_]+)",
        example="The practice's time zone, such as Europe/Lisbon.",
    ),
    Rule(
        gives="quoted",
        pattern=r"\"[^\"]*\"|“[^”]*”",
        example='What to say while somebody waits, for instance "back in 2-3 minutes".',
    ),
    # -- sizes
    Rule(
        gives="length",
        pattern=r"\b(?P<low>\d+){to}(?P<high>\d+) {chars}",
        example="A short label (3-40 characters).",
        parts={"low": "3", "high": "40"},
    ),
    Rule(
        gives="length",
        pattern=r"\b{max}(?: length:?| de)? (?P<high>\d+) {chars}",
        example="Shown in the portal. Maximum 80 characters.",
        parts={"high": "80"},
    ),
    Rule(
        gives="length",
        pattern=r"\b(?:min(?:imum|\.)?|at least)(?: length:?)? (?P<low>\d+) {chars}",
        example="A passphrase of at least 12 characters.",
        parts={"low": "12"},
    ),
    Rule(
        gives="range",
        pattern=r"\bRange:? (?P<low>{n}){to}(?P<high>{n})",
        example="Seconds before the call is given up. Range: 5–90.",
        parts={"low": "5", "high": "90"},
    ),
    Rule(
        gives="range",
        pattern=r"\((?P<low>{n}){to}(?P<high>{n})(?: [a-z]+)?(?=[),])",
        example="Pause before the next attempt (10-300 seconds).",
        parts={"low": "10", "high": "300"},
    ),
    Rule(
        gives="range",
        pattern=r"\bbetween (?P<low>{n}) and (?P<high>{n})",
        example="A pitch between 0.5 and 1.5.",
        parts={"low": "0.5", "high": "1.5"},
    ),
    Rule(
        gives="range",
        pattern=r", (?P<low>{n})\s*[-–—]\s*(?P<high>{n})(?=[.,;)]|\s*\(|\s*$)",
        example="How loud the music plays, 0–9.",
        parts={"low": "0", "high": "9"},
    ),
    Rule(
        gives="snake",
        pattern=r"\blower-?case,? alphanumeric and underscores?",
        example="Lowercase, alphanumeric and underscores only.",
    ),
    Rule(
        gives="word",
        pattern=r"\balphanumeric and underscores?",
        example="A short word, alphanumeric and underscores only.",
    ),
    # -- clearing
    Rule(
        gives="not-null",
        pattern=r"\b(?:cannot|can't|must not|may not|never)(?: be)?(?: set)?(?: to)? {q}null\b{q}",
        example="It must not be null.",
    ),
    Rule(
        gives="null",
        pattern=r"\b(?:set|send|pass|use)(?: it| this)?(?: back)?(?: to)? {q}null\b{q}",
        example="Set to null to let go of the number.",
    ),
    Rule(
        gives="not-null",
        pattern=r"\b(?:não|nicht|no|ne|non) (?:\w+ ){0,3}{q}null\b{q}",
        example="Das Feld darf nicht null sein.",
    ),
    # pages of body fields speak of null to allow it, in whatever language
    Rule(gives="null", pattern=r"{q}\bnull\b{q}", example="Auf `null` setzen, um die Nummer freizugeben."),
    Rule(
        gives="empty",
        pattern=r"\b(?:pass|send|set to|use)(?: an empty (?:array|list|object))? {q}(?P<value>\[\]|\{\})",
        example="Pass [] to take all of them away.",
        parts={"value": "[]"},
    ),
    Rule(
        gives="replaced",
        pattern=r"\breplaces?\b[^.]*?\b(?:existing|current|stored|whole)\b|\breplaced as a whole\b",
        example="Replaces the whole set that was there.",
    ),
    Rule(
        gives="replaced",
        pattern=r"\b(?:ersetzt|substitui|reemplaza|sustituye|remplace|sostituisce)\b",
        example="Ersetzt alle vorhandenen Angaben.",
    ),
    # -- between fields
    Rule(
        gives="required-if",
        pattern=r"\brequired (?:if|when|once) {q}(?P<field>\w+){q} is (?:set to )?{q}(?P<value>\w+){q}",
        example="Required if sends_report is true.",
        parts={"field": "sends_report", "value": "true"},
    ),
    Rule(
        gives="exclusive",
        pattern=r"\b(?:cannot|must not) (?:already )?be (?:already )?(?:assigned|given) to another {q}(?P<value>{one})",
        example="A line cannot already be assigned to another north assistant.",
        parts={"value": "north"},
    ),
    Rule(
        gives="reset",
        pattern=r"\bchanging(?: the)? {q}(?P<field>\w+){q}(?: will)? resets? [^.(]*(?:\((?P<list>[^)]*)\))?",
        example="Changing the engine resets what belongs to it (speech model, vendors).",
        parts={"field": "engine", "list": "speech model, vendors"},
    ),
    Rule(
        gives="placeholders",
        pattern=r"\{\{\s*\w+\s*\}\}",
        example="Facts that a text may quote as {{fact_name}}.",
    ),
    # -- where a field exists: the narrow wordings first
    Rule(gives="required-for", pattern=r"\brequired (?:for|in|with) {values}", example="Required for north mode."),
    Rule(
        gives="always-on",
        pattern=r"\bcannot be (?:disabled|turned off|switched off) (?:for|in|with) {values}",
        example="Cannot be switched off in south and west modes.",
    ),
    Rule(
        gives="applies",
        pattern=r"\b(?:only )?appl(?:ies|icable)(?: only)? (?:to|in|for) {values}(?: only)?",
        example="Only applicable in `south` mode.",
    ),
    Rule(
        gives="applies",
        pattern=r"\b(?:only available|available only|only used|works only|exists only|only) (?:in|for|with) {values}",
        example="Available only in `south` mode.",
    ),
    Rule(gives="applies", pattern=r"{values} only\b", example="South mode only."),
    Rule(
        gives="applies-loosely",
        pattern=r"\b(?:in|for) {values}",
        example="How soon a turn ends in south/west modes.",
    ),
    # -- what the parts of lists and objects are
    Rule(
        gives="item-key",
        pattern=r"\beach (?:\w+ ){1,3}has (?:a|an|its) {q}(?P<key>\w+){q}(?: field)?,? and [\w ]+-specific fields",
        example="Each step has a `kind` and step-specific fields.",
        parts={"key": "kind"},
    ),
    Rule(
        gives="lists-of-text",
        pattern=r"\beach \w+ (?:is|holds) an? (?:array|list) of (?:short )?(?:strings|phrases|texts)",
        example="Each mood is a list of short phrases.",
    ),
    Rule(
        gives="address",
        pattern=r"(?:\A|\n)(?:The |An? )?(?:[\w-]+ ){0,2}(?:URL|URI)\b",
        example="Report URL for finished calls.",
    ),
)


def facts_in(text: str, values: Iterable[str] = ()) -> list[Fact]:
    """Every fact that the table finds in `text`, in table order. `values` are those of the page's enum fields."""
    known = tuple(sorted(set(values), key=lambda each: (-len(each), each)))
    spelled = {each.lower(): each for each in known}
    taken: list[tuple[int, int]] = []
    found: list[Fact] = []
    for rule, pattern in _compiled(known):
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            if rule.gives == "applies-loosely" and not _is_about_modes(match):
                continue
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
    joined = rf"{spelled}(?:(?:\s*,\s*(?:and |or )?|\s*/\s*|\s+(?:and|or)\s+){spelled})*"
    listed = rf"(?:(?P<before>modes?) )?(?P<values>{joined})(?: (?P<after>modes?|engines?))?"
    pieces = {**PIECES, "values": listed, "one": rf"(?:{one})"}
    return tuple((rule, re.compile(_filled(rule.pattern, pieces), re.IGNORECASE)) for rule in RULES)


def _filled(pattern: str, pieces: Mapping[str, str]) -> str:
    """Put the pieces in; `str.format` would trip over the braces of regular expressions."""
    for name, piece in pieces.items():
        pattern = pattern.replace("{" + name + "}", piece)
    return pattern


def number(text: str) -> int | float:
    """A number as printed: whole where it can be."""
    value = float(text)
    return int(value) if value.is_integer() else value
