"""What a file of the schema set may say: the keywords that mean something here, and the shape of their values. Pure.

A set stands in the project, so a stranger's pull request may edit it. What is wrong in it is said once, at its place
in the file, instead of failing wherever a rule is asked for first; and nothing in it may make a check run for ever.
Keywords that mean nothing here pass. Core: stdlib only.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping

from reconciler.canonical import Json

DEEPEST = 64
"""Levels of one file; a set that was generated has a dozen."""
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_TYPES = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
_LONGEST_PATTERN = 500
_RUNAWAY = re.compile(r"[+*}]\)*[+*{]")
"""A repetition of a repetition: the time that it takes can double with every character."""
_DIALECT = re.compile(r"\(\?(?!:)|\\(?![dDwWsS]|[^0-9A-Za-z_])|\{(?![0-9])|\[[^\]]*(?:\[|--|&&|\|\||~~)")
"""What Python's expressions and ECMA's do not both know, or read as two things."""


def why_no_vocabulary(schema: Json) -> str | None:
    """The first thing in a schema that is not as `schema generate` writes it, with the way to it; None where all is."""
    return next(_faults(schema, "the file", 0), None)


def _faults(schema: Json, way: str, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        yield "it is nested too deeply"
    elif isinstance(schema, Mapping):
        for keyword, value in schema.items():
            yield from _fault(keyword, value, way, depth + 1)
    elif not isinstance(schema, bool):
        yield f"{way} is no schema"


def _fault(keyword: str, value: Json, way: str, depth: int) -> Iterator[str]:
    here = f"{way}: {keyword}" if way != "the file" else keyword
    if keyword in _REFERRING:
        yield f"{here}: references are not followed"
    elif keyword in _UNUSED:
        yield f"{here}: a keyword that no page leads to"
    elif keyword in _NAMED:
        yield from _named(keyword, value, here, depth)
    elif keyword in _LISTED:
        if not isinstance(value, list) or not value:
            yield f"{here} is no list of schemas"
        else:
            for each in value:
                yield from _faults(each, here, depth + 1)
    elif keyword in _ONE:
        yield from _faults(value, here, depth)
    elif keyword in _SHAPES:
        if not _SHAPES[keyword](value):
            yield f"{here} has a value that it cannot have"
    elif not _is_json(value, depth) or not _is_text(keyword):
        yield f"{here} holds what JSON has no form for"


def _named(keyword: str, value: Json, here: str, depth: int) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{here} is no object"
    else:
        for name, each in value.items():
            if keyword == "patternProperties" and not _is_pattern(name):
                yield f"{here}: a pattern that cannot be used"
            elif not _is_text(name):
                yield f"{here} holds text that is none"
            yield from _faults(each, f"{here}: {name}", depth + 1)


def _is_text(value: Json) -> bool:
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_json(value: Json, depth: int) -> bool:
    """Whether every text in a value has a UTF-8 form, and every number a finite one: 1e999 is read as infinity."""
    if depth > DEEPEST:
        return False
    if isinstance(value, Mapping):
        return all(_is_text(name) and _is_json(each, depth + 1) for name, each in value.items())
    if isinstance(value, list):
        return all(_is_json(each, depth + 1) for each in value)
    if isinstance(value, str):
        return _is_text(value)
    return value is None or isinstance(value, bool) or _is_number(value)


def _is_flag(value: Json) -> bool:
    return isinstance(value, bool)


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53


def _are_names(value: Json) -> bool:
    return isinstance(value, list) and all(_is_text(each) for each in value) and len({*map(str, value)}) == len(value)


def _is_type(value: Json) -> bool:
    names = [value] if isinstance(value, str) else value
    return _are_names(names) and bool(names) and set(map(str, names or ())) <= _TYPES  # type: ignore[arg-type]


def _is_choice(value: Json) -> bool:
    return isinstance(value, list) and bool(value) and _is_json(value, 0)


def _is_pattern(value: Json) -> bool:
    if not isinstance(value, str) or not _is_text(value) or len(value) > _LONGEST_PATTERN:
        return False
    if _RUNAWAY.search(value) or _DIALECT.search(value):
        return False
    try:
        re.compile(value)
    except re.error:
        return False
    return True


def _are_conditions(value: Json) -> bool:
    """`{"field": [value, ...]}`."""
    fields = isinstance(value, Mapping) and all(_is_text(name) for name in value)
    return fields and isinstance(value, Mapping) and all(_is_choice(each) for each in value.values())


def _is_object(value: Json) -> bool:
    return isinstance(value, Mapping) and _is_json(value, 0)


_REFERRING = frozenset({"$anchor", "$dynamicAnchor", "$dynamicRef", "$id", "$recursiveAnchor", "$recursiveRef", "$ref"})
_UNUSED = frozenset(
    {
        *("$comment", "$vocabulary", "contentEncoding", "contentMediaType", "contentSchema", "definitions"),
        *("dependencies", "dependentRequired", "dependentSchemas", "deprecated", "examples", "maxContains"),
        *("minContains", "multipleOf", "readOnly", "unevaluatedItems", "unevaluatedProperties", "writeOnly"),
    }
)
"""Keywords of JSON Schema that a validator would follow, or refuse the whole schema for."""
_NAMED = frozenset({"properties", "patternProperties", "x-variants", "$defs"})
_LISTED = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_ONE = frozenset({"additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then"})
_SHAPES: Mapping[str, Callable[[Json], bool]] = {
    **dict.fromkeys(("uniqueItems", "x-placeholders", "x-reserved", "x-secret", "x-unordered"), _is_flag),
    **dict.fromkeys(("maximum", "minimum", "exclusiveMaximum", "exclusiveMinimum"), _is_number),
    **dict.fromkeys(("maxItems", "minItems", "maxLength", "minLength", "maxProperties", "minProperties"), _is_count),
    **dict.fromkeys(("description", "format", "title", "x-name", "x-section"), _is_text),
    **dict.fromkeys(("required", "x-reset-by"), _are_names),
    **dict.fromkeys(("x-exclusive", "x-source", "x-endpoint"), _is_object),
    "$schema": lambda value: value == DRAFT,
    "enum": _is_choice,
    "pattern": _is_pattern,
    "type": _is_type,
    "x-applies": _are_conditions,
}
