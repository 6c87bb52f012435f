"""What a program or an agent is told where it is refused: a stable code, what would be lost, and commands to paste.

Each command is run as it stands: a line that a person cannot use is worse than none.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.commands.invocation import Invocation
from reconciler.config import open_project, open_store
from reconciler.entries import begin_create
from reconciler.sandbox.answers import json_answer
from reconciler.sandbox.wire import Answer, Call
from tests.support.practice import RECEPTION, REMINDER, REPOSITORY, Practice, practice

LISTED = REPOSITORY / "docs" / "refusals.md"
DESK = "assistants/reception.yaml"
NUMBER = "phone_number_id: 45\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    with practice(tmp_path / "the practice", monkeypatch, capsys) as made:
        yield made


def gone(desk: Practice) -> None:
    (desk.folder / DESK).unlink()


def limited(desk: Practice, limits: str) -> None:
    desk.write("reconciler.yaml", f"environments:\n  default:\n    limits: {{{limits}}}\n")


def renamed(desk: Practice) -> list[str]:
    (desk.folder / DESK).rename(desk.folder / "assistants" / "front desk.yaml")
    return ["plan"]


def protected(desk: Practice) -> list[str]:
    desk.write(DESK, RECEPTION + "reconciler: {protect: true}\n")
    desk.done("apply", "-y")
    gone(desk)
    return ["plan", "--prune", "--allow-deletes"]


def without_a_way_to_delete(desk: Practice) -> list[str]:
    own_schemas(desk)
    (desk.folder / "schemas" / "delete.schema.json").unlink()
    gone(desk)
    return ["plan", "--prune"]


def too_many_deletes(desk: Practice) -> list[str]:
    limited(desk, "delete: 2%")
    gone(desk)
    return ["plan", "--prune", "--target", "rec*"]


def too_many_updates(desk: Practice) -> list[str]:
    limited(desk, "update: 2%")
    desk.edit(DESK, "voice_id: 12", "voice_id: 13")
    return ["apply", "-y"]


def silent(desk: Practice) -> list[str]:
    desk.write(DESK, RECEPTION + NUMBER)
    desk.done("apply", "-y")
    limited(desk, "unassigned: refuse")
    desk.write(DESK, RECEPTION)
    return ["plan"]


def stale(desk: Practice) -> list[str]:
    saved = str(desk.folder / "change.plan")
    desk.edit(DESK, "voice_id: 12", "voice_id: 13")
    desk.done("plan", "--out", saved)
    desk.done("apply", "-y")
    return ["apply", saved]


def unattended(desk: Practice) -> list[str]:
    return ["apply", "--target", "reception"]


def elsewhere(desk: Practice) -> list[str]:
    saved = str(desk.folder / "change.plan")
    desk.edit(DESK, "voice_id: 12", "voice_id: 13")
    desk.done("plan", "--out", saved)
    desk.write("reconciler.yaml", "environments:\n  default: {}\n  staging: {}\n")
    return ["-e", "staging", "apply", saved]


def of_another_account(desk: Practice) -> list[str]:
    handle = desk.vendor.vendor.handle

    def answering(call: Call) -> Answer:
        whose = {"email": "team@harborline.example"}
        return json_answer(200, whose) if call.path.endswith("/user/me") else handle(call)

    desk.patch.setattr(desk.vendor.vendor, "handle", answering)
    desk.write("assistants/reminder.yaml", REMINDER)
    return ["apply", "-y"]


def begun(desk: Practice) -> list[str]:
    desk.write("assistants/reminder.yaml", REMINDER)
    store = open_store(open_project(Invocation(directory=desk.folder)))
    with store.lock(command="apply", timeout=0):
        store.write(begin_create(None, "reminder", {"name": "Reminder"}, now="2026-11-03T09:18:42Z"))
    desk.environ.pop("RECONCILER_API_KEY")
    return ["plan"]


def another_id(desk: Practice) -> list[str]:
    desk.write(DESK, RECEPTION + "reconciler: {id: 999}\n")
    return ["plan"]


def no_such_id(desk: Practice) -> list[str]:
    desk.write("assistants/reminder.yaml", REMINDER + "reconciler: {id: 999}\n")
    return ["plan", "--refresh"]


def incomplete(desk: Practice) -> list[str]:
    text = REMINDER.replace("voice_id: 12\n", "") + "reconciler: {unmanaged: [voice_id]}\n"
    desk.write("assistants/reminder.yaml", text)
    return ["plan"]


def held(desk: Practice) -> list[str]:
    made = {line.split(": ")[0]: line.split(": ")[1] for line in REMINDER.splitlines()}
    body: dict[str, Any] = {name: int(each) if each.isdigit() else each for name, each in made.items()}
    body |= {"type": "inbound", "phone_number_id": 45, "name": "Made by hand"}
    answer = httpx.post(desk.vendor.url + "/user/assistant", json=body, headers=desk.vendor.headers)
    assert answer.is_success, answer.text
    desk.write(DESK, RECEPTION + NUMBER)
    return ["plan", "--refresh"]


def stuck(desk: Practice) -> list[str]:
    desk.write(DESK, RECEPTION + NUMBER)
    night = RECEPTION.replace("Reception", "Night")
    desk.write("assistants/night.yaml", night + "phone_number_id: 46\n")
    desk.done("apply", "-y")
    schema = json.loads((own_schemas(desk) / "assistant.schema.json").read_text("utf-8"))
    del schema["properties"]["phone_number_id"]["x-clear"]
    desk.write("schemas/assistant.schema.json", json.dumps(schema))
    desk.write(DESK, RECEPTION + "phone_number_id: 46\n")
    desk.write("assistants/night.yaml", night + NUMBER)
    return ["plan"]


def staying(desk: Practice) -> list[str]:
    desk.write("assistants/reminder.yaml", REMINDER + "knowledgebase_mode: prompt\n")
    desk.done("apply", "-y")
    turned = REMINDER.replace("mode: pipeline\nllm_model_id: 2", "mode: multimodal\nmultimodal_model_id: 1")
    desk.write("assistants/reminder.yaml", turned)
    return ["plan"]


def own_schemas(desk: Practice) -> Path:
    folder = desk.folder / "schemas"
    shutil.copytree(REPOSITORY / "schemas", folder, ignore=shutil.ignore_patterns("pages"))
    return folder


CASES: dict[str, tuple[Callable[[Practice], list[str]], list[str]]] = {
    "looks-like-rename": (renamed, ["state mv reception 'front desk'", "plan --allow-new"]),
    "protected": (protected, ["state forget reception", "plan --prune --allow-deletes --allow-protected"]),
    "no-delete-route": (without_a_way_to_delete, ["state forget reception"]),
    "too-many-deletes": (too_many_deletes, ["plan --target 'rec*' --prune --allow-deletes"]),
    "too-many-updates": (too_many_updates, ["apply --allow-updates"]),
    "would-be-unassigned": (silent, ["plan --allow-unassigned"]),
    "stale-plan": (stale, ["plan --out FOLDER/change.plan"]),
    "needs-approval": (unattended, ["apply --target reception --auto-approve"]),
    "other-environment": (elsewhere, ["-e default apply FOLDER/change.plan"]),
    "other-account": (of_another_account, ["apply --allow-other-account"]),
    "create-incomplete": (begun, ["state forget reminder"]),
    "id-conflict": (another_id, ["state forget reception"]),
    "id-not-found": (no_such_id, ["drift"]),
    "cannot-create": (incomplete, ["validate assistants/reminder.yaml"]),
    "value-held": (held, ["why reception phone_number_id"]),
    "cannot-release": (stuck, ["state show night"]),
    "stays-in-conflict": (staying, ["why reminder knowledgebase_mode"]),
}


def refused(desk: Practice, arguments: list[str], code: str) -> dict[str, Any]:
    """The first diagnostic with this code in what a refused command prints for a program."""
    ended = desk.runs(*arguments, "-o", "json")
    assert ended.code != 0, ended.told
    last = ended.out if ended.out.startswith("{\n") else ended.out.splitlines()[-1]
    found: list[dict[str, Any]] = [each for each in json.loads(last)["diagnostics"] if each["code"] == code]
    assert found, ended.told
    return found[0]


def usable(desk: Practice, command: str) -> list[str]:
    """The words of a command after the program and its folder, after it was tried."""
    words = shlex.split(command)
    assert words[:3] == ["reconciler", "-C", str(desk.folder)]
    confirmed = ["-y"] if "apply" in words and "--auto-approve" not in words and "change.plan" not in command else []
    confirmed = ["--yes"] if words[3:5] == ["state", "forget"] else confirmed
    ended = desk.runs(*words[3:], *confirmed)
    assert ended.code != 64, ended.told
    return words[3:]


@pytest.mark.parametrize("code", CASES)
def test_a_refusal_says_what_would_be_lost_and_what_a_person_may_run(desk: Practice, code: str) -> None:
    """Its code, at least one loss, and whole commands: in this project, with the options that were given."""
    prepare, commands = CASES[code]
    told = refused(desk, prepare(desk), code)
    assert told["severity"] == "error"
    assert told["loses"]
    assert all(len(each) > 10 for each in told["loses"])
    place = shlex.quote(str(desk.folder))
    wanted = [f"reconciler -C {place} {each.replace(*_folder(desk))}" for each in commands]
    assert [" ".join(shlex.split(each)) for each in told["commands"]] == [
        " ".join(shlex.split(each)) for each in wanted
    ]
    for each in told["commands"][:1]:
        usable(desk, each)


def _folder(desk: Practice) -> tuple[str, str]:
    return "FOLDER/change.plan", shlex.quote(str(desk.folder / "change.plan"))


def test_a_held_lock_is_a_refusal_too(desk: Practice) -> None:
    """It says what the lock is for, and what frees it where nobody is at work."""
    store = open_store(open_project(Invocation(directory=desk.folder)))
    desk.edit(DESK, "voice_id: 12", "voice_id: 13")
    with store.lock(command="apply", timeout=0):
        told = refused(desk, ["apply", "-y"], "lock-held")
    assert told["loses"]
    assert shlex.split(told["commands"][0]) == ["reconciler", "-C", str(desk.folder), "state", "unlock"]
    usable(desk, told["commands"][0])


def test_the_flag_that_is_named_is_the_one_that_is_missing(desk: Practice) -> None:
    """Pasted as it stands, the command does what was refused."""
    told = refused(desk, too_many_updates(desk), "too-many-updates")
    assert told["loses"] == ["reception (id 101): voice_id as it is now"]
    words = shlex.split(told["commands"][0])[1:]
    desk.done(*words[2:], "-y")


def test_the_page_of_refusals_lists_every_one() -> None:
    """What programs may rely on is written down: each code with what it means."""
    listed = re.findall(r"^\| `([a-z-]+)` \|", LISTED.read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted([*CASES, "lock-held"])
