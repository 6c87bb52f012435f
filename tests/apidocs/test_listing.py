"""The list page: how to page through it, and which keys its rows are documented to have."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.apidocs.listing import list_schema
from tests.apidocs.pages import page

HEAD = '---\ntitle: "All of them"\ndescription: "Lists them."\napi: "GET /office/assistants"\n---\n'
QUERY = """
<ParamField query="page" type="integer" default="1">
  Which page
</ParamField>
<ParamField query="per_page" type="integer">
  How many. Range: 1-100 (default: 10)
</ParamField>
<ParamField query="archived" type="boolean" default="false" />
<ParamField query="tags" type="string[]" />
<ParamField query="since" type="date" />
"""
ANSWER = """
<ResponseField name="data" type="array">
  The rows{inside}
</ResponseField>
<ResponseField name="total" type="integer" />
<ResponseField name="links" type="string[]" />
<ResponseField name="more" type="object" />
<ResponseField name="other" type="date" />
"""
DESCRIBED = """
  <Expandable title="row">
    <ResponseField name="id" type="integer">
      Its number
    </ResponseField>
    <ResponseField name="agent_ids" type="integer[]" />
  </Expandable>
"""


def listed(answer: str = ANSWER.format(inside=""), sample: str = "") -> dict[str, Any]:
    shown = f"\n```json\n{sample}\n```\n" if sample else ""
    return list_schema(page(HEAD + QUERY + answer + shown, "list"))


def rows(sample: str, inside: str = "") -> Any:
    return listed(ANSWER.format(inside=inside), sample)["properties"]["data"].get("items")


def test_a_list_says_its_route_its_query_and_its_answer() -> None:
    """Limits and defaults of the query, and types of the answer; what has no known type has none."""
    assert listed() == {
        "title": "All of them",
        "description": "Lists them.",
        "type": "object",
        "properties": {
            "data": {"type": "array", "description": "The rows"},
            "total": {"type": "integer"},
            "links": {"type": "array", "items": {"type": "string"}},
            "more": {"type": "object"},
            "other": {},
        },
        "x-endpoint": {"method": "GET", "path": "/office/assistants"},
        "x-query": {
            "page": {"type": "integer", "default": 1},
            "per_page": {"type": "integer", "minimum": 1, "maximum": 100, "default": 10},
            "archived": {"type": "boolean", "default": False},
            "tags": {"type": "array", "items": {"type": "string"}},
            "since": {},
        },
    }


def test_described_rows_have_their_described_keys() -> None:
    """Whatever the sample shows besides."""
    sample = '{"data": [{"id": 3, "name": "Front"}]}'
    assert rows(sample, DESCRIBED) == {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "description": "Its number"},
            "agent_ids": {"type": "array", "items": {"type": "integer"}},
        },
    }


@pytest.mark.parametrize(
    ("sample", "keys"),
    [
        (
            '{"data": [{"id": 3, "name": "Front", "rate": 0.5, "on": true, "tags": [], "more": {}, "gone": null}]}',
            {
                "id": {"type": "integer"},
                "name": {"type": "string"},
                "rate": {"type": "number"},
                "on": {"type": "boolean"},
                "tags": {"type": "array"},
                "more": {"type": "object"},
                "gone": {},
            },
        ),
        (
            '{"data": [{"id": 3}, {"id": 4, "name": null}, {"name": "Front"}]}',
            {"id": {"type": "integer"}, "name": {"type": "string"}},
        ),
        ('{"data": [{"id": 3}, {"id": "4"}]}', {"id": {}}),
        ('{"data": [3, {"id": 3}]}', {"id": {"type": "integer"}}),
        ('200 OK\n{"data": [{"id": 3}]}\nand so on', {"id": {"type": "integer"}}),
        ('{"data": []}', None),
        ('{"data": [3]}', None),
        ('{"data": {"id": 3}}', None),
        ('{"rows": [{"id": 3}]}', None),
        ('{"data": [{"id": 3}', None),
        ('[{"id": 3}]', None),
        ("no sample", None),
        ('{"data": ' + '{"a": ' * 20_000 + "1" + "}" * 20_001, None),
    ],
)
def test_rows_that_nobody_describes_have_the_keys_of_the_sample(sample: str, keys: dict[str, Any] | None) -> None:
    """With the one type that a key's values have; what is no answer, or no JSON that can be read, shows nothing."""
    assert rows(sample) == ({"type": "object", "properties": keys} if keys else None)


def test_the_sample_is_the_first_that_has_the_answers_lists() -> None:
    """An error's sample may stand above it."""
    samples = '{"message": "No"}\n```\n\n```json\n{"data": [{"id": 3}]}\n```\n\n```json\n{"data": [{"name": "x"}]}'
    assert rows(samples) == {"type": "object", "properties": {"id": {"type": "integer"}}}
