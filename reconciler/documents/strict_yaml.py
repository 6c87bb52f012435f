"""YAML as a spelling of JSON: one mapping a file, with the place of every value, and every error in it.

libyaml's events drive a loop with its own stack (`reading`); its composer recurses in C and takes the process down on
a file of brackets. Refused: duplicate and non-text keys, merge keys, tags, several documents, aliases into themselves
or beyond a bound, depth, size. An error of structure does not end the reading, a syntax error does. Core: pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import yaml

from reconciler.canonical import Json
from reconciler.documents.characters import readable
from reconciler.documents.reading import Enough, Reading
from reconciler.documents.syntax import explain, unfinished_merge
from reconciler.errors import Diagnostic, error
from reconciler.model import Path, Position


@dataclass(frozen=True, kw_only=True, slots=True)
class Parsed:
    """A file as values. `value` is None where there is no mapping to go on with; `diagnostics` are errors only.

    `places` has the position of every value, `names` of every key, both by the value's path. What an alias brought
    in has the place of the alias at its top and the places of the anchored text below.
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
    reading = Reading(file=file, source=source)
    try:
        # imported here: a PyYAML built without libyaml has no such module, and the pure parser is ten times slower
        from yaml._yaml import CParser

        reading.take_all(CParser(source.text).get_event)
    except yaml.MarkedYAMLError as problem:
        reading.stop(unfinished_merge(source.text, file=file) or explain(problem, file=file))
    except Enough:
        reading.stop()
    except ImportError:
        then = "Install PyYAML from a wheel (`pip install --only-binary :all: pyyaml`)."
        reading.stop(error("yaml-no-libyaml", "the PyYAML that is installed lacks libyaml", then, file=file))
    return Parsed(
        file=file,
        value=reading.finish(),
        places=reading.places,
        names=reading.names,
        diagnostics=tuple(reading.problems),
    )
