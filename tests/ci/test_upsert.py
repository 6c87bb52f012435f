"""One comment and one issue for each environment, at both forges, over a socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.errors import ForgeError
from reconciler.forge.client import ForgeClient
from reconciler.forge.github import GitHub
from reconciler.forge.gitlab import GitLab
from reconciler.forge.markers import marker, read_marker
from reconciler.forge.posts import Forge
from reconciler.forge.upsert import LABEL, Done, put_comment, put_issue, reviewed_digest
from tests.support.forge import HEAD, TOKEN, Refused, Row, StandIn, forge

FACTS = {"project": ".", "environment": "production", "commit": HEAD, "digest": "sha256:" + "a" * 64}
STAGING = {**FACTS, "environment": "staging"}


@pytest.fixture(params=["github", "gitlab"])
def stand(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    with forge(request.param) as up:
        yield up


@pytest.fixture
def at(stand: StandIn) -> Iterator[Forge]:
    client = ForgeClient(stand.kind, stand.url, TOKEN, pause=lambda seconds: None)
    found: Forge = GitHub(client, "acme/voices") if stand.kind == "github" else GitLab(client, "42")
    yield found
    found.close()


def test_the_second_plan_replaces_the_first(stand: StandIn, at: Forge) -> None:
    """However often a pull request is pushed to, it has one comment for each environment."""
    assert put_comment(at, 7, FACTS, "Plan: 2 to create.").done is Done.CREATED
    assert put_comment(at, 7, STAGING, "Plan: 1 to create.").done is Done.CREATED
    assert put_comment(at, 7, FACTS, "No changes.").done is Done.UPDATED
    assert put_comment(at, 7, FACTS, "No changes.").done is Done.UNCHANGED
    first, second = stand.on(7)
    assert first.body == f"{marker('comment', FACTS)}\nNo changes."
    assert "1 to create" in second.body


def test_our_comment_is_found_behind_hundreds_of_others(stand: StandIn, at: Forge) -> None:
    """Lists are read to their last page."""
    for number in range(230):
        stand.new(stand.comments, pull=7, body=f"Looks good ({number}).")
    put_comment(at, 7, FACTS, "Plan: 1 to create.")
    assert put_comment(at, 7, FACTS, "No changes.").done is Done.UPDATED
    assert len(stand.on(7)) == 231


def test_a_marker_in_a_comment_of_somebody_else_is_not_ours(stand: StandIn, at: Forge) -> None:
    """A forged comment is neither changed nor taken for a review."""
    forged = Row(number=5, author="mallory", pull=7, body=f"{marker('comment', FACTS)}\nLooks harmless.")
    stand.comments.append(forged)
    assert reviewed_digest(at, 7, FACTS) is None
    assert put_comment(at, 7, FACTS, "Plan: 9 to delete.").done is Done.CREATED
    assert forged.body.endswith("Looks harmless.")
    assert reviewed_digest(at, 7, FACTS) == FACTS["digest"]


def test_a_marker_below_the_first_line_is_text(stand: StandIn, at: Forge) -> None:
    """Another bot under our account may quote a comment: that makes it no report of ours."""
    stand.new(stand.comments, pull=7, body=f"> quoting\n{marker('comment', FACTS)}\nPlan.")
    assert put_comment(at, 7, FACTS, "Plan.").done is Done.CREATED


def test_of_two_of_our_comments_one_stays(stand: StandIn, at: Forge) -> None:
    """Two pipelines at one moment may both have posted: the next run leaves one, and no old plan stands."""
    for text in ("Plan: 1 to create.", "Plan: 2 to create."):
        stand.new(stand.comments, pull=7, body=f"{marker('comment', FACTS)}\n{text}")
    put_comment(at, 7, FACTS, "No changes.")
    assert [each.body.splitlines()[1] for each in stand.on(7)] == ["No changes."]


def test_an_older_run_does_not_overwrite_a_newer_one(stand: StandIn, at: Forge) -> None:
    """A run for a commit that is not the newest any more posts nothing."""
    stand.heads[7] = "d" * 40
    assert put_comment(at, 7, FACTS, "Plan: 2 to create.").done is Done.SUPERSEDED
    assert stand.on(7) == []


def test_a_post_of_which_nobody_knows_is_looked_for_before_it_is_repeated(stand: StandIn, at: Forge) -> None:
    """The connection breaks after the forge acted: still one comment."""
    stand.faults.extend([None, None, None, "swallow"])
    assert put_comment(at, 7, FACTS, "Plan: 2 to create.").done is Done.CREATED
    assert len(stand.on(7)) == 1
    assert not stand.faults


def test_a_forge_that_limits_the_rate_is_waited_for(stand: StandIn, at: Forge) -> None:
    """429, and GitHub's 403 with a Retry-After, are repeated, a POST too: nothing was done."""
    status = 403 if stand.kind == "github" else 429
    stand.faults.extend([None, None, None, Refused(status, "secondary rate limit", Retry_After="1")])
    assert put_comment(at, 7, FACTS, "Plan: 2 to create.").done is Done.CREATED
    assert len(stand.on(7)) == 1


def test_a_refusal_is_told_without_the_token(stand: StandIn, at: Forge) -> None:
    """What the forge says is quoted, but never the token."""
    stand.faults.append(Refused(422, f"no such thing for {TOKEN}"))
    with pytest.raises(ForgeError) as raised:
        put_comment(at, 7, FACTS, "Plan.")
    told = raised.value.diagnostics[0]
    assert TOKEN not in repr(told)
    assert "no such thing for ***" in told.summary


def test_one_issue_opens_closes_and_opens_again(stand: StandIn, at: Forge) -> None:
    """Drift that comes back is told in the issue that told of it before."""
    given = {"title": "Drift in production"}
    assert put_issue(at, FACTS, text="Nothing.", is_open=False, **given).done is Done.NOTHING
    assert put_issue(at, FACTS, text="1 drifted.", footer="\nrun 1", is_open=True, **given).done is Done.CREATED
    assert put_issue(at, FACTS, text="1 drifted.", footer="\nrun 2", is_open=True, **given).done is Done.UNCHANGED
    assert put_issue(at, FACTS, text="2 drifted.", is_open=True, **given).done is Done.UPDATED
    assert put_issue(at, FACTS, text="Nothing.", is_open=False, **given).done is Done.CLOSED
    assert put_issue(at, FACTS, text="Nothing.", is_open=False, **given).done is Done.NOTHING
    assert put_issue(at, FACTS, text="3 drifted.", is_open=True, **given).done is Done.UPDATED
    (issue,) = stand.issues
    assert (issue.is_open, issue.labels) == (True, [LABEL])
    assert issue.body.endswith("3 drifted.")


def test_an_issue_of_somebody_else_is_not_ours(stand: StandIn, at: Forge) -> None:
    """A person may copy the marker and the label into an issue: it stays theirs."""
    body = f"{marker('issue', FACTS)}\nAll is well."
    stand.issues.append(Row(number=3, author="mallory", body=body, labels=[LABEL]))
    assert put_issue(at, FACTS, title="Drift", text="1 drifted.", is_open=True).done is Done.CREATED
    assert stand.issues[0].body == body


def test_a_branch_is_proposed_once(stand: StandIn, at: Forge) -> None:
    """The next run brings the open pull request up to date."""
    first = at.propose(branch="new-schemas", into="main", title="New schemas", body="1 field")
    second = at.propose(branch="new-schemas", into="main", title="New schemas", body="2 fields")
    assert first.number == second.number
    assert [each.body for each in stand.pulls] == ["2 fields"]


@pytest.mark.parametrize(
    "text", ["a b", "x-->y", "--", "voice\n<!-- reconciler comment", "größe", "a=b%20c", "-" * 5, ""]
)
def test_a_marker_says_what_it_was_told(text: str) -> None:
    """No value ends the comment, adds a line, or comes back as another."""
    line = marker("comment", {"project": text, "environment": "production"})
    assert "\n" not in line
    assert "--" not in line.removeprefix("<!--").removesuffix("-->")
    assert read_marker(f"{line}\r\nrest", "comment") == {"project": text, "environment": "production"}
    assert read_marker(line, "issue") is None
