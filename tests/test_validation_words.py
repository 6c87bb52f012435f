"""What is wrong with a value, in words for people who never saw a JSON Schema."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.documents.files import inside
from reconciler.validation import Validator, is_uri

WRONG: list[tuple[dict[str, Any], Any, str]] = [
    ({"enum": ["inbound", "outbound"]}, "both", "must be `inbound` or `outbound`, not `both`"),
    ({"const": "classic"}, "realtime", "must be `classic`, not `realtime`"),
    ({"minimum": 20}, 5, "must be at least 20, not 5"),
    ({"maximum": 1200}, 1800, "must be at most 1200, not 1800"),
    ({"maxLength": 3}, "Reception", "is 9 characters long; at most 3 are allowed"),
    ({"minLength": 3}, "Hi", "is 2 characters long; at least 3 are needed"),
    ({"pattern": "^[+]"}, "312 555 0142", "must match ^[+], not `312 555 0142`"),
    ({"format": "uri"}, "our website", "must be an absolute address, not `our website`"),
    ({"minItems": 2}, ["Monday"], "does not meet `minItems`: 2"),
    ({"exclusiveMinimum": 0}, 0, "0 is less than or equal to the minimum of 0"),
]


@pytest.mark.parametrize(("schema", "value", "told"), WRONG, ids=[next(iter(row[0])) for row in WRONG])
def test_a_value_that_breaks_a_rule_is_told_with_the_rule(schema: dict[str, Any], value: Any, told: str) -> None:
    """What is asked for, and what stands there."""
    (found,) = Validator({"properties": {"field": schema}}).violations({"field": value})
    assert (found.path, found.summary) == (("field",), told)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("https://hooks.example/calls", True),
        ("https://hooks.example:8443/calls?desk=3", True),
        ("https://[2001:db8::1]/calls", True),
        ("https://[2001:db8::1/calls", False),
        ("https://hooks.example:99999/calls", False),
        ("https://hooks.example/two calls", False),
        ("hooks.example/calls", False),
        ("https:///calls", False),
        (7, True),
    ],
)
def test_an_address_names_a_host(text: Any, fits: bool) -> None:
    """An address that no request could be sent to is none; another type is another rule's business."""
    assert is_uri(text) is fits


@pytest.mark.parametrize("path", ["", " ", " prompts/a.md", "prompts/bell\x07.md", "prompts\\a.md"])
def test_a_path_is_written_as_every_system_reads_it(path: str) -> None:
    """What nobody can see in it, and what only one system takes for a slash, is refused."""
    with pytest.raises(ValueError):
        inside(path, named_by="assistants/reception.yaml")
