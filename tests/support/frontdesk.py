"""A small invented brand with names of its own: what runs on it knows no vendor's field by heart."""

from __future__ import annotations

from functools import cache
from typing import Any

from reconciler.schemas import SchemaSet

PROPERTIES: dict[str, dict[str, Any]] = {
    "title": {"type": "string", "maxLength": 60, "x-section": "Identity"},
    "direction": {"type": "string", "enum": ["receive", "make"], "x-section": "Routing"},
    "engine": {"type": "string", "enum": ["classic", "realtime"], "x-section": "Engine"},
    "greeting": {"type": "string", "maxLength": 200, "x-section": "Opening"},
    "instructions": {"type": "string", "x-section": "Prompt"},
    "zone": {"type": "string", "format": "timezone", "x-section": "Routing"},
    "brain_id": {
        "type": "integer",
        "x-applies": {"engine": ["classic"]},
        "x-reset-by": ["engine"],
        "x-section": "Engine",
    },
    "speech_model_id": {
        "type": "integer",
        "x-applies": {"engine": ["realtime"]},
        "x-reset-by": ["engine"],
        "x-section": "Engine",
    },
    "ear_id": {
        "type": ["integer", "null"],
        "x-clear": None,
        "x-applies": {"engine": ["classic"]},
        "x-reset-by": ["engine"],
        "x-section": "Engine",
    },
    "mouth_id": {"type": ["integer", "null"], "x-clear": None, "x-reset-by": ["engine"], "x-section": "Voice"},
    "line_id": {
        "type": ["integer", "null"],
        "x-clear": None,
        "x-exclusive": {"direction": "receive"},
        "x-section": "Phone number",
    },
    "label_ids": {
        "type": "array",
        "items": {"type": "integer"},
        "x-clear": [],
        "x-unordered": True,
        "x-section": "Labels",
    },
    "actions": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"type": "string"}},
            "patternProperties": {"(^|_)(api_key|token|secret|password)$": {"x-secret": True}},
        },
        "x-clear": [],
        "x-section": "Built-in tools",
    },
    "pitch": {
        "type": "number",
        "minimum": 0.5,
        "maximum": 2,
        "default": 1.0,
        "x-clear": 1.0,
        "x-section": "Voice",
    },
    "hums": {
        "type": "boolean",
        "default": False,
        "x-clear": False,
        "x-applies": {"engine": ["classic"]},
        "x-section": "Call behavior",
    },
    "backdrop": {"type": "string", "enum": ["off", "office", "cafe"], "x-clear": "off", "x-section": "Sound"},
    "facts": {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "x-clear": {},
        "x-placeholders": True,
        "x-section": "Variables",
    },
    "report_url": {"type": ["string", "null"], "format": "uri", "x-clear": None, "x-section": "Webhook"},
    "report_on": {"type": "boolean", "default": False, "x-clear": False, "x-section": "Webhook"},
    "wait_minutes": {
        "type": ["integer", "null"],
        "minimum": 1,
        "maximum": 1440,
        "default": 30,
        "x-clear": None,
        "x-section": "Timing",
    },
    "tuning_level": {"type": "integer", "minimum": 0, "maximum": 9, "x-section": "Timing"},
}
ONLY_AT_CREATION = {"opened_in": {"type": "integer", "minimum": 1990, "x-section": "Identity"}}
REQUIRED = ["title", "direction", "engine", "greeting", "instructions", "zone"]
SOURCE = {"api": "https://desk.example/api", "pages": []}


def _when(engine: str, then: dict[str, Any], told: str) -> dict[str, Any]:
    return {
        "description": told,
        "if": {"properties": {"engine": {"const": engine}}, "required": ["engine"]},
        "then": then,
    }


LIMITS = [
    _when("realtime", {"properties": {"tuning_level": {"maximum": 5}}}, "engine realtime is tuned up to 5"),
    _when("realtime", {"properties": {"hums": {"enum": [False]}}}, "`hums` exists only where `engine` is classic"),
    _when("realtime", {"properties": {"ear_id": {"enum": [None]}}}, "`ear_id` exists only where `engine` is classic"),
    _when("realtime", {"properties": {"brain_id": {"enum": [None]}}}, "`brain_id` exists only with engine classic"),
    _when(
        "classic",
        {"properties": {"speech_model_id": {"enum": [None]}}},
        "`speech_model_id` exists only with engine realtime",
    ),
    {
        "description": "`report_on` needs an address",
        "if": {"properties": {"report_on": {"const": True}}, "required": ["report_on"]},
        "then": {"properties": {"report_url": {"type": "string"}}},
    },
]
NEEDS = [
    _when("classic", {"required": ["brain_id"]}, "engine classic needs `brain_id`"),
    _when("realtime", {"required": ["speech_model_id"]}, "engine realtime needs `speech_model_id`"),
    {
        "description": "`report_on` needs `report_url`",
        "if": {"properties": {"report_on": {"const": True}}, "required": ["report_on"]},
        "then": {"required": ["report_url"]},
    },
]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    stated = schema["type"]
    return schema if isinstance(stated, str) else {**schema, "type": next(each for each in stated if each != "null")}


@cache
def frontdesk() -> SchemaSet:
    """The brand's schema set, list and delete routes included."""
    return SchemaSet.from_files(frontdesk_files())


def frontdesk_files(**more: dict[str, Any]) -> dict[str, Any]:
    """What the brand's schema files say; `more` are further fields of it."""
    fields = PROPERTIES | more
    closed = {"type": "object", "additionalProperties": False}
    return {
        "assistant": {
            **closed,
            "properties": {**fields, **ONLY_AT_CREATION, "reconciler": {"type": "object", "x-reserved": True}},
            "required": REQUIRED,
            "allOf": [*NEEDS, *LIMITS],
            "x-name": "title",
            "x-source": SOURCE,
        },
        "create": {
            **closed,
            "properties": {name: _without_null(each) for name, each in (fields | ONLY_AT_CREATION).items()},
            "required": REQUIRED,
            "allOf": [*NEEDS, *LIMITS],
            "x-endpoint": {"method": "POST", "path": "/agent"},
            "x-name": "title",
            "x-source": SOURCE,
        },
        "update": {
            **closed,
            "properties": fields,
            "allOf": LIMITS,
            "x-endpoint": {"method": "PUT", "path": "/agent/{id}"},
            "x-name": "title",
            "x-source": SOURCE,
        },
        "list": {"x-endpoint": {"method": "GET", "path": "/agents/all"}},
        "delete": {"x-endpoint": {"method": "DELETE", "path": "/agent/{id}"}},
    }
