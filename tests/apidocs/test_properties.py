"""A field's property beside its sentences: secrets, lists, parts, and what two pages say together."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apidocs.office import field, keywords, schema, written


@pytest.mark.parametrize(
    ("name", "kind", "text", "secret"),
    [
        ("calendar_api_key", "string", "Opens the calendar", True),
        ("apikey", "string", "Opens the calendar", True),
        ("office_token", "string", "Opens the calendar", True),
        ("secret", "string", "Opens the calendar", True),
        ("door_password", "string", "Opens the office", True),
        ("calendar", "string", "The API key of the calendar", True),
        ("calendar", "string", "Access token for the calendar", True),
        ("password_hint", "string", "What helps to remember it", False),
        ("notice", "string", "Said before the caller gives the password", False),
        ("office_token", "integer", "How many words a call may have", False),
        ("token_limit", "integer", "How many words a call may have", False),
    ],
)
def test_a_text_that_is_called_a_key_is_secret(name: str, kind: str, text: str, secret: bool) -> None:
    """By its name, or by the first words of its text; a text that only mentions one is none, nor is a number."""
    for file in ("assistant", "create", "update"):
        assert keywords(written(field(name, kind, text)), name, file).get("x-secret", False) is secret


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("agent_ids", "integer[]", {"type": "array", "items": {"type": "integer"}, "x-unordered": True}),
        ("floors", "integer[]", {"type": "array", "items": {"type": "integer"}}),
        ("agent_id", "integer", {"type": "integer"}),
        ("streets", "string[]", {"type": "array", "items": {"type": "string"}}),
        ("rooms", "integer[][]", {"type": "array", "items": {"type": "array"}}),
        ("streets", "array<string>", {"type": "array", "items": {"type": "string"}}),
        ("streets", "list of strings", {"type": "array", "items": {"type": "string"}}),
        ("floors", "list of integers", {"type": "array", "items": {"type": "integer"}}),
        ("street", "string | null", {"type": ["string", "null"]}),
        ("streets", "string[] (nullable)", {"type": ["array", "null"], "items": {"type": "string"}}),
        ("floors", "array<array<integer>>", {"type": "array", "items": {"type": "array"}}),
        ("street", "enum<string>", {"type": "string"}),
        ("street", "string<uri>", {"type": "string"}),
        ("rent", "number<double>", {"type": "number"}),
        ("rent", "Decimal", {"type": "number"}),
    ],
)
def test_a_list_says_what_it_holds(name: str, kind: str, expected: dict[str, Any]) -> None:
    """Type words of every spelling; only a list of ids has no order."""
    found = keywords(written(field(name, kind, "What it says")), name)
    clear = {"x-clear": None} if "null" in found["type"] else {"x-clear": []} if found["type"] == "array" else {}
    assert found == {**expected, **clear}


PARTS = """
  <Expandable title="parts">
    <ParamField body="street" type="string" required>
      Where it is (3-40 characters, default: "High Street")
    </ParamField>
    <ParamField body="rent" type="number" default="900">
      What it costs. Range: 100-9000
    </ParamField>
    <ParamField body="door_token" type="string">
      Opens the door. May be null.
    </ParamField>
    <ParamField body="floors" type="integer[]">
      Which floors
    </ParamField>
    <ParamField body="owner" type="object">
      Whose it is
      <Expandable title="parts">
        <ParamField body="kind" type="string" required>
          Options: `person`, `company`
        </ParamField>
      </Expandable>
    </ParamField>
    <ParamField body="free">
      Whether it is free
    </ParamField>
  </Expandable>
"""
PARTED: dict[str, Any] = {
    "required": ["street"],
    "properties": {
        "street": {
            "type": "string",
            "description": 'Where it is (3-40 characters, default: "High Street")',
            "minLength": 3,
            "maxLength": 40,
            "default": "High Street",
        },
        "rent": {
            "type": "number",
            "description": "What it costs. Range: 100-9000",
            "minimum": 100,
            "maximum": 9000,
            "default": 900,
        },
        "door_token": {
            "type": ["string", "null"],
            "description": "Opens the door. May be null.",
            "x-secret": True,
        },
        "floors": {"type": "array", "description": "Which floors", "items": {"type": "integer"}},
        "owner": {
            "type": "object",
            "description": "Whose it is",
            "required": ["kind"],
            "properties": {
                "kind": {
                    "type": "string",
                    "description": "Options: `person`, `company`",
                    "enum": ["person", "company"],
                }
            },
        },
        "free": {"description": "Whether it is free"},
    },
}
SECRETS = {"(^|_)(api_key|apikey|token|secret|password)$": {"x-secret": True}}


def test_parts_of_an_object_and_of_a_lists_entries_have_properties_of_their_own() -> None:
    """Types, lengths, ranges, defaults, null, secrets and further parts, at any depth; a part's heading is not told."""
    made = written(field("house", "object", "One house", inside=PARTS) + field("houses", "array", "All", inside=PARTS))
    assert keywords(made, "house") == {"type": "object", **PARTED}
    items = {"type": "object", **PARTED, "patternProperties": SECRETS}
    assert keywords(made, "houses") == {"type": "array", "items": items, "x-clear": []}


@pytest.mark.parametrize("described", ["create", "update"])
def test_parts_that_one_page_describes_hold_for_both(described: str) -> None:
    """Be they tags, kinds of entries, or the entries of a sample."""
    kinds = (
        "\n  <Expandable title='Kinds'>\n    **show** - Shows a flat\n    - `flat` (required): Which\n  </Expandable>\n"
    )
    sample = '\n  ```json\n  "streets": ["High Street"]\n  ```\n'
    told = "What it does. Each step has a `kind` and step-specific fields."
    full = (
        field("houses", "array", "All", inside=PARTS)
        + field("steps", "array", told, inside=kinds)
        + field("streets", "array", "Where", inside=sample)
    )
    bare = field("houses", "array", "All") + field("steps", "array", told) + field("streets", "array", "Where")
    made = written(*((full, bare) if described == "create" else (bare, full)))
    for name in ("houses", "steps", "streets"):
        assert "items" in keywords(made, name)
        for kind in ("assistant", "create", "update"):
            assert keywords(made, name, kind) == keywords(written(full), name)


ENTRIES = {"type": "array", "x-clear": []}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("What it does. Each step has a `kind` and step-specific fields.", "The kind of entry in `steps`."),
        (
            "Was er tut. Jeder Schritt hat ein `kind`-Feld und schrittspezifische Felder.",
            "The kind of entry in `steps`.",
        ),
    ],
)
def test_entries_whose_kinds_nobody_describes_need_their_kind_alone(text: str, told: str) -> None:
    """Further keys are free; what they are called says whether they are secret."""
    kind = {"type": "string", "description": told}
    items = {"type": "object", "required": ["kind"], "properties": {"kind": kind}, "patternProperties": SECRETS}
    assert keywords(written(field("steps", "array", text)), "steps") == {**ENTRIES, "items": items}


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("integer", "Days. Range: 2-9", {"minimum": 2, "maximum": 9}),
        ("integer", "Days (default: 5)", {"default": 5, "x-clear": 5}),
        ("string", "What to say (3-40 characters)", {"minLength": 3, "maxLength": 40}),
        ("string", "A word, alphanumeric and underscores only", {"pattern": "^[A-Za-z0-9_]+$"}),
        ("string", "Who comes. Options: `agent`, `owner`", {"enum": ["agent", "owner"]}),
        ("string", "The office's time zone, such as Europe/Lisbon", {"format": "timezone"}),
        ("string", "Only available in `classic` mode", {"x-applies": {"engine": ["classic"]}}),
        ("object", "Facts. Replaces the whole set.", {"x-clear": {}}),
        ("object", "Facts that a text may quote as {{fact}}", {"x-placeholders": True}),
        (
            "object",
            "Each mood is a list of short phrases",
            {"additionalProperties": {"type": "array", "items": {"type": "string"}}},
        ),
        (
            "integer",
            "The line. It cannot be assigned to another live assistant.",
            {"x-exclusive": {"engine": "live"}},
        ),
    ],
)
def test_what_one_page_says_of_a_field_holds_for_both(kind: str, text: str, expected: dict[str, Any]) -> None:
    """Whichever of the two it is."""
    spoken, silent = field("detail", kind, text), field("detail", kind, "Something about it")
    for made in (written(spoken, silent), written(silent, spoken)):
        for file in ("assistant", "create", "update"):
            assert keywords(made, "detail", file) == {"type": kind, **expected}


def test_null_on_the_create_page_alone_is_no_clear_value() -> None:
    """Each page allows null for itself; what an update cannot set to null is not cleared by it."""
    nullable, plain = field("agent_id", "integer", "Who. Set to null for nobody."), field("agent_id", "integer", "Who.")
    made = written(nullable, plain)
    assert keywords(made, "agent_id", "create") == {"type": ["integer", "null"]}
    assert keywords(made, "agent_id", "update") == keywords(made, "agent_id") == {"type": "integer"}


@pytest.mark.parametrize(
    ("kind", "first", "second", "told"),
    [
        ("integer", "Range: 2-9", "Range: 3-9", "a minimum 2, update.mdx gives 3"),
        ("integer", "Range: 2-9", "Range: 2-8", "a maximum 9, update.mdx gives 8"),
        ("string", "A word (3-9 characters)", "A word (4-9 characters)", "a minimum length 3, update.mdx gives 4"),
        ("string", "A word (3-9 characters)", "A word (3-8 characters)", "a maximum length 9, update.mdx gives 8"),
        (
            "string",
            "Alphanumeric and underscores",
            "Lowercase, alphanumeric and underscores",
            "a pattern ^[A-Za-z0-9_]+$, update.mdx gives ^[a-z0-9_]+$",
        ),
        ("string", "Options: `a`, `b`", "Options: `b`, `a`", "the values a, b, update.mdx gives b, a"),
        ("integer", "Days (default: 5)", "Days (default: 6)", "the default 5, update.mdx gives 6"),
        ("integer", "Days (default: 0)", "Days (default: 6)", "the default 0, update.mdx gives 6"),
    ],
)
def test_what_two_pages_give_differently_is_the_create_pages_and_is_told(
    kind: str, first: str, second: str, told: str
) -> None:
    """With the update page's name and line, and both values."""
    made = written(field("detail", kind, first), field("detail", kind, second))
    assert keywords(made, "detail") == keywords(written(field("detail", kind, first)), "detail")
    (said,) = made.diagnostics
    assert (said.severity, said.code, said.file, said.field) == ("warning", "pages-differ", "update.mdx", "detail")
    assert said.summary == f"`detail`: create.mdx gives {told}"
    assert said.line


def test_two_types_of_one_field_are_told() -> None:
    """The create page's is kept."""
    made = written(field("floor", "integer", "Which floor"), field("floor", "string", "Which floor"))
    assert keywords(made, "floor", "update") == {"type": "integer"}
    assert [each.summary for each in made.diagnostics] == [
        "`floor`: create.mdx gives the type integer, update.mdx gives string"
    ]


@pytest.mark.parametrize("speaker", ["create.mdx", "update.mdx"])
def test_limits_that_one_page_gives_are_told_in_one_note(speaker: str) -> None:
    """With that page's name and line; the limits hold for both."""
    pages = [field("days", "integer", "Days ahead. Range: 2-9"), field("days", "integer", "Days ahead")]
    made = written(*(pages if speaker == "create.mdx" else pages[::-1]))
    (said,) = made.diagnostics
    assert (said.severity, said.code, said.file, said.field) == ("note", "limit-on-one-page", speaker, "days")
    assert said.summary == f"`days`: only {speaker} gives a minimum (2) and a maximum (9); taken for both"
    assert said.line


@pytest.mark.parametrize(("there", "missing"), [("create.mdx", "update.mdx"), ("update.mdx", "create.mdx")])
def test_a_field_of_one_page_is_told_with_its_place(there: str, missing: str) -> None:
    """And which page lacks it."""
    days = field("days", "integer", "Days ahead (default: 5)")
    made = written(*((days, "") if there == "create.mdx" else ("", days)))
    (said,) = made.diagnostics
    assert (said.severity, said.code, said.file, said.field) == ("warning", "field-on-one-page", there, "days")
    assert said.summary == f"`days` is on {there} and not on {missing}"
    assert said.line
    assert keywords(made, "days") == {
        "type": "integer",
        "default": 5,
        **({"x-clear": 5} if there == "update.mdx" else {}),
    }


def test_fields_of_the_update_page_alone_stand_behind_the_others() -> None:
    """The create page's order comes first."""
    made = written(field("days", "integer", "Days"), field("agent", "string", "Who") + field("days", "integer", "Days"))
    found: Any = made.files["assistant.schema.json"]
    assert list(found["properties"]) == ["agency_name", "engine", "days", "agent", "reconciler"]


def test_values_end_where_a_text_follows_their_bullets() -> None:
    """What stands in bullets below that text is about something else."""
    bullets = (
        "\n  - `lookup`: It asks\n  - `inline`: All at once\n\n  Notes are read at these times.\n\n  - `night`: Late\n"
    )
    assert keywords(written(field("recall", "string", "How notes reach it:", inside=bullets)), "recall") == {
        "type": "string",
        "enum": ["lookup", "inline"],
    }


def test_a_list_of_values_takes_null_where_the_type_does() -> None:
    """What clears a field must pass the schema of the body that clears it."""
    made = written(
        field("recall", "string", "How notes reach it. Options: `lookup`, `inline`"),
        field("recall", "string", "How notes reach it. Options: `lookup`, `inline`. Set to null for neither."),
    )
    assert keywords(made, "recall", "create")["enum"] == ["lookup", "inline"]
    for file in ("assistant", "update"):
        assert keywords(made, "recall", file) == {
            "type": ["string", "null"],
            "enum": ["lookup", "inline", None],
            "x-clear": None,
        }
    part = (
        '\n<Expandable title="parts">\n'
        + field("kind", "string | null", "Options: `flat`, `house`")
        + "</Expandable>\n"
    )
    inner = keywords(written(field("home", "object", "One", inside=part)), "home")["properties"]["kind"]
    assert (inner["type"], inner["enum"]) == (["string", "null"], ["flat", "house", None])


def test_dotted_names_of_any_depth_are_put_inside() -> None:
    """Of an object or of a list's entries, beside what is documented of the object in between."""
    made = written(
        field("owner.name", "string", "Who", " required")
        + field("owner.address", "object", "Where", " required")
        + field("owner.address.street", "string", "Which street")
        + field("owner.address.town", "string", "Which town (max 40 characters)")
        + field("houses[].rooms[].size", "number", "How large")
        + field("houses[].rooms[].floor", "integer", "Which floor", " required")
    )
    assert keywords(made, "owner") == {
        "type": "object",
        "required": ["name", "address"],
        "properties": {
            "name": {"type": "string", "description": "Who"},
            "address": {
                "type": "object",
                "description": "Where",
                "properties": {
                    "street": {"type": "string", "description": "Which street"},
                    "town": {"type": "string", "description": "Which town (max 40 characters)", "maxLength": 40},
                },
            },
        },
    }
    houses = keywords(made, "houses")
    assert houses["type"] == "array"
    rooms = houses["items"]["properties"]["rooms"]
    assert (rooms["type"], rooms["items"]["required"]) == ("array", ["floor"])
    assert list(rooms["items"]["properties"]) == ["size", "floor"]
    assert schema(made)["required"] == ["agency_name", "engine"]
    assert schema(made)["properties"]["owner"]["description"] == ""
    spelled = "\n<Expandable>\n" + field("owner.name", "string", "Who") + "</Expandable>\n"
    inside = keywords(written(field("owner", "object", "Whose", inside=spelled)), "owner")
    assert list(inside["properties"]) == ["name"]
