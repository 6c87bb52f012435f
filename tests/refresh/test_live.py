"""A row of the list in desired's form: what is read is not what is written, and reads like it all the same."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.live import as_desired, live_assistant, observed, sealed
from reconciler.model import Live
from reconciler.schemas import SchemaSet
from reconciler.secrecy import secret_reference
from tests.support.frontdesk import frontdesk, frontdesk_files

NUMBER, WHOLE, FLAG = {"type": "number"}, {"type": "integer"}, {"type": "boolean"}
NULLABLE = {"type": ["integer", "null"]}
IDS = {"type": "array", "items": {"type": "integer"}}
ACTIONS = {"type": "array", "items": {"type": "object", "properties": {"type": {"type": "string"}, "wait": WHOLE}}}
FACTS = {"type": "object", "additionalProperties": {"type": "string"}}

EITHER = {"type": ["array", "object"], "items": WHOLE}
COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}}

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
    ("text for false", "0", FLAG, False),
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
    ("a number as text where it may be null", "7", NULLABLE, 7),
    ("text of digits where text may stand", "7", {"type": ["integer", "string"]}, "7"),
    ("null where a list may be null", None, {"type": ["array", "null"]}, None),
    ("a list where an object is due", ["Monday"], FACTS, ["Monday"]),
    ("an empty list where an object may stand too", [], EITHER, []),
    ("an object whose keys are numbers", {"0": "Monday"}, FACTS, {"0": "Monday"}),
    ("the same where a list may stand too", {"0": 3}, EITHER, {"0": 3}),
    ("a key that is no place in a list", {"3125550142": 3}, IDS, {"3125550142": 3}),
    ("a list of whatever", ["3"], {"type": "array"}, ["3"]),
    (
        "nested fields of whatever",
        [{"type": "wait", "data": {"wait": "7"}}],
        {"type": "array"},
        [{"type": "wait", "wait": "7"}],
    ),
    ("numbers as text inside an object", {"rings": "3"}, COUNTS, {"rings": 3}),
    ("an object of whatever", {"rings": "3"}, {"type": "object", "additionalProperties": True}, {"rings": "3"}),
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


def shown(**columns: Any) -> Live:
    found = live_assistant({"id": 5, **columns}, frontdesk())
    assert found is not None
    return found


def test_a_row_gives_the_fields_that_it_shows() -> None:
    """Unknown columns are left out, and a field that is not shown is absent, not null."""
    found = shown(title="Desk", pitch="1.40", hums="1", uuid="a7b3", status="inactive", updated_at="2026-11-03")
    assert found.content == {"title": "Desk", "pitch": 1.4, "hums": True}
    assert found.places == {"pitch": 2}
    assert (found.id, found.name, found.status, found.updated_at) == (5, "Desk", "inactive", "2026-11-03")


def test_the_platforms_own_columns_are_text_or_nothing() -> None:
    """A number, where a text is due, is nothing that anybody could read."""
    found = shown(created_at="2026-10-01 08:30:00", updated_at=1762160000)
    assert (found.name, found.status, found.created_at, found.updated_at) == ("", None, "2026-10-01 08:30:00", None)


@pytest.mark.parametrize(
    ("columns", "since"),
    [
        ({"check_blocked_at": "2026-11-02"}, "2026-11-02"),
        ({"billing_blocked_at": None, "check_blocked_at": "2026-11-02"}, "2026-11-02"),
        ({"check_blocked_at": None}, None),
        ({"blocked_at_night": "2026-11-02"}, None),
    ],
)
def test_a_column_says_since_when_the_platform_keeps_it_silent(columns: dict[str, Any], since: str | None) -> None:
    """Whatever check it was; an empty column says nothing."""
    assert shown(**columns).blocked_at == since


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


def fingerprint(name: str, value: str) -> str:
    return f"hmac-sha256:desk:{sha256(f'{name}={value}'.encode()).hexdigest()}"


def reference(name: str, value: str) -> dict[str, Any]:
    return secret_reference(name, fingerprint(name, value))


def with_secrets() -> SchemaSet:
    """The brand, with a field that is secret as a whole."""
    return SchemaSet.from_files(frontdesk_files(calendar_key={"type": "string", "x-clear": "", "x-secret": True}))


HOOK = {"type": "book", "address": "https://lakeview.example/book", "authorization": "Bearer 5f2c"}
SENT_HOOK = {**HOOK, "authorization": reference("BOOKING", "Bearer 5f2c")}
END = {"type": "end_call"}
SEALED: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("where it was sent", {"actions": [END, HOOK]}, {"actions": [END, SENT_HOOK]}, {"actions": [END, SENT_HOOK]}),
    (
        "changed in the portal",
        {"actions": [{**HOOK, "authorization": "Bearer new"}]},
        {"actions": [SENT_HOOK]},
        {"actions": [{**HOOK, "authorization": reference("BOOKING", "Bearer new")}]},
    ),
    (
        "a number in its place",
        {"facts": {"pin": 4711}},
        {"facts": {"pin": reference("PIN", "0")}},
        {"facts": {"pin": reference("PIN", "4711")}},
    ),
    ("gone", {"facts": {"pin": None}}, {"facts": {"pin": reference("PIN", "0")}}, {"facts": {"pin": None}}),
    ("a tool was put before it", {"actions": [END, HOOK]}, {"actions": [SENT_HOOK]}, {"actions": [END, SENT_HOOK]}),
    (
        "under another name",
        {"facts": {"door": "Bearer 5f2c"}},
        {"facts": {"pin": reference("BOOKING", "Bearer 5f2c")}},
        {"facts": {"door": reference("BOOKING", "Bearer 5f2c")}},
    ),
    (
        "nobody could fingerprint it",
        {"facts": {"door": "7", "pin": "Bearer 5f2c"}},
        {"facts": {"pin": secret_reference("BOOKING", None)}},
        {"facts": {"door": "7", "pin": reference("BOOKING", "Bearer 5f2c")}},
    ),
    (
        "never sent, and marked",
        {"calendar_key": "cal_9", "actions": [{"type": "book", "api_key": "k9", "more": [{"token": None}]}]},
        {},
        {
            "calendar_key": secret_reference("", None),
            "actions": [{"type": "book", "api_key": secret_reference("", None), "more": [{"token": None}]}],
        },
    ),
    ("never sent, and not marked", {"facts": {"door": "7"}}, {}, {"facts": {"door": "7"}}),
    ("text where a list was sent", {"greeting": "Hello"}, {"greeting": ["Hello"]}, {"greeting": "Hello"}),
    ("a list where text was sent", {"actions": [END]}, {"actions": "none"}, {"actions": [END]}),
]


@pytest.mark.parametrize(("live", "sent", "wanted"), [row[1:] for row in SEALED], ids=[row[0] for row in SEALED])
def test_a_secret_is_a_reference(live: dict[str, Any], sent: dict[str, Any], wanted: dict[str, Any]) -> None:
    """The API shows it in clear; where it was sent it has its name, wherever it stands in the field now."""
    assert sealed(Live(id=5, content=live), sent, with_secrets(), fingerprint).content == wanted


def test_what_is_compared_is_sealed_and_spelled_as_sent() -> None:
    """A default that the platform filled in beside a secret is no difference, and the secret is none either."""
    live = shown(actions=[{"type": "book", "data": {**HOOK, "type": "book", "retries": 3}}])
    assert observed(live, {"actions": [SENT_HOOK]}, frontdesk(), fingerprint).content == {"actions": [SENT_HOOK]}
