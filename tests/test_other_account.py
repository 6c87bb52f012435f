"""Another account's key: refused before anything is sent, told from a key that is merely new, and never for ever."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.sandbox.answers import json_answer
from reconciler.sandbox.wire import Answer, Call
from tests.support.practice import REMINDER, Practice, practice

EMAIL = "office@harbour-dental.example"
META = "state/default/_meta.json"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    """A project with one applied assistant, and one document that is new."""
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        made.write("assistants/reminder.yaml", REMINDER)
        yield made


def says(desk: Practice, status: int, told: Any) -> None:
    """What the vendor answers from now on to who asks whose key it is."""
    handle = desk.vendor.vendor.handle

    def answering(call: Call) -> Answer:
        return json_answer(status, told) if call.path.endswith("/user/me") else handle(call)

    desk.patch.setattr(desk.vendor.vendor, "handle", answering)


def remembered(desk: Practice) -> str | None:
    found = json.loads((desk.folder / META).read_text("utf-8")).get("account")
    assert found is None or isinstance(found, str)
    return found


def test_another_account_s_key_is_refused_before_anything_is_sent(desk: Practice) -> None:
    """Exit 1 with a stable code and the way on, for a fresh plan, a saved one and one that reads live."""
    saved = str(desk.folder / "change.plan")
    desk.done("plan", "--out", saved)
    says(desk, 200, {"name": "Harborline Solar", "email": "team@harborline.example", "total_balance": 1})
    before, sent = desk.files(), len(desk.sent)
    for arguments in (["apply", "-y"], ["apply", saved], ["apply", "-y", "--refresh"]):
        ended = desk.runs(*arguments)
        assert ended.code == 1, ended.told
        assert "applied to another account than the one of this key" in ended.err
        assert "--allow-other-account" in ended.err
        assert "harborline.example" not in ended.told
    assert '"other-account"' in desk.runs("apply", "-y", "-o", "json").out
    assert len(desk.sent) == sent
    assert desk.files() == before


LOOKS = (["plan", "--refresh"], ["drift"], ["drift", "--detailed-exitcode"])


@pytest.mark.parametrize("arguments", LOOKS, ids=" ".join)
def test_what_reads_live_does_not_take_another_account_for_its_own(desk: Practice, arguments: list[str]) -> None:
    """All that is managed would look gone: refused, and nothing shown, until a flag says that it is meant."""
    says(desk, 200, {"email": "team@harborline.example"})
    ended = desk.runs(*arguments)
    assert ended.code == 1, ended.told
    assert "default was applied to another account than the one of this key" in ended.err
    assert "--allow-other-account" in ended.err
    assert not ended.out
    assert "gone" not in ended.told
    meant = desk.runs(*arguments, "--allow-other-account")
    assert "another account" not in meant.told


@pytest.mark.parametrize("arguments", LOOKS, ids=" ".join)
def test_where_the_api_does_not_say_its_list_decides_before_anything_is_shown(
    desk: Practice, arguments: list[str]
) -> None:
    """A list with none of the managed assistants is another account's; with one of them it is looked at."""
    says(desk, 404, {"message": "Not found"})
    desk.done(*arguments[:2])
    entry = desk.folder / "state/default/reception.json"
    entry.write_text(entry.read_text("utf-8").replace('"id": 101', '"id": 4101'))
    ended = desk.runs(*arguments)
    assert ended.code == 1, ended.told
    assert "does not show the assistant that default manages" in ended.err
    assert "another account" not in desk.runs(*arguments, "--allow-other-account").told


def test_a_create_of_unknown_outcome_is_not_looked_for_in_another_account(desk: Practice) -> None:
    """It would be missing there and be sent a second time: neither a plan nor a saved one looks there."""
    desk.environ["RECONCILER_SETTLE"] = "0"
    desk.vendor.vendor.inject("drop-after")
    assert desk.runs("apply", "-y", "--no-verify", "--parallelism", "1").code == 7
    saved = str(desk.folder / "change.plan")
    desk.edit("assistants/reception.yaml", "How can I help you?", "What can I do for you?")
    desk.runs("plan", "--out", saved)
    says(desk, 200, {"email": "team@harborline.example"})
    sent = len(desk.sent)
    for arguments in (["plan"], ["apply", saved]):
        ended = desk.runs(*arguments)
        assert ended.code == 1, ended.told
        assert "applied to another account" in ended.err
    assert len(desk.sent) == sent


def test_a_saved_plan_may_be_meant_for_another_account(desk: Practice) -> None:
    """The flag shapes no plan, so it goes with a plan file, too."""
    saved = str(desk.folder / "change.plan")
    desk.done("plan", "--out", saved)
    says(desk, 200, {"email": "team@harborline.example"})
    assert desk.runs("apply", saved).code == 1
    desk.done("apply", saved, "--allow-other-account")


@pytest.mark.parametrize(
    "arguments",
    [["pull"], ["pull", "--dry-run"], ["pull", "--accept", "reception"], ["import", "other", "101"]],
    ids=" ".join,
)
def test_nothing_is_pulled_from_another_account(desk: Practice, arguments: list[str]) -> None:
    """Documents and entries of one customer are not written into another's environment."""
    says(desk, 200, {"email": "team@harborline.example"})
    before = desk.files()
    ended = desk.runs(*arguments)
    assert ended.code == 1, ended.told
    assert "applied to another account than the one of this key" in ended.err
    assert desk.files() == before
    told = desk.runs(*arguments, "--allow-other-account").told
    assert "another account" not in told


def test_the_account_of_a_first_pull_is_remembered(desk: Practice) -> None:
    """As after an apply: the next key must be the same account's."""
    desk.done("-e", "staging", "pull")
    assert "account" in json.loads((desk.folder / "state/staging/_meta.json").read_text("utf-8"))


def test_an_audit_with_another_account_s_key_is_no_audit(desk: Practice) -> None:
    """Where everything looks gone, it is asked whose key it is; where the account is the same, everything is gone."""
    assert httpx.delete(f"{desk.vendor.url}/user/assistant/101", headers=desk.vendor.headers).is_success
    assert desk.runs("drift", "--detailed-exitcode").code == 2
    says(desk, 200, {"email": "team@harborline.example"})
    ended = desk.runs("drift", "--detailed-exitcode")
    assert ended.code == 1, ended.told
    assert "applied to another account" in ended.err


def test_who_means_it_says_so_once(desk: Practice) -> None:
    """With the flag it is applied, and the new account is the one that is remembered."""
    old = remembered(desk)
    says(desk, 200, {"email": "team@harborline.example"})
    desk.done("apply", "-y", "--allow-other-account")
    assert remembered(desk) not in (None, old)
    desk.edit("assistants/reminder.yaml", "Hello", "Good day")
    desk.done("apply", "-y")


def test_a_new_key_of_the_same_account_is_taken(desk: Practice) -> None:
    """What changes in an account (its balance, its name, how its address is written) makes no other one of it."""
    says(desk, 200, {"data": {"name": "Harbour", "email": f" {EMAIL.upper()}", "total_balance": 0.5}})
    desk.done("apply", "-y")


def test_what_is_remembered_tells_nobody_who_it_is(desk: Practice) -> None:
    """A salted, slow digest: neither address nor name, and another one for the same account elsewhere."""
    account = remembered(desk)
    assert account is not None
    assert account.startswith("pbkdf2-sha256:")
    (desk.folder / META).write_text(json.dumps({**json.loads((desk.folder / META).read_text()), "account": None}))
    desk.done("apply", "-y")
    assert remembered(desk) not in (None, account)
    for content in desk.files().values():
        assert EMAIL.encode() not in (content if isinstance(content, bytes) else content.encode())


@pytest.mark.parametrize(("status", "told"), [(404, {"message": "Not found"}), (403, {}), (200, {"email": None})])
def test_where_the_api_does_not_say_the_assistants_decide(desk: Practice, status: int, told: Any) -> None:
    """An account that shows none of those that are managed is another one; one that shows some is taken."""
    says(desk, status, told)
    desk.done("apply", "-y")
    for id in (101, 102):
        entry = desk.folder / "state/default" / ("reception.json" if id == 101 else "reminder.json")
        entry.write_text(entry.read_text("utf-8").replace(f'"id": {id}', f'"id": {id + 4000}'))
    desk.edit("assistants/reminder.yaml", "Hello", "Good day")
    sent = len(desk.sent)
    ended = desk.runs("apply", "-y")
    assert ended.code == 1, ended.told
    assert "does not show any of the 2 assistants that default manages" in ended.err
    assert len(desk.sent) == sent
    ended = desk.runs("apply", "-y", "--allow-other-account")
    assert "reconciler state forget reminder" in ended.told, "the update goes out, and the server knows no such id"


def test_an_environment_without_assistants_has_no_account_yet(desk: Practice) -> None:
    """The first apply is to whichever account the key is of; that one is remembered."""
    says(desk, 200, {"email": "team@harborline.example"})
    desk.done("-e", "staging", "apply", "-y")
    assert "account" in json.loads((desk.folder / "state/staging/_meta.json").read_text("utf-8"))


def test_nothing_is_asked_where_nothing_is_sent(desk: Practice) -> None:
    """A plan, and an apply with nothing to do or only something to record, need not know the account."""
    (desk.folder / "assistants/reminder.yaml").unlink()
    before = len(desk.vendor.calls)
    desk.done("plan")
    desk.done("apply", "-y")
    assert len(desk.vendor.calls) == before


WRONG_ROUTE = '{"account": {"path": "user/me", "identity": ["email"]}}'


@pytest.mark.parametrize("content", ["[]", "{", WRONG_ROUTE, '{"account": 1}'])
def test_a_look_up_file_that_is_none_is_told(desk: Practice, content: str) -> None:
    """The project's own file decides, so a broken one is an error and not the absence of a guard."""
    desk.write("schemas/lookups.json", content)
    ended = desk.runs("apply", "-y")
    assert ended.code == 1
    assert re.search("lookups.json.*cannot be read", ended.err)
    assert len(desk.sent) == 1
