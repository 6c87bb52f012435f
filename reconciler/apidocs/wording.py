"""What the table of sentences is written in: a rule, and the pieces that its patterns name. Pure, stdlib."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from reconciler.frozen import dataclass

WHOLE = r"\d{1,12}"
NUMBER = (
    rf"-?(?:\d{{1,3}}(?:,\d{{3}}){{1,3}}(?:\.\d+)?|\d{{1,3}}(?:\.\d{{3}}){{2,3}}(?:,\d+)?|{WHOLE}(?:[.,]\d{{1,12}})?)"
    r"(?![.,]?\d)"
)
"""A version, a date and what no field can hold are none."""
PLAIN_NUMBER = rf"-?{WHOLE}(\.\d{{1,12}})?"
WORD = r"[a-z][a-z0-9_]*"
PIECES = {
    "n": NUMBER,
    "d": WHOLE,
    "to": r"\s*(?:-|–|—|\bto\b|\band\b|\bbis\b|\bund\b|\ba\b|\bà\b|\by\b|\be\b)\s*",
    "chars": r"(?:characters?|chars?|Zeichen|caracteres|caractères|caratteri|karakter|знака|символа)",
    "max": r"(?:max(?:imum|imal|\.)?|máx(?:imo|\.)?|at most|up to|no more than|höchstens|en fazla|no longer than"
    r"|limited to|must not exceed|cannot exceed)",
    "min": r"(?:min(?:imum|imal|destens|\.)?|mín(?:imo|\.)?|at least|no less than|en az)",
    "options": r"(?:(?:allowed|valid|possible|accepted|supported) (?:values|options)|options?|one of|either|Optionen"
    r"|(?:mögliche|erlaubte|gültige) Werte|Opciones|Opções|Opzioni|Seçenekler|Опции|valores (?:posibles|possíveis))",
    "span": r"(?:`[^`\n]+`|\"[^\"\n]+\"|“[^”\n]+”|«[^»\n]+»)(?:\s*\([^()]*\))?",
    "join": r"\s*(?:,\s*(?:and |or )?|\s(?:or|and|oder|und|o|ou|y|e)\s+|/)\s*",
    "plain": r"[\w#*-]+(?: [\w-]+){0,2}(?:\s\([^()]*\))?",
    "q": r"[`'\"]?",
    "named": r"[`'\"]?\w+[`'\"]?",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """`gives` names the fact, the pattern's named groups are its parts. `example` yields exactly `parts`.

    `shares`: its words may be read by other rules, too.
    """

    gives: str
    pattern: str
    example: str
    parts: Mapping[str, str] = field(default_factory=dict)
    shares: bool = False


def row(gives: str, pattern: str, example: str, **parts: str) -> Rule:
    """A line of the table."""
    return Rule(gives=gives, pattern=pattern, example=example, parts=parts, shares=gives == "choices")
