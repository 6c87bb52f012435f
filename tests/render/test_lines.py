"""Two prompts as one list of lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.lines import Line, folded, line_diff, split

PROSE = st.lists(st.sampled_from(["", "a", "b", "- a", "Greet the caller."]), max_size=25).map("\n".join)


def side(lines: list[Line], mark: str) -> list[str]:
    return [line.text for line in lines if line.mark in (" ", mark)]


@given(PROSE, PROSE)
def test_both_texts_are_in_the_diff(before: str, after: str) -> None:
    """Kept and removed lines are the text before, kept and added ones the text after."""
    lines = line_diff(before, after)
    assert side(lines, "-") == split(before)
    assert side(lines, "+") == split(after)


@given(PROSE, PROSE)
def test_folding_hides_only_what_is_kept(before: str, after: str) -> None:
    """Every removed and added line stays, in order; folds say exactly how many kept lines they hide."""
    lines = line_diff(before, after)
    shown = list(folded(lines))
    assert [line for line in shown if line.mark in "+-"] == [line for line in lines if line.mark in "+-"]
    hidden = sum(int(line.text.strip("(").split()[0].replace(",", "")) for line in shown if line.mark == "…")
    assert hidden + sum(line.mark != "…" for line in shown) == len(lines)


def test_a_change_stands_in_two_lines_of_context() -> None:
    """A long prompt with one changed line shows seven lines, folds among them."""
    before = "\n".join(f"line {number}" for number in range(40))
    shown = [f"{line.mark}{line.text}" for line in folded(line_diff(before, before.replace("line 20", "LINE 20")))]
    assert shown == [
        "…(18 unchanged lines)",
        " line 18",
        " line 19",
        "-line 20",
        "+LINE 20",
        " line 21",
        " line 22",
        "…(17 unchanged lines)",
    ]


@pytest.mark.parametrize("other", ["a\r\nb", "a\rb", "\n a\nb \n\n"])
def test_what_the_plan_calls_equal_shows_no_change(other: str) -> None:
    """Line ends, and white space around the whole, are not shown as changes, since they are none."""
    assert [line.mark for line in line_diff("a\nb", other)] == [" ", " "]


def test_thousands_of_equal_lines_fall_back_to_two_blocks() -> None:
    """Where a diff would take minutes, what is removed stands before what is added."""
    before, after = "x\n" + "a\n" * 3000 + "y", "y\n" + "a\n" * 3000 + "x"
    marks = [line.mark for line in line_diff(before, after)]
    assert marks == ["-"] * 3002 + ["+"] * 3002
