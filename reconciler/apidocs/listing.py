"""The schema of the list answer: how to page through it, and which keys a row is documented to have.

Rows are never validated against it (stored values may break the write rules); it says what can be observed.
Pure, stdlib.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from reconciler.apidocs.meaning import nested_meaning
from reconciler.apidocs.page import Page, PageField
from reconciler.canonical import Json

Schema = dict[str, Any]


def list_schema(page: Page) -> Schema:
    """Title, `x-endpoint`, `x-query` (the query's fields with limits and defaults) and the answer's properties."""
    rows = _rows(page)
    properties: Schema = {each.name: _readable(each) for each in page.of("response")}
    for name, schema in properties.items():
        if schema.get("type") == "array" and name in rows:
            schema["items"] = {"type": "object", "properties": rows[name]}
    return {
        "title": page.title,
        "description": page.description,
        "type": "object",
        "properties": properties,
        "x-endpoint": {"method": page.method, "path": page.path},
        "x-query": {each.name: _query(each) for each in page.of("query")},
    }


def _query(field: PageField) -> Schema:
    meaning = nested_meaning(field)
    given = {"minimum": meaning.low, "maximum": meaning.high, "default": meaning.default}
    return _of_type(field.type) | {name: value for name, value in given.items() if value is not None}


def _readable(field: PageField) -> Schema:
    found = _of_type(field.type)
    if field.description:
        found["description"] = "\n".join(field.description)
    return found


def _of_type(kind: str) -> Schema:
    if kind.endswith("[]"):
        return {"type": "array", "items": _of_type(kind[:-2])}
    return {"type": kind} if kind else {}


def _rows(page: Page) -> dict[str, Schema]:
    """Per array of the answer, the documented keys of its rows: described ones first, else as the sample shows."""
    found: dict[str, Schema] = {}
    sample = _sample(page)
    for field in page.of("response"):
        if field.type != "array":
            continue
        shown = sample.get(field.name)
        rows = [each for each in shown if isinstance(each, dict)] if isinstance(shown, list) else []
        if field.fields:
            found[field.name] = {each.name: _readable(each) for each in field.fields}
        elif rows:
            found[field.name] = {name: _typed(row[name] for row in rows if name in row) for row in rows for name in row}
    return found


def _sample(page: Page) -> dict[str, Json]:
    """The sample answer: the first sample that is an object and has the answer's arrays."""
    arrays = {each.name for each in page.of("response") if each.type == "array"}
    for text in page.samples:
        found = re.search(r"\{.*\}", text, re.DOTALL)
        try:
            shown = json.loads(found[0]) if found else None
        except (ValueError, RecursionError):
            continue
        if isinstance(shown, dict) and arrays <= set(shown):
            return shown
    return {}


def _typed(values: Iterable[Json]) -> Schema:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    kinds = {names[type(each)] for each in values if type(each) in names}
    return {"type": kinds.pop()} if len(kinds) == 1 else {}
