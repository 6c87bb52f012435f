"""`plan`: what would change, exactly, and nothing is changed. Needs no network and no key."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.commands.gather import Gathered, gather, reasons_to_refuse, refusal, without_the_shown
from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.planning_forms import command_line, frame_of, size_option
from reconciler.commands.planning_options import Asked, planning_options
from reconciler.commands.saving import save
from reconciler.commands.ways_out import in_place, plan_in_place
from reconciler.config import open_project, open_store
from reconciler.errors import PlanRefusedError
from reconciler.planning import Overrides
from reconciler.render.escape import json_text, terminal_safe
from reconciler.render.forms import PLAN_FORMS, plan_in
from reconciler.render.frame import Next
from reconciler.render.masking import masked


@verb(
    "plan",
    outputs=PLAN_FORMS,
    epilog="""\b
Examples:
  reconciler plan
  reconciler plan --target 'acme/*'
  reconciler plan --out change.plan && reconciler apply change.plan
  reconciler plan --to-previous acme/sales-en
  reconciler plan --detailed-exitcode -o json
  reconciler plan -o markdown > comment.md""",
)
@planning_options
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Save it for `apply FILE`."
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where there are changes.")
@size_option
def plan(invocation: Invocation, asked: Asked, out: Path | None, detailed_exitcode: bool, max_bytes: int | None) -> int:
    """Show exactly what would change, and change nothing.

    Compares the documents with what was last applied; without --refresh it needs no network and no key, so a fork's
    pull request can be planned. A plan saved with --out is applied as it was shown, or refused if what it was made from
    has moved.
    """
    project = open_project(invocation)
    gathered = gather(project, open_store(project), asked, tell=invocation.progress)
    click.get_current_context().meta[__name__] = gathered  # to let go of ten thousand keys takes 4 ms
    try:
        show_or_refuse(invocation, gathered, asked.overrides, out=out, max_bytes=max_bytes)
    except PlanRefusedError:
        if out is not None:
            old = "; the file there is an older one" if (invocation.directory / out).exists() else ""
            invocation.progress(terminal_safe(f"Not saved to {out}{old}."))
        raise
    if out is not None:
        from reconciler.planfile import plan_file

        save(invocation.directory, out, json_text(plan_file(gathered.plan)), mode=0o600)
        invocation.progress(terminal_safe(f"Saved the plan. To do exactly this: reconciler apply {out}"))
    return 2 if detailed_exitcode and not gathered.plan.is_empty else 0


def show_or_refuse(
    invocation: Invocation,
    gathered: Gathered,
    overrides: Overrides,
    *,
    out: Path | None = None,
    max_bytes: int | None = None,
) -> None:
    """Print the plan in the form that was asked for, and then raise PlanRefusedError where it must not be applied.

    `out` is where the plan will be saved, for the command that does it.
    """
    refused = reasons_to_refuse(gathered, overrides)
    schemas = gathered.project.schemas
    live = ["--refresh"] if gathered.plan.refreshed else []
    then = [*live] if out is None else [str(out)]
    commands = Next(apply=command_line(invocation, "apply", *then), whole=command_line(invocation, "plan", *live))
    frame = frame_of(invocation, max_bytes=max_bytes, commands=commands)
    shown = plan_in_place(invocation, masked(gathered.plan, schemas))
    # whoever reads stdout alone finds the reasons there as well; a person is told of them after the plan
    invocation.result(plan_in(invocation.output, shown, frame, refused=in_place(invocation, refused), schemas=schemas))
    if invocation.output == "text":
        refused = without_the_shown(refused, gathered.plan)
    if refused:
        raise refusal(gathered, refused)
