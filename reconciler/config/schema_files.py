"""Where the schema set is: the project's own folder where it stands, else the one that ships with the program.

Edge: reads the disk and the package's resources.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.canonical import Json
from reconciler.errors import Diagnostic, SchemaError, error
from reconciler.lookups.lists import Lookup, read_lists
from reconciler.schemas import OPTIONAL_FILES, REQUIRED_FILES, SchemaSet

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

LOOKUPS = "lookups.json"
SIZE_LIMIT = 8 * 1024 * 1024


def find_schemas(root: Path, folder: str = "schemas") -> SchemaSet:
    """The set in `root/folder` if at least one of its files stands there, else the packaged set.

    Raises SchemaError with every file that is missing, unreadable or not JSON, at its line and column.
    """
    own = root / folder
    if any(_file(own, role).is_file() for role in (*REQUIRED_FILES, *OPTIONAL_FILES)):
        return read_schemas(own, where=folder)
    return read_schemas(packaged_schemas(), where="the packaged schemas")


def read_schemas(folder: Traversable, *, where: str) -> SchemaSet:
    """The set in one folder; `where` is the folder's name in messages. Raises SchemaError."""
    found: dict[str, Json] = {}
    problems: list[Diagnostic] = []
    for role in (*REQUIRED_FILES, *OPTIONAL_FILES):
        file = _file(folder, role)
        if not (file.is_file() or file.is_dir()):
            continue  # from_files says which of the missing ones are missed
        try:
            found[role] = read_json(file, f"{where}/{file.name}")
        except SchemaError as problem:
            problems.extend(problem.diagnostics)
    if problems:
        raise SchemaError.of(problems)
    return SchemaSet.from_files(found, where=where)


def find_lookups(own: Path, schemas: SchemaSet) -> tuple[Lookup, ...]:
    """The look-up lists of the schemas in `own`, else those that ship, as far as the schemas know their fields.

    Raises SchemaError for a file that is none.
    """
    file: Traversable = own / LOOKUPS
    where = f"{own.name}/{LOOKUPS}"
    if not file.is_file():
        file, where = packaged_schemas() / LOOKUPS, f"the packaged {LOOKUPS}"
    return read_lists(read_json(file, where), schemas, where=where)


def packaged_schemas() -> Traversable:
    """The folder that ships: `reconciler/_schemas` in a wheel, `schemas/` beside the package in a source checkout."""
    package = Path(__file__).parent.parent
    for folder in (package / "_schemas", package.parent / "schemas"):
        if folder.is_dir():
            return folder
    from importlib import resources  # an archive; where there is none, asking costs as much as importing click

    return resources.files("reconciler") / "_schemas"


def _file(folder: Traversable, role: str) -> Traversable:
    return folder / f"{role}.schema.json"


def read_json(file: Traversable, where: str) -> Json:
    """The JSON value of one file of a set, which messages call `where`. Raises SchemaError for what is none."""
    try:
        if not file.is_file() and isinstance(file, Path) and file.exists():
            raise _unreadable(where, "it is a folder, a pipe or a device")  # opening one may never end
        with file.open("rb") as opened:
            content = opened.read(SIZE_LIMIT + 1)
    except OSError as problem:
        raise _unreadable(where, problem.strerror or type(problem).__name__) from None
    if len(content) > SIZE_LIMIT:
        raise _unreadable(where, "it is larger than 8 MiB")
    try:
        parsed: Json = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_refuse)
    except json.JSONDecodeError as problem:
        raise _unreadable(where, f"it is not JSON: {problem.msg}", problem.lineno, problem.colno) from None
    except UnicodeDecodeError:
        raise _unreadable(where, "it is not UTF-8") from None
    except ValueError as problem:
        raise _unreadable(where, str(problem)) from None
    except RecursionError:
        raise _unreadable(where, "it is nested too deeply") from None
    return parsed


def _unique(pairs: list[tuple[str, Any]]) -> Mapping[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"it has the key {json.dumps(twice)} twice in one object")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"it is not JSON: {constant} is no JSON number")


def _unreadable(where: str, why: str, line: int | None = None, column: int | None = None) -> SchemaError:
    return SchemaError(
        error(
            "schema-unreadable",
            f"the schema cannot be read: {why}",
            "Write the set anew with `reconciler schema generate`, or take it from Git; it is not edited by hand.",
            file=where,
            line=line,
            column=column,
        )
    )
