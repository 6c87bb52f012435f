"""The JSON Schema of `reconciler.yaml`: what an editor completes, and the one list of the names that may stand there.

It ships as `schemas/project.json`; a test keeps that file and this value the same. What a schema cannot say
(two environments in one state, a password in an address) is judged by `settings.py` alone. Pure data.
"""

from __future__ import annotations

from typing import Any

ENVIRONMENT_NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
VARIABLE_NAME = "[A-Za-z_][A-Za-z0-9_]*"
_ID = {"type": ["integer", "string"]}
_FOLDER = {"type": "string", "pattern": r"\S"}
_SHARE = {
    "description": "A share of what is managed: 30%, 0.3, or off.",
    "anyOf": [
        {"const": "off"},
        {"type": "string", "pattern": r"^(\d{1,2}(\.\d+)?|100(\.0+)?)\s*%$"},
        {"type": "number", "minimum": 0, "maximum": 100},
    ],
}
LIMITS: dict[str, Any] = {
    "description": "Above these, a plan is refused until a flag says that it is meant.",
    "type": ["object", "null"],
    "additionalProperties": False,
    "properties": {
        "delete": _SHARE,
        "update": _SHARE,
        "unassigned": {
            "description": "Whether a number may be left with nobody to answer it.",
            "enum": ["allow", "refuse"],
        },
    },
}
LONGEST_SETTLE = 3600
LONGEST_TIMEOUT = 600
TIMEOUTS: dict[str, Any] = {
    "description": "Seconds to a connection, and to an answer.",
    "type": ["object", "null"],
    "additionalProperties": False,
    "properties": {
        each: {"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_TIMEOUT} for each in ("connect", "read")
    },
}
ENVIRONMENT: dict[str, Any] = {
    "type": ["object", "null"],
    "additionalProperties": False,
    "properties": {
        "api": {"description": "The API's address, or sandbox: for the built-in one.", **_FOLDER},
        "state": {
            "description": "A folder, or postgres://, s3://, az:// or gs://. No password: that is RECONCILER_STATE's.",
            **_FOLDER,
        },
        "catalog": {
            "description": "Tables of ids for ${ref:table.name}, or the path of a file of them.",
            "type": ["string", "object"],
            "additionalProperties": {"type": "object", "additionalProperties": _ID},
        },
        "limits": LIMITS,
        "timeouts": TIMEOUTS,
        "settle": {
            "description": "Seconds that the server may take over a create it did not answer.",
            "type": ["number", "null"],
            "minimum": 0,
            "maximum": LONGEST_SETTLE,
        },
        "variables": {
            "description": "Values for ${env:NAME}, where the process's own environment has none. No secrets.",
            "type": ["object", "null"],
            "propertyNames": {"pattern": f"^{VARIABLE_NAME}$"},
            "additionalProperties": {"type": ["string", "number", "boolean"]},
        },
    },
}
PROJECT: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "reconciler.yaml",
    "description": "The project file of reconciler.",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "assistants": {"description": "The folder of the documents.", "default": "assistants", **_FOLDER},
        "schemas": {"description": "The folder of the project's own schemas.", **_FOLDER},
        "environments": {
            "description": "One for each account; their names choose with -e.",
            "type": ["object", "null"],
            "propertyNames": {"pattern": f"^{ENVIRONMENT_NAME}$"},
            "additionalProperties": ENVIRONMENT,
        },
    },
}
