"""`fleet`: every environment of the project at once; each is one account, with its own key, lock and rate."""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from reconciler.commands.apply import apply as apply_verb
from reconciler.commands.drift import drift as drift_verb
from reconciler.commands.invocation import Invocation, option_words, verb, verbs
from reconciler.commands.plan import plan as plan_verb
from reconciler.commands.planning_options import PLANNING_NAMES
from reconciler.commands.stopping import stop_on_signals
from reconciler.config import open_project, read_environments
from reconciler.errors import UsageError, error
from reconciler.fleet.jobs import Ended, FleetVerb, Job, Place, worst
from reconciler.fleet.local import run_all
from reconciler.fleet.members import Members, check_apart, environ_of, members
from reconciler.render.escape import json_text
from reconciler.render.fleet_text import alike, render_alike, render_audits, render_together, together
from reconciler.render.fleet_words import fleet_to_json, job_line, totals
from reconciler.render.gutter import Look
from reconciler.schemas import SchemaSet

_WHOLE: dict[FleetVerb, click.Command] = {"plan": plan_verb, "apply": apply_verb, "drift": drift_verb}
_SENDING = ("parallelism", "no_verify")
_PLANNING: dict[FleetVerb, tuple[str, ...]] = {
    "plan": (*PLANNING_NAMES, "detailed_exitcode"),
    "apply": PLANNING_NAMES,
    "drift": ("targets", "ignore", "allow_other_account", "detailed_exitcode"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """What the options said: which environments, and how many at once."""

    only: tuple[str, ...]
    shard: tuple[int, int] | None
    workers: int
    on_error: str
    lock_timeout: float


class Shard(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click alone
    """`2/5`: the second of five parts."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        if isinstance(value, tuple):
            return value
        found = re.fullmatch(r"([1-9]\d{0,4})/([1-9]\d{0,4})", str(value))
        if not found or int(found[1]) > int(found[2]):
            self.fail("write I/N, such as 2/5: the second of five parts", param, ctx)
        return int(found[1]), int(found[2])


_PICKING = (
    click.option("--only", multiple=True, metavar="GLOB", help="Only these environments; repeatable."),
    click.option("--shard", type=Shard(), metavar="I/N", help="Only every N-th of them, from the I-th, by name."),
)
_RUNNING = (
    click.option("--workers", type=click.IntRange(1, 64), default=4, show_default=True, help="Environments at once."),
    click.option(
        "--on-error",
        type=click.Choice(["continue", "stop"]),
        default="continue",
        show_default=True,
        help="After an environment that failed: go on with the others, or begin no more.",
    ),
    click.option(
        "--lock-timeout", type=click.FloatRange(0), default=60.0, metavar="SECONDS", help="Wait for a lock. [60]"
    ),
)


def _options(function: Callable[..., int]) -> Callable[..., int]:
    """Add what every fleet verb takes; the function gets `chosen`, and `given`, the options of the verb itself."""

    def run(invocation: Invocation, given: tuple[str, ...], **options: Any) -> int:
        names = ("only", "shard", "workers", "on_error", "lock_timeout")
        chosen = Chosen(**{name: options.pop(name) for name in names})
        return function(invocation, chosen, given, **options)

    run.__doc__ = function.__doc__
    run.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    decorated: Callable[..., int] = click.argument("given", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS...]")(
        run
    )
    for option in reversed((*_PICKING, *_RUNNING)):
        decorated = option(decorated)
    return decorated


_CODES = """\b
Exit codes: the worst of all environments: 130, 7, 3, 1, 64, 6, 4, 5, 2, 0 (as of plan, apply and drift)."""
_PASSED = {"ignore_unknown_options": True}
fleet = verbs(
    "fleet",
    told="Plan, apply or audit every environment of the project at once.\n\n"
    "Each is an account: its key is RECONCILER_API_KEY_<ENVIRONMENT>, in capitals, with _ for all else.",
    epilog="""\b
Examples:
  reconciler fleet plan
  reconciler fleet apply -y --only 'eu-*' --workers 8
  reconciler fleet drift --shard 2/5 -o json""",
)


@verb("plan", outputs=("text", "json"), context_settings=_PASSED, epilog=_CODES)
@_options
def fleet_plan(invocation: Invocation, chosen: Chosen, given: tuple[str, ...]) -> int:
    """Plan every environment, and show once what many of them share. Takes the options of `plan` as well."""
    return _run(invocation, chosen, "plan", given)


@verb("apply", outputs=("text", "json"), context_settings=_PASSED, epilog=_CODES)
@click.option("-y", "--auto-approve", is_flag=True, help="Do not ask; needed without a terminal.")
@_options
def fleet_apply(invocation: Invocation, chosen: Chosen, given: tuple[str, ...], auto_approve: bool) -> int:
    """Apply every environment. Each is planned, and that plan done. Takes the options of `apply` as well.

    Without -y: plans all of them, shows that, and asks once. An environment that fails keeps no other back, and one
    whose process was killed is begun again.
    """
    if not auto_approve:
        if not sys.stdin.isatty():
            then = "Pass -y to apply without asking; `reconciler fleet plan` shows what would be done."
            raise UsageError(error("needs-approval", "there is no terminal to ask on", then))
        _run(replace(invocation, output="text"), chosen, "plan", given, of="apply")
        click.confirm("\nApply this to every environment above?", abort=True, err=True)
    return _run(invocation, chosen, "apply", given)


@verb("drift", outputs=("text", "json"), context_settings=_PASSED, epilog=_CODES)
@_options
def fleet_drift(invocation: Invocation, chosen: Chosen, given: tuple[str, ...]) -> int:
    """Audit every environment: what portals changed behind Git's back. Takes the options of `drift` as well."""
    return _run(invocation, chosen, "drift", given)


for each in (fleet_plan, fleet_apply, fleet_drift):
    fleet.add_command(each)


def _run(
    invocation: Invocation, chosen: Chosen, name: FleetVerb, given: Sequence[str], *, of: FleetVerb | None = None
) -> int:
    """Run `name` everywhere, with the options of the verb `of`, and show what came of it; the exit code."""
    planning, sending = options_of(of or name, given)
    root, wanted, environs = picked(invocation, chosen, sends=name != "plan" or "--refresh" in planning)
    jobs = [Job(environment=each, verb=name, planning=planning, sending=sending) for each in wanted.names]
    pad = max(map(len, wanted.names), default=0)
    say = invocation.event if invocation.output == "text" else invocation.progress
    with _place(root, chosen) as place, stop_on_signals(invocation.progress) as stop:
        ended = run_all(
            jobs,
            place,
            environs,
            workers=chosen.workers,
            on_end=lambda each: say(job_line(name, each, pad=pad, color=invocation.color)),
            stop=stop,
            stop_on_error=chosen.on_error == "stop",
        )
    schemas = _schemas(invocation, wanted)
    code = _code(ended, stopped=stop.is_set())
    _show(invocation, name, ended, code, schemas)
    return code


def options_of(name: FleetVerb, given: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The options of the verb itself: those that shape its plan, and those of how it is sent; as words.

    Raises click's UsageError for what the verb does not know, and for what cannot be the same in every environment.
    """
    with _WHOLE[name].make_context(f"reconciler fleet {name}", [*given]) as context:
        planning = tuple(option_words(context, _PLANNING[name]))
        sending = tuple(option_words(context, _SENDING)) if name == "apply" else ()
        known = {*_PLANNING[name], *(_SENDING if name == "apply" else ())}
        source = click.core.ParameterSource.COMMANDLINE
        for each in context.command.params:
            if each.name not in known and context.get_parameter_source(each.name or "") is source:
                told = f"{max(each.opts, key=len)} has no meaning for many environments at once"
                raise UsageError(error("usage", told, f"Give it to `reconciler -e NAME {name}`."))
    return planning, sending


def picked(
    invocation: Invocation, chosen: Chosen, *, sends: bool
) -> tuple[Path, Members, Mapping[str, Mapping[str, str]]]:
    """The project's folder, the environments that are meant, and the variables that each of their processes gets."""
    if invocation.environment and invocation.environment != invocation.environ.get("RECONCILER_ENV"):
        then = f"Name it with `--only {invocation.environment}`, or run the verb itself for it."
        raise UsageError(error("usage", "`fleet` is about every environment, and -e names one", then))
    root, settings = read_environments(invocation.directory)
    wanted = members(settings, only=chosen.only, shard=chosen.shard)
    check_apart(settings, wanted, invocation.environ, sends=sends)
    return root, wanted, {each: environ_of(each, invocation.environ, alone=wanted.alone) for each in wanted.names}


@contextmanager
def _place(root: Path, chosen: Chosen) -> Iterator[Place]:
    """Where the jobs run. Their plans stand in a folder for their owner alone, which goes with the run."""
    with tempfile.TemporaryDirectory(prefix="reconciler-fleet-") as folder:
        yield Place(root=root, plans=Path(folder), lock_timeout=chosen.lock_timeout)


def _schemas(invocation: Invocation, wanted: Members) -> SchemaSet:
    first = wanted.names[0] if wanted.names else None
    return open_project(replace(invocation, environment=first), with_documents=False).schemas


def _code(ended: Sequence[Ended], *, stopped: bool) -> int:
    """Those that were not begun, because another failed, count only where a signal is why."""
    begun = [each.code for each in ended if each.attempts or stopped]
    return worst(begun)


def _show(invocation: Invocation, name: FleetVerb, ended: Sequence[Ended], code: int, schemas: SchemaSet) -> None:
    plans = {each.environment: each.plan for each in ended if each.plan is not None}
    audits = {each.environment: each.audit for each in ended if each.audit is not None}
    shared = together(plans, schemas)
    if invocation.output == "json":
        invocation.result(json_text(fleet_to_json(name, ended, code, shared=shared, audits=audits)))
        return
    look = Look(color=invocation.color, width=invocation.width, whole=invocation.verbose > 0)
    told = {each.environment: each.diagnostics for each in ended}
    lines = [
        *render_together(shared, look=look),
        *render_audits(audits, look=look),
        *render_alike(alike(told), color=look.color),
    ]
    invocation.result("\n".join(["", *lines, totals(name, ended, code)]))
