"""Where a field's value is written down: which file, at which path in it, and whether it is a text file's. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from reconciler.canonical import Json
from reconciler.documents.files import Sources, inside
from reconciler.documents.places import at_path
from reconciler.documents.references import reference_in
from reconciler.frozen import dataclass
from reconciler.model import RESERVED, Desired, Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """`raw` is what stands at `path` of `file`, references as they are written; `text` the file that it names."""

    file: str
    path: Path
    raw: Json
    text: str | None = None

    @property
    def is_overlay(self) -> bool:
        """Whether one environment alone reads it."""
        return len(self.path) > 1


def layer_of(document: Desired, field: str, sources: Sources) -> Layer | None:
    """The layer that a document's field comes from; None where no file says it."""
    place = document.positions.get((field,))
    if place is None:
        return None
    parsed = sources.yaml(place.file)
    found = (path for path, there in parsed.places.items() if there == place and _holds(path, field))
    path = next(found, None)
    if path is None:
        return None
    _, raw = at_path(parsed.value, path)
    return Layer(file=place.file, path=path, raw=raw, text=_text_file(raw, place.file))


def _holds(path: Path, field: str) -> bool:
    """Whether a path leads to a field of a document, or of one environment's overlay."""
    overlaid = path[:2] == (RESERVED, "environments") and len(path) == 4
    return path[-1:] == (field,) and (len(path) == 1 or overlaid)


def overlays_of(document: Desired, sources: Sources) -> Mapping[str, Collection[str]]:
    """The fields that a document's own file says for single environments, by environment."""
    _, stated = at_path(sources.yaml(document.file).value, (RESERVED, "environments"))
    found = stated if isinstance(stated, Mapping) else {}
    return {name: each for name, each in found.items() if isinstance(each, Mapping)}


def sharers(document: Desired, field: str, layer: Layer, others: Iterable[Desired], sources: Sources) -> list[str]:
    """The keys of the other documents whose content would change with this layer's."""
    place = document.positions.get((field,))
    found = []
    for each in others:
        if each.key == document.key:
            continue
        same_text = layer.text is not None and any(
            value == document.content.get(field) and _names_text(each, name, layer.text, sources)
            for name, value in each.content.items()
        )
        if same_text or (layer.text is None and each.positions.get((field,)) == place):
            found.append(each.key)
    return sorted(found)


def scheme_of(raw: Json) -> str | None:
    """The kind of a reference (`file`, `env`, ...), or None for a value that is none."""
    found = reference_in(raw)
    return None if found is None else found[0]


def _names_text(document: Desired, field: str, text: str, sources: Sources) -> bool:
    layer = layer_of(document, field, sources)
    return layer is not None and layer.text == text


def _text_file(raw: Json, named_by: str) -> str | None:
    found = reference_in(raw)
    return inside(found[1], named_by=named_by) if found is not None and found[0] == "file" else None
