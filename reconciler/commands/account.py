"""The account as the API shows it, for every verb that looks at it. Edge: reads the whole list, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.commands.whose_key import is_remembered_account
from reconciler.config import Project, open_client
from reconciler.documents import Loaded
from reconciler.model import Desired, Entry, Live
from reconciler.state.store import StateStore


def read_list(
    project: Project, loaded: Loaded, store: StateStore, entries: Mapping[str, Entry], *, allow_other: bool = False
) -> dict[int, Live]:
    """Every assistant of the account by id, secrets in clear.

    Raises ReconcilerError (`other-account`) where it is not the account that the environment was applied to, which
    would show all of it as gone; with `allow_other` that is meant. Raises ApiError, and ConfigError as `open_client`.
    """
    from reconciler.accounts import refuse_strange_list
    from reconciler.refresh import read_live

    environment = project.environment
    managed = {each.id for each in entries.values() if each.id is not None}
    with open_client(project, secrets=tuple(loaded.vault.values.values())) as client:
        known = allow_other or not managed or is_remembered_account(project, store, client)
        shown = read_live(client, project.schemas, expected=managed)
    if not known:
        refuse_strange_list(shown, environment=environment, entries=entries)
    return shown


def compared(
    shown: Mapping[int, Live], project: Project, entries: Mapping[str, Entry], desired: Iterable[Desired] = ()
) -> dict[int, Live]:
    """The same with secrets sealed, each in the terms of what was last applied to it; of its document, if adopted."""
    from reconciler.live import observed

    sent = {each.id: each.content for each in desired if each.id is not None}
    sent |= {each.id: each.last_applied for each in entries.values() if each.id is not None}
    return {id: observed(live, sent.get(id, {}), project.schemas, project.fingerprint) for id, live in shown.items()}


def read_account(
    project: Project, loaded: Loaded, store: StateStore, entries: Mapping[str, Entry], *, allow_other: bool = False
) -> dict[int, Live]:
    """Both at once: read, and made comparable."""
    shown = read_list(project, loaded, store, entries, allow_other=allow_other)
    return compared(shown, project, entries, loaded.desired)
