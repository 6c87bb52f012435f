"""What people and programs see, pinned by files: a change of a format is a change of a file in review."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from typing import Any

import pytest

from reconciler.documents.tracing import Reference, Stated
from reconciler.errors import Diagnostic, error, note, warning
from reconciler.model import Plan, Position
from reconciler.planfile import plan_difference, plan_file, plan_to_json, read_plan_file
from reconciler.render.diagnostics_text import render_diagnostics
from reconciler.render.difference import difference_to_json
from reconciler.render.escape import json_text
from reconciler.render.forms import PLAN_FORMS, VALIDATION_FORMS, failure_in, plan_in, validation_in
from reconciler.render.frame import Frame
from reconciler.render.outcome import outcome_to_json, render_outcome
from reconciler.render.plan_text import render_plan
from reconciler.render.validation import diagnostics_to_json, render_validation
from reconciler.render.why import Explanation, Known, render_why, why_to_json
from tests.planfile.plans import every_kind
from tests.render.golden_files import FOLDER, check_golden
from tests.render.outcomes import BROKEN, DONE
from tests.render.reviews import agency, crowd, prompt
from tests.support.formats import assert_format
from tests.support.frontdesk import frontdesk

DOCUMENT = """title: Reception
minutes: 3
report_url: example
facts: {city: Leeds}
"""
PROBLEMS = (
    error("schema", "must be at least 5, not 3", file="assistants/reception.yaml", line=2, column=10, field="minutes"),
    error(
        "schema",
        "`report_url` is not an address",
        "An address starts with https://.",
        file="assistants/reception.yaml",
        line=3,
        column=13,
    ),
    warning("placeholder-unused", "the fact `city` is used in no text", file="assistants/reception.yaml", line=4),
    note("no-live", "live was not read", key="dental/reception"),
    error("bad-encoding", "the file is no UTF-8", file="assistants/summer.yaml"),
)


def sources(file: str) -> str | None:
    return DOCUMENT if file == "assistants/reception.yaml" else None


def validated(form: str) -> str:
    documents = ["assistants/reception.yaml", "assistants/summer.yaml"]
    return validation_in(form, PROBLEMS, Frame(), environment="default", documents=documents, sources=sources)


WHY = Explanation(
    environment="production",
    key="dental/reception",
    field="instructions",
    status="set",
    value=prompt("mill-lane"),
    stated=(
        Stated(
            layer="environment",
            place=Position(file="assistants/dental/reception.yaml", line=20, column=21),
            written="${file:prompts/mill-lane.md}",
        ),
        Stated(layer="base", place=Position(file="assistants/_base.yaml", line=4, column=15), written="Be kind."),
    ),
    reference=Reference(scheme="file", name="prompts/mill-lane.md", file="assistants/dental/prompts/mill-lane.md"),
    reference_place=Position(file="assistants/dental/prompts/mill-lane.md", line=1, column=1),
    default=Known(there=True, value="You are helpful."),
    default_place=Position(file="schemas/assistant.schema.json", line=77, column=18),
    last_applied=Known(there=True, value="Be kind.", same=False, when="2026-11-03T09:18:42Z"),
    live=Known(there=False),
    seed=True,
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("plan.txt", render_plan(every_kind(), schemas=frontdesk())),
        ("plan-verbose.txt", render_plan(every_kind(), verbose=1)),
        ("plan-terminal.txt", render_plan(every_kind(), color=True, width=60, schemas=frontdesk())),
        ("plan.json", json_text(plan_to_json(every_kind()))),
        ("plan.md", plan_in("markdown", every_kind(), Frame(), schemas=frontdesk())),
        ("plan-agency.md", plan_in("markdown", agency(), Frame())),
        ("plan-small.md", plan_in("markdown", crowd(40), Frame(most=5_000))),
        ("plan.html", plan_in("html", every_kind(), Frame(), schemas=frontdesk())),
        ("plan-github.txt", plan_in("github", every_kind(), Frame(below="voice/"))),
        ("plan-sarif.json", plan_in("sarif", every_kind(), Frame(below="voice/"))),
        ("plan-codequality.json", plan_in("codequality", every_kind(), Frame())),
        ("plan-gitlab-terraform.json", plan_in("gitlab-terraform", every_kind(), Frame())),
        ("validation-github.txt", validated("github")),
        ("validation-sarif.json", validated("sarif")),
        ("validation-codequality.json", validated("codequality")),
        ("validation-junit.xml", validated("junit")),
        ("failure.md", failure_in("markdown", PROBLEMS) or ""),
        ("no-changes.txt", render_plan(Plan(environment="default", lineage=None))),
        ("diagnostics.txt", render_diagnostics(PROBLEMS, sources=sources)),
        ("validation.json", json_text(diagnostics_to_json("default", PROBLEMS, documents=2))),
        ("why.txt", render_why(WHY)),
        ("why-terminal.txt", render_why(WHY, color=True, width=60, verbose=1)),
        ("why.json", json_text(why_to_json(WHY))),
        ("difference.json", json_text(difference_to_json(plan_difference(every_kind(), agency())))),
        ("outcome-done.txt", render_outcome(DONE)),
        ("outcome-broken.txt", render_outcome(BROKEN, color=True, sources=sources)),
        ("outcome-broken.json", json_text(outcome_to_json("production", BROKEN))),
    ],
    ids=lambda value: value if len(value) < 30 else "",
)
def test_what_is_printed_is_what_was_agreed(name: str, text: str) -> None:
    """Every renderer's output on the same plan, problems and outcome is the golden file, to the byte."""
    check_golden(name, text)


def test_a_saved_plan_of_format_1_0_stays_readable() -> None:
    """A plan file that version 0.1.0 wrote means what it meant then, and is written the same today."""
    written: Any = plan_file(every_kind())
    check_tool = {**written, "tool": {"name": "reconciler", "version": "0.1.0"}}
    stored = FOLDER / "plan-file-1.0.json"
    if not stored.exists():
        check_golden(stored.name, json_text(check_tool))
    text = stored.read_text("utf-8")
    assert read_plan_file(text, where=stored.name) == every_kind()
    for part in ("state", "changes", "diagnostics", "digest"):
        assert json.loads(text)[part] == written[part]


def test_shuffled_input_gives_the_same_bytes() -> None:
    """The order in which changes, fields and diagnostics were found shows nowhere."""
    plan, shuffle = every_kind(), random.Random(7)
    for _ in range(20):
        changes = [replace(each, fields=tuple(shuffle.sample(each.fields, len(each.fields)))) for each in plan.changes]
        shuffle.shuffle(changes)
        diagnostics = shuffle.sample(plan.diagnostics, len(plan.diagnostics))
        other = replace(plan, changes=tuple(changes), diagnostics=tuple(diagnostics))
        assert render_plan(other, verbose=1) == render_plan(plan, verbose=1)
    turned: tuple[Diagnostic, ...] = PROBLEMS[::-1]
    assert render_diagnostics(turned, sources=sources) == render_diagnostics(PROBLEMS, sources=sources)
    assert diagnostics_to_json("default", turned, documents=2) == diagnostics_to_json("default", PROBLEMS, documents=2)


@pytest.mark.parametrize("form", PLAN_FORMS)
def test_every_form_of_a_plan_is_the_same_for_the_same_plan(form: str) -> None:
    """Shuffled changes and diagnostics give the same bytes in every form, digest included."""
    plan, shuffle = agency(), random.Random(7)
    for _ in range(5):
        changes = tuple(shuffle.sample(plan.changes, len(plan.changes)))
        other = replace(plan, changes=changes, diagnostics=tuple(shuffle.sample(PROBLEMS, len(PROBLEMS))))
        first = plan_in(form, replace(plan, diagnostics=PROBLEMS), Frame())
        assert plan_in(form, other, Frame()) == first


@pytest.mark.parametrize("form", VALIDATION_FORMS)
def test_every_form_of_a_check_is_the_same_for_the_same_findings(form: str) -> None:
    """The order in which problems were found shows in no form."""
    asked = {"environment": "default", "documents": ["assistants/reception.yaml"], "sources": sources}
    first = validation_in(form, PROBLEMS, Frame(), **asked)  # type: ignore[arg-type]
    assert validation_in(form, PROBLEMS[::-1], Frame(), **asked) == first  # type: ignore[arg-type]


def test_the_verdict_of_a_validation() -> None:
    """Errors are counted in files; without any, the documents are valid, warnings or not."""
    assert render_validation((), documents=4) == "4 documents are valid.\n"
    assert render_validation((), documents=1) == "1 document is valid.\n"
    assert render_validation(PROBLEMS, documents=2).endswith("\n3 errors, 1 warning, 1 note in 2 files\n")
    warned = render_validation(PROBLEMS[2:4], documents=2)
    assert warned.endswith("\n1 warning, 1 note in 1 file\n2 documents are valid.\n")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("plan.json", "plan"),
        ("validation.json", "validation"),
        ("drift.json", "drift"),
        ("why.json", "why"),
        ("difference.json", "difference"),
        ("outcome-broken.json", "apply"),
    ],
)
def test_what_was_agreed_is_what_the_formats_say(name: str, form: str) -> None:
    """The pinned JSON meets the JSON Schema that ships for it; an outcome is the last line of a stream."""
    pinned = json.loads((FOLDER / name).read_text("utf-8"))
    assert_format(form, {"event": "outcome", **pinned} if form == "apply" else pinned)
