"""`drift`, from end to end: what the portal did is told, and nothing is changed by telling it."""

from __future__ import annotations

import html
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.sandbox.storage import MemoryStorage
from tests.api.rawserver import http, raw_server
from tests.support.practice import RECEPTION, REMINDER, Practice, practice
from tests.support.vendor import ticking

FRONT = "assistants/reception.yaml"
CHANGED = "2026-11-03T09:00:02.000000Z"


@pytest.fixture
def storage() -> MemoryStorage:
    """The vendor's own tables, for what no request can do: activate, block, delete softly."""
    return MemoryStorage()


@pytest.fixture
def desk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], storage: MemoryStorage
) -> Iterator[Practice]:
    """A project with one applied assistant, 101."""
    with practice(tmp_path / "practice", monkeypatch, capsys, storage=storage, clock=ticking()) as made:
        yield made


def in_the_portal(desk: Practice, **fields: Any) -> None:
    """Somebody edits the reception by hand."""
    url = f"{desk.vendor.url}/user/assistant/101"
    assert httpx.put(url, json=fields, headers=desk.vendor.headers).is_success


def by_the_platform(storage: MemoryStorage, **columns: Any) -> None:
    """The platform sets columns of its own."""
    with storage.transaction() as table:
        row = table.get(101)
        assert row is not None
        table.put({**row, **columns})


def report(desk: Practice, *arguments: str, code: int = 0) -> dict[str, Any]:
    """The JSON of a `drift` that must end with this code, change no file and send nothing."""
    files, sent = desk.files(), len(desk.sent)
    ended = desk.runs("drift", "-o", "json", *arguments)
    assert ended.code == code, ended.told
    assert (desk.files(), len(desk.sent)) == (files, sent)
    assert desk.runs("drift", "-o", "json", *arguments).out == ended.out, "the same account gives the same bytes"
    found: dict[str, Any] = json.loads(ended.out)
    return found


def test_an_account_in_sync(desk: Practice) -> None:
    """Every key is there, whatever was found."""
    assert report(desk, "--detailed-exitcode") == {
        "format_version": "1.0",
        "environment": "default",
        "drift": [],
        "unmanaged": [],
        "vanished": [],
        "inactive": [{"key": "reception", "id": 101}],
        "blocked": [],
        "unobservable": [],
        "ignored": [],
        "summary": {"in_sync": 1, "drifted": 0, "ahead": 0, "vanished": 0, "unmanaged": 0},
    }


def test_what_the_portal_changed_is_drift(desk: Practice, storage: MemoryStorage) -> None:
    """With both values, what the document says, and when; 2 only where that was asked for."""
    in_the_portal(desk, initial_message="Hi!")
    by_the_platform(storage, updated_at=CHANGED)
    found = report(desk, "--detailed-exitcode", code=2)
    said = "Thank you for calling Lakeview Dental. How can I help you?"
    assert found["drift"] == [
        {
            "key": "reception",
            "id": 101,
            "updated_at": CHANGED,
            "fields": [
                {"field": "initial_message", "side": "live", "last_applied": said, "live": "Hi!", "desired": said}
            ],
        }
    ]
    assert found["summary"]["drifted"] == 1
    told = desk.done("drift").out.splitlines()
    assert told[-1] == "Drift: 1 drifted, 0 vanished."
    assert told[0].endswith(f"last changed there {CHANGED}  assistants/reception.yaml:1")


def test_a_document_that_is_ahead_is_no_drift(desk: Practice) -> None:
    """It is shown, since who reads an audit wants to know why live is not what the file says."""
    desk.edit(FRONT, "voice_id: 12", "voice_id: 14")
    found = report(desk, "--detailed-exitcode")
    assert [(each["field"], each["side"]) for each in found["drift"][0]["fields"]] == [("voice_id", "git")]
    assert found["summary"] == {"in_sync": 0, "drifted": 0, "ahead": 1, "vanished": 0, "unmanaged": 0}
    assert desk.done("drift").out.splitlines()[-1] == "No drift."


def test_what_the_platform_spells_otherwise_is_no_drift(desk: Practice) -> None:
    """From the file to the server and back: defaults, ids as text, blanks, CRLF, a third decimal; nothing is lost."""
    more = """\
    voice_stability: 0.333
    variables: {practice_name: Lakeview Dental, opening_hours: ""}
    reengagement_prompt: ""
    initial_message: "\\r\\n Hello. \\r\\n"
    tools:
      - {type: collect_keypad, timeout: 9}
      - {type: warm_call_transfer, supervisor_phone: "+15551230000", outbound_phone_id: 7, description: Ask first.}
    """
    kept = [each for each in RECEPTION.splitlines() if not each.startswith("initial_message")]
    desk.write(FRONT, "\n".join([*kept, textwrap.dedent(more)]))
    ended = desk.runs("apply", "-y")
    assert (ended.code, "Apply complete: 0 created, 1 updated, 0 deleted." in ended.out) == (0, True), ended.told
    assert report(desk, "--detailed-exitcode")["summary"]["in_sync"] == 1
    assert desk.done("plan", "--refresh").out.splitlines()[-1] == "No changes."
    in_the_portal(desk, tools=[{"type": "collect_keypad", "timeout": 3}])
    found = report(desk, "--detailed-exitcode", code=2)
    assert [each["field"] for each in found["drift"][0]["fields"]] == ["tools"]


def test_an_ignored_field_does_not_drift(desk: Practice) -> None:
    """The report says what it did not look at."""
    in_the_portal(desk, initial_message="Hi!", voice_id=3)
    found = report(desk, "--ignore", "initial_message", "--detailed-exitcode", code=2)
    assert [each["field"] for each in found["drift"][0]["fields"]] == ["voice_id"]
    found = report(desk, "--ignore", "initial_message", "--ignore", "voice_id", "--detailed-exitcode")
    assert (found["drift"], found["ignored"]) == ([], ["initial_message", "voice_id"])


def test_a_field_that_does_not_exist_cannot_be_ignored(desk: Practice) -> None:
    """All typos, each with what may have been meant, and no request."""
    calls = len(desk.vendor.calls)
    ended = desk.runs("drift", "--ignore", "initial_mesage", "--ignore", "tools.0", "--ignore", "voice_id")
    assert ended.code == 64
    assert "Did you mean `initial_message`?" in ended.err
    assert "no field is called tools.0" in ended.err
    assert len(desk.vendor.calls) == calls


def test_a_target_narrows_the_report(desk: Practice) -> None:
    """By key or glob; one that names nothing is an error."""
    desk.write("assistants/reminder.yaml", REMINDER)
    desk.done("apply", "-y")
    in_the_portal(desk, initial_message="Hi!")
    assert report(desk, "--target", "remind*", "--detailed-exitcode")["summary"]["in_sync"] == 1
    assert report(desk, "--target", "reception", "--detailed-exitcode", code=2)["summary"]["in_sync"] == 0
    ended = desk.runs("drift", "--target", "recption")
    assert (ended.code, "Did you mean reception?" in ended.err) == (64, True)


def test_what_is_gone_is_drift_and_what_nobody_manages_is_not(desk: Practice, storage: MemoryStorage) -> None:
    """A deleted row, and one that somebody made by hand."""
    by_the_platform(storage, deleted_at="2026-11-04T08:00:00.000000Z")
    url, body = f"{desk.vendor.url}/user/assistant", json.loads(json.dumps(desk.sent[0][2]))
    assert httpx.post(url, json={**body, "name": "Old bot"}, headers=desk.vendor.headers).is_success
    found = report(desk, "--detailed-exitcode", code=2)
    assert found["vanished"] == [{"key": "reception", "id": 101}]
    assert found["unmanaged"] == [{"id": 102, "name": "Old bot"}]
    assert desk.done("drift").out.splitlines()[-1] == "Drift: 0 drifted, 1 vanished."


def test_an_assistant_out_of_service_is_told(desk: Practice, storage: MemoryStorage) -> None:
    """Since when, and that it is the platform's own doing."""
    by_the_platform(storage, status="active", compliance_blocked_at="2026-11-04 10:00:00")
    found = report(desk, "--detailed-exitcode")
    assert (found["inactive"], found["blocked"]) == (
        [],
        [{"key": "reception", "id": 101, "since": "2026-11-04 10:00:00"}],
    )
    assert "Out of service" in desk.done("drift").out


def test_a_secret_is_in_no_report(desk: Practice) -> None:
    """Not the one that was applied, nor the one that the portal has now."""
    tool = "  - type: calendar_integration\n    calcom_event_slug: visit\n    calcom_api_key: ${secret:CALCOM_KEY}\n"
    desk.write(FRONT, (desk.folder / FRONT).read_text("utf-8") + "tools:\n" + tool)
    secrets = {"CALCOM_KEY": "cal_live_9f8e7d6c5b4a", "RECONCILER_FINGERPRINT_KEY": "a-key-for-this-test"}
    desk.done("apply", "-y", **secrets)
    assert desk.runs("drift", "--detailed-exitcode", **secrets).code == 0
    now = {"type": "calendar_integration", "calcom_event_slug": "visit", "calcom_api_key": "cal_live_other_0a1b2c"}
    in_the_portal(desk, tools=[now])
    for form in ("text", "json"):
        ended = desk.runs("drift", "-o", form, "--detailed-exitcode", **secrets)
        assert ended.code == 2
        assert "cal_live" not in ended.told
        assert "CALCOM_KEY" in ended.told


def test_what_the_api_does_not_show_is_told(desk: Practice) -> None:
    """By name, in the report and in a refreshed plan; a change there goes unseen."""
    desk.edit(FRONT, "voice_id: 12", "voice_id: 12\nringing_time: 20")
    desk.done("apply", "-y")
    in_the_portal(desk, ringing_time=45)
    found = report(desk, "--detailed-exitcode")
    assert (found["drift"], found["unobservable"]) == ([], ["ringing_time"])
    assert "not observable, since the API does not show it: `ringing_time`" in desk.done("plan", "--refresh").out


def test_the_plan_marks_what_it_undoes(desk: Practice, storage: MemoryStorage) -> None:
    """In text and in JSON, with the day; a saved plan says so too."""
    in_the_portal(desk, initial_message="Hi!")
    by_the_platform(storage, updated_at=CHANGED)
    told = desk.done("plan", "--refresh").out
    assert "(the portal changed this on 2026-11-03; this apply sets it back)" in told
    desk.done("plan", "--refresh", "--out", str(desk.folder / "change.plan"))
    assert desk.done("show", str(desk.folder / "change.plan")).out == told
    for form in ("markdown", "html"):
        shown = desk.done("plan", "--refresh", "-o", form).out
        assert "the portal changed this on 2026-11-03; this apply sets it back" in shown
        assert "reconciler -C" in shown
        assert "apply --refresh" in shown, "without it, another plan would be applied"
    plan = json.loads(desk.done("plan", "--refresh", "-o", "json").out)
    assert plan["changes"][0]["fields"][0]["overwrites"] == {"updated_at": CHANGED}
    desk.edit(FRONT, "voice_id: 12", "voice_id: 14\nmax_duration: 300")
    assert "the portal changed this" in desk.done("plan", "--refresh").out
    assert "the portal changed this" not in desk.done("plan").out


def test_an_api_without_a_list_cannot_be_audited(desk: Practice) -> None:
    """Said as that, with exit 1; a plan that does not ask for live works as before."""
    away = http(404, b'{"message": "The route api/user/assistants/get could not be found."}')
    with raw_server(away, away) as server:
        ended = desk.runs("drift", "-o", "json", RECONCILER_API_URL=server.url)
        assert (ended.code, json.loads(ended.out)["error"]["code"]) == (1, "no-list")
        assert "a plan without `--refresh` works all the same" in ended.err
        assert desk.done("plan", RECONCILER_API_URL=server.url).out == "No changes.\n"


def test_an_audit_needs_a_key(desk: Practice) -> None:
    """Told before anything is read."""
    ended = desk.runs("drift", RECONCILER_API_KEY=None)
    assert (ended.code, "RECONCILER_API_KEY" in ended.err) == (1, True)


def test_every_form_of_an_audit(desk: Practice) -> None:
    """What moved, and both ways out, in the folder and environment that was asked."""
    in_the_portal(desk, initial_message="Hi!")
    for form in ("text", "markdown", "html"):
        shown = html.unescape(desk.runs("-e", "default", "drift", "-o", form).out)
        assert "Hi!" in shown
        assert "Drift: 1 drifted, 0 vanished." in shown
        for way in ("apply --refresh", "pull --accept KEY"):
            assert f"reconciler -C {desk.folder.as_posix()} -e default {way}" in shown
    assert desk.runs("drift", "-o", "markdown", "--max-bytes", "40").code == 64
