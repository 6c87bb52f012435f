"""What changed inside objects and arrays, exactly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.canonical import Json, canonical, equal
from reconciler.render.inside import MOST_ITEMS, Leaf, leaves
from reconciler.secrecy import secret_reference

KEYS = st.sampled_from(["type", "minutes", "__token", "a.b['c']", "0", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.sampled_from([0, 1, 1.0, 1.5, "", "1", "true", " x ", "a\nb"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=10,
)
CONTAINERS = st.lists(VALUES, max_size=4) | st.dictionaries(KEYS, VALUES, max_size=3)
GONE = object()


def taken_out(value: Any, found: list[Leaf], *, side: int) -> Any:
    """The value without what the leaves speak of, list items closed up."""
    for leaf in found:
        holder, there = value, leaf.was if side == 0 else leaf.is_now
        if not there:
            continue
        steps = [step if isinstance(step, str) else step[side] for step in leaf.path]
        for step in steps[:-1]:
            holder = holder[step]
        assert equal(holder[steps[-1]], leaf.before if side == 0 else leaf.after)
        holder[steps[-1]] = GONE
    return closed_up(value)


def closed_up(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: closed_up(each) for key, each in value.items() if each is not GONE}
    if isinstance(value, list):
        return [closed_up(each) for each in value if each is not GONE]
    return value


@settings(max_examples=300, deadline=None)
@given(CONTAINERS, CONTAINERS)
def test_the_leaves_are_the_whole_difference(before: Json, after: Json) -> None:
    """Without its leaves, one value is the other; and what a leaf says stands where it says."""
    found = leaves(before, after)
    if found and not found[0].path:
        assert isinstance(before, dict) is not isinstance(after, dict)
        return
    left = taken_out(canonical(before), found, side=0)
    right = taken_out(canonical(after), found, side=1)
    assert equal(left, right)


@settings(max_examples=200, deadline=None)
@given(CONTAINERS, CONTAINERS)
def test_equal_values_have_no_leaves(before: Json, after: Json) -> None:
    """No leaf where the values are equal, and one at least where they are not."""
    assert leaves(before, before) == []
    assert bool(leaves(before, after)) is not equal(before, after)


def told(before: Json, after: Json) -> list[str]:
    return [each.place for each in leaves(before, after)]


@pytest.mark.parametrize(
    ("before", "after", "places"),
    [
        ([{"type": "book", "minutes": 30}], [{"type": "book", "minutes": 20}], ["[0].minutes"]),
        ([{"type": "a"}, {"type": "b"}], [{"type": "new"}, {"type": "a"}, {"type": "b"}], ["[0]"]),
        ([{"type": "a"}, {"type": "b"}, {"type": "c"}], [{"type": "a"}, {"type": "c"}], ["[1]"]),
        ({"on": True}, {"on": 1}, ["on"]),
        ({"__key": "a"}, {"__key": "b"}, ["__key"]),
        ({"hours": {"mon": "9"}}, {"hours": {"mon": "9", "tue": None}}, ["hours.tue"]),
        ({"a": [1, 2]}, {"a": {"b": 1}}, ["a"]),
        ([1, 2, 3], [2, 3, 4], ["[0]", "[2]"]),
    ],
)
def test_where_a_change_is_told(before: Json, after: Json, places: list[str]) -> None:
    """An item put in or taken out is one difference, keys that libraries hide are seen, and true is not 1."""
    assert told(before, after) == places


def test_a_changed_secret_is_one_leaf() -> None:
    """A reference is a value: its fingerprint is no place of its own."""
    before, after = ({"api_token": secret_reference("DESK_TOKEN", print_)} for print_ in ("old", "new"))
    assert told(before, after) == ["api_token"]


def test_very_long_lists_are_one_leaf() -> None:
    """Nobody reads a thousand items one by one."""
    assert told({"ids": [0] * (MOST_ITEMS + 1)}, {"ids": [1]}) == ["ids"]
