"""An agency that ran `init`: its repository and pipelines, a stand-in of GitHub, and the vendor's account."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler.config import find_schemas
from tests.ci.workflow import Ran, Runner, git, runner_environ
from tests.edge.projects import REPOSITORY, reconciler, write
from tests.support.forge import StandIn, forge
from tests.support.vendor import Running, running

SAME = {"head": {"repo": {"full_name": "acme/voices"}}}


@dataclass(kw_only=True)
class Agency:
    """A repository on a forge with its pipelines, a desk where people work, and the vendor's account."""

    remote: Path
    desk: Path
    runner: Runner
    forge: StandIn
    vendor: Running
    pulls: int = 6

    def propose(self, branch: str, edits: dict[str, tuple[str, str]]) -> int:
        """A branch from main with edits, pushed, and a pull request of it; its number."""
        git(self.desk, "checkout", "--quiet", "main")
        git(self.desk, "pull", "--quiet", "--ff-only", "origin", "main")
        git(self.desk, "checkout", "--quiet", "-B", branch)
        self.edit(edits)
        self.pulls += 1
        self.forge.heads[self.pulls] = git(self.desk, "rev-parse", "HEAD")
        return self.pulls

    def edit(self, edits: dict[str, tuple[str, str]]) -> None:
        for path, (find, replace) in edits.items():
            text = (self.desk / path).read_text("utf-8") if find else ""
            assert find in text
            write(self.desk / path, text.replace(find, replace) if find else replace)
        git(self.desk, "add", "--all")
        git(self.desk, "commit", "--quiet", "-m", "Edit")
        git(self.desk, "push", "--quiet", "--force", "origin", "HEAD")

    def plan(self, pull: int, **about: Any) -> list[Ran]:
        """The plan workflow of a pull request: it runs on its merge with main."""
        head = self.forge.heads[pull]
        merged = self._merge(f"pull-{pull}", head)
        git(self.desk, "push", "--quiet", "--force", "origin", f"HEAD:refs/heads/merge-{pull}")
        given = {"number": pull, "head": {**SAME["head"], **about, "sha": head}}
        return self.runner.workflow("plan.yml", "pull_request", sha=merged, ref="x", about={"pull_request": given})

    def merge(self, pull: int) -> str:
        """Merge a pull request into main; the commit."""
        merged = self._merge(f"pull-{pull}", self.forge.heads[pull])
        git(self.desk, "push", "--quiet", "origin", "HEAD:main")
        self.forge.merged[merged] = [pull]
        return merged

    def apply(self, commit: str, event: str = "push") -> Ran:
        (ran,) = self.runner.workflow("apply.yml", event, sha=commit, about={})
        return ran

    def drift(self) -> Ran:
        (ran,) = self.runner.workflow("drift.yml", "schedule", sha=self.main(), about={})
        return ran

    def main(self) -> str:
        return git(self.remote, "rev-parse", "main")

    def shown(self, path: str) -> str:
        return git(self.remote, "show", f"main:{path}")

    def comments(self, pull: int) -> list[str]:
        return [each.body for each in self.forge.on(pull)]

    def _merge(self, branch: str, commit: str) -> str:
        git(self.desk, "fetch", "--quiet", "origin")
        git(self.desk, "checkout", "--quiet", "-B", branch, "origin/main")
        git(self.desk, "merge", "--quiet", "--no-ff", "-m", "Merge", commit)
        return git(self.desk, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An agency's folder and remote after `init` and a push."""
    folder = tmp_path_factory.mktemp("begun")
    remote, desk = folder / "remote.git", folder / "desk"
    for each in (remote, desk):
        each.mkdir()
    git(remote, "init", "--quiet", "--bare", "--initial-branch", "main")
    git(remote, "config", "uploadpack.allowAnySHA1InWant", "true")
    done = reconciler("init", cwd=desk)
    assert done.returncode == 0, done.stderr
    write(desk / "requirements.txt", "click\n")  # installed already
    git(desk, "checkout", "--quiet", "-B", "main")
    git(desk, "add", "--all")
    git(desk, "commit", "--quiet", "-m", "Begin")
    git(desk, "push", "--quiet", f"file://{remote}", "main")
    return folder


@pytest.fixture
def agency(begun: Path, tmp_path: Path) -> Iterator[Agency]:
    """An agency that ran `init` and pushed; applying is switched on."""
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    remote, desk, home = tmp_path / "remote.git", tmp_path / "desk", tmp_path / "home"
    home.mkdir()
    git(desk, "remote", "add", "origin", f"file://{remote}")
    with forge() as stand, running(find_schemas(REPOSITORY)) as vendor:
        environ = {**runner_environ(home), **stand.environ(), "RECONCILER_API_URL": vendor.url}
        del environ["GITHUB_TOKEN"]  # only a step that asks for it has it
        runner = Runner(remote=remote, folder=tmp_path, environ=environ)
        runner.variables = {"RECONCILER_APPLY": "fresh"}
        runner.secrets = {"RECONCILER_API_KEY": vendor.key}
        yield Agency(remote=remote, desk=desk, runner=runner, forge=stand, vendor=vendor)


def second(name: str) -> dict[str, tuple[str, str]]:
    text = (REPOSITORY / "templates/project/assistants/reception.yaml").read_text("utf-8")
    return {f"assistants/{name}.yaml": ("", text.replace("name: Reception", f"name: {name}"))}
