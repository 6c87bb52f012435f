"""Places and paths inside documents: how they are told, and what stands at them. Core: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.canonical import SCALARS, Json, is_list
from reconciler.model import Path, Position
from reconciler.secrecy import secret_name


def at(place: Position, *, key: str | None = None, path: Path = ()) -> dict[str, str | int | None]:
    """The arguments of a diagnostic that say where."""
    field = dotted(path) or None
    return {"file": place.file, "line": place.line, "column": place.column, "key": key, "field": field}


def texts_in(value: Json, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text of a value with its path, secrets aside."""
    if isinstance(value, str):
        yield path, value
    elif type(value) not in SCALARS and secret_name(value) is None:
        steps = value.items() if isinstance(value, Mapping) else enumerate(value) if is_list(value) else ()
        for step, each in steps:
            yield from texts_in(each, (*path, step))


def holds(value: Mapping[str, Json] | Sequence[Json], mark: str) -> bool:
    """Whether some text inside a value holds `mark`: to ask this first takes a tenth of what `texts_in` does."""
    for each in value.values() if isinstance(value, Mapping) else value:
        if isinstance(each, str):
            if mark in each:
                return True
        elif type(each) not in SCALARS and isinstance(each, Mapping | Sequence) and holds(each, mark):
            return True
    return False


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
        if not is_list(value):
            return False, None
        if not isinstance(step, int) or step >= len(value):
            return False, None
        value = value[step]
    return True, value
