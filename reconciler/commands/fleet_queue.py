"""`fleet enqueue`, `worker`, `status`: the environments as jobs of a queue, for workers on many machines."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from reconciler.canonical import Json
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
from reconciler.commands.fleet_report import fleet_json, show_fleet
from reconciler.commands.invocation import Invocation, verb
from reconciler.config import read_environments
from reconciler.errors import ConfigError, UsageError, error
from reconciler.fleet.jobs import Ended, FleetVerb, Job, Place, run_job, worst
from reconciler.fleet.members import Members, check_apart, environ_of
from reconciler.fleet.queue import Queue, Worker, enqueue, open_queue
from reconciler.fleet.results import Queued
from reconciler.planfile import FORMAT_VERSION
from reconciler.render.escape import json_text, terminal_safe
from reconciler.render.fleet_words import job_line
from reconciler.render.paint import counted

_queue_option = click.option(
    "--queue",
    envvar="RECONCILER_QUEUE",
    show_envvar=True,
    metavar="ADDRESS",
    help="postgres://USER@HOST/DATABASE",
)


@verb("enqueue", context_settings=PASSED)
@options(_queue_option, only_option, shard_option)
@click.argument("name", type=click.Choice(["plan", "apply", "drift"]), metavar="plan|apply|drift")
@given_argument
def enqueue_verb(
    invocation: Invocation,
    queue: str | None,
    only: tuple[str, ...],
    shard: tuple[int, int] | None,
    name: FleetVerb,
    given: tuple[str, ...],
) -> int:
    """Queue every environment for `fleet worker`. Takes the options of the verb as well; needs no key.

    An environment that waits in the queue for the same verb already is not queued twice.
    """
    planning, sending = options_of(name, given)
    _, wanted, _ = picked(invocation, only=only, shard=shard, sends=False)
    jobs = [Job(environment=each, verb=name, planning=planning, sending=sending) for each in wanted.names]
    waiting = enqueue(_opened(queue), jobs)
    also = f" {len(waiting):,} waited there already, as they were queued." if waiting else ""
    invocation.result(f"Queued {name} of {counted(len(jobs) - len(waiting), 'environment')}.{also}")
    return 0


@verb("worker")
@options(_queue_option, workers_option, lock_option)
@click.option("--until-empty", is_flag=True, help="End once nothing waits or runs any more, on any machine.")
@click.option(
    "--silence",
    type=click.FloatRange(1, 3600),
    default=30.0,
    metavar="SECONDS",
    help="After so long without a sign, a worker's environments are given to others. [30]",
)
def worker_verb(
    invocation: Invocation, queue: str | None, workers: int, lock_timeout: float, until_empty: bool, silence: float
) -> int:
    """Do what is queued, with this machine's checkout and keys, until a signal; on as many machines as wanted.

    Needs the key of each environment as RECONCILER_API_KEY_<ENVIRONMENT>. A signal ends it after what is under way.
    """
    read_environments(invocation.directory)
    with tempfile.TemporaryDirectory(prefix="reconciler-fleet-") as folder:
        Worker(
            queue=_opened(queue),
            do=_doing(invocation, Path(folder), lock_timeout),
            schemas=schemas_of(invocation, None),
            workers=workers,
            silence=silence,
            on_end=lambda job, ended: invocation.progress(
                f"{job.verb}  {job_line(job.verb, ended, color=invocation.color)}"
            ),
        ).run(until_empty=until_empty)
    return 0


@verb("status", outputs=("text", "json"))
@_queue_option
def status_verb(invocation: Invocation, queue: str | None) -> int:
    """Show the newest job of every environment, and what many of them share. Ends with the worst of their exit codes.

    With `-o json` one object: `queue` is what waits or runs, `results` an object for each verb, as that verb prints it.
    """
    found = _opened(queue).newest()
    if not found:
        raise UsageError(error("nothing-queued", "nothing was ever queued there", "`reconciler fleet enqueue apply`"))
    schemas = schemas_of(invocation, None)
    by_verb: dict[FleetVerb, list[Ended]] = {}
    for each in found:
        if each.ended is not None:
            by_verb.setdefault(each.verb, []).append(each.ended)
    codes = {name: worst([each.code for each in ended]) for name, ended in by_verb.items()}
    if invocation.output == "json":
        results = [fleet_json(name, ended, codes[name], schemas) for name, ended in by_verb.items()]
        invocation.result(json_text({"format_version": FORMAT_VERSION, "queue": _waiting(found), "results": results}))
        return worst([*codes.values()])
    pad = max(len(each.environment) for each in found)
    for each in found:
        line = f"{terminal_safe(each.environment):<{pad}}  {_STATUS.get(each.status, each.status)}"
        if each.ended is not None:
            line = job_line(each.verb, each.ended, pad=pad, color=invocation.color)
        invocation.event(f"{each.verb:<5}  {line}")
    for name, ended in by_verb.items():
        show_fleet(invocation, name, ended, codes[name], schemas)
    return worst([*codes.values()])


_STATUS = {"todo": "queued", "doing": "running"}


def _waiting(found: Sequence[Queued]) -> list[Json]:
    """What is not done, by name."""
    return [
        {"environment": each.environment, "verb": each.verb, "status": _STATUS.get(each.status, each.status)}
        for each in found
        if each.ended is None
    ]


def _opened(address: str | None) -> Queue:
    if not address:
        told = "no queue is named"
        raise UsageError(error("no-queue", told, "Give its address as --queue, or set RECONCILER_QUEUE."))
    return open_queue(address)


def _doing(invocation: Invocation, plans: Path, lock_timeout: float) -> Callable[[Job], Ended]:
    """How a worker does one job: with the project as it stands now, and that environment's key alone."""

    def do(job: Job) -> Ended:
        try:
            root, settings = read_environments(invocation.directory)
            if job.environment not in settings.environments:
                told = f"this checkout has no environment {job.environment}"
                raise ConfigError(error("unknown-environment", told, "Is the worker's checkout older than the queue?"))
            one = Members(names=(job.environment,), alone=False)
            sends = job.verb != "plan" or "--refresh" in job.planning
            check_apart(settings, one, invocation.environ, sends=sends)
        except ConfigError as wrong:
            return Ended(environment=job.environment, code=wrong.exit_code, diagnostics=wrong.diagnostics)
        environ = environ_of(job.environment, invocation.environ, alone=False)
        place = Place(root=root, plans=plans, lock_timeout=lock_timeout, flags=flags_of(invocation))
        return run_job(job, place, environ)

    return do
