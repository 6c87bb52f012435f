"""Kinds of list entries: what a fold-out that names them makes of their keys, and what it refuses."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from tests.apidocs.office import field, keywords, written

TOLD = "What it does. Each step has a `kind` and step-specific fields."


def steps(*details: str) -> dict[str, Any]:
    """The schema of a step, from the lines of its fold-out."""
    inside = "\n".join(["", '  <Expandable title="Kinds">', *(f"    {each}" for each in details), "  </Expandable>"])
    items = keywords(written(field("steps", "array", TOLD, inside=inside)), "steps")["items"]
    jsonschema.Draft202012Validator.check_schema(items)
    return dict(items)


def key_of(text: str) -> dict[str, Any]:
    """What a text beside a key makes of the key; its description left out."""
    made = steps("**ring** - Rings", f"- `times`: {text}")["x-variants"]["ring"]["properties"]["times"]
    assert made["description"] == text
    return {name: each for name, each in made.items() if name != "description"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How often", {}),
        ("How often, at most 7", {"type": "number", "maximum": 7}),
        ("How often, at least 2", {"type": "number", "minimum": 2}),
        ("How often (2-7)", {"type": "number", "minimum": 2, "maximum": 7}),
        ("How long, 1.5–2.5 (default: 2)", {"type": "number", "minimum": 1.5, "maximum": 2.5, "default": 2}),
        ("How often (7-2)", {}),
        ("How often, between 1.2.3 and 4.5.6", {}),
        ("How often (default: 3)", {"type": "integer", "default": 3}),
        ("How often (default: `3`).", {"type": "integer", "default": 3}),
        ("How often. Default: 3.", {"type": "integer", "default": 3}),
        ("How long (default: 2.5)", {"type": "number", "default": 2.5}),
        ("How cold (default: -4)", {"type": "integer", "default": -4}),
        ("How often (default: often)", {}),
        ("Whether it hums (default: true)", {"type": "boolean", "default": True}),
        ("Whether it hums (default: false)", {"type": "boolean", "default": False}),
        ("If true, it hums", {"type": "boolean"}),
        ("What to do if true", {}),
        ("What to say (3-40 characters)", {"type": "string", "minLength": 3, "maxLength": 40}),
        ("What to say (max 40 characters)", {"type": "string", "maxLength": 40}),
        ("What to say, at least 3 characters", {"type": "string", "minLength": 3}),
        ('What to say (default: "One moment.")', {"type": "string", "default": "One moment."}),
        ("What to say (default: “One moment.”)", {"type": "string", "default": "One moment."}),
        (r'What to say (default: "One\nmoment")', {"type": "string", "default": "One\nmoment"}),
        ("What to say (max 40 characters, default: `7`)", {"type": "string", "maxLength": 40, "default": "7"}),
        ("Options: `harp` (default), `flute`", {"type": "string", "enum": ["harp", "flute"], "default": "harp"}),
        ("How loud (1-9). Options: `1`, `9`", {"type": "string", "enum": ["1", "9"]}),
        ("Array of questions", {"type": "array"}),
        ("A list of questions", {"type": "array"}),
        ("An array of questions", {"type": "array"}),
        ("Questions in an array of texts", {}),
    ],
)
def test_the_text_beside_a_key_says_what_it_holds(text: str, expected: dict[str, Any]) -> None:
    """Sizes, lengths, values and defaults; a word that is no value says nothing."""
    assert key_of(text) == expected


@pytest.mark.parametrize(
    ("text", "content", "valid"),
    [
        ("How often (2-7)", 7, True),
        ("How often (2-7)", 8, False),
        ("How often, at most 7", 8, False),
        ("How often, at least 2", 1, False),
        ("What to say (3-40 characters)", "ab", False),
        ("Options: `harp`, `flute`", "drum", False),
        ("If true, it hums", "yes", False),
        ("If true, it hums", False, True),
        ("How often (default: 3)", "three", True),
        ('What to say (default: "One moment.")', 7, True),
    ],
)
def test_a_value_is_refused_by_its_limits_and_never_by_a_type_alone(text: str, content: Any, valid: bool) -> None:
    """Ids and numbers come as texts, too; only true or false has no other spelling."""
    made = jsonschema.Draft202012Validator(steps("**ring** - Rings", f"- `times`: {text}"))
    assert made.is_valid({"kind": "ring", "times": content}) is valid
    assert made.is_valid({"kind": "knock", "times": content})


def test_kinds_of_which_nothing_is_required_or_limited_give_no_rule() -> None:
    """They are described, and every entry of such a kind passes."""
    made = steps("**ring** - Rings the bell", "- `tune`: What it rings", "**knock** - Knocks")
    assert "allOf" not in made
    assert made["properties"]["kind"]["description"] == "The kind of entry. Described: `ring`, `knock`; others pass."
    assert made["x-variants"] == {
        "ring": {
            "description": "Rings the bell",
            "required": [],
            "properties": {"tune": {"description": "What it rings"}},
        },
        "knock": {"description": "Knocks", "required": [], "properties": {}},
    }


@pytest.mark.parametrize(
    "head", ["**ring** - Rings", "**ring** — Rings", "**ring**: Rings", "ring - Rings", "ring — Rings"]
)
def test_a_kind_is_bold_or_stands_before_a_dash(head: str) -> None:
    """Text from a browser has lost its bold type; what follows the dash describes the kind."""
    assert steps(head, "- `times` (required): How often")["x-variants"] == {
        "ring": {
            "description": "Rings",
            "required": ["times"],
            "properties": {"times": {"description": "How often"}},
        }
    }


@pytest.mark.parametrize(
    "line", ["- `times` (required): How often", "* times (required): How often", "- times (required) : How often"]
)
def test_a_key_is_code_or_stands_before_a_colon(line: str) -> None:
    """With or without its mark, whichever bullet it has; a bullet that is neither is no key."""
    made = steps("**ring** - Rings", line, "- rings until somebody comes", "**knock**")["x-variants"]
    assert made["ring"]["properties"] == {"times": {"description": "How often"}}
    assert made["ring"]["required"] == ["times"]
    assert made["knock"] == {"description": "", "required": [], "properties": {}}


def test_keys_above_the_first_kind_belong_to_none() -> None:
    """They say something of all steps, which is not read."""
    assert list(steps("- `name`: Its name", "**ring** - Rings")["x-variants"]) == ["ring"]


def test_keys_under_a_key_are_parts_of_its_entries() -> None:
    """Deeper bullets, or names in the text itself; a bullet that is no deeper is a key of the kind again."""
    made = steps(
        "**ask** - Asks",
        "- `questions` (required): Array of questions",
        "  - `slug` (required): A short name (3-16 characters)",
        "  - `label`: What is asked",
        "- `answers`: Array of answers. Each one has: `text` (required), `points` (how many it counts)",
        "- `end`: When to stop",
    )["x-variants"]["ask"]
    assert made["required"] == ["questions"]
    assert list(made["properties"]) == ["questions", "answers", "end"]
    assert made["properties"]["questions"] == {
        "description": "Array of questions",
        "type": "array",
        "items": {
            "type": "object",
            "required": ["slug"],
            "properties": {
                "slug": {
                    "description": "A short name (3-16 characters)",
                    "type": "string",
                    "minLength": 3,
                    "maxLength": 16,
                },
                "label": {"description": "What is asked"},
            },
        },
    }
    assert made["properties"]["answers"]["items"] == {
        "type": "object",
        "required": ["text"],
        "properties": {"text": {"description": "required"}, "points": {"description": "how many it counts"}},
    }


def test_each_rule_of_a_kind_says_itself() -> None:
    """What it needs, or that it limits; several keys are joined as in a sentence."""
    made = steps(
        "**ring** - Rings",
        "- `door` (required): Which door",
        "- `floor` (required): Which floor",
        "- `flat` (required): Which flat",
        "**knock** - Knocks",
        "- `times`: How often (1-9)",
        "**wait** - Waits",
        "- `minutes` (required): How long (1-30)",
    )
    kinds = [each["if"]["properties"]["kind"]["const"] for each in made["allOf"]]
    assert kinds == ["ring", "knock", "wait"]
    assert all(each["if"]["required"] == ["kind"] for each in made["allOf"])
    assert [each["description"] for each in made["allOf"]] == [
        "kind ring needs `door`, `floor` and `flat`",
        "limits of kind knock",
        "kind wait needs `minutes`",
    ]
    assert made["allOf"][2]["then"] == {
        "required": ["minutes"],
        "properties": {"minutes": {"type": "number", "minimum": 1, "maximum": 30}},
    }


GROUPS = (
    "**book** - Books a viewing",
    "- `diary`: {diary}",
    '{paper} (`diary: "paper"`):',
    "- `drawer` (required): Where it lies",
    "Cloud fields (diary = cloud):",
    "- `cloud_token` (required): Who may write",
    "- `owner` (required): Whose it is",
    "**ring** - Rings",
    "- `door` (required): Which",
)


@pytest.mark.parametrize(
    ("diary", "step", "valid"),
    [
        ("Options: `paper` (default), `cloud`", {}, False),
        ("Options: `paper` (default), `cloud`", {"drawer": "third"}, True),
        ("Options: `paper` (default), `cloud`", {"diary": "cloud"}, False),
        ("Options: `paper` (default), `cloud`", {"diary": "cloud", "cloud_token": "x"}, False),
        ("Options: `paper` (default), `cloud`", {"diary": "cloud", "cloud_token": "x", "owner": "Ines"}, True),
        ("Options: `paper`, `cloud`", {}, True),
        ("Options: `paper`, `cloud`", {"diary": "paper"}, False),
        ("Options: `paper`, `cloud`", {"diary": "stone"}, False),
    ],
)
def test_a_group_of_keys_is_needed_for_its_value_alone(diary: str, step: dict[str, Any], valid: bool) -> None:
    """A key that is left out has its default, where it has one."""
    lines = [each.replace("{diary}", diary).replace("{paper}", "Paper fields") for each in GROUPS]
    made = steps(*lines)
    assert jsonschema.Draft202012Validator(made).is_valid({"kind": "book", **step}) is valid
    assert [each["description"] for each in made["allOf"]] == [
        "limits of kind book",
        "kind book with diary paper needs `drawer`",
        "kind book with diary cloud needs `cloud_token` and `owner`",
        "kind ring needs `door`",
    ]


def test_a_group_of_keys_that_may_all_be_left_out_is_no_rule() -> None:
    """They are keys of the kind like any others."""
    lines = [each.replace(" (required)", "") for each in GROUPS[:4]]
    made = steps(*(each.replace("{diary}", "Which one").replace("{paper}", "Paper fields") for each in lines))
    assert list(made["x-variants"]["book"]["properties"]) == ["diary", "drawer"]
    assert "allOf" not in made
