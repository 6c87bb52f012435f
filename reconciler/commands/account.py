"""The account as the API shows it, for every verb that looks at it. Edge: reads the whole list, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from reconciler.config import Project, open_client
from reconciler.live import observed
from reconciler.model import Content, Desired, Entry, Live

if TYPE_CHECKING:
    from reconciler.api import ApiClient


def read_account(project: Project, desired: Iterable[Desired], entries: Mapping[str, Entry]) -> dict[int, Live]:
    """Every assistant of the account by id, secrets sealed, in the terms of what was last applied to it.

    One that a document adopts is in the terms of the document. Raises ApiError, and ConfigError as `open_client`.
    """
    sent = {each.id: each.content for each in desired if each.id is not None}
    sent |= {each.id: each.last_applied for each in entries.values() if each.id is not None}
    with open_client(project) as client:
        return account(project, client, sent)


def account(project: Project, client: ApiClient, sent: Mapping[int, Content]) -> dict[int, Live]:
    """The same over a client that is open; `sent` has, by id, what each assistant is compared with."""
    from reconciler.refresh import read_live

    shown = read_live(client, project.schemas, expected=sent)
    return {id: observed(live, sent.get(id, {}), project.schemas, project.fingerprint) for id, live in shown.items()}
