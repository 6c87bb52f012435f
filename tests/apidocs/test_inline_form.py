"""A page whose fields stand on one line each, or under a broken path: what is a field there, and what is text."""

from __future__ import annotations

import pytest

from reconciler.apidocs import inline_form, skeleton_form

FIELDS = """\
agent_id integer required
Who answers. Callers reach it over the
phone number that they dial
most often.
floor integer default:"3" optional
Which floor.
opens_at string | null
When it opens.
"""


def test_a_line_that_only_begins_like_a_field_is_text() -> None:
    """A sentence that a browser broke at its code spans may start with a word and the name of a type."""
    draft = inline_form.read(f"Request\n\n{FIELDS}")
    assert [(each.name, each.type, each.required, each.default, each.nullable) for each in draft.fields] == [
        ("agent_id", "integer", True, None, False),
        ("floor", "integer", False, "3", False),
        ("opens_at", "string", False, None, True),
    ]
    assert " ".join(draft.fields[0].description).endswith("over the phone number that they dial most often.")


@pytest.mark.parametrize(
    ("above", "under", "title"),
    [
        ("Agents", "Take somebody on", "Take somebody on"),
        ("Take somebody on", 'curl -X POST "https://office.example/agent"', "Take somebody on"),
        ("Skip to main content", "Adds one agent.", "Adds one agent"),
        ("On this page:", "Adds one agent.", "Adds one agent"),
    ],
)
def test_the_title_stands_at_the_path_or_nowhere(above: str, under: str, title: str) -> None:
    """Under it, or over the method; what is a sentence or the site's own is none: the first sentence stands in."""
    page = f"{above}\n\nPOST\n/\nagent\n\n{under}\n\nRequest\n\n{FIELDS}"
    assert skeleton_form.recognises(page)
    draft = skeleton_form.read(page)
    assert draft.title == title
    assert [each.name for each in draft.fields] == ["agent_id", "floor", "opens_at"]
