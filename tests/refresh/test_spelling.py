"""A live value in the spelling in which it was sent: what the platform merely spells otherwise is no difference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.canonical import equal
from reconciler.live import as_sent, live_assistant
from reconciler.secrecy import secret_reference
from reconciler.spelling import Spelling, number_in
from tests.support.frontdesk import frontdesk

ACTIONS: dict[str, Any] = {"type": "array", "items": {"type": "object", "required": ["type"]}}
FACTS: dict[str, Any] = {"type": "object"}
KEYPAD = {"type": "collect_keypad", "timeout": 5}
TRANSFER = {"type": "transfer", "to": 7, "warm": True}
SECRET = secret_reference("BOOKING", None)

SAME: list[tuple[str, Any, Any, dict[str, Any]]] = [
    ("null for an empty text", None, "", {}),
    ("null for a blank text", None, " \n", {}),
    ("an empty text for null", "", None, {}),
    ("null for an empty list", None, [], {}),
    ("an empty list for an empty object", [], {}, {}),
    ("null for an empty text inside", {"town": None}, {"town": ""}, FACTS),
    ("a default that was not sent", [{**KEYPAD, "stop_key": "#"}], [KEYPAD], ACTIONS),
    ("an id as text", [{**TRANSFER, "to": "7"}], [TRANSFER], ACTIONS),
    ("a number for text of digits", [{**TRANSFER, "to": 7}], [{**TRANSFER, "to": "7"}], ACTIONS),
    ("1 for true", [{**TRANSFER, "warm": 1}], [TRANSFER], ACTIONS),
    ("text for true", [{**TRANSFER, "warm": "1"}], [TRANSFER], ACTIONS),
    ("0 for false", [{**TRANSFER, "warm": 0}], [{**TRANSFER, "warm": False}], ACTIONS),
    ("text for false", [{**TRANSFER, "warm": "0"}], [{**TRANSFER, "warm": False}], ACTIONS),
    ("null for an empty text in a list", ["Hello", None], ["Hello", ""], {"type": "array"}),
    ("a decimal as text", [{"type": "hold", "volume": "0.50"}], [{"type": "hold", "volume": 0.5}], ACTIONS),
    ("null for an empty text in an item", [{"type": "x", "say": None}], [{"type": "x", "say": ""}], ACTIONS),
    ("an empty key that is not shown", [{"type": "x"}], [{"type": "x", "say": None, "fields": []}], ACTIONS),
    (
        "defaults deep inside an item",
        [{"type": "x", "fields": [{"slug": "day", "required": 0, "options": []}]}],
        [{"type": "x", "fields": [{"slug": "day", "required": False}]}],
        ACTIONS,
    ),
]


@pytest.mark.parametrize(("shown", "sent", "schema"), [row[1:] for row in SAME], ids=[row[0] for row in SAME])
def test_what_the_platform_spells_otherwise_is_what_was_sent(shown: Any, sent: Any, schema: dict[str, Any]) -> None:
    """The very value that was sent comes back."""
    assert equal(Spelling(like=sent, schema=schema).of(shown), sent)


OTHER: list[tuple[str, Any, Any, dict[str, Any], Any]] = [
    ("a text that is gone", None, "Hello", {}, None),
    ("a number where none was", 0, None, {}, 0),
    ("false is not nothing", False, None, {}, False),
    (
        "another value of a key",
        [{**KEYPAD, "timeout": 9, "stop_key": "#"}],
        [KEYPAD],
        ACTIONS,
        [{**KEYPAD, "timeout": 9}],
    ),
    ("a key that was sent and dropped", [{"type": "x"}], [{"type": "x", "say": "Hi"}], ACTIONS, [{"type": "x"}]),
    ("an item more is whole", [KEYPAD, TRANSFER], [KEYPAD], ACTIONS, [KEYPAD, TRANSFER]),
    (
        "another order, item by item",
        [{**TRANSFER, "to": "7"}, {**KEYPAD, "stop_key": "#"}],
        [KEYPAD, TRANSFER],
        ACTIONS,
        [TRANSFER, KEYPAD],
    ),
    (
        "one of two of a type is gone",
        [{"type": "transfer", "to": "9", "warm": 0}],
        [{"type": "end"}, {"type": "transfer", "to": 9}],
        ACTIONS,
        [{"type": "transfer", "to": 9}],
    ),
    (
        "a key more of an object",
        {"town": "Hull", "day": "Monday"},
        {"town": "Hull"},
        FACTS,
        {"town": "Hull", "day": "Monday"},
    ),
    ("text of digits in an object", {"door": "7"}, {"door": 7}, FACTS, {"door": "7"}),
    ("another type of item", [{"type": "y", "a": 1}], [{"type": "x", "a": 1}], ACTIONS, [{"type": "y", "a": 1}]),
    ("what is no item", ["x"], [KEYPAD], ACTIONS, ["x"]),
    ("false for true", [{**TRANSFER, "warm": 0}], [TRANSFER], ACTIONS, [{**TRANSFER, "warm": 0}]),
    ("true for false", [{"type": "x", "on": "1"}], [{"type": "x", "on": False}], ACTIONS, [{"type": "x", "on": "1"}]),
    ("a count for true", [{**TRANSFER, "warm": 2}], [TRANSFER], ACTIONS, [{**TRANSFER, "warm": 2}]),
    ("a word for true", [{**TRANSFER, "warm": "yes"}], [TRANSFER], ACTIONS, [{**TRANSFER, "warm": "yes"}]),
    ("a flag for a digit", [{"type": "x", "n": True}], [{"type": "x", "n": "1"}], ACTIONS, [{"type": "x", "n": True}]),
    ("an empty item more", [KEYPAD, {}], [KEYPAD], ACTIONS, [KEYPAD, {}]),
    (
        "the first of two of a type became another",
        [{"type": "end"}, {**TRANSFER, "to": "9"}],
        [TRANSFER, {**TRANSFER, "to": 9}],
        ACTIONS,
        [{"type": "end"}, {**TRANSFER, "to": 9}],
    ),
    ("a list for a text", ["Hello"], "Hello", {}, ["Hello"]),
    ("a text for a list", "Hello", ["Hello"], {}, "Hello"),
    ("a list for a number", [7], 7, {}, [7]),
    ("a longer list", ["Hello", None], ["Hello"], {"type": "array"}, ["Hello", None]),
    ("a secret where an empty object was", [{"type": "x", "key": SECRET}], [{"type": "x", "key": {}}], ACTIONS, None),
    ("an empty object where a secret was", [{"type": "x", "key": {}}], [{"type": "x", "key": SECRET}], ACTIONS, None),
    ("a number and a flag", [{"type": "x", "n": True}], [{"type": "x", "n": 1}], ACTIONS, [{"type": "x", "n": True}]),
]


@pytest.mark.parametrize(("shown", "sent", "schema", "kept"), [row[1:] for row in OTHER], ids=[row[0] for row in OTHER])
def test_what_means_something_else_stays(shown: Any, sent: Any, schema: dict[str, Any], kept: Any) -> None:
    """Else somebody's change in the portal would go unseen."""
    found = Spelling(like=sent, schema=schema).of(shown)
    assert equal(found, shown if kept is None else kept)
    assert not equal(found, sent)


@pytest.mark.parametrize(
    ("shown", "sent", "kept"),
    [
        ("1.12", 1.123, 1.123),
        ("1.13", 1.125, 1.125),
        ("1.12", 1.125, 1.125),
        ("1.14", 1.125, 1.14),
        ("1.1", 1.125, 1.1),
        ("1.1", 1.104, 1.104),
        ("1.123", 1.1234, 1.1234),
        (1.12, 1.123, 1.12),
        ("1.00", 0.999, 0.999),
        ("1.12", 1.12, 1.12),
        ("1.123456789", 1.1234567894, 1.1234567894),
        ("1.1234567891", 1.12345678912, 1.1234567891),
        ("1.12", 1e300, 1.12),
        ("1.12", 10**400, 1.12),
    ],
)
def test_a_decimal_is_compared_as_its_column_keeps_it(shown: Any, sent: Any, kept: Any) -> None:
    """Rounded either way, to the places that are shown, two at least; a plain number is compared as it is."""
    live = live_assistant({"id": 5, "pitch": shown}, frontdesk())
    assert live is not None
    assert as_sent(live, {"pitch": sent}, frontdesk()).content == {"pitch": kept}


@pytest.mark.parametrize("shown", ["0." + "1" * 290, "9" * 290, "1e300", "9" * 400, "1e999", "", "."])
def test_a_number_beyond_all_columns_is_no_trouble(shown: str) -> None:
    """It is compared as it is."""
    live = live_assistant({"id": 5, "pitch": shown}, frontdesk())
    assert live is not None
    assert as_sent(live, {"pitch": 1.125}, frontdesk()).content["pitch"] != 1.125


def test_a_large_whole_number_keeps_its_last_digit() -> None:
    """As a float it would not."""
    assert number_in("9007199254740993") == 9007199254740993
    assert number_in("-9007199254740993") == -9007199254740993


def test_the_kind_of_a_list_is_known_from_its_field() -> None:
    """The items of a list of typed objects are compared by the keys that were sent."""
    live = live_assistant({"id": 5, "actions": [{"type": "transfer", "data": {"to": "7", "queue": 2}}]}, frontdesk())
    assert live is not None
    sent = {"actions": [{"type": "transfer", "to": 7}]}
    assert as_sent(live, sent, frontdesk()).content == sent


def test_what_was_never_sent_is_as_it_is_shown() -> None:
    """Only a field that was sent has a spelling."""
    live = live_assistant({"id": 5, "pitch": "1.12", "actions": [{"type": "x", "data": {"n": "7"}}]}, frontdesk())
    assert live is not None
    assert as_sent(live, {}, frontdesk()) == live


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.5, 1.25])
    | st.sampled_from(["", " ", "7", "a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "a", "b"]), inner, max_size=3)
        | st.lists(
            st.fixed_dictionaries({"type": st.sampled_from("xy")}, optional={"a": inner, "b": inner}), max_size=3
        )
    ),
    max_leaves=6,
)


@given(shown=JSON, sent=JSON, schema=st.sampled_from([ACTIONS, FACTS, {}]))
def test_spelling_twice_is_spelling_once(shown: Any, sent: Any, schema: dict[str, Any]) -> None:
    """Whatever comes; and a value that was sent so stays so."""
    spelling = Spelling(like=sent, schema=schema)
    found = spelling.of(shown)
    assert equal(spelling.of(found), found)
    assert spelling.of(sent) == sent
