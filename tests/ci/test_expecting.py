"""Reviewed is applied: `apply` with the digest, or the file, of the plan that was approved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.edge.projects import project, reconciler, write

OTHER = "sha256:" + "0" * 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a saved plan of its one assistant."""
    project(tmp_path, **{"reconciler.yaml": 'environments: {default: {api: "sandbox:"}}\n'})
    assert reconciler("plan", "--out", "approved.plan", cwd=tmp_path).returncode == 0
    return tmp_path


def digest(folder: Path) -> str:
    return str(json.loads(reconciler("plan", "-o", "json", cwd=folder).stdout)["digest"])


def test_the_plan_that_was_approved_is_applied(folder: Path) -> None:
    """By its digest, by its file, or both."""
    given = ["--expect-digest", digest(folder), "--expect-plan", "approved.plan"]
    assert reconciler("apply", "-y", *given, cwd=folder).returncode == 0
    assert reconciler("plan", cwd=folder).stdout == "No changes.\n"


@pytest.mark.parametrize("form", ["text", "json"])
def test_another_plan_is_refused_and_nothing_is_sent(folder: Path, form: str) -> None:
    """Exit 4, and the digest that would have to be approved."""
    done = reconciler("apply", "-y", "-o", form, "--expect-digest", OTHER, cwd=folder)
    assert done.returncode == 4
    assert digest(folder) in done.stderr
    assert not (folder / ".reconciler" / "sandbox").exists()


def test_the_difference_is_shown_where_the_plan_is_at_hand(folder: Path) -> None:
    """What came since the approval, by assistant and field."""
    document = folder / "assistants" / "viewings.yaml"
    write(document, document.read_text().replace("Sell.", "Sell, and be brief."))
    done = reconciler("apply", "-y", "--expect-plan", "approved.plan", cwd=folder)
    assert done.returncode == 4
    assert "instructions" in done.stderr
    assert "be brief" in done.stderr
    assert "The plans differ in 1 assistant." in done.stderr


def test_a_saved_plan_is_held_to_the_digest_too(folder: Path) -> None:
    """A file may have been exchanged between the approval and the apply."""
    assert reconciler("apply", "approved.plan", "--expect-digest", OTHER, cwd=folder).returncode == 4
    assert reconciler("apply", "approved.plan", "--expect-digest", digest(folder), cwd=folder).returncode == 0


def test_a_plan_with_nothing_left_is_another_plan(folder: Path) -> None:
    """A second run after the first did it says so instead of doing nothing in silence."""
    wanted = digest(folder)
    assert reconciler("apply", "-y", "--expect-digest", wanted, cwd=folder).returncode == 0
    done = reconciler("apply", "-y", "--expect-digest", wanted, cwd=folder)
    assert done.returncode == 4
    assert "nothing left to do" in done.stderr


@pytest.mark.parametrize("wrong", ["", "latest", "sha256:12"])
def test_what_is_no_digest_is_a_wrong_command_line(folder: Path, wrong: str) -> None:
    """An empty variable must not mean that anything goes."""
    done = reconciler("apply", "-y", "--expect-digest", wrong, cwd=folder)
    assert done.returncode == 64
    assert "digest" in done.stderr
