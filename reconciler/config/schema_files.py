"""Where the schema set is: the project's own folder where it stands, else the one that ships with the program.

Edge: reads the disk and the package's resources.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.canonical import Json
from reconciler.errors import Diagnostic, SchemaError, error
from reconciler.schemas import OPTIONAL_FILES, REQUIRED_FILES, SchemaSet

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SIZE_LIMIT = 8 * 1024 * 1024
_ANEW = "Write the set anew with `reconciler schema generate`, or take it from Git; it is not edited by hand."


def find_schemas(root: Path, folder: str = "schemas") -> SchemaSet:
    """The set in `root/folder` if at least one of its files stands there, else the packaged set.

    Raises SchemaError with every file that is missing, unreadable or not JSON, at its line and column.
    """
    own = root / folder
    if any(_stands(_file(own, role)) for role in (*REQUIRED_FILES, *OPTIONAL_FILES)):
        return read_schemas(own, where=folder)
    return read_schemas(packaged_schemas(), where="the packaged schemas")


def read_schemas(folder: Traversable, *, where: str) -> SchemaSet:
    """The set in one folder; `where` is the folder's name in messages. Raises SchemaError."""
    found: dict[str, Json] = {}
    problems: list[Diagnostic] = []
    for role in (*REQUIRED_FILES, *OPTIONAL_FILES):
        file = _file(folder, role)
        if not _stands(file):
            continue  # from_files says which of the missing ones are missed
        try:
            found[role] = read_json(file, f"{where}/{file.name}")
        except SchemaError as problem:
            problems.extend(problem.diagnostics)
    if problems:
        raise SchemaError.of(problems)
    return SchemaSet.from_files(found, where=where)


def packaged_schemas() -> Traversable:
    """The folder that ships: `reconciler/_schemas` in a wheel, `schemas/` beside the package in a source checkout."""
    package = Path(__file__).parent.parent
    for folder in (package / "_schemas", package.parent / "schemas"):
        if folder.is_dir():
            return folder
    from importlib import resources  # an archive; where there is none, asking costs as much as importing click

    return resources.files("reconciler") / "_schemas"


def _stands(file: Traversable) -> bool:
    """Whether anything stands at a file's place: a pipe or a link that leads nowhere is no missing file."""
    return os.path.lexists(file) if isinstance(file, Path) else file.is_file()


def _file(folder: Traversable, role: str) -> Traversable:
    return folder / f"{role}.schema.json"


def read_json(file: Traversable, where: str, *, then: str = _ANEW) -> Json:
    """The JSON value of one file of a set, which messages call `where`. Raises SchemaError, with what to do `then`."""
    line = column = None
    try:
        parsed: Json = json.loads(_content(file).decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_refuse)
        return parsed
    except OSError as problem:
        why = problem.strerror or type(problem).__name__
    except json.JSONDecodeError as problem:
        why, line, column = f"it is not JSON: {problem.msg}", problem.lineno, problem.colno
    except UnicodeDecodeError:
        why = "it is not UTF-8"
    except ValueError as problem:
        why = str(problem)
    except RecursionError:
        why = "it is nested too deeply"
    told = f"the file cannot be read: {why}"
    raise SchemaError(error("schema-unreadable", told, then, file=where, line=line, column=column))


def _content(file: Traversable) -> bytes:
    if not file.is_file() and isinstance(file, Path) and file.exists():
        raise ValueError("it is a folder, a pipe or a device")  # opening one may never end
    with file.open("rb") as opened:
        content = opened.read(SIZE_LIMIT + 1)
    if len(content) > SIZE_LIMIT:
        raise ValueError("it is larger than 8 MiB")
    return content


def _unique(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"it has the key {json.dumps(twice)} twice in one object")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"it is not JSON: {constant} is no JSON number")
