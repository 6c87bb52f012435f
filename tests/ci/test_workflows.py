"""The workflows that `init` writes, run step by step: the sandbox, a stand-in of GitHub, and a real Git remote."""

from __future__ import annotations

import httpx

from tests.ci.conftest import Agency, second
from tests.ci.workflow import git

RULE = "- Never promise an appointment or a price.\n"


def test_a_change_goes_from_a_branch_to_the_account(agency: Agency) -> None:
    """Planned on a branch without a key, merged, applied, and the state committed; then there is nothing to do."""
    pull = agency.propose("rule", {"assistants/prompts/reception.md": (RULE, RULE + "- Speak slowly.\n")})
    plan, comment, refresh = agency.plan(pull)
    assert [each.status for each in (plan, comment, refresh)] == ["success", "success", "skipped"], (
        plan.log + comment.log
    )
    assert "Plan: 1 to create" in plan.summary
    assert plan.outputs["Plan"]["changed"] == "true"
    assert [len(each) for each in plan.artifacts.values()] == [1]
    assert len(agency.comments(pull)) == 1
    assert "Speak slowly." in agency.comments(pull)[0]

    applied = agency.apply(agency.merge(pull))
    assert applied.status == "success", applied.log
    assert "Apply complete: 1 created" in applied.log
    assert [row["name"] for row in agency.vendor.rows()] == ["Reception"]
    assert '"id": 1' in agency.shown("state/default/reception.json")
    assert "apply-default-1" in applied.artifacts

    again = agency.apply(agency.main())
    assert "No changes." in again.log
    assert "Nothing to record." in again.log
    pull = agency.propose("nothing", {"README.md": ("# Voice", "# Our voice")})
    agency.plan(pull)
    assert "No changes." in agency.comments(pull)[0]


def test_a_plan_that_fails_replaces_the_one_before(agency: Agency) -> None:
    """Broken documents: the run fails, and the comment says why instead of what no longer holds."""
    pull = agency.propose("later", {"assistants/reception.yaml": ("type: inbound", "type: outbound")})
    agency.plan(pull)
    agency.edit({"assistants/reception.yaml": ("type: outbound", "type: indoor")})
    agency.forge.heads[pull] = git(agency.desk, "rev-parse", "HEAD")
    plan, comment, _ = agency.plan(pull)
    assert (plan.status, comment.status) == ("failure", "failure")
    assert plan.steps["Check the documents"] == 1
    assert "::error file=assistants/reception.yaml,line=6" in plan.log
    (told,) = agency.comments(pull)
    assert "indoor" in told
    assert "Plan: " not in told
    assert "Failed: 1 error" in plan.summary


def test_a_fork_sees_its_plan_and_is_given_nothing(agency: Agency) -> None:
    """The plan needs no key; the jobs with a token that writes, or a key, are not for forks."""
    agency.runner.variables = {"RECONCILER_APPLY": "fresh", "RECONCILER_REFRESH": "true"}
    agency.runner.secrets = {}
    pull = agency.propose("fork", second("spare"))
    plan, comment, refresh = agency.plan(pull, repo={"full_name": "stranger/voices"})
    assert (plan.status, comment.status, refresh.status) == ("success", "skipped", "skipped")
    assert "Plan: 2 to create" in plan.summary
    assert agency.forge.heard == []


def test_with_a_key_the_comment_is_compared_with_live(agency: Agency) -> None:
    """RECONCILER_REFRESH makes another job comment, in an environment that can hold it back."""
    agency.runner.variables = {"RECONCILER_APPLY": "fresh", "RECONCILER_REFRESH": "true"}
    agency.apply(agency.main())
    pull = agency.propose("rule", {"assistants/prompts/reception.md": (RULE, "")})
    _, comment, refresh = agency.plan(pull)
    assert (comment.status, refresh.status, refresh.environment) == ("skipped", "success", "default-read")
    assert "compared with what live says now" in agency.comments(pull)[0]


def test_two_merges_at_one_moment_lose_nothing(agency: Agency) -> None:
    """While the first apply runs, another pull request is merged: both are applied, and both states are on main."""
    first, other = agency.propose("first", second("billing")), agency.propose("other", second("sales"))
    commit = agency.merge(first)
    late: list[str] = []

    def meanwhile(step: str) -> None:
        if step == "Commit the state" and not late:
            late.append(agency.merge(other))

    agency.runner.between = meanwhile
    ran = agency.apply(commit)
    assert ran.status == "success", ran.log
    assert "after 1 that came too late" in ran.log
    assert "Apply complete: 2 created" in ran.log
    ran = agency.apply(late[0])
    assert "Apply complete: 1 created" in ran.log, ran.log
    assert sorted(row["name"] for row in agency.vendor.rows()) == ["Reception", "billing", "sales"]
    assert len(git(agency.remote, "ls-tree", "--name-only", "main", "state/default/").split()) == 5
    assert "No changes." in agency.apply(agency.main()).log


def test_only_what_was_reviewed_is_applied(agency: Agency) -> None:
    """The digest in the comment is the plan's that is applied, or nothing is; by hand, the plan of now is."""
    agency.runner.variables = {"RECONCILER_APPLY": "reviewed"}
    pull = agency.propose("first", second("billing"))
    agency.plan(pull)
    ran = agency.apply(agency.merge(pull))
    assert ran.status == "success", ran.log
    assert len(agency.vendor.rows()) == 2

    pull = agency.propose("second", second("sales"))
    agency.plan(pull)
    git(agency.desk, "checkout", "--quiet", "-B", "main", "origin/main")
    agency.edit(second("unseen"))
    commit = agency.merge(pull)
    ran = agency.apply(commit)
    assert (ran.status, ran.steps["Apply"], ran.steps["Commit the state"]) == ("failure", 4, 0)
    assert len(agency.vendor.rows()) == 2
    ran = agency.apply(commit, event="workflow_dispatch")
    assert ran.status == "success", ran.log
    assert len(agency.vendor.rows()) == 4


def test_what_nobody_reviewed_is_not_applied_as_reviewed(agency: Agency) -> None:
    """A push without a pull request has no plan that anybody saw."""
    agency.runner.variables = {"RECONCILER_APPLY": "reviewed"}
    ran = agency.apply(agency.main())
    assert (ran.status, ran.steps["Apply"]) == ("failure", 1)
    assert "no plan of default was reviewed" in ran.log
    assert agency.vendor.rows() == []


def test_nothing_is_applied_before_it_is_switched_on(agency: Agency) -> None:
    """A repository that was just made has no account behind it."""
    agency.runner.variables = {}
    assert agency.apply(agency.main()).status == "skipped"
    assert agency.drift().status == "skipped"


def test_a_partial_apply_records_what_it_did(agency: Agency) -> None:
    """The job fails, and the state of what was created is on main all the same."""
    ((path, (find, text)),) = second("billing").items()
    pull = agency.propose("many", {path: (find, text + "phone_number_id: 45\n")})
    body = {"name": "Unmanaged", "type": "inbound", "mode": "pipeline", "llm_model_id": 2, "voice_id": 1}
    body |= {"language_id": 1, "timezone": "UTC", "initial_message": "Hi", "system_prompt": "Hi", "phone_number_id": 45}
    sent = httpx.post(f"{agency.vendor.url}/user/assistant", json=body, headers=agency.vendor.headers)
    assert sent.status_code == 201, sent.text
    ran = agency.apply(agency.merge(pull))
    assert (ran.status, ran.steps["Apply"], ran.steps["Commit the state"]) == ("failure", 3, 0), ran.log
    assert [row["name"] for row in agency.vendor.rows()] == ["Unmanaged", "Reception"]
    assert "reception.json" in git(agency.remote, "ls-tree", "--name-only", "main", "state/default/")


def test_drift_is_found_told_once_and_cleared(agency: Agency) -> None:
    """What the portal changes is an issue by the next morning, and closed when it is set back."""
    agency.apply(agency.main())
    assert agency.drift().status == "success"
    assert agency.forge.issues == []
    (row,) = agency.vendor.rows()
    place = f"{agency.vendor.url}/user/assistant/{row['id']}"
    sent = httpx.put(place, json={"initial_message": "Hello?"}, headers=agency.vendor.headers)
    assert sent.status_code == 200, sent.text
    for _ in range(2):
        ran = agency.drift()
        assert ran.status == "success", ran.log
    (issue,) = agency.forge.issues
    assert (issue.is_open, issue.title) == (True, "Drift in default")
    assert "initial_message" in issue.body
    assert "1 drifted" in ran.summary
    httpx.put(place, json={"initial_message": row["initial_message"]}, headers=agency.vendor.headers)
    agency.drift()
    assert [each.is_open for each in agency.forge.issues] == [False]


def test_the_key_and_the_token_are_in_no_log_comment_or_artifact(agency: Agency) -> None:
    """Secrets of a run stay in it."""
    pull = agency.propose("first", second("billing"))
    runs = [*agency.plan(pull), agency.apply(agency.merge(pull)), agency.drift()]
    told = repr(runs) + repr(agency.comments(pull)) + git(agency.remote, "log", "-p", "main")
    assert agency.vendor.key not in told
    assert agency.vendor.key.partition("|")[2] not in told
    assert "ghs_Canary" not in told
