"""README is a session: its console blocks are run in order in one folder, and print what it says they print.

The rules are those of tests/support/sessions.py; the folder begins with the examples. RECONCILER_REGENERATE=1 writes
the outputs anew.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from reconciler.commands.gather import documents_of
from reconciler.commands.invocation import Invocation
from reconciler.config import open_project
from tests.support.sessions import REGENERATE, ROOT, blocks, check_page, make_folder, session

README = ROOT / "README.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the examples and nothing else."""
    made = make_folder(tmp_path_factory.mktemp("readme"))
    shutil.copytree(ROOT / "assistants", made / "project" / "assistants")
    shutil.copytree(ROOT / "schemas" / "pages", made / "project" / "schemas" / "pages")
    return made


def test_every_console_block_prints_what_it_says(folder: Path) -> None:
    """In order, in one folder; a reader who types along sees the same."""
    check_page(README, folder)


def test_the_plan_at_the_top_is_one_that_the_session_shows() -> None:
    """The first thing that a reader sees is real."""
    text = README.read_text("utf-8")
    shown = blocks("text", text)[0]
    plans = [each.output for block in blocks("console", text) for each in session(block) if "plan" in each.text]
    if REGENERATE:
        (best,) = [each for each in plans if "\n  ~ " in f"\n{each}"][:1]
        README.write_text(text.replace(f"```text\n{shown}```", f"```text\n{best}```", 1), "utf-8")
    else:
        assert shown in plans


def test_the_example_document_is_valid(tmp_path: Path) -> None:
    """Copied into a project with the base, the prompt and the catalogue that it names."""
    document, settings = blocks("yaml", README.read_text("utf-8"))
    shutil.copytree(ROOT / "assistants", tmp_path / "assistants")
    (tmp_path / "assistants" / "dental-reception.yaml").write_text(document, "utf-8")
    (tmp_path / "reconciler.yaml").write_text(settings, "utf-8")
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "production.yaml").write_text("numbers: {main: 45}\n", "utf-8")
    project = open_project(Invocation(directory=tmp_path, environment="production", environ={}))
    assert (project.limits.delete, project.limits.update, project.limits.unassigned) == (0.3, None, "refuse")
    loaded = documents_of(project)
    assert [each for each in loaded.diagnostics if each.severity != "note"] == []
    assert loaded.desired[1].content["phone_number_id"] == 45


def test_make_knows_every_target_that_is_named() -> None:
    """The commands for developers lead somewhere."""
    named = set(re.findall(r"`make (\w+)`", README.read_text("utf-8"))) | {"demo", "test"}
    known = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert named <= known


def test_every_path_that_is_named_is_there() -> None:
    """Links to files of the repository."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README.read_text("utf-8"))
    assert links
    assert [each for each in links if not (ROOT / each).exists()] == []
