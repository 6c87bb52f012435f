"""Every form that a result can be asked for in, by its name: what `-o` takes. Pure.

A form is for a reader: people at a terminal, programs, reviewers of a pull request, a pipeline's log, a forge's report.
A failure has all of them too, so that a pipeline shows why nothing was planned where it would have shown the plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from reconciler.errors import Diagnostic
from reconciler.model import Plan
from reconciler.planfile import plan_to_json
from reconciler.render.annotations import render_annotations
from reconciler.render.diagnostics_text import Sources, diagnostic_lines, tally
from reconciler.render.escape import json_text
from reconciler.render.fitting import GITHUB, fitted, lines_section
from reconciler.render.html_page import listing, page, plain
from reconciler.render.junit import render_junit
from reconciler.render.plan_html import render_plan_html
from reconciler.render.plan_markdown import render_plan_markdown
from reconciler.render.plan_text import render_plan, total_lines
from reconciler.render.reports import code_quality, gitlab_terraform, sarif
from reconciler.render.review import Next
from reconciler.render.validation import diagnostics_to_json, render_validation, verdict
from reconciler.schemas import SchemaSet

PLAN_FORMS = ("text", "json", "markdown", "html", "github", "sarif", "codequality", "gitlab-terraform")
VALIDATION_FORMS = ("text", "json", "github", "sarif", "codequality", "junit")


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What surrounds a result. `color`, `width` and `verbose` are for text (see `plan_text`), `most` is the size that
    Markdown must fit into, in bytes, and `below` the project's folder in the repository, empty or with a slash at its
    end: forges want paths from there."""

    color: bool = False
    width: int | None = None
    verbose: int = 0
    most: int = GITHUB
    below: str = ""
    commands: Next = field(default_factory=Next)


def plan_in(
    form: str, plan: Plan, frame: Frame, *, refused: Sequence[Diagnostic] = (), schemas: SchemaSet | None = None
) -> str:
    """A plan, masked already, in one of PLAN_FORMS. `refused` says why it must not be applied; text leaves that out,
    since a person is told of it after the plan."""
    told = (*plan.diagnostics, *refused)
    match form:
        case "text":
            return render_plan(plan, color=frame.color, width=frame.width, verbose=frame.verbose, schemas=schemas)
        case "json":
            return json_text(plan_to_json(replace(plan, diagnostics=told)))
        case "github":
            unique = list(dict.fromkeys(told))
            return render_annotations(unique, verdict=list(total_lines(plan))[-1], below=frame.below)
        case "gitlab-terraform":
            return json_text(gitlab_terraform(plan))
        case "markdown" | "html":
            digest = str(plan_to_json(plan)["digest"])
            if form == "html":
                return render_plan_html(plan, digest=digest, refused=refused, schemas=schemas, commands=frame.commands)
            return render_plan_markdown(
                plan, digest=digest, refused=refused, schemas=schemas, most=frame.most, commands=frame.commands
            )
        case _:
            return _report(form, list(dict.fromkeys(told)), frame.below)


def validation_in(
    form: str,
    diagnostics: Sequence[Diagnostic],
    frame: Frame,
    *,
    environment: str,
    documents: Sequence[str],
    sources: Sources | None = None,
) -> str:
    """What `validate` found in one of VALIDATION_FORMS; `documents` are the files that were looked at."""
    match form:
        case "text":
            return render_validation(diagnostics, documents=len(documents), color=frame.color, sources=sources)
        case "json":
            return json_text(diagnostics_to_json(environment, diagnostics, documents=len(documents)))
        case "github":
            told = verdict(diagnostics, documents=len(documents))
            return render_annotations(diagnostics, verdict=told, below=frame.below)
        case "junit":
            return render_junit(diagnostics, documents=documents, below=frame.below)
        case _:
            return _report(form, diagnostics, frame.below)


def failure_in(form: str, diagnostics: Sequence[Diagnostic], *, below: str = "") -> str | None:
    """Why there is no result, in the form of the result; None where the form has no words for it."""
    title = f"Failed: {tally(diagnostics)}."
    match form:
        case "markdown":
            section = lines_section("list of errors", "Errors", lambda: list(diagnostic_lines(diagnostics)))
            return fitted(
                f"### {title}", [section], "---\nNothing was changed.", most=GITHUB, whole="reconciler validate"
            )
        case "html":
            told = listing("Errors", list(diagnostic_lines(diagnostics)), "alarm")
            foot = "<p>Nothing was changed.</p>"
            return page(title=title, head=[f"<h1>{plain(title)}</h1>"], sections=[told], foot=foot)
        case "github":
            return render_annotations(diagnostics, verdict=title, below=below)
        case "junit":
            return render_junit(diagnostics, documents=(), below=below)
        case "sarif" | "codequality":
            return _report(form, diagnostics, below)
        case _:
            return None


def _report(form: str, diagnostics: Sequence[Diagnostic], below: str) -> str:
    if form == "sarif":
        return json_text(sarif(diagnostics, below=below))
    if form == "codequality":
        return json_text(code_quality(diagnostics, below=below))
    raise ValueError(form)
