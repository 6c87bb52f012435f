"""The account as the API shows it, for every verb that looks at it. Edge: reads the whole list, writes nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from reconciler.config import Project, open_client
from reconciler.documents import Loaded
from reconciler.model import Desired, Entry, Live


def read_list(project: Project, loaded: Loaded, expected: Collection[int] = ()) -> dict[int, Live]:
    """Every assistant of the account by id, secrets in clear; `expected` as for `read_live`.

    Raises ApiError, and ConfigError as `open_client`.
    """
    from reconciler.refresh import read_live

    with open_client(project, secrets=tuple(loaded.vault.values.values())) as client:
        return read_live(client, project.schemas, expected=expected)


def compared(
    shown: Mapping[int, Live], project: Project, entries: Mapping[str, Entry], desired: Iterable[Desired] = ()
) -> dict[int, Live]:
    """The same with secrets sealed, each in the terms of what was last applied to it; of its document, if adopted."""
    from reconciler.live import observed

    sent = {each.id: each.content for each in desired if each.id is not None}
    sent |= {each.id: each.last_applied for each in entries.values() if each.id is not None}
    return {id: observed(live, sent.get(id, {}), project.schemas, project.fingerprint) for id, live in shown.items()}


def read_account(project: Project, entries: Mapping[str, Entry], loaded: Loaded) -> dict[int, Live]:
    """Both at once: read, and made comparable."""
    shown = read_list(project, loaded, {each.id for each in entries.values() if each.id is not None})
    return compared(shown, project, entries, loaded.desired)
