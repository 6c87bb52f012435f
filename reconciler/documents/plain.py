"""The YAML that nearly every document is written in, read line by line: its values alone, or no answer.

Block mappings and lists, plain keys, scalars and lists of words on one line, and texts after `|`. Of a file that holds
anything else, or anything that may be wrong, nothing is said, and `reading` reads it with libyaml. What is said is what
libyaml would give: a test holds the two together. It is there for speed alone: a document of 59 lines takes a third of
the time, since it goes a line or a run of lines a step, and nobody asks where its values stand. Core: pure.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TypeAlias

from reconciler.canonical import Json
from reconciler.documents.scalars import BEGINS_NUMBER, WORDS, plain_value
from reconciler.later import pattern

_Open: TypeAlias = dict[str, Json] | list[Json]

_MOST = 20_000  # lines, and commas between items: so it is far fewer values than `reading` takes
_MOST_DEEP = 40
# indentation, `- `, a key, and one of the things that may follow; the number of its group says which. Spaces are taken
# once and for all (`*+`): two runs of them that may share a line of spaces would try all the ways to do so
_LINE = pattern(
    r"""(\ *+)
        (?:(-\ ++)(?=[^\n]))?
        (?:([A-Za-z_][A-Za-z0-9_-]{0,100}+):(?=[\ \n]))?
        \ *+
        (?: ([^\s\-?:,\[\]{}\#&*!|>'"%@`][^\n\t]*|-[0-9][^\n\t]*)
          | "([^"\\\n\t]*)"\ *(?:(?<=\ )\#[^\n]*)?
          | '([^'\n\t]*)'\ *(?:(?<=\ )\#[^\n]*)?
          | \|(-?)\ *
          | (\[\]|\{\})\ *
          | \[([\w./][\w./,\ -]{0,400})\]\ *
          | ((?:(?<![^\ \n])\#[^\n]*)?)
        )\n""",
    re.VERBOSE,
)
_PLAIN, _BLOCK, _EMPTY, _ITEMS, _NOTHING = 4, 7, 8, 9, 10
_ITEM = pattern(r"[\w./][\w./-]*")
_INDENTED = pattern(r" +(?=[^ \n\t])")
_SHORT_BLANK = pattern(r" +\n")


def plain_mapping(text: str) -> dict[str, Json] | None:
    """The mapping that a YAML text says, or None where that is for a whole reading to find out.

    `text` holds no control characters but tabs and line ends, and none that libyaml takes for one (see `characters`).
    """
    if text[-1:] != "\n" or "\r" in text or "\ufeff" in text or text.count("\n") + text.count(",") > _MOST:
        return None
    root: dict[str, Json] = {}
    # the innermost collection that is open, its indentation, and those around it
    into: _Open = root
    indent = 0
    around: list[tuple[int, _Open]] = []
    waiting: str | None = None  # the key in `into` whose value may begin on the next line
    at, end, line = 0, len(text), _LINE.match
    while at < end:
        found = line(text, at)
        if found is None:
            return None
        at, kind = found.end(), found.lastindex
        spaces, dash, key, plain = found.group(1, 2, 3, _PLAIN)
        if key is None and dash is None:
            if kind != _NOTHING:
                return None
            continue  # blank, or a comment
        depth = len(spaces)
        if waiting is not None and (depth > indent or (dash is not None and depth == indent)):
            inner: _Open = {} if dash is None else []
            assert isinstance(into, dict)  # a key waits in nothing else
            into[waiting] = inner
            around.append((indent, into))
            into, indent = inner, depth
        else:
            while around and (indent > depth or (dash is None and indent == depth and isinstance(into, list))):
                indent, into = around.pop()
        waiting = None
        if indent != depth or isinstance(into, list) is (dash is None) or len(around) > _MOST_DEEP:
            return None
        if isinstance(into, list) and dash is not None and key is not None:
            item: dict[str, Json] = {}
            into.append(item)
            around.append((indent, into))
            into, indent = item, depth + len(dash)
        value: Json
        if kind == _PLAIN:
            value = plain
            if plain[0] in BEGINS_NUMBER or plain[-1] == " " or ":" in plain or "#" in plain or plain in WORDS:
                try:
                    value = _plain(plain)
                except ValueError:
                    return None
        elif kind == _NOTHING:
            value, waiting = None, key
        elif kind == _BLOCK:
            block = _block(text, at, indent)
            if block is None:
                return None
            value, at = block
            value += "" if found[_BLOCK] else "\n"
        elif kind == _EMPTY:
            value = [] if found[_EMPTY] == "[]" else {}
        elif kind == _ITEMS:
            items = [each.strip(" ") for each in found[_ITEMS].split(",")]
            try:
                value = [plain_value(each) for each in items]
            except ValueError:
                return None
            if not all(map(_ITEM.fullmatch, items)):
                return None
        else:
            value = found[kind or 0]
        if isinstance(into, list):
            if kind in (_NOTHING, _BLOCK):
                return None
            into.append(value)
        elif key is None or key in into or key in WORDS:
            return None
        else:
            into[key] = value
            if waiting is None and (run := _run_of(indent).match(text, at)) is not None:
                at = run.end()
                if not _taken(into, run[0][:-1].split("\n"), indent):
                    return None
    return root or None


def _taken(into: dict[str, Json], lines: list[str], indent: int) -> bool:
    """Whether the keys of a run went into the mapping that is open, each with its value."""
    for line in lines:
        key, _, text = line[indent:].partition(": ")
        if key in into or key in WORDS:
            return False
        if text in WORDS or text[0] in BEGINS_NUMBER:
            try:
                into[key] = plain_value(text)
            except ValueError:
                return False
        else:
            into[key] = text
    return True


def _plain(text: str) -> Json:
    """The value of a plain scalar. Raises ValueError where it is none, or one that cannot be kept."""
    if " #" in text:
        text = text[: text.index(" #")]
    text = text.rstrip(" ")
    if ":" in text and (": " in text or text[-1] == ":"):
        raise ValueError(text)
    return plain_value(text)


def _block(text: str, at: int, indent: int) -> tuple[str, int] | None:
    """The text after `|` without its last line end, and where it ends; None where its indentation is not plain."""
    first = _INDENTED.match(text, at)
    if first is None or first.end() - at <= indent:
        return None
    margin = first.end() - at
    lines = _indented_by(margin).match(text, at)
    assert lines is not None  # none at all would do
    end = lines.end()
    if _SHORT_BLANK.match(text, end):  # an empty line of the text, or its end: that is not plain either
        return None
    return text[first.end() : end].replace("\n" + " " * margin, "\n").rstrip("\n"), end


@cache
def _run_of(indent: int) -> re.Pattern[str]:
    """Lines that hold a key and a few plain words, and nothing that could be anything else: half of all lines.

    Taken together they save a fifth of a document (43 µs instead of 53).
    """
    plain = r"""[^\s\-?:,\[\]{}\#&*!|>'"%@`][^\n\t:#]*+(?<!\ )"""
    return re.compile(rf"(?: {{{indent}}}[A-Za-z_][A-Za-z0-9_-]{{0,100}}+: {plain}\n)+")


@cache
def _indented_by(margin: int) -> re.Pattern[str]:
    return re.compile(rf"(?: {{{margin}}}[^\n]*\n|\n)*")
