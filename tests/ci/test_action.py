"""The composite action, its steps run as a runner runs them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ci.workflow import Ran, Runner, runner_environ
from tests.edge.projects import REPOSITORY, project, write
from tests.support.forge import StandIn, forge

ACTION = REPOSITORY / "action.yml"
pytestmark = pytest.mark.skipif(not ACTION.exists(), reason="not a source checkout")


class Workspace:
    """A checkout of a project, with a forge. The program is installed already, as the first step leaves it."""

    def __init__(self, folder: Path, stand: StandIn) -> None:
        self.folder, self.stand = folder / "checkout", stand
        self.folder.mkdir()
        project(self.folder, **{"reconciler.yaml": 'environments: {default: {api: "sandbox:"}}\n'})
        self.runner = Runner(remote=folder, folder=folder, environ={**runner_environ(folder), **stand.environ()})
        self.about = {"pull_request": {"number": 7, "head": {"sha": stand.heads[7]}}}

    def run(self, command: str, **inputs: str) -> Ran:
        given = {"command": command, **{name.replace("_", "-"): value for name, value in inputs.items()}}
        return self.runner.composite(ACTION, given, self.folder, event=self.about, skip={"Install"})


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with forge() as stand:
        yield Workspace(tmp_path, stand)


def test_a_plan_is_an_output_and_a_comment(workspace: Workspace) -> None:
    """Later steps have its file, its digest and its counts."""
    ran = workspace.run("plan", comment="true")
    assert ran.status == "success", ran.log
    told = ran.outputs["Run"]
    assert (told["changed"], json.loads(told["counts"])["create"]) == ("true", 1)
    assert json.loads(Path(told["plan-file"]).read_text())["digest"] == told["digest"]
    assert told["digest"] in workspace.stand.on(7)[0].body
    assert told["digest"] in ran.summary


def test_without_a_comment_nothing_is_posted(workspace: Workspace) -> None:
    """A summary and outputs alone."""
    ran = workspace.run("plan")
    assert (ran.status, workspace.stand.heard) == ("success", [])


def test_an_apply_does_the_plan_that_it_tells(workspace: Workspace) -> None:
    """The outputs are those of the plan that was applied."""
    digest = workspace.run("plan").outputs["Run"]["digest"]
    ran = workspace.run("apply", expect_digest="sha256:" + "0" * 64)
    assert ran.steps["Run"] == 4, ran.log
    ran = workspace.run("apply", expect_digest=digest)
    assert ran.status == "success", ran.log
    assert ran.outputs["Run"]["digest"] == digest
    assert workspace.run("plan").outputs["Run"]["changed"] == "false"


def test_options_are_words_and_never_a_script(workspace: Workspace) -> None:
    """Quotes keep words together; nothing is expanded or run."""
    write(
        workspace.folder / "assistants" / "north desk.yaml", (workspace.folder / "assistants/viewings.yaml").read_text()
    )
    ran = workspace.run("plan", args="--target 'north desk'\n--prune")
    assert json.loads(ran.outputs["Run"]["counts"])["create"] == 1, ran.log
    ran = workspace.run("plan", args="--target $(touch${IFS}pwned) `touch pwned` ; touch pwned")
    assert ran.steps["Run"] == 64
    assert not (workspace.folder / "pwned").exists()


def test_drift_fails_the_step_where_that_is_wanted(workspace: Workspace) -> None:
    """`fail-on-drift` is the exit code 2; without it drift is an output."""
    assert workspace.run("apply").status == "success"
    entry = workspace.folder / "state/default/viewings.json"
    entry.write_text(entry.read_text().replace("Sell.", "Sell kindly."))
    ran = workspace.run("drift", comment="true")
    assert (ran.status, ran.outputs["Run"]["changed"]) == ("success", "true"), ran.log
    assert len(workspace.stand.issues) == 1
    ran = workspace.run("drift", fail_on_drift="true")
    assert ran.steps["Run"] == 2


def test_documents_are_checked_at_their_lines(workspace: Workspace) -> None:
    """`validate` prints annotations."""
    write(workspace.folder / "assistants" / "viewings.yaml", "title: [\n")
    ran = workspace.run("validate")
    assert ran.status == "failure"
    assert "::error file=assistants/viewings.yaml" in ran.log


def test_another_command_is_refused(workspace: Workspace) -> None:
    """What is no command of the action is an error, not a shell's business."""
    assert workspace.run("destroy").steps["Run"] == 64
