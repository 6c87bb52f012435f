"""The weekly look at the vendor's pages, run step by step."""

from __future__ import annotations

import shutil

from tests.ci.conftest import Agency
from tests.ci.workflow import Ran, git
from tests.edge.projects import REPOSITORY

PAGES = {f"RECONCILER_{role.upper()}_PAGE": f"pages/{role}.txt" for role in ("create", "update", "list", "delete")}


def look(agency: Agency) -> Ran:
    (ran,) = agency.runner.workflow("schema.yml", "schedule", sha=agency.main(), about={})
    return ran


def test_a_page_that_says_something_else_becomes_a_pull_request(agency: Agency) -> None:
    """The new set stands on a branch, the difference in the pull request; next week it is brought up to date."""
    shutil.copytree(REPOSITORY / "schemas" / "pages", agency.desk / "pages")
    git(agency.desk, "checkout", "--quiet", "main")
    git(agency.desk, "add", "--all")
    git(agency.desk, "commit", "--quiet", "-m", "Pages")
    git(agency.desk, "push", "--quiet", "origin", "main")
    assert look(agency).status == "skipped"
    agency.runner.variables = PAGES
    ran = look(agency)
    assert (ran.status, ran.steps["Propose the new set"]) == ("success", None), ran.log

    page = (agency.desk / "pages/create.txt").read_text("utf-8")
    assert "Maximum 255 characters" in page
    for most in ("200", "180"):
        page = page.replace("Maximum 255 characters", f"Maximum {most} characters")
        page = page.replace("Maximum 200 characters", f"Maximum {most} characters")
        agency.edit({"pages/create.txt": ((agency.desk / "pages/create.txt").read_text("utf-8"), page)})
        ran = look(agency)
        assert ran.status == "success", ran.log
        assert f'"maxLength": {most}' in git(agency.remote, "show", "reconciler-schemas:schemas/create.schema.json")
    (pull,) = agency.forge.pulls
    assert (pull.branch, pull.into) == ("reconciler-schemas", "main")
    assert "180" in pull.body
    assert '"maxLength": 180' not in agency.shown("schemas/create.schema.json")


def test_a_page_that_cannot_be_read_fails_the_run(agency: Agency) -> None:
    """An error is no difference: nothing is proposed."""
    agency.runner.variables = {**PAGES, "RECONCILER_CREATE_PAGE": "nowhere.txt"}
    ran = look(agency)
    assert (ran.status, ran.steps["Compare"]) == ("failure", 1), ran.log
    assert agency.forge.pulls == []
