"""Bytes of a YAML file → text that libyaml reads as YAML 1.2 says, and back.

libyaml speaks YAML 1.1 and differs from 1.2 where prompts pasted from elsewhere meet it: it takes NEL, LS and PS for
line breaks (they vanish, and every later line number is wrong), and refuses both the invisible characters that JSON
allows in a string and JSON's escaped surrogate pairs. Here such characters are disguised before parsing as characters
of the private use area that the text does not hold, one for one so that columns stay true, and restored in each scalar.
Core: pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from itertools import chain, islice

from reconciler.errors import Diagnostic, error
from reconciler.frozen import dataclass
from reconciler.later import pattern

MAX_BYTES = 1024 * 1024
_CONTROL = pattern(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_CONTROL_BYTES = bytes({*range(0x20)} - {*b"\t\n\r"})
_UNSEEN = pattern(r"[\x7f-\x84\x86-\x9f\ufffe\uffff]")
# not yet compiled: hardly a document of ASCII needs either
_UNLIKE_1_2 = r"[\x7f-\x9f\u2028\u2029\ufffe\uffff]"
_PAIR = r"(?<!\\)((?:\\\\)*)\\(u[dD][89abAB][0-9a-fA-F]{2})\\(u[dD][c-fC-F][0-9a-fA-F]{2})"
_LINE_END = pattern(r"\r\n|\r|\n")
_MAX_SHOWN = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Readable:
    """What libyaml is given, and how to turn a scalar's value back into what the file holds."""

    text: str
    originals: dict[int, str] = field(default_factory=dict)
    backslash: str | None = None

    @property
    def disguised(self) -> bool:
        """Whether anything was disguised. Where nothing was, a scalar that is not quoted holds nothing unseen."""
        return self.backslash is not None or bool(self.originals)

    def restore(self, value: str, style: str | None) -> str:
        """The value that the file holds; `style` is the scalar's, as libyaml names it: `"`, `'`, `|`, `>` or empty."""
        if self.backslash is not None:
            if style == '"':
                pair = f"{self.backslash}u(....){self.backslash}u(....)"
                value = re.sub(pair, lambda found: _joined(found[1], found[2]), value)
            value = value.replace(self.backslash, "\\")
        return value.translate(self.originals) if self.originals else value


def readable(content: bytes, *, file: str) -> tuple[Readable | None, list[Diagnostic]]:
    """The text of a file, or why there is none: too large, not UTF-8, or with control characters in it."""
    if len(content) > MAX_BYTES:
        told = f"the file has {len(content)} bytes; at most {MAX_BYTES} are read"
        return None, [error("yaml-too-large", told, "Move long texts to files and write `${file:PATH}`.", file=file)]
    text, wrong = _decoded(content, file)
    if text is None:
        return None, wrong
    if len(content.translate(None, _CONTROL_BYTES)) == len(content):  # 2 µs; to search for them takes 25
        return _disguised(text), []
    return None, [_control(text, found, file) for found in islice(_CONTROL.finditer(text), _MAX_SHOWN)]


def unseen(value: str) -> str | None:
    """The first character that YAML 1.2 allows only inside quotes, or None."""
    found = _UNSEEN.search(value)
    return found[0] if found else None


def line_and_column(text: str, index: int) -> tuple[int, int]:
    """Where a character stands, both counted from 1, columns in characters."""
    line, start = 1, 0
    for end in _LINE_END.finditer(text, 0, index):
        line, start = line + 1, end.end()
    return line, index - start + 1


def _decoded(content: bytes, file: str) -> tuple[str | None, list[Diagnostic]]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in content[:4]:
        told = "the file is not UTF-8 text: it looks like UTF-16 or UTF-32"
        return None, [error("yaml-encoding", told, "Save it as UTF-8.", file=file, line=1, column=1)]
    try:
        return content.decode("utf-8").removeprefix("\ufeff"), []
    except UnicodeDecodeError as problem:
        before = content[: problem.start].decode("utf-8").removeprefix("\ufeff")
        line, column = line_and_column(before, len(before))
        told = f"the file is not UTF-8 text: byte {content[problem.start]:#04x} cannot stand here"
        return None, [error("yaml-encoding", told, "Save it as UTF-8.", file=file, line=line, column=column)]


def _control(text: str, found: re.Match[str], file: str) -> Diagnostic:
    line, column = line_and_column(text, found.start())
    told = f"the control character U+{ord(found[0]):04X} cannot stand in YAML"
    return error("yaml-control-character", told, "Remove it.", file=file, line=line, column=column)


def _disguised(text: str) -> Readable:
    # what can be seen at a glance spares two searches through a prompt: 90 µs of 290 a document
    plain = text.isascii() and "\x7f" not in text
    strange = [] if plain else sorted(set(re.findall(_UNLIKE_1_2, text)))
    pairs = "\\u" in text and re.search(_PAIR, text) is not None
    if not strange and not pairs:
        return Readable(text=text)
    unused = _unused(text)
    masks = {each: next(unused) for each in strange}
    backslash = next(unused) if pairs else None
    if backslash is not None:
        text = re.sub(_PAIR, lambda found: f"{found[1]}{backslash}{found[2]}{backslash}{found[3]}", text)
    shown = text.translate({ord(each): mask for each, mask in masks.items()})
    return Readable(text=shown, originals={ord(mask): each for each, mask in masks.items()}, backslash=backslash)


def _unused(text: str) -> Iterator[str]:
    """Private use characters that the text does not hold; more of them exist than fit into a file."""
    held = set(text)
    private = chain(range(0xE000, 0xF900), range(0xF0000, 0xFFFFE), range(0x100000, 0x10FFFE))
    return (chr(code) for code in private if chr(code) not in held)


def _joined(high: str, low: str) -> str:
    return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00))
