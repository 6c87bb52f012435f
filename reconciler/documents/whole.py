"""A YAML text as libyaml reads it: its events drive our loop, and its errors are said in our words. Core: pure."""

from __future__ import annotations

import yaml

from reconciler.documents.characters import Readable
from reconciler.documents.reading import Enough, Reading
from reconciler.documents.strict_yaml import Parsed
from reconciler.documents.syntax import explain, unfinished_merge
from reconciler.errors import error


def read_whole(source: Readable, *, file: str) -> Parsed:
    """The values, where they stand, and all that is wrong with them."""
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
