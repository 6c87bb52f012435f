"""The words of a refusal."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.sandbox.refusals import refusal
from reconciler.validation import Validator

SCHEMA: dict[str, Any] = {
    "properties": {
        "opening_hours": {"type": "string", "minLength": 3, "pattern": "^[0-9]"},
        "rooms": {"type": "array", "maxItems": 1, "items": {"type": ["integer", "null"], "maximum": 9}},
        "doctor": {"type": "object", "additionalProperties": False, "properties": {"surname": {"type": "string"}}},
        "price": {"type": "number"},
    },
    "allOf": [
        {
            "description": "a doctor needs a room.",
            "if": {"required": ["doctor"]},
            "then": {"required": ["rooms"], "properties": {"price": {"maximum": 100}}},
        },
        {"anyOf": [{"required": ["price"]}, {"required": ["opening_hours"]}]},
    ],
}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"opening_hours": "9"}, {"opening_hours": ["The opening hours field must be at least 3 characters."]}),
        ({"opening_hours": "nine"}, {"opening_hours": ["The opening hours field is invalid."]}),
        ({"price": 1, "rooms": [1, 2]}, {"rooms": ["The rooms field is invalid."]}),
        ({"price": 1, "rooms": [10]}, {"rooms.0": ["The rooms.0 field must not be greater than 9."]}),
        ({"price": 1, "rooms": ["a"]}, {"rooms.0": ["The rooms.0 field must be an integer."]}),
        (
            {"price": 1, "rooms": [1], "doctor": {"sirname": "Lee"}},
            {"doctor.sirname": ["The doctor.sirname field is invalid: Did you mean `surname`."]},
        ),
        (
            {"price": 101, "doctor": {}},
            {
                "price": ["The price field is invalid: a doctor needs a room."],
                "rooms": ["The rooms field is invalid: a doctor needs a room."],
            },
        ),
        ({}, {"body": ["The body field is invalid."]}),
    ],
)
def test_each_rule_has_its_words(body: dict[str, Any], told: dict[str, list[str]]) -> None:
    """By dotted field; a rule between fields is told by its description, and what has no field by `body`."""
    refused = refusal(Validator(SCHEMA).violations(body), SCHEMA)
    assert refused is not None
    assert refused.errors == told


def test_what_breaks_no_rule_is_no_refusal() -> None:
    """Nothing wrong, nothing said."""
    assert refusal(Validator(SCHEMA).violations({"price": 1}), SCHEMA) is None
