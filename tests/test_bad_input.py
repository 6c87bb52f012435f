"""Bad input from end to end: the exit code, the place and the way on that are told, and that nothing is lost by it."""

from __future__ import annotations

import grp
import json
import os
import pwd
import re
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconciler.commands import saving
from tests.api.rawserver import Reply, http, raw_server
from tests.support.practice import PROMPT, REMINDER, REPOSITORY, Ended, Practice, practice

FRONT = "assistants/reception.yaml"
PROMPT_FILE = "assistants/prompts/reception.md"
ENTRY = "state/default/reception.json"
META = "state/default/_meta.json"
VALIDATE, PLAN, APPLY = ("validate",), ("plan",), ("apply", "-y")
LIST = ("state", "list")
EVERY = (VALIDATE, PLAN, APPLY)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    """A project with one applied assistant, an edited prompt, and a document that is new."""
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        made.write(PROMPT_FILE, PROMPT.replace("no root canals", "cleanings only"))
        made.write("assistants/reminder.yaml", REMINDER)
        yield made


def refused(desk: Practice, *arguments: str, code: int, **environ: str | None) -> Ended:
    """Run a command that must be refused: no traceback, no bug, every file as it was, nothing sent."""
    files, sent = desk.files(), len(desk.sent)
    ended = desk.runs(*arguments, **environ)
    assert ended.code == code, ended.told
    assert "Traceback" not in ended.told
    assert "bug in reconciler" not in ended.told
    assert desk.files() == files
    assert len(desk.sent) == sent
    return ended


def as_json(ended: Ended) -> list[str]:
    """The codes that the one JSON value on stdout names; no summary repeats the place that is shown before it."""
    told = json.loads(ended.out)
    assert told["format_version"] == "1.0"
    assert [each for each in told["diagnostics"] if each["file"] and each["file"] in each["summary"]] == []
    return [each["code"] for each in told["diagnostics"]]


def without_documents(desk: Practice) -> None:
    shutil.rmtree(desk.folder / "assistants")


def without_the_prompt(desk: Practice) -> None:
    (desk.folder / PROMPT_FILE).unlink()


def linked_prompt(desk: Practice) -> None:
    without_the_prompt(desk)
    (desk.folder / PROMPT_FILE).symlink_to("/etc/hostname")


def prompt_at(path: str) -> Callable[[Practice], None]:
    return lambda desk: desk.edit(FRONT, "prompts/reception.md", path)


def one_broken_schema(desk: Practice) -> None:
    shutil.copytree(REPOSITORY / "schemas", desk.folder / "schemas")
    desk.write("schemas/update.schema.json", '{"type": "object",\n,}')


def one_schema_missing(desk: Practice) -> None:
    shutil.copytree(REPOSITORY / "schemas", desk.folder / "schemas")
    (desk.folder / "schemas/update.schema.json").unlink()


def edited(path: str, old: str, new: str) -> Callable[[Practice], None]:
    return lambda desk: desk.edit(path, old, new)


def written(path: str, text: str) -> Callable[[Practice], None]:
    return lambda desk: (desk.write(path, text), None)[1]


CONFLICT = '{\n<<<<<<< HEAD\n  "id": 101\n=======\n  "id": 102\n>>>>>>> feature\n}\n'
WRONG_SETTINGS = "asistants: voices\nenvironments:\n  production: {api: 'ftp://x', api_key: k, limits: {delete: 1}}\n"
STATE_VERBS = (PLAN, APPLY, LIST)
PROJECTS: dict[str, tuple[Callable[[Practice], None], tuple[tuple[str, ...], ...], str, str, str]] = {
    "no documents": (without_documents, EVERY, "no-assistants-folder", "assistants", "try `-C|with `-C DIR`"),
    "a cut entry": (written(ENTRY, '{"id": '), STATE_VERBS, "state-unreadable", f"{ENTRY}:1:8", "version control"),
    "an empty entry": (written(ENTRY, ""), STATE_VERBS, "state-unreadable", ENTRY, "never treated as empty"),
    "an entry in conflict": (written(ENTRY, CONFLICT), STATE_VERBS, "state-merge-conflict", f"{ENTRY}:2:1", "one side"),
    "a newer entry": (
        *(edited(ENTRY, '"format_version": 1', '"format_version": 2'), STATE_VERBS),
        *("state-newer", ENTRY, "Install that version"),
    ),
    "a newer state": (
        *(edited(META, '"format_version": 1', '"format_version": 2'), STATE_VERBS),
        *("state-newer", META, "Install that version"),
    ),
    "a lost lineage": (
        *(lambda desk: (desk.folder / META).unlink(), STATE_VERBS),
        *("state-lineage-lost", META, "Restore it"),
    ),
    "no prompt": (without_the_prompt, EVERY, "missing-file", f"{FRONT}:9:16", "Create it, or correct the path"),
    "a misspelt prompt": (prompt_at("prompts/receptoin.md"), EVERY, "missing-file", f"{FRONT}:9:16", "Did you mean"),
    "a prompt above": (prompt_at("../../notes.md"), EVERY, "reference-path", f"{FRONT}:9:16", "file of this project"),
    "an absolute prompt": (prompt_at("/etc/hostname"), EVERY, "reference-path", f"{FRONT}:9:16", "relative to"),
    "a linked prompt": (linked_prompt, EVERY, "outside-project", f"{FRONT}:9:16", "may only use files of its own"),
    "a broken schema": (one_broken_schema, EVERY, "schema-unreadable", "schemas/update.schema.json:2:1", "generate"),
    "a missing schema": (one_schema_missing, EVERY, "schema-missing", "schemas/update.schema.json", "generate"),
    "wrong settings": (
        *(written("reconciler.yaml", WRONG_SETTINGS), EVERY),
        *("unknown-setting", "reconciler.yaml:1:1", "Did you mean `assistants`?"),
    ),
    "broken settings": (
        written("reconciler.yaml", "environments: [\n"),
        EVERY,
        "yaml-syntax",
        "reconciler.yaml:2",
        ".",
    ),
    "settings misnamed": (
        *(written("reconciler.yml", "assistants: voices\n"), EVERY),
        *("project-file-name", "reconciler.yml", "Rename it to reconciler.yaml"),
    ),
}


@pytest.mark.parametrize("case", PROJECTS)
def test_a_bad_project_is_refused_before_anything_happens(desk: Practice, case: str) -> None:
    """In every verb that needs what is bad: exit 1, the place, a way on, and the stable code in JSON."""
    spoil, verbs, code, place, way_on = PROJECTS[case]
    spoil(desk)
    for verb in verbs:
        ended = refused(desk, *verb, code=1)
        assert place in ended.told
        assert re.search(way_on, ended.told)
        assert code in as_json(refused(desk, *verb, "-o", "json", code=1))


def test_all_that_is_wrong_is_told_at_once(desk: Practice) -> None:
    """Three files with errors are one run of `validate`, not three."""
    without_the_prompt(desk)
    desk.edit("assistants/reminder.yaml", "voice_id: 12", "voice_id: Sarah\nvoice: 12")
    desk.write("assistants/night.yaml", "name: [\n")
    ended = refused(desk, "validate", code=1)
    for name in ("reception", "reminder", "night"):
        assert f"error: assistants/{name}.yaml:" in ended.out
    assert re.search(r"^\d+ errors?.* in 3 files$", ended.out, re.MULTILINE)


PAGE = b"<!DOCTYPE html><html><title>Sign in</title></html>"
LOGIN = http(302, PAGE, "Location: https://portal.example/login?then=/api", "Content-Type: text/html")
APIS: dict[str, tuple[Reply, int, set[str], str]] = {
    "401": (http(401, b'{"message": "Unauthenticated."}'), 1, {"unauthorized"}, "Check RECONCILER_API_KEY"),
    "403": (http(403, b'{"message": "Forbidden"}'), 1, {"unauthorized"}, "Check RECONCILER_API_KEY"),
    "403 as a page": (http(403, PAGE), 1, {"unauthorized"}, "Check RECONCILER_API_KEY"),
    "a login page": (LOGIN, 1, {"unauthorized"}, "https://portal.example/login, a login page"),
    "no such route": (http(404, PAGE), 1, {"not-json"}, "Check RECONCILER_API_URL"),
    "another program": (http(404, b'{"detail": "Not Found"}'), 1, {"not-the-api"}, "Check RECONCILER_API_URL"),
    "a page": (http(200, PAGE), 7, {"not-json", "create-unknown"}, "Check RECONCILER_API_URL"),
    "a page of a gateway": (http(502, PAGE), 7, {"server-error", "create-unknown"}, "Run it again later"),
    "JSON of another program": (http(200, b'{"status": "ok"}'), 7, {"not-the-api", "create-unknown"}, "RECONCILER_API"),
    "a list of another program": (http(200, b"[]"), 7, {"not-the-api", "create-unknown"}, "RECONCILER_API_URL"),
    "nothing": (http(200), 7, {"not-the-api", "create-unknown"}, "RECONCILER_API_URL"),
}


@pytest.mark.parametrize("case", APIS)
def test_an_api_that_is_none_changes_nothing_that_is_recorded(desk: Practice, case: str) -> None:
    """No answer but the API's own is a success: entries stay, and a create that may have arrived is pending."""
    answer, code, codes, way_on = APIS[case]
    before = desk.files()
    with raw_server(*[answer] * 40) as server:
        ended = desk.runs("apply", "-y", RECONCILER_API_URL=server.url)
        methods = [each.method for each in server.heard]
    assert ended.code == code, ended.told
    assert way_on in ended.told
    assert "Apply incomplete: 0 created, 0 updated, 0 deleted;" in ended.out
    assert "Traceback" not in ended.told
    assert methods.count("POST") <= 1, "a create whose outcome is unknown is not repeated"
    after = desk.files()
    pending = {"state/default/reminder.json"} if code == 7 else set()
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} == pending
    with raw_server(*[answer] * 40) as server:
        shown = desk.runs("apply", "-y", "--target", "reception", "-o", "json", RECONCILER_API_URL=server.url)
    told = {
        each["code"] for result in json.loads(shown.out.splitlines()[-1])["results"] for each in result["diagnostics"]
    }
    assert codes - {"create-unknown"} <= told


def test_an_api_that_is_down_is_told_and_loses_nothing(desk: Practice) -> None:
    """Nobody listens, and a name that nobody has: nothing arrived, so nothing is pending, and a later run does it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/api"
    for address, why in ((nobody, "the connection was refused"), ("https://portal.invalid/api", "cannot be resolved")):
        ended = refused(desk, "apply", "-y", code=1, RECONCILER_API_URL=address)
        assert f"{address} cannot be reached: " in ended.err
        assert why in ended.err
        assert "Check the address, the network and HTTPS_PROXY" in ended.err
    assert "1 created, 1 updated" in desk.done("apply", "-y").out


ADDRESSES = {
    "no key": ({"RECONCILER_API_KEY": None}, "export it as RECONCILER_API_KEY"),
    "an empty key": ({"RECONCILER_API_KEY": " "}, "export it as RECONCILER_API_KEY"),
    "half a key": ({"RECONCILER_API_KEY": "17|kq3v 9Yx2"}, "Copy the key again"),
    "in clear": ({"RECONCILER_API_URL": "http://portal.example/api"}, "Use its https:// address"),
    "another protocol": ({"RECONCILER_API_URL": "ftp://portal.example"}, "must be an address such as"),
    "a password": ({"RECONCILER_API_URL": "https://maria:hunter2@portal.example/api"}, "Remove it"),
}


@pytest.mark.parametrize("case", ADDRESSES)
def test_a_key_or_an_address_that_cannot_be_used_sends_nothing(desk: Practice, case: str) -> None:
    """Said before anything is sent or recorded; nothing of a password is repeated."""
    environ, way_on = ADDRESSES[case]
    ended = refused(desk, "apply", "-y", code=1, **environ)
    assert way_on in ended.err
    assert "hunter2" not in ended.told
    assert "kq3v" not in ended.told


def test_a_plan_needs_neither_key_nor_api(desk: Practice) -> None:
    """A stranger's pull request is planned where there is no secret at all."""
    ended = refused(desk, "plan", code=0, RECONCILER_API_KEY=None, RECONCILER_API_URL="https://portal.invalid/api")
    assert ended.out.endswith("Plan: 1 to create, 1 to update, 0 to delete.\n")


def test_what_another_program_answered_is_still_to_be_done(desk: Practice) -> None:
    """After a run against the wrong server, the right one gets every change."""
    desk.edit(FRONT, "name: Lakeview Dental - Reception", "name: Lakeview Dental - Front desk")
    (desk.folder / "assistants/reminder.yaml").unlink()
    with raw_server(*[http(200, b'{"status": "ok"}')] * 9) as server:
        assert desk.runs("apply", "-y", RECONCILER_API_URL=server.url).code == 3
    assert "1 updated" in desk.done("apply", "-y").out
    assert desk.sent[-1][2]["name"] == "Lakeview Dental - Front desk"


def test_another_program_s_404_deletes_no_entry(desk: Practice) -> None:
    """Only the API may say that an assistant is gone."""
    (desk.folder / FRONT).unlink()
    with raw_server(*[http(404, b'{"detail": "Not Found"}')] * 9) as server:
        given = ("apply", "-y", "--prune", "--target", "reception")
        ended = refused(desk, *given, code=1, RECONCILER_API_URL=server.url)
    assert "not as this API does (404)" in ended.out


def test_the_way_out_of_an_unknown_create_leads_out(desk: Practice) -> None:
    """Without a key nobody can look: exit 7, both ways by hand are named, and the one for "it is not there" works."""
    desk.vendor.vendor.inject("500")
    ended = desk.runs("apply", "-y", "--target", "reminder", "--no-verify")
    assert ended.code == 7, ended.told
    blocked = refused(desk, "plan", code=7, RECONCILER_API_KEY=None)
    assert "`reconciler import reminder ID`" in blocked.out
    assert "`reconciler state forget reminder`" in blocked.out
    assert "RECONCILER_API_KEY" in blocked.out
    desk.done("state", "forget", "-y", "reminder")
    desk.done("apply", "-y")
    assert desk.done("plan").out == "No changes.\n"
    names = [each["name"] for each in desk.vendor.rows(deleted=False)]
    assert sorted(names) == ["Lakeview Dental - Reception", "Lakeview Dental - Reminder"]


def test_the_way_out_of_a_vanished_assistant_leads_out(desk: Practice) -> None:
    """Somebody deleted it in the portal: the update says so, and what it advises creates it again."""
    desk.vendor.vendor.inject("404")
    ended = desk.runs("apply", "-y", "--target", "reception")
    assert ended.code == 1
    assert "reconciler state forget reception" in ended.out
    desk.done("state", "forget", "-y", "reception")
    assert "1 created" in desk.done("apply", "-y", "--target", "reception").out


@pytest.fixture
def saved(desk: Practice) -> str:
    """A saved plan of one create and one update."""
    path = desk.folder / "change.plan"
    desk.done("plan", "--out", str(path))
    return str(path)


def spoilt(saved: str, spoil: Callable[[str], str]) -> None:
    text = Path(saved).read_text("utf-8")
    Path(saved).write_text(spoil(text), "utf-8")
    assert Path(saved).read_text("utf-8") != text


PLAN_FILES: dict[str, tuple[Callable[[str], str], str, str]] = {
    "cut": (lambda text: text[: len(text) // 2], "plan-not-json", "`plan --out FILE`"),
    "empty": (lambda text: "", "plan-not-json", "`plan --out FILE`"),
    "edited": (lambda text: text.replace("cleanings", "whitening"), "plan-edited", "Make a new plan"),
    "with another id": (
        lambda text: text.replace("/user/assistant/101", "/user/assistant/7"),
        "plan-edited",
        "new plan",
    ),
    "newer": (lambda text: text.replace('"format_version": "1.0"', '"format_version": "1.1"'), "plan-newer", "newer"),
    "a document": (lambda text: REMINDER, "plan-not-json", "`plan --out FILE`"),
    "other JSON": (lambda text: "[]", "not-a-plan", "`plan --out FILE`"),
}


@pytest.mark.parametrize("case", PLAN_FILES)
def test_a_plan_file_that_is_not_as_it_was_saved_is_refused(desk: Practice, saved: str, case: str) -> None:
    """By `apply` and by `show`, with exit 1, its name and how to get a good one."""
    spoil, code, way_on = PLAN_FILES[case]
    spoilt(saved, spoil)
    for verb in ("apply", "show"):
        ended = refused(desk, verb, saved, code=1)
        assert saved in ended.err
        assert way_on in ended.err
        assert as_json(refused(desk, verb, saved, "-o", "json", code=1)) == [code]


def test_a_plan_file_that_is_no_file_is_refused(desk: Practice, saved: str) -> None:
    """Not there, a folder, no text: each is told at its path."""
    Path(saved).write_bytes(b"\xff\xfe\x00")
    for path, why in ((saved, "UTF-8"), (f"{saved}x", "no such file"), (str(desk.folder), "is a directory")):
        ended = refused(desk, "apply", path, code=1)
        assert f"{path}: the plan cannot be read: " in ended.err
        assert why in ended.err


def test_the_json_of_a_plan_is_not_a_plan_file(desk: Practice, saved: str) -> None:
    """It does not say what it was made from."""
    Path(saved).write_text(desk.done("plan", "-o", "json").out)
    assert as_json(refused(desk, "apply", saved, "-o", "json", code=1)) == ["plan-without-state"]


def test_a_plan_of_another_environment_is_refused(desk: Practice, saved: str) -> None:
    """With the command that would do it; the other environment does not even get a folder."""
    ended = refused(desk, "-e", "production", "apply", saved, code=1)
    assert f"reconciler -e default apply {saved}" in ended.err
    assert not (desk.folder / "state/production").exists()


def test_a_plan_is_done_once(desk: Practice, saved: str) -> None:
    """The second time its entries have moved: exit 4, and nothing is sent."""
    desk.done("apply", saved)
    ended = refused(desk, "apply", saved, code=4)
    assert "Make a new plan" in ended.err
    assert as_json(refused(desk, "apply", saved, "-o", "json", code=4)) == ["stale-plan", "stale-plan"]


def test_a_plan_whose_entry_moved_is_stale(desk: Practice, saved: str) -> None:
    """Renamed, forgotten or applied from elsewhere: exit 4, naming the key; entries elsewhere do not matter."""
    desk.write("assistants/night.yaml", REMINDER.replace("Reminder", "Night"))
    desk.done("apply", "-y", "--target", "night")
    state = desk.folder / "state"
    shutil.copytree(state, desk.folder / "kept")
    for arguments in (
        ("state", "mv", "reception", "front"),
        ("state", "forget", "-y", "reception"),
        ("apply", "-y", "--target", "reception"),
    ):
        desk.done(*arguments)
        ended = refused(desk, "apply", saved, code=4)
        assert "reception" in ended.err
        shutil.rmtree(state)
        shutil.copytree(desk.folder / "kept", state)
    desk.done("apply", saved)


def test_a_plan_of_another_lineage_is_stale(desk: Practice, saved: str) -> None:
    """A state that was begun anew is another one, however alike its entries are."""
    shutil.rmtree(desk.folder / "state")
    desk.write("state/default/.gitignore", "")
    desk.write("state/default/_lock", "")
    assert "lineage" in refused(desk, "apply", saved, code=4).err
    desk.done("apply", "-y", "--target", "reminder")
    assert "lineage" in refused(desk, "apply", saved, code=4).err


def test_a_plan_outlives_its_documents(desk: Practice, saved: str) -> None:
    """It holds what is sent: a document gone or broken since does not change it, and is not needed."""
    (desk.folder / "assistants/reminder.yaml").unlink()
    desk.write(FRONT, "name: [\n")
    assert "1 created, 1 updated" in desk.done("apply", saved).out
    done = sorted(each[:2] for each in desk.sent[1:])
    assert done == [("POST", "/user/assistant"), ("PUT", "/user/assistant/101")]


def test_a_plan_that_others_could_have_written_is_not_done(desk: Practice, saved: str) -> None:
    """`plan --out` writes for its owner alone; what its group, everybody or another user could write is looked at."""
    assert stat.S_IMODE(Path(saved).stat().st_mode) == 0o600
    for mode, who in ((0o660, "its group"), (0o606, "everybody"), (0o666, "everybody")):
        Path(saved).chmod(mode)
        ended = refused(desk, "apply", saved, code=1)
        assert f"{who} may write to it (mode {mode:04o})" in ended.err
        assert f"`reconciler show {saved}`" in ended.err
        assert "--trust-plan" in ended.err
        assert as_json(refused(desk, "apply", saved, "-o", "json", code=1)) == ["plan-not-private"]
        assert desk.done("show", saved).out, "to look at it is not to do it"
    Path(saved).chmod(0o644)
    desk.done("apply", saved)


def test_a_plan_of_another_user_or_in_an_open_folder_is_not_done(desk: Practice, saved: str) -> None:
    """A file that could have been exchanged is as good as one that could have been written."""
    folder = desk.folder / "artifacts"
    folder.mkdir()
    given = folder / "change.plan"
    shutil.copy(saved, given)
    given.chmod(0o600)
    folder.chmod(0o777)
    assert "everybody may replace files in its folder" in refused(desk, "apply", str(given), code=1).err
    folder.chmod(0o775)
    if os.geteuid() == 0:
        os.chown(folder, -1, 1000)
        assert "its folder's group (1000) may replace files in it" in refused(desk, "apply", str(given), code=1).err
        folder.chmod(0o755)
        os.chown(folder, 1000, -1)
        assert "its folder belongs to another user (1000)" in refused(desk, "apply", str(given), code=1).err
        os.chown(folder, 0, 0)
    folder.chmod(0o1777)
    if os.geteuid() == 0:
        os.chown(given, 1000, -1)
        assert "it belongs to another user (1000)" in refused(desk, "apply", str(given), code=1).err
    desk.done("apply", str(given), "--trust-plan")


def test_a_folder_of_the_user_s_own_group_is_nobody_else_s(desk: Practice, saved: str) -> None:
    """Where each user has a group of their own, folders are made writable for it; that lets nobody in."""
    user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(os.getegid())
    if user.pw_name != group.gr_name or set(group.gr_mem) - {user.pw_name}:
        pytest.skip("this user has no group of its own")
    desk.folder.chmod(0o775)
    desk.done("apply", saved)


def test_trust_goes_no_further_than_who_wrote_it(desk: Practice, saved: str) -> None:
    """--trust-plan believes the writer, not the content: an edited plan stays refused; without a plan it is idle."""
    spoilt(saved, lambda text: text.replace("cleanings", "whitening"))
    assert as_json(refused(desk, "apply", saved, "--trust-plan", "-o", "json", code=1)) == ["plan-edited"]
    assert "--trust-plan" in refused(desk, "apply", "-y", "--trust-plan", code=64).err


def test_a_key_goes_unencrypted_only_where_that_was_asked_for(desk: Practice) -> None:
    """With --insecure-http the address is accepted, and it is said what that means; nothing else makes it so."""
    there = {"RECONCILER_API_URL": "http://portal.invalid/api"}
    assert "--insecure-http" in refused(desk, "apply", "-y", code=1, **there).err
    ended = refused(desk, "--insecure-http", "apply", "-y", code=1, **there)
    assert "Warning: the key and everything else go to portal.invalid unencrypted" in ended.err
    assert "cannot be resolved" in ended.err
    assert "unencrypted" not in desk.done("apply", "-y", "--insecure-http").err, "this machine is no network"


def test_a_plan_that_cannot_be_saved_is_an_error(desk: Practice) -> None:
    """The plan is shown, its file is not there, and the exit code says so."""
    (desk.folder / "taken").write_text("")
    ended = refused(desk, "plan", "--out", str(desk.folder / "taken" / "change.plan"), code=1)
    assert "the plan cannot be written" in ended.err
    assert "Choose another place" in ended.err


def test_a_plan_that_nobody_could_read_again_is_not_saved(desk: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `apply` would refuse for its size, `plan --out` does not write; what stood there stays."""
    monkeypatch.setattr(saving, "LARGEST", 1000)
    old = desk.write("change.plan", "an older one")
    ended = refused(desk, "plan", "--out", str(old), code=1)
    assert "the plan cannot be written: it is larger than" in ended.err
    assert "--target" in ended.err


USAGE = (
    ("apply",),
    ("plan", "--target", "recpetion"),
    ("validate", "assistants/nobody.yaml"),
    ("aply",),
    ("plan", "-x"),
)


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_a_wrong_command_line_ends_with_64(desk: Practice, arguments: tuple[str, ...]) -> None:
    """A selector that means nothing is never taken for everything."""
    refused(desk, *arguments, code=64)


def test_the_remaining_exit_codes_are_what_they_mean(desk: Practice) -> None:
    """2 for changes where it was asked for, 3 for a part, 6 for a limit; 0 once nothing is left."""
    refused(desk, "plan", "--detailed-exitcode", code=2)
    desk.edit("assistants/reminder.yaml", "voice_id: 12", "voice_id: 12\nphone_number_id: 45")
    desk.edit(FRONT, "voice_id: 12", "voice_id: 12\nphone_number_id: 46")
    desk.vendor.vendor.inject("422")
    assert desk.runs("apply", "-y", "--parallelism", "1").code == 3
    desk.done("apply", "-y")
    assert desk.runs("plan", "--detailed-exitcode").code == 0
    desk.write("reconciler.yaml", "environments:\n  default:\n    limits: {unassigned: refuse}\n")
    desk.edit(FRONT, "phone_number_id: 46\n", "")
    assert "--allow-unassigned" in refused(desk, "apply", "-y", code=6).err
    desk.done("apply", "-y", "--allow-unassigned")
    assert desk.runs("plan", "--detailed-exitcode").code == 0
