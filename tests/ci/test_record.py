"""`ci record` against real remotes: what is committed, what is refused, and that nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ci.workflow import git
from tests.edge.projects import project, reconciler, write

WHO = {"GIT_CONFIG_NOSYSTEM": "1"}
HOOK = "#!/bin/sh\necho 'main is protected, says https://bot:hunter2@git.example' >&2\nexit 1\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with a project that was applied and not recorded yet."""
    remote, folder = tmp_path / "remote.git", tmp_path / "clone"
    remote.mkdir()
    git(remote, "init", "--quiet", "--bare", "--initial-branch", "main")
    git(tmp_path, "clone", "--quiet", f"file://{remote}", str(folder))
    git(folder, "checkout", "--quiet", "-B", "main")
    project(folder, **{"reconciler.yaml": 'environments: {default: {api: "sandbox:"}}\n'})
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "Begin")
    git(folder, "push", "--quiet", "origin", "main")
    assert reconciler("apply", "-y", cwd=folder).returncode == 0
    return folder


def record(folder: Path, *more: str) -> tuple[int, str]:
    done = reconciler("ci", "record", *more, cwd=folder, environ={**WHO, "HOME": str(folder)})
    return done.returncode, done.stdout + done.stderr


def colleague(clone: Path, path: str, text: str) -> None:
    """Somebody else pushes a file to main."""
    other = clone.parent / "other"
    if not other.exists():
        git(clone.parent, "clone", "--quiet", f"file://{clone.parent}/remote.git", str(other))
    write(other / path, text)
    git(other, "add", "--all")
    git(other, "commit", "--quiet", "-m", "Meanwhile")
    git(other, "push", "--quiet", "origin", "main")


def test_the_state_alone_is_committed(clone: Path) -> None:
    """Edits of somebody at a desk, staged or not, stay theirs."""
    write(clone / "notes.txt", "mine")
    write(clone / "staged.txt", "mine")
    git(clone, "add", "staged.txt")
    assert record(clone) == (0, "Recorded the state of default on main.\n")
    changed = git(clone.parent / "remote.git", "show", "--name-only", "--format=%an", "main").splitlines()
    assert changed[0] == "reconciler"
    assert {each.split("/")[0] for each in changed[2:]} == {"state"}
    assert git(clone, "status", "--short") == "A  staged.txt\n?? notes.txt"
    assert record(clone) == (0, "Nothing to record.\n")


def test_a_push_that_comes_too_late_is_rebased(clone: Path) -> None:
    """Edits at the desk are carried over it."""
    colleague(clone, "README.md", "Ours\n")
    write(clone / "assistants" / "viewings.yaml", "title: Draft\n")
    code, told = record(clone)
    assert (code, told) == (0, "Recorded the state of default on main, after 1 that came too late.\n")
    assert (clone / "assistants" / "viewings.yaml").read_text() == "title: Draft\n"
    assert git(clone.parent / "remote.git", "log", "--format=%s", "main").splitlines() == [
        "Record what was applied to default [skip ci]",
        "Meanwhile",
        "Begin",
    ]


def test_a_refused_push_says_why_and_keeps_the_commit(clone: Path) -> None:
    """A protected branch is no race: it is not tried again and again, and no password is repeated."""
    hook = write(clone.parent / "remote.git" / "hooks" / "pre-receive", HOOK)
    hook.chmod(0o755)
    code, told = record(clone)
    assert code == 1
    assert "main is protected" in told
    assert "hunter2" not in told
    assert "Record what was applied" in git(clone, "log", "-1", "--format=%s")
    hook.unlink()
    git(clone, "push", "--quiet", "origin", "main")


def test_a_state_that_collides_is_left_to_people(clone: Path) -> None:
    """Somebody edited the same entry by hand: nothing is forced, and both versions are there."""
    colleague(clone, "state/default/viewings.json", "{}\n")
    code, told = record(clone)
    assert code == 1
    assert "rebase" in told
    assert '"id"' in (clone / "state/default/viewings.json").read_text()
    assert git(clone.parent / "remote.git", "show", "main:state/default/viewings.json") == "{}"


def test_a_state_that_git_ignores_or_does_not_have_is_not_recorded(clone: Path) -> None:
    """Kept elsewhere, or in no repository at all."""
    told = "The state is not kept in Git: nothing to record.\n"
    write(clone / ".gitignore", "state/\n")
    assert record(clone) == (0, told)
    assert reconciler("ci", "record", cwd=clone, environ={"RECONCILER_STATE": "postgres://db.example/s"}).stdout == told
    alone = project(clone.parent / "alone")
    assert reconciler("ci", "record", cwd=alone).stdout == told
