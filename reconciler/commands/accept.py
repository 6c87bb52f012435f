"""`pull --accept`: what the portal changed on managed assistants is written into the files it belongs to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from functools import partial
from pathlib import Path

from reconciler.commands.gather import refuse_idle
from reconciler.commands.invocation import Invocation
from reconciler.commands.pulling import Account, account, load, now
from reconciler.config import Project
from reconciler.documents import Loaded
from reconciler.durable import replace_file
from reconciler.errors import ConfigError, Diagnostic, DocumentError, UsageError, error, warning
from reconciler.frozen import dataclass
from reconciler.live import observed
from reconciler.model import Desired, Drift
from reconciler.planning import selected
from reconciler.planning.drift import drift_of
from reconciler.pull.accepting import Acceptance, Accepting, Wish
from reconciler.render.escape import json_text
from reconciler.render.pulled import accepted_to_json, render_accepted
from reconciler.state.store import StateStore


@dataclass(kw_only=True, slots=True)
class Accepted:
    """What came of it, document by document."""

    done: list[Acceptance] = field(default_factory=list)
    refused: list[Diagnostic] = field(default_factory=list)


def accept(
    project: Project, store: StateStore, keys: Sequence[str], wish: Wish, *, dry_run: bool, allow_other: bool = False
) -> Accepted:
    """Accept the drift of the documents that `keys` select; each is written whole or not at all.

    Raises UsageError for a selector or a field that names nothing, and what reading the account raises.
    """
    found = account(project, store, None, allow_other=allow_other)
    documents = {each.key: each for each in found.loaded.desired}
    refuse_idle(keys, documents)
    wanted, _ = selected(keys, sorted(documents))
    outcome = Accepted(refused=[_not_there(documents[key], found) for key in keys if _is_not_there(key, found)])
    managed = [key for key in sorted(documents) if key in wanted and key in found.entries]
    drifts = [(key, drift) for key in managed if (drift := _drift(found, documents[key])) is not None]
    _refuse_idle_fields(wish.fields, [drift for _, drift in drifts])
    for key, drift in drifts:
        if wish.fields and not any(each.field in wish.fields for each in drift.fields):
            continue
        try:
            made = _accepting(found).accept(documents[key], found.entries[key], drift, wish, now=now())
        except DocumentError as refused:
            outcome.refused += refused.diagnostics
            continue
        outcome.done.append(made)
        if not dry_run:
            _write(project, store, made)
            found = replace(found, loaded=_now(project, made))  # another's base may have changed with this one
            documents = {each.key: each for each in found.loaded.desired}
        if made.conflicts:  # the documents cannot all be read until somebody resolves it
            outcome.refused += _waiting(key, [each for each, _ in drifts if each > key])
            break
    return outcome


def tell_accepted(invocation: Invocation, environment: str, outcome: Accepted, *, dry_run: bool) -> None:
    """Print what was accepted. Raises DocumentError where something was refused, after that."""
    if invocation.output == "json":
        invocation.result(json_text(accepted_to_json(environment, outcome.done, outcome.refused, dry_run=dry_run)))
    elif outcome.done or not outcome.refused:
        invocation.result(render_accepted(outcome.done, dry_run=dry_run, color=invocation.color))
    if outcome.refused:
        raise DocumentError.of(outcome.refused)


def to_know(outcome: Accepted, environment: str) -> tuple[Diagnostic, ...]:
    """What a person has to finish by hand, and what changes beyond what was accepted."""
    elsewhere = (told for made in outcome.done for told in _elsewhere(made, environment))
    return (*_conflicts(outcome), *elsewhere)


def _elsewhere(made: Acceptance, environment: str) -> Iterator[Diagnostic]:
    if made.elsewhere:
        environments = sorted({each for others in made.elsewhere.values() for each in others})
        names = sorted(made.elsewhere)
        yield warning(
            "accepted-elsewhere",
            f"{', '.join(names)} of {made.key}: {', '.join(environments)} will say this too, not {environment} alone",
            f"Where {environment} alone is meant, write it under `reconciler: {{environments: {{{environment}: ...}}}}`"
            f", and take the rest of the edit back.",
            key=made.key,
        )


def _conflicts(outcome: Accepted) -> tuple[Diagnostic, ...]:
    return tuple(
        warning(
            "merge-conflict",
            f"{name} of {made.key} was changed in the file and in the portal, on the same lines",
            "Keep what is right between the marks <<<<<<< and >>>>>>>; until then no plan is made.",
            key=made.key,
            field=name,
        )
        for made in outcome.done
        for name in made.conflicts
    )


def _is_not_there(key: str, found: Account) -> bool:
    entry = found.entries.get(key)
    named = any(each.key == key for each in found.loaded.desired)
    return named and (entry is None or entry.id not in found.live)


def _not_there(document: Desired, found: Account) -> Diagnostic:
    entry = found.entries.get(document.key)
    where = {"file": document.file, "line": document.line, "column": 1, "key": document.key}
    if entry is None or entry.id is None:
        then = f"`reconciler import {document.key} ID` binds it to one, an apply creates it."
        return error(
            "not-accepted", f"{document.key} has no assistant yet, so the portal changed nothing", then, **where
        )
    then = "A plan with --refresh shows what follows from that."
    return error("not-accepted", f"assistant {entry.id} of {document.key} is gone", then, **where)


def _waiting(key: str, rest: Sequence[str]) -> list[Diagnostic]:
    then = f"Resolve the marks in {key}, and run it again for {', '.join(rest)}."
    return [error("not-accepted", f"{len(rest)} more wait until {key} can be read", then, key=key)] if rest else []


def _drift(found: Account, document: Desired) -> Drift | None:
    entry = found.entries[document.key]
    live = found.live.get(entry.id) if entry.id is not None else None
    if live is None:
        return None
    project = found.project
    shown = observed(live, {**document.content, **entry.last_applied}, project.schemas, project.fingerprint)
    return drift_of(document, entry, shown, project.schemas)


def _accepting(found: Account) -> Accepting:
    puller = found.puller
    return Accepting(
        files=found.project.files(),
        load=partial(load, found.project),
        loaded=found.loaded,
        style=puller.style,
        schemas=puller.schemas,
        others=found.project.others,
    )


def _now(project: Project, made: Acceptance) -> Loaded:
    """What all documents say once it is written: as foreseen, but where a link leads to a file of another name."""
    linked = any(os.path.realpath(project.root / path) != str(project.root / path) for path in made.files)
    return load(project, project.files(), {}) if linked else made.after


def _write(project: Project, store: StateStore, made: Acceptance) -> None:
    """Files before the entry: a run that dies between finds both sides the same, and records it."""
    for path, content in made.files.items():
        try:
            replace_file(Path(os.path.realpath(project.root / path)), content)
        except OSError as problem:
            why = (problem.strerror or type(problem).__name__).lower()
            raise ConfigError(error("pull-unwritten", f"cannot be written: {why}", file=path)) from None
    store.write(made.entry)


def _refuse_idle_fields(fields: Sequence[str], drifts: Sequence[Drift]) -> None:
    moved = {each.field for drift in drifts for each in drift.fields}
    idle = [each for each in fields if each not in moved]
    if idle:
        then = f"What moved: {', '.join(sorted(moved))}." if moved else "Live has what was last applied."
        raise UsageError(*(error("no-such-drift", f"the portal did not change `{each}`", then) for each in idle))
