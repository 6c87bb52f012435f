"""`ci comment`, `ci issue`, `ci reviewed` and `ci propose` as a pipeline runs them: the program, files, a socket."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reconciler.config import find_schemas
from reconciler.forge.markers import read_marker
from tests.edge.projects import REPOSITORY, project, reconciler, write
from tests.support.forge import HEAD, LIMITS, TOKEN, Refused, forge
from tests.support.vendor import running

KINDS = pytest.mark.parametrize("kind", ["github", "gitlab"])
HOSTILE = "<!-- reconciler comment project=. environment=default digest=sha256:0 -->\n/close\n@everyone ``` </details>"


@KINDS
def test_the_plan_is_posted_and_brought_up_to_date(tmp_path: Path, kind: str) -> None:
    """First the plan, then the next one in its place, then that there is nothing left."""
    project(tmp_path, **{"reconciler.yaml": 'environments: {default: {api: "sandbox:"}}\n'})
    with forge(kind) as stand:
        environ = stand.environ()
        done = reconciler("ci", "comment", cwd=tmp_path, environ=environ)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        assert "comment on #7 created" in done.stderr
        write(tmp_path / "assistants" / "second.yaml", (tmp_path / "assistants/viewings.yaml").read_text())
        assert "updated" in reconciler("ci", "comment", cwd=tmp_path, environ=environ).stderr
        assert "unchanged" in reconciler("ci", "comment", cwd=tmp_path, environ=environ).stderr
        (comment,) = stand.on(7)
        assert "### Plan: 2 to create" in comment.body
        facts = read_marker(comment.body, "comment")
        assert facts is not None
        assert (facts["environment"], facts["commit"]) == ("default", HEAD)
        planned = json.loads(reconciler("plan", "-o", "json", cwd=tmp_path).stdout)
        assert facts["digest"] == planned["digest"]
        assert f"Digest `{planned['digest']}`" in comment.body
        assert reconciler("apply", "-y", cwd=tmp_path).returncode == 0
        reconciler("ci", "comment", cwd=tmp_path, environ=environ)
        assert "### No changes." in stand.on(7)[0].body
        assert len(stand.on(7)) == 1


def test_a_saved_plan_is_posted_as_it_stands(tmp_path: Path) -> None:
    """The documents may have moved on: what was saved is what is shown, and options that shape a plan are refused."""
    project(tmp_path)
    assert reconciler("plan", "--out", "change.plan", cwd=tmp_path).returncode == 0
    write(tmp_path / "assistants" / "second.yaml", (tmp_path / "assistants/viewings.yaml").read_text())
    with forge() as stand:
        done = reconciler("ci", "comment", "change.plan", cwd=tmp_path, environ=stand.environ())
        assert done.returncode == 0, done.stderr
        assert "Plan: 1 to create" in stand.on(7)[0].body
        done = reconciler("ci", "comment", "change.plan", "--prune", cwd=tmp_path, environ=stand.environ())
        assert done.returncode == 64
        done = reconciler("-e", "staging", "ci", "comment", "change.plan", cwd=tmp_path, environ=stand.environ())
        assert (done.returncode, "not of staging" in done.stderr) == (64, True)
        assert len(stand.on(7)) == 1


def test_a_run_gets_a_summary_and_outputs(tmp_path: Path) -> None:
    """Later steps branch on `changed`, count with `fromJSON(counts)`, and apply `plan-file`; nothing is posted."""
    project(tmp_path)
    environ = {"GITHUB_OUTPUT": str(tmp_path / "out"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    done = reconciler("ci", "comment", "--summary-only", "--out", "change.plan", cwd=tmp_path, environ=environ)
    assert done.returncode == 0, done.stderr
    outputs = dict(line.split("=", 1) for line in (tmp_path / "out").read_text().splitlines())
    assert (outputs["changed"], outputs["plan-file"]) == ("true", "change.plan")
    assert json.loads(outputs["counts"])["create"] == 1
    assert outputs["digest"] in (tmp_path / "summary").read_text()
    assert "Plan: 1 to create" in (tmp_path / "summary").read_text()


def test_a_dry_run_prints_and_touches_nothing(tmp_path: Path) -> None:
    """It needs neither a token nor a pipeline."""
    project(tmp_path)
    environ = {"GITHUB_OUTPUT": str(tmp_path / "out"), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")}
    done = reconciler("ci", "comment", "--dry-run", cwd=tmp_path, environ=environ)
    assert done.returncode == 0
    assert done.stdout.startswith("### Plan: 1 to create")
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "summary").exists()


@KINDS
def test_a_report_fits_into_a_comment(tmp_path: Path, kind: str) -> None:
    """However much changes, the forge takes it; it says what was left out, and every fence is closed."""
    project(tmp_path)
    text = (tmp_path / "assistants/viewings.yaml").read_text()
    long = "Ask for the name of the caller, kindly. " * (60 if kind == "github" else 600)
    for number in range(60):
        own = text.replace("Sell.", f"{long} {number}").replace("Viewings", f"Viewings {number}")
        write(tmp_path / f"assistants/client-{number}/sales.yaml", own)
    with forge(kind) as stand:
        done = reconciler("ci", "comment", cwd=tmp_path, environ=stand.environ())
        assert done.returncode == 0, done.stderr
        body = stand.on(7)[0].body
        assert len(body) <= LIMITS[kind]
        assert "Left out to stay within the size" in body
        assert len(re.findall("^```", body, re.MULTILINE)) % 2 == 0


@KINDS
def test_texts_of_documents_forge_no_comment(tmp_path: Path, kind: str) -> None:
    """A marker, a quick action or a mention in a prompt stays text, inside code."""
    project(tmp_path)
    document = tmp_path / "assistants" / "viewings.yaml"
    write(document, document.read_text().replace("instructions: Sell.", f"instructions: {json.dumps(HOSTILE)}"))
    with forge(kind) as stand:
        assert reconciler("ci", "comment", cwd=tmp_path, environ=stand.environ()).returncode == 0
        body = stand.on(7)[0].body
        assert body.count("<!--") == 1
        outside = re.sub(r"^(`{3,})(?:diff|text)\n.*?^\1$", "", body, flags=re.DOTALL | re.MULTILINE)
        assert "@everyone" not in outside
        assert not re.search("^/close", outside, re.MULTILINE)


def test_a_refused_plan_is_posted_and_fails_the_run(tmp_path: Path) -> None:
    """The check on the pull request is red, and the comment says why."""
    project(tmp_path, **{"reconciler.yaml": 'environments: {default: {api: "sandbox:"}}\n'})
    assert reconciler("apply", "-y", cwd=tmp_path).returncode == 0
    document = tmp_path / "assistants" / "viewings.yaml"
    document.rename(document.with_name("showings.yaml"))
    with forge() as stand:
        done = reconciler("ci", "comment", cwd=tmp_path, environ=stand.environ())
        assert done.returncode == 6
        assert "looks like" in stand.on(7)[0].body
        assert "moved_from" in done.stderr


@pytest.mark.parametrize(
    ("without", "said"),
    [
        ("GITHUB_TOKEN", "GITHUB_TOKEN is not set"),
        ("GITHUB_REPOSITORY", "neither GitHub Actions nor GitLab CI"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, without: str, said: str) -> None:
    """Where to post and with what is said by the pipeline, or an error says what it did not say."""
    project(tmp_path)
    with forge() as stand:
        environ = stand.environ()
        del environ[without]
        done = reconciler("ci", "comment", "--pull", "7", cwd=tmp_path, environ=environ)
    assert done.returncode == 1
    assert said in done.stderr


def test_a_run_without_a_pull_request_says_so(tmp_path: Path) -> None:
    """A push has nowhere to comment; one that is named by hand has."""
    project(tmp_path)
    with forge() as stand:
        done = reconciler("ci", "comment", cwd=tmp_path, environ=stand.environ(GITHUB_EVENT_PATH=""))
        assert "about no pull request" in done.stderr
        assert reconciler("ci", "comment", "--pull", "7", cwd=tmp_path, environ=stand.environ()).returncode == 0


def test_a_token_goes_nowhere_in_clear(tmp_path: Path) -> None:
    """An address without TLS is for this machine alone; what the forge echoes is told without the token."""
    project(tmp_path)
    with forge() as stand:
        environ = stand.environ(GITHUB_API_URL="http://forge.example/api")
        done = reconciler("ci", "comment", "--pull", "7", cwd=tmp_path, environ=environ)
        assert (done.returncode, "unencrypted" in done.stderr) == (1, True)
        stand.faults.append(Refused(422, f"who is {TOKEN}?"))
        done = reconciler("ci", "comment", "--pull", "7", "-vv", cwd=tmp_path, environ=stand.environ())
        assert done.returncode == 1
        assert TOKEN not in done.stderr + done.stdout


@KINDS
def test_drift_is_one_issue(tmp_path: Path, kind: str) -> None:
    """Found, told, and closed by the next audit that finds nothing; the exit code is for who asks."""
    with running(find_schemas(REPOSITORY)) as vendor, forge(kind) as stand:
        environ = {**stand.environ(), "RECONCILER_API_URL": vendor.url, "RECONCILER_API_KEY": vendor.key}
        assert reconciler("init", "--ci", "none", "--no-git", cwd=tmp_path).returncode == 0
        (tmp_path / "reconciler.yaml").unlink()
        assert reconciler("apply", "-y", cwd=tmp_path, environ=environ).returncode == 0
        prompt = tmp_path / "assistants/prompts/reception.md"
        told = prompt.read_text()
        assert "no issue is open" in reconciler("ci", "issue", cwd=tmp_path, environ=environ).stderr
        prompt.write_text("Say hello.\n")
        assert reconciler("apply", "-y", "-q", cwd=tmp_path, environ=environ).returncode == 0
        _forget_last_apply(tmp_path, told)
        done = reconciler("ci", "issue", "--detailed-exitcode", cwd=tmp_path, environ=environ)
        assert (done.returncode, "issue opened" in done.stderr) == (2, True), done.stderr
        assert "system_prompt" in stand.issues[0].body
        assert reconciler("apply", "-y", "--refresh", cwd=tmp_path, environ=environ).returncode == 0
        done = reconciler("ci", "issue", "--detailed-exitcode", cwd=tmp_path, environ=environ)
        assert (done.returncode, "issue closed" in done.stderr) == (0, True), done.stderr
        assert [each.is_open for each in stand.issues] == [False]


def _forget_last_apply(folder: Path, told: str) -> None:
    """As if somebody else had made the last change, in the portal: state and document as they were."""
    (folder / "assistants/prompts/reception.md").write_text(told)
    (entry,) = (folder / "state/default").glob("reception.json")
    content = json.loads(entry.read_text())
    content["last_applied"]["system_prompt"] = told.strip()
    entry.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")


def test_a_proposal_quotes_its_text(tmp_path: Path) -> None:
    """What a page's difference says may be anything; in the pull request it stands in a fence, cut to what fits."""
    with forge() as stand:
        given = ["ci", "propose", "--branch", "new", "--into", "main", "--title", "New schemas", "--body-file", "d.txt"]
        write(tmp_path / "d.txt", HOSTILE)
        done = reconciler(*given, cwd=tmp_path, environ=stand.environ())
        assert (done.returncode, stand.pulls[0].branch) == (0, "new"), done.stderr
        assert stand.pulls[0].body.startswith("````text\n")
        assert "<!--" not in stand.pulls[0].body
        write(tmp_path / "d.txt", "field: longer\n" * 9_000)
        assert reconciler(*given, cwd=tmp_path, environ=stand.environ()).returncode == 0
        assert len(stand.pulls[0].body) < LIMITS["github"]
        assert stand.pulls[0].body.endswith("run\n```")
