"""Which environments a fleet verb is about, what each is given, and what the verb's own options are passed on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reconciler.commands.apply import apply as apply_verb
from reconciler.commands.drift import drift as drift_verb
from reconciler.commands.invocation import Invocation, option_words
from reconciler.commands.plan import plan as plan_verb
from reconciler.commands.planning_options import PLANNING_NAMES
from reconciler.config import open_project, read_environments
from reconciler.errors import UsageError, error
from reconciler.fleet.jobs import FleetVerb
from reconciler.fleet.members import Members, check_apart, environ_of, members
from reconciler.schemas import SchemaSet

_WHOLE: dict[FleetVerb, click.Command] = {"plan": plan_verb, "apply": apply_verb, "drift": drift_verb}
_SENDING = ("parallelism", "no_verify")
_PLANNING: dict[FleetVerb, tuple[str, ...]] = {
    "plan": (*PLANNING_NAMES, "detailed_exitcode"),
    "apply": PLANNING_NAMES,
    "drift": ("targets", "ignore", "allow_other_account", "detailed_exitcode"),
}


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


only_option = click.option("--only", multiple=True, metavar="GLOB", help="Only these environments; repeatable.")
shard_option = click.option(
    "--shard", type=Shard(), metavar="I/N", help="Only every N-th of them, from the I-th, by name."
)
workers_option = click.option(
    "--workers", type=click.IntRange(1, 64), default=4, show_default=True, help="Environments at once."
)
lock_option = click.option(
    "--lock-timeout", type=click.FloatRange(0), default=60.0, metavar="SECONDS", help="Wait for a lock. [60]"
)
given_argument = click.argument("given", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS...]")
PASSED = {"ignore_unknown_options": True}
"""The context settings of a verb with `given_argument`: what it does not know itself is another verb's option."""


def options(*several: Callable[..., Any]) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Several options as one decorator, in the order in which `--help` lists them."""

    def add(function: Callable[..., int]) -> Callable[..., int]:
        for each in reversed(several):
            function = each(function)
        return function

    return add


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
    invocation: Invocation, *, only: Sequence[str], shard: tuple[int, int] | None, sends: bool
) -> tuple[Path, Members, Mapping[str, Mapping[str, str]]]:
    """The project's folder, the environments that are meant, and the variables that each of their processes gets."""
    if invocation.environment and invocation.environment != invocation.environ.get("RECONCILER_ENV"):
        then = f"Name it with `--only {invocation.environment}`, or run the verb itself for it."
        raise UsageError(error("usage", "`fleet` is about every environment, and -e names one", then))
    root, settings = read_environments(invocation.directory)
    wanted = members(settings, only=only, shard=shard)
    check_apart(settings, wanted, invocation.environ, sends=sends)
    return root, wanted, {each: environ_of(each, invocation.environ, alone=wanted.alone) for each in wanted.names}


def flags_of(invocation: Invocation) -> tuple[str, ...]:
    """What was said of the program itself, for every process that is started."""
    return ("--insecure-http",) if invocation.insecure_http else ()


def schemas_of(invocation: Invocation, environment: str | None) -> SchemaSet:
    """The project's schemas, by which what is shown is masked."""
    return open_project(replace(invocation, environment=environment), with_documents=False).schemas
