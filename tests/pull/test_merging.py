"""Three-way merges of prompts: what only one side changed is taken, what both changed is marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.pull.merging import BASE, BETWEEN, OURS, THEIRS, merge

LINES = st.lists(st.sampled_from(["Be kind.", "Be brief.", "", "Never quote prices.", "Ask for the name."]), max_size=6)
TEXTS = LINES.map("\n".join)


def clean(text: str) -> str:
    return text.strip()


@given(TEXTS, TEXTS)
def test_what_one_side_alone_changed_is_taken_whole(base: str, changed: str) -> None:
    """In both directions, without a mark."""
    assert merge(base, changed, base) == (clean(changed), 0)
    assert merge(base, base, changed) == (clean(changed), 0)


@given(TEXTS, TEXTS)
def test_what_both_changed_alike_is_no_conflict(base: str, changed: str) -> None:
    """They agree."""
    assert merge(base, changed, changed) == (clean(changed), 0)


@given(TEXTS, TEXTS, TEXTS)
def test_each_side_can_be_had_back_from_a_conflict(base: str, ours: str, theirs: str) -> None:
    """Nothing is lost: every line of both sides is in the result, unless the other side alone removed it."""
    text, conflicts = merge(base, ours, theirs)
    lines = text.split("\n")
    assert [lines.count(mark) for mark in (OURS, BASE, BETWEEN, THEIRS)] == [conflicts] * 4
    kept = [line for line in set(ours.split("\n")) if line and line not in base.split("\n")]
    assert all(line in lines for line in kept)


@pytest.mark.parametrize("ends", ["\r\n", "\r", "\n"])
def test_line_ends_are_no_difference(ends: str) -> None:
    """The platform knows one kind, and trims."""
    text = "Be kind.\nBe brief."
    assert merge(text, text.replace("\n", ends) + ends, text) == (text, 0)
