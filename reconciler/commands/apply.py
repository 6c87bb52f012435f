"""`apply`: do exactly the plan, and write down each step.

The lock is held from reading the state to the last write. A fresh plan is shown and confirmed; a saved one was read by
somebody already, and is done as it stands or refused as stale.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from reconciler.apply import Outcome, apply_plan, sends_anything
from reconciler.commands.account import read_list
from reconciler.commands.begun import ask_list, overtaken
from reconciler.commands.expecting import Expected
from reconciler.commands.gather import Gathered, documents_of, gather, line_reader, reasons_to_refuse, refusal
from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.plan import show_or_refuse
from reconciler.commands.planning_options import Asked, planning_options
from reconciler.commands.progress import narration
from reconciler.commands.saving import load_plan
from reconciler.commands.secrets import vault_for
from reconciler.commands.stopping import stop_on_signals
from reconciler.commands.verifying import STOPPED_BEFORE_READING, verified
from reconciler.commands.whose_key import recognised_account, remember_account
from reconciler.config import Project, make_key, open_client, open_project, open_store
from reconciler.documents import Loaded
from reconciler.errors import (
    ApiError,
    ConfigError,
    StalePlanError,
    UsageError,
    error,
)
from reconciler.frozen import dataclass
from reconciler.model import Desired, Entry, Live, Plan
from reconciler.planfile import read_plan_file, staleness
from reconciler.render.escape import json_line
from reconciler.render.outcome import outcome_to_json, render_outcome
from reconciler.secrecy import Vault
from reconciler.state.store import StateStore

if TYPE_CHECKING:
    from reconciler.api import ApiClient


MADE_A_KEY = (
    "Made .reconciler/fingerprint.key, to notice when a secret changes. It stays on this machine; elsewhere, set its"
    " text as RECONCILER_FINGERPRINT_KEY."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How the requests are sent."""

    parallelism: int
    on_error: Literal["continue", "stop"]
    verify: bool
    allow_other_account: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What is to be done, with what it takes: the values of secrets, and the documents that errors point into.

    `entries` are what the state said a moment ago; None where a person was asked since, who may have taken their time.
    """

    plan: Plan
    vault: Vault
    documents: Loaded
    entries: Mapping[str, Entry] | None


@verb(
    "apply",
    outputs=("text", "json"),
    lines=True,
    epilog="""\b
Examples:
  reconciler apply
  reconciler apply -y --target acme/sales-en
  reconciler apply --to-previous acme/sales-en
  reconciler apply -y --expect-digest sha256:1f0c...
  reconciler plan --out change.plan && reconciler apply change.plan

\b
Exit codes: 0 done or nothing to do, 1 nothing was changed, 3 partial, 4 the plan is stale or another,
5 the lock is held, 6 refused, 7 a create's outcome is unknown, 130 interrupted.""",
)
@click.argument("planfile", required=False, type=click.Path(path_type=Path), metavar="[PLANFILE]")
@planning_options
@click.option("-y", "--auto-approve", is_flag=True, help="Do not ask; needed without a terminal and a PLANFILE.")
@click.option("--expect-digest", metavar="DIGEST", help="Refuse (exit 4) unless the plan has this digest.")
@click.option(
    "--expect-plan",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Refuse (exit 4) unless the plan of now is this saved one; shows the difference.",
)
@click.option("--parallelism", type=click.IntRange(1, 100), default=10, show_default=True, help="Requests at once.")
@click.option(
    "--on-error",
    type=click.Choice(["continue", "stop"]),
    default="continue",
    show_default=True,
    help="After a failed change: go on with independent ones, or start no new one.",
)
@click.option("--trust-plan", is_flag=True, help="Apply PLANFILE though others could have written it.")
@click.option("--no-verify", is_flag=True, help="Do not read back whether the server kept what it was sent.")
@click.option(
    "--lock-timeout",
    type=click.FloatRange(0),
    default=0.0,
    metavar="SECONDS",
    help="How long to wait for the lock. [0]",
)
def apply(
    invocation: Invocation,
    asked: Asked,
    planfile: Path | None,
    auto_approve: bool,
    expect_digest: str | None,
    expect_plan: Path | None,
    parallelism: int,
    on_error: Literal["continue", "stop"],
    trust_plan: bool,
    no_verify: bool,
    lock_timeout: float,
) -> int:
    """Make live what the documents say, and record each step.

    Without PLANFILE: plan, show it, ask, and do it. With PLANFILE (from `plan --out`): do exactly that, once.
    With `-o json`: a line of JSON for each event as it happens; the last line is the outcome.
    """
    if trust_plan and planfile is None:
        raise UsageError(
            error("usage", "`--trust-plan` is about a saved plan, and none is given", "Name the PLANFILE.")
        )
    _refuse_contradictions(planfile, asked, auto_approve)
    expected = Expected.of(invocation.directory, expect_digest, expect_plan)
    project = open_project(invocation)
    # before the lock: taking it makes the state's folder, and what cannot be applied must not leave one
    saved = None if planfile is None else _saved(invocation, planfile, project, trusted=trust_plan)
    store = open_store(project)
    with store.lock(command="reconciler apply", timeout=lock_timeout):
        if saved is None:
            decision = _fresh(invocation, project, store, asked, expected, approved=auto_approve)
        else:
            expected.check(invocation, saved, project.schemas)
            try:
                decision = _still_true(saved, project, store, allow_other=asked.allow_other_account)
            except StalePlanError as stale:
                again = (("plan", "--out", str(planfile)),)
                raise StalePlanError(*(replace(each, commands=again) for each in stale.diagnostics)) from None
        pace = Pace(
            parallelism=parallelism,
            on_error=on_error,
            verify=not no_verify,
            allow_other_account=asked.allow_other_account,
        )
        outcome = _execute(invocation, project, store, decision, pace)
    _tell(invocation, project, outcome)
    return outcome.exit_code


def _refuse_contradictions(planfile: Path | None, asked: Asked, approved: bool) -> None:
    if planfile is not None and not asked.is_default:
        raise UsageError(
            error(
                "usage",
                "a saved plan is done as it was shown: options that shape a plan have no meaning with PLANFILE",
                "Give them to `reconciler plan --out PLANFILE`.",
            )
        )
    if planfile is None and not approved and not sys.stdin.isatty():
        raise UsageError(
            error(
                "needs-approval",
                "there is no terminal to ask on",
                "Pass -y to apply without asking, or apply a saved plan: `reconciler apply PLANFILE`.",
                loses=("the look that a person takes at the plan before it is done",),
                commands=(("--auto-approve",),),
            )
        )


def _fresh(
    invocation: Invocation, project: Project, store: StateStore, asked: Asked, expected: Expected, *, approved: bool
) -> Decision:
    """Plan, show, ask.

    Raises PlanRefusedError where it must not be done, StalePlanError where another plan was expected, and click's
    Abort where the person says no.
    """
    gathered = gather(project, store, asked, tell=invocation.progress, applying=True)
    if _needs_key(gathered) and make_key(project.root):
        invocation.progress(MADE_A_KEY)
        gathered = gather(open_project(invocation), store, asked, applying=True)
    if invocation.output == "text":
        show_or_refuse(invocation, gathered, asked.overrides)
    elif refused := reasons_to_refuse(gathered, asked.overrides):
        raise refusal(gathered, refused)
    expected.check(invocation, gathered.plan, project.schemas)
    if not approved and not gathered.plan.is_empty:
        click.confirm(f"\nApply this to {project.environment}?", abort=True, err=True)
    vault = vault_for(gathered.plan, gathered.loaded.vault, project.environ)
    entries = gathered.entries if approved else None
    return Decision(plan=gathered.plan, vault=vault, documents=gathered.loaded, entries=entries)


def _needs_key(gathered: Gathered) -> bool:
    """Whether there are secrets, and no key to recognise them by: an edit of one would go unnoticed."""
    return any(gathered.project.fingerprint(*each) is None for each in gathered.loaded.vault.values.items())


def _saved(invocation: Invocation, planfile: Path, project: Project, *, trusted: bool) -> Plan:
    """The plan in a file. Raises PlanFileError and ConfigError where it is none, or not this environment's."""
    plan = read_plan_file(load_plan(invocation.directory, planfile, trusted=trusted), where=str(planfile))
    if plan.environment != project.environment:
        there = replace(invocation, environment=plan.environment)
        raise ConfigError(
            error(
                "other-environment",
                f"this is a plan of the environment {plan.environment}, not of {project.environment}",
                f"Run `reconciler -e {plan.environment} apply {planfile}`.",
                file=str(planfile),
                loses=("nothing, where that environment is meant",),
                commands=(("reconciler", *there.where, "apply", str(planfile)),),
            )
        )
    return plan


def _still_true(plan: Plan, project: Project, store: StateStore, *, allow_other: bool) -> Decision:
    """A saved plan with what it takes. Raises StalePlanError where an entry, the lineage or a secret moved since."""
    # the documents of today are not what is applied: they only lend places to errors, and values to inline secrets
    documents = documents_of(project)
    vault = vault_for(plan, documents.vault, project.environ)
    fingerprints = {name: project.fingerprint(name, value) for name, value in vault.values.items()}
    entries = store.read()
    stale = staleness(plan, lineage=store.lineage(), entries=entries, secrets=fingerprints)

    def read() -> Mapping[int, Live]:
        return read_list(project, documents, store, entries, allow_other=allow_other)

    if not stale:
        stale = overtaken(plan, entries, ask_list(project, documents, entries, read))
    if stale:
        raise StalePlanError(*stale)
    return Decision(plan=plan, vault=vault, documents=documents, entries=entries)


def _execute(invocation: Invocation, project: Project, store: StateStore, decision: Decision, pace: Pace) -> Outcome:
    """Do the plan, and read back what came of it, unless it was interrupted or that is not wanted."""
    if decision.plan.is_empty:
        return Outcome(results=())
    with (
        narration(invocation, decision.plan) as told,
        stop_on_signals(told.say) as stop,
        open_client(
            project,
            warn=told.say,
            connections=pace.parallelism,
            secrets=tuple(decision.vault.values.values()),
            stop=stop,
            listen=told.hear_of_questions,
        ) as client,
    ):
        account = _account(project, store, client, decision.plan, pace, stop)
        outcome = apply_plan(
            decision.plan,
            store=store,
            client=client,
            schemas=project.schemas,
            vault=decision.vault,
            desired=_sources_of(decision),
            entries=decision.entries,
            parallelism=pace.parallelism,
            on_error=pace.on_error,
            on_event=told.hear,
            stop=stop,
        )
        remember_account(store, account)
        if pace.verify and not stop.is_set() and (outcome.unknown or sends_anything(outcome, decision.plan)):
            return verified(project, store, decision.plan, decision.documents, client, outcome, stop)
        if pace.verify and stop.is_set() and not outcome.interrupted and sends_anything(outcome, decision.plan):
            return replace(outcome, diagnostics=(*outcome.diagnostics, STOPPED_BEFORE_READING))
        return outcome


def _account(
    project: Project, store: StateStore, client: ApiClient, plan: Plan, pace: Pace, stop: threading.Event
) -> str | None:
    """As `recognised_account`; None where nothing is sent, or a signal came before it was known: nothing is begun."""
    if not plan.requests():
        return None
    try:
        return recognised_account(project, store, client, allow_other=pace.allow_other_account)
    except ApiError:
        if not stop.is_set():
            raise
        return None


def _sources_of(decision: Decision) -> dict[str, Desired]:
    """The documents that the plan's values stand in, for the places of errors.

    A document that was edited after its plan was saved, or one that goes back, says something else than is sent: then
    an error names its file alone.
    """
    planned = {each.key: each.source for each in decision.plan.changes}
    return {each.key: each for each in decision.documents.desired if each.source == planned.get(each.key)}


def _tell(invocation: Invocation, project: Project, outcome: Outcome) -> None:
    if invocation.output == "json":
        told = outcome_to_json(project.environment, outcome)
        invocation.result(json_line({"event": "outcome", **told}))
    elif outcome.results:
        invocation.result(render_outcome(outcome, color=invocation.color, sources=line_reader(project)))
