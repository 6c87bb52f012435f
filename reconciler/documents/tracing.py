"""Where one value of one document comes from: every layer that states it, nearest first, and what its reference names.

Loading keeps the places of what won. Whoever asks why a value is what it is also wants to see what it won over, so the
layers of that one document are walked again here. Core: pure; files are read through `Sources`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from reconciler.canonical import Json, is_list
from reconciler.documents.files import Sources, inside
from reconciler.documents.places import at_path
from reconciler.documents.references import reference_in
from reconciler.documents.settings import read_settings
from reconciler.documents.strict_yaml import Parsed
from reconciler.frozen import dataclass
from reconciler.model import RESERVED, Path, Position

_PLACE = re.compile(r"[0-9]{1,6}")
Layer = Literal["environment", "document", "base"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """One place that states a field. `written` is what stands there, references unresolved, secrets in clear too."""

    layer: Layer
    place: Position
    written: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """What a value refers to: `file`, `ref`, `env` or `secret`, and its name. `file` is the text's path, of `file`."""

    scheme: str
    name: str
    file: str | None = None

    @property
    def written(self) -> str:
        """As it stands in the document."""
        return f"${{{self.scheme}:{self.name}}}"


def trace(sources: Sources, file: str, path: Path, *, environment: str) -> tuple[Stated, ...]:
    """Every place that states the field of `path`, nearest first; the first one is what counts.

    Each is told at the depth of `path`, or at the nearest thing around it that stands there. The document in `file` and
    its bases are free of errors: what cannot be read has no part in it.
    """
    found = _document(sources, sources.yaml(file), path, environment)
    return tuple({each.place: each for each in found}.values())  # two bases may stand on one


def reference_of(stated: Stated) -> Reference | None:
    """The reference that stands in a place, or None for a value that is written out."""
    found = reference_in(stated.written)
    if found is None:
        return None
    scheme, name = found
    file = inside(name, named_by=stated.place.file) if scheme == "file" else None
    return Reference(scheme=scheme, name=name, file=file)


def path_in(values: Sequence[Json], dotted: str) -> Path | None:
    """A dotted path (`tools.0.description`) as steps into the first of `values` that has it; None where none has.

    Names may hold dots themselves; the longest name that is there is taken.
    """
    for value in values:
        found = _walked(value, dotted.split("."))
        if found is not None:
            return found
    return None


def _document(sources: Sources, parsed: Parsed, path: Path, environment: str) -> Iterator[Stated]:
    settings = read_settings(parsed, key=None, fields=frozenset(), environment=environment)
    if settings.overlay is not None:
        yield from _own(parsed, settings.overlay, path, "environment")
    yield from _own(parsed, (), path, "document")
    yield from _bases(sources, parsed, settings.extends, path)


def _bases(sources: Sources, parsed: Parsed, extends: Sequence[str], path: Path) -> Iterator[Stated]:
    """A later base wins over an earlier one, and each over those that it stands on."""
    for name in reversed(extends):
        base = sources.yaml(inside(name, named_by=parsed.file))
        yield from _own(base, (), path, "base")
        settings = read_settings(base, key=None, fields=frozenset(), environment="")
        yield from _bases(sources, base, settings.extends, path)


def _own(parsed: Parsed, root: Path, path: Path, layer: Layer) -> Iterator[Stated]:
    """What one file states of a field below `root`: the value at `path`, or what stands around it."""
    if path[0] == RESERVED or not at_path(parsed.value, (*root, path[0]))[0]:
        return
    depths = ((*root, *path[:length]) for length in range(len(path), 0, -1))
    nearest = next(each for each in depths if each in parsed.places)
    _, written = at_path(parsed.value, nearest)
    yield Stated(layer=layer, place=parsed.places[nearest], written=written)


def _walked(value: Json, steps: Sequence[str]) -> Path | None:
    if not steps:
        return ()
    if isinstance(value, Mapping):
        for length in range(len(steps), 0, -1):
            name = ".".join(steps[:length])
            rest = _walked(value[name], steps[length:]) if name in value else None
            if rest is not None:
                return (name, *rest)
    elif is_list(value) and _PLACE.fullmatch(steps[0]):
        at = int(steps[0])
        rest = _walked(value[at], steps[1:]) if at < len(value) else None
        return None if rest is None else (at, *rest)
    return None
