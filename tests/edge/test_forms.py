"""The forms of a result through the whole program: what a pipeline stores, comments and uploads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from reconciler.commands.invocation import EVERY_FORM
from reconciler.render.forms import PLAN_FORMS, VALIDATION_FORMS
from tests.render.html_reading import read_page
from tests.render.markdown_reading import assert_contained
from tests.support.practice import PROMPT, Practice, practice


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    """One applied assistant whose prompt has changed since."""
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        made.write("assistants/prompts/reception.md", PROMPT.replace("root canals", "crowns"))
        yield made


def test_a_plan_as_markdown_and_html(office: Practice) -> None:
    """The same change, its digest the one of the JSON form; from a saved plan, the command that applies that plan."""
    digest = json.loads(office.done("plan", "-o", "json").out)["digest"]
    text = office.done("plan", "-o", "markdown").out
    assert_contained(text)
    assert "+ You answer the phone of Lakeview Dental. Be kind, and book no crowns." in text
    assert f"Digest `{digest}`" in text
    saved = office.folder / "change.plan"
    office.done("plan", "--out", str(saved))
    shown = office.done("show", str(saved), "-o", "markdown").out
    assert f"apply {saved}" in shown
    assert digest in shown
    page = read_page(office.done("show", str(saved), "-o", "html").out)
    assert "book no crowns" in page.text


def test_the_size_of_a_comment(office: Practice) -> None:
    """As asked, else as the forge takes it; a size that no report fits into is a usage error."""
    office.write("assistants/prompts/reception.md", "\n".join(f"Rule {at}: be kind." for at in range(9000)))
    assert len(office.done("plan", "-o", "markdown", "--max-bytes", "6000").out.encode()) <= 6000
    assert len(office.done("plan", "-o", "markdown").out.encode()) <= 65_536
    assert len(office.done("plan", "-o", "markdown", GITLAB_CI="true").out.encode()) > 100_000
    assert office.runs("plan", "-o", "markdown", "--max-bytes", "100").code == 64


@pytest.mark.parametrize("form", PLAN_FORMS)
def test_why_nothing_is_planned_stands_where_the_plan_would(office: Practice, form: str) -> None:
    """A document with an error: the code is 1, stderr tells a person, and stdout tells its reader in the form."""
    office.edit("assistants/reception.yaml", "type: inbound", "type: indoor")
    ended = office.runs("plan", "-o", form)
    assert ended.code == 1
    assert "not `indoor`" in ended.err
    assert bool(ended.out) == (form not in ("text", "gitlab-terraform"))
    if ended.out:
        assert "indoor" in ended.out
    if form == "markdown":
        assert_contained(ended.out)
    if form == "html":
        read_page(ended.out)


@pytest.mark.parametrize("form", VALIDATION_FORMS)
def test_a_check_in_every_form(office: Practice, form: str) -> None:
    """The finding, its code and its place; and the exit code is the same in all of them."""
    assert office.runs("validate", "-o", form).code == 0
    office.edit("assistants/reception.yaml", "type: inbound", "type: indoor")
    ended = office.runs("validate", "-o", form)
    assert ended.code == 1
    assert "indoor" in ended.out
    assert "assistants/reception.yaml" in ended.out
    if form == "junit":
        assert ElementTree.fromstring(ended.out).attrib["failures"] == "1"


def test_places_are_told_from_the_root_of_the_repository(office: Practice, monkeypatch: pytest.MonkeyPatch) -> None:
    """With -C, a forge that runs in the repository finds the file; text names it as the project does."""
    office.edit("assistants/reception.yaml", "type: inbound", "type: indoor")
    monkeypatch.chdir(office.folder.parent)
    assert "file=practice/assistants/reception.yaml,line=" in office.runs("validate", "-o", "github").out
    assert "file=practice/assistants/reception.yaml,line=" in office.runs("plan", "-o", "github").out
    found = json.loads(office.runs("validate", "-o", "codequality").out)
    assert [each["location"]["path"] for each in found] == ["practice/assistants/reception.yaml"]
    shutil.copytree(office.folder / "assistants", office.folder / "below" / "assistants")
    monkeypatch.chdir(office.folder / "below")
    assert "file=assistants/reception.yaml,line=" in office.runs("validate", "-o", "github").out


def test_a_refused_plan_is_shown_with_its_reasons(office: Practice) -> None:
    """Nobody reads stderr in a comment: the reasons stand in it, and the exit code is 6."""
    office.write("reconciler.yaml", "environments:\n  default:\n    limits: {update: 0%}\n")
    for form, told in (("markdown", "**Refused**"), ("html", "<h2>Refused</h2>"), ("github", "title=too-many-updates")):
        ended = office.runs("plan", "-o", form)
        assert ended.code == 6, ended.told
        assert told in ended.out


def test_the_forms_may_be_named_before_the_verb(office: Practice) -> None:
    """Every form that a verb has is known there, and one that this verb has not is refused by name."""
    assert set(EVERY_FORM) == {*PLAN_FORMS, *VALIDATION_FORMS}
    assert office.done("-o", "markdown", "plan").out == office.done("plan", "-o", "markdown").out
    ended = office.runs("-o", "junit", "plan")
    assert ended.code == 64
    assert "has no output form `junit`" in ended.err


def test_two_plans_are_compared_in_text_and_json_alone(office: Practice) -> None:
    """`--against` says which forms it has."""
    saved = str(office.folder / "change.plan")
    office.done("plan", "--out", saved)
    ended = office.runs("show", saved, "--against", saved, "-o", "markdown")
    assert ended.code == 64
    assert "Choose text or json" in ended.err
