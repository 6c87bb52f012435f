"""A page as a browser copies it: which line is a name, a mark, a heading, a sample, or text, and of which field."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.apidocs.lines_form import CLOSES, OPENS, read, read_lines
from reconciler.apidocs.page import Draft, PageField

HEAD = "Take somebody on\n\nAdds one assistant to the office. It takes a minute.\n\nRequest\n\n"


def drafted(body: str) -> Draft:
    return read(HEAD + body)


def fields(body: str) -> dict[str, PageField]:
    return {each.name: each for each in drafted(body).fields}


def told(field: PageField, *names: str) -> tuple[Any, ...]:
    return tuple(getattr(field, name) for name in names)


def test_a_page_opens_with_its_title_and_what_it_does() -> None:
    """The first heading is the title and the first text the description; without a heading a sentence stands in."""
    draft = drafted("agent_id\ninteger\nWho.\n")
    assert (draft.title, draft.description) == (
        "Take somebody on",
        "Adds one assistant to the office. It takes a minute.",
    )
    bare = read("Adds one assistant to the office. It takes a minute.\n\nagent_id\ninteger\nWho.\n")
    assert (bare.title, bare.description) == (
        "Adds one assistant to the office",
        "Adds one assistant to the office. It takes a minute.",
    )
    marked = read("# For programs\nAdds one.\n\nagent_id\ninteger\nWho.\n")
    assert marked.description == "Adds one."


@pytest.mark.parametrize(
    ("marks", "required", "default", "nullable"),
    [
        ("", False, None, False),
        ("required\n", True, None, False),
        ("Required\n", True, None, False),
        ("erforderlich\n", True, None, False),
        ("optional\n", False, None, False),
        ("deprecated\nrequired\n", True, None, False),
        ("nullable\n", False, None, True),
        ("nullable\nrequired\n", True, None, True),
        ('default:"4"\n', False, "4", False),
        ("default: 4\n", False, "4", False),
        ("default:“4”\n", False, "4", False),
        ('required\ndefault:"4"\n', True, "4", False),
        ('default:""\n', False, "", False),
    ],
)
def test_marks_stand_under_the_type(marks: str, required: bool, default: str | None, nullable: bool) -> None:
    """Whatever their order and language; what is no mark is the field's text."""
    found = fields(f"agent_id\ninteger\n{marks}Who answers.\nfloor\ninteger\nWhich floor.\n")
    assert told(found["agent_id"], "required", "default", "nullable") == (required, default, nullable)
    assert found["agent_id"].description == ("Who answers.",)
    assert told(found["floor"], "required", "default", "nullable") == (False, None, False)


def test_a_type_that_allows_null_is_that_type() -> None:
    """And the field may be null."""
    found = fields("agent_id\ninteger | null\nWho answers.\nfloor\ninteger\nWhich floor.\n")
    assert told(found["agent_id"], "type", "nullable") == ("integer", True)
    assert told(found["floor"], "type", "nullable") == ("integer", False)


def test_a_field_at_the_end_of_a_page_needs_no_text() -> None:
    """Nor does its name at the very end make a field of itself."""
    found = fields("agent_id\ninteger\nWho.\nfloor\ninteger")
    assert list(found) == ["agent_id", "floor"]
    assert found["floor"].description == ()
    assert list(fields("agent_id\ninteger\nWho.\nfloor")) == ["agent_id"]


@pytest.mark.parametrize(
    ("heading", "where"),
    [
        ("Query parameters", "query"),
        ("Path parameters", "path"),
        ("Pfad-Parameter", "path"),
        ("Parámetros de consulta", "query"),
        ("Body", "body"),
        ("Anfrage-Body", "body"),
        ("Response", "response"),
        ("Antwort", "response"),
        ("Returns", "response"),
    ],
)
def test_a_heading_says_where_the_fields_under_it_go(heading: str, where: str) -> None:
    """It is their section until another heading comes, with or without blank lines around it."""
    for text in (f"{heading}\n\nfloor\ninteger\nWhich.\n", f"{heading}\nfloor\ninteger\nWhich.\n"):
        found = fields(f"agent_id\ninteger\nWho.\n\n{text}")
        assert told(found["agent_id"], "where", "section") == ("body", "Request")
        assert told(found["floor"], "where", "section") == (where, heading)


def test_under_an_example_there_are_no_fields() -> None:
    """What is shown there are samples, and what is said there are notes."""
    draft = drafted('agent_id\ninteger\nWho.\n\nExample\n\nfloor\ninteger\n{"agent_id": 3}\n')
    assert [each.name for each in draft.fields] == ["agent_id"]
    assert draft.samples == ('{"agent_id": 3}',)
    assert draft.fields[0].code == ()


@pytest.mark.parametrize(
    ("line", "section"),
    [
        ("Who answers", "Who answers"),
        ("One two three four five six seven eight", "One two three four five six seven eight"),
        ("One two three four five six seven eight nine", "Request"),
        ("Who answers.", "Request"),
        ("Who answers:", "Request"),
        ("Who answers?", "Request"),
        ("Who answers (or not)", "Request"),
        ("who answers", "Request"),
        ("• Who answers", "Request"),
        ("3 who answer", "Request"),
    ],
)
def test_a_short_line_with_a_capital_and_without_a_stop_is_a_heading(line: str, section: str) -> None:
    """Between blank lines, or right above a field whose forerunner has a text; any other line is text."""
    for text in (
        f"floor\ninteger\nWhich.\n\n{line}\n\nagent_id\ninteger\n",
        f"floor\ninteger\nWhich.\n{line}\nagent_id\ninteger\n",
    ):
        found = fields(text)
        assert found["agent_id"].section == section
        assert found["floor"].section == "Request"


def test_a_first_line_of_text_is_never_a_heading() -> None:
    """A field without a text yet is described by it, though it looks like one."""
    found = fields("floor\ninteger\nWhich floor\nagent_id\ninteger\nWho\n")
    assert found["floor"].description == ("Which floor",)
    assert found["agent_id"].section == "Request"
    assert found["agent_id"].description == ("Who",)


@pytest.mark.parametrize("before", ["One of these:", "Either here,"])
def test_what_follows_a_colon_or_a_comma_is_no_heading(before: str) -> None:
    """The text goes on there."""
    found = fields(f"floor\nstring\n{before}\nGround floor\nagent_id\ninteger\n")
    assert found["agent_id"].section == "Request"
    assert found["floor"].description == (f"{before} Ground floor",)


def test_a_heading_at_the_end_of_a_page_ends_it() -> None:
    """Whether or not the page has a last line end."""
    for end in ("", "\n"):
        draft = drafted(f"floor\ninteger\nWhich.\n\nWhat else{end}")
        assert draft.fields[0].description == ("Which.",)
        assert draft.notes == ("Adds one assistant to the office. It takes a minute.",)


@pytest.mark.parametrize(
    ("lines", "description"),
    [
        ("Either\nnear\nor\nfar.", ("Either near or far.",)),
        ("Either near,\nFar (\nBoth\n).", ("Either near, Far (Both).",)),
        ("It is near\n, or far\n.", ("It is near, or far.",)),
        ("It is near.\nIt is far.", ("It is near.", "It is far.")),
        ("It is near!\nor far", ("It is near!", "or far")),
        ("One of:\nNear", ("One of: Near",)),
        ("One of:\nNear or far or both", ("One of:", "Near or far or both")),
        ("One of:\nnear or far or both of them", ("One of: near or far or both of them",)),
        ("One of:\n• near\n• far", ("One of:", "- near", "- far")),
        ("It is near\n• or far", ("It is near", "- or far")),
        ("It is **near** or [far](https://lettings.example/far).", ("It is near or far.",)),
        (r"It is __near__ or \_far\_, \[both\].", ("It is near or _far_, [both].",)),
    ],
)
def test_a_sentence_that_was_broken_at_its_code_spans_is_made_whole(lines: str, description: tuple[str, ...]) -> None:
    """A line goes on with the one before where no sentence ended there; bullets stand for themselves."""
    found = fields(f"place\nstring\n{lines}\nfloor\ninteger\nWhich.\n")
    assert found["place"].description == description
    assert found["floor"].description == ("Which.",)


def test_each_paragraph_knows_its_line() -> None:
    """That of its first words."""
    text = HEAD + "place\nstring\nIt is\nnear.\n• a bullet\nIt has a name.\n"
    (place,) = read(text).fields
    assert [text.splitlines()[each - 1] for each in place.lines] == ["It is", "• a bullet", "It has a name."]
    assert text.splitlines()[place.line - 1] == "place"
    found = [text.splitlines()[place.line_at(place.text.index(each)) - 1] for each in ("It is", "near", "name")]
    assert found == ["It is", "It is", "It has a name."]


def test_what_follows_a_blank_line_speaks_of_the_section() -> None:
    """It is a note, with its line; a field's own text stands without a gap."""
    text = HEAD + "floor\ninteger\nWhich.\n\nFloors are counted from the street.\n\nagent_id\ninteger\n\nWho.\n"
    draft = read(text)
    assert [each.description for each in draft.fields] == [("Which.",), ("Who.",)]
    assert draft.notes[1:] == ("Floors are counted from the street.",)
    assert text.splitlines()[draft.note_lines[1] - 1] == "Floors are counted from the street."


@pytest.mark.parametrize(
    "line", ["Copy", "Copy page", "Skip to main content", "Was this page helpful?", "On this page"]
)
def test_buttons_of_the_docs_site_are_left_out(line: str) -> None:
    """Wherever they were copied."""
    found = fields(f"floor\ninteger\nWhich.\n{line}\nagent_id\ninteger\n{line}\nWho.\n")
    assert (found["floor"].description, found["agent_id"].description) == (("Which.",), ("Who.",))
    assert found["agent_id"].section == "Request"


@pytest.mark.parametrize(
    ("sample", "rest"),
    [
        ('"floors": [\n{"no": 3}\n]\n', "Said after it."),
        ('"floors": [3, 4]\n', "Said after it."),
        ('"floors": ["[", "}}"]\n', "Said after it."),
        ('"floors": ["a \\" ["]\n', "Said after it."),
        ('{\n"floors": {"low": [\n1]}\n}\n', "Said after it."),
        ("curl -X POST \\\n-d 3\n", "Said after it."),
    ],
)
def test_a_sample_ends_where_its_brackets_close(sample: str, rest: str) -> None:
    """Brackets inside of its texts do not count, and a command goes on behind a backslash."""
    found = fields(f"floors\narray\nWhich.\n{sample}{rest}\nagent_id\ninteger\nWho.\n")
    assert found["floors"].code == (sample.rstrip("\n"),)
    assert found["floors"].description == ("Which.", rest)
    assert found["agent_id"].description == ("Who.",)


ASKED = (
    "questions\narray\nWhat to ask{fold}text\nstring\nrequired\nThe question.\npoints\ninteger\nWhat it counts.\n"
    "{end}Reports\n\nreport_url\nstring\nWhere to.\n"
)


@pytest.mark.parametrize(
    "fold", ["\nShow properties\n", ".Show child attributes\n", "\nAttribute anzeigen\n", "\nMostrar los atributos\n"]
)
@pytest.mark.parametrize("end", ["\n", '"questions": [{"text": "Is it let?"}]\n\n'])
def test_a_fold_out_holds_the_fields_under_its_label(fold: str, end: str) -> None:
    """On a line of its own or right behind the last word; a heading ends it, or the outer field's own sample."""
    found = fields(ASKED.format(fold=fold, end=end))
    assert list(found) == ["questions", "report_url"]
    assert [told(each, "name", "type", "required") for each in found["questions"].fields] == [
        ("text", "string", True),
        ("points", "integer", False),
    ]
    assert found["questions"].description == ("What to ask." if fold.startswith(".") else "What to ask",)
    assert found["questions"].code == ((end.strip(),) if end.strip() else ())
    assert found["report_url"].section == "Reports"


def test_a_label_is_short() -> None:
    """A sentence that starts with its word is text, and what follows it stands beside the field."""
    text = "Show callers the list of all houses"
    found = fields(f"houses\narray\nAll of them.\n{text}\nfloor\ninteger\nWhich.\n")
    assert list(found) == ["houses", "floor"]


@pytest.mark.parametrize("kind", ["array", "object", "integer[]"])
def test_a_name_that_stands_twice_is_a_part_of_the_list_before_it(kind: str) -> None:
    """Its label is lost; what follows are parts, too, until one of them would stand twice."""
    body = (
        f"floor\ninteger\nWhich.\nhouses\n{kind}\nAll.\nfloor\ninteger\nOf the house.\nrent\nnumber\nWhat it costs.\n"
    )
    found = fields(body + "floor\nstring\nAgain.\n") if kind == "array" else fields(body)
    inner = [each.name for each in found["houses"].fields]
    assert inner == (["floor", "rent"] if kind != "integer[]" else [])


def test_parts_that_are_spelled_with_their_fields_name_end_with_the_spelling() -> None:
    """`houses[].floor` is one of `houses`; the first name without it stands beside the field again."""
    parts = "houses[].floor\ninteger\nOf it.\nhouses[].rent\nnumber\nCosts.\n"
    found = fields(f"houses\narray\nAll.\nShow properties\n{parts}agent_id\ninteger\nWho.\n")
    assert list(found) == ["houses", "agent_id"]
    assert [each.name for each in found["houses"].fields] == ["houses[].floor", "houses[].rent"]


def test_text_in_a_fold_out_without_fields_describes_its_entries() -> None:
    """Line by line, as kinds of entries are."""
    found = fields("steps\narray\nWhat it does.\nShow kinds\nring - Rings\n• times: How often\n")
    assert found["steps"].details == ("ring - Rings", "- times: How often")
    assert found["steps"].description == ("What it does.",)


def test_a_line_over_a_text_is_none_of_its_heading() -> None:
    """Blank above and text below: it is a note's first line, and the section stays."""
    draft = drafted("floor\ninteger\nWhich.\n\nWho answers\nis told here.\nagent_id\ninteger\nWho.\n")
    assert draft.notes[1:] == ("Who answers",)
    assert [each.section for each in draft.fields] == ["Request", "Request"]


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_last_line_without_a_stop_is_text(end: str) -> None:
    """Nothing stands under it that it could head."""
    draft = drafted(f"floor\ninteger\nWhich.\nWhat else{end}")
    assert draft.fields[0].description == ("Which.", "What else")


def test_marked_fold_outs_end_where_they_are_marked() -> None:
    """At any depth; what stands behind an end is the outer field's, or the next field."""
    inner = ["owner", "object", "Whose.", OPENS, "name", "string", "Its name.", CLOSES, "Or nobody's."]
    lines = ["Request", "", "houses", "array", "All.", OPENS, "name", "string", "Street.", *inner, CLOSES]
    draft = read_lines(enumerate([*lines, "Not all of them.", "agent_id", "integer", "Who."], start=1))
    houses, agent = draft.fields
    assert (houses.description, agent.name) == (("All.", "Not all of them."), "agent_id")
    name, owner = houses.fields
    assert (name.name, owner.description) == ("name", ("Whose.", "Or nobody's."))
    assert [(each.name, each.description) for each in owner.fields] == [("name", ("Its name.",))]
    (again, direct) = read_lines(enumerate([*lines, "agent_id", "integer", "Who."], start=1)).fields
    assert (len(again.fields), direct.name) == (2, "agent_id")


def test_a_mark_without_a_field_holds_nothing() -> None:
    """A fold-out of the docs site's own has fields that stand as if it were not there."""
    draft = read_lines(enumerate(["Request", "", OPENS, "floor", "integer", "Which.", CLOSES, CLOSES], start=1))
    assert [(each.name, each.description) for each in draft.fields] == [("floor", ("Which.",))]


def test_a_title_that_is_known_is_kept() -> None:
    """The first heading is a section then."""
    draft = read_lines(enumerate(["Who answers", "", "agent_id", "integer", "Who."], start=1), "Take somebody on")
    assert (draft.title, draft.fields[0].section) == ("Take somebody on", "Who answers")
