"""Every form of a result, given the worst texts there are: nothing acts, nothing breaks out, and all of it reads."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import Diagnostic, error
from reconciler.model import Plan
from reconciler.render.forms import PLAN_FORMS, VALIDATION_FORMS, failure_in, plan_in, validation_in
from reconciler.render.frame import Frame, Next
from tests.planfile.plans import after_hours, lettings, plans, reception, sales, shown
from tests.render.html_reading import read_page
from tests.render.markdown_reading import assert_contained
from tests.render.reports_reading import assert_code_quality, assert_sarif
from tests.render.test_hostile import HOSTILE, assert_harmless
from tests.support.frontdesk import frontdesk
from tests.support.strategies import diagnostics

WORST = [
    *HOSTILE,
    "</details></summary><h1>forged</h1>",
    "```\n# forged\n```",
    "~~~\nforged\n~~~",
    "````",
    "`",
    "@everyone and @acme/team",
    "closes #123, see !45 and acme/voice#6",
    "<!-- reconciler:plan -->",
    "--> <!--",
    "[click](https://evil.example) ![x](https://evil.example/p.png)",
    "<https://evil.example> www.evil.example a@evil.example",
    "]]><x/>&lt;&#60;&amp;",
    "%0A::error::forged%0D",
    "\n::error::forged",
    "  ::add-mask::a",
    "##[error]forged ###[x",
    "| a | b |\n|--|--|",
    "/close\n/assign @me",
    "\\| \\` \\",
    "' onmouseover='alert(1)' \"",
    "javascript:alert(1)",
    "{{customer}} {0} $(whoami)",
    "\ufffe\uffff",
    "א\u202eabc",
    "=cmd|' /C calc'!A0",
]
TEXT = st.sampled_from(WORST) | st.text(st.characters(exclude_categories=()), max_size=6)
COMMAND = re.compile(r"::(error|warning|notice) ((file|line|col|title)=[^,:]*,?)+::.*")
DIAGNOSTICS = st.lists(
    diagnostics(TEXT),
    max_size=12,
)
SLOW = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)


def assert_reads(form: str, text: str) -> None:
    """The result is what its reader expects, from the first character to the last."""
    lines = text.split("\n")
    assert "##[" not in text
    if form == "github":
        assert lines.pop() == ""
        assert all(COMMAND.fullmatch(line) for line in lines), lines
        assert len(lines) <= 12
        text = "\n"
    else:
        assert not [line for line in lines if line.lstrip().startswith("::")]
    assert_harmless(text)
    if form == "markdown":
        assert_contained(text)
    elif form == "html":
        read_page(text)
    elif form == "junit":
        assert ElementTree.fromstring(text).tag == "testsuites"
    elif form != "text" and form != "github":
        assert_report(form, json.loads(text))


def assert_report(form: str, found: Any) -> None:
    if form == "sarif":
        assert_sarif(found)
    elif form == "codequality":
        assert_code_quality(found)
    elif form == "gitlab-terraform":
        assert set(found) == {"create", "update", "delete"}
    else:
        assert found["format_version"] == "1.0"


@pytest.mark.parametrize("form", PLAN_FORMS)
@SLOW
@given(plan=plans(TEXT), refused=DIAGNOSTICS, word=TEXT)
def test_any_plan_in_any_form(form: str, plan: Plan, refused: list[Diagnostic], word: str) -> None:
    """Every string of a plan may be hostile: names, values, keys, files, what the API said, even the commands."""
    frame = Frame(below="voice/", commands=Next(apply=f"reconciler apply {word}", whole=f"reconciler show {word}"))
    text = plan_in(form, plan, frame, refused=refused, schemas=frontdesk())
    assert_reads(form, text)
    assert plan_in(form, plan, frame, refused=refused, schemas=frontdesk()) == text


@pytest.mark.parametrize("form", PLAN_FORMS)
@pytest.mark.parametrize("worst", WORST)
def test_each_of_the_worst_in_every_place(form: str, worst: str) -> None:
    """One after the other, in all places at once: what was missed by chance is not missed here."""
    told = error(worst, worst, worst, file=worst, line=1, column=1, key=worst, field=worst)
    long_text = f"{worst}\n" * 9
    fields = (
        shown(worst, worst, f"{worst}2"),
        shown("instructions", long_text, f"{long_text}\n{worst}\nend"),
        shown("facts", {worst: worst}, {worst: [worst]}),
        shown("greeting", None, worst),
        shown("title", worst, None, op="clear"),
    )
    same = {"name": worst, "file": worst, "fields": fields, "releases": (worst,), "diagnostics": (told,)}
    changes = [replace(reception(), key=f"{worst}/{at}", **same) for at in range(4)]
    changes += [replace(after_hours(), key=worst, **same), replace(sales(), key=f"b{worst}", **same)]
    changes += [replace(lettings(), key=f"c{worst}", moved_from=worst, name=worst)]
    plan = Plan(environment=worst, lineage=None, changes=tuple(changes), diagnostics=(told,))
    text = plan_in(form, plan, Frame(), refused=(told,))
    assert_reads(form, text)
    if form in ("markdown", "html"):
        assert "identical in 4 assistants" in text.lower()


@pytest.mark.parametrize("form", VALIDATION_FORMS)
@SLOW
@given(diagnostics=DIAGNOSTICS, files=st.lists(TEXT, max_size=2), source=TEXT)
def test_any_finding_in_any_form(form: str, diagnostics: list[Diagnostic], files: list[str], source: str) -> None:
    """What `validate` says, whatever stands in the documents and whatever they are called."""
    text = validation_in(
        form, diagnostics, Frame(), environment=source, documents=files, sources=lambda file: f"{source}\n{source}"
    )
    assert_reads(form, text)


@pytest.mark.parametrize("form", sorted({*PLAN_FORMS, *VALIDATION_FORMS} - {"text", "json"}))
@SLOW
@given(diagnostics=DIAGNOSTICS)
def test_any_failure_in_any_form(form: str, diagnostics: list[Diagnostic]) -> None:
    """Why there is no plan is told where the plan would stand; GitLab's counts alone have no words for it."""
    text = failure_in(form, diagnostics)
    assert (text is None) == (form == "gitlab-terraform")
    if text is not None:
        assert_reads(form, text)


@pytest.mark.parametrize("forms", [PLAN_FORMS, VALIDATION_FORMS])
def test_a_form_that_is_none_is_refused(forms: tuple[str, ...]) -> None:
    """A misspelt form is a bug of the caller, and is not taken for another."""
    assert "yaml" not in forms
    with pytest.raises(ValueError, match="yaml"):
        plan_in("yaml", Plan(environment="default", lineage=None), Frame())
