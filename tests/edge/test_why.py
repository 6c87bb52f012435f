"""`why`: where a value comes from, from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.practice import Practice, practice

BASE = """\
voice_id: ${ref:voices.sarah}
max_duration: 1000
timezone: America/Chicago
record: false
"""
DESK = """\
name: Lakeview Dental - Desk
type: inbound
mode: multimodal
multimodal_model_id: 3
language_id: 1
initial_message: ${env:GREETING}
system_prompt: ${file:prompts/reception.md}
max_duration: 600
webhook_url: null
tools:
  - type: calendar_integration
    calcom_api_key: ${secret:CALCOM_KEY}
    calcom_event_slug: cleaning
reconciler:
  extends: [_base.yaml]
  unmanaged: [record]
  seed: [initial_message]
  environments:
    default: {timezone: Europe/London}
"""
PROJECT = """\
environments:
  default:
    variables: {GREETING: Thank you for calling.}
    catalog:
      voices: {sarah: 12}
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        (made.folder / "assistants" / "_base.yaml").write_text(BASE)
        (made.folder / "assistants" / "desk.yaml").write_text(DESK)
        (made.folder / "reconciler.yaml").write_text(PROJECT)
        made.environ["CALCOM_KEY"] = "cal-live-7f1d0c52b9"
        yield made


def told(desk: Practice, field: str, *more: str) -> Any:
    return json.loads(desk.done("why", "desk", field, "-o", "json", *more).out)


def spot(found: Any) -> str:
    return f"{found['file']}:{found['line']}"


@pytest.mark.parametrize(
    ("field", "value", "layer", "source", "reference"),
    [
        ("max_duration", 600, "document", "assistants/desk.yaml:8", None),
        ("voice_id", 12, "base", "assistants/_base.yaml:1", ("ref", "reconciler.yaml:5")),
        ("timezone", "Europe/London", "environment", "assistants/desk.yaml:19", None),
        (
            "initial_message",
            "Thank you for calling.",
            "document",
            "assistants/desk.yaml:6",
            ("env", "reconciler.yaml:3"),
        ),
        ("tools.0.calcom_event_slug", "cleaning", "document", "assistants/desk.yaml:13", None),
    ],
)
def test_a_value_is_followed_to_the_line_that_it_comes_from(
    desk: Practice, field: str, value: Any, layer: str, source: str, reference: tuple[str, str] | None
) -> None:
    """Through the document, its base, its overlay, the catalogue and the project's variables."""
    found = told(desk, field)
    assert (found["status"], found["value"], found["source"]["layer"]) == ("set", value, layer)
    assert spot(found["source"]) == source
    if reference is None:
        assert found["reference"] is None
    else:
        assert (found["reference"]["kind"], spot(found["reference"])) == reference


def test_a_prompt_leads_to_its_file(desk: Practice) -> None:
    """By its reference, and its text is there whole."""
    found = told(desk, "system_prompt")
    assert spot(found["reference"]) == "assistants/prompts/reception.md:1"
    assert found["value"] == (desk.folder / "assistants/prompts/reception.md").read_text()


def test_what_it_won_over_is_told(desk: Practice) -> None:
    """Nearest first, each with its line and its value."""
    (lost,) = told(desk, "max_duration")["overrides"]
    assert (spot(lost), lost["written"]) == ("assistants/_base.yaml:2", 1000)
    assert "instead of    assistants/_base.yaml:2:15, a base: 1000" in desk.done("why", "desk", "max_duration").out


def test_what_the_state_and_the_portal_know_stands_beside_it(desk: Practice) -> None:
    """Before the first apply nothing; afterwards what was applied, and with --refresh what live says."""
    assert told(desk, "max_duration")["last_applied"] is None
    desk.done("apply", "-y")
    desk.edit("assistants/desk.yaml", "max_duration: 600", "max_duration: 500")
    found = told(desk, "max_duration", "--refresh")
    assert (found["value"], found["last_applied"]["value"], found["live"]["value"]) == (500, 600, 600)
    assert (found["last_applied"]["same"], found["live"]["same"]) == (False, False)
    assert told(desk, "max_duration")["live"] is None, "nothing was asked of the API"


def test_what_nobody_states_is_told_with_what_comes_of_it(desk: Practice) -> None:
    """Cleared and kept so, released, left to be cleared, never stated, or without a document."""
    desk.done("apply", "-y")
    desk.edit("assistants/desk.yaml", "max_duration: 600\n", "")
    desk.edit("assistants/_base.yaml", "max_duration: 1000\n", "")
    assert {
        field: told(desk, field)["status"] for field in ("webhook_url", "record", "max_duration", "llm_temperature")
    } == {
        "webhook_url": "cleared",
        "record": "released",
        "max_duration": "left",
        "llm_temperature": "absent",
    }
    assert "the next apply clears it (sends 600)" in desk.done("why", "desk", "max_duration").out
    assert spot(told(desk, "record")["released_at"]) == "assistants/desk.yaml:15"
    assert told(desk, "llm_temperature")["default"]["value"] is not None
    verdicts = {field: desk.done("why", "desk", field).out.splitlines()[0] for field in ("webhook_url", "record")}
    assert verdicts["webhook_url"].endswith(": null, so it is cleared and kept so")
    assert verdicts["record"].endswith(": not managed; it stays as it is")
    assert "released at   assistants/desk.yaml:15:14\n" in desk.done("why", "desk", "record").out
    assert "stated nowhere; it is left alone" in desk.done("why", "desk", "llm_temperature").out
    (desk.folder / "assistants" / "desk.yaml").unlink()
    assert "no document any more; see the state below" in desk.done("why", "desk", "voice_id").out
    gone = told(desk, "voice_id")
    assert (gone["status"], gone["last_applied"]["value"]) == ("gone", 12)


def test_a_secret_is_told_by_its_name_alone(desk: Practice) -> None:
    """Not its value, wherever it is asked for: at its place, around it, or live."""
    desk.done("apply", "-y")
    for field in ("tools", "tools.0", "tools.0.calcom_api_key"):
        for form in ("text", "json"):
            out = desk.done("why", "desk", field, "-o", form, "--refresh", "-v").out
            assert "cal-live" not in out
            assert "CALCOM_KEY" in out


def test_a_secret_in_clear_in_a_file_is_masked(desk: Practice) -> None:
    """Where somebody wrote it into the document, its line is told and not its text."""
    desk.edit("assistants/desk.yaml", "${secret:CALCOM_KEY}", "cal-live-7f1d0c52b9")
    for form in ("text", "json"):
        out = desk.done("why", "desk", "tools.0.calcom_api_key", "-o", form).out
        assert "cal-live" not in out
        assert "desk.yaml" in out


@pytest.mark.parametrize(
    ("key", "field", "advice"),
    [
        ("dusk", "voice_id", "Did you mean desk?"),
        ("*", "voice_id", "A key is a document's path"),
        ("desk", "voise_id", "Did you mean `voice_id`?"),
        ("desk", "tools.0.calcom_event_slu", "Did you mean `tools.0.calcom_event_slug`?"),
        ("desk", "tools.7", "`tools` alone shows the whole value."),
    ],
)
def test_what_is_not_there_is_an_error_with_a_guess(desk: Practice, key: str, field: str, advice: str) -> None:
    """A typo is never an empty answer."""
    ended = desk.runs("why", key, field)
    assert ended.code == 64
    assert advice in ended.err


def test_a_broken_document_says_what_is_wrong_with_it(desk: Practice) -> None:
    """And a broken neighbour is nobody's business."""
    desk.edit("assistants/reception.yaml", "type: inbound", "type: indoor")
    assert told(desk, "voice_id")["value"] == 12
    desk.edit("assistants/desk.yaml", "type: inbound", "type: indoor")
    ended = desk.runs("why", "desk", "voice_id")
    assert ended.code == 1
    assert "assistants/desk.yaml:2:7" in ended.err
