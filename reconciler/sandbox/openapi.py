"""The schema set as an OpenAPI 3.1 document: what this API is, for tools that know nothing of this program. Pure.

Two of them hold the sandbox and the client to it: schemathesis asks the sandbox whatever the document allows, and
Prism answers the client from the document alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.canonical import Json
from reconciler.sandbox.catalogue import catalogue
from reconciler.schemas import Endpoint, SchemaSet

_OWN = "x-"
_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1, "maximum": 10**15}}
_TEXT = {"type": "string", "minLength": 1}
_REFUSALS = {
    "400": "The body is no JSON object",
    "401": "The key is missing or wrong",
    "404": "There is no such resource",
    "422": "The body breaks a rule",
}


def openapi(schemas: SchemaSet, *, base: str) -> dict[str, Any]:
    """The document of a brand's API at `base`: the routes, bodies and answers that its schemas know."""
    paths: dict[str, dict[str, Any]] = {}
    for role, where in schemas.endpoints.items():
        paths.setdefault(where.path, {})[where.method.lower()] = _operation(role, where, schemas)
    for path, lookup in catalogue().lookups.items():
        content = _json("What there is", {}, lookup.answer({}))
        answers = {"200": content, "401": _json(_REFUSALS["401"], _told())}
        paths.setdefault(path, {})["get"] = {"operationId": path.removeprefix("/"), "responses": answers}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Assistants", "version": schemas.digest.removeprefix("sha256:")[:12]},
        "servers": [{"url": base}],
        "security": [{"key": []}],
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "paths": paths,
    }


def _operation(role: str, where: Endpoint, schemas: SchemaSet) -> dict[str, Any]:
    bodies: Mapping[str, Mapping[str, Any]] = {"create": schemas.create, "update": schemas.update}
    answers = {"create": ("201", _written(schemas)), "list": ("200", _page(schemas))}
    status, answer = answers.get(role, ("200", _written(schemas) if role == "update" else _told()))
    refused = {status: _json(why, _told()) for status, why in _REFUSALS.items()}
    told: dict[str, Any] = {
        "operationId": role,
        "parameters": [*([_ID] if "{id}" in where.path else []), *(_query(schemas) if role == "list" else [])],
        "responses": {status: _json("It is done", answer), **refused},
    }
    if role in bodies:
        told["requestBody"] = {"required": True, **_content(_plain(bodies[role]))}
    return told


def _query(schemas: SchemaSet) -> list[dict[str, Any]]:
    stated: Mapping[str, Any] = (schemas.list_ or {}).get("x-query", {})
    return [{"name": name, "in": "query", "schema": _plain(each)} for name, each in stated.items()]


def _written(schemas: SchemaSet) -> dict[str, Any]:
    """What a write answers with: words, and the row with its id."""
    row = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "minimum": 1}}}
    return {"type": "object", "required": ["message", "data"], "properties": {"message": _TEXT, "data": row}}


def _told() -> dict[str, Any]:
    return {"type": "object", "required": ["message"], "properties": {"message": _TEXT}}


def _page(schemas: SchemaSet) -> dict[str, Any]:
    """The paginator's envelope. Rows are described by what every reader needs: stored values may break write rules."""
    row = {
        "type": "object",
        "required": ["id", schemas.name_field],
        "properties": {"id": {"type": "integer", "minimum": 1}, schemas.name_field: {"type": "string"}},
    }
    counts = {name: {"type": "integer", "minimum": 0} for name in ("current_page", "last_page", "per_page", "total")}
    properties = {"data": {"type": "array", "items": row}, **counts}
    none = {"data": [], "current_page": 1, "last_page": 1, "per_page": 100, "total": 0}
    return {"type": "object", "required": sorted(properties), "properties": properties, "examples": [none]}


def _json(why: str, schema: Mapping[str, Any], example: Json = None) -> dict[str, Any]:
    return {"description": why, **_content(schema, example)}


def _content(schema: Mapping[str, Any], example: Json = None) -> dict[str, Any]:
    shown = {} if example is None else {"example": example}
    return {"content": {"application/json": {"schema": dict(schema), **shown}}}


def _plain(schema: Any) -> Any:
    """A schema without what only this program understands."""
    if isinstance(schema, Mapping):
        kept = {name: each for name, each in schema.items() if not name.startswith(_OWN) and name != "$schema"}
        return {name: _plain(each) for name, each in kept.items()}
    return [_plain(each) for each in schema] if isinstance(schema, list) else schema
