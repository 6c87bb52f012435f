"""`ci issue`: the audit as the one issue of its environment, closed when there is nothing to tell any more."""

from __future__ import annotations

from contextlib import closing

import click

from reconciler.commands.drift import audit_of, ways_of
from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.pipeline import (
    counts_text,
    forge_at,
    place_here,
    project_below,
    write_outputs,
    write_summary,
)
from reconciler.commands.planning_forms import most_of_a_post
from reconciler.config import open_project
from reconciler.forge.upsert import Done, put_issue
from reconciler.planfile import audit_to_json
from reconciler.planning.audit import Audit
from reconciler.render.drift_markdown import render_audit_markdown
from reconciler.render.escape import terminal_safe

_TOLD = {
    Done.CREATED: "issue opened",
    Done.UPDATED: "issue updated",
    Done.UNCHANGED: "the issue says so already",
    Done.CLOSED: "issue closed",
    Done.NOTHING: "no issue is open",
}


@verb(
    "issue",
    epilog="""\b
Examples:
  reconciler ci issue --dry-run
  reconciler -e production ci issue --ignore voice_stability""",
)
@click.option("--target", "targets", multiple=True, metavar="KEY", help="Only this key (or glob); repeatable.")
@click.option("--ignore", multiple=True, metavar="FIELD", help="Do not look at this field; repeatable.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where there is drift.")
@click.option("--summary-only", is_flag=True, help="Write GitHub's step summary and outputs, and post nothing.")
@click.option("--dry-run", is_flag=True, help="Print what would be posted, and write nothing.")
def issue(
    invocation: Invocation,
    targets: tuple[str, ...],
    ignore: tuple[str, ...],
    detailed_exitcode: bool,
    summary_only: bool,
    dry_run: bool,
) -> int:
    """Post what the portal changed behind Git's back as the one issue of the environment, or bring that up to date.

    Reads the whole account, as `drift` does. Where there is no drift, the issue is closed; where it comes back, the
    same one is opened again. In GitHub Actions the report also goes to the summary of the run, and `changed` and
    `counts` to the outputs of the step.
    """
    project = open_project(invocation)
    audit = audit_of(project, targets, ignore)
    report = render_audit_markdown(audit, most=most_of_a_post(invocation), ways=ways_of(invocation))
    if dry_run:
        invocation.result(report)
    else:
        _publish(invocation, audit, report)
        if not summary_only:
            _post(invocation, audit, report)
    return 2 if detailed_exitcode and audit.has_drift else 0


def _publish(invocation: Invocation, audit: Audit, report: str) -> None:
    environ = invocation.environ
    write_summary(environ, report)
    summary = audit_to_json(audit)["summary"]
    assert isinstance(summary, dict)
    changed = "true" if audit.has_drift else "false"
    write_outputs(environ, {"changed": changed, "counts": counts_text(summary)})


def _post(invocation: Invocation, audit: Audit, report: str) -> None:
    place = place_here(invocation.environ)
    facts = {"project": project_below(invocation.directory), "environment": audit.environment}
    run = f"\n[Run]({place.run})\n" if place.run else ""
    with closing(forge_at(place)) as forge:
        # the run's address differs every night: it is told with news alone
        posted = put_issue(forge, facts, title=_title(facts), text=report, footer=run, is_open=audit.has_drift)
    where = f": {posted.url}" if posted.url else ""
    invocation.progress(terminal_safe(f"{forge.name}: {_TOLD[posted.done]}{where}"))


def _title(facts: dict[str, str]) -> str:
    below = "" if facts["project"] == "." else f" of {facts['project']}"
    return f"Drift in {facts['environment']}{below}"
