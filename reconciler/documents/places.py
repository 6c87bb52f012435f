"""How places and paths inside documents are told. Core: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.canonical import Json
from reconciler.model import Path, Position


def at(place: Position, *, key: str | None = None, path: Path = ()) -> dict[str, str | int | None]:
    """The arguments of a diagnostic that say where."""
    field = dotted(path) or None
    return {"file": place.file, "line": place.line, "column": place.column, "key": key, "field": field}


def dotted(path: Path) -> str:
    """A path as the API's own errors write it: `tools.0.description`."""
    return ".".join(str(step) for step in path)


def pointer(path: Path) -> str:
    """A path as a JSON pointer (RFC 6901): `/tools/0/description`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def at_path(value: Json, path: Path) -> tuple[bool, Json]:
    """Whether something stands at a path inside a value, and what."""
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str) and step in value:
            value = value[step]
            continue
        if not isinstance(value, Sequence) or isinstance(value, str):
            return False, None
        if not isinstance(step, int) or step >= len(value):
            return False, None
        value = value[step]
    return True, value
