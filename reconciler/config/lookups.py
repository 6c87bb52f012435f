"""`lookups.json`, beside the schemas: the API's routes that no page of the resource describes.

    {"account": {"path": "/user/me", "identity": ["email"]}, "lookups": {"voices": {"path": ...}}}

Edge: reads the disk and the package's resources.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from reconciler.accounts import AccountRoute
from reconciler.config.project import Project
from reconciler.config.schema_files import packaged_schemas, read_json
from reconciler.errors import SchemaError, error
from reconciler.lookups.lists import Lookup, read_lists

LOOKUPS = "lookups.json"
_CORRECT = "Correct it, take it from Git, or take the file that ships with reconciler as an example."


def find_lookups(project: Project) -> tuple[Lookup, ...]:
    """The look-up lists, as far as the schemas know their fields. Raises SchemaError for a file that is none."""
    stated, where = _read(project)
    return read_lists(stated, project.schemas, where=where)


def account_route(project: Project) -> AccountRoute | None:
    """Where the API says whose key it is given; None for nowhere. Raises SchemaError for a file of another shape."""
    stated, where = _read(project)
    found = stated.get("account")
    if found is None:
        return None
    path, identity = (found.get(each) if isinstance(found, Mapping) else None for each in ("path", "identity"))
    named = isinstance(identity, list) and identity and all(isinstance(each, str) for each in identity)
    if not isinstance(path, str) or not path.startswith("/") or not named:
        raise _invalid('`account` must be {"path": "/...", "identity": [names of fields]}', where)
    return AccountRoute(path=path, identity=tuple(identity or ()))


def _read(project: Project) -> tuple[Mapping[str, Any], str]:
    """The project's own file where anything stands at its place, else the one that ships; and its name in messages."""
    own = project.root / project.schema_folder / LOOKUPS
    if os.path.lexists(own):
        where = f"{project.schema_folder}/{LOOKUPS}"
        stated = read_json(own, where, then=_CORRECT)
    else:
        where = f"the packaged {LOOKUPS}"
        stated = read_json(packaged_schemas() / LOOKUPS, where)
    if not isinstance(stated, Mapping):
        raise _invalid("it is not a JSON object", where)
    return stated, where


def _invalid(why: str, where: str) -> SchemaError:
    return SchemaError(error("lookups-invalid", f"the look-up routes cannot be read: {why}", _CORRECT, file=where))
