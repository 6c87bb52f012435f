"""What a plain (unquoted) scalar means. Core: pure.

YAML 1.2's core schema, narrowed: true, false, null and JSON's own numbers are typed, and nothing else is. So `off`,
`yes`, `12:30`, dates, `1_000`, `0x1F` and `.inf` are text, and so are the two that lose characters in every common
loader: `010` (a needless zero) and `+15551234567` (a phone number).
"""

from __future__ import annotations

import math
import re

Scalar = bool | int | float | str | None

WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", re.ASCII)
BEGINS_NUMBER = frozenset("-0123456789")
_MAX_DIGITS, _USUAL_DIGITS = 400, 18


def plain_value(text: str) -> Scalar:
    """The value of a plain scalar. Raises ValueError for a number too large to be kept exactly or at all."""
    if text in WORDS:
        return WORDS[text]
    number = json_number(text)
    return text if number is None else number


def json_number(text: str) -> int | float | None:
    """The number that `text` spells in JSON's grammar, or None. Raises ValueError where it is beyond all bounds."""
    if text.isdigit() and text.isascii() and text[0] != "0" and len(text) <= _USUAL_DIGITS:
        return int(text)  # as nearly every number: the two patterns take five times as long
    if text[:1] not in BEGINS_NUMBER or _NUMBER.fullmatch(text) is None:
        return None
    if len(text) > _MAX_DIGITS:
        raise ValueError("the number has too many digits")
    if _INTEGER.fullmatch(text):
        return int(text)
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("the number is too large")
    return number


def plain_key_fault(text: str) -> tuple[str, str, str] | None:
    """Why a plain scalar cannot be a key: a code, what is wrong, what to do; None where it can."""
    if text[:1] not in BEGINS_NUMBER and text not in WORDS and text != "<<":
        return None  # as nearly every key
    if text == "<<":
        told = "merge keys (`<<`) are YAML 1.1 and not read"
        return "yaml-merge-key", told, "Use `reconciler.extends` with a base file."
    try:
        value = plain_value(text)
    except ValueError:
        value = 0
    if isinstance(value, str):
        return None
    told = f"the key `{text}` is {kind_of(value)}, not text" if text else "a key is missing here"
    return "yaml-key-not-text", told, "Put it in quotes if it is meant as text."


def kind_of(value: object) -> str:
    """The kind of a value in words, with its article."""
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list() | tuple():
            return "a list"
        case _:
            return "a mapping"
