"""Laws of what is equal."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.canonical import canonical, equal, identical

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, 1.5]) | st.text("ab \n", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)


@given(left=VALUES, right=VALUES)
def test_what_is_identical_is_equal_by_any_rule_and_written_alike(left: Any, right: Any) -> None:
    """So that a comparison may stop there; a value is always identical to a copy of it."""
    copy = json.loads(json.dumps(left))
    assert identical(left, copy)
    if identical(left, right):
        assert equal(left, right)
        assert equal(left, right, unordered=isinstance(left, list))
        assert json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


@pytest.mark.parametrize(
    ("left", "right"),
    [(True, 1), (0, False), (1, 1.0), ("1", 1), ([], {}), ([1], [True]), ({"a": 1}, {"a": 1.0}), ({"a": 1}, {"b": 1})],
)
def test_what_python_takes_for_the_same_is_not_identical(left: Any, right: Any) -> None:
    """`True == 1` in Python, not in JSON; and another key is another value."""
    assert not identical(left, right)
    assert not identical([left], [right])


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")], ids=str)
def test_what_is_no_number_of_json_has_no_canonical_form(number: float) -> None:
    """It would be written as what nobody can read again; deep inside as well."""
    with pytest.raises(ValueError, match="not JSON"):
        canonical({"voice": [{"speed": number}]})
