"""A refusal of the API, told at the line of the document that it is about, whatever way the value came."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.api.rawserver import http, raw_server
from tests.support.practice import RECEPTION, Ended, Practice, practice

BASE = """\
# what all of them share
max_duration: 600
post_call_schema:
  - name: outcome
    type: string
    description: How the call ended.
"""
DOCUMENT = (
    RECEPTION
    + """\
tools:
  - type: end_call
    description: End the call after the goodbye.
reconciler:
  extends: [_base.yaml]
  environments:
    production:
      timezone: America/Denver
"""
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    """The reception with a base and an overlay, in an environment where nothing was applied yet."""
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        made.write("reconciler.yaml", "environments: {default: {}, production: {}}\n")
        made.write("assistants/_base.yaml", BASE)
        made.write("assistants/reception.yaml", DOCUMENT)
        yield made


def refused(
    desk: Practice, errors: Any, *arguments: str, message: str | None = "The given data was invalid."
) -> tuple[Ended, list[Mapping[str, Any]]]:
    """An apply that the API refuses with these errors: as text, and its diagnostics as JSON."""
    answer = http(422, json.dumps({"message": message, "errors": errors}).encode())
    with raw_server(answer, answer) as server:
        url = {"RECONCILER_API_URL": server.url}
        given = arguments or ("apply", "-y")
        text = desk.runs("-e", "production", *given, **url)
        form = desk.runs("-e", "production", *given, "-o", "json", **url)
    outcome = json.loads(form.out.splitlines()[-1])
    assert text.code == 1
    assert "Traceback" not in text.told
    found: list[Mapping[str, Any]] = outcome["results"][0]["diagnostics"]
    return text, found


CASES: Sequence[tuple[str, str, str]] = [
    ("voice_id", "assistants/reception.yaml:5:11", "    5 | voice_id: 12\n"),
    ("system_prompt", "assistants/reception.yaml:9:16", "    9 | system_prompt: ${file:prompts/reception.md}\n"),
    ("max_duration", "assistants/_base.yaml:2:15", "    2 | max_duration: 600\n"),
    ("post_call_schema.0.name", "assistants/_base.yaml:4:11", "    4 |   - name: outcome\n"),
    ("timezone", "assistants/reception.yaml:17:17", "    17 |       timezone: America/Denver\n"),
    ("tools.0.description", "assistants/reception.yaml:12:18", "    12 |     description: End the call"),
    ("tools.0.unknown", "assistants/reception.yaml:11:5", "    11 |   - type: end_call\n"),
    ("tools.4", "assistants/reception.yaml:11:3", "    11 |   - type: end_call\n"),
]


@pytest.mark.parametrize(("field", "place", "frame"), CASES, ids=[each[0] for each in CASES])
def test_a_refusal_points_into_the_layer_that_gave_the_value(
    desk: Practice, field: str, place: str, frame: str
) -> None:
    """The document, a base, an overlay, or where a file is named; a dotted key leads to the nested value."""
    text, (told,) = refused(desk, {field: ["The value is invalid."]})
    assert f"{place}: the API refused `{field}`: The value is invalid." in text.out
    assert frame in text.out
    assert f"{told['file']}:{told['line']}:{told['column']}" == place
    assert (told["code"], told["key"], told["field"]) == ("refused-by-api", "reception", field)


@pytest.mark.parametrize("field", ["phone_number_id", "quota", "quota.monthly"])
def test_a_field_that_the_document_does_not_name_is_told_with_its_file(desk: Practice, field: str) -> None:
    """A rule between fields, or a field of the vendor's own: no caret at a line that is not meant."""
    text, (told,) = refused(desk, {field: ["The number is taken."]})
    assert f"assistants/reception.yaml:1: the API refused `{field}`: The number is taken." in text.out
    assert f"The document does not name `{field.split('.')[0]}`." in text.out
    assert (told["file"], told["line"], told["column"], told["field"]) == ("assistants/reception.yaml", 1, None, field)


@pytest.mark.parametrize(
    ("errors", "texts"),
    [
        (None, ["the API refused it (422): The given data was invalid."]),
        ([], ["the API refused it (422): The given data was invalid."]),
        (["Too many assistants."], ["the API refused it: Too many assistants."]),
        ("Too many assistants.", ["the API refused it: Too many assistants."]),
        ({"tools": {"0": {"description": ["Too long."]}}}, ["12:18: the API refused `tools.0.description`: Too long."]),
        ({"voice_id": "Unknown."}, ["5:11: the API refused `voice_id`: Unknown."]),
        ({"voice_id": [{"text": "Unknown."}]}, ["the API refused `voice_id.text`: Unknown."]),
        ({"voice_id": [], "name": None}, ["the API refused it (422): The given data was invalid."]),
    ],
)
def test_errors_in_any_shape_are_shown(desk: Practice, errors: Any, texts: list[str]) -> None:
    """Absent, empty, a list, a text, nested: nothing that the API says is swallowed."""
    text, _ = refused(desk, errors)
    for each in texts:
        assert each in text.out


def test_a_saved_plan_has_its_places_while_the_document_is_the_same(desk: Practice) -> None:
    """What is sent is what stands there: the line is told. Once the document was edited, its file alone is."""
    saved = str(desk.folder / "change.plan")
    desk.done("-e", "production", "plan", "--out", saved)
    text, _ = refused(desk, {"voice_id": ["Unknown."]}, "apply", saved)
    assert "assistants/reception.yaml:5:11: the API refused `voice_id`" in text.out
    desk.write("assistants/reception.yaml", "# a line more\n" + DOCUMENT)
    text, (told,) = refused(desk, {"voice_id": ["Unknown."]}, "apply", saved)
    assert (told["file"], told["column"]) == ("assistants/reception.yaml", None)
    assert "the API refused `voice_id`: Unknown." in text.out
