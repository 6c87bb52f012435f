"""Refusals and stops, from the command line: said once, in the right place, and nothing half done."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.practice import Practice, practice


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        yield made


def test_two_entries_of_one_assistant_are_refused(desk: Practice) -> None:
    """As a merge may leave them: both keys are named, and nothing is planned or sent."""
    state = desk.folder / "state" / "default"
    shutil.copy(state / "reception.json", state / "front-desk.json")
    before = len(desk.sent)
    for verb in (["plan"], ["apply", "-y"]):
        ended = desk.runs(*verb)
        assert ended.code == 1
        assert "front-desk and reception are the same assistant, 101" in ended.err
    assert len(desk.sent) == before


def test_a_blocked_change_is_told_once(desk: Practice) -> None:
    """In the plan, with its way out; the error behind it only counts."""
    (desk.folder / "assistants" / "reception.yaml").rename(desk.folder / "assistants" / "desk.yaml")
    ended = desk.runs("plan")
    assert ended.code == 6
    assert ended.told.count("looks like reception") == 1
    assert "1 change is blocked" in ended.err


def test_a_refused_plan_says_that_it_was_not_saved(desk: Practice) -> None:
    """An older plan of that name is not this one."""
    saved = desk.folder / "change.plan"
    desk.edit("assistants/reception.yaml", "voice_id: 12", "voice_id: 13")
    desk.done("plan", "--out", str(saved))
    first = saved.read_bytes()
    (desk.folder / "assistants" / "reception.yaml").rename(desk.folder / "assistants" / "desk.yaml")
    ended = desk.runs("plan", "--out", str(saved))
    assert ended.code == 6
    assert "Not saved to" in ended.err
    assert "older one" in ended.err
    assert saved.read_bytes() == first


def test_the_json_of_a_refused_plan_holds_the_reasons(desk: Practice) -> None:
    """A program reads stdout alone."""
    (desk.folder / "assistants" / "reception.yaml").rename(desk.folder / "assistants" / "desk.yaml")
    ended = desk.runs("plan", "-o", "json")
    assert ended.code == 6
    assert [each["code"] for each in json.loads(ended.out)["diagnostics"]] == ["looks-like-rename"]


def test_a_number_that_somebody_holds_is_told_with_who_can_say(desk: Practice) -> None:
    """The API does not say whose it is; the command that the message names does."""
    held = {"name": "Made by hand", "phone_number_id": 45}
    body = {**{name: value for name, value in desk.sent[0][2].items() if name != "phone_number_id"}, **held}
    assert httpx.post(f"{desk.vendor.url}/user/assistant", json=body, headers=desk.vendor.headers).status_code == 201
    desk.edit("assistants/reception.yaml", "voice_id: 12", "voice_id: 12\nphone_number_id: 45")
    ended = desk.runs("apply", "-y")
    assert ended.code == 1
    assert "the API refused `phone_number_id`" in ended.out
    assert "`reconciler plan --refresh` reads them all" in ended.out
    assert '`phone_number_id` 45 is held by assistant 102 ("Made by hand")' in desk.runs("plan", "--refresh").out


def test_a_number_is_given_up_by_the_command_that_the_plan_names(desk: Practice) -> None:
    """Nobody has taken it, every plan says so, and then nobody needs it any more."""
    place = desk.folder / "state/default/reception.json"
    note = {"field": "phone_number_id", "value": 45, "since": "2026-11-03T09:00:00Z"}
    place.write_text(json.dumps({**json.loads(place.read_text("utf-8")), "unassigned": [note]}), "utf-8")
    told = desk.done("plan").out
    assert told.startswith("warning: reception: `phone_number_id` 45: unanswered since 2026-11-03T09:00:00Z")
    command = re.search(r"`reconciler ([^`]+)` gives it up", told)
    assert command is not None
    assert desk.done(*command[1].split()).out == "Gave up phone_number_id 45 of reception.\n"
    assert desk.done("plan").out == "No changes.\n"
