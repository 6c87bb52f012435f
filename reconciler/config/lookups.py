"""`lookups.json`, beside the schemas: the API's routes that no page of the resource describes.

    {"account": {"path": "/user/me", "identity": ["email"]}}

Edge: reads the disk and the package's resources.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reconciler.accounts import AccountRoute
from reconciler.config.project import Project
from reconciler.config.schema_files import packaged_schemas
from reconciler.errors import SchemaError, error

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

LOOKUPS = "lookups.json"


def account_route(project: Project) -> AccountRoute | None:
    """Where the API says whose key it is given, from the project's own file or the one that ships; None for nowhere.

    Raises SchemaError for a file that is something else.
    """
    own = project.root / project.schema_folder / LOOKUPS
    stored = _read(own if own.is_file() else packaged_schemas() / LOOKUPS)
    found = stored.get("account")
    if found is None:
        return None
    path, identity = (found.get(each) if isinstance(found, Mapping) else None for each in ("path", "identity"))
    named = isinstance(identity, list) and identity and all(isinstance(each, str) for each in identity)
    if not isinstance(path, str) or not path.startswith("/") or not named:
        raise _unreadable('`account` must be {"path": "/...", "identity": [names of fields]}')
    return AccountRoute(path=path, identity=tuple(identity or ()))


def _read(file: Traversable) -> Mapping[str, Any]:
    try:
        stored = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        raise _unreadable("it is not JSON, or cannot be read") from None
    if not isinstance(stored, Mapping):
        raise _unreadable("it is not a JSON object")
    return stored


def _unreadable(why: str) -> SchemaError:
    then = "Correct it, or take it from Git."
    return SchemaError(error("schema-unreadable", f"the look-up routes cannot be read: {why}", then, file=LOOKUPS))
