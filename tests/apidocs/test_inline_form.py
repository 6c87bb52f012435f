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
    assert not inline_form.is_field(f'agent_id integer default:"{"7" * 400}"')
    assert " ".join(draft.fields[0].description).endswith("over the phone number that they dial most often.")


LOST = """\
agent_idintegerrequired
Who answers.
Callers reach it by phone.
floorintegerdefault:"3"
Which floor.
opens_atstring
When it opens.
"""


@pytest.mark.parametrize("page", [LOST, LOST.replace("\n", "\n\n")], ids=["tight", "loose"])
def test_a_field_is_one_though_the_spaces_in_its_line_are_lost(page: str) -> None:
    """Whether or not the browser put a blank line after every line: all of its text stays with it."""
    draft = inline_form.read(f"Request\n\n{page}")
    assert [(each.name, each.type, each.required, each.default) for each in draft.fields] == [
        ("agent_id", "integer", True, None),
        ("floor", "integer", False, "3"),
        ("opens_at", "string", False, None),
    ]
    assert draft.fields[0].description == ("Who answers.", "Callers reach it by phone.")
    assert draft.notes == ()


def test_fields_without_a_text_make_no_page_loose() -> None:
    """A blank line ends a field's own text there: what follows it speaks of the section."""
    draft = inline_form.read(
        "Request\n\nagent_id integer required\nWho answers.\n\nAgents are kept by the office.\n\n"
        "floor integer\n\nopens_at string\nWhen it opens.\n\ncloses_at string\n\nResponse\n"
    )
    assert [(each.name, each.description) for each in draft.fields] == [
        ("agent_id", ("Who answers.",)),
        ("floor", ()),
        ("opens_at", ("When it opens.",)),
        ("closes_at", ()),
    ]
    assert draft.notes == ("Agents are kept by the office.",)


def test_a_page_may_end_with_a_field() -> None:
    """Nothing stands under its last line."""
    assert [each.name for each in inline_form.read("agent_id integer\nWho answers.\nfloor integer").fields] == [
        "agent_id",
        "floor",
    ]


@pytest.mark.parametrize(
    ("above", "under", "title"),
    [
        ("Agents", "Take somebody on", "Take somebody on"),
        ("Take somebody on", 'curl -X POST "https://office.example/agent"', "Take somebody on"),
        ("Skip to main content", "Adds one agent.", "Adds one agent"),
        ("On this page:", "Adds one agent.", "Adds one agent"),
        ("Office", "Agents", "Agents"),
        ("Takes on one more agent for the office", "Adds one agent.", "Adds one agent"),
        ("Take on one more agent for good", "Adds one agent.", "Take on one more agent for good"),
    ],
)
def test_the_title_stands_at_the_path_or_nowhere(above: str, under: str, title: str) -> None:
    """Under it, or over the method; what is a sentence or the site's own is none: the first sentence stands in."""
    page = f"{above}\n\nPOST\n/\nagent\n\n{under}\n\nRequest\n\n{FIELDS}"
    assert skeleton_form.recognises(page)
    draft = skeleton_form.read(page)
    assert draft.title == title
    assert [each.name for each in draft.fields] == ["agent_id", "floor", "opens_at"]


def test_a_page_may_begin_with_its_method() -> None:
    """Then nothing stands above it that could be the title, the page's last line least of all."""
    draft = skeleton_form.read(f"POST\n/\nagent\n\nAdds one agent.\n\nRequest\n\n{FIELDS}\nNext page\n")
    assert draft.title == "Adds one agent"
    assert [each.name for each in draft.fields] == ["agent_id", "floor", "opens_at"]


def test_a_page_may_end_with_its_path() -> None:
    """Such a one has no fields: that is for the next step to refuse, by name."""
    draft = skeleton_form.read("Take somebody on:\n\nPOST\n/\nagent\n")
    assert (draft.title, draft.fields) == ("", ())


def test_without_method_and_path_the_first_heading_is_the_title() -> None:
    """As a saved page has it that does not break its path."""
    text = f"Take somebody on\n\nAdds one agent.\n\nRequest\n\n{FIELDS}"
    draft = skeleton_form.read_lines(enumerate(text.splitlines(), start=1))
    assert draft.title == "Take somebody on"
    assert [each.name for each in draft.fields] == ["agent_id", "floor", "opens_at"]


@pytest.mark.parametrize(
    "path", ["/\nagent", "/office/agent", "https://office.example/api/agent", "http://x.example/a"]
)
def test_method_and_path_stand_together(path: str) -> None:
    """What else looks like a path in the site's own lines is none of this page's."""
    page = f"Docs\n/\nguides\nHome page\n\nTake somebody on\n\nPOST\n{path}\n\ncurl -X POST\n\nRequest\n\n{FIELDS}"
    draft = skeleton_form.read(page)
    assert draft.title == "Take somebody on"
    assert [each.name for each in draft.fields] == ["agent_id", "floor", "opens_at"]
    assert not skeleton_form.recognises(page.replace("POST\n", "Post\n"))


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("agent_id integer", True),
        ("agent_ids integer[] optional", True),
        ("opens_at string | null required", True),
        ("languagestring", False),
        ("string integer required", False),
        ("Phone number", False),
        ("floor integer which counts from the street", False),
    ],
)
def test_a_field_is_a_name_a_type_and_nothing_but_marks(line: str, is_one: bool) -> None:
    """Where the space between them is lost, only the rest of a page can tell."""
    assert inline_form.is_field(line) is is_one


APART = "agent_id\ninteger\nWho answers.\nfloor\ninteger\nWhich floor.\nopens_at\nstring\nWhen it opens.\n"
ALIKE = "agent_id integer\nfloor integer required\nopens_at string\n"


@pytest.mark.parametrize(
    ("text", "inline"),
    [(ALIKE, True), (ALIKE + APART, False), (ALIKE + ALIKE + APART, True), ("floor integer\nopens_at string\n", False)],
)
def test_a_page_is_of_the_form_that_most_of_its_fields_have(text: str, inline: bool) -> None:
    """A sample may show fields in another form, and a line or two may look like one by chance."""
    assert inline_form.recognises(text) is inline
