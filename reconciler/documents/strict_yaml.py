"""YAML as a spelling of JSON: one mapping a file, with the place of every value, and every error in it.

Plain files are read by lines (`plain`). Of all others, and wherever a place is asked for, libyaml's events drive a
loop with its own stack (`reading`); its composer recurses in C and takes the process down on a file of brackets.
Refused: duplicate and non-text keys, merge keys, tags, several documents, aliases into themselves or beyond a bound,
depth, size. An error of structure does not end the reading, a syntax error does. Core: pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.canonical import Json, is_list
from reconciler.documents.characters import Readable, readable
from reconciler.documents.late import late_positions
from reconciler.documents.plain import plain_mapping
from reconciler.errors import Diagnostic
from reconciler.frozen import dataclass
from reconciler.model import Path, Position


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """A file as values. `value` is None where there is no mapping to go on with; `diagnostics` are errors only.

    `places` has the position of every value, `names` of every key, both by the value's path. What an alias brought
    in has the place of the alias at its top and the places of the anchored text below. Where a file was read without
    them, both are found when somebody asks.
    """

    file: str
    value: Mapping[str, Json] | None
    places: Mapping[Path, Position]
    names: Mapping[Path, Position]
    diagnostics: tuple[Diagnostic, ...]


def parse_yaml(content: bytes, *, file: str) -> Parsed:
    """Read one file. Never raises for bad input: whatever is wrong with it is in `diagnostics`."""
    source, problems = readable(content, file=file)
    if source is None:
        return Parsed(file=file, value=None, places={}, names={}, diagnostics=tuple(problems))
    value = None if source.disguised else plain_mapping(source.text)
    if value is None:
        return _whole(source, file)
    places, names = late_positions(source.text, file=file, read=_positions)
    return Parsed(file=file, value=value, places=places, names=names, diagnostics=())


def _positions(text: str, file: str) -> tuple[Mapping[Path, Position], Mapping[Path, Position]]:
    """The places and names of a text that was read without them."""
    whole = _whole(Readable(text=text), file)
    if whole.value is None:  # there is no libyaml to say it: the values are true all the same
        begun = dict.fromkeys(_paths(plain_mapping(text), ()), Position(file, 1, 1))
        return begun, begun
    return whole.places, whole.names


def _paths(value: Json, path: Path) -> Iterator[Path]:
    yield path
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _paths(each, (*path, name))
    elif is_list(value):
        for index, each in enumerate(value):
            yield from _paths(each, (*path, index))


def _whole(source: Readable, file: str) -> Parsed:
    from reconciler.documents.whole import read_whole  # with PyYAML, which a project of plain documents does not need

    return read_whole(source, file=file)
