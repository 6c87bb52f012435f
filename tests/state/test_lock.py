"""The lock of a folder: who is named, what a record without a lock is worth, and where there can be no lock."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from reconciler.errors import LockHeldError, StateError
from reconciler.state.files import FileStore
from tests.state.contract import SALES

RECORD = {"who": "maria", "host": "ci-runner-4", "pid": 4711, "command": "apply", "since": "2026-11-03T09:18:42Z"}


def opened(folder: Path, environ: dict[str, str] | None = None) -> FileStore:
    return FileStore(
        folder,
        environment="production",
        shown="state/production",
        clock=lambda: datetime(2026, 11, 3, 9, 18, 42, 999, tzinfo=UTC),
        environ={} if environ is None else environ,
    )


def named(folder: Path, environ: dict[str, str]) -> str:
    with opened(folder, environ).lock(command="apply", timeout=0):
        holder = opened(folder).holder()
    assert holder is not None
    return holder.who


@pytest.mark.parametrize(
    ("environ", "who"),
    [
        (
            {"GITHUB_RUN_ID": "812", "GITHUB_SERVER_URL": "https://git.example", "GITHUB_REPOSITORY": "acme/phones"},
            "https://git.example/acme/phones/actions/runs/812",
        ),
        (
            {"GITHUB_RUN_ID": "812", "GITHUB_REPOSITORY": "acme/phones"},
            "https://github.com/acme/phones/actions/runs/812",
        ),
        ({"CI_JOB_URL": "https://lab.example/acme/-/jobs/9"}, "https://lab.example/acme/-/jobs/9"),
        ({"BUILD_URL": "https://jenkins.example/job/phones/4/"}, "https://jenkins.example/job/phones/4/"),
    ],
)
def test_a_ci_run_is_named_by_its_address(tmp_path: Path, environ: dict[str, str], who: str) -> None:
    """In CI the holder is the run, by an address that a person can open."""
    assert named(tmp_path, environ) == who


def test_a_person_is_named_by_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside CI the holder is the user of the system."""
    monkeypatch.setenv("LOGNAME", "maria")
    assert named(tmp_path, {}) == "maria"


def test_a_user_without_a_name_is_named_by_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's user may have no name anywhere; the lock is held all the same."""
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 3_999_999_999)
    assert named(tmp_path, {}) == "user 3999999999"


def test_the_message_says_everything_there_is_to_know(tmp_path: Path) -> None:
    """Who, where, since when and for what, in one line; and what ends it."""
    with opened(tmp_path, {"CI_JOB_URL": "https://lab.example/jobs/9"}).lock(command="apply", timeout=0):
        with pytest.raises(LockHeldError) as caught, opened(tmp_path).lock(command="import", timeout=0):
            pass
        record = json.loads((tmp_path / "_lock.json").read_text())
    (found,) = caught.value.diagnostics
    assert found.summary == (
        f"the state of production is locked by https://lab.example/jobs/9 on {record['host']} (process {os.getpid()}) "
        "since 2026-11-03T09:18:42Z: apply"
    )
    assert "--lock-timeout" in (found.detail or "")
    assert found.commands == (("state", "unlock"),)
    assert f"end process {os.getpid()} on {record['host']}." in (found.detail or "")
    assert caught.value.exit_code == 5


def test_since_when_is_told_in_one_zone(tmp_path: Path) -> None:
    """Whatever the clock of a runner shows: people in two towns read the same line."""
    clock = datetime(2026, 11, 3, 9, 18, 42, tzinfo=timezone(timedelta(hours=2)))
    store = FileStore(tmp_path, environment="production", clock=lambda: clock, environ={})
    with store.lock(command="apply", timeout=0):
        holder = store.holder()
    assert holder is not None
    assert holder.since == "2026-11-03T07:18:42Z"


def test_a_record_without_a_lock_names_nobody(tmp_path: Path) -> None:
    """A record that a killed process left is not believed: nobody holds the lock, and it can be taken."""
    (tmp_path / "_lock.json").write_text(json.dumps(RECORD))
    store = opened(tmp_path)
    assert store.holder() is None
    assert (tmp_path / "_lock.json").exists(), "asking changes nothing"
    with store.lock(command="apply", timeout=0):
        assert json.loads((tmp_path / "_lock.json").read_text())["pid"] == os.getpid()
    assert not (tmp_path / "_lock.json").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", "null", '{"who": "maria"}', "\xff", "[" * 5000])
def test_a_damaged_record_does_not_hide_the_lock(tmp_path: Path, content: str) -> None:
    """The record is for people; with a broken one the lock is held as firmly, by somebody unnamed."""
    with opened(tmp_path).lock(command="apply", timeout=0):
        (tmp_path / "_lock.json").write_text(content, "latin-1")
        with pytest.raises(LockHeldError) as caught, opened(tmp_path).lock(command="apply", timeout=0):
            pass
    (found,) = caught.value.diagnostics
    assert (found.code, found.summary) == ("lock-held", "the state of production is locked")
    assert found.detail
    assert found.commands == (("state", "unlock"),)
    assert found.loses


def test_a_lock_that_is_held_is_not_cleared(tmp_path: Path) -> None:
    """Not by force either: the system keeps it for its process, which the refusal says beside who that is."""
    with opened(tmp_path).lock(command="apply", timeout=0):
        for force, codes in ((False, ["lock-held"]), (True, ["lock-held", "lock-not-forcible"])):
            with pytest.raises(LockHeldError) as caught:
                opened(tmp_path).unlock(force=force)
            assert [each.code for each in caught.value.diagnostics] == codes
        with pytest.raises(LockHeldError) as caught:
            opened(tmp_path).unlock()
        assert [each.code for each in caught.value.diagnostics] == ["lock-held"]
        holder = opened(tmp_path).holder()
    assert holder is not None
    assert (holder.pid, holder.command) == (os.getpid(), "apply")


def test_what_a_holder_left_is_cleared_once(tmp_path: Path) -> None:
    """Who that was is told; clearing again finds nothing, and a record that names nobody goes as well."""
    for content, gone in ((json.dumps(RECORD), "maria"), ("half a rec", None)):
        (tmp_path / "_lock.json").write_text(content)
        cleared = opened(tmp_path).unlock()
        assert (None if cleared is None else cleared.who) == gone
        assert not (tmp_path / "_lock.json").exists()
        assert opened(tmp_path).unlock() is None


def test_a_record_that_cannot_be_cleared_is_told(tmp_path: Path) -> None:
    """With the place, and the lock is free all the same."""
    (tmp_path / "_lock.json").mkdir()
    with pytest.raises(StateError) as caught:
        opened(tmp_path).unlock()
    assert [(each.code, each.file) for each in caught.value.diagnostics] == [
        ("state-lock-failed", "state/production/_lock.json")
    ]
    (tmp_path / "_lock.json").rmdir()
    with opened(tmp_path).lock(command="apply", timeout=0):
        pass


def test_asking_and_clearing_make_nothing(tmp_path: Path) -> None:
    """Where nothing was ever written, asking for the holder or clearing its record makes no folder."""
    store = opened(tmp_path / "production")
    assert store.holder() is None
    assert store.unlock() is None
    assert list(tmp_path.iterdir()) == []


def test_the_lock_waits_for_another_thread(tmp_path: Path) -> None:
    """Two threads with a store each take turns: the second enters after the first has left."""
    order: list[str] = []
    inside, go_on = threading.Event(), threading.Event()

    def first() -> None:
        with opened(tmp_path).lock(command="apply", timeout=0):
            inside.set()
            go_on.wait(60)
            order.append("first leaves")

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(60)
    with pytest.raises(LockHeldError), opened(tmp_path).lock(command="apply", timeout=0):
        pass
    go_on.set()
    with opened(tmp_path).lock(command="apply", timeout=60):
        order.append("second enters")
    thread.join()
    assert order == ["first leaves", "second enters"]


def test_threads_share_a_store(tmp_path: Path) -> None:
    """Writing and removing in one folder from many threads at once loses no write to the pruning of that folder."""
    store = opened(tmp_path)
    failures: list[BaseException] = []

    def churn(name: str) -> None:
        try:
            for _ in range(30):
                store.write(type(SALES)(key=f"acme/{name}", id=1))
                store.remove(f"acme/{name}")
            store.write(type(SALES)(key=f"acme/{name}", id=1))
        except BaseException as problem:
            failures.append(problem)

    threads = [threading.Thread(target=churn, args=(name,)) for name in ("sales", "billing", "evening", "night")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list(store.read()) == ["acme/billing", "acme/evening", "acme/night", "acme/sales"]


def test_threads_write_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes at once is made durable at once: neither of two writes is done before both are with the disk."""
    store, together, fsync = opened(tmp_path), threading.Barrier(2), os.fsync
    store.write(SALES)

    def waiting(descriptor: int) -> None:
        together.wait(30)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", waiting)
    with ThreadPoolExecutor(2) as pool:
        for key in ("harbour/reception", "quay/reception"):
            pool.submit(store.write, type(SALES)(key=key, id=1))
    monkeypatch.undo()
    assert list(store.read()) == [SALES.key, "harbour/reception", "quay/reception"]


def test_threads_begin_an_environment_once(tmp_path: Path) -> None:
    """Whoever writes first makes the lineage; the others, at the same moment, find it, and no entry is lost."""
    store, together = opened(tmp_path), threading.Barrier(8)
    names = [f"practice-{number}/reception" for number in range(8)]

    def write(name: str) -> str | None:
        together.wait(30)
        store.write(type(SALES)(key=name, id=1))
        return store.lineage()

    with ThreadPoolExecutor(8) as pool:
        lineages = set(pool.map(write, names))
    assert lineages == {store.lineage()}
    assert list(store.read()) == names


@pytest.mark.filterwarnings("ignore:flock not supported")
def test_a_file_system_without_locks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system cannot lock, no weaker lock stands in: one made of a file would outlive a killed process."""

    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StateError) as caught, opened(tmp_path).lock(command="apply", timeout=0):
        pytest.fail("there was no lock to be had")
    (found,) = caught.value.diagnostics
    assert (found.code, found.file) == ("state-lock-failed", "state/production/_lock")
    assert found.detail
    assert not isinstance(caught.value, LockHeldError)


def test_a_record_that_cannot_be_written_gives_the_lock_back(tmp_path: Path) -> None:
    """A lock that could not say who holds it is not held."""
    (tmp_path / "_lock.json").mkdir()
    with pytest.raises(StateError) as caught, opened(tmp_path).lock(command="apply", timeout=0):
        pytest.fail("the lock was held without a record")
    (found,) = caught.value.diagnostics
    assert (found.code, found.file) == ("state-lock-failed", "state/production/_lock.json")
    assert "is a directory" in found.summary
    (tmp_path / "_lock.json").rmdir()
    with opened(tmp_path).lock(command="apply", timeout=0):
        pass
