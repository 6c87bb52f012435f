"""Every JSON that the program prints meets the JSON Schema that it ships for it, from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.commands.formats import format_schema, formats
from reconciler.model import Action, Reason, Risk, Side
from tests.support.formats import assert_format
from tests.support.practice import Practice, practice

DESK = "assistants/reception.yaml"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        yield made


def told(desk: Practice, *arguments: str) -> Any:
    """What a command prints, and the same bytes when it is asked twice."""
    first = desk.runs(*arguments, "-o", "json").out
    assert desk.runs(*arguments, "-o", "json").out == first
    return json.loads(first)


@pytest.mark.parametrize("name", list(formats()))
def test_a_format_is_a_schema_that_knows_every_key(desk: Practice, name: str) -> None:
    """Valid draft 2020-12, printed whole by the program, and closed: a key that it does not name is refused."""
    schema = format_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert json.loads(desk.done("schema", "print", name).out) == schema
    assert not jsonschema.Draft202012Validator(schema).is_valid({"surprise": 1})
    for shared in schema["$defs"].values():
        assert shared.get("type") != "object" or shared["additionalProperties"] is False


def test_the_formats_are_listed_and_a_wrong_name_is_an_error(desk: Practice) -> None:
    """Without a name, what there is; with a typo, what was meant."""
    assert [line.split()[0] for line in desk.done("schema", "print").out.splitlines()] == list(formats())
    ended = desk.runs("schema", "print", "plans")
    assert (ended.code, "Did you mean `plan`?" in ended.err) == (64, True)


@pytest.mark.parametrize(("name", "words"), [("action", Action), ("reason", Reason), ("risk", Risk), ("side", Side)])
def test_the_words_of_the_formats_are_those_of_the_program(name: str, words: type[StrEnum]) -> None:
    """A new action, reason, risk or side is a change of the format."""
    everything = {**format_schema("plan")["$defs"], **format_schema("drift")["$defs"]}
    assert everything[name]["enum"] == [each.value for each in words]


def test_what_each_verb_prints(desk: Practice) -> None:
    """Changes, drift, errors and refusals among them."""
    assert_format("plan", told(desk, "plan"))
    saved = [str(desk.folder / f"{name}.plan") for name in ("first", "second")]
    desk.done("plan", "--out", saved[0])
    desk.edit(DESK, "voice_id: 12", "voice_id: 13")
    desk.write(DESK, (desk.folder / DESK).read_text() + "webhook_url: https://hooks.lakeview.example/calls\n")
    desk.done("plan", "--out", saved[1])
    assert_format("plan", told(desk, "show", saved[1]))
    assert_format("difference", told(desk, "show", saved[0], "--against", saved[1]))
    assert_format("difference", told(desk, "show", saved[1], "--against", saved[0]))
    assert_format("drift", told(desk, "drift"))
    assert_format("plan", told(desk, "plan", "--refresh"))
    for field in ("voice_id", "system_prompt", "record", "max_duration"):
        assert_format("why", told(desk, "why", "reception", field))
        assert_format("why", told(desk, "why", "reception", field, "--refresh"))
    assert_format("validation", told(desk, "validate"))
    desk.edit(DESK, "type: inbound", "type: indoor")
    assert_format("validation", told(desk, "validate"))
    assert_format("error", told(desk, "plan"))
    assert_format("error", told(desk, "why", "dusk", "voice_id"))
    assert_format("error", told(desk, "show", "nothing.plan"))
    assert_format("apply", told(desk, "apply", "-y"))
