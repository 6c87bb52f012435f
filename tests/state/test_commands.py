"""`reconciler state` from outside: real processes on a real project, a terminal where a person would sit at one."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.commands.state import state
from reconciler.entries import begin_create, entry_to_json, move
from reconciler.model import Entry, Previous, Unassigned
from reconciler.secrecy import secret_reference
from reconciler.state.files import FileStore
from tests.edge.projects import environment, project, reconciler
from tests.state.faults import every_kill

SALES = Entry(
    key="acme/sales-en",
    id=789,
    last_applied={
        "title": "Sales",
        "instructions": "You sell flats.\nBe kind.",
        "label_ids": [3, 5],
        "actions": secret_reference("CALCOM_KEY", "hmac-sha256:5f2c"),
    },
    source="sha256:1f",
    history=(Previous(last_applied={"title": "Old sales"}, source="sha256:0a", replaced_at="2026-11-02T08:00:00Z"),),
    created_at="2026-11-01T08:00:00Z",
    updated_at="2026-11-03T09:18:42Z",
)
DESK = begin_create(None, "dental/reception", {"title": "Reception"}, now="2026-11-04T10:00:00Z")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose default environment records two assistants, one of them half created."""
    project(tmp_path)
    for entry in (SALES, DESK):
        store(tmp_path).write(entry)
    return tmp_path


def store(root: Path, name: str = "default") -> FileStore:
    return FileStore(root / "state" / name, environment=name)


def run(root: Path, *arguments: str, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return reconciler("state", *arguments, cwd=root, environ=environ)


def result(root: Path, *arguments: str) -> Any:
    done = run(root, *arguments, "-o", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def codes(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [each["code"] for each in json.loads(done.stdout)["diagnostics"]]


def test_show_says_which_number_nobody_answers(root: Path) -> None:
    """A value that was released and not taken, and since when."""
    note = Unassigned(field="line_id", value=45, since="2026-11-03T09:00:00Z")
    store(root).write(replace(SALES, unassigned=(note,)))
    line = "  unanswered since 2026-11-03T09:00:00Z: line_id 45, released and not known to be taken"
    assert line in run(root, "show", "acme/sales-en").stdout.splitlines()
    assert result(root, "show", "acme/sales-en")["entries"][0]["unassigned"] == [
        {"field": "line_id", "value": 45, "since": "2026-11-03T09:00:00Z"}
    ]


NOTE = Unassigned(field="line_id", value=45, since="2026-11-03T09:00:00Z")


def test_a_number_that_nobody_answers_is_given_up(root: Path) -> None:
    """The notes go and nothing else does; an entry that stood there for its notes alone goes with them."""
    store(root).write(replace(SALES, unassigned=(NOTE,)))
    store(root).write(replace(DESK, unassigned=(NOTE, replace(NOTE, value=46))))
    store(root).write(Entry(key="acme/heir", unassigned=(NOTE,), created_at="2026-11-03T09:00:00Z"))
    done = run(root, "forget", "--unanswered", "acme/sales-en", "acme/heir")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Gave up line_id 45 of acme/sales-en.\nGave up line_id 45 of acme/heir.\n"
    assert [each["value"] for each in result(root, "forget", "--unanswered", "dental/reception")["given_up"]] == [
        45,
        46,
    ]
    assert dict(store(root).read()) == {SALES.key: SALES, DESK.key: DESK}


def test_nothing_is_given_up_where_one_key_has_nothing_to_give(root: Path) -> None:
    """It is named, and the others stay as they were; a typo is an unknown key as ever."""
    noted = replace(SALES, unassigned=(NOTE,))
    store(root).write(noted)
    done = run(root, "forget", "--unanswered", "acme/sales-en", "dental/reception", "-o", "json")
    assert (done.returncode, codes(done)) == (1, ["nothing-unanswered"])
    assert codes(run(root, "forget", "--unanswered", "acme/sale-en", "-o", "json")) == ["state-key-unknown"]
    assert dict(store(root).read()) == {SALES.key: noted, DESK.key: DESK}


def test_list_is_a_table_for_people(root: Path) -> None:
    """One line an entry, in the order of the keys, with what is pending told apart."""
    done = run(root, "list")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "KEY               ID   STATUS   UPDATED\n"
        "acme/sales-en     789  ok       2026-11-03T09:18:42Z\n"
        "dental/reception  -    pending  2026-11-04T10:00:00Z\n"
    )


def test_list_is_json_for_programs(root: Path) -> None:
    """The same facts under stable names."""
    assert result(root, "list") == {
        "format_version": "1.0",
        "environment": "default",
        "entries": [
            {"key": "acme/sales-en", "id": 789, "pending": False, "updated_at": "2026-11-03T09:18:42Z"},
            {"key": "dental/reception", "id": None, "pending": True, "updated_at": "2026-11-04T10:00:00Z"},
        ],
    }


def test_an_empty_state_lists_nothing(tmp_path: Path) -> None:
    """Nothing on stdout for a pipe, a sentence on stderr for a person, no entries in JSON; and nothing is made."""
    project(tmp_path)
    done = run(tmp_path, "list")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "The state of default has no entries.\n"
    assert result(tmp_path, "list")["entries"] == []
    assert not (tmp_path / "state").exists()


def test_each_environment_has_its_own_state(root: Path) -> None:
    """`-e` and RECONCILER_STATE choose whose state is meant."""
    store(root, "staging").write(replace(SALES, key="acme/sales-staging"))
    assert [each["key"] for each in result(root, "list", "-e", "staging")["entries"]] == ["acme/sales-staging"]
    done = run(root, "list", environ={"RECONCILER_STATE": "state/staging"})
    assert "acme/sales-staging" in done.stdout


def test_the_state_outlives_the_documents(root: Path) -> None:
    """With every document gone, and their folder, what is recorded can still be listed and forgotten."""
    shutil.rmtree(root / "assistants")
    assert len(result(root, "list")["entries"]) == 2
    assert run(root, "forget", "-y", "acme/sales-en").returncode == 0


def test_show_reads_like_the_entry(root: Path) -> None:
    """Everything that is stored, prompts on lines of their own, and a secret by its name alone."""
    done = run(root, "show", "acme/sales-en")
    assert done.returncode == 0
    assert done.stdout == (
        "acme/sales-en\n"
        "  id        789\n"
        "  status    ok\n"
        "  protected no\n"
        "  created   2026-11-01T08:00:00Z\n"
        "  updated   2026-11-03T09:18:42Z\n"
        "  source    sha256:1f\n"
        "  last applied:\n"
        "    actions: (secret CALCOM_KEY)\n"
        "    instructions:\n"
        "      You sell flats.\n"
        "      Be kind.\n"
        "    label_ids: [3, 5]\n"
        '    title: "Sales"\n'
        "  before (until 2026-11-02T08:00:00Z):\n"
        '    title: "Old sales"\n'
    )


def test_show_tells_what_a_pending_create_sent(root: Path) -> None:
    """Who must find out whether a create arrived needs to know what was sent, and when."""
    done = run(root, "show", "dental/reception")
    assert '  create begun 2026-11-04T10:00:00Z, outcome unknown; sent:\n    title: "Reception"\n' in done.stdout


def test_show_is_the_stored_entry_for_programs(root: Path) -> None:
    """The JSON holds exactly what the file holds, under its key."""
    (found,) = result(root, "show", "acme/sales-en")["entries"]
    assert found == {"key": "acme/sales-en", **entry_to_json(SALES)}


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_stored_text_commands_the_terminal(root: Path, form: str) -> None:
    """Escape sequences and marks of direction that the API may hold are shown, not sent."""
    hostile = {"title": "\x1b]0;owned\x07\x9b2J", "instructions": "a\r\nb\x1b[2J\u202e\u2028"}
    store(root).write(replace(SALES, last_applied=hostile))
    done = run(root, "show", "acme/sales-en", "-o", form)
    assert done.returncode == 0
    assert not set("\x1b\x07\x9b\r\u202e\u2028") & set(done.stdout)


def test_an_unknown_key_is_an_error_with_a_suggestion(root: Path) -> None:
    """A key that is not there is named, with the nearest that is; nothing is taken for everything."""
    for arguments in (
        ["show", "acme/sale-en"],
        ["mv", "acme/sale-en", "x"],
        ["forget", "-y", "acme/sale-en", "nobody"],
    ):
        done = run(root, *arguments)
        assert done.returncode == 1
        assert "the state of default has no entry acme/sale-en" in done.stderr
        assert "Did you mean acme/sales-en?" in done.stderr
    assert "nobody" in done.stderr, "all unknown keys are named, not the first"
    assert dict(store(root).read()) == {SALES.key: SALES, DESK.key: DESK}


def test_mv_carries_everything_over(root: Path) -> None:
    """The entry stands under its new key with all it had, the old key is gone, and the lock with it."""
    assert result(root, "mv", "acme/sales-en", "acme/outbound/sales-en")["moved"] == [
        {"from": "acme/sales-en", "to": "acme/outbound/sales-en", "id": 789}
    ]
    found = store(root).read()
    assert set(found) == {"acme/outbound/sales-en", "dental/reception"}
    moved = found["acme/outbound/sales-en"]
    assert moved == move(SALES, "acme/outbound/sales-en", now=moved.updated_at or "")
    assert run(root, "mv", "acme/outbound/sales-en", "acme/sales").stdout == (
        "Moved acme/outbound/sales-en to acme/sales (id 789).\n"
    )


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("dental/reception", "state-key-taken"),
        ("acme/sales-en", "state-key-taken"),
        ("../production/sales", "state-key-unsafe"),
        ("_base", "state-key-unsafe"),
    ],
)
def test_mv_refuses_a_key_that_cannot_be_had(root: Path, new: str, code: str) -> None:
    """A key that is taken, its own or no key at all is refused, and nothing has moved."""
    done = run(root, "mv", "acme/sales-en", new, "-o", "json")
    assert (done.returncode, codes(done)) == (1, [code])
    assert dict(store(root).read()) == {SALES.key: SALES, DESK.key: DESK}


def test_mv_that_is_killed_can_be_run_again(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever a move dies, the entry is under its old key, its new one or both; the same command finishes it."""
    monkeypatch.chdir(root)
    seen = set()

    def act() -> None:
        state.main(["mv", "acme/sales-en", "acme/sales"], standalone_mode=False)

    def prepare() -> None:
        store(root).remove("acme/sales")
        store(root).write(SALES)

    def keys() -> tuple[str, ...]:
        return tuple(each for each in store(root).read() if each.startswith("acme/"))

    for _ in every_kill(act, prepare):
        left = keys()
        assert left
        seen.add(left)
        if "acme/sales-en" in left:
            act()
        assert keys() == ("acme/sales",)
        assert store(root).read()["acme/sales"].last_applied == SALES.last_applied
    assert seen == {("acme/sales-en",), ("acme/sales", "acme/sales-en"), ("acme/sales",)}


def test_forget_leaves_the_assistant_alone(root: Path) -> None:
    """Entries go, each once; what it means for the assistant is said, also where a create may have arrived."""
    done = run(root, "forget", "-y", "acme/sales-en", "dental/reception", "acme/sales-en")
    assert done.returncode == 0
    assert done.stdout == (
        "Forgot acme/sales-en. Assistant 789 was not touched; it is no longer managed.\n"
        "Forgot dental/reception. If its create reached the server, that assistant is there and unmanaged.\n"
    )
    assert dict(store(root).read()) == {}


def test_forget_says_which_notes_go_with_an_entry(root: Path) -> None:
    """No plan would name a number again that nobody answers, so this is the last time that it is told."""
    for noted in (replace(SALES, unassigned=(NOTE,)), replace(DESK, unassigned=(NOTE,))):
        store(root).write(noted)
    done = run(root, "forget", "-y", "acme/sales-en")
    assert "line_id 45 has been nobody's since 2026-11-03T09:00:00Z goes with it" in done.stdout
    assert result(root, "forget", "-y", "dental/reception")["forgotten"] == [
        {"key": "dental/reception", "id": None, "unanswered": [{"field": "line_id", "value": 45}]}
    ]


def test_forget_is_json_for_programs(root: Path) -> None:
    """Which keys went, and which ids are unmanaged now."""
    assert result(root, "forget", "-y", "acme/sales-en") == {
        "format_version": "1.0",
        "environment": "default",
        "forgotten": [{"key": "acme/sales-en", "id": 789}],
    }


def test_forget_without_a_terminal_needs_a_yes(root: Path) -> None:
    """Where nobody can be asked nothing is forgotten, and the way out is named."""
    done = run(root, "forget", "acme/sales-en", "-o", "json")
    assert (done.returncode, codes(done)) == (64, ["needs-approval"])
    assert SALES.key in store(root).read()


def at_a_terminal(root: Path, answer: str, *arguments: str) -> tuple[int, str]:
    """Run at a terminal of its own, where a person types `answer`; the exit code and what was on the screen."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "reconciler", "state", *arguments],
        cwd=root,
        env=environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    os.write(ours, answer.encode())
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:
        # Linux says EIO when the last process at the terminal is gone
        pass
    finally:
        os.close(ours)
    return process.wait(60), shown.decode()


def test_forget_asks_the_person_at_the_terminal(root: Path) -> None:
    """What would be forgotten is shown; "no" forgets nothing, "y" does."""
    code, shown = at_a_terminal(root, "n\n", "forget", "acme/sales-en", "dental/reception")
    assert code == 1
    assert "acme/sales-en (id 789)" in shown
    assert "Forget these 2 entries?" in shown
    assert set(store(root).read()) == {SALES.key, DESK.key}
    code, shown = at_a_terminal(root, "y\n", "forget", "acme/sales-en")
    assert code == 0
    assert "Forget this entry?" in shown
    assert set(store(root).read()) == {DESK.key}


def test_edits_wait_for_nobody_who_holds_the_lock(root: Path) -> None:
    """While the state is locked it can be read and not edited; the exit code is 5, and the holder is named."""
    with store(root).lock(command="reconciler apply", timeout=0):
        for arguments in (["mv", "acme/sales-en", "x"], ["forget", "-y", "acme/sales-en"], ["unlock"]):
            done = run(root, *arguments)
            assert done.returncode == 5, done.stderr
            assert f"(process {os.getpid()})" in done.stderr
            assert "reconciler apply" in done.stderr
        assert run(root, "list").returncode == 0
    assert dict(store(root).read()) == {SALES.key: SALES, DESK.key: DESK}


def test_unlock_cannot_force_a_file_lock(root: Path) -> None:
    """Even with --force the lock of a living process stays, and why is said."""
    with store(root).lock(command="reconciler apply", timeout=0):
        done = run(root, "unlock", "--force", "-o", "json")
        assert (done.returncode, codes(done)) == (5, ["lock-held", "lock-not-forcible"])
        assert store(root).holder() is not None


def test_unlock_clears_what_a_gone_holder_left(root: Path) -> None:
    """The record of a killed process is named and removed; a second time there is nothing to clear."""
    gone = {
        "who": "maria",
        "host": "ci-runner-4",
        "pid": 4711,
        "command": "reconciler apply",
        "since": "2026-11-03T09:18:42Z",
    }
    record = root / "state/default/_lock.json"
    record.write_text(json.dumps(gone))
    done = run(root, "unlock")
    assert done.returncode == 0
    assert "maria on ci-runner-4 (process 4711)" in done.stdout
    assert "since 2026-11-03T09:18:42Z: reconciler apply" in done.stdout
    assert not record.exists()
    assert result(root, "unlock") == {"format_version": "1.0", "environment": "default", "cleared": None}
    record.write_text(json.dumps(gone))
    assert result(root, "unlock")["cleared"] == gone


def test_a_damaged_state_is_told_and_not_edited(root: Path) -> None:
    """Every verb that needs the entries names the damaged file and changes nothing."""
    damaged = root / "state/default/acme/billing.json"
    damaged.write_text("<<<<<<< HEAD\n")
    for arguments in (["list"], ["show", "acme/sales-en"], ["mv", "acme/sales-en", "x"], ["forget", "-y", SALES.key]):
        done = run(root, *arguments)
        assert done.returncode == 1
        assert "state/default/acme/billing.json" in done.stderr
    assert damaged.read_text() == "<<<<<<< HEAD\n"
    assert (root / "state/default/acme/sales-en.json").exists()
