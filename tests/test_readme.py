"""README is a session: its console blocks are run in order in one folder, and print what it says they print.

A line that starts with `$ ` is run by bash beside the examples; what follows is its output, errors included.
Durations differ from run to run, and ids do, since creates run at once: neither is compared. RECONCILER_REGENERATE=1
writes the outputs anew.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from reconciler.cli import root
from reconciler.commands.gather import documents_of
from reconciler.commands.invocation import Invocation
from reconciler.config import open_project

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
VARYING = re.compile(r"\d+\.\d s\b|\bid \d+\b")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the examples and nothing else, and a `reconciler` on the path that is this one."""
    made = tmp_path_factory.mktemp("readme")
    project = made / "project"
    project.mkdir()
    shutil.copytree(ROOT / "assistants", project / "assistants")
    shutil.copytree(ROOT / "schemas" / "pages", project / "schemas" / "pages")
    (made / "bin").mkdir()
    program = made / "bin" / "reconciler"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -P -m reconciler "$@"\n', "utf-8")
    program.chmod(0o755)
    return made


def run(command: str, folder: Path) -> str:
    """What a command prints in the folder, both streams in the order in which they came."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILER_")}
    environ |= {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "NO_COLOR": "1", "COLUMNS": "80"}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder / "project",
        env=environ,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout


def blocks(kind: str, text: str) -> list[str]:
    return [body for name, body in FENCE.findall(text) if name == kind]


def session(block: str) -> list[tuple[str, str]]:
    """The commands of a console block with the outputs that it claims."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


def test_every_console_block_prints_what_it_says(folder: Path) -> None:
    """In order, in one folder; a reader who types along sees the same."""
    text = README.read_text("utf-8")
    for block in blocks("console", text):
        found = "".join(f"$ {command}\n{run(command, folder)}" for command, _ in session(block))
        if os.environ.get("RECONCILER_REGENERATE"):
            text = text.replace(f"```console\n{block}```", f"```console\n{found}```")
            README.write_text(text, "utf-8")
        else:
            assert VARYING.sub("#", found) == VARYING.sub("#", block)


def test_the_plan_at_the_top_is_one_that_the_session_shows() -> None:
    """The first thing that a reader sees is real."""
    text = README.read_text("utf-8")
    shown = blocks("text", text)[0]
    plans = [output for block in blocks("console", text) for command, output in session(block) if "plan" in command]
    if os.environ.get("RECONCILER_REGENERATE"):
        (best,) = [each for each in plans if "\n  ~ " in f"\n{each}"][:1]
        README.write_text(text.replace(f"```text\n{shown}```", f"```text\n{best}```", 1), "utf-8")
    else:
        assert shown in plans


def test_every_other_command_line_parses() -> None:
    """What is shown without its output is at least a command line that the program takes."""
    shown = [line for block in blocks("sh", README.read_text("utf-8")) for line in block.splitlines()]
    lines = [shlex.split(line, comments=True) for line in shown if line.startswith("reconciler ")]
    assert lines
    for _, verb, *arguments in lines:
        command = root.get_command(click.Context(root), verb)
        assert command is not None
        command.make_context(verb, arguments)


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
