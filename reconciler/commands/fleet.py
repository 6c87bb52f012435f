"""`fleet`: every environment of the project at once; each is one account, with its own key, lock and rate."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reconciler.commands.fleet_options import (
    PASSED,
    flags_of,
    given_argument,
    lock_option,
    only_option,
    options,
    options_of,
    picked,
    schemas_of,
    shard_option,
    workers_option,
)
from reconciler.commands.fleet_queue import enqueue_verb, status_verb, worker_verb
from reconciler.commands.fleet_report import fleet_json, show_fleet
from reconciler.commands.invocation import Invocation, verb, verbs
from reconciler.commands.stopping import stop_on_signals
from reconciler.errors import UsageError, error
from reconciler.fleet.jobs import FleetVerb, Job, Place, worst
from reconciler.fleet.local import run_all
from reconciler.frozen import dataclass
from reconciler.render.escape import json_text
from reconciler.render.fleet_words import job_line

CODES = """\b
Exit codes: the worst of all environments, in this order: 130, 7, 3, 1, 64, 6, 4, 5, 2, 0."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What the options said: which environments, how many at once, and what else is the fleet's own."""

    only: tuple[str, ...]
    shard: tuple[int, int] | None
    workers: int
    on_error: str
    lock_timeout: float


_running = options(
    only_option,
    shard_option,
    workers_option,
    click.option(
        "--on-error",
        type=click.Choice(["continue", "stop"]),
        default="continue",
        show_default=True,
        help="After an environment that failed: go on with the others, or begin no more.",
    ),
    lock_option,
    given_argument,
)
fleet = verbs(
    "fleet",
    told="Plan, apply or audit every environment of the project at once.\n\n"
    "Each is an account: its key is RECONCILER_API_KEY_<ENVIRONMENT>, in capitals, with _ for all else.",
    epilog="""\b
Examples:
  reconciler fleet plan
  reconciler fleet apply -y --only 'eu-*' --workers 8
  reconciler fleet drift --shard 2/5 -o json
  reconciler fleet enqueue apply && reconciler fleet worker --until-empty && reconciler fleet status""",
)


@verb("plan", outputs=("text", "json"), context_settings=PASSED, epilog=CODES)
@_running
def fleet_plan(invocation: Invocation, given: tuple[str, ...], **chosen: Any) -> int:
    """Plan every environment, and show once what many of them share. Takes the options of `plan` as well."""
    return _run(invocation, Chosen(**chosen), "plan", given)


@verb("apply", outputs=("text", "json"), context_settings=PASSED, epilog=CODES)
@click.option("-y", "--auto-approve", is_flag=True, help="Do not ask; needed without a terminal.")
@_running
def fleet_apply(invocation: Invocation, given: tuple[str, ...], auto_approve: bool, **chosen: Any) -> int:
    """Apply every environment. Each is planned, and that plan done. Takes the options of `apply` as well.

    Without -y: plans all of them, shows that, and asks once. An environment that fails keeps no other back, and one
    whose process was killed is begun again.
    """
    if not auto_approve:
        if not sys.stdin.isatty():
            then = "Pass -y to apply without asking; `reconciler fleet plan` shows what would be done."
            raise UsageError(error("needs-approval", "there is no terminal to ask on", then))
        _run(replace(invocation, output="text"), Chosen(**chosen), "plan", given, of="apply")
        click.confirm("\nApply this to every environment above?", abort=True, err=True)
    return _run(invocation, Chosen(**chosen), "apply", given)


@verb("drift", outputs=("text", "json"), context_settings=PASSED, epilog=CODES)
@_running
def fleet_drift(invocation: Invocation, given: tuple[str, ...], **chosen: Any) -> int:
    """Audit every environment: what portals changed behind Git's back. Takes the options of `drift` as well."""
    return _run(invocation, Chosen(**chosen), "drift", given)


for each in (fleet_plan, fleet_apply, fleet_drift, enqueue_verb, worker_verb, status_verb):
    fleet.add_command(each)


def _run(
    invocation: Invocation, chosen: Chosen, name: FleetVerb, given: Sequence[str], *, of: FleetVerb | None = None
) -> int:
    """Run `name` everywhere, with the options of the verb `of`, and show what came of it; the exit code."""
    planning, sending = options_of(of or name, given)
    sends = name != "plan" or "--refresh" in planning
    root, wanted, environs = picked(invocation, only=chosen.only, shard=chosen.shard, sends=sends)
    schemas = schemas_of(invocation, wanted.names[0] if wanted.names else None)
    jobs = [Job(environment=each, verb=name, planning=planning, sending=sending) for each in wanted.names]
    pad = max(map(len, wanted.names), default=0)
    say = invocation.event if invocation.output == "text" else invocation.progress
    with (
        tempfile.TemporaryDirectory(prefix="reconciler-fleet-") as folder,  # for their owner alone, as plans are
        stop_on_signals(invocation.progress) as stop,
    ):
        ended = run_all(
            jobs,
            Place(root=root, plans=Path(folder), lock_timeout=chosen.lock_timeout, flags=flags_of(invocation)),
            environs,
            workers=chosen.workers,
            on_end=lambda each: say(job_line(name, each, pad=pad, color=invocation.color)),
            stop=stop,
            stop_on_error=chosen.on_error == "stop",
        )
    # those that were not begun because another failed do not count: that one does
    code = worst([each.code for each in ended if each.attempts or stop.is_set()])
    if invocation.output == "json":
        invocation.result(json_text(fleet_json(name, ended, code, schemas)))
    else:
        show_fleet(invocation, name, ended, code, schemas)
    return code
