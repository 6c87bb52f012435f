"""What counts as a difference between two schema sets."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.apidocs.structure import differences, structure
from tests.apidocs.pages import REPOSITORY

UPDATE: dict[str, Any] = json.loads((REPOSITORY / "schemas" / "update.schema.json").read_text("utf-8"))


def test_words_are_left_out_and_fields_of_that_name_are_not() -> None:
    """A field may be called `title` or `description`; only the keywords are words."""
    schema = {
        "title": "Words",
        "properties": {
            "title": {"type": "string", "description": "words", "x-section": "words"},
            "description": {"properties": {"title": {"type": "integer"}}},
        },
    }
    assert structure(schema) == {
        "properties": {"title": {"type": "string"}, "description": {"properties": {"title": {"type": "integer"}}}}
    }


@given(st.permutations(UPDATE["allOf"]), st.permutations(list(UPDATE["properties"])))
def test_the_order_of_rules_and_properties_is_no_difference(rules: list[Any], names: list[str]) -> None:
    """Pages may tell the same things in another order."""
    properties = {name: UPDATE["properties"][name] for name in names}
    mine, theirs = ({**UPDATE, "required": each} for each in (names, list(UPDATE["properties"])))
    assert differences({"u": theirs}, {"u": {**mine, "allOf": rules, "properties": properties}}) == []


@given(st.integers(0, len(UPDATE["allOf"]) - 1))
def test_a_rule_that_only_one_set_has_is_named_by_its_side(left_out: int) -> None:
    """Each side's own rules are listed as they are, the common ones are not."""
    rules = structure(UPDATE)["allOf"]  # type: ignore[index, call-overload]
    fewer = {**UPDATE, "allOf": [each for index, each in enumerate(rules) if index != left_out]}
    shown = json.dumps(rules[left_out], ensure_ascii=False)[:200]  # type: ignore[index]
    for sides, side in (((UPDATE, fewer), "old"), ((fewer, UPDATE), "new")):
        (told,) = differences({"u": sides[0]}, {"u": sides[1]}, names=("old", "new"))
        assert told.startswith(f"u#/allOf: only in {side}, {shown}")


def test_the_order_of_values_is_a_difference_and_numbers_are_compared_as_written() -> None:
    """An enum's order is the page's; 1 and 1.0 are written differently, true is never 1."""
    assert differences({"u": {"enum": ["a", "b"]}}, {"u": {"enum": ["b", "a"]}})
    assert differences({"u": {"default": True}}, {"u": {"default": 1}})
    assert differences({"u": {}}, {}) == ["u: only in left"]


def test_words_inside_of_lists_rules_and_parts_are_left_out_too() -> None:
    """Rules hold schemas, and so do the entries of a list; what is called so inside of `properties` is a field."""
    schema = {
        "items": {"description": "words", "type": "string"},
        "allOf": [{"description": "words", "then": {"properties": {"title": {"title": "words", "const": "Desk"}}}}],
    }
    assert structure(schema) == {
        "items": {"type": "string"},
        "allOf": [{"then": {"properties": {"title": {"const": "Desk"}}}}],
    }


@pytest.mark.parametrize(
    ("left", "right", "told"),
    [
        (
            {"default": {"town": "Leiria"}},
            {"default": "Leiria"},
            '/default: {"town": "Leiria"} in old, "Leiria" in new',
        ),
        (
            {"default": "Leiria"},
            {"default": {"town": "Leiria"}},
            '/default: "Leiria" in old, {"town": "Leiria"} in new',
        ),
        ({"allOf": [{"minProperties": 2}]}, {"allOf": True}, '/allOf: [{"minProperties": 2}] in old, true in new'),
        ({}, {"default": "Praça"}, '/default: only in new, "Praça"'),
        ({"default": "Praça"}, {}, '/default: only in old, "Praça"'),
    ],
)
def test_a_difference_shows_both_sides_as_they_are(left: dict[str, Any], right: dict[str, Any], told: str) -> None:
    """Whatever kind of value stands where another kind stood."""
    assert differences({"u": left}, {"u": right}, names=("old", "new")) == [f"u#{told}"]


def test_the_order_of_a_rules_own_keywords_is_no_difference() -> None:
    """A rule is told by what it says."""
    rule = {"if": {"required": ["mode"]}, "then": {"required": ["voice_id"]}}
    turned = dict(reversed(rule.items()))
    assert differences({"u": {"allOf": [rule]}}, {"u": {"allOf": [turned]}}) == []


def test_words_count_where_that_is_asked_for() -> None:
    """File by file, with the pointer to each; a file that one set lacks is named either way."""
    left: dict[str, Any] = {"a": {"description": "Rings", "type": "string"}, "b": {"title": "Desk"}}
    right: dict[str, Any] = {"c": {}, "b": {"title": "Front desk"}, "a": {"description": "Calls", "type": "string"}}
    assert differences(left, right, words=True, names=("old", "new")) == [
        'a#/description: "Rings" in old, "Calls" in new',
        'b#/title: "Desk" in old, "Front desk" in new',
        "c: only in new",
    ]
    assert differences(right, left, names=("old", "new")) == ["c: only in old"]


def test_a_mark_in_a_place_of_a_list_is_compared_as_it_is() -> None:
    """Somebody may have written `required: true` by hand, as older drafts had it: that is a difference and no crash."""
    listed, marked = ({"properties": {"title": {"required": each}}} for each in (["city"], True))
    assert differences({"u": marked}, {"u": marked}) == []
    assert differences({"u": listed}, {"u": marked}, names=("pages", "schemas")) == [
        'u#/properties/title/required: ["city"] in pages, true in schemas'
    ]


@pytest.mark.parametrize("length", [1, 237, 238, 239, 400])
def test_a_value_is_shown_as_it_is_written_where_it_fits(length: int) -> None:
    """A long one is cut and marked as cut: a line stays a line."""
    value = "ü" * length
    (told,) = differences({"u": {"default": value}}, {"u": {}})
    shown = told.removeprefix("u#/default: only in left, ")
    assert shown == f'"{value}"' if length <= 238 else shown == f'"{value[:236]}...'
