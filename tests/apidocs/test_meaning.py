"""What single sentences make of a field: one page of an invented agency per row."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from tests.apidocs.office import ENGINE, MODES, field, keywords, rules, schema, written

TEXTS = {"type": "array", "items": {"type": "string"}}


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("boolean", "Whether viewings are confirmed (default: 1)", {"default": True, "x-clear": True}),
        ("boolean", "Whether viewings are confirmed (default: 0)", {"default": False, "x-clear": False}),
        ("boolean", "Whether viewings are confirmed (default: sometimes)", {}),
        ("integer", "Days ahead (default: 14).", {"default": 14, "x-clear": 14}),
        ("integer", "Days ahead. Defaults to 14.", {"default": 14, "x-clear": 14}),
        ("integer", "Days ahead (default: 2.5)", {}),
        ("number", "Hours ahead (default: 2.5)", {"default": 2.5, "x-clear": 2.5}),
        ("integer", "Days ahead. Range: 1-10 (default: 14)", {"default": 14, "minimum": 1, "maximum": 10}),
        ("integer[]", "Streets to offer (default: [])", {"default": [], "x-clear": [], "items": {"type": "integer"}}),
        ("object", "Floors by house (default: {})", {"default": {}, "x-clear": {}}),
        ("object", "Floors by house (default: none)", {}),
        ("string", "What to say. Default: `One moment`", {"default": "One moment", "x-clear": "One moment"}),
        (
            "string",
            'What to say (default: "One moment, please.")',
            dict.fromkeys(("default", "x-clear"), "One moment, please."),
        ),
        ("string", "What to say. Default: “One moment”", {"default": "One moment", "x-clear": "One moment"}),
    ],
)
def test_a_default_in_a_sentence_has_the_fields_type(kind: str, text: str, expected: dict[str, Any]) -> None:
    """Its quotes are none of it, nor is the sentence's full stop; what is no value of the type is no default."""
    found = keywords(written(field("notice", kind, text)), "notice")
    assert found == {"type": kind.removesuffix("[]") if kind == "object" else found["type"], **expected}


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("integer", "Rooms, at least 2", {"minimum": 2}),
        ("integer", "Rooms, at most 9", {"maximum": 9}),
        ("integer", "Rooms, at least 2 and no more than 9 of them. Range: 3-8", {"minimum": 3, "maximum": 8}),
        ("integer", "Rent. Range: 1,000-250,000", {"minimum": 1000, "maximum": 250000}),
        ("integer", "Miete. Bereich: 1-1.000.000", {"minimum": 1, "maximum": 1000000}),
        ("number", "Deposit. Range: 0,125-1,5", {"minimum": 0.125, "maximum": 1.5}),
        ("number", "Deposit. Range: 1,000.50-2,000.75", {"minimum": 1000.5, "maximum": 2000.75}),
        ("string", "Where, between 1 and 9 streets away", {}),
        ("string", "A short name (3-16 characters)", {"minLength": 3, "maxLength": 16}),
        ("integer", "A short number (3-16 characters)", {}),
        ("string", "A short word, alphanumeric and underscores only", {"pattern": "^[A-Za-z0-9_]+$"}),
        ("integer", "A short word, alphanumeric and underscores only", {}),
        ("string", "The office's time zone, such as Europe/Lisbon", {"format": "timezone"}),
        ("object", "The office's time zone, such as Europe/Lisbon", {}),
        ("string", "Listing URL for tenants", {"format": "uri"}),
        ("object", "Listing URL for each house", {}),
    ],
)
def test_a_size_holds_for_the_types_that_have_one(kind: str, text: str, expected: dict[str, Any]) -> None:
    """Numbers have ends, texts have lengths, patterns and formats; a number in another field's text is only a word."""
    assert keywords(written(field("notice", kind, text)), "notice") == {"type": kind, **expected}


@pytest.mark.parametrize(
    "text",
    [
        "Since version 1.2.3, between 1.2.3 and 4.5.6",
        "From 01.02.2024: between 01.02.2024 and 03.04.2024",
        "Range: 1-99999999999999999999",
        "Range: 90-5",
        f"At most {'9' * 400} of them (default: {'9' * 400})",
    ],
)
@pytest.mark.parametrize("kind", ["integer", "number"])
def test_what_is_no_number_or_no_range_limits_nothing(kind: str, text: str) -> None:
    """A version, a date, a figure that nothing can hold, and ends that lie the wrong way round."""
    assert keywords(written(field("notice", kind, text)), "notice") == {"type": kind}


@pytest.mark.parametrize("size", ["9" * 5000, "1.2.3"])
def test_a_length_that_is_no_number_limits_nothing(size: str) -> None:
    """As for ranges."""
    made = written(field("notice", "string", f"What to say. Maximum {size} characters"))
    assert keywords(made, "notice") == {"type": "string"}


@pytest.mark.parametrize("name", ["report_url", "report_uri", "url", "uri"])
def test_a_text_whose_name_says_so_is_an_address(name: str) -> None:
    """The name alone is enough."""
    assert keywords(written(field(name, "string", "Where reports go")), name)["format"] == "uri"
    assert "format" not in keywords(written(field(f"{name}s_kept", "string", "Where reports go")), f"{name}s_kept")


@pytest.mark.parametrize(
    ("text", "nullable"),
    [
        ("The agent. Set to null to let go.", True),
        ("The agent. It must not be null.", False),
        ("The agent. Set to null to let go. While calls run it cannot be null.", False),
        ("The agent.", False),
    ],
)
def test_null_is_allowed_where_a_sentence_allows_it_and_none_refuses_it(text: str, nullable: bool) -> None:
    """A refusal has the last word."""
    expected = {"type": ["integer", "null"], "x-clear": None} if nullable else {"type": "integer"}
    assert keywords(written(field("agent_id", "integer", text)), "agent_id") == expected


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("object", "Houses by street.", {}),
        ("object", "Houses by street. Replaces all existing ones.", {"x-clear": {}}),
        ("object", "Facts that a text may quote as {{house_name}}.", {"x-placeholders": True}),
        ("string", "A text that may quote {{house_name}}.", {}),
        ("string", "Houses. Replaces all existing ones.", {}),
    ],
)
def test_only_objects_are_replaced_whole_or_quoted_by_key(kind: str, text: str, expected: dict[str, Any]) -> None:
    """And only where their text says so."""
    assert keywords(written(field("houses", kind, text)), "houses") == {"type": kind, **expected}


MOODS = "Short sayings by mood. Each mood is a list of short phrases."
BULLETS = "\n  - `glad`: When it went well\n  - `sorry`\n"
SAMPLE = '\n  ```json\n  "sayings": {"glad": ["Lovely!"], "sorry": ["I am sorry."]}\n  ```\n'


@pytest.mark.parametrize(
    ("text", "inside", "expected"),
    [
        ("Short sayings by mood.", BULLETS, {}),
        (MOODS, "", {"additionalProperties": TEXTS}),
        (
            MOODS,
            BULLETS,
            {
                "properties": {"glad": {**TEXTS, "description": "When it went well"}, "sorry": TEXTS},
                "additionalProperties": TEXTS,
            },
        ),
        (MOODS, SAMPLE, {"properties": {"glad": TEXTS, "sorry": TEXTS}, "additionalProperties": TEXTS}),
        (MOODS, SAMPLE.replace('["Lovely!"]', "[7]"), {"additionalProperties": TEXTS}),
        (MOODS, SAMPLE.replace('["Lovely!"]', "[]"), {"additionalProperties": TEXTS}),
        (MOODS, SAMPLE.replace('["Lovely!"]', '"Lovely!"'), {"additionalProperties": TEXTS}),
        (MOODS, SAMPLE.replace("]}", "]"), {"additionalProperties": TEXTS}),
        (MOODS, SAMPLE.replace('{"glad"', '[{"glad"').replace("]}", "]}]"), {"additionalProperties": TEXTS}),
        (MOODS, '\n  ```json\n  "sayings": {}\n  ```\n', {"additionalProperties": TEXTS}),
    ],
)
def test_an_object_of_lists_of_texts_names_its_keys_by_bullets_or_by_its_sample(
    text: str, inside: str, expected: dict[str, Any]
) -> None:
    """A sample counts where every key holds texts alone; without the sentence neither says anything."""
    found = keywords(written(field("sayings", "object", text, inside=inside)), "sayings")
    assert found == {"type": "object", **expected}


@pytest.mark.parametrize(
    ("shown", "items"),
    [
        ("[3, 4]", {"type": "integer"}),
        ("[0.5, 1.5]", {"type": "number"}),
        ("[true]", {"type": "boolean"}),
        ('["north", "south"]', {"type": "string"}),
        ("[[1], [2]]", {"type": "array"}),
        ('[3, "four"]', None),
        ("[null]", {"type": "null"}),
        ("[]", None),
        ("3", None),
        ("[3, ...]", None),
    ],
)
def test_a_list_that_nobody_describes_holds_what_its_sample_shows(shown: str, items: dict[str, Any] | None) -> None:
    """Where all entries of the sample have one type; a sample of two types, of none or of no JSON says nothing."""
    sample = f'\n  ```json\n  "streets": {shown}\n  ```\n'
    found = keywords(written(field("streets", "array", "Where to look", inside=sample)), "streets")
    assert found == {"type": "array", "x-clear": [], **({"items": items} if items else {})}


@pytest.mark.parametrize(
    ("text", "applies"),
    [
        ("Hums. Not available in `live` mode.", {"engine": ["classic", "hybrid"]}),
        ("Hums. Not available in `live` and `classic` modes.", {"engine": ["hybrid"]}),
        ("Hums. Only available in `classic` mode.", {"engine": ["classic"]}),
        ("Hums. Not available in `live` mode. Only available in `hybrid` mode.", {"engine": ["hybrid"]}),
    ],
)
def test_where_a_field_does_not_exist_says_where_it_does(text: str, applies: dict[str, Any]) -> None:
    """What is not available in some modes exists in the others."""
    assert keywords(written(field("hums", "boolean", text)), "hums") == {"type": "boolean", "x-applies": applies}


def test_what_is_available_in_no_mode_limits_nothing() -> None:
    """A sentence that names every mode leaves none: that is no rule that a document could meet."""
    text = "Hums. Not available in `classic`, `live` and `hybrid` modes."
    assert keywords(written(field("hums", "boolean", text)), "hums") == {"type": "boolean"}


@pytest.mark.parametrize("said", ["Not available in `near`.", "Only available in `near`.", "Required for `near`."])
@pytest.mark.parametrize("beside", ["Words", "Notes"])
def test_a_value_that_decides_over_nothing_limits_nothing(said: str, beside: str) -> None:
    """Where the page calls the values of a field no modes, a sentence that names one of them is only text."""
    place = field("place", "string", "Where. Options: `near`, `far`")
    text, note = (f"Hums. {said}", "") if beside == "Words" else ("Hums.", f"- `hums` is {said[0].lower()}{said[1:]}\n")
    made = written(place + field("hums", "boolean", text), notes=f"{MODES}{note}")
    assert keywords(made, "hums") == {"type": "boolean"}
    assert rules(made) == []


@pytest.mark.parametrize(
    ("kind", "exclusive"), [("classic", True), ("Classic", True), ("claſſic", False), ("night", False)]
)
def test_a_value_is_exclusive_among_assistants_of_a_kind_that_the_page_knows(kind: str, exclusive: bool) -> None:
    """However it is capitalised; of another word, or one in other letters, nobody could tell who else is meant."""
    made = keywords(
        written(field("line_id", "integer", f"It cannot be assigned to another {kind} assistant.")), "line_id"
    )
    assert made == {"type": "integer", **({"x-exclusive": {"engine": "classic"}} if exclusive else {})}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Required if hums is TRUE.", "`hums: true` needs `tune`"),
        ("Erforderlich, wenn `hums` auf `wahr` gesetzt ist.", "`hums: true` needs `tune`"),
        ("Required if engine is live.", "`engine: live` needs `tune`"),
    ],
)
def test_a_field_may_be_needed_beside_a_value_of_another(text: str, rule: str) -> None:
    """True and false in any spelling and language; any other word is a text."""
    made = written(field("hums", "boolean", "Hums") + field("tune", "string", f"What it hums. {text}"))
    assert rules(made) == [rule]
    content = {"agency_name": "Harbour Lettings", "engine": "live", "hums": True}
    judge = jsonschema.Draft202012Validator(schema(made))
    assert not judge.is_valid(content)
    assert judge.is_valid({**content, "tune": "Summertime"})
    assert judge.is_valid({**content, "engine": "classic", "hums": False})


def test_a_need_beside_a_field_that_the_page_does_not_have_is_no_rule() -> None:
    """Nobody could meet it."""
    assert rules(written(field("tune", "string", "What it hums. Required if sings is true."))) == []


CHOICES = """
  - `lookup`: It asks
  - `inline`: All at once. Classic mode only
  - `digest`: {digest}
"""


@pytest.mark.parametrize(
    ("digest", "expected"),
    [
        ("A summary", ["with engine live or hybrid, `recall` can only be lookup or digest"]),
        (
            "A summary. Required for live mode",
            [
                "with engine live, `recall` can only be digest",
                "with engine hybrid, `recall` can only be lookup or digest",
            ],
        ),
        (
            "A summary (10-30 seconds). Only for hybrid mode",
            [
                "with engine classic, `recall` can only be lookup or inline",
                "with engine live, `recall` can only be lookup",
                "with engine hybrid, `recall` can only be lookup or digest",
            ],
        ),
        (
            "A summary. Cannot be disabled in live mode",
            ["with engine live or hybrid, `recall` can only be lookup or digest"],
        ),
    ],
)
def test_what_is_said_beside_a_value_limits_the_modes_that_it_may_stand_in(digest: str, expected: list[str]) -> None:
    """ "Only" limits that value, "required" forbids the others there; what else is said there is no limit."""
    inside = CHOICES.format(digest=digest)
    assert rules(written(field("recall", "string", "How notes reach it:", inside=inside))) == expected


def test_a_rule_that_speaks_of_a_field_which_a_page_lacks_is_not_in_that_pages_file() -> None:
    """A body is never judged by what it cannot hold: neither by the field asked for, nor by the one that is limited."""
    hums = field("hums", "boolean", "Hums. Only available in `classic` mode.", ' default="false"')
    told = "`hums` exists only with engine classic; elsewhere leave it out or at false"
    other = "".join(field(name, "string", "Something else") for name in ("street", "house", "flat"))
    both = written(hums + other)
    assert rules(both) == rules(both, "create") == rules(both, "update") == [told]
    lacks_hums = written(hums + other, other)
    assert (rules(lacks_hums), rules(lacks_hums, "update")) == ([told], [])
    named = field("agency_name", "string", "Shown to callers (max 60 characters)", "{required}")
    lacks_engine = written(field("engine", "string", ENGINE) + hums + other, hums + other, base=named)
    assert (rules(lacks_engine), rules(lacks_engine, "update")) == ([told], [])
    late = written(other, other + field("tune", "string", "What it hums. Required for live mode."))
    assert (rules(late), rules(late, "create")) == (["engine live needs `tune`"], [])


@pytest.mark.parametrize("kind", ["", "date", "date[]", "file | string"])
def test_a_field_of_no_known_type_takes_any_value_and_is_told(kind: str) -> None:
    """The files stay valid; the page that gives no type is named with the field's line."""
    made = written(field("opens", kind, "When the office opens. Required for live mode. May be null."))
    for name in ("assistant", "create", "update"):
        jsonschema.Draft202012Validator.check_schema(schema(made, name))
        assert "type" not in keywords(made, "opens", name)
    told = [(each.severity, each.file, each.field) for each in made.diagnostics if each.code == "type-not-known"]
    assert told == [("warning", "create.mdx", "opens"), ("warning", "update.mdx", "opens")]
    assert all(each.line for each in made.diagnostics if each.code == "type-not-known")


@pytest.mark.parametrize("pages", [("integer", "date"), ("date", "integer")])
def test_a_type_that_one_page_gives_holds_for_both(pages: tuple[str, str]) -> None:
    """As with every limit."""
    made = written(*(field("floor", each, "Which floor") for each in pages))
    assert [keywords(made, "floor", kind)["type"] for kind in ("assistant", "create", "update")] == ["integer"] * 3


@pytest.mark.parametrize(
    ("printed", "default"),
    [("One moment.", "One moment."), ("'One' moment", "'One' moment"), ("“One”, two", "“One”, two")],
)
def test_a_default_that_is_printed_as_a_mark_is_taken_as_it_stands(printed: str, default: str) -> None:
    """Its full stop and its quotes are its own, and a sentence does not change it."""
    made = written(field("notice", "string", "What to say (default: `Never`)", f' default="{printed}"'))
    assert keywords(made, "notice") == {"type": "string", "default": default, "x-clear": default}


@pytest.mark.parametrize(
    ("text", "inside", "values"),
    [
        (
            "How notes reach it:",
            "\n  - `lookup`: It asks\n  - `inline`\n\n  Nothing else.\n  - `digest`\n",
            ["lookup", "inline"],
        ),
        ("How notes reach it:", "\n  - lookup: It asks\n  - inline — All at once\n", ["lookup", "inline"]),
        ("How notes reach it:", "\n  - `lookup`: It asks\n", None),
        ("How notes reach it:", "\n  - It asks for them\n  - `inline`\n  - `digest`\n", None),
        ("How notes reach it.", "\n  - `lookup`\n  - `inline`\n", None),
        ("How notes reach it.", "\n\n  One of:\n  - `lookup`\n  - `inline`\n", ["lookup", "inline"]),
        ("Options: `lookup`", "", None),
        ("Options: `lookup` (soon), `inline` (default)", "", ["lookup", "inline"]),
        ("How notes reach it: lookup, inline, or digest.", "", ["lookup", "inline", "digest"]),
        ("Valid options: lookup, all at once (slow), never", "", ["lookup", "all at once", "never"]),
        ('Options: "free text", “a number”', "", ["free text", "a number"]),
    ],
)
def test_the_values_of_a_text_are_bullets_under_a_colon_or_a_list_in_a_sentence(
    text: str, inside: str, values: list[str] | None
) -> None:
    """Two at least, in page order; a bullet that is no value ends them."""
    found = keywords(written(field("recall", "string", text, inside=inside)), "recall")
    assert found.get("enum") == values


@pytest.mark.parametrize("kind", ["integer", "boolean", "array", "object"])
def test_values_of_what_is_no_text_are_no_list(kind: str) -> None:
    """A field of no known type may have some."""
    made = written(field("recall", kind, "Options: `1`, `2`") + field("other", "date", "Options: `mo`, `tu`"))
    assert "enum" not in keywords(made, "recall")
    assert keywords(made, "other")["enum"] == ["mo", "tu"]


def test_what_is_said_in_brackets_behind_a_value_limits_it() -> None:
    """As what is said beside a bullet does."""
    made = written(field("recall", "string", "Options: `lookup`, `inline` (classic mode only)"))
    assert rules(made) == ["with engine live or hybrid, `recall` can only be lookup"]
