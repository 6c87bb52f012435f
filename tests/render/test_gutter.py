"""Edited prose as the terminal, Markdown and HTML show it: what changed stands out, and nothing of it is cut."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import Plan
from reconciler.render.escape import cells
from reconciler.render.forms import plan_in
from reconciler.render.frame import Frame
from reconciler.render.gutter import Look
from reconciler.render.lines import Line
from reconciler.render.prose import prose
from tests.planfile.plans import reception, shown

HOURS = "We answer Monday to Thursday from nine to five, and on Fridays until noon; then nobody is in."
LATER = HOURS.replace("nine to five", "eight to six")
WORDS = st.lists(st.sampled_from(["caller", "a", "営業時間", "é", "x" * 50]), min_size=1, max_size=40)
LONG = " ".join(f"word{number}" for number in range(400))


def lines(before: str, after: str, **look: object) -> list[str]:
    return list(Look(**look).hunks(prose(before, after).hunks, "  "))  # type: ignore[arg-type]


def told(form: str, before: str, after: str) -> str:
    change = replace(reception(), fields=(shown("instructions", before, after),), releases=())
    return plan_in(form, Plan(environment="default", lineage=None, changes=(change,)), Frame())


def test_an_edited_line_stands_once_with_its_words_marked() -> None:
    """Behind a mark of its own, so that the prompt's bullets are never taken for what was removed or added."""
    assert lines(f"- {HOURS}", f"- {LATER}") == [
        "  │ ~ - We answer Monday to Thursday from [-nine to five,-]{+eight to six,+} and on Fridays until noon;"
        " then nobody is in."
    ]


def test_colour_is_only_on_what_changed() -> None:
    """Red and green for the words, nothing for the rest of the line."""
    (line,) = lines(HOURS, LATER, color=True)
    assert "\x1b[31m[-nine to five,-]\x1b[0m\x1b[32m{+eight to six,+}\x1b[0m and on Fridays" in line


@given(st.integers(30, 120), WORDS)
def test_a_terminal_is_never_wider_than_it_is(width: int, words: list[str]) -> None:
    """Lines break after a space where there is one, wide characters count twice, and no character is lost."""
    text = " ".join(words).strip()
    found = list(Look(width=width).lines([Line(mark="+", text=text)], "  "))
    assert all(cells(line) <= width for line in found)
    joined = "".join(line.removeprefix("  │ + ").removeprefix("  │   ").removeprefix("  │") for line in found)
    assert joined.replace(" ", "") == text.replace(" ", "")


def test_of_a_very_long_line_what_does_not_change_is_folded() -> None:
    """It says how much is hidden; with -v nothing is."""
    after = LONG.replace("word200 ", "WORD ")
    (line,) = lines(LONG, after)
    assert "[-word200-]{+WORD+}" in line
    assert line.count(" unchanged characters)…") == 2
    assert len(line) < 400
    (whole,) = lines(LONG, after, whole=True)
    assert "unchanged" not in whole
    assert whole.replace("[-word200-]{+WORD+}", "word200") == f"  │ ~ {LONG}"


def test_markdown_shows_both_lines_and_what_differs_in_a_long_one() -> None:
    """Forges colour whole lines and do not wrap them: a third line holds the words, and a little around them."""
    text = told("markdown", HOURS, LATER)
    assert f"\n- {HOURS}\n+ {LATER}\n! We answer Monday to Thursday from [-nine to five,-]{{+eight to six,+}}" in text
    short = told("markdown", "Be very kind, always.\nBye.", "Be very brief, always.\nBye.")
    assert "\n- Be very kind, always.\n+ Be very brief, always.\n" in short
    assert "\n! " not in short


def test_html_marks_the_words_side_by_side() -> None:
    """Each version in its column, next to what became of it, whatever was removed above."""
    text = told("html", f"Be kind.\nHang up at once.\n{HOURS}\nBye.", f"Be kind.\n{LATER}\nBye.")
    before, after = HOURS.split("nine to five,"), LATER.split("eight to six,")
    assert (
        f'<tr><td class="del" dir="auto">{before[0]}<del>nine to five,</del>{before[1]}</td>'
        f'<td class="ins" dir="auto">{after[0]}<ins>eight to six,</ins>{after[1]}</td></tr>'
    ) in text
    assert '<tr><td class="del" dir="auto">Hang up at once.</td><td class="none"></td></tr>' in text


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_every_form_tells_the_numbers(form: str) -> None:
    """What is wrong with a whole text is said beside its name, wherever it is read."""
    assert "18 → 36 words" in told(form, HOURS, f"{HOURS}\n{HOURS}")
    twice = told(form, f"{HOURS}\nBe kind to everybody.", f"{HOURS}\nBe kind to everybody.\n" * 2)
    assert "22 → 44 words, grew 2.0 times: pasted twice?" in twice
