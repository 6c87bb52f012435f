"""`show`: a saved plan, read again; or what another plan would do otherwise."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.saving import load
from reconciler.model import Plan
from reconciler.planfile import plan_difference, plan_to_json, read_plan_file
from reconciler.render.difference import difference_to_json, render_difference
from reconciler.render.escape import json_text
from reconciler.render.plan_text import render_plan


@verb(
    "show",
    outputs=("text", "json"),
    epilog="""\b
Examples:
  reconciler show change.plan
  reconciler show approved.plan --against now.plan --detailed-exitcode""",
)
@click.argument("planfile", type=click.Path(path_type=Path))
@click.option("--against", type=click.Path(path_type=Path), metavar="FILE", help="What this later plan does otherwise.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where the plan has changes, or the two plans differ.")
def show(invocation: Invocation, planfile: Path, against: Path | None, detailed_exitcode: bool) -> int:
    """Show a plan that `plan --out` saved; needs no documents, state or network.

    With --against: what changed since that plan was approved.
    """
    plan = _read(planfile)
    if against is None:
        _show(invocation, plan)
        return 2 if detailed_exitcode and not plan.is_empty else 0
    found = plan_difference(plan, _read(against))
    if invocation.output == "json":
        invocation.result(json_text(difference_to_json(found)))
    else:
        names = {"first": str(planfile), "second": str(against)}
        invocation.result(render_difference(found, color=invocation.color, **names))
    return 2 if detailed_exitcode and found else 0


def _read(planfile: Path) -> Plan:
    return read_plan_file(load(planfile), where=str(planfile))


def _show(invocation: Invocation, plan: Plan) -> None:
    if invocation.output == "json":
        invocation.result(json_text(plan_to_json(plan)))
    else:
        color, width, verbose = invocation.color, invocation.width, invocation.verbose
        invocation.result(render_plan(plan, color=color, width=width, verbose=verbose))
