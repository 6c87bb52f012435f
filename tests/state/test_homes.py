"""An apply against every home: killed at each of its writes, and two at once. The next run finds the truth."""

from __future__ import annotations

import os
import signal
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli import run
from reconciler.config import find_schemas, open_project, open_store
from reconciler.state.store import StateStore
from tests.edge.projects import REPOSITORY, asked, environment
from tests.state.contract import PATIENCE, child
from tests.support.objects import Objects
from tests.support.postgres import Server
from tests.support.practice import RECEPTION, REMINDER
from tests.support.vendor import Running, running

KINDS = ("files", "postgres", "s3", "azure")
PROMPT = "system_prompt: ${file:prompts/reception.md}"
NAMES = {"reception": "Lakeview Dental - Reception", "reminder": "Lakeview Dental - Reminder"}


class Desk:
    """A practice's project, its vendor, and the home of its state."""

    def __init__(self, folder: Path, vendor: Running, environ: dict[str, str], patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.vendor = vendor
        self.patch = patch
        self.environ = {**environ, "RECONCILER_API_URL": vendor.url, "RECONCILER_API_KEY": vendor.key}

    def write(self, key: str, text: str | None) -> None:
        path = self.folder / "assistants" / f"{key}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True) if text is None else path.write_text(text, "utf-8")

    def store(self) -> StateStore:
        return open_store(open_project(asked(self.folder, **self.environ)))

    def run(self, *arguments: str) -> int:
        """The exit code of one command."""
        with self.patch.context() as patch:
            for name, value in self.environ.items():
                patch.setenv(name, value)
            return run(["-C", str(self.folder), *arguments])

    def killed(self, number: int, *arguments: str, after: bool) -> bool:
        """Run one command in a process that is killed at a write of its state; whether it came that far."""
        with child(applying, self.folder, environment(self.environ), arguments, number, after) as (process, pipe):
            process.join(PATIENCE)
            if process.exitcode == -signal.SIGKILL:
                return True
            assert process.exitcode == 0
            assert pipe.recv() == 0
            return False

    def live(self) -> Counter[str]:
        return Counter(row["name"] for row in self.vendor.rows(deleted=False))


def applying(
    pipe: Any, folder: Path, environ: dict[str, str], arguments: tuple[str, ...], number: int, after: bool
) -> None:
    """Run the program here, with a store that kills this process at its `number`th write."""
    os.environ.clear()
    os.environ.update(environ)
    from reconciler.commands import apply

    counted = iter(range(1, 10_000))

    def deadly(act: Any) -> Any:
        def acting(*given: Any) -> Any:
            fatal = next(counted) == number
            if fatal and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = act(*given)
            if fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return acting

    def opened(project: Any) -> StateStore:
        store: Any = open_store(project)
        for name in ("write", "remove", "remember_account"):
            setattr(store, name, deadly(getattr(store, name)))
        return store  # type: ignore[no-any-return]

    apply.open_store = opened
    pipe.send(run(["-C", str(folder), *arguments]))


@pytest.fixture(params=KINDS)
def home(request: pytest.FixtureRequest) -> dict[str, str]:
    """The variables that lead to a home of the kind."""
    if request.param == "files":
        return {}
    if request.param == "postgres":
        server: Server = request.getfixturevalue("database_server")
        return {"RECONCILER_STATE": server.make(f"t{uuid.uuid4().hex}")}
    objects: Objects = request.getfixturevalue("s3_server" if request.param == "s3" else "azure_server")
    return {**objects.environ, "RECONCILER_STATE": f"{objects.address}/{uuid.uuid4().hex}"}


@pytest.fixture
def desk(tmp_path: Path, home: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    for name, value in home.items():
        monkeypatch.setenv(name, value)
    with running(find_schemas(REPOSITORY)) as vendor:
        made = Desk(tmp_path, vendor, home, monkeypatch)
        made.write("reception", RECEPTION.replace(PROMPT, "system_prompt: Be kind."))
        made.write("weekend", RECEPTION.replace(PROMPT, "system_prompt: Be short.").replace("Reception", "Weekend"))
        yield made


def test_an_apply_that_is_killed_at_any_write_loses_nothing(desk: Desk) -> None:
    """A create, an update and a delete, killed before and after each write: every assistant is in the state by its id
    or as begun, none is there twice, and the next runs come to where an undisturbed one would have come."""
    assert desk.run("apply", "-y") == 0
    kills = 0
    for number in range(1, 20):
        for after in (False, True):
            text = RECEPTION.replace(PROMPT, f"system_prompt: Be kind. Version {number} {after}.")
            desk.write("reception", text)
            desk.write("reminder", REMINDER)
            desk.write("weekend", None)
            if not desk.killed(number, "apply", "-y", "--prune", "--parallelism", "1", after=after):
                assert kills >= 8
                return
            kills += 1
            settle(desk)
            desk.write("reminder", None)
            desk.write("weekend", RECEPTION.replace(PROMPT, "system_prompt: Be short.").replace("Reception", "Weekend"))
            assert desk.run("apply", "-y", "--prune") == 0
            assert desk.live() == {NAMES["reception"]: 1, "Lakeview Dental - Weekend": 1}
    pytest.fail("the apply never came to its end")


def settle(desk: Desk) -> None:
    """What a person does after a crash: free the lock where it stays, look at what was begun, apply again."""
    store = desk.store()
    store.unlock(force=True) if desk.environ.get("RECONCILER_STATE") else store.unlock()
    entries = store.read()
    known = {each.id for each in entries.values() if each.id is not None}
    pending = {key for key, each in entries.items() if each.pending is not None}
    strangers = [row for row in desk.vendor.rows(deleted=False) if row["id"] not in known]
    assert {row["name"] for row in strangers} <= {NAMES[key] for key in pending}, "an assistant that nobody wrote down"
    for row in strangers:
        desk.write("reminder", f"{REMINDER}reconciler:\n  id: {row['id']}\n")
    for key in pending:
        assert desk.run("state", "forget", "-y", key) == 0
    assert desk.run("apply", "-y", "--prune") == 0
    assert desk.live() == dict.fromkeys(NAMES.values(), 1)
    assert desk.run("plan", "--detailed-exitcode") == 0
    assert {each.id for each in store.read().values()} == {row["id"] for row in desk.vendor.rows(deleted=False)}


def test_two_appliers_at_once_do_everything_once(desk: Desk) -> None:
    """Both wait for the lock, one finds the work done: no assistant twice, and none missing."""
    for name in ("evening", "night", "holiday"):
        desk.write(name, REMINDER.replace("Reminder", name.capitalize()))
    facts = (desk.folder, environment(desk.environ), ("apply", "-y", "--lock-timeout", "60"), 0, False)
    with child(applying, *facts) as (one, first), child(applying, *facts) as (other, second):
        for process in (one, other):
            process.join(PATIENCE)
        assert (first.recv(), second.recv()) == (0, 0)
    assert set(desk.live().values()) == {1}
    assert sum(desk.live().values()) == len(desk.store().read()) == 5
    assert [each.method for each in desk.vendor.calls].count("POST") == 5
