"""A secret that was changed: seen in every assistant that uses it, and sent alone where that is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.practice import REMINDER, Practice, practice

HOOK = "webhook_url: ${secret:HOOK_URL}\nis_webhook_active: true\n"
TOOL = "tools:\n  - type: calendar_integration\n    calcom_api_key: ${secret:CALENDAR_KEY}\n"
OLD = {"HOOK_URL": "https://hooks.example/in?sig=before", "CALENDAR_KEY": "cal_live_before"}
NEW = {"HOOK_URL": "https://hooks.example/in?sig=after"}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    """Four assistants: two use one secret, one another, one none."""
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        made.environ.update(OLD, RECONCILER_FINGERPRINT_KEY="a long random text")
        for name, secret in {"evening": HOOK, "night": HOOK, "weekend": TOOL}.items():
            made.write(f"assistants/{name}.yaml", REMINDER.replace("Reminder", name.capitalize()) + secret)
        made.done("apply", "-y")
        yield made


def changed(desk: Practice, *arguments: str, **environ: str) -> dict[str, list[str]]:
    """The fields that a plan changes, by key."""
    plan = json.loads(desk.done("plan", *arguments, "-o", "json", **environ).out)
    return {each["key"]: [field["field"] for field in each["fields"]] for each in plan["changes"]}


def test_a_changed_secret_is_seen_wherever_it_is_used(desk: Practice) -> None:
    """In each assistant that uses it, by name, and in no other."""
    assert changed(desk, **NEW) == {"evening": ["webhook_url"], "night": ["webhook_url"]}
    assert desk.done("plan", **NEW).out.count("(secret HOOK_URL, changed)") == 2


def test_only_secrets_leaves_every_other_edit_waiting(desk: Practice) -> None:
    """A new document, one that is gone and edits beside the secret wait; the secret is sent alone and recorded, and the
    next whole plan has what waited and nothing of the secret."""
    desk.edit("assistants/evening.yaml", "Hello, this", "Good evening, this")
    desk.edit("assistants/reception.yaml", "How can I help you?", "How may I help you?")
    desk.write("assistants/holiday.yaml", REMINDER.replace("Reminder", "Holiday"))
    (desk.folder / "assistants/weekend.yaml").unlink()
    assert changed(desk, "--only-secrets", **NEW) == {"evening": ["webhook_url"], "night": ["webhook_url"]}
    before = len(desk.sent)
    desk.done("apply", "-y", "--only-secrets", **NEW)
    assert [body for _, _, body in desk.sent[before:]] == [{"webhook_url": NEW["HOOK_URL"]}] * 2
    assert desk.done("plan", "--only-secrets", **NEW).out == "No changes.\n"
    waiting = changed(desk, **NEW)
    assert waiting["evening"] == ["initial_message"]
    assert waiting["reception"] == ["initial_message"]
    assert set(waiting) - {"weekend"} == {"evening", "reception", "holiday"}


def test_a_saved_rotation_is_done_as_it_was_shown(desk: Practice) -> None:
    """--out and apply FILE, with a target, too."""
    saved = str(desk.folder / "rotation.plan")
    desk.done("plan", "--only-secrets", "--target", "night", "--out", saved, **NEW)
    before = len(desk.sent)
    desk.done("apply", saved, **NEW)
    assert [body for _, _, body in desk.sent[before:]] == [{"webhook_url": NEW["HOOK_URL"]}]
    assert changed(desk, **NEW) == {"evening": ["webhook_url"]}


def test_without_a_changed_secret_there_is_nothing_to_do(desk: Practice) -> None:
    """However much else there is: an empty selection is never everything."""
    desk.edit("assistants/evening.yaml", "Hello, this", "Good evening, this")
    assert desk.done("plan", "--only-secrets").out == "No changes.\n"
    assert desk.runs("plan", "--only-secrets", "--target", "nobody").code == 64
    assert desk.runs("plan", "--only-secrets", "--prune").code == 64


def test_without_the_key_it_is_said_what_cannot_be_told(desk: Practice) -> None:
    """No fingerprint to compare: nothing is sent, and each secret is named."""
    ended = desk.done("plan", "--only-secrets", RECONCILER_FINGERPRINT_KEY=None, **NEW)
    assert "No changes." in ended.out
    assert "whether the secret HOOK_URL changed" in ended.out
    assert "whether the secret CALENDAR_KEY changed" in ended.out
