"""`--to-previous` through the whole program: a bad edit goes live, and the way back is one plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.practice import RECEPTION, REMINDER, REPOSITORY, Practice, practice

OLD_KEY = {"RECONCILER_FINGERPRINT_KEY": "one long random text for all machines"}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    """The reception, applied once, and then changed and applied again: another voice, a webhook, a shorter call."""
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        made.environ.update(OLD_KEY)
        made.write(
            "assistants/reception.yaml", RECEPTION + "max_duration: 900\nconversation_inactivity_timeout: null\n"
        )
        made.done("apply", "-y")
        changed = RECEPTION.replace("voice_id: 12", "voice_id: 13")
        made.write(
            "assistants/reception.yaml",
            changed
            + "max_duration: 600\nconversation_inactivity_timeout: 45\nis_webhook_active: true\nwebhook_url: https://hooks.example/new\n",
        )
        made.done("apply", "-y")
        yield made


def entry(desk: Practice, key: str = "reception") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((desk.folder / f"state/default/{key}.json").read_text("utf-8"))
    return found


def put(desk: Practice) -> Any:
    method, _, body = desk.sent[-1]
    assert method == "PUT"
    return body


def test_the_way_back_is_a_plan_like_any_other(desk: Practice) -> None:
    """Nulls included: what came since is cleared, what was named then is set, and nothing else is sent."""
    before = desk.files()
    ended = desk.done("plan", "--to-previous", "reception")
    assert "rolled-back" in ended.out
    assert "its document still says otherwise" in ended.out
    assert "Plan: 0 to create, 1 to update, 0 to delete." in ended.out
    assert desk.files() == before
    (change,) = json.loads(desk.done("plan", "--to-previous", "reception", "-o", "json").out)["changes"]
    assert (change["reason"], change["source"]["file"]) == ("rolled-back", "assistants/reception.yaml")
    desk.done("apply", "-y", "--to-previous", "reception")
    assert put(desk) == {
        "voice_id": 12,
        "max_duration": 900,
        "conversation_inactivity_timeout": None,
        "is_webhook_active": False,
        "webhook_url": None,
    }


def test_what_was_rolled_back_can_go_forward_again(desk: Practice) -> None:
    """The files still say the newer thing, and so does the history; both lead there, and back once more."""
    newest = entry(desk)["last_applied"]
    desk.done("apply", "-y", "--to-previous", "reception")
    oldest = entry(desk)["last_applied"]
    assert entry(desk)["history"][0]["last_applied"] == newest
    assert "config-changed" in desk.done("plan").out
    desk.done("apply", "-y", "--to-previous", "reception")
    assert entry(desk)["last_applied"] == newest
    assert entry(desk)["history"][0]["last_applied"] == oldest
    assert "No changes." in desk.done("plan").out


def test_when_the_files_went_back_too_nothing_is_left_to_say(desk: Practice) -> None:
    """A reverted commit and a rollback say the same: no note, and no change afterwards."""
    desk.write("assistants/reception.yaml", RECEPTION + "max_duration: 900\nconversation_inactivity_timeout: null\n")
    assert "still says otherwise" not in desk.done("apply", "-y", "--to-previous", "reception").told
    assert "No changes." in desk.done("plan").out


def test_a_saved_way_back_is_done_as_it_was_shown(desk: Practice) -> None:
    """With `--out`, and refused as stale once something moved."""
    saved = str(desk.folder / "back.plan")
    desk.done("plan", "--to-previous", "reception", "--out", saved)
    assert "rolled-back" in desk.done("show", saved).out
    desk.done("apply", saved)
    assert put(desk)["voice_id"] == 12
    assert desk.runs("apply", saved).code == 4


def test_only_what_is_named_is_planned(desk: Practice) -> None:
    """Other documents, new or changed, are left alone; a glob passes over what has no previous state."""
    desk.write("assistants/reminder.yaml", REMINDER)
    desk.done("apply", "-y")
    desk.write("assistants/evening.yaml", REMINDER.replace("Reminder", "Evening"))
    for selector in ("reception", "re*"):
        plan = json.loads(desk.done("plan", "--to-previous", selector, "-o", "json").out)
        assert [each["key"] for each in plan["changes"]] == ["reception"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["reminder"], 1, "reminder: there is no previous state to go back to: nothing was applied before"),
        (["remind*"], 1, "reminder: there is no previous state"),
        (["recepton"], 64, "no assistant is called recepton"),
        (["reception", "--target", "reception"], 64, "Leave out `--target`"),
        (["reception", "--prune"], 64, "creates and deletes none"),
    ],
)
def test_what_cannot_go_back_is_said(desk: Practice, arguments: list[str], code: int, told: str) -> None:
    """Nothing is sent, and the message says what to do instead."""
    desk.write("assistants/reminder.yaml", REMINDER)
    desk.done("apply", "-y")
    sent = len(desk.sent)
    for verb in (["plan"], ["apply", "-y"]):
        ended = desk.runs(*verb, "--to-previous", *arguments)
        assert ended.code == code, ended.told
        assert told in ended.err
    assert len(desk.sent) == sent


def test_broken_documents_do_not_keep_anybody_from_going_back(desk: Practice) -> None:
    """The edit that is taken back may be the one that broke them; the plan says that they are broken."""
    desk.write("assistants/reception.yaml", "name: [Lakeview\n")
    desk.write("assistants/reminder.yaml", "type: indoor\n")
    ended = desk.done("apply", "-y", "--to-previous", "reception")
    assert "some documents are not valid" in ended.out
    assert put(desk)["voice_id"] == 12
    assert desk.runs("plan").code == 1


def test_an_assistant_without_a_document_can_go_back(desk: Practice) -> None:
    """Its entry is all that it takes; no place in a file is claimed."""
    (desk.folder / "assistants/reception.yaml").unlink()
    (change,) = json.loads(desk.done("plan", "--to-previous", "reception", "-o", "json").out)["changes"]
    assert (change["reason"], change["source"]) == ("rolled-back", None)
    desk.done("apply", "-y", "--to-previous", "reception")
    assert put(desk)["voice_id"] == 12


def test_what_is_released_by_now_stays_released(desk: Practice) -> None:
    """The document says how, whatever is applied: a field that the portal owns is neither sent nor cleared."""
    text = (desk.folder / "assistants/reception.yaml").read_text("utf-8").replace("max_duration: 600\n", "")
    desk.write("assistants/reception.yaml", text + "reconciler: {unmanaged: [max_duration]}\n")
    desk.done("apply", "-y", "--to-previous", "reception")
    assert "max_duration" not in put(desk)


def test_live_is_read_where_that_is_asked(desk: Practice) -> None:
    """What the portal changed since is part of the way back."""
    plan = json.loads(desk.done("plan", "--refresh", "--to-previous", "reception", "-o", "json").out)
    assert plan["refreshed"] is True
    assert {each["field"] for each in plan["changes"][0]["fields"]} >= {"voice_id", "webhook_url"}


def test_what_the_schemas_of_today_refuse_is_not_planned(desk: Practice) -> None:
    """The vendor allows less than it did: the field is named, and nothing is sent."""
    for path in (REPOSITORY / "schemas").glob("*.schema.json"):
        schema = json.loads(path.read_text("utf-8"))
        if "max_duration" in schema.get("properties", {}):
            schema["properties"]["max_duration"]["maximum"] = 700
        desk.write(f"schemas/{path.name}", json.dumps(schema))
    ended = desk.runs("plan", "--to-previous", "reception")
    assert ended.code == 1
    assert "does not meet the schemas of today: `max_duration` (maximum)" in ended.err


def with_secret(desk: Practice, value: str) -> None:
    """The reception with a webhook that is secret, applied; and then without it, applied."""
    text = RECEPTION + "is_webhook_active: true\nwebhook_url: ${secret:HOOK_URL}\n"
    desk.write("assistants/reception.yaml", text)
    desk.done("apply", "-y", HOOK_URL=value)
    desk.write("assistants/reception.yaml", RECEPTION)
    desk.done("apply", "-y")


THEN, NOW = "https://hooks.example/then", "https://hooks.example/now"


def test_a_secret_is_sent_again_by_its_name(desk: Practice) -> None:
    """The state has its name alone; its value comes from the environment, though no document names it any more."""
    with_secret(desk, THEN)
    ended = desk.done("apply", "-y", "--to-previous", "reception", HOOK_URL=THEN)
    assert put(desk)["webhook_url"] == THEN
    assert "HOOK_URL has another value" not in ended.told
    assert THEN not in ended.told


def test_a_secret_that_changed_since_is_told(desk: Practice) -> None:
    """Its value of today is sent and recorded: the next look at the state finds the truth."""
    with_secret(desk, THEN)
    ended = desk.done("apply", "-y", "--to-previous", "reception", HOOK_URL=NOW)
    assert "reception: the secret HOOK_URL has another value now than when it was applied" in ended.out
    assert put(desk)["webhook_url"] == NOW
    text = RECEPTION + "is_webhook_active: true\nwebhook_url: ${secret:HOOK_URL}\n"
    desk.write("assistants/reception.yaml", text)
    assert "No changes." in desk.done("plan", HOOK_URL=NOW).out


def test_a_secret_that_is_not_set_stops_the_apply_alone(desk: Practice) -> None:
    """The plan can be looked at, and says what it lacks; nothing is sent without it."""
    with_secret(desk, THEN)
    sent = len(desk.sent)
    assert "used the secret HOOK_URL, which is not set now" in desk.done("plan", "--to-previous", "reception").out
    ended = desk.runs("apply", "-y", "--to-previous", "reception")
    assert ended.code == 1
    assert "HOOK_URL, which is not set" in ended.err
    assert len(desk.sent) == sent


def test_a_state_that_was_tampered_with_gets_no_key(desk: Practice) -> None:
    """A reference to the program's own secrets, written into the state by hand, sends nothing."""
    with_secret(desk, THEN)
    path = desk.folder / "state/default/reception.json"
    path.write_text(path.read_text("utf-8").replace("HOOK_URL", "RECONCILER_API_KEY"), "utf-8")
    sent = len(desk.sent)
    assert desk.runs("apply", "-y", "--to-previous", "reception").code == 1
    assert len(desk.sent) == sent


def test_a_number_that_was_given_away_is_not_taken_back_alone(desk: Practice) -> None:
    """What another holds by now needs that one in the same plan: then it is a hand-over like any other."""
    desk.write("assistants/evening.yaml", RECEPTION.replace("Reception", "Evening"))
    for holder, other in (("reception", "evening"), ("evening", "reception")):
        for key, number in ((holder, "45"), (other, "null")):
            name = "Reception" if key == "reception" else "Evening"
            text = RECEPTION.replace("Reception", name) + f"phone_number_id: {number}\n"
            desk.write(f"assistants/{key}.yaml", text)
        desk.done("apply", "-y")
    ended = desk.runs("plan", "--to-previous", "reception")
    assert ended.code == 6
    assert "`phone_number_id` 45 is held by evening" in ended.told
    ended = desk.done("apply", "-y", "--to-previous", "reception", "--to-previous", "evening")
    assert "unanswered between step 1 and step 2" in ended.out
    assert [body for _, _, body in desk.sent[-2:]] == [{"phone_number_id": None}, {"phone_number_id": 45}]
