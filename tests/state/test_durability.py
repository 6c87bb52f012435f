"""What is left when a process dies, a disk is full, or nobody may write: always the old or the new, whole."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.durable import sync
from reconciler.errors import StateError
from reconciler.state.files import FileStore
from tests.state.contract import DESK, SALES
from tests.state.faults import every_kill, file_size_limit

CHANGED = replace(SALES, last_applied={"title": "Sales, evenings"})
NEW = replace(SALES, key="agencies/harbour-homes/viewings", id=31)


def opened(folder: Path) -> FileStore:
    return FileStore(folder, environment="production", shown="state/production")


def temporary(folder: Path) -> list[Path]:
    return list(folder.rglob(".tmp-*"))


def with_entries(folder: Path) -> Callable[[], None]:
    def prepare() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        for entry in (SALES, DESK):
            opened(folder).write(entry)

    return prepare


def test_a_write_that_is_killed_leaves_the_old_or_the_new_entry(tmp_path: Path) -> None:
    """At whichever call to the system a write dies, the entry is whole, old or new, and the others are there."""
    folder = tmp_path / "production"
    seen = []
    for kill in every_kill(lambda: opened(folder).write(CHANGED), with_entries(folder)):
        found = opened(folder).read()
        assert found in ({SALES.key: SALES, DESK.key: DESK}, {SALES.key: CHANGED, DESK.key: DESK}), kill
        seen.append(found[SALES.key])
    assert seen[0] == SALES
    assert seen[-1] == CHANGED


def test_a_first_write_that_is_killed_leaves_nothing_or_everything(tmp_path: Path) -> None:
    """However far the first write of an environment came, the next run reads it and can write on."""
    folder = tmp_path / "production"
    seen = []
    for kill in every_kill(lambda: opened(folder).write(NEW), lambda: shutil.rmtree(folder, ignore_errors=True)):
        found = opened(folder).read()
        assert found in ({}, {NEW.key: NEW}), kill
        seen.append(bool(found))
        lineage = opened(folder).lineage()
        opened(folder).write(DESK)
        assert opened(folder).lineage() == lineage or lineage is None
        assert opened(folder).read()[DESK.key] == DESK
    assert not seen[0]
    assert seen[-1]


def test_a_removal_that_is_killed_leaves_the_entry_or_nothing(tmp_path: Path) -> None:
    """A removal that dies has removed the entry or not; the others are there either way."""
    folder = tmp_path / "production"
    for kill in every_kill(lambda: opened(folder).remove(SALES.key), with_entries(folder)):
        assert opened(folder).read() in ({SALES.key: SALES, DESK.key: DESK}, {DESK.key: DESK}), kill


def test_the_next_holder_of_the_lock_sweeps_up(tmp_path: Path) -> None:
    """Unfinished files of killed writers go as soon as somebody holds the lock, and until then disturb nobody."""
    folder = tmp_path / "production"
    left = 0
    for _ in every_kill(lambda: opened(folder).write(CHANGED), with_entries(folder)):
        left += len(temporary(folder))
        with opened(folder).lock(command="apply", timeout=0):
            assert temporary(folder) == []
    assert left > 0


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    """At whichever call taking the lock dies, the next one gets it at once."""
    folder = tmp_path / "production"

    def hold() -> None:
        with opened(folder).lock(command="apply", timeout=0):
            opened(folder).write(CHANGED)

    for _ in every_kill(hold, with_entries(folder)):
        assert opened(folder).holder() is None
        with opened(folder).lock(command="apply", timeout=0):
            assert opened(folder).holder() is not None


def test_a_write_is_synced_before_and_after_its_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """First the file's content is on the disk, then its name changes, then its folder and every new one is synced."""
    folder = tmp_path / "production"
    opened(folder).write(SALES)
    told: list[str] = []
    really_sync, really_replace = os.fsync, os.replace

    def watched_sync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        told.append("sync content" if path.name.startswith(".tmp-") else f"sync {path.relative_to(tmp_path)}")
        really_sync(descriptor)

    def watched_replace(source: Path, target: Path) -> None:
        told.append(f"rename to {Path(target).relative_to(tmp_path)}")
        really_replace(source, target)

    monkeypatch.setattr(os, "fsync", watched_sync)
    monkeypatch.setattr(os, "replace", watched_replace)
    store = opened(folder)
    store.write(NEW)
    content = ["sync content", "rename to production/agencies/harbour-homes/viewings.json"]
    own, above = "sync production/agencies/harbour-homes", ["sync production/agencies", "sync production"]
    assert told == [*content, own, *above]
    told.clear()
    store.write(NEW)
    assert told == [*content, own]
    told.clear()
    opened(folder).write(NEW)
    assert told == [*content, own, *above], "another process may have made the folders, and died before it synced them"
    told.clear()
    opened(folder).remove(NEW.key)
    assert told == ["sync production/agencies/harbour-homes", "sync production/agencies", "sync production"]


def test_a_write_that_the_system_cuts_off_changes_nothing(tmp_path: Path) -> None:
    """A write that fails in the middle is told with place and reason; the old entry stands, nothing else is left."""
    folder = tmp_path / "production"
    store = opened(folder)
    store.write(SALES)
    store.write(DESK)
    before = sorted(folder.rglob("*"))
    for entry in (replace(SALES, last_applied={"instructions": "Be kind. " * 500}), replace(NEW, source="x" * 5000)):
        with pytest.raises(StateError) as caught, file_size_limit(1000):
            store.write(entry)
        (found,) = caught.value.diagnostics
        assert (found.code, found.file) == ("state-write-failed", f"state/production/{entry.key}.json")
        assert "too large" in found.summary
        assert "ulimit -f" in (found.detail or "")
    assert sorted(folder.rglob("*")) == before
    assert dict(store.read()) == {SALES.key: SALES, DESK.key: DESK}


FULL_DISK = """
import subprocess, sys
from pathlib import Path
from reconciler.errors import StateError
from reconciler.model import Entry
from reconciler.state.files import FileStore

folder = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", folder], check=True)
store = FileStore(folder / "production", environment="production", shown="state/production")
written = 0
try:
    for written in range(100):
        store.write(Entry(key=f"desk-{written}", id=written + 1, last_applied={"instructions": "Be kind. " * 500}))
except StateError as problem:
    print(problem.diagnostics[0].code, problem.diagnostics[0].summary, problem.diagnostics[0].detail, sep="|")
print(len(store.read()) == written > 3, not list(folder.rglob(".tmp-*")), sep="|")
"""


def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    """On a disk that is really full the write is refused with advice, and every entry before it is there."""
    alone = ["unshare", "--map-root-user", "--mount"]
    if subprocess.run([*alone, "mount", "-t", "tmpfs", "none", tmp_path], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    done = subprocess.run(
        [*alone, sys.executable, "-c", FULL_DISK, tmp_path], capture_output=True, text=True, check=False
    )
    told, kept = done.stdout.splitlines()
    code, summary, detail = told.split("|")
    assert code == "state-write-failed"
    assert summary.endswith("cannot be written: no space left on device")
    assert detail == "Free some space on that disk, then run again. What was there is still there."
    assert kept == "True|True"


@contextmanager
def somebody_else() -> Iterator[None]:
    """Not the superuser, whom no permission stops."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def readable() -> Iterator[Path]:
    """An environment that everybody may read and nobody but its owner may write."""
    root = Path(tempfile.mkdtemp())
    folder = root / "production"
    opened(folder).write(SALES)
    with opened(folder).lock(command="apply", timeout=0):
        pass
    for path in (folder / "_lock", folder / "acme", folder, root):
        path.chmod(0o444 if path.is_file() else 0o555)
    yield folder
    for path in (root, folder, folder / "acme"):
        path.chmod(0o755)
    shutil.rmtree(root)


def test_who_may_only_read_can_read(readable: Path) -> None:
    """Reading the state makes nothing and needs no right to write."""
    with somebody_else():
        assert dict(opened(readable).read()) == {SALES.key: SALES}
        assert opened(readable).holder() is None


def test_who_may_not_write_is_told_so(readable: Path) -> None:
    """Without the right to write, every change is refused with the reason, and nothing has changed."""
    store = opened(readable)

    def locked() -> None:
        with store.lock(command="apply", timeout=0):
            pytest.fail("the lock was had without the right to it")

    acts = [(lambda: store.write(CHANGED), "state-write-failed"), (lambda: store.write(NEW), "state-write-failed")]
    acts += [(lambda: store.remove(SALES.key), "state-write-failed"), (locked, "state-lock-failed")]
    acts.append((lambda: store.remember_account("sha256:practice"), "state-write-failed"))
    staging = opened(readable.parent / "staging")
    acts.append((lambda: staging.begin("0b9f4a52-5a3d-4a30-9d0c-6d6f3c1b7c11"), "state-write-failed"))
    for act, code in acts:
        with pytest.raises(StateError) as caught, somebody_else():
            act()
        (found,) = caught.value.diagnostics
        assert found.code == code
        assert (found.file or "").startswith("state/production/")
        assert "permission denied" in found.summary
        assert found.detail
    assert dict(store.read()) == {SALES.key: SALES}
    assert temporary(readable) == []


def test_a_folder_that_may_not_be_read_is_not_empty(readable: Path) -> None:
    """What cannot be listed is an error that names the folder."""
    (readable / "acme").chmod(0o000)
    with pytest.raises(StateError) as caught, somebody_else():
        opened(readable).read()
    (found,) = caught.value.diagnostics
    assert (found.code, found.file) == ("state-unreadable", "state/production/acme")
    assert found.detail


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    """Where the environment's folder should be stands a file: nothing is read, written, removed or locked."""
    (tmp_path / "production").write_text("a note")
    store = opened(tmp_path / "production")

    def locked() -> None:
        with store.lock(command="apply", timeout=0):
            pytest.fail("a file cannot hold a lock file")

    for act in (store.lineage, store.read, lambda: store.write(SALES), lambda: store.read([SALES.key]), locked):
        with pytest.raises(StateError):
            act()
    assert (tmp_path / "production").read_text() == "a note"


def test_syncing_accepts_what_cannot_be_synced() -> None:
    """A system that has no sync for a thing says "invalid", which is no failure; a closed descriptor is one."""
    reading, writing = os.pipe()
    sync(reading)
    for descriptor in (reading, writing):
        os.close(descriptor)
    with pytest.raises(OSError) as caught:
        sync(reading)
    assert caught.value.errno == errno.EBADF
