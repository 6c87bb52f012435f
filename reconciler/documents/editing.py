"""Edits of YAML that leave everything else as it is, byte for byte: comments, order, quotes, alignment, line ends.

The text is spliced at the marks of the smallest nodes that change. What comes out is read again by the strict loader
and must differ in exactly the value that was asked for; else the same is tried with larger nodes, and else refused.
Core: pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, TypeAlias

import yaml

from reconciler.canonical import Json, exact_digest, is_list
from reconciler.documents.characters import readable
from reconciler.documents.emitting import (
    double_quoted,
    field_lines,
    flow,
    item_lines,
    scalar,
    single_quoted,
    value_lines,
)
from reconciler.documents.strict_yaml import parse_yaml
from reconciler.frozen import dataclass
from reconciler.model import RESERVED, Path

Splice: TypeAlias = tuple[int, int, str]
"""From, to, and what stands there instead."""
_COMMENT = re.compile(r"[ \t]+#[^\r\n]*")
_BOM = b"\xef\xbb\xbf"


class EditRefused(ValueError):
    """The value cannot be changed without touching something else; the file is as it was."""


def edited(content: bytes, path: Path, value: Json, *, file: str) -> bytes:
    """The file with another value at `path`; a field that is not there yet is added to its mapping.

    Raises EditRefused where that cannot be done alone.
    """
    before = parse_yaml(content, file=file)
    source, _ = readable(content, file=file)
    if before.value is None or before.diagnostics or source is None:
        raise EditRefused(f"{file} cannot be read")
    wanted = exact_digest(_with(before.value, path, value))
    bom = _BOM if content.startswith(_BOM) else b""
    text = content[len(bom) :].decode("utf-8")
    for fine in (True, False):
        try:
            splices = list(_Editor(text, source.text, fine).splices(path, before.value, value))
        except (LookupError, yaml.YAMLError, AttributeError):
            continue
        found = bom + _spliced(text, splices).encode("utf-8")
        after = parse_yaml(found, file=file)
        if not after.diagnostics and after.value is not None and exact_digest(after.value) == wanted:
            return found
    raise EditRefused(f"{file} cannot be changed at this place without changing something else")


def _with(value: Json, path: Path, new: Json) -> Json:
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, Mapping) and isinstance(step, str):
        return {**value, step: _with(value.get(step), rest, new)}
    if is_list(value) and isinstance(step, int):
        return [_with(each, rest, new) if at == step else each for at, each in enumerate(value)]
    raise EditRefused("there is no such place")


def _spliced(text: str, splices: Sequence[Splice]) -> str:
    for start, stop, new in sorted(splices, key=lambda each: each[:2], reverse=True):
        text = text[:start] + new + text[stop:]
    return text


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where a value hangs: in a mapping (after a colon, `indent` is the key's column) or behind a list's dash."""

    indent: int
    after_colon: int | None
    in_flow: bool


class _Editor:
    """Finds splices. `text` is the file's, `shown` the same as libyaml is given it, character for character."""

    def __init__(self, text: str, shown: str, fine: bool) -> None:
        self.text, self.fine = text, fine
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.root: Any = yaml.compose(shown, Loader=yaml.CSafeLoader)

    def splices(self, path: Path, old: Json, new: Json) -> Iterator[Splice]:
        node, place = self.root, _Place(indent=-2, after_colon=None, in_flow=bool(self.root.flow_style))
        for step in path:
            if isinstance(node, yaml.MappingNode) and not any(key.value == step for key, _ in node.value):
                yield self._added(node, str(step), new)
                return
            node, place = self._child(node, step, place)
            old = old[step]  # type: ignore[index]
        yield from self._changed(node, place, old, new)

    def _child(self, node: Any, step: str | int, place: _Place) -> tuple[Any, _Place]:
        in_flow = place.in_flow or bool(node.flow_style)
        if isinstance(node, yaml.MappingNode):
            key, value = next((key, value) for key, value in node.value if key.value == step)
            colon = self.text.index(":", key.end_mark.index) + 1
            return value, _Place(indent=key.start_mark.column, after_colon=colon, in_flow=in_flow)
        return node.value[step], _Place(indent=node.start_mark.column, after_colon=None, in_flow=in_flow)

    def _changed(self, node: Any, place: _Place, old: Json, new: Json) -> Iterator[Splice]:
        if exact_digest(old) == exact_digest(new):
            return
        if self.fine and isinstance(node, yaml.MappingNode) and isinstance(new, Mapping) and isinstance(old, Mapping):
            yield from self._mapping(node, place, old, new)
        elif self.fine and isinstance(node, yaml.SequenceNode) and is_list(new) and is_list(old):
            yield from self._list(node, place, old, new)
        else:
            yield self._replaced(node, place, new)

    def _mapping(self, node: Any, place: _Place, old: Mapping[str, Json], new: Mapping[str, Json]) -> Iterator[Splice]:
        gone = [key for key in old if key not in new]
        added = [key for key in new if key not in old]
        in_flow = place.in_flow or node.flow_style
        if (gone or added) and (in_flow or not set(old) & set(new) or node.value[0][0].value in gone):
            yield self._replaced(node, place, new)
            return
        for key, value in node.value:
            if key.value in gone:
                yield self._lines_of(key, value)
            else:
                child, where = self._child(node, key.value, place)
                yield from self._changed(child, where, old[key.value], new[key.value])
        for name in reversed(added):
            last = node.value[-1][1]
            yield self._inserted(self._end(last), field_lines(name, new[name], indent=node.start_mark.column))

    def _list(self, node: Any, place: _Place, old: Sequence[Json], new: Sequence[Json]) -> Iterator[Splice]:
        if not old or not new or ((place.in_flow or node.flow_style) and len(old) != len(new)):
            yield self._replaced(node, place, new)
            return
        before, after = [exact_digest(each) for each in old], [exact_digest(each) for each in new]
        indent = node.start_mark.column
        for _, start, stop, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            pairs = min(stop - start, last - first)
            for at in range(pairs):
                child, where = self._child(node, start + at, place)
                yield from self._changed(child, where, old[start + at], new[first + at])
            for at in range(start + pairs, stop):
                yield self._lines_of(node.value[at], node.value[at])
            fresh = [line for each in new[first + pairs : last] for line in item_lines(each, indent=indent)]
            if fresh and stop:
                yield self._inserted(self._end(node.value[stop - 1]), fresh)
            elif fresh:
                begin = self._line_start(node.start_mark.index)
                yield begin, begin, self._joined([*fresh, ""])

    def _replaced(self, node: Any, place: _Place, new: Json) -> Splice:
        start, end = node.start_mark.index, self._end(node)
        brackets = not isinstance(node, yaml.ScalarNode) and node.flow_style
        if place.in_flow or (brackets and (isinstance(new, Mapping) or is_list(new))):
            return start, end, flow(new)
        if isinstance(node, yaml.ScalarNode) and not isinstance(new, Mapping) and not is_list(new):
            written = _styled(node, new)
            if written is not None and start < end:
                return start, end, written
        block = not isinstance(node, yaml.ScalarNode) and not node.flow_style
        if block and isinstance(node, yaml.MappingNode) and isinstance(new, Mapping) and new:
            column = node.start_mark.column
            lines = [line for name, each in new.items() for line in field_lines(name, each, indent=column)]
            return start, end, self._joined([lines[0][column:], *lines[1:]])
        if block and isinstance(node, yaml.SequenceNode) and is_list(new) and new:
            column = node.start_mark.column
            lines = [line for each in new for line in item_lines(each, indent=column)]
            return start, end, self._joined([lines[0][column:], *lines[1:]])
        return self._anew(start, end, place, new)

    def _anew(self, start: int, end: int, place: _Place, new: Json) -> Splice:
        """Another kind of value, or text of several lines; a comment behind the old one stays on the first line."""
        if place.after_colon is None:
            lines = item_lines(new, indent=place.indent)
            first, *rest = lines[0][place.indent + 2 :], *lines[1:]
        else:
            first, *rest = value_lines(new, indent=place.indent)
            start = min(start, place.after_colon) if not first or start == end else start
            first = f" {first}" if first and start == place.after_colon else first
        tail = _COMMENT.match(self.text, end)
        header = _COMMENT.search(self.text[start : self._line_end(start)]) if "\n" in self.text[start:end] else None
        comment = tail[0] if tail else header[0] if header and self.text[start] in "|>" else ""
        if not rest or not comment:
            return start, end, self._joined([first + (comment if header and comment and not tail else ""), *rest])
        return start, tail.end() if tail else end, self._joined([first + comment, *rest])

    def _added(self, node: Any, name: str, new: Json) -> Splice:
        """A new field behind the last one, and before the settings where those come last."""
        if node.flow_style:
            raise LookupError(name)
        fields = [each for key, each in node.value if key.value != RESERVED]
        lines = field_lines(name, new, indent=node.start_mark.column)
        if not fields:
            begin = self._line_start(node.start_mark.index)
            return begin, begin, self._joined([*lines, ""])
        return self._inserted(self._end(fields[-1]), lines)

    def _inserted(self, after: int, lines: Sequence[str]) -> Splice:
        place = self._line_end(after)
        return place, place, self._joined(["", *lines])

    def _lines_of(self, first: Any, last: Any) -> Splice:
        """Whole lines, from the one of `first` to the one on which `last` ends."""
        start = self._line_start(first.start_mark.index)
        stop = self._line_end(self._end(last))
        return start, min(stop + len(self.newline), len(self.text)), ""

    def _end(self, node: Any) -> int:
        """Where a node's own text ends: libyaml counts the white space and comments that follow to it."""
        if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
            start, end = int(node.start_mark.index), int(node.end_mark.index)
            return start + len(self.text[start:end].rstrip())
        last = node.value[-1]
        return max(self._end(last[1]), self._end(last[0])) if isinstance(last, tuple) else self._end(last)

    def _line_start(self, index: int) -> int:
        return self.text.rfind("\n", 0, index) + 1

    def _line_end(self, index: int) -> int:
        found = self.text.find("\n", index)
        end = len(self.text) if found < 0 else found
        return end - 1 if found > 0 and self.text[end - 1] == "\r" else end

    def _joined(self, lines: Sequence[str]) -> str:
        return self.newline.join(lines)


def _styled(node: Any, new: Json) -> str | None:
    """A scalar in the style of the old one where it can be, or None where it needs several lines."""
    if isinstance(new, str) and "\n" in new and len(value_lines(new, indent=0)) > 1:
        return None
    if isinstance(new, str) and node.style == '"':
        return double_quoted(new)
    if isinstance(new, str) and node.style == "'":
        return single_quoted(new) or double_quoted(new)
    return None if node.style in ("|", ">") else scalar(new)
