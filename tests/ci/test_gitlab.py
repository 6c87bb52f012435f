"""The GitLab template, its scripts run line by line as a runner runs them, against the same account and remote."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import httpx
import pytest
import yaml

from tests.ci.conftest import Agency, second
from tests.ci.workflow import BASH, git, runner_environ
from tests.edge.projects import REPOSITORY
from tests.support.forge import TOKEN, StandIn, forge

TEMPLATE = REPOSITORY / "templates" / "gitlab-ci.yml"


@pytest.fixture
def gitlab() -> Iterator[StandIn]:
    with forge("gitlab") as stand:
        yield stand


class Jobs:
    """Runs a job of the template in a fresh clone."""

    def __init__(self, agency: Agency, stand: StandIn) -> None:
        self.agency, self.stand, self.content = agency, stand, yaml.safe_load(TEMPLATE.read_text("utf-8"))
        self.runs = 0

    def run(self, job: str, source: str, commit: str, **more: str) -> subprocess.CompletedProcess[str]:
        self.runs += 1
        folder = self.agency.runner.folder / f"gitlab-{self.runs}"
        git(folder.parent, "clone", "--quiet", f"file://{self.agency.remote}", str(folder))
        git(folder, "checkout", "--quiet", "--detach", commit)
        script = "\n".join([*self.content[".reconciler"]["before_script"], *self.content[job]["script"]])
        environ = {
            **runner_environ(folder.parent),
            **self.stand.environ(),
            "RECONCILER_ENV": "default",
            "RECONCILER_API_URL": self.agency.vendor.url,
            "CI_PIPELINE_SOURCE": source,
            "CI_COMMIT_BRANCH": "main",
            "CI_COMMIT_SHA": commit,
            **more,
        }
        if source != "merge_request_event":
            del environ["CI_MERGE_REQUEST_IID"]
            environ["RECONCILER_API_KEY"] = self.agency.vendor.key
        environ = {name: value for name, value in environ.items() if value}
        return subprocess.run(
            [*BASH, "-c", script],
            cwd=folder,
            env=environ,
            stdout=-1,
            stderr=-2,
            encoding="utf-8",
            timeout=120,
            check=False,
        )


def test_a_merge_request_is_planned_merged_applied_and_audited(agency: Agency, gitlab: StandIn) -> None:
    """The same story as on GitHub: a note, the plan that was reviewed, the state on main, one issue."""
    jobs = Jobs(agency, gitlab)
    number = agency.propose("first", second("billing"))
    head = agency.forge.heads[number]
    gitlab.heads[number] = head
    done = jobs.run("plan", "merge_request_event", head, CI_MERGE_REQUEST_IID=str(number))
    assert done.returncode == 0, done.stdout
    (note,) = gitlab.on(number)
    assert "Plan: 2 to create" in note.body

    commit = agency.merge(number)
    gitlab.merged[commit] = [number]
    done = jobs.run("apply", "push", commit, RECONCILER_APPLY="reviewed")
    assert done.returncode == 0, done.stdout
    assert "Recorded the state of default on main." in done.stdout
    assert len(agency.vendor.rows()) == 2
    assert TOKEN not in done.stdout

    (place, *_) = [f"{agency.vendor.url}/user/assistant/{row['id']}" for row in agency.vendor.rows()]
    httpx.put(place, json={"initial_message": "Hello?"}, headers=agency.vendor.headers)
    assert jobs.run("drift", "schedule", agency.main()).returncode == 0
    assert [each.is_open for each in gitlab.issues] == [True]


def test_a_merge_request_of_a_fork_has_a_plan_without_a_token(agency: Agency, gitlab: StandIn) -> None:
    """No variable that is protected reaches it; the plan is in its log."""
    number = agency.propose("fork", second("billing"))
    done = Jobs(agency, gitlab).run("plan", "merge_request_event", agency.forge.heads[number], GITLAB_TOKEN="")
    assert done.returncode == 0, done.stdout
    assert "Plan: 2 to create" in done.stdout
    assert gitlab.heard == []


def test_a_plan_that_fails_fails_the_job(agency: Agency, gitlab: StandIn) -> None:
    """Every report is still written, and the note says why."""
    number = agency.propose("broken", {"assistants/reception.yaml": ("type: inbound", "type: indoor")})
    gitlab.heads[number] = agency.forge.heads[number]
    given = {"CI_MERGE_REQUEST_IID": str(number)}
    done = Jobs(agency, gitlab).run("plan", "merge_request_event", gitlab.heads[number], **given)
    assert done.returncode == 1
    assert "indoor" in gitlab.on(number)[0].body


def test_the_pip_cache_and_the_plan_are_not_committed(agency: Agency, gitlab: StandIn) -> None:
    """What a job leaves in its folder is no state."""
    jobs = Jobs(agency, gitlab)
    assert jobs.run("apply", "push", agency.main(), RECONCILER_APPLY="fresh").returncode == 0
    changed = git(agency.remote, "show", "--name-only", "--format=", "main").splitlines()
    assert changed
    assert all(each.startswith("state/") for each in changed)
