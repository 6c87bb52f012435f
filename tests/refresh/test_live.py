"""A row of the list in desired's form: what is read is not what is written, and reads like it all the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.live import as_desired, live_assistant
from tests.support.frontdesk import frontdesk

NUMBER, WHOLE, FLAG = {"type": "number"}, {"type": "integer"}, {"type": "boolean"}
NULLABLE = {"type": ["integer", "null"]}
IDS = {"type": "array", "items": {"type": "integer"}}
ACTIONS = {"type": "array", "items": {"type": "object", "properties": {"type": {"type": "string"}, "wait": WHOLE}}}
FACTS = {"type": "object", "additionalProperties": {"type": "string"}}

FORMS: list[tuple[str, Any, dict[str, Any], Any]] = [
    ("a decimal as text", "0.70", NUMBER, 0.7),
    ("a whole decimal as text", "1.00", NUMBER, 1),
    ("a negative one", "-0.25", NUMBER, -0.25),
    ("a number that is one", 0.35, NUMBER, 0.35),
    ("text that is no number stays", "fast", NUMBER, "fast"),
    ("a number that is too large stays", "9" * 400, NUMBER, "9" * 400),
    ("a whole number as text", "7", WHOLE, 7),
    ("a whole number as a decimal", 7.0, WHOLE, 7),
    ("a broken whole number stays", 7.5, WHOLE, 7.5),
    ("1 for true", 1, FLAG, True),
    ("0 for false", 0, FLAG, False),
    ("text for true", "1", FLAG, True),
    ("true for true", True, FLAG, True),
    ("another number is no flag", 2, FLAG, 2),
    ("null where it may be null", None, NULLABLE, None),
    ("null for an empty list", None, IDS, []),
    ("null for an empty object", None, FACTS, {}),
    ("null of a type without an empty value", None, WHOLE, None),
    ("[] for an empty object", [], FACTS, {}),
    ("an empty list", [], IDS, []),
    ("ids as text", ["3", 5], IDS, [3, 5]),
    ("nested fields", [{"type": "wait", "data": {"wait": "7"}}], ACTIONS, [{"type": "wait", "wait": 7}]),
    ("nothing nested", [{"type": "hang_up", "data": []}], ACTIONS, [{"type": "hang_up"}]),
    ("nothing nested, as null", [{"type": "hang_up", "data": None}], ACTIONS, [{"type": "hang_up"}]),
    ("flat already", [{"type": "wait", "wait": 7}], ACTIONS, [{"type": "wait", "wait": 7}]),
    ("nested text stays", [{"type": "wait", "data": "x"}], ACTIONS, [{"type": "wait", "data": "x"}]),
    ("text that looks like a number is text", "0.70", {"type": "string"}, "0.70"),
    ("a value that breaks the write rules", 1800, {"type": "integer", "maximum": 1200}, 1800),
    ("a value of another type", {"a": 1}, WHOLE, {"a": 1}),
    ("a list whose keys have gaps", {"0": 3, "10": 7, "2": 5}, IDS, [3, 5, 7]),
    ("{} for an empty list", {}, IDS, []),
    ("an object where a list is due", {"a": 1}, IDS, {"a": 1}),
    ("a large whole number as text", "9007199254740993", WHOLE, 9007199254740993),
    ("a number that JSON has none for", float("inf"), NUMBER, "inf"),
    ("the same inside an object", {"rate": float("inf")}, FACTS, {"rate": "inf"}),
]


@pytest.mark.parametrize(("value", "schema", "wanted"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS])
def test_a_read_value_becomes_the_written_one(value: Any, schema: dict[str, Any], wanted: Any) -> None:
    """By the schema's type alone; and doing it twice changes nothing."""
    found = as_desired(value, schema)
    assert (found, type(found)) == (wanted, type(wanted))
    assert as_desired(found, schema) == found


def test_a_tool_with_a_field_called_data_is_not_unpacked() -> None:
    """Where the schema has such a field, it is one."""
    schema = {"type": "array", "items": {"type": "object", "properties": {"type": {}, "data": {"type": "object"}}}}
    assert as_desired([{"type": "x", "data": {"a": 1}}], schema) == [{"type": "x", "data": {"a": 1}}]


def test_a_row_gives_the_fields_that_it_shows() -> None:
    """Unknown columns are left out, and a field that is not shown is absent, not null."""
    row = {"id": 5, "title": "Desk", "pitch": "1.40", "uuid": "a7b3", "status": "inactive", "updated_at": "2026-11-03"}
    found = live_assistant(row, frontdesk())
    assert found is not None
    assert found.content == {"title": "Desk", "pitch": 1.4}
    assert (found.id, found.name, found.status, found.updated_at) == (5, "Desk", "inactive", "2026-11-03")


@pytest.mark.parametrize(
    "row", [{"title": "x"}, {"id": True}, {"id": "5"}, {"id": 5, "deleted_at": "2026-11-03 09:00:00"}]
)
def test_a_row_that_is_no_assistant_gives_none(row: dict[str, Any]) -> None:
    """Without an integer id, or deleted."""
    assert live_assistant(row, frontdesk()) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*frontdesk().fields, "id", "deleted_at", "status"]), JSON))
def test_any_row_is_read_without_an_error(row: dict[str, Any]) -> None:
    """Stored values may be anything; a read is never judged."""
    found = live_assistant(row, frontdesk())
    if found is not None:
        again = live_assistant({**found.content, "id": found.id}, frontdesk())
        assert again is not None
        assert again.content == found.content
