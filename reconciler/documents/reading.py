"""The loop behind the strict YAML loader: libyaml's events in, a mapping with places and problems out.

The loop keeps its own stack, so depth costs no recursion. A refused key's value is still read for its syntax ("muted"),
so that one mistake does not hide the next. Core: pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

import yaml

from reconciler.canonical import Json
from reconciler.documents.characters import Readable, unseen
from reconciler.documents.frames import VALUE_WEIGHT, Anchored, Frame
from reconciler.documents.scalars import kind_of, plain_key_fault, plain_value
from reconciler.errors import Diagnostic, error
from reconciler.frozen import dataclass
from reconciler.model import Path, Position

MAX_DEPTH = 100
MAX_VALUES = 100_000
MAX_COPIED = 1_000_000
"""What aliases may add to a file: its characters, with every value counted as VALUE_WEIGHT."""
_MAX_ERRORS = 100


class Enough(Exception):
    """The rest of the file cannot or need not be read; why is among the problems already."""


@dataclass(kw_only=True, slots=True)
class Reading:
    """The state of the loop. `take_all` works in what is there; `finish` is asked once, at the end."""

    file: str
    source: Readable
    disguised: bool = False
    stopped: bool = False
    documents: int = 0
    values: int = 0
    copied: int = 0
    root: Json = None
    root_place: Position | None = None
    frames: list[Frame] = field(default_factory=list)
    anchors: dict[str, Anchored | None] = field(default_factory=dict)
    places: dict[Path, Position] = field(default_factory=dict)
    names: dict[Path, Position] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.disguised = self.source.disguised

    def take_all(self, next_event: Callable[[], Any]) -> None:
        """Work in events to the last. Raises Enough where reading on makes no sense, and what the parser does."""
        while (event := next_event()) is not None:
            kind = type(event)  # libyaml's parser makes no subclasses; in order of how often they come
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent:
                self._open(event, {})
            elif kind is yaml.SequenceStartEvent:
                self._open(event, [])
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close()
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                self._document(event)

    def stop(self, problem: Diagnostic | None = None) -> None:
        """The file ends here, before its end: what was read so far is no document."""
        self.problems += [problem] if problem else []
        self.stopped = True

    def finish(self) -> Mapping[str, Json] | None:
        """The mapping that was read, or None; asked once, at the end, and it says so where there is none."""
        if self.stopped or (self.root_place is None and self.problems):
            return None
        if self.root_place is None:
            then = "Write at least the required fields, or delete the file."
            self.problems.append(error("yaml-empty", "the file is empty", then, file=self.file, line=1, column=1))
        elif not isinstance(self.root, Mapping):
            told, at = f"a document is a mapping of fields, not {kind_of(self.root)}", self.root_place
            then = "Write one `field: value` a line."
            self.problems.append(error("yaml-not-a-mapping", told, then, file=at.file, line=at.line, column=at.column))
        return self.root if isinstance(self.root, Mapping) else None

    # -- events

    def _document(self, event: Any) -> None:
        mark = event.start_mark
        place = Position(self.file, mark.line + 1, mark.column + 1)
        self.documents += 1
        if self.documents > 1:
            told = "a second document begins here; a file holds one"
            self._problem("yaml-several-documents", told, "Move it to a file of its own.", place)
            raise Enough
        if event.version is not None and tuple(event.version) < (1, 2):
            told = "the file says that it is YAML 1.1; documents are YAML 1.2"
            self._problem("yaml-version", told, "Remove the %YAML line: `off`, `yes` and `12:30` are text here.", place)

    def _scalar(self, event: Any) -> None:
        place = self._begin(event)
        text: str = event.value
        if self.disguised:
            text = self._undisguised(text, event.style, place)
        plain = event.implicit[0]
        frame = self.frames[-1] if self.frames else None
        if frame is not None and frame.awaits_key:
            if event.anchor:
                self.anchors[event.anchor] = Anchored(value=text, path=(), weight=len(text), height=0)
            self._key(frame, text, plain, place)
            return
        if frame is None and plain and text == "":
            return  # `---` and nothing else: an empty file
        value: Json = text
        if plain:
            try:
                value = plain_value(text)
            except ValueError as problem:
                self._problem("yaml-number", str(problem), "Put it in quotes if it is text.", place)
        weight = VALUE_WEIGHT + len(text)
        path, muted = self._here()
        if event.anchor:
            self.anchors[event.anchor] = Anchored(value=value, path=path, weight=weight, height=0)
        self._attach(value, path, muted, place, weight, 0)

    def _undisguised(self, text: str, style: str | None, place: Position) -> str:
        text = self.source.restore(text, style)
        if style not in ("'", '"') and (odd := unseen(text)):
            told = f"the invisible character U+{ord(odd):04X} may stand in quotes only"
            self._problem("yaml-control-character", told, "Remove it, or put the text in quotes.", place)
        return text

    def _open(self, event: Any, container: dict[str, Json] | list[Json]) -> None:
        place = self._begin(event)
        self._check_depth(len(self.frames) + 1, place)
        is_key = self._awaits_key()
        if is_key:
            self._key_not_text(event, place)
        path, muted = self._here()
        muted = muted or is_key
        if event.anchor:
            self.anchors[event.anchor] = None
        if not muted:
            self.places[path] = place
        if not self.frames:
            self.root_place = place
        self.frames.append(
            Frame(
                container=container,
                path=path,
                muted=muted,
                anchor=event.anchor,
                is_key=is_key,
                awaits_key=isinstance(container, dict),
            )
        )

    def _close(self) -> None:
        frame = self.frames.pop()
        if frame.anchor:
            self.anchors[frame.anchor] = Anchored(
                value=frame.container, path=frame.path, weight=frame.weight, height=frame.height
            )
        if frame.is_key:
            self.frames[-1].awaits_key = False
            return
        self._attach(frame.container, frame.path, frame.muted, None, frame.weight, frame.height)

    def _alias(self, event: Any) -> None:
        place = self._begin(event)
        if self._awaits_key():
            self._refuse_key("an alias cannot be a key", "Write the key itself.", place)
            return
        path, muted = self._here()
        name = event.anchor
        anchored = self.anchors.get(name)
        if anchored is None:
            self._dangling_alias(name, place)
            self._attach(None, path, True, place, VALUE_WEIGHT, 0)
            return
        self.copied += anchored.weight
        if self.copied > MAX_COPIED:
            told = "aliases copy too much: the file would grow beyond all bounds"
            self._problem("yaml-aliases", told, "Write fewer aliases.", place)
            raise Enough
        self._check_depth(len(self.frames) + anchored.height, place)
        value = anchored.value if muted else self._copy(anchored.value, anchored.path, path, place)
        self._attach(value, path, muted, place, anchored.weight, anchored.height)

    def _dangling_alias(self, name: str, place: Position) -> None:
        if name in self.anchors:
            self._problem("yaml-alias-cycle", f"`*{name}` stands inside `&{name}`: it would hold itself", None, place)
        else:
            then = "Text that begins with * needs quotes."
            self._problem("yaml-alias-unknown", f"no anchor `&{name}` stands before this alias", then, place)

    # -- keys

    def _key(self, frame: Frame, text: str, plain: bool, place: Position) -> None:
        fault = plain_key_fault(text) if plain else None
        if fault is not None:
            code, told, then = fault
            self._refuse_key(told, then, place, code=code)
            return
        frame.key, frame.awaits_key, frame.refused = text, False, False
        if frame.muted:
            return
        path = (*frame.path, text)
        first = self.names.get(path)
        if first is not None:
            told = f"the key `{text}` stands here twice; the first is on line {first.line}"
            self._refuse_key(told, "Remove one of the two.", place, code="yaml-duplicate-key")
        else:
            self.names[path] = place

    def _key_not_text(self, event: Any, place: Position) -> None:
        if isinstance(event, yaml.MappingStartEvent) and event.flow_style:
            then = "A text with {{placeholders}} that begins with a brace needs quotes around it."
        else:
            then = "Keys are plain words."
        self._refuse_key("a mapping or a list cannot be a key", then, place)

    def _refuse_key(self, told: str, then: str, place: Position, *, code: str = "yaml-key-not-text") -> None:
        """Say why; the value of the key is then read for its syntax and dropped."""
        frame = self.frames[-1]
        if not frame.muted:
            self._problem(code, told, then, place)
        frame.key, frame.awaits_key, frame.refused = None, False, True

    def _awaits_key(self) -> bool:
        return bool(self.frames) and self.frames[-1].awaits_key

    # -- values

    def _begin(self, event: Any) -> Position:
        """What is the same for every value and key: its place, a tag is an error, and a bound on how many there are."""
        mark = event.start_mark
        place = Position(self.file, mark.line + 1, mark.column + 1)
        self.values += 1
        if self.values > MAX_VALUES:
            self._problem("yaml-too-many-values", f"the file holds more than {MAX_VALUES} values", None, place)
            raise Enough
        if type(event) is not yaml.AliasEvent and event.tag is not None:
            shown = event.tag.replace("tag:yaml.org,2002:", "!!")
            told = f"the tag `{shown}` is not read: the schema says what type a value has"
            self._problem("yaml-tag", told, "Remove it; put the value in quotes to make it text.", place)
        return place

    def _here(self) -> tuple[Path, bool]:
        """The path of the value that comes next, and whether it is muted."""
        if not self.frames:
            return (), False
        frame = self.frames[-1]
        if isinstance(frame.container, list):
            return (*frame.path, len(frame.container)), frame.muted
        return (*frame.path, frame.key or ""), frame.muted or frame.refused

    def _attach(self, value: Json, path: Path, muted: bool, place: Position | None, weight: int, height: int) -> None:
        if place is not None and not muted:
            self.places[path] = place
        if not self.frames:
            self.root, self.root_place = value, self.root_place or place
            return
        frame = self.frames[-1]
        frame.weight += weight
        if height >= frame.height:
            frame.height = height + 1
        if isinstance(frame.container, list):
            frame.container.append(value)
            return
        if not muted and frame.key is not None:
            frame.container[frame.key] = value
        frame.awaits_key = True

    def _copy(self, value: Json, source: Path, target: Path, place: Position) -> Json:
        """An anchored value under another path, with its places. No deeper than MAX_DEPTH, which was checked."""
        if isinstance(value, dict):
            return {name: self._copy_at(name, each, source, target, place) for name, each in value.items()}
        if isinstance(value, list):
            return [self._copy_at(index, each, source, target, place) for index, each in enumerate(value)]
        return value

    def _copy_at(self, step: str | int, value: Json, source: Path, target: Path, place: Position) -> Json:
        origin, path = (*source, step), (*target, step)
        self.places[path] = self.places.get(origin, place)
        if origin in self.names:
            self.names[path] = self.names[origin]
        return self._copy(value, origin, path, place)

    # -- problems

    def _check_depth(self, depth: int, place: Position) -> None:
        if depth > MAX_DEPTH:
            self._problem("yaml-too-deep", f"values are nested more than {MAX_DEPTH} deep", None, place)
            raise Enough

    def _problem(self, code: str, told: str, then: str | None, place: Position) -> None:
        self.problems.append(error(code, told, then, file=place.file, line=place.line, column=place.column))
        if len(self.problems) == _MAX_ERRORS:
            told = f"the file has {_MAX_ERRORS} errors and is not read further"
            self.problems.append(error("yaml-too-many-errors", told, file=place.file, line=place.line))
            raise Enough
