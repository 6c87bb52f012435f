"""Bases, the document, and its environment's overlay, merged into one content that remembers where each value stands.

Merging is shallow: a field is taken whole from the nearest layer that names it, null included. A base brings fields
alone; of its `reconciler` key only `extends` counts. Core: pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from reconciler.canonical import Json
from reconciler.documents.files import Sources, inside
from reconciler.documents.keys import key_of
from reconciler.documents.late import LatePositions
from reconciler.documents.places import at
from reconciler.documents.settings import SETTINGS, Settings, read_settings
from reconciler.documents.strict_yaml import Parsed
from reconciler.errors import Diagnostic, error, warning
from reconciler.frozen import dataclass
from reconciler.model import RESERVED, Path, Position

MAX_CHAIN = 32


@dataclass(frozen=True, kw_only=True, slots=True)
class Layered:
    """Fields with their places (values) and names (keys), by path. `files` decided them: every YAML file that was read.

    `origins` has the file of every field that stands somewhere, though its value could not be read.

    `broken` says that some layer is missing or could not be read whole: what is absent here may not be absent.
    """

    content: Mapping[str, Json] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[Path, Position] = field(default_factory=dict)
    names: Mapping[Path, Position] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    broken: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()

    def place(self, path: Path) -> Position:
        """The place of a value, or of the nearest parent that has one; a document has one for `()`."""
        return next(self.places[path[:length]] for length in range(len(path), -1, -1) if path[:length] in self.places)


@dataclass(kw_only=True, slots=True)
class Layers:
    """Merges the layers of documents; each base is merged once a load, however many documents stand on it."""

    sources: Sources
    folder: str
    fields: frozenset[str]
    _bases: dict[str, Layered] = field(default_factory=dict)
    _chain: list[str] = field(default_factory=list)

    def document(self, parsed: Parsed, settings: Settings, *, key: str) -> Layered:
        """The content of a document, without the reserved key. `parsed.value` must be a mapping.

        The places hold one for `()`, the document's own beginning.
        """
        self._chain = [parsed.file]
        layers = self._extended(parsed, settings.extends, key)
        layers.append(_own(parsed, ()))
        if settings.overlay is not None:
            layers.append(_own(parsed, settings.overlay))
        if len(layers) == 1:
            return layers[0]
        merged, beginning = _merged(layers), parsed.places[()]
        return replace(merged, places=LatePositions(_begun, merged.places, beginning, root=beginning))

    def _extended(self, parsed: Parsed, extends: tuple[str, ...], key: str | None) -> list[Layered]:
        return [self._named_base(parsed, index, each, key) for index, each in enumerate(extends)]

    def _named_base(self, parsed: Parsed, index: int, name: str, key: str | None) -> Layered:
        """The base that one item of `extends` names, or a broken layer that says why it cannot be had."""

        def refused(code: str, told: str, then: str | None = None) -> Layered:
            place = parsed.places.get((RESERVED, "extends", index), parsed.places[()])
            return _broken(error(code, told, then, **at(place, key=key, path=(RESERVED, "extends"))))

        try:
            path = inside(name, named_by=parsed.file)
        except ValueError as problem:
            return refused("base-invalid", f"`{name}` cannot be extended: {problem}")
        if path in self._chain:
            circle = " → ".join([*self._chain[self._chain.index(path) :], path])
            then = "A base cannot extend itself, also not through others."
            return refused("base-cycle", f"bases extend each other in a circle: {circle}", then)
        is_document = key_of(path, folder=self.folder) is not None
        if is_document and _is_there(self.sources.yaml(path)):
            then = "Give the file, or its folder, a name that starts with _."
            return refused("base-is-assistant", f"{path} is an assistant and cannot be a base", then)
        if len(self._chain) > MAX_CHAIN:
            return refused("base-chain", f"bases extend each other more than {MAX_CHAIN} deep")
        base = self._base(path)
        if base.files:
            return base
        told = "; ".join(each.summary for each in base.diagnostics)
        advice = next((each.detail for each in base.diagnostics if each.detail), None)
        if is_document:  # the nearest name would be another document's, or this one's
            advice = "Check the path: the name of a base, or of its folder, starts with _."
        return refused("base-unreadable", f"`{name}` cannot be extended: {told}", advice)

    def _base(self, path: str) -> Layered:
        if path not in self._bases:
            self._chain.append(path)
            self._bases[path] = self._merged_base(self.sources.yaml(path))
            self._chain.pop()
        return self._bases[path]

    def _merged_base(self, parsed: Parsed) -> Layered:
        if not _is_there(parsed):
            return _broken(*parsed.diagnostics)
        if parsed.value is None:
            return Layered(files=frozenset({parsed.file}), broken=True, diagnostics=parsed.diagnostics)
        settings = read_settings(parsed, key=None, fields=self.fields, environment="")
        problems = [*parsed.diagnostics, *settings.diagnostics, *_not_inherited(parsed)]
        merged = _merged([*self._extended(parsed, settings.extends, None), _own(parsed, ())])
        broken = merged.broken or any(each.severity == "error" for each in problems)
        return replace(merged, broken=broken, diagnostics=(*merged.diagnostics, *problems))


def _is_there(parsed: Parsed) -> bool:
    """Whether there is a file to point into, whatever stands in it."""
    return parsed.value is not None or bool(parsed.places) or any(each.line is not None for each in parsed.diagnostics)


def _broken(*problems: Diagnostic) -> Layered:
    return Layered(broken=True, diagnostics=problems)


def _own(parsed: Parsed, root: Path) -> Layered:
    """The fields that stand below `root` in one file, as a layer. That of a file itself has its beginning for `()`."""
    stated: Json = parsed.value
    for step in root:
        stated = stated[step] if isinstance(stated, Mapping) and isinstance(step, str) else None
    fields: Mapping[str, Json] = stated if isinstance(stated, Mapping) else {}
    content = {name: each for name, each in fields.items() if root or name != RESERVED}
    # a field may stand there with a value that could not be read
    named = _named(parsed.names, root) if parsed.diagnostics else content
    places, names = parsed.places, parsed.names
    if root:
        places, names = LatePositions(_below, places, root), LatePositions(_below, names, root)
    elif RESERVED in fields:
        beginning = places[()]
        places, names = LatePositions(_unreserved, places, root=beginning), LatePositions(_unreserved, names)
    return Layered(
        content=content,
        origins=dict.fromkeys(named, parsed.file),
        places=places,
        names=names,
        files=frozenset({parsed.file}),
    )


def _named(names: Mapping[Path, Position], root: Path) -> list[str]:
    below = (path[-1] for path in names if len(path) == len(root) + 1 and path[:-1] == root)
    return [name for name in below if isinstance(name, str) and (root or name != RESERVED)]


def _below(found: Mapping[Path, Position], root: Path) -> dict[Path, Position]:
    depth = len(root)
    return {path[depth:]: place for path, place in found.items() if path[:depth] == root and len(path) > depth}


def _unreserved(found: Mapping[Path, Position]) -> dict[Path, Position]:
    return {path: place for path, place in found.items() if not path or path[0] != RESERVED}


def _merged(layers: list[Layered]) -> Layered:
    """Later layers win, field by field."""
    content: dict[str, Json] = {}
    origins: dict[str, str] = {}
    winner: dict[str | int, int] = {}
    for rank, layer in enumerate(layers):
        content.update(layer.content)
        origins.update(layer.origins)
        winner.update(dict.fromkeys(layer.origins, rank))
    return Layered(
        content=content,
        origins=origins,
        places=LatePositions(_of_winners, winner, tuple(layer.places for layer in layers)),
        names=LatePositions(_of_winners, winner, tuple(layer.names for layer in layers)),
        files=frozenset().union(*(layer.files for layer in layers)),
        broken=any(layer.broken for layer in layers),
        diagnostics=tuple(each for layer in layers for each in layer.diagnostics),
    )


def _of_winners(winner: Mapping[str | int, int], found: tuple[Mapping[Path, Position], ...]) -> dict[Path, Position]:
    return {
        path: place
        for rank, each in enumerate(found)
        for path, place in each.items()
        if path and winner.get(path[0]) == rank
    }


def _begun(found: Mapping[Path, Position], beginning: Position) -> dict[Path, Position]:
    return {**found, (): beginning}


def _not_inherited(base: Parsed) -> list[Diagnostic]:
    stated = (base.value or {}).get(RESERVED)
    names = [each for each in stated if each in SETTINGS - {"extends"}] if isinstance(stated, Mapping) else []
    found = []
    for name in names:
        place = base.names.get((RESERVED, name), base.places[()])
        told = f"`{RESERVED}.{name}` in a base has no effect: only fields are inherited"
        then = "Write it in the documents themselves."
        found.append(warning("base-setting", told, then, **at(place, path=(RESERVED, name))))
    return found
