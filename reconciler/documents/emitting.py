"""Values → YAML that every reader reads the same: the strict loader here, an editor's, one of YAML 1.1.

Text is left bare only where nobody could take it for something else; long text stands as a block, and what no eye can
see is escaped. Who writes such text to a file reads it again with the strict loader before (see `pull`). Core: pure.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence

from reconciler.canonical import Json, is_list

_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"])
"""What some reader takes for something else than text, in any case of its letters."""
_BARE = re.compile(r"(?:[^\W\d_]|\$\{[a-z])(?:[^#:\n]|:(?=\S)|(?<=\S)#)*", re.UNICODE)
_JOINERS = "\u200c\u200d"
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def field_lines(name: str, value: Json, *, indent: int = 0) -> list[str]:
    """`name: value` as lines without their ends, in block form, `indent` spaces in."""
    return _after(f"{' ' * indent}{scalar(name)}:", value, indent)


def item_lines(value: Json, *, indent: int = 0) -> list[str]:
    """`- value` as lines without their ends, in block form, `indent` spaces in."""
    if isinstance(value, Mapping) and value:
        lines = [line for name, each in value.items() for line in field_lines(name, each, indent=indent + 2)]
        return [f"{' ' * indent}- {lines[0][indent + 2 :]}", *lines[1:]]
    return _after(f"{' ' * indent}-", value, indent)


def value_lines(value: Json, *, indent: int) -> list[str]:
    """A value as it stands behind `name:` of a line that is `indent` in; the first line begins where the value does.

    The first line is empty where the value begins on the next.
    """
    first, *rest = _after("", value, indent)
    return [first.removeprefix(" "), *rest]


def flow(value: Json) -> str:
    """A value on one line, for what stands between brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{double_quoted(name)}: {flow(each)}" for name, each in value.items()) + "}"
    if is_list(value):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    return double_quoted(value) if isinstance(value, str) else scalar(value)


def scalar(value: Json) -> str:
    """A scalar on one line: text bare where that is safe, else in single quotes, else escaped in double ones."""
    if not isinstance(value, str):
        return json.dumps(value, allow_nan=False)
    if _is_bare(value):
        return value
    return single_quoted(value) or double_quoted(value)


def single_quoted(text: str) -> str | None:
    """Text in single quotes, or None where it holds what needs an escape."""
    return "'" + text.replace("'", "''") + "'" if _all_seen(text) else None


def double_quoted(text: str) -> str:
    """Text in double quotes, with escapes for whatever no eye can see."""
    return '"' + "".join(_ESCAPES.get(each) or (each if _all_seen(each) else _escaped(each)) for each in text) + '"'


def _after(prefix: str, value: Json, indent: int) -> list[str]:
    if isinstance(value, Mapping) and value:
        return [prefix, *(line for name, each in value.items() for line in field_lines(name, each, indent=indent + 2))]
    if is_list(value) and value:
        return [prefix, *(line for each in value for line in item_lines(each, indent=indent + 2))]
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        return [f"{prefix} {'{}' if isinstance(value, Mapping) else '[]'}"]
    if isinstance(value, str) and _fits_block(value):
        return _block(prefix, value, indent)
    return [f"{prefix} {scalar(value)}"]


def _block(prefix: str, text: str, indent: int) -> list[str]:
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    lines = [f"{' ' * (indent + 2)}{line}" if line else "" for line in body.split("\n")]
    return [f"{prefix} |{'-' if ends == 0 else '' if ends == 1 else '+'}", *lines, *([""] * (ends - 1))]


def _fits_block(text: str) -> bool:
    """Whether a block shows the text as it is: more than one line, nothing unseen, no line's beginning in doubt."""
    if "\n" not in text or text[0] in " \n\t" or not text.strip():
        return False
    # a line of spaces alone is where readers and editors disagree
    return all(_all_seen(line, tabs=True) and (not line or line.strip()) for line in text.split("\n"))


def _is_bare(text: str) -> bool:
    return bool(_BARE.fullmatch(text)) and text == text.strip() and text.lower() not in _WORDS and _all_seen(text)


def _all_seen(text: str, *, tabs: bool = False) -> bool:
    return text.isprintable() or all(
        each.isprintable() or each in _JOINERS or unicodedata.category(each) == "Zs" or (tabs and each == "\t")
        for each in text
    )


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
