"""Moving a whole environment between homes, with the program itself: verified, never over another or a newer one."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.errors import StateError
from reconciler.model import Entry
from reconciler.state.files import FileStore
from reconciler.state.homes import open_home
from reconciler.state.store import StateStore
from reconciler.state.transfer import put_into, taken_from
from tests.edge.projects import project, reconciler
from tests.state.contract import DESK, SALES, child, hold_lock, told
from tests.state.test_file_store import OpenFiles
from tests.support.objects import Objects
from tests.support.postgres import PASSWORD, Server

OLD = replace(SALES, updated_at="2026-11-03T09:00:00Z")
NEW = replace(SALES, updated_at="2026-11-04T09:00:00Z", last_applied={"title": "Sales, evenings"})
EMPTY = '{"format_version": "1.0", "environment": "default", "entries": {}}'


class Project:
    """A project whose state is in files, and the variables that lead to the other homes."""

    def __init__(self, root: Path, environ: dict[str, str]) -> None:
        self.root = root
        self.environ = environ

    def store(self, home: str = "state/default") -> StateStore:
        return open_home(home, root=self.root, environment="default", environ=self.environ)

    def runs(self, *arguments: str, code: int = 0, stdin: str = "", **environ: str) -> str:
        ended = reconciler("state", *arguments, cwd=self.root, environ={**self.environ, **environ}, stdin=stdin)
        assert ended.returncode == code, ended.stdout + ended.stderr
        assert PASSWORD not in ended.stdout + ended.stderr
        return ended.stdout + ended.stderr


@pytest.fixture
def homes(database_server: Server, s3_server: Objects) -> dict[str, str]:
    return {
        "folder": "elsewhere/default",
        "postgres": database_server.make(f"t{uuid.uuid4().hex}"),
        "objects": f"{s3_server.address}/{uuid.uuid4().hex}",
    }


@pytest.fixture
def desk(tmp_path: Path, s3_server: Objects, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name, value in s3_server.environ.items():
        monkeypatch.setenv(name, value)
    made = Project(project(tmp_path / "desk"), dict(s3_server.environ))
    with made.store().lock(command="apply", timeout=0):
        made.store().write(OLD)
        made.store().write(DESK)
        made.store().remember_account("sha256:practice")
    return made


def held(store: StateStore) -> tuple[str | None, str | None, dict[str, Entry]]:
    return store.lineage(), store.account(), dict(store.read())


@pytest.mark.parametrize("kind", ["folder", "postgres", "objects"])
def test_a_state_goes_to_another_home_and_comes_back(desk: Project, homes: dict[str, str], kind: str) -> None:
    """Entries, lineage and account are the same there; the old home is as it was; a second time nothing is written."""
    before = held(desk.store())
    home = homes[kind]
    assert "2 written, 0 removed, 0 equal already; read back" in desk.runs("push", "--to", home)
    assert held(desk.store(home)) == held(desk.store()) == before
    assert "0 written, 0 removed, 2 equal already" in desk.runs("push", "--to", home)
    assert desk.store(home).holder() is None
    desk.store(home).write(NEW)
    assert "1 written, 0 removed, 1 equal already" in desk.runs("pull", "--from", home)
    assert desk.store().read()[NEW.key] == NEW
    listed = desk.runs("list", RECONCILER_STATE=home)
    assert SALES.key in listed
    assert DESK.key in listed


@pytest.mark.parametrize("kind", ["folder", "postgres", "objects"])
def test_a_pulled_file_can_be_pushed_anywhere(desk: Project, homes: dict[str, str], kind: str) -> None:
    """Printed, or written for its owner alone; read from a file or from standard input."""
    text = desk.runs("pull")
    saved = desk.root / "default.state.json"
    desk.runs("pull", "--out", str(saved))
    assert saved.read_text("utf-8") == text
    assert saved.stat().st_mode & 0o777 == 0o600
    assert json.loads(text)["lineage"] == desk.store().lineage()
    desk.runs("push", str(saved), RECONCILER_STATE=homes[kind])
    told = json.loads(desk.runs("push", "-", "-o", "json", stdin=text, RECONCILER_STATE=homes[kind]))
    assert told["equal"] == [SALES.key, DESK.key]
    assert held(desk.store(homes[kind])) == held(desk.store())


@pytest.mark.parametrize("kind", ["folder", "postgres", "objects"])
def test_another_lineage_is_never_replaced(desk: Project, homes: dict[str, str], kind: str) -> None:
    """Not with --force either: it is another environment, and its assistants would be lost from sight."""
    there = desk.store(homes[kind])
    there.write(Entry(key="agency/viewings", id=5))
    before = held(there)
    for arguments in (["push", "--to", homes[kind]], ["push", "--to", homes[kind], "--force"]):
        assert "another state stands at" in desk.runs(*arguments, code=1)
        assert held(desk.store(homes[kind])) == before


@pytest.mark.parametrize("kind", ["folder", "postgres", "objects"])
def test_what_is_newer_there_stays(desk: Project, homes: dict[str, str], kind: str) -> None:
    """Newer entries and ones that only the home has are named; --force replaces them, and saves them first."""
    home = homes[kind]
    text = desk.runs("pull")
    desk.runs("push", "--to", home)
    there = desk.store(home)
    there.read()
    there.write(NEW)
    there.write(Entry(key="agency/viewings", id=5, updated_at="2026-11-04T09:00:00Z"))
    before = held(desk.store(home))
    refused = desk.runs("push", "-", code=1, stdin=text, RECONCILER_STATE=home)
    assert f"newer there: {NEW.key}; only there: agency/viewings" in refused
    assert held(desk.store(home)) == before
    told = desk.runs("push", "-", "--force", stdin=text, RECONCILER_STATE=home)
    assert "1 written, 1 removed, 1 equal already" in told
    assert held(desk.store(home)) == held(desk.store())
    (saved,) = (desk.root / ".reconciler").glob("default.*.state.json")
    desk.runs("push", str(saved), "--force", RECONCILER_STATE=home)
    assert held(desk.store(home)) == before


def test_a_move_takes_both_locks(desk: Project, homes: dict[str, str]) -> None:
    """Whoever is at work in either home is not disturbed: exit 5, and nothing is written."""
    for folder in (desk.root / "state/default", desk.root / homes["folder"]):
        with child(hold_lock, OpenFiles(folder=folder)) as (_, pipe):
            pid = told(pipe)
            assert f"process {pid}" in desk.runs("push", "--to", homes["folder"], code=5)
            assert desk.store(homes["folder"]).lineage() is None


def test_a_move_that_breaks_off_is_finished_by_the_next(desk: Project, homes: dict[str, str]) -> None:
    """The home refuses the second entry: the old one has everything still, and the same again completes it."""

    class Full(FileStore):
        def write(self, entry: Entry) -> None:
            if entry.key == DESK.key:
                raise StateError
            super().write(entry)

    before = held(desk.store())
    snapshot = taken_from(desk.store(), "default")
    with pytest.raises(StateError):
        put_into(Full(desk.root / homes["folder"], environment="default"), snapshot, force=False)
    assert held(desk.store()) == before
    assert "1 written, 0 removed, 1 equal already" in desk.runs("push", "--to", homes["folder"])
    assert held(desk.store(homes["folder"])) == before


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "told"),
    [
        (["pull", "--from", "nowhere/default"], "", 1, "there is no state of default at nowhere/default"),
        (["pull", "--from", "state/default"], "", 64, "is at state/default already"),
        (["pull", "--from", "x", "--out", "y"], "", 64, "have no meaning together"),
        (["pull", "--from", "mysql://u:hunter2@x/y"], "", 1, "no home of the state at mysql://"),
        (["push"], "", 64, "say either FILE"),
        (["push", "x", "--to", "y"], "", 64, "say either FILE"),
        (["push", "-"], "[]", 1, "it is not a JSON object"),
        (["push", "-"], "{}", 1, "it is no state of format 1.0"),
        (["push", "-"], '{"format_version": "1.0", "environment": "default", "entries": []}', 1, "no `entries`"),
        (["push", "-"], '{"format_version": "1.0", "environment": "default", "entries": {}}', 1, "is not a UUID"),
        (
            ["push", "-"],
            '{"format_version": "1.0", "environment": "default", "entries": {"../x": {}}}',
            1,
            "cannot be a key",
        ),
        (["push", "missing.json"], "", 1, "missing.json"),
    ],
)
def test_what_cannot_be_moved_is_told(desk: Project, arguments: list[str], stdin: str, code: int, told: str) -> None:
    """Nothing is written, no place is made, and no address is repeated that may hold a password."""
    before = held(desk.store())
    answer = desk.runs(*arguments, code=code, stdin=stdin)
    assert told in answer
    assert "hunter2" not in answer
    assert held(desk.store()) == before
    assert not (desk.root / "nowhere").exists()


def test_the_state_of_another_environment_is_not_pushed(desk: Project) -> None:
    """What was pulled from one does not become another's by a wrong -e."""
    text = desk.runs("pull")
    assert "of the environment default, not of staging" in desk.runs("-e", "staging", "push", "-", code=1, stdin=text)
