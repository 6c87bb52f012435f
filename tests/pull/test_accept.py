"""`pull --accept`: the portal's values go into the files they belong to, and nothing else in them changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.pull.portal import Portal, portal

BASE = """\
# what all of the practice's assistants share
voice_id: 1        # Nora
language_id: 1
type: inbound
mode: pipeline
llm_model_id: 2
timezone: Europe/London
max_duration: 900  # seconds
"""
FRONT = """\
# the front desk

name: 'Front desk'   # as on the sign
initial_message: "Harbour Dental."
system_prompt: ${file:prompts/front.md}
record: true
tools:
  # ends it
  - type: end_call
    description: End the call.   # politely
  - type: calendar_integration
    calcom_api_key: ${secret:CALCOM}
    calcom_event_slug: visit
reconciler:
  extends: [_base.yaml]
  environments:
    default:
      max_silence_duration: 20   # only here
"""
NIGHT = """\
name: Night desk
initial_message: We are closed.
system_prompt: Take a message.
reconciler:
  extends: [_base.yaml]
"""
CALENDAR = "\n  - type: calendar_integration\n    calcom_api_key: ${secret:CALCOM}\n    calcom_event_slug: visit\n"
PROMPT = "You answer the phone.\n\nNever give a diagnosis.\n\nBe brief.\n"


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Portal]:
    """Two applied documents on one base, with a prompt file, a secret and an overlay."""
    with portal(tmp_path) as found:
        found.write("assistants/_base.yaml", BASE)
        found.write("assistants/front.yaml", FRONT)
        found.write("assistants/night.yaml", NIGHT)
        found.write("assistants/prompts/front.md", PROMPT)
        found.ok("apply", "-y", CALCOM="cal_live_canary")
        yield found


def front(account: Portal) -> int:
    id = account.state("front")["id"]
    assert isinstance(id, int)
    return id


def accept(account: Portal, *arguments: str) -> str:
    return account.ok("pull", "--accept", "front", *arguments, CALCOM="cal_live_canary")


def in_sync(account: Portal) -> None:
    """The law: no drift and no change is left."""
    done = account.ok("plan", "--refresh", CALCOM="cal_live_canary")
    assert done == "No changes.\n", done


LAYERS: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("the document", {"record": False}, "front.yaml", "record: true", "record: false"),
    ("quotes", {"name": "Front: desk"}, "front.yaml", "'Front desk'   #", "'Front: desk'   #"),
    ("the overlay", {"max_silence_duration": 25}, "front.yaml", "20   # only", "25   # only"),
    (
        "the prompt's file",
        {"system_prompt": PROMPT.strip().replace("brief", "kind")},
        "prompts/front.md",
        "Be brief.",
        "Be kind.",
    ),
    (
        "a tool",
        {
            "tools": [
                {"type": "end_call", "description": "Say goodbye."},
                {"type": "calendar_integration", "calcom_api_key": "cal_live_canary", "calcom_event_slug": "visit"},
                {"type": "dtmf_input"},
            ]
        },
        "front.yaml",
        f"End the call.   # politely{CALENDAR}",
        f"Say goodbye.   # politely{CALENDAR}  - type: dtmf_input\n",
    ),
]


@pytest.mark.parametrize(("live", "file", "old", "new"), [row[1:] for row in LAYERS], ids=[row[0] for row in LAYERS])
def test_a_value_is_written_where_it_comes_from(
    account: Portal, live: dict[str, Any], file: str, old: str, new: str
) -> None:
    """Into the file, the overlay or the text; all other bytes of all files stay, and there is no drift any more."""
    account.change(front(account), **live)
    before = account.files()
    accept(account)
    after = account.files()
    path = f"assistants/{file}"
    assert after[path].decode() == before[path].decode().replace(old, new)
    changed = {each for each in after if after[each] != before.get(each)}
    assert changed == {path, "state/default/front.json"}
    in_sync(account)


def test_what_others_share_is_not_changed_unasked(account: Portal) -> None:
    """Who else is concerned is named; the flags say which of the two is meant."""
    account.change(front(account), max_duration=600)
    before = account.files()
    done = account.run("pull", "--accept", "front", CALCOM="cal_live_canary")
    assert done.returncode == 1
    assert "which night uses too" in done.stderr
    assert account.files() == before
    accept(account, "--override")
    assert account.read("assistants/_base.yaml") == BASE
    assert "max_duration: 600\nreconciler:" in account.read("assistants/front.yaml")
    in_sync(account)


def test_what_others_share_is_changed_where_that_is_meant(account: Portal) -> None:
    """In the base, for all; the plan then shows what that means for the others."""
    account.change(front(account), max_duration=600)
    assert "also changes: night" in accept(account, "--allow-shared")
    assert account.read("assistants/_base.yaml") == BASE.replace("900  #", "600  #")
    plan = account.json("plan", "--refresh", CALCOM="cal_live_canary")
    assert [each["key"] for each in plan["changes"]] == ["night"]
    assert plan["drift"] == []


def test_what_other_environments_say_as_well_is_told(account: Portal) -> None:
    """A value of the document is every environment's; one of this environment's overlay is its own."""
    account.write("reconciler.yaml", "environments: {default: {}, staging: {}, rehearsal: {}}\n")
    account.write("assistants/front.yaml", FRONT + "    rehearsal: {record: true}\n")
    account.change(front(account), record=False, max_silence_duration=25)
    done = account.run("pull", "--accept", "front", CALCOM="cal_live_canary")
    assert done.returncode == 0, done.stderr
    assert "record of front: staging will say this too, not default alone" in done.stderr
    assert "max_silence_duration" not in done.stderr


def test_one_field_is_accepted_and_the_rest_stays_drift(account: Portal) -> None:
    """`--field` names it; a field that did not move is an error."""
    account.change(front(account), record=False, name="Front")
    accept(account, "--field", "record")
    assert account.read("assistants/front.yaml") == FRONT.replace("record: true", "record: false")
    (drift,) = account.json("plan", "--refresh", CALCOM="cal_live_canary")["drift"]
    assert [each["field"] for each in drift["fields"]] == ["name"]
    assert account.run("pull", "--accept", "front", "--field", "voice_id", CALCOM="x").returncode == 64


def test_prompts_that_both_sides_changed_elsewhere_are_merged(account: Portal) -> None:
    """Git's line and the portal's line are both in the file, and the plan sends Git's."""
    account.write("assistants/prompts/front.md", PROMPT.replace("You answer", "You always answer"))
    account.change(front(account), system_prompt=PROMPT.strip().replace("brief", "kind"))
    accept(account)
    assert account.read("assistants/prompts/front.md") == (
        "You always answer the phone.\n\nNever give a diagnosis.\n\nBe kind.\n"
    )
    plan = account.json("plan", "--refresh", CALCOM="cal_live_canary")
    assert [each["field"] for each in plan["changes"][0]["fields"]] == ["system_prompt"]
    assert plan["drift"] == []


def test_prompts_that_both_sides_changed_alike_stop_the_plan_until_resolved(account: Portal) -> None:
    """Marks as diff3 writes them, an error at their line, and then a plan of what was decided."""
    account.write("assistants/prompts/front.md", PROMPT.replace("brief", "short"))
    account.change(front(account), system_prompt=PROMPT.strip().replace("brief", "kind"))
    assert "system_prompt (conflict)" in accept(account)
    marked = account.read("assistants/prompts/front.md")
    assert marked == (
        "You answer the phone.\n\nNever give a diagnosis.\n\n<<<<<<< documents\nBe short.\n||||||| last applied\n"
        "Be brief.\n=======\nBe kind.\n>>>>>>> portal\n"
    )
    stopped = account.run("plan", CALCOM="cal_live_canary")
    assert stopped.returncode == 1
    assert (
        "error: assistants/prompts/front.md:5:1: `system_prompt` holds a merge that nobody finished" in stopped.stderr
    )
    account.write("assistants/prompts/front.md", PROMPT.replace("brief", "short and kind"))
    plan = account.json("plan", "--refresh", CALCOM="cal_live_canary")
    assert [each["field"] for each in plan["changes"][0]["fields"]] == ["system_prompt"]
    assert plan["drift"] == []


def test_what_comes_after_a_conflict_waits_and_is_told(account: Portal) -> None:
    """The documents cannot be read until it is resolved; the next run takes the rest."""
    account.write("assistants/prompts/front.md", PROMPT.replace("brief", "short"))
    account.change(front(account), system_prompt=PROMPT.strip().replace("brief", "kind"))
    account.change(account.state("night")["id"], name="Night")
    done = account.run("pull", "--accept", "*", CALCOM="cal_live_canary")
    assert done.returncode == 1
    assert "run it again for night" in done.stderr
    account.write("assistants/prompts/front.md", PROMPT)
    account.ok("pull", "--accept", "night", CALCOM="cal_live_canary")
    assert account.read("assistants/night.yaml") == NIGHT.replace("Night desk", "Night")


def test_numbers_that_both_sides_changed_need_a_word(account: Portal) -> None:
    """Which of two is right nobody can tell; naming the field takes the portal's."""
    account.write("assistants/front.yaml", FRONT.replace("20   #", "30   #"))
    account.change(front(account), max_silence_duration=25)
    done = account.run("pull", "--accept", "front", CALCOM="cal_live_canary")
    assert done.returncode == 1
    assert "--field max_silence_duration" in done.stderr
    accept(account, "--field", "max_silence_duration")
    assert "25   # only" in account.read("assistants/front.yaml")
    in_sync(account)


def test_what_the_file_says_already_is_recorded(account: Portal) -> None:
    """Both sides moved to the same: no file changes, and there is nothing left to do."""
    account.write("assistants/front.yaml", FRONT.replace("record: true", "record: false"))
    account.change(front(account), record=False)
    assert "the files say so already" in accept(account)
    assert account.state("front")["last_applied"]["record"] is False
    in_sync(account)


def test_a_field_that_left_the_file_and_changed_in_the_portal_needs_a_word_too(account: Portal) -> None:
    """Naming it writes the portal's value into the document, as a field of its own again."""
    account.write("assistants/front.yaml", FRONT.replace("tools:\n", "webhook_url: https://a.example/x\ntools:\n"))
    account.ok("apply", "-y", CALCOM="cal_live_canary")
    account.write("assistants/front.yaml", FRONT)
    account.change(front(account), webhook_url="https://b.example/y")
    accept(account, "--field", "webhook_url")
    added = "webhook_url: https://b.example/y\nreconciler:"
    assert account.read("assistants/front.yaml") == FRONT.replace("reconciler:", added)
    in_sync(account)


def test_a_prompt_s_file_that_several_documents_name_is_not_changed_unasked(account: Portal) -> None:
    """Whoever else says the same text is named, by whatever way the text came to it."""
    text = "system_prompt: ${file:prompts/front.md}"
    account.write("assistants/night.yaml", NIGHT.replace("system_prompt: Take a message.", text))
    account.write("assistants/day.yaml", NIGHT.replace("Night", "Day"))
    account.ok("apply", "-y", CALCOM="cal_live_canary")
    account.change(front(account), system_prompt=PROMPT.strip().replace("brief", "kind"))
    before = account.files()
    done = account.run("pull", "--accept", "front", CALCOM="cal_live_canary")
    assert done.returncode == 1
    assert "it stands in assistants/prompts/front.md, which night uses too" in done.stderr
    assert account.files() == before
    assert "also changes: night" in accept(account, "--allow-shared")
    assert account.read("assistants/prompts/front.md") == PROMPT.replace("brief", "kind")
    assert account.run("plan", "--refresh", CALCOM="cal_live_canary").stdout.endswith("1 to update, 0 to delete.\n")


REFUSED: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "a variable's value",
        FRONT.replace('"Harbour Dental."', "${env:GREETING}"),
        {"initial_message": "Good day!"},
        "the file says ${env:GREETING}: the value is not the file's",
    ),
    (
        "an anchor that another field repeats",
        FRONT.replace('"Harbour Dental."', "&hello Harbour Dental.") + "reengagement_prompt: *hello\n",
        {"initial_message": "Good day!"},
        "cannot be changed at this place without changing something else",
    ),
    (
        "a text's file that another field names",
        FRONT + "reengagement_prompt: ${file:prompts/front.md}\n",
        {"system_prompt": "Take a message."},
        "`reengagement_prompt` of front would change with it",
    ),
]


@pytest.mark.parametrize(("document", "live", "why"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_written_alone_is_refused(
    account: Portal, document: str, live: dict[str, Any], why: str
) -> None:
    """No file changes where it would change something else, or where the value is not a file's at all."""
    environ = {"CALCOM": "cal_live_canary", "GREETING": "Harbour Dental."}
    account.write("assistants/front.yaml", document)
    account.ok("apply", "-y", **environ)
    account.change(front(account), **live)
    before = account.files()
    done = account.run("pull", "--accept", "front", **environ)
    assert done.returncode == 1
    assert why in done.stderr
    assert account.files() == before


def test_a_value_that_could_not_be_sent_again_is_refused(account: Portal) -> None:
    """The document would not be valid; nothing is written."""
    account.change(front(account), max_silence_duration=900)
    before = account.files()
    done = account.run("pull", "--accept", "front", CALCOM="cal_live_canary")
    assert done.returncode == 1
    assert "cannot be sent again" in done.stderr
    assert account.files() == before


def test_a_secret_that_changed_is_not_written(account: Portal) -> None:
    """It is set where secrets are set; no file and no output holds it."""
    tools = account.row(front(account))["tools"]
    account.change(front(account), tools=[tools[0], {**tools[1], "calcom_api_key": "cal_rotated_canary"}])
    before = account.files()
    done = account.run("pull", "--accept", "front", CALCOM="cal_live_canary")
    assert done.returncode == 1
    assert "no file holds secrets" in done.stderr
    assert "cal_rotated_canary" not in done.stdout + done.stderr
    assert account.files() == before


def test_without_drift_there_is_nothing_to_accept(account: Portal) -> None:
    """And a dry run says what it would do, and does not."""
    before = account.files()
    assert accept(account) == "Nothing to accept.\n"
    account.change(front(account), record=False)
    assert "would accept 1 field of 1 assistant" in accept(account, "--dry-run")
    assert account.files() == before


def test_an_accept_that_died_before_the_entry_is_finished_by_the_next(account: Portal) -> None:
    """The files are there, the entry is old: the next one records it."""
    account.change(front(account), record=False)
    entry = account.read("state/default/front.json")
    accept(account)
    account.write("state/default/front.json", entry)
    accept(account)
    in_sync(account)


def test_a_document_whose_assistant_is_not_there_cannot_accept(account: Portal) -> None:
    """Never applied, gone, or no document at all: each is said."""
    account.write("assistants/new.yaml", NIGHT.replace("Night desk", "New desk"))
    environ = {"CALCOM": "cal_live_canary"}
    assert "has no assistant yet" in account.run("pull", "--accept", "new", **environ).stderr
    account.change(account.state("night")["id"], deleted_at="2026-11-05 10:00:00")
    assert "is gone" in account.run("pull", "--accept", "night", **environ).stderr
    missing = account.run("pull", "--accept", "nigth", **environ)
    assert (missing.returncode, "Did you mean night?" in missing.stderr) == (64, True)
