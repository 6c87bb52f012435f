"""`ci comment`: the plan as the one comment of its environment on a pull request.

What stood there is replaced in any case: by the plan, by "No changes.", or by the reasons why there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import field, replace
from pathlib import Path

import click

from reconciler.canonical import Json
from reconciler.commands.gather import gather, reasons_to_refuse, refusal
from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.pipeline import (
    counts_text,
    forge_at,
    place_here,
    project_below,
    write_outputs,
    write_summary,
)
from reconciler.commands.planning_forms import command_line, most_of_a_post, size_option
from reconciler.commands.planning_options import Asked, planning_options
from reconciler.commands.saving import load, save
from reconciler.config import Project, open_project, open_store
from reconciler.errors import ConfigError, Diagnostic, ReconcilerError, UsageError, error
from reconciler.forge.place import Place
from reconciler.forge.upsert import Done, put_comment
from reconciler.frozen import dataclass
from reconciler.model import Plan
from reconciler.planfile import plan_file, plan_to_json, read_plan_file
from reconciler.render.escape import json_text, terminal_safe
from reconciler.render.forms import failure_in, plan_in
from reconciler.render.frame import Frame, Next
from reconciler.render.markdown_safe import code_span
from reconciler.render.masking import masked


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What there is to post. `digest` is None where there is no plan; `failed` is raised once that is posted."""

    environment: str
    markdown: str
    digest: str | None = None
    summary: dict[str, Json] = field(default_factory=dict)
    changed: bool = False
    failed: ReconcilerError | None = None


@verb(
    "comment",
    epilog="""\b
Examples:
  reconciler ci comment --dry-run
  reconciler ci comment change.plan
  reconciler -e production ci comment --refresh --out change.plan
  reconciler ci comment --summary-only""",
)
@click.argument("planfile", required=False, type=click.Path(path_type=Path), metavar="[PLANFILE]")
@planning_options
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Save the plan as well.")
@click.option("--pull", type=click.IntRange(min=1), metavar="N", help="The pull request. [the pipeline's]")
@click.option("--summary-only", is_flag=True, help="Write GitHub's step summary and outputs, and post nothing.")
@click.option("--dry-run", is_flag=True, help="Print what would be posted, and write nothing.")
@size_option
def comment(
    invocation: Invocation,
    asked: Asked,
    planfile: Path | None,
    out: Path | None,
    pull: int | None,
    summary_only: bool,
    dry_run: bool,
    max_bytes: int | None,
) -> int:
    """Post the plan as the one comment of its environment on a pull request, or bring that one up to date.

    Without PLANFILE it plans first, as `plan` does. "No changes." is posted too, and so is why there is no plan. A run
    for a commit that is not the newest any more posts nothing. In GitHub Actions the report also goes to the summary of
    the run, and `changed`, `counts`, `digest` and `plan-file` to the outputs of the step.
    """
    if planfile is not None and (out is not None or not asked.is_default):
        told = "a saved plan is posted as it stands: options that shape a plan have no meaning with PLANFILE"
        raise UsageError(error("usage", told))
    report = _report(invocation, asked, planfile, out, most=max_bytes or most_of_a_post(invocation))
    if dry_run:
        invocation.result(report.markdown)
    else:
        _publish(invocation, report, planfile or out, pull, summary_only=summary_only)
    if report.failed is not None:
        raise report.failed
    return 0


def _report(invocation: Invocation, asked: Asked, planfile: Path | None, out: Path | None, *, most: int) -> Report:
    try:
        project = open_project(invocation)
        if planfile is not None:
            plan = _saved(invocation, planfile)
            refused: tuple[Diagnostic, ...] = ()
            why_not = None
        else:
            store = open_store(project)
            gathered = gather(project, store, asked)
            plan, refused = gathered.plan, reasons_to_refuse(gathered, asked.overrides)
            why_not = refusal(gathered, refused) if refused else None
    except UsageError:
        raise
    except ReconcilerError as failed:
        return Report(
            environment=invocation.environment or "default",
            markdown=failure_in("markdown", failed.diagnostics) or "",
            failed=failed,
        )
    if out is not None and not refused:
        save(invocation.directory, out, json_text(plan_file(plan)), mode=0o600)
    report = _planned(invocation, project, plan, refused, most)
    return replace(report, failed=why_not)


def _saved(invocation: Invocation, planfile: Path) -> Plan:
    plan = read_plan_file(load(invocation.directory, planfile), where=str(planfile))
    if invocation.environment not in (None, plan.environment):
        told = f"this is a plan of the environment {plan.environment}, not of {invocation.environment}"
        raise UsageError(error("other-environment", told, file=str(planfile)))
    return plan


def _planned(invocation: Invocation, project: Project, plan: Plan, refused: Sequence[Diagnostic], most: int) -> Report:
    shown = masked(plan, project.schemas)
    commands = Next(apply=command_line(invocation, "apply"), whole=command_line(invocation, "plan"))
    frame = Frame(most=most, commands=commands, below=invocation.below)
    told = plan_to_json(shown)
    summary = told["summary"]
    assert isinstance(summary, dict)
    return Report(
        environment=plan.environment,
        markdown=plan_in("markdown", shown, frame, refused=refused, schemas=project.schemas),
        digest=str(told["digest"]),
        summary=summary,
        changed=not plan.is_empty,
    )


def _publish(
    invocation: Invocation, report: Report, planfile: Path | None, pull: int | None, *, summary_only: bool
) -> None:
    """The run's summary and outputs first: they stand even where nothing can be posted."""
    environ = invocation.environ
    title = f"Environment {code_span(report.environment)}: " if report.digest is None else ""
    write_summary(environ, title + report.markdown if title else report.markdown)
    counts = {"changed": "true" if report.changed else "false", "counts": counts_text(report.summary)}
    saved = planfile is not None and (invocation.directory / planfile).exists() and report.digest is not None
    write_outputs(environ, {**counts, "digest": report.digest or "", "plan-file": str(planfile) if saved else ""})
    if summary_only:
        return
    place = place_here(environ, pull=pull)
    if place.pull is None:
        raise ConfigError(
            error(
                "no-pull-request",
                "this run is about no pull request, so there is nowhere to post the plan",
                "Run it on pull requests, name one with `--pull N`, or post nothing with `--summary-only`.",
            )
        )
    _post(invocation, place, place.pull, report, newest=pull is None)


def _post(invocation: Invocation, place: Place, pull: int, report: Report, *, newest: bool) -> None:
    facts = {"project": project_below(invocation.directory), "environment": report.environment}
    # a person who names a pull request posts what they have at hand, whatever its newest commit is
    facts |= {"commit": place.commit} if newest and place.commit else {}
    facts |= {"digest": report.digest} if report.digest else {}
    with closing(forge_at(place)) as forge:
        posted = put_comment(forge, pull, facts, f"{report.markdown}{_signed(place, report)}")
    if posted.done is Done.SUPERSEDED:
        invocation.progress(f"Nothing posted: #{pull} has a newer commit than {place.commit}.")
        return
    where = f": {posted.url}" if posted.url else ""
    invocation.progress(terminal_safe(f"{forge.name}: comment on #{pull} {posted.done.value}{where}"))


def _signed(place: Place, report: Report) -> str:
    """What a reader must know of the report besides: for which commit, by which run."""
    lines = [f"Environment {code_span(report.environment)}"] if report.digest is None else []
    lines += [f"Commit {code_span(place.commit)}"] if place.commit else []
    lines += [f"[Run]({place.run})"] if place.run else []
    return f"\n{' · '.join(lines)}\n" if lines else ""
