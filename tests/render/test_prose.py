"""Two versions of a prompt as one value: its words, its hunks, and what numbers say of it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.hunks import Hunk
from reconciler.render.lines import Line, split
from reconciler.render.prose import prose, told_lines
from reconciler.render.words import changed_words

WORDS = ["Ask", "for", "the", "caller's", "name", "and", "never", "a", "number.", "[-x-]", "{+", "é", "🙂", " ", "\t"]
LINE = st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
TEXT = st.lists(LINE, max_size=12).map("\n".join)
HOURS = "We answer Monday to Thursday from nine to five, and on Fridays until noon."


def whole(found: Hunk, mark: str) -> list[str]:
    changed = [line.text for line in found.lines if line.mark in (" ", mark)]
    return [*found.above, *found.lead, *changed, *found.tail, *found.below]


def words_of(before: str, after: str) -> str:
    """The one edited line of two texts, in the marks of the terminal."""
    (line,) = told_lines(prose(before, after).lines)
    assert line.mark == "~"
    ends = {" ": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
    return "".join(ends[mark].format(text) for mark, text in line.pieces)


@given(TEXT, TEXT)
def test_hunks_give_both_texts_back(before: str, after: str) -> None:
    """Laid end to end, hidden lines included, they are the two texts as the plan compares them, to the letter."""
    hunks = prose(before, after).hunks
    if split(before) == split(after):
        assert not hunks
        return
    assert [text for each in hunks for text in whole(each, "-")] == split(before)
    assert [text for each in hunks for text in whole(each, "+")] == split(after)


@given(TEXT, TEXT)
def test_words_give_both_lines_back(before: str, after: str) -> None:
    """What is shown of edited lines, put together again, are the lines."""
    told = list(told_lines(prose(before, after).lines))
    for mark, text in (("-", before), ("+", after)):
        here = [each for each in told if each.mark in (" ", "~", mark)]
        assert ["".join(part for at, part in each.pieces if at in (" ", mark)) for each in here] == split(text)


@given(LINE, LINE)
def test_outside_of_the_changed_words_two_lines_are_the_same(before: str, after: str) -> None:
    """Places stand in order, none is empty on both sides, and what is left of the two lines is equal."""
    places = changed_words(before, after)
    if not places:
        return
    rest = {"old": "", "new": ""}
    at = came = 0
    for (start, end), (new_start, new_end) in places:
        assert at <= start <= end
        assert came <= new_start <= new_end
        assert end > start or new_end > new_start
        rest = {"old": rest["old"] + before[at:start], "new": rest["new"] + after[came:new_start]}
        at, came = end, new_end
    assert rest["old"] + before[at:] == rest["new"] + after[came:]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            HOURS,
            HOURS.replace("nine to five", "eight to six"),
            "We answer Monday to Thursday from [-nine to five,-]{+eight to six,+} and on Fridays until noon.",
        ),
        (HOURS, HOURS + " Else we call back.", HOURS + "{+ Else we call back.+}"),
        (HOURS, HOURS.removesuffix(" until noon."), HOURS.removesuffix(" until noon.") + "[- until noon.-]"),
        (
            "- Never quote prices on the phone.",
            "- Never quote any prices on the phone.",
            "- Never quote {+any +}prices on the phone.",
        ),
        ("Say  it twice.", "Say it twice.", "Say [- -]it twice."),
    ],
)
def test_the_words_that_changed_are_marked(before: str, after: str, told: str) -> None:
    """Whole words, those that begin or end alike left out, and a short word between two changes told with them."""
    assert words_of(before, after) == told


def test_a_line_that_was_written_anew_is_two_lines() -> None:
    """Scraps that two sentences happen to share are not worth reading."""
    lines = prose("Greet the caller and ask for the name.", "Transfer emergencies to whoever is on call.").lines
    assert [(line.mark, line.changed) for line in lines] == [("-", ()), ("+", ())]


def test_a_text_that_holds_the_marks_is_told_in_two_lines() -> None:
    """What a prompt says in square brackets must not look like what was removed from it."""
    before = "Read the slot [-as it is-] from the calendar, and then repeat it once."
    found = list(told_lines(prose(before, before.replace("once", "twice")).lines))
    assert [each.mark for each in found] == ["-", "+"]


@pytest.mark.parametrize(
    ("before", "after", "numbers"),
    [
        (HOURS, HOURS + " Be kind.", "14 → 16 words"),
        ("a b\nc", "a  b\nc", "3 → 3 words, whitespace only"),
        ("a\nb", "a\n\n\nb", "2 → 2 words, whitespace only"),
        ("a\nb\nc", "c\na\nb", "3 → 3 words, reordered only"),
        ("a\nb c d", "a\r\nb c d\n", "4 → 4 words"),
        ("word\n" * 30, "word\n" * 69, "30 → 69 words, grew 2.3 times: pasted twice?"),
        ("word\n" * 50, "word\n" * 20, "50 → 20 words, shrank to 40%: cut off?"),
        ("one two", "one two three four five", "2 → 5 words"),
        ("", "one two three four", "0 → 4 words"),
        ("https://hooks.example/a", "https://hooks.example/b", ""),
    ],
)
def test_what_numbers_say(before: str, after: str, numbers: str) -> None:
    """Words before and after; and what a reader of the diff would miss. Two words are not worth counting."""
    assert prose(before, after).numbers == numbers


def test_a_change_stands_in_two_lines_of_context() -> None:
    """A long prompt with one changed line is one hunk, and what is hidden above and below is kept."""
    before = "\n".join(f"line {number}" for number in range(40))
    (hunk,) = prose(before, before.replace("line 20", "nothing")).hunks
    assert (len(hunk.above), hunk.lead) == (18, ("line 18", "line 19"))
    assert (hunk.tail, len(hunk.below)) == (("line 21", "line 22"), 17)
    assert hunk.lines == (Line(mark="-", text="line 20"), Line(mark="+", text="nothing"))


@pytest.mark.parametrize("line_words", [12, 150, 11_000])
def test_few_edits_of_the_longest_prompt_are_found_word_by_word(line_words: int) -> None:
    """However the lines are broken: as a list, as paragraphs, or not at all."""
    chance = random.Random(7)
    plain = [chance.choice(["the", "caller", "asks", "for", "an"]) + str(chance.randrange(400)) for _ in range(11_000)]
    lines = [plain[at : at + line_words] for at in range(0, len(plain), line_words)]
    edited = [list(each) for each in lines]
    for number in range(10):
        edited[number * 991 % len(edited)][number % line_words] = "EDITED"
    told = told_lines(
        prose("\n".join(" ".join(each) for each in lines), "\n".join(" ".join(each) for each in edited)).lines
    )
    added = [text.split() for each in told if each.mark == "~" for mark, text in each.pieces if mark == "+"]
    assert added
    assert {word for each in added for word in each} == {"EDITED"}


@pytest.mark.parametrize(("places", "told"), [(12, 12), (13, 0)])
def test_a_line_that_changed_at_many_places_is_another_line(places: int, told: int) -> None:
    """More marks than that are not read, however much of the line they leave."""
    before, after = (
        "; ".join(f"{word} {number} answers every call of its guests" for number in range(places))
        for word in ("Desk", "Room")
    )
    assert len(changed_words(before, after)) == told
