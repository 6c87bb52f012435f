"""What goes wrong around an apply: somebody else at it, a signal, a disk that refuses. Real processes, nothing lost."""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.commands import account, pulling
from reconciler.sandbox.wire import Answer, Call
from tests.edge.projects import environment
from tests.support.practice import PROMPT, REMINDER, Practice, practice

NOBODY = 65534
KEYS = ("evening", "night", "weekend")
TIMES = {"evening": "Evening", "night": "Night", "weekend": "Weekend"}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    """A project with one applied assistant and three new documents."""
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        for key, name in TIMES.items():
            made.write(f"assistants/{key}.yaml", REMINDER.replace("Reminder", name))
        yield made


def started(desk: Practice, *arguments: str, **settings: Any) -> subprocess.Popen[str]:
    """The program in a process of its own."""
    return subprocess.Popen(
        # a process whose files are cut short must not leave half of a compiled module for the next
        [sys.executable, "-B", "-m", "reconciler", *arguments],
        cwd=desk.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **{"env": environment(desk.environ), **settings},
    )


def meddled(desk: Practice, before: Callable[[Call], object], after: Callable[[Call], object]) -> None:
    """Let the test act when the vendor is asked to write, and again when it has done so and not answered yet."""
    handle = desk.vendor.vendor.handle

    def meddling(call: Call) -> Answer:
        if call.method == "GET":
            return handle(call)
        before(call)
        answer = handle(call)
        after(call)
        return answer

    desk.patch.setattr(desk.vendor.vendor, "handle", meddling)


def nothing(call: Call) -> None:
    """Does not meddle."""


@pytest.fixture
def held(desk: Practice) -> Iterator[tuple[subprocess.Popen[str], threading.Event]]:
    """An apply of another process that is in the middle of its first request until the event is set."""
    arrived, go_on = threading.Event(), threading.Event()

    def wait(call: Call) -> None:
        if call.method != "GET":
            arrived.set()
            assert go_on.wait(60)

    meddled(desk, wait, nothing)
    with started(desk, "apply", "-y", "--parallelism", "1") as other:
        assert arrived.wait(60)
        yield other, go_on
        go_on.set()


def test_a_second_apply_is_told_who_is_at_it(
    desk: Practice, held: tuple[subprocess.Popen[str], threading.Event]
) -> None:
    """Exit 5 with the process, the command and the way on; it sends nothing, and reading goes on meanwhile."""
    other, go_on = held
    apply, forget = ("apply", "-y"), ("state", "forget", "-y", "reception")
    for arguments in (apply, forget, (*apply, "--lock-timeout", "0.1")):
        files = desk.files()
        ended = desk.runs(*arguments)
        assert ended.code == 5, ended.told
        assert f"(process {other.pid})" in ended.err
        assert "reconciler apply" in ended.err
        assert "--lock-timeout SECONDS" in ended.err
        assert desk.files() == files
    assert json.loads(desk.runs("apply", "-y", "-o", "json").out)["error"]["exit_code"] == 5
    assert desk.runs("plan").code in (0, 7)
    assert desk.runs("state", "list").code == 0
    go_on.set()
    assert other.wait(60) == 0
    assert len(desk.sent) == 1 + len(KEYS), "nobody but the holder sent anything"
    assert desk.done("plan").out == "No changes.\n"


def test_a_second_apply_can_wait_for_the_first(
    desk: Practice, held: tuple[subprocess.Popen[str], threading.Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With --lock-timeout it looks at the state once the other is done, and finds nothing left to do."""
    other, go_on = held
    sleep = time.sleep

    def until_it_waits(seconds: float) -> None:
        go_on.set()
        sleep(seconds)

    monkeypatch.setattr(time, "sleep", until_it_waits)
    ended = desk.runs("apply", "-y", "--lock-timeout", "60")
    assert ended.code == 0, ended.told
    assert "No changes." in ended.out
    assert other.wait(60) == 0
    assert len(desk.sent) == 1 + len(KEYS)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_an_apply_after_what_is_under_way(desk: Practice, number: signal.Signals) -> None:
    """Exit 130: the create that was under way is recorded with its id, the others were not begun, the next plan is
    right."""
    running: list[subprocess.Popen[str]] = []
    there = threading.Event()

    def interrupt(call: Call) -> None:
        assert there.wait(60)
        if running:
            running.pop().send_signal(number)

    meddled(desk, nothing, interrupt)
    with started(desk, "apply", "-y", "--parallelism", "1") as process:
        running.append(process)
        there.set()
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Stopping: no new requests" in err
    assert out.endswith("Apply incomplete: 1 created, 0 updated, 0 deleted; 0 failed, 2 not started, 0 unknown.\n")
    assert "Traceback" not in err
    assert len(desk.sent) == 2
    ended = desk.done("plan", "-o", "json")
    summary = json.loads(ended.out)["summary"]
    assert (summary["create"], summary["blocked"], summary["no_op"]) == (2, 0, 2)
    desk.done("apply", "-y")
    assert len(desk.vendor.rows()) == 1 + len(KEYS)


def held_at_first_write(desk: Practice) -> tuple[threading.Event, threading.Event, threading.Event]:
    """The vendor keeps every write waiting: set once one is there, to be set to let them go, set once one was done."""
    arrived, go_on, acted = threading.Event(), threading.Event(), threading.Event()

    def wait(call: Call) -> None:
        if call.method != "GET":
            arrived.set()
            assert go_on.wait(60)

    meddled(desk, wait, lambda call: acted.set())
    return arrived, go_on, acted


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_ends_an_apply_at_once(desk: Practice, first: signal.Signals, second: signal.Signals) -> None:
    """The server does not answer and is waited for no longer: exit 130, the create is noted, the next run finds it."""
    arrived, go_on, acted = held_at_first_write(desk)
    with started(desk, "apply", "-y") as process:
        assert arrived.wait(60)
        process.send_signal(first)
        assert process.stderr is not None
        assert "Once more ends it at once" in process.stderr.readline()
        process.send_signal(second)
        assert process.wait(30) == 130
        assert "Ended at once" in process.stderr.read()
        assert not go_on.is_set(), "nothing was answered"
    go_on.set()
    assert acted.wait(60)
    assert pending(desk) == ["evening"]
    assert f"{len(KEYS) - 1} created, 1 updated" in desk.done("apply", "-y").out
    assert len(desk.vendor.rows()) == 1 + len(KEYS)


def test_a_killed_apply_leaves_no_lock_and_loses_nothing(desk: Practice) -> None:
    """SIGKILL in the middle of a create: the lock went with its process, and the next run takes over what was made."""
    arrived, go_on, acted = held_at_first_write(desk)
    with started(desk, "apply", "-y") as process:
        assert arrived.wait(60)
        process.kill()
        assert process.wait(30) == -signal.SIGKILL
    go_on.set()
    assert acted.wait(60)
    assert pending(desk) == ["evening"]
    desk.done("apply", "-y", "--lock-timeout", "0")
    assert len(desk.vendor.rows()) == 1 + len(KEYS)
    assert desk.done("plan").out == "No changes.\n"


def test_a_signal_when_everything_is_done_interrupts_nothing(desk: Practice) -> None:
    """It comes while the last request is under way: exit 0, not interrupted, and what was not checked is said."""
    running: list[subprocess.Popen[str]] = []
    there = threading.Event()

    def interrupt(call: Call) -> None:
        assert there.wait(60)
        running[0].send_signal(signal.SIGTERM)

    meddled(desk, nothing, interrupt)
    with started(desk, "apply", "-y", "--target", "evening", "-o", "json") as process:
        running.append(process)
        there.set()
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    told = json.loads(out.splitlines()[-1])
    assert (told["interrupted"], told["summary"]["created"]) == (False, 1)
    assert [each["code"] for each in told["diagnostics"]] == ["not-read-back"]


@pytest.mark.parametrize(
    ("question", "code", "ended"),
    [
        (1, 130, "Apply incomplete: 0 created, 0 updated, 0 deleted; 0 failed, 3 not started, 0 unknown."),
        (2, 0, "Apply complete: 3 created, 0 updated, 0 deleted."),
    ],
    ids=["whose key it is", "what was kept"],
)
def test_a_signal_ends_a_question_that_the_server_puts_off(
    desk: Practice, question: int, code: int, ended: str
) -> None:
    """It is not waited for, before the plan or after it; what was done is recorded, and what was not is not begun."""
    running: list[subprocess.Popen[str]] = []
    there, asked = threading.Event(), itertools.count(1)
    handle = desk.vendor.vendor.handle

    def puts_off(call: Call) -> Answer:
        if call.method != "GET" or next(asked) < question:
            return handle(call)
        assert there.wait(60)
        running[0].send_signal(signal.SIGINT)
        return Answer(status=429, headers={"Retry-After": "600"}, body=b'{"message": "Too Many Attempts."}')

    desk.patch.setattr(desk.vendor.vendor, "handle", puts_off)
    with started(desk, "apply", "-y") as process:
        running.append(process)
        there.set()
        out, err = process.communicate(timeout=60)
    assert process.returncode == code, out + err
    assert out.splitlines()[-1] == ended
    assert ("was not read back" in out) is (question == 2)
    assert re.search(r"^waiting 600\.\d s: GET /user/.*asks to wait 600 s \(429\)$", err, re.M), err
    assert "Traceback" not in err
    assert pending(desk) == []
    assert len(desk.sent) == 1 + (len(KEYS) if question == 2 else 0)


@pytest.mark.parametrize("verb", [("plan", "--refresh"), ("drift",), ("pull", "--dry-run")], ids=" ".join)
def test_a_pause_is_told_by_every_verb_that_reads(desk: Practice, verb: tuple[str, ...]) -> None:
    """Whoever looks at a plan that does not come knows what it waits for, and how long; who wants quiet does not."""
    desk.patch.setattr(pulling, "open_client", account.open_client)
    desk.vendor.vendor.inject("429", "ok")
    told = desk.runs(*verb).err
    assert re.search(r"^waiting \d+\.\d s: GET /user/.*\(429\)$", told, re.M), told
    desk.vendor.vendor.inject("429", "ok")
    assert "waiting" not in desk.runs(*verb, "-q").err


def pending(desk: Practice) -> list[str]:
    """The keys whose create was begun and not recorded."""
    entries = {path.stem: json.loads(path.read_text("utf-8")) for path in desk.folder.glob("state/default/[!_]*.json")}
    return sorted(key for key, entry in entries.items() if entry["pending"] is not None)


STRUCK_WHILE_WAITING = """
import os, sys, time
from reconciler.cli import main
time.sleep = lambda seconds: os.kill(os.getpid(), int(sys.argv[1]))
main(["apply", "-y", "--lock-timeout", "600"])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_before_anything_is_sent_leaves_everything(
    desk: Practice, held: tuple[subprocess.Popen[str], threading.Event], number: signal.Signals
) -> None:
    """While it waits for the lock: exit 130, no file is another, and who holds it goes on."""
    other, go_on = held
    files = desk.files()
    waiting = subprocess.run(
        [sys.executable, "-c", STRUCK_WHILE_WAITING, str(int(number))],
        cwd=desk.folder,
        env=environment(desk.environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (waiting.returncode, waiting.stdout, waiting.stderr) == (130, "", "Interrupted.\n")
    assert desk.files() == files
    go_on.set()
    assert other.wait(60) == 0


def on_small_disk(desk: Practice, size: int) -> dict[str, Any]:
    """No file of the process may grow beyond `size` bytes: as on a full disk, the system refuses the rest.

    What measures coverage writes files as well, and complains; so nothing is measured there.
    """
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    limit = functools.partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, hard))
    return {"preexec_fn": limit, "env": environment(desk.environ, measured=False)}


def test_a_disk_that_takes_nothing_stops_an_apply_before_it_sends(desk: Practice) -> None:
    """Not even who holds the lock can be written: exit 1, the place, and every file as it was."""
    files = desk.files()
    with started(desk, "apply", "-y", **on_small_disk(desk, 0)) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1, err
    assert "state/default" in err
    assert "file too large" in err
    assert "Traceback" not in err
    assert desk.files() == files
    assert len(desk.sent) == 1


def test_a_disk_that_fills_up_loses_no_create(desk: Practice) -> None:
    """An entry that has no room is not followed by its request; what stands is what stood, and later it is done."""
    files = desk.files()
    with started(desk, "apply", "-y", **on_small_disk(desk, 400)) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 1, out + err
    assert "the state could not be written, so nothing was sent" in out
    assert "ulimit -f" in out
    assert desk.files() == files
    assert len(desk.sent) == 1
    assert f"{len(KEYS)} created" in desk.done("apply", "-y").out


def test_a_disk_that_fills_up_owns_up_to_an_update(desk: Practice) -> None:
    """The server has it and the state does not: exit 3, said so, and the next apply sends the same again."""
    desk.write("assistants/prompts/reception.md", PROMPT * 40)
    files = desk.files()
    with started(desk, "apply", "-y", "--target", "reception", **on_small_disk(desk, 1200)) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 3, out + err
    assert "could not be written to the state" in out
    assert desk.files() == files
    assert "1 updated" in desk.done("apply", "-y", "--target", "reception").out
    assert desk.sent[-1] == desk.sent[-2]


def test_a_plan_file_that_does_not_fit_leaves_the_old_one(desk: Practice) -> None:
    """Half a plan is never left where a whole one was."""
    path = desk.folder / "change.plan"
    desk.done("plan", "--out", str(path))
    files = desk.files()
    with started(desk, "plan", "--out", str(path), **on_small_disk(desk, 500)) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"{path}: the plan cannot be written: file too large" in err
    assert desk.files() == files


@contextlib.contextmanager
def as_nobody(desk: Practice, *, owner: bool) -> Iterator[Path]:
    """A copy of the project, and we are not the superuser: its owner, or somebody who may only read it."""
    root = Path(tempfile.mkdtemp())
    shutil.copytree(desk.folder, root / "practice")
    everything = [root, *root.rglob("*")]
    superuser = os.geteuid() == 0
    for each in everything:
        if not owner:
            each.chmod(0o555 if each.is_dir() else 0o444)
        elif superuser:
            os.chown(each, NOBODY, -1)
    if superuser:
        os.seteuid(NOBODY)
    try:
        yield root / "practice"
    finally:
        if superuser:
            os.seteuid(0)
        for each in root.rglob("*"):
            each.chmod(0o755)
        root.chmod(0o755)
        shutil.rmtree(root)


@pytest.fixture
def read_only(desk: Practice) -> Iterator[Path]:
    """The project where everybody may read and nobody may write."""
    with as_nobody(desk, owner=False) as folder:
        yield folder


def test_a_state_that_becomes_read_only_in_mid_run_loses_no_create(desk: Practice) -> None:
    """The first create cannot be recorded: nothing follows it, exit 7, and once it can be, the next run has it."""
    with as_nobody(desk, owner=True) as folder:
        desk.folder = folder
        home = folder / "state/default"
        modes = [0o555]
        meddled(desk, lambda call: home.chmod(modes.pop()) if call.method == "POST" and modes else None, nothing)
        ended = desk.runs("apply", "-y", "--target", "evening", "--target", "night")
        assert ended.code == 7, ended.told
        assert "its id could not be written to the state" in ended.out
        assert "permission denied" in ended.out.lower()
        assert [each[0] for each in desk.sent] == ["POST", "POST"], "one before this test, one in it"
        home.chmod(0o755)
        assert pending(desk) == ["evening"]
        assert "1 created, 1 updated" in desk.done("apply", "-y", "--target", "evening", "--target", "night").out
        assert len(desk.vendor.rows()) == 3


def test_a_state_that_may_only_be_read_can_be_planned_and_not_applied(desk: Practice, read_only: Path) -> None:
    """The reason and the way on, before anything is sent; plan and look need no right to write."""
    desk.folder = read_only
    files = desk.files()
    ended = desk.runs("apply", "-y")
    assert ended.code == 1, ended.told
    assert "state/default/_lock: the lock file cannot be locked: permission denied" in ended.err
    assert "The state must stand where this user may write" in ended.err
    assert desk.runs("plan").code == 0
    assert desk.runs("state", "list").code == 0
    ended = desk.runs("plan", "--out", str(read_only / "change.plan"))
    assert ended.code == 1
    assert "the plan cannot be written: permission denied" in ended.err
    assert desk.files() == files
    assert len(desk.sent) == 1
