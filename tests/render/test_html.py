"""The report as a page: one file, no script, and a browser shows what the plan says."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

from reconciler.errors import error
from reconciler.model import Plan
from reconciler.render.frame import Next
from reconciler.render.html_page import MOST_CLIENTS
from reconciler.render.plan_html import render_plan_html
from tests.planfile.plans import every_kind, reception, shown
from tests.render.html_reading import read_page
from tests.render.reviews import RULE, agency, crowd
from tests.support.frontdesk import frontdesk
from tests.support.tools import program

DIGEST = "sha256:5f2b"
CALM = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def browse(page: str, folder: Path, *arguments: str) -> str:
    """What a fresh headless browser prints of a page."""
    file = folder / "plan.html"
    file.write_text(page, "utf-8")
    command = [program("chromium"), *CALM, f"--user-data-dir={folder / 'profile'}", *arguments, file.as_uri()]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def test_everything_stands_in_one_file() -> None:
    """No script, no address, no image: the parser finds our elements, the policy and every key."""
    page = read_page(render_plan_html(every_kind(), digest=DIGEST, schemas=frontdesk()))
    assert "script" not in page.tags
    for change in every_kind().changes:
        if change.mutates_state:
            assert change.key in page.text
    assert "sent again because engine resets it" in page.text
    assert DIGEST in page.text


def test_the_same_edit_stands_once() -> None:
    """As in Markdown: the rule once, the names of all that have it, and those that differ with what is theirs."""
    page = read_page(render_plan_html(agency(), digest=DIGEST))
    assert page.text.count(RULE) == 1
    assert "Identical in 11 assistants of 4 clients" in page.text


def test_what_went_from_inside_an_object_is_told_with_its_place() -> None:
    """The rest of the object is not."""
    step = {"type": "send", "description": "Send the slot to the caller by text message", "retries": 3, "lines": [45]}
    left = {name: each for name, each in step.items() if name != "retries"}
    change = replace(reception(), fields=(shown("actions", [step], [left]),), releases=())
    plan = Plan(environment="default", lineage=None, changes=(change,))
    text = read_page(render_plan_html(plan, digest=DIGEST)).text
    assert "actions[0].retriesremoved 3\n" in text
    assert "description" not in text


def test_changes_can_be_filtered_by_risk_and_client() -> None:
    """Each change has its classes, and for each there is one control and one rule; long lists are cut."""
    page = read_page(render_plan_html(agency(), digest=DIGEST))
    changes = [each.split() for each in page.classes if each.startswith("change ")]
    assert ["change", "caller-facing", "c0", "c1", "c2", "c3"] in changes
    assert ["change", "behaviour", "c3"] in changes
    for rule in ("#risk-behaviour:not(:checked)) .change.behaviour", "#c3:checked) .change:not(.c3)"):
        assert f"body:has({rule} {{ display: none; }}" in page.style
    many = render_plan_html(crowd(1000), digest=DIGEST)
    assert many.count('name="client"') == MOST_CLIENTS + 1
    alone = read_page(render_plan_html(Plan(environment="d", lineage=None), digest=DIGEST))
    assert "fieldset" not in alone.tags


def test_a_refused_plan_offers_no_command() -> None:
    """The reasons stand above everything."""
    refused = (error("too-many-deletes", "this plan deletes 9 of 12"),)
    page = read_page(render_plan_html(agency(), digest=DIGEST, refused=refused))
    assert "this plan deletes 9 of 12" in page.text
    assert "To do this" not in page.text
    commands = Next(apply="reconciler apply change.plan")
    assert "reconciler apply change.plan" in render_plan_html(agency(), digest=DIGEST, commands=commands)


def test_a_browser_shows_the_page_and_runs_nothing(tmp_path: Path) -> None:
    """Chromium's own reading of it: text from a prompt stays text, and the style sheet is let through its policy."""
    plan = every_kind()
    hostile = "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
    page = render_plan_html(Plan(environment=hostile, lineage=None, changes=plan.changes), digest=DIGEST)
    seen = browse(page, tmp_path, "--dump-dom")
    title = re.search("<title>(.*)</title>", seen)
    assert title is not None
    assert title[1].startswith("Plan: 1 to create, 2 to update, 1 to delete.")
    assert "&lt;script&gt;" in seen
    assert not re.search(r"<(script|img)\b", seen)
    assert read_page(seen).text.split() == read_page(page).text.split()


def test_a_browser_draws_light_and_dark(tmp_path: Path) -> None:
    """The style sheet is not refused by the policy: the two schemes give two pictures, and neither is empty."""
    page = render_plan_html(agency(), digest=DIGEST)
    pictures = []
    for chosen in (0, 1):
        picture = tmp_path / f"{chosen}.png"
        drawn = (f"--blink-settings=preferredColorScheme={chosen}", f"--screenshot={picture}", "--window-size=900,700")
        browse(page, tmp_path, *drawn)
        pictures.append(picture.read_bytes())
    assert pictures[0] != pictures[1]
    assert min(map(len, pictures)) > 10_000


def test_the_page_prints(tmp_path: Path) -> None:
    """A PDF of it comes out, the folded changes of a long plan included: closed, it would have six pages."""
    paper = tmp_path / "plan.pdf"
    browse(render_plan_html(crowd(60), digest=DIGEST), tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    content = paper.read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) > 12
