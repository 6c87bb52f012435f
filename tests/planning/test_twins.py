"""Which orphan a new document looks like: by name or content, the first of several, and none where it is said."""

from __future__ import annotations

import pytest

from reconciler.model import Desired, Entry
from reconciler.planning.twins import Twins
from tests.support import desk
from tests.support.frontdesk import frontdesk


def twin(document: Desired, *orphans: Entry) -> str | None:
    return Twins.among({each.key: each for each in orphans}, frontdesk()).of(document, frontdesk())


def test_a_name_is_enough() -> None:
    """Whatever else is otherwise; a document that names a key that is not there is asked for its name all the same."""
    new = desk.desired("new", greeting="Good night.")
    assert twin(new, desk.entry("other", title="Another desk"), desk.entry("old")) == "old"
    moved = desk.desired("new", greeting="Good night.", settings={"moved_from": "elsewhere"})
    assert twin(moved, desk.entry("old")) == "old"


def test_a_content_is_enough() -> None:
    """An assistant that nobody gave a name; line ends and the spelling of numbers are no difference."""
    new = desk.desired("new", title=..., instructions="Be kind.\r\nBook nothing.", pitch=1)
    old = desk.entry("old", title=..., instructions="Be kind.\nBook nothing.\n", pitch=1.0)
    assert twin(new, old) == "old"
    assert twin(new, desk.entry("old", title=..., pitch=1.0)) is None
    assert twin(desk.desired("new", title=..., settings={"moved_from": "x"}), desk.entry("old", title=...)) is None


def test_what_nobody_named_is_not_alike_for_that() -> None:
    """Two assistants without a name, or with an empty one, and with other contents."""
    assert twin(desk.desired("new", title=..., pitch=1.5), desk.entry("old", title=...)) is None
    assert twin(desk.desired("new", title="", pitch=1.5), desk.entry("old", title="")) is None


def test_of_a_begun_create_what_was_sent_counts() -> None:
    """Nothing is applied to it yet."""
    assert twin(desk.desired("new"), desk.pending("old")) == "old"
    assert twin(desk.desired("new", title=...), desk.pending("old", title=...)) == "old"


def test_a_field_that_is_not_compared_does_not_tell_them_apart() -> None:
    """What the document leaves unmanaged is not in what was applied."""
    new = desk.desired("new", title=..., pitch=1.5, settings={"unmanaged": frozenset({"pitch"})})
    assert twin(new, desk.entry("old", title=...)) == "old"


@pytest.mark.parametrize("order", [1, -1])
def test_of_several_the_first_is_named(order: int) -> None:
    """By key, whatever order they come in, and whether the name or the content is what is alike."""
    same, named = desk.entry("b"), desk.entry("a", greeting="Good night.")
    assert twin(desk.desired("new"), *(same, named)[::order]) == "a"
    assert twin(desk.desired("new"), *(desk.entry("c"), same)[::order]) == "b"
