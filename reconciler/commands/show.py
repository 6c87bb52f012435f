"""`show`: a saved plan, read again."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.saving import load
from reconciler.planfile import plan_to_json, read_plan_file
from reconciler.render.escape import json_text
from reconciler.render.plan_text import render_plan


@verb("show", outputs=("text", "json"), epilog="\b\nExample:\n  reconciler show change.plan")
@click.argument("planfile", type=click.Path(path_type=Path))
def show(invocation: Invocation, planfile: Path) -> int:
    """Show a plan that `plan --out` saved; needs no documents, state or network."""
    plan = read_plan_file(load(planfile), where=str(planfile))
    if invocation.output == "json":
        invocation.result(json_text(plan_to_json(plan)))
    else:
        color, width, verbose = invocation.color, invocation.width, invocation.verbose
        invocation.result(render_plan(plan, color=color, width=width, verbose=verbose))
    return 0
