"""Two prompts as one list of lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.lines import Line, line_diff, split

PROSE = st.lists(st.sampled_from(["", "a", "b", "- a", "Greet the caller."]), max_size=25).map("\n".join)


def side(lines: list[Line], mark: str) -> list[str]:
    return [line.text for line in lines if line.mark in (" ", mark)]


@given(PROSE, PROSE)
def test_both_texts_are_in_the_diff(before: str, after: str) -> None:
    """Kept and removed lines are the text before, kept and added ones the text after."""
    lines = line_diff(before, after)
    assert side(lines, "-") == split(before)
    assert side(lines, "+") == split(after)


@pytest.mark.parametrize("other", ["a\r\nb", "a\rb", "\n a\nb \n\n"])
def test_what_the_plan_calls_equal_shows_no_change(other: str) -> None:
    """Line ends, and white space around the whole, are not shown as changes, since they are none."""
    assert [line.mark for line in line_diff("a\nb", other)] == [" ", " "]


def test_thousands_of_equal_lines_fall_back_to_two_blocks() -> None:
    """Where a diff would take minutes, what is removed stands before what is added."""
    before, after = "x\n" + "a\n" * 3000 + "y", "y\n" + "a\n" * 3000 + "x"
    marks = [line.mark for line in line_diff(before, after)]
    assert marks == ["-"] * 3002 + ["+"] * 3002


def test_an_edited_line_stands_next_to_what_became_of_it() -> None:
    """New lines between them do not keep the two apart, and others are removed and added as they are."""
    before = "Opening hours are nine to five, Monday to Thursday.\nAsk for a number.\nNever quote prices."
    after = "Opening hours are eight to six, Monday to Thursday.\nBe brief.\nNever quote any prices."
    shown = [(line.mark, line.text, len(line.changed)) for line in line_diff(before, after)]
    assert shown == [
        ("-", "Opening hours are nine to five, Monday to Thursday.", 1),
        ("+", "Opening hours are eight to six, Monday to Thursday.", 1),
        ("-", "Ask for a number.", 0),
        ("+", "Be brief.", 0),
        ("-", "Never quote prices.", 1),
        ("+", "Never quote any prices.", 1),
    ]
