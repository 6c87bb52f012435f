"""`pull`: documents for the assistants that the portal has and nobody manages, and their entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import partial

import click

from reconciler.canonical import Json
from reconciler.commands.accept import accept, tell_accepted, to_know
from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.planning_options import allow_other_option
from reconciler.commands.pulling import Account, account, secrets_to_set, write_all
from reconciler.commands.state_transfer import lock_timeout
from reconciler.commands.whose_key import remember_account
from reconciler.config import open_project, open_store
from reconciler.errors import Diagnostic, UsageError, error
from reconciler.frozen import dataclass
from reconciler.model import Live
from reconciler.planning import selected
from reconciler.pull.accepting import Wish
from reconciler.pull.pulling import Pulling, unmanaged
from reconciler.render.diagnostics_text import render_diagnostics
from reconciler.render.escape import json_text
from reconciler.render.pulled import pulled_to_json, render_pulled


@verb(
    "pull",
    outputs=("text", "json"),
    epilog="""\b
Examples:
  reconciler pull --dry-run
  reconciler pull
  reconciler pull 789 790
  reconciler pull --target 'harbour-*'
  reconciler pull --accept sales""",
)
@click.argument("ids", nargs=-1, type=click.IntRange(min=1), metavar="[ID]...")
@click.option("--target", "targets", multiple=True, metavar="KEY", help="Only this key to be (or glob); repeatable.")
@click.option("--accept", "accepts", multiple=True, metavar="KEY", help="Take over what the portal changed on KEY.")
@click.option("--field", "fields", multiple=True, metavar="FIELD", help="With --accept: only this field; repeatable.")
@click.option("--allow-shared", is_flag=True, help="With --accept: change what other documents share.")
@click.option("--override", is_flag=True, help="With --accept: write what is shared into the document itself.")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@allow_other_option
@lock_timeout
def pull(
    invocation: Invocation,
    ids: tuple[int, ...],
    targets: tuple[str, ...],
    accepts: tuple[str, ...],
    fields: tuple[str, ...],
    allow_shared: bool,
    override: bool,
    dry_run: bool,
    allow_other_account: bool,
    lock_timeout: float,
) -> int:
    """Write a document for every assistant that nobody manages yet, and manage it from then on.

    The assistants are not touched, and no file is replaced: afterwards a plan has no changes. ID limits it to some.
    What could not be sent again stays on the server, unmanaged, and stands as a comment in the document. Secrets are
    written as ${secret:NAME}, never as values.

    With --accept, what the portal changed on managed assistants is written into the files that it belongs to, and
    nothing else in them changes.
    """
    wish = Wish(fields=fields, allow_shared=allow_shared, override=override)
    if accepts and (ids or targets):
        raise UsageError(error("usage", "--accept goes with keys, not with ids or --target"))
    if not accepts and wish != Wish():
        raise UsageError(error("usage", "--field, --allow-shared and --override go with --accept KEY"))
    asked = Asked(dry_run=dry_run, allow_other=allow_other_account, lock_timeout=lock_timeout)
    return _accept(invocation, accepts, wish, asked) if accepts else _pull(invocation, ids, targets, asked)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pulled:
    """What was pulled, and what is to be told of it."""

    environment: str
    pulling: Pulling
    told: tuple[Diagnostic, ...]

    def as_json(self, *, dry_run: bool) -> dict[str, Json]:
        """What `pull -o json` prints."""
        return pulled_to_json(self.environment, self.pulling.pulled, self.pulling.left_out, self.told, dry_run=dry_run)

    def show(self, invocation: Invocation, *, dry_run: bool) -> None:
        """What `pull` prints for people."""
        tell(invocation, self.told)
        left_out = len(self.pulling.left_out)
        invocation.result(
            render_pulled(self.pulling.pulled, left_out=left_out, dry_run=dry_run, color=invocation.color)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What was asked for, whatever is pulled."""

    dry_run: bool = False
    allow_other: bool = False
    lock_timeout: float = 0.0


def _accept(invocation: Invocation, keys: tuple[str, ...], wish: Wish, asked: Asked) -> int:
    project = open_project(invocation)
    store = open_store(project)
    dry_run = asked.dry_run
    with nullcontext() if dry_run else store.lock(command="reconciler pull --accept", timeout=asked.lock_timeout):
        outcome = accept(project, store, keys, wish, dry_run=dry_run, allow_other=asked.allow_other)
    tell(invocation, to_know(outcome, project.environment))
    tell_accepted(invocation, project.environment, outcome, dry_run=dry_run)
    return 0


def _pull(invocation: Invocation, ids: tuple[int, ...], targets: tuple[str, ...], asked: Asked) -> int:
    found = pull_now(invocation, ids, targets, asked)
    if invocation.output == "json":
        invocation.result(json_text(found.as_json(dry_run=asked.dry_run)))
    else:
        found.show(invocation, dry_run=asked.dry_run)
    return 0


def pull_now(
    invocation: Invocation, ids: tuple[int, ...] = (), targets: tuple[str, ...] = (), asked: Asked | None = None
) -> Pulled:
    """Pull, and show nothing yet. Raises what opening the project, reading the account and writing raise."""
    asked = asked or Asked()
    project = open_project(invocation)
    store = open_store(project)
    dry_run, again = asked.dry_run, partial(open_project, invocation)
    with nullcontext() if dry_run else store.lock(command="reconciler pull", timeout=asked.lock_timeout):
        found = account(project, store, None if dry_run else again, allow_other=asked.allow_other)
        pulling = _chosen(found.puller.pull(_wanted(found, ids)), targets)
        if not dry_run:
            write_all(found.project, store, pulling.pulled)
            remember_account(store, found.owner)
    told = (*pulling.diagnostics, *secrets_to_set(pulling.pulled, found.project.environ))
    return Pulled(environment=found.project.environment, pulling=pulling, told=told)


def tell(invocation: Invocation, told: Sequence[Diagnostic]) -> None:
    """What a person must know besides the result, on stderr, quiet or not."""
    if told:
        click.echo(render_diagnostics(told, color=invocation.color), err=True)


def _wanted(found: Account, ids: tuple[int, ...]) -> Mapping[int, Live]:
    """The assistants to pull. Raises UsageError for every id that names none of them."""
    free = unmanaged(found.live, found.entries, found.loaded.desired)
    wrong = [_idle(id, found) for id in dict.fromkeys(ids) if id not in free]
    if wrong:
        raise UsageError(*wrong)
    return {id: each for id, each in free.items() if id in ids} if ids else free


def _idle(id: int, found: Account) -> Diagnostic:
    holder = next((key for key, each in found.entries.items() if each.id == id), None)
    holder = holder or next((each.key for each in found.loaded.desired if each.id == id), None)
    if holder is not None:
        then = f"`reconciler pull --accept {holder}` takes over what the portal changed."
        return error("already-managed", f"assistant {id} is managed already, as {holder}", then, key=holder)
    return error("no-such-assistant", f"the account has no assistant {id}", "`reconciler pull --dry-run` lists them.")


def _chosen(pulling: Pulling, targets: Sequence[str]) -> Pulling:
    """What of a pull was asked for. Raises UsageError for a selector that matches nothing."""
    if not targets:
        return pulling
    keys = [each.draft.key for each in pulling.pulled]
    wanted, idle = selected(targets, keys)
    if idle:
        raise UsageError(*(error("no-such-key", f"no assistant would be pulled as {each}", _KNOWN) for each in idle))
    chosen = tuple(each for each in pulling.pulled if each.draft.key in wanted)
    return Pulling(pulled=chosen, left_out=pulling.left_out, diagnostics=pulling.diagnostics)


_KNOWN = "`reconciler pull --dry-run` lists the keys."
