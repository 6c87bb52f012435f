"""`show`: a saved plan, read again; or what another plan would do otherwise."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.planning_forms import command_line, frame_of, size_option
from reconciler.commands.saving import load
from reconciler.config import find_schemas
from reconciler.errors import UsageError, error
from reconciler.model import Plan
from reconciler.planfile import plan_difference, read_plan_file
from reconciler.render.difference import difference_to_json, render_difference
from reconciler.render.escape import json_text
from reconciler.render.forms import PLAN_FORMS, plan_in
from reconciler.render.frame import Next
from reconciler.render.masking import masked

_FORMS = "Choose text or json; what two plans do differently is told in no other form."


@verb(
    "show",
    outputs=PLAN_FORMS,
    epilog="""\b
Examples:
  reconciler show change.plan
  reconciler show change.plan -o html > change.html
  reconciler show approved.plan --against now.plan --detailed-exitcode""",
)
@click.argument("planfile", type=click.Path(path_type=Path))
@click.option("--against", type=click.Path(path_type=Path), metavar="FILE", help="What this later plan does otherwise.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where the plan has changes, or the two plans differ.")
@size_option
def show(
    invocation: Invocation, planfile: Path, against: Path | None, detailed_exitcode: bool, max_bytes: int | None
) -> int:
    """Show a plan that `plan --out` saved; needs no documents, state or network.

    With --against: what changed since that plan was approved.
    """
    plan = _read(invocation, planfile)
    if against is None:
        name = str(planfile)
        commands = Next(apply=command_line(invocation, "apply", name), whole=command_line(invocation, "show", name))
        frame = frame_of(invocation, max_bytes=max_bytes, commands=commands)
        invocation.result(plan_in(invocation.output, plan, frame))
        return 2 if detailed_exitcode and not plan.is_empty else 0
    found = plan_difference(plan, _read(invocation, against))
    if invocation.output == "json":
        invocation.result(json_text(difference_to_json(found)))
    elif invocation.output != "text":
        raise UsageError(error("no-such-form", f"`--against` has no output form `{invocation.output}`", _FORMS))
    else:
        names = {"first": str(planfile), "second": str(against)}
        invocation.result(render_difference(found, color=invocation.color, **names))
    return 2 if detailed_exitcode and found else 0


def _read(invocation: Invocation, planfile: Path) -> Plan:
    plan = read_plan_file(load(invocation.directory, planfile), where=str(planfile))
    return masked(plan, find_schemas(invocation.directory))
