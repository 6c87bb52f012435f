"""What stands inside a schema: the part that speaks of one step into a value, its types, what it marks. Core: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reconciler.canonical import Json


def stated_types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The JSON types that a schema asks for, null among them; empty where it says none."""
    stated = schema.get("type", ())
    return (stated,) if isinstance(stated, str) else tuple(stated)


def marked(annotation: str, schema: Json) -> bool:
    """Whether an annotation is set anywhere inside a schema."""
    if isinstance(schema, Mapping):
        return bool(schema.get(annotation)) or any(marked(annotation, each) for each in schema.values())
    return isinstance(schema, list) and any(marked(annotation, each) for each in schema)


def hidden_names(schema: Mapping[str, Any], names: set[str]) -> bool:
    """Add the patterns of the names of keys that a schema marks as secret; False where it marks what has no name."""
    keys = [(f"^{re.escape(name)}$", each) for name, each in schema.get("properties", {}).items()]
    keys += schema.get("patternProperties", {}).items()
    below = [(name, each) for name, each in keys if isinstance(each, Mapping)]
    names.update(name for name, each in below if each.get("x-secret"))
    nameless = [each for each in (schema.get("items"), schema.get("additionalProperties")) if isinstance(each, Mapping)]
    if any(each.get("x-secret") for each in nameless):
        return False
    return all(hidden_names(each, names) for each in (*(each for _, each in below), *nameless))


def descend(schema: Mapping[str, Any], step: str | int) -> Mapping[str, Any]:
    """The sub-schema that speaks of one step, through properties, patternProperties, additionalProperties and items."""
    if isinstance(step, int):
        items = schema.get("items")
        return items if isinstance(items, Mapping) else {}
    named = schema.get("properties", {}).get(step)
    if isinstance(named, Mapping):
        return named
    for pattern, each in schema.get("patternProperties", {}).items():
        if re.search(pattern, step):
            return each if isinstance(each, Mapping) else {}
    rest = schema.get("additionalProperties")
    return rest if isinstance(rest, Mapping) else {}
