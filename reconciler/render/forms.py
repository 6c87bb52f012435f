"""Every form that a result can be asked for in, by its name: what `-o` takes. Pure.

A form is for a reader: people at a terminal, programs, reviewers of a pull request, a pipeline's log, a forge's report.
A failure has all of them too, so that a pipeline shows why nothing was planned where it would have shown the plan.
A form's renderer is imported when it is asked for: all of them are a tenth of the time that a small plan takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.errors import Diagnostic
from reconciler.model import Plan
from reconciler.render.escape import json_text
from reconciler.render.frame import GITHUB, Frame
from reconciler.schemas import SchemaSet

if TYPE_CHECKING:
    from reconciler.render.diagnostics_text import Sources

PLAN_FORMS = ("text", "json", "markdown", "html", "github", "sarif", "codequality", "gitlab-terraform")
VALIDATION_FORMS = ("text", "json", "github", "sarif", "codequality", "junit")


def plan_in(
    form: str, plan: Plan, frame: Frame, *, refused: Sequence[Diagnostic] = (), schemas: SchemaSet | None = None
) -> str:
    """A plan, masked already, in one of PLAN_FORMS. `refused` says why it must not be applied; text leaves that out,
    since a person is told of it after the plan."""
    told = (*plan.diagnostics, *refused)
    match form:
        case "text":
            from reconciler.render.plan_text import render_plan

            return render_plan(plan, color=frame.color, width=frame.width, verbose=frame.verbose, schemas=schemas)
        case "json":
            from reconciler.planfile import plan_to_json

            return json_text(plan_to_json(replace(plan, diagnostics=told)))
        case "github":
            from reconciler.render.annotations import render_annotations
            from reconciler.render.plan_text import total_lines

            unique = list(dict.fromkeys(told))
            return render_annotations(unique, verdict=list(total_lines(plan))[-1], below=frame.below)
        case "gitlab-terraform":
            from reconciler.render.reports import gitlab_terraform

            return json_text(gitlab_terraform(plan))
        case "markdown" | "html":
            return _for_reviewers(form, plan, frame, refused, schemas)
        case _:
            return _report(form, list(dict.fromkeys(told)), frame.below)


def _for_reviewers(
    form: str, plan: Plan, frame: Frame, refused: Sequence[Diagnostic], schemas: SchemaSet | None
) -> str:
    from reconciler.planfile import plan_to_json

    digest = str(plan_to_json(plan)["digest"])
    if form == "html":
        from reconciler.render.plan_html import render_plan_html

        return render_plan_html(plan, digest=digest, refused=refused, schemas=schemas, commands=frame.commands)
    from reconciler.render.plan_markdown import render_plan_markdown

    return render_plan_markdown(
        plan, digest=digest, refused=refused, schemas=schemas, most=frame.most, commands=frame.commands
    )


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
    from reconciler.render.validation import diagnostics_to_json, render_validation, verdict

    match form:
        case "text":
            return render_validation(diagnostics, documents=len(documents), color=frame.color, sources=sources)
        case "json":
            return json_text(diagnostics_to_json(environment, diagnostics, documents=len(documents)))
        case "github":
            from reconciler.render.annotations import render_annotations

            told = verdict(diagnostics, documents=len(documents))
            return render_annotations(diagnostics, verdict=told, below=frame.below)
        case "junit":
            from reconciler.render.junit import render_junit

            return render_junit(diagnostics, documents=documents, below=frame.below)
        case _:
            return _report(form, diagnostics, frame.below)


def failure_in(form: str, diagnostics: Sequence[Diagnostic], *, below: str = "") -> str | None:
    """Why there is no result, in the form of the result; None where the form has no words for it."""
    from reconciler.render.annotations import render_annotations
    from reconciler.render.diagnostics_text import diagnostic_lines, tally
    from reconciler.render.fitting import fitted, lines_section
    from reconciler.render.html_page import listing, page, plain
    from reconciler.render.junit import render_junit

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
    from reconciler.render.reports import code_quality, sarif

    if form == "sarif":
        return json_text(sarif(diagnostics, below=below))
    if form == "codequality":
        return json_text(code_quality(diagnostics, below=below))
    raise ValueError(form)
