"""What a file of the schema set may say: whatever passes can be used, and whatever cannot is told at its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema_specifications import REGISTRY

from reconciler.canonical import exact_digest
from reconciler.validation import Validator
from reconciler.vocabulary import DEEPEST, DRAFT, why_no_vocabulary
from tests.support.frontdesk import frontdesk

HALF = "\ud83d"
"""Half of an emoji, which a program that cuts texts by length leaves behind: it has no UTF-8 form."""


def inside(schema: Any, levels: int) -> Any:
    """The schema, so many items deep."""
    for _ in range(levels):
        schema = {"items": schema}
    return schema


GOOD: list[tuple[str, dict[str, Any]]] = [
    ("nothing at all", {}),
    ("a field with everything", {"type": ["number", "null"], "minimum": 0, "maximum": 1.5, "default": 0.7}),
    ("whether anything is allowed", {"additionalProperties": False, "items": True}),
    ("names that look alike", {"required": ["title", "Title"]}),
    ("a pattern", {"patternProperties": {"(^|_)(token|secret)$": {"x-secret": True}}, "pattern": r"^\+\d{1,14}$"}),
    ("alternatives", {"anyOf": [{"const": "off"}, {"type": "object", "x-variants": {"wait": {"type": "object"}}}]}),
    ("its draft", {"$schema": DRAFT}),
    ("where a field applies", {"x-applies": {"engine": ["classic", "realtime"]}, "x-exclusive": {"direction": "make"}}),
    ("an annotation that means nothing here", {"x-colour": {"badge": [1, None, "teal"]}}),
    ("as deep as may be", inside({"type": "string"}, DEEPEST)),
]


@pytest.mark.parametrize("schema", [row[1] for row in GOOD], ids=[row[0] for row in GOOD])
def test_what_means_something_here_passes(schema: dict[str, Any]) -> None:
    """So does a keyword that means nothing to any validator."""
    assert why_no_vocabulary(schema) is None


BAD: list[tuple[Any, str]] = [
    ("assistant", "the file is no schema"),
    ({"properties": {"title": 5}}, "properties: title is no schema"),
    ({"properties": ["title"]}, "properties is no object"),
    ({"properties": {HALF: {}}}, "properties holds text"),
    ({"allOf": {"required": ["title"]}}, "allOf is no list of schemas"),
    ({"anyOf": []}, "anyOf is no list of schemas"),
    ({"allOf": [True, None]}, "allOf is no schema"),
    ({"if": {"properties": {"mode": {"enum": []}}}}, "if: properties: mode: enum has a value"),
    ({"items": [{"type": "string"}]}, "items is no schema"),
    ({"properties": {"line": {"$ref": "https://elsewhere.example/line"}}}, "properties: line: $ref: references"),
    ({"$dynamicAnchor": "line"}, "$dynamicAnchor: references"),
    ({"dependentSchemas": {"line": {"pattern": "(a+)+$"}}}, "dependentSchemas: a keyword"),
    ({"multipleOf": 0}, "multipleOf: a keyword"),
    ({"type": "text"}, "type has a value"),
    ({"type": []}, "type has a value"),
    ({"type": ["string", "string"]}, "type has a value"),
    ({"type": None}, "type has a value"),
    ({"required": "title"}, "required has a value"),
    ({"required": ["title", 5]}, "required has a value"),
    ({"required": [HALF]}, "required has a value"),
    ({"maximum": True}, "maximum has a value"),
    ({"maximum": "1200"}, "maximum has a value"),
    ({"maximum": float("inf")}, "maximum has a value"),
    ({"maximum": 10**400}, "maximum has a value"),
    ({"maxLength": -1}, "maxLength has a value"),
    ({"maxLength": 2**53}, "maxLength has a value"),
    ({"maxLength": True}, "maxLength has a value"),
    ({"maxLength": 60.0}, "maxLength has a value"),
    ({"x-secret": "yes"}, "x-secret has a value"),
    ({"description": HALF}, "description has a value"),
    ({"description": ["two", "lines"]}, "description has a value"),
    ({"$schema": "http://json-schema.org/draft-07/schema#"}, "$schema has a value"),
    ({"enum": "off"}, "enum has a value"),
    ({"enum": ["off", {"sound": HALF}]}, "enum has a value"),
    ({"enum": [{HALF: "off"}]}, "enum has a value"),
    ({"enum": [float("inf")]}, "enum has a value"),
    ({"x-applies": ["classic"]}, "x-applies has a value"),
    ({"x-applies": {"engine": "classic"}}, "x-applies has a value"),
    ({"x-applies": {HALF: ["classic"]}}, "x-applies has a value"),
    ({"x-exclusive": "receive"}, "x-exclusive has a value"),
    ({"x-endpoint": {"path": HALF}}, "x-endpoint has a value"),
    ({"default": float("inf")}, "default holds what JSON has no form for"),
    ({"default": [HALF]}, "default holds what JSON has no form for"),
    ({HALF: 5}, "holds what JSON has no form for"),
    ({"x-colour": inside("teal", DEEPEST)}, "x-colour holds"),
    (inside({}, DEEPEST + 1), "nested too deeply"),
]
PATTERNS = {
    "no expression": "(",
    "no text": 5,
    "half a letter": HALF,
    "too long": "a" * 501,
    "a repetition of a repetition": "(a+)+$",
    "the end, in Python's words": r"\Z",
    "a comment": "(?#door)a",
    "a flag": "(?i)token",
    "a look ahead": "(?=token)",
    "a set within a set": "[[a]",
    "a range without a beginning": "a{,3}",
    "a group that is named again": r"(a)\1",
}


@pytest.mark.parametrize(("schema", "told"), BAD, ids=[row[1] for row in BAD])
def test_what_cannot_be_used_is_told_with_the_way_to_it(schema: Any, told: str) -> None:
    """Once, before any rule is asked for."""
    found = why_no_vocabulary(schema)
    assert found is not None
    assert told in found


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_a_pattern_must_mean_one_thing_and_end(pattern: Any) -> None:
    """Both validators read it, and neither may run for ever."""
    assert why_no_vocabulary({"pattern": pattern}) == "pattern has a value that it cannot have"
    if isinstance(pattern, str):
        assert why_no_vocabulary({"patternProperties": {pattern: {}}}) == (
            "patternProperties: a pattern that cannot be used"
        )


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 70)
    | st.sampled_from([10**400, float("inf"), 0.5, 1e300])
    | st.sampled_from(["", "title", "string", "integer", "timezone", HALF])
    | st.text(r"ab1\dwZ.|[]{}()?*+^$-,:&~", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["title", "a", HALF]), inner, max_size=3)
    ),
    max_leaves=6,
)
STANDARD = sorted(name for uri in REGISTRY for name in REGISTRY.contents(uri).get("properties", {}))
"""Every keyword that a draft of JSON Schema has."""
SCHEMAS = st.recursive(
    st.dictionaries(st.sampled_from(STANDARD), VALUES, max_size=3),
    lambda inner: st.dictionaries(
        st.sampled_from(STANDARD),
        VALUES | inner | st.lists(inner, max_size=2) | st.dictionaries(st.text("ab.*[", max_size=4), inner, max_size=2),
        max_size=3,
    ),
    max_leaves=4,
)


@settings(deadline=None)
@given(schema=SCHEMAS)
def test_whatever_passes_can_be_used(schema: dict[str, Any]) -> None:
    """Both validators take it and come to an end, and it has a digest."""
    if why_no_vocabulary(schema) is None:
        exact_digest(schema)
        for content in ({"title": "Reception", "a": [1, "b"]}, {}):
            Validator(schema).violations(content)


def test_a_generated_set_passes() -> None:
    """Every file of it."""
    for each in (frontdesk().assistant, frontdesk().create, frontdesk().update):
        assert why_no_vocabulary(json.loads(json.dumps(each))) is None
