"""The end of an apply: the list is read back, for what the server kept and for creates that nobody answered. Edge."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.apply import Outcome, read_back, take_over
from reconciler.commands.account import compared
from reconciler.commands.begun import settle
from reconciler.config import Project
from reconciler.documents import Loaded
from reconciler.errors import ApiError, StateError, warning
from reconciler.model import Plan
from reconciler.state.store import StateStore

if TYPE_CHECKING:
    from reconciler.api import ApiClient

NOT_READ_BACK = warning(
    "not-read-back",
    "what the server kept could not be read back; everything that was sent is recorded",
    "`reconciler plan --refresh` compares the two once the list can be read. `--no-verify` does not ask for it.",
)

STOPPED_BEFORE_READING = warning(
    "not-read-back",
    "the signal came when everything had been sent, and what the server kept was not read back",
    "`reconciler plan --refresh` compares the two.",
)


def verified(
    project: Project,
    store: StateStore,
    plan: Plan,
    documents: Loaded,
    client: ApiClient,
    outcome: Outcome,
    stop: threading.Event,
) -> Outcome:
    """The outcome with what the list says of it, in the state as well. A list that cannot be read is a warning."""
    from reconciler.refresh import read_live

    try:
        shown = read_live(client, project.schemas)
    except ApiError as problem:
        if stop.is_set():
            return replace(outcome, diagnostics=(*outcome.diagnostics, STOPPED_BEFORE_READING))
        told = tuple(replace(each, severity="warning") for each in problem.diagnostics)
        return replace(outcome, diagnostics=(*outcome.diagnostics, NOT_READ_BACK, *told))
    try:
        if outcome.unknown:
            findings = settle(project, documents, store.read(), shown)
            outcome = take_over(outcome, plan, findings, store=store)
        live = compared(shown, project, store.read())
        return read_back(outcome, plan, live, store=store, schemas=project.schemas)
    except StateError as problem:
        # what was done is told, whatever cannot be written any more
        return replace(outcome, diagnostics=(*outcome.diagnostics, *problem.diagnostics))
