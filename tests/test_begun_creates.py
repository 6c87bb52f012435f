"""Creates whose answer was lost: the next plan or apply looks into the list, over a real socket, and settles them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.commands import begun
from reconciler.sandbox.wire import Answer
from tests.support.practice import REMINDER, Practice, practice

LOST, NEVER = "drop-after", "drop-before"
FOUND = "made assistant 102"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    """One applied assistant, a document of another, and a server that is known to be done at once."""
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        made.environ["RECONCILER_SETTLE"] = "0"
        made.write("assistants/reminder.yaml", REMINDER)
        yield made


def lost(desk: Practice, fault: str = LOST, *more: str) -> None:
    """An apply whose creates got no answer, and which did not look for them at its end."""
    desk.vendor.vendor.inject(fault, *more)
    ended = desk.runs("apply", "-y", "--no-verify", "--parallelism", "1")
    assert ended.code == 7, ended.told


def entry(desk: Practice, key: str = "reminder") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((desk.folder / f"state/default/{key}.json").read_text("utf-8"))
    return found


def made_by_hand(desk: Practice, **fields: Any) -> int:
    """Somebody creates in the portal what the lost create would have made, or something like it."""
    body = {**entry(desk)["pending"]["body"], **fields}
    answer = httpx.post(f"{desk.vendor.url}/user/assistant", json=body, headers=desk.vendor.headers)
    assert answer.status_code == 201, answer.text
    return int(answer.json()["data"]["id"])


def names(desk: Practice) -> list[str]:
    return sorted(each["name"] for each in desk.vendor.rows(deleted=False))


def settled(desk: Practice, *keys: str) -> None:
    """Nothing left to do, no two of a name, and the state names exactly what is there."""
    assert desk.done("plan").out == "No changes.\n"
    assert len(names(desk)) == len(set(names(desk)))
    ids = {entry(desk, key)["id"] for key in ("reception", *keys)}
    assert ids == {each["id"] for each in desk.vendor.rows(deleted=False)}


def test_an_apply_finds_what_it_lost_at_its_own_end(desk: Practice) -> None:
    """The list is read back anyway: one lost answer costs no second run, and the exit code is 0."""
    desk.vendor.vendor.inject(LOST)
    ended = desk.done("apply", "-y")
    assert FOUND in ended.out
    assert ended.out.endswith("Apply complete: 1 created, 0 updated, 0 deleted.\n")
    settled(desk, "reminder")


def test_a_plan_shows_what_was_found_and_apply_takes_it_over(desk: Practice) -> None:
    """The next plan names the id without --refresh; applied, the entry has it and nothing was sent."""
    lost(desk)
    sent = len(desk.sent)
    plan = json.loads(desk.done("plan", "-o", "json").out)
    (change,) = plan["changes"]
    assert (change["action"], change["reason"], change["id"], change["requests"]) == ("update", "adopted", 102, [])
    assert [each["code"] for each in plan["diagnostics"]] == ["create-found"]
    assert entry(desk)["pending"] is not None, "planning changes nothing"
    desk.done("apply", "-y")
    assert (entry(desk)["id"], entry(desk)["pending"]) == (102, None)
    assert len(desk.sent) == sent
    settled(desk, "reminder")


def test_a_document_that_changed_meanwhile_is_an_update_of_what_was_found(desk: Practice) -> None:
    """The id is taken over, and then the usual diff against what was sent is applied; a saved plan does the same."""
    lost(desk)
    desk.edit("assistants/reminder.yaml", "timezone: America/Chicago", "timezone: America/Denver")
    desk.done("plan", "--out", str(desk.folder / "change.plan"))
    desk.done("apply", str(desk.folder / "change.plan"))
    assert desk.sent[-1] == ("PUT", "/user/assistant/102", {"timezone": "America/Denver"})
    settled(desk, "reminder")


@pytest.mark.parametrize("fault", [LOST, NEVER])
def test_a_saved_plan_is_stale_once_the_list_says_something_else(desk: Practice, fault: str) -> None:
    """The entry has not moved: what turned up since would be made twice, and what went would be updated in vain."""
    lost(desk, fault)
    saved = str(desk.folder / "change.plan")
    desk.done("plan", "--out", saved)
    if fault == NEVER:
        made_by_hand(desk)
    else:
        httpx.delete(f"{desk.vendor.url}/user/assistant/102", headers=desk.vendor.headers)
    sent = len(desk.sent)
    ended = desk.runs("apply", saved)
    assert ended.code == 4, ended.told
    assert "the list of assistants says something else now of the create of reminder" in ended.err
    assert len(desk.sent) == sent
    desk.done("apply", "-y")
    settled(desk, "reminder")


def test_an_id_is_bound_before_anything_is_sent_to_it(desk: Practice) -> None:
    """A changed assistant no longer looks like what was sent: had the run died there, nobody would find it again."""
    lost(desk)
    desk.edit("assistants/reminder.yaml", "name: Lakeview Dental - Reminder", "name: Lakeview Dental - Recall")
    bound: list[Any] = []
    handle = desk.vendor.vendor.handle

    def watching(call: Any) -> Any:
        if call.method == "PUT":
            bound.append((entry(desk)["id"], entry(desk)["last_applied"]["name"]))
        return handle(call)

    desk.patch.setattr(desk.vendor.vendor, "handle", watching)
    desk.done("apply", "-y")
    assert bound == [(102, "Lakeview Dental - Reminder")]
    settled(desk, "reminder")


def test_what_never_arrived_is_created_again(desk: Practice) -> None:
    """None in the list after the server had its time: the create is made again, and once."""
    lost(desk, NEVER)
    ended = desk.done("plan")
    assert "made nothing" in ended.out
    assert ended.out.endswith("Plan: 1 to create, 0 to update, 0 to delete.\n")
    desk.done("apply", "-y")
    settled(desk, "reminder")


def test_a_server_that_may_still_be_at_it_is_waited_for(desk: Practice) -> None:
    """Within the delay a plan is blocked and says how long, and an apply waits: what turns up then is taken over."""
    lost(desk, NEVER)
    late = {"RECONCILER_SETTLE": "600"}
    ended = desk.runs("plan", **late)
    assert ended.code == 7
    assert "not in the list of assistants yet" in ended.out
    assert "Plan again in" in ended.out
    desk.patch.setattr(begun.time, "sleep", lambda seconds: made_by_hand(desk) if seconds > 500 else None)
    ended = desk.done("apply", "-y", **late)
    assert "may still be at it" in ended.err
    settled(desk, "reminder")


def test_what_several_may_be_is_nobody_s_until_somebody_says(desk: Practice) -> None:
    """Two of the name and content: blocked with both ids and both commands, and nothing is sent."""
    lost(desk)
    twin = made_by_hand(desk)
    sent = len(desk.sent)
    for verb in (("plan",), ("apply", "-y")):
        ended = desk.runs(*verb)
        assert ended.code == 7
        assert f"it may be assistant 102 or {twin}" in ended.out
        assert "`reconciler import reminder ID`" in ended.out
        assert "`reconciler state forget reminder`" in ended.out
    assert len(desk.sent) == sent


@pytest.mark.parametrize("which", ["the first", "the twin"])
def test_what_several_may_be_is_settled_by_hand(desk: Practice, which: str) -> None:
    """`import KEY ID` says which one it is: nothing is sent, nothing is left to do, and the other is nobody's."""
    lost(desk)
    twin = made_by_hand(desk)
    id, other = (102, twin) if which == "the first" else (twin, 102)
    sent = len(desk.sent)
    assert (
        f"Imported assistant {id} as reminder (assistants/reminder.yaml)."
        in desk.done("import", "reminder", str(id)).out
    )
    assert (entry(desk)["id"], entry(desk)["pending"]) == (id, None)
    for verb in (("plan",), ("plan", "--refresh"), ("apply", "-y")):
        assert desk.done(*verb).out == "No changes.\n"
    assert len(desk.sent) == sent
    assert [each["id"] for each in json.loads(desk.done("drift", "-o", "json").out)["unmanaged"]] == [other]


def test_an_edit_since_then_is_a_change_of_what_was_imported(desk: Practice) -> None:
    """What was sent is what was applied: the plan after the import holds the edit alone."""
    lost(desk)
    desk.edit("assistants/reminder.yaml", "timezone: America/Chicago", "timezone: America/Denver")
    desk.done("import", "reminder", "102")
    desk.done("apply", "-y")
    assert desk.sent[-1] == ("PUT", "/user/assistant/102", {"timezone": "America/Denver"})
    settled(desk, "reminder")


def test_a_begun_create_that_is_forgotten_is_created(desk: Practice) -> None:
    """`state forget KEY` says that none of them is the one: the next apply makes another, which is never taken over."""
    lost(desk)
    twin = made_by_hand(desk)
    desk.done("state", "forget", "-y", "reminder")
    desk.done("apply", "-y")
    assert entry(desk)["id"] not in (None, 102, twin)


@pytest.mark.parametrize("word", ["404", "405"])
def test_without_a_list_it_is_settled_by_hand(desk: Practice, word: str) -> None:
    """Both ways that the plan names are open: nobody can look at the assistant, and what was sent is known."""
    lost(desk)
    assert entry(desk)["pending"] is not None
    listing = desk.vendor.vendor.handle

    def without_list(call: Any) -> Any:
        if call.path.endswith("/user/assistants/get"):
            return Answer(status=int(word), body=b'{"message": "The route could not be found."}')
        return listing(call)

    desk.patch.setattr(desk.vendor.vendor, "handle", without_list)
    assert desk.runs("plan").code == 7
    assert "state-id-taken" in desk.runs("import", "reminder", "101", "-o", "json").out
    assert "no-list" in desk.runs("import", "recall", "102", "-o", "json").out
    assert entry(desk)["pending"] is not None
    assert "Imported assistant 102 as reminder." in desk.done("import", "reminder", "102").out
    assert desk.done("plan").out == "No changes.\n"
    desk.edit("assistants/reminder.yaml", "timezone: America/Chicago", "timezone: America/Denver")
    desk.done("apply", "-y", "--no-verify")
    assert desk.sent[-1] == ("PUT", "/user/assistant/102", {"timezone": "America/Denver"})


def test_the_same_name_with_another_content_is_not_taken_over(desk: Practice) -> None:
    """It may be ours, edited since, or somebody's: neither adopted nor made twice."""
    lost(desk, NEVER)
    other = made_by_hand(desk, timezone="Europe/Dublin")
    ended = desk.runs("apply", "-y")
    assert ended.code == 7
    assert f"assistant {other} has its name, and not the content that was sent" in ended.out
    assert entry(desk)["id"] is None


def test_two_creates_of_one_name_and_content_are_never_one(desk: Practice) -> None:
    """Where one of two equal ones was made, nobody can tell which: both stay blocked, and neither takes the id."""
    desk.write("assistants/recall.yaml", REMINDER)
    lost(desk, LOST, NEVER)
    ended = desk.runs("apply", "-y")
    assert ended.code == 7
    assert len(names(desk)) == 2
    assert [entry(desk, key)["id"] for key in ("recall", "reminder")] == [None, None]


def test_two_creates_of_one_name_and_other_contents_are_told_apart(desk: Practice) -> None:
    """The one that is there gets its id; the other is made, although its name is taken."""
    desk.write("assistants/recall.yaml", REMINDER.replace("America/Chicago", "America/Denver"))
    lost(desk, LOST, NEVER)
    desk.done("apply", "-y")
    rows = {each["id"]: each["timezone"] for each in desk.vendor.rows(deleted=False)}
    assert rows[entry(desk, "recall")["id"]] == "America/Denver"
    assert rows[entry(desk, "reminder")["id"]] == "America/Chicago"
    assert desk.done("plan").out == "No changes.\n"


def test_what_a_document_asks_for_is_nobody_else_s(desk: Practice) -> None:
    """An id that another document adopts in the same run is not found for a begun create."""
    lost(desk)
    desk.write("assistants/recall.yaml", f"{REMINDER}reconciler:\n  id: 102\n")
    desk.done("apply", "-y")
    assert entry(desk, "recall")["id"] == 102
    assert entry(desk)["id"] not in (None, 102)


@pytest.mark.parametrize("words", [["404"] * 9, ["405"] * 9], ids=["404", "405"])
def test_without_a_list_it_stays_blocked_and_says_how_on(desk: Practice, words: list[str]) -> None:
    """Not an error of its own: the plan is shown, exit 7, with the cause and both commands."""
    lost(desk)
    desk.vendor.vendor.inject(*words[:1])
    ended = desk.runs("plan")
    assert ended.code == 7
    assert "The list of assistants could not be read" in ended.out
    assert "`reconciler import reminder ID`" in ended.out
    assert entry(desk)["pending"] is not None


def test_an_orphan_that_was_found_is_recorded_or_pruned(desk: Practice) -> None:
    """Its document is gone: its id is recorded, so that it is an orphan like any other, and --prune deletes it."""
    lost(desk)
    (desk.folder / "assistants/reminder.yaml").unlink()
    desk.done("apply", "-y")
    assert entry(desk)["id"] == 102
    assert "Orphaned" in desk.done("plan").out
    desk.done("apply", "-y", "--prune")
    assert names(desk) == ["Lakeview Dental - Reception"]


def test_an_orphan_that_came_to_nothing_is_forgotten(desk: Practice) -> None:
    """No document asks for it and the server never made it: only the note is left, and it goes."""
    lost(desk, NEVER)
    (desk.folder / "assistants/reminder.yaml").unlink()
    assert "Also: 1 forgotten." in desk.done("apply", "-y").out
    settled(desk)


@pytest.mark.parametrize("fault", [LOST, NEVER])
def test_a_begun_create_moves_with_its_document(desk: Practice, fault: str) -> None:
    """Renamed before its outcome was known: the same assistant under the new key, made once."""
    lost(desk, fault)
    (desk.folder / "assistants/reminder.yaml").unlink()
    desk.write("assistants/recall.yaml", f"{REMINDER}reconciler:\n  moved_from: reminder\n")
    desk.done("apply", "-y")
    assert not (desk.folder / "state/default/reminder.json").exists()
    settled(desk, "recall")


@pytest.mark.parametrize("settle", ["soon", "-1", "1e9", "99999"])
def test_a_delay_that_is_none_is_refused(desk: Practice, settle: str) -> None:
    """Before anything is read or sent."""
    ended = desk.runs("plan", RECONCILER_SETTLE=settle)
    assert ended.code == 1
    assert "RECONCILER_SETTLE must be a number of seconds" in ended.err
