"""`plan`: what would change, exactly, and nothing is changed. Needs no network and no key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from reconciler.commands.gather import Gathered, gather, reasons_to_refuse, without_the_shown
from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.planning_options import Asked, planning_options
from reconciler.commands.saving import save
from reconciler.config import open_project, open_store
from reconciler.errors import PlanRefusedError
from reconciler.planfile import plan_file, plan_to_json
from reconciler.planning import Overrides
from reconciler.render.escape import json_text, terminal_safe
from reconciler.render.masking import masked
from reconciler.render.plan_text import render_plan


@verb(
    "plan",
    outputs=("text", "json"),
    epilog="""\b
Examples:
  reconciler plan
  reconciler plan --target 'acme/*'
  reconciler plan --out change.plan && reconciler apply change.plan
  reconciler plan --to-previous acme/sales-en
  reconciler plan --detailed-exitcode -o json""",
)
@planning_options
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Save it for `apply FILE`."
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where there are changes.")
def plan(invocation: Invocation, asked: Asked, out: Path | None, detailed_exitcode: bool) -> int:
    """Show exactly what would change, and change nothing.

    Compares the documents with what was last applied; without --refresh it needs no network and no key, so a fork's
    pull request can be planned. A plan saved with --out is applied as it was shown, or refused if what it was made from
    has moved.
    """
    project = open_project(invocation)
    gathered = gather(project, open_store(project), asked)
    try:
        show_or_refuse(invocation, gathered, asked.overrides)
    except PlanRefusedError:
        if out is not None:
            old = "; the file there is an older one" if out.exists() else ""
            invocation.progress(terminal_safe(f"Not saved to {out}{old}."))
        raise
    if out is not None:
        save(out, json_text(plan_file(gathered.plan)), mode=0o600)
        invocation.progress(terminal_safe(f"Saved the plan. To do exactly this: reconciler apply {out}"))
    return 2 if detailed_exitcode and not gathered.plan.is_empty else 0


def show_or_refuse(invocation: Invocation, gathered: Gathered, overrides: Overrides) -> None:
    """Print the plan in the form that was asked for, and then raise PlanRefusedError where it must not be applied."""
    refused = reasons_to_refuse(gathered, overrides)
    schemas = gathered.project.schemas
    shown = masked(gathered.plan, schemas)
    if invocation.output == "json":
        # a program reads stdout alone, so the reasons stand in there as well
        invocation.result(json_text(plan_to_json(replace(shown, diagnostics=(*shown.diagnostics, *refused)))))
    else:
        color, width, verbose = invocation.color, invocation.width, invocation.verbose
        invocation.result(render_plan(shown, color=color, width=width, verbose=verbose, schemas=schemas))
        refused = without_the_shown(refused, gathered.plan)
    if refused:
        raise PlanRefusedError(*refused)
