"""`make mutants OF=ROOM`: change the code of a room in every small way, and list the changes that no test notices.

Run by the Python that has mutmut, from the root: `.mutmut/bin/python -P tests/mutants.py ROOM [PATTERN ...]`. Patterns
are names of mutants ("reconciler.live.x_as_sent*"): with them, a later run in the same `mutants/` tries only those.
What holds for every room stands in pyproject.toml.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """Files whose code is changed, and the tests that should notice."""

    code: list[str]
    tests: list[str]


# what starts processes, or kills one at each of its calls, is too slow to be asked a thousand times
_QUICK = ["-k", "not killed and not processes and not sweeps"]
_COMMON_OF_STATE = ["entryfiles", "files", "folderlock", "holders", "homes", "meta", "places", "transfer"]
ROOMS = {
    "planning": Room(code=["reconciler/planning/*"], tests=["tests/planning"]),
    "apidocs": Room(code=["reconciler/apidocs/*"], tests=["tests/apidocs"]),
    "live": Room(
        code=["reconciler/live.py", "reconciler/spelling.py"],
        tests=["tests/refresh/test_live.py", "tests/refresh/test_spelling.py"],
    ),
    "state": Room(
        code=[f"reconciler/state/{each}.py" for each in _COMMON_OF_STATE],
        tests=[f"tests/state/test_{each}.py" for each in ("addresses", "file_store", "lock", "durability", "snapshot")]
        + _QUICK,
    ),
    "postgres": Room(code=["reconciler/state/postgres*"], tests=["tests/state/test_postgres_store.py"]),
    "objects": Room(
        code=["reconciler/state/object*"],
        tests=["tests/state/test_object_store.py", "tests/state/test_object_answers.py"],
    ),
}


def main(name: str, *patterns: str) -> None:
    """Mutate the room, run its tests against each mutant, and list those that survive."""
    from mutmut.__main__ import cli
    from mutmut.configuration import config

    room = ROOMS.get(name)
    if room is None:
        sys.exit(f"no room is called {name}; there are {', '.join(sorted(ROOMS))}")
    config().only_mutate = room.code
    config().pytest_add_cli_args_test_selection = room.tests
    cli.main(["run", *patterns], standalone_mode=False)
    cli.main(["results"], standalone_mode=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
