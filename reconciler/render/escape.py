"""What a terminal may be shown: text from files and from the API, with everything invisible made visible.

A terminal obeys what it is sent: a prompt or an API message may hold escape sequences that clear the screen or set
the window's title, and direction marks that make a line read differently from what is sent. A reviewer must see them
instead, so they are shown as escapes (`\\x1b`, `\\u202e`). Click and rich both let them through. A pipeline's log obeys
as well, in visible characters: those that begin its commands are escapes, too. Pure.
"""

from __future__ import annotations

import json
import re
import unicodedata

from reconciler.canonical import Json, pretty

_INVISIBLE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL and C1, tab and newline among them
    "\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # soft hyphen, joiners, fillers
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line ends of Unicode, direction marks and overrides
    "\ufe00-\ufe0d\ufeff\ufff9-\ufffb"  # variation selectors but those of emoji, byte order mark, annotations
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U00013430-\U0001345f\U000e0000-\U000e0fff"  # musical, tags
    "\ud800-\udfff"  # halves of a pair, which cannot be written as UTF-8
    "]"
)
_COMMAND = re.compile(r"^([ ]*):(?=:|\Z)|#(?=#\[)", re.MULTILINE)
"""What GitHub's runner obeys in a job's log: a line that starts with `::`, and `##[` anywhere in one. A name that is
nothing but `:` would be the first half of it, where a colon follows."""
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def terminal_safe(text: str, *, keep: str = "") -> str:
    """The text with every control and invisible character as an escape, but those in `keep` (say, `"\\n"`), and with
    what begins a pipeline's command.

    Meant for people: the escapes cannot be told from the same characters typed out, so nothing reads them back.
    """
    visible = _INVISIBLE.sub(lambda found: found[0] if found[0] in keep else _escape(found[0]), text)
    return _COMMAND.sub(lambda found: f"{found[1]}\\x3a" if found[1] is not None else "\\x23", visible)


def json_text(value: Json) -> str:
    """JSON for people and files: sorted, indented, LF at the end, and safe to print for the same reasons.

    The same value as without the escapes, since JSON has its own: U+202E is written as `\\u202e` inside a string.
    """
    return json_safe(pretty(value))


def json_line(value: Json) -> str:
    """JSON in one line, keys in their own order, safe to print: for a stream of such lines."""
    return json_safe(json.dumps(value, ensure_ascii=False, separators=(", ", ": "), allow_nan=False))


def json_safe(written: str) -> str:
    """Written JSON with what is invisible in its strings as JSON escapes; its line ends stay."""
    visible = _INVISIBLE.sub(lambda found: "\n" if found[0] == "\n" else _json_escape(found[0]), written)
    return visible.replace("##[", "\\u0023#[")


def cells(text: str) -> int:
    """How wide a terminal draws a text that is safe: wide characters take two cells, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text
    )


def _escape(character: str) -> str:
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
