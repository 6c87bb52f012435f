"""The one key of a document that is ours: how an assistant is managed, never what it is. Pure, stdlib."""

from __future__ import annotations

from typing import Any

_NAMES: dict[str, Any] = {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True}

RESERVED: dict[str, Any] = {
    "type": "object",
    "description": "How this assistant is managed. Never sent to the API.",
    "additionalProperties": False,
    "properties": {
        "extends": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "description": "Documents under this one, relative to this file; later ones win, and the document wins.",
        },
        "id": {"type": "integer", "minimum": 1, "description": "Adopt the existing assistant with this id."},
        "moved_from": {"type": "string", "minLength": 1, "description": "The key that this document had before."},
        "unmanaged": {**_NAMES, "description": "Fields that are never sent and never compared."},
        "seed": {**_NAMES, "description": "Fields that are sent at creation only."},
        "protect": {"type": "boolean", "default": False, "description": "Refuse every plan that deletes it."},
        "environments": {
            "type": "object",
            "additionalProperties": {"type": "object"},
            "description": "Fields that differ in one environment, by its name.",
        },
    },
    "x-reserved": True,
}
