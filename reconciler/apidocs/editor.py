"""The schema that editors use: of one file as it is written, where the document schema is of what comes out at the end.

A file may be a base, may leave fields to its bases and its environments, and may hold a reference wherever a value
stands. Made from the document schema alone, so whatever is said of a field there is said here. Pure, stdlib.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from reconciler.apidocs.properties import Schema

SCHEMES = ("env", "file", "ref", "secret")
REFERENCE: Schema = {
    "title": "A reference",
    "type": "string",
    "pattern": rf"^\s*\$\{{({'|'.join(SCHEMES)}):[^{{}}\n]+\}}\s*$",
}
"""A description here would be shown in place of the field's; without a title the field would lose its own."""
_TOLD = ("description", "default")
"""What is said of a value whether it stands there or is referred to: an editor looks for it beside the name."""
_NAMED = ("properties", "patternProperties")
_NESTED = ("items", "additionalProperties")


def editor_schema(assistant: Schema) -> Schema:
    """The schema of a file, from the schema of documents."""
    fields = {name: each for name, each in assistant["properties"].items() if not each.get("x-reserved")}
    reserved = {name: _reserved(each, fields) for name, each in assistant["properties"].items() if name not in fields}
    rules = [kept for each in assistant.get("allOf", ()) if (kept := _rule(each))]
    return {
        "$schema": assistant["$schema"],
        "title": assistant["title"],
        "description": "One file: a document, or a base of documents.",
        "type": "object",
        "additionalProperties": False,
        "properties": {**{name: _referable(each) for name, each in fields.items()}, **reserved},
        **({"allOf": rules} if rules else {}),
        "$defs": {"reference": REFERENCE},
    }


def _referable(schema: Mapping[str, Any]) -> Schema:
    """A schema of a value that may be a reference instead."""
    loose = _loose(schema)
    told = {name: loose.pop(name) for name in _TOLD if name in loose}
    if not loose or loose == {"type": "string"}:
        return {**told, **loose}
    return {**told, "anyOf": [loose, {"$ref": "#/$defs/reference"}]}


def _loose(schema: Mapping[str, Any]) -> Schema:
    """A schema whose value is no reference, and may have references in it. Annotations are for the program alone."""
    loose = {name: each for name, each in schema.items() if not name.startswith("x-")}
    for keyword in _NAMED:
        if keyword in loose:
            loose[keyword] = {name: _referable(each) for name, each in loose[keyword].items()}
    for keyword in _NESTED:
        if keyword in loose:
            loose[keyword] = _referable(loose[keyword])
    if "allOf" in loose:
        loose["allOf"] = [{**each, "then": _loose(each["then"])} for each in loose["allOf"]]
    return loose


def _rule(rule: Mapping[str, Any]) -> Schema | None:
    """A rule between fields that stand in one file; None for one that asks for a field, which may stand elsewhere."""
    then = {name: each for name, each in _loose(rule["then"]).items() if name != "required"}
    return {**rule, "then": then} if then else None


def _reserved(schema: Mapping[str, Any], fields: Mapping[str, Any]) -> Schema:
    """The reserved key with the names of the fields where it takes such, and the fields again for each environment.

    It may be left empty. Nothing in it is a reference but what an environment says of a field.
    """
    name = {"enum": sorted(fields)}
    overlay = {
        "type": "object",
        "description": "The fields that are others in this environment.",
        "additionalProperties": False,
        "properties": {each: {"$ref": f"#/properties/{_pointed(each)}"} for each in fields},
    }
    settings = dict(schema["properties"])
    settings |= {each: {**settings[each], "items": name} for each in ("unmanaged", "seed")}
    settings["environments"] = {**settings["environments"], "additionalProperties": overlay}
    kept = {keyword: each for keyword, each in schema.items() if not keyword.startswith("x-")}
    return {**kept, "type": ["object", "null"], "properties": settings}


def _pointed(name: str) -> str:
    """A name as a step of a JSON Pointer in an address: a page may call a field whatever it likes."""
    return quote(name.replace("~", "~0").replace("/", "~1"), safe="~")
