"""`reconciler state pull` and `push`: a whole environment out of a home, into a home, or from one to another."""

from __future__ import annotations

import sys
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.saving import load, save
from reconciler.config import Project, open_project, open_store
from reconciler.config.openings import open_home_of
from reconciler.config.own_folder import OWN_FOLDER, keep_out_of_git
from reconciler.errors import ConfigError, UsageError, error
from reconciler.render.escape import json_text, terminal_safe
from reconciler.state.store import StateStore
from reconciler.state.transfer import Moved, Snapshot, put_into, snapshot_from_json, snapshot_to_json, taken_from

lock_timeout = click.option(
    "--lock-timeout",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for a lock.",
)
force = click.option("--force", is_flag=True, help="Replace what is newer there, too; it is saved first.")


@verb(
    "pull",
    outputs=("text", "json"),
    short_help="Print the whole state, or bring it here from another home.",
    epilog="""\b
Examples:
  reconciler state pull > production.state.json
  reconciler state pull --from state/production
A home is a folder, or an address as RECONCILER_STATE takes it.""",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write it to a file.")
@click.option("--from", "source", metavar="HOME", help="Copy the state from HOME into this environment's home.")
@force
@lock_timeout
def pull_state(invocation: Invocation, out: Path | None, source: str | None, force: bool, lock_timeout: float) -> int:
    """Print the whole state of the environment as one JSON, which `state push` takes.

    With --from HOME, copy it from there into this environment's own home instead, under the locks of both, and read
    it back. HOME is left as it is.
    """
    project = open_project(invocation, with_documents=False)
    if source is not None:
        if out is not None:
            raise UsageError(error("usage", "--out and --from have no meaning together"))
        there = open_home_of(project, source)
        return _copied(invocation, project, there, open_store(project), force=force, timeout=lock_timeout)
    text = json_text(snapshot_to_json(taken_from(open_store(project), project.environment)))
    if out is None:
        invocation.result(text)
    else:
        save(invocation.directory, out, text, mode=0o600, what="the state")
        invocation.progress(terminal_safe(f"Saved the state of {project.environment} to {out}."))
    return 0


@verb(
    "push",
    outputs=("text", "json"),
    short_help="Put a whole state into its home, or copy it to another home.",
    epilog="""\b
Examples:
  reconciler state push production.state.json
  reconciler state push --to postgres://reconciler@db.example/state
A home is a folder, or an address as RECONCILER_STATE takes it.""",
)
@click.argument("file", required=False, metavar="[FILE|-]")
@click.option("--to", "target", metavar="HOME", help="Copy the state of this environment to HOME.")
@force
@lock_timeout
def push_state(invocation: Invocation, file: str | None, target: str | None, force: bool, lock_timeout: float) -> int:
    """Put the state in FILE (from `state pull`) into the environment's home, and read it back.

    With --to HOME, copy the environment's state from its own home to HOME instead, under the locks of both. Another
    lineage is never replaced; what is newer there only with --force.
    """
    if (file is None) == (target is None):
        raise UsageError(error("usage", "say either FILE (or `-`), or --to HOME"))
    project = open_project(invocation, with_documents=False)
    own = open_store(project)
    if target is not None:
        there = open_home_of(project, target)
        return _copied(invocation, project, own, there, force=force, timeout=lock_timeout)
    snapshot = _read(invocation, file or "-", project)
    with own.lock(command="reconciler state push", timeout=lock_timeout):
        moved = _put(invocation, project, own, snapshot, force=force)
    _tell(invocation, project, moved, own)
    return 0


def _copied(
    invocation: Invocation, project: Project, source: StateStore, target: StateStore, *, force: bool, timeout: float
) -> int:
    if source.shown == target.shown:
        raise UsageError(error("usage", f"the state is at {target.shown} already", "Name another home."))
    # before the locks, which make a place: a wrong address must not leave one behind
    taken_from(source, project.environment)
    command = f"reconciler {' '.join(click.get_current_context().command_path.split()[1:])}"
    with ExitStack() as locks:
        for each in (source, target):
            locks.enter_context(each.lock(command=command, timeout=timeout))
        moved = _put(invocation, project, target, taken_from(source, project.environment), force=force)
    _tell(invocation, project, moved, target)
    if invocation.output == "text":
        told = f"{source.shown} is as it was. Where that was the home until now: name the new one as `state` of the"
        invocation.progress(terminal_safe(f"{told} environment, or as RECONCILER_STATE, before the next apply."))
    return 0


def _put(invocation: Invocation, project: Project, store: StateStore, snapshot: Snapshot, *, force: bool) -> Moved:
    if force and store.lineage() == snapshot.lineage:
        _save_first(invocation, project, store)
    return put_into(store, snapshot, force=force)


def _save_first(invocation: Invocation, project: Project, store: StateStore) -> None:
    """What is about to be replaced goes to a file of the project's own folder, which Git leaves alone."""
    text = json_text(snapshot_to_json(taken_from(store, project.environment)))
    when = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    with suppress(OSError):  # saving there says what is wrong
        keep_out_of_git(project.root / OWN_FOLDER)
    path = project.root / OWN_FOLDER / f"{project.environment}.{when}.state.json"
    save(project.root, path, text, mode=0o600, what="the state")
    invocation.progress(terminal_safe(f"Saved what is at {store.shown} to {path}."))


def _read(invocation: Invocation, file: str, project: Project) -> Snapshot:
    where = "standard input" if file == "-" else file
    if file == "-":
        content = sys.stdin.buffer.read()
    else:
        content = load(invocation.directory, Path(file), what="the state", writer="`state pull`").encode()
    snapshot = snapshot_from_json(content, where=where)
    if snapshot.environment != project.environment:
        told = f"this is the state of the environment {snapshot.environment}, not of {project.environment}"
        raise ConfigError(error("other-environment", told, "Choose the environment with `-e NAME`.", file=where))
    return snapshot


def _tell(invocation: Invocation, project: Project, moved: Moved, store: StateStore) -> None:
    if invocation.output == "json":
        invocation.result(
            json_text(
                {
                    "format_version": "1.0",
                    "environment": project.environment,
                    "home": store.shown,
                    "written": list(moved.written),
                    "removed": list(moved.removed),
                    "equal": list(moved.equal),
                }
            )
        )
        return
    count = f"{len(moved.written)} written, {len(moved.removed)} removed, {len(moved.equal)} equal already"
    invocation.result(terminal_safe(f"The state of {project.environment} is at {store.shown}: {count}; read back."))
