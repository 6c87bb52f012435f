"""The account that an environment belongs to: recognised before anything is sent or written, remembered after that."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

import click

from reconciler.config import Project
from reconciler.state.store import StateStore

if TYPE_CHECKING:
    from reconciler.api import ApiClient


def other_account_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--allow-other-account`, given to the function as `allow_other_account`."""
    told = "The key is meant to be another account's than before."
    return click.option("--allow-other-account", is_flag=True, help=told)(function)


def recognised_account(
    project: Project,
    store: StateStore,
    client: ApiClient,
    *,
    shown: Collection[int] | None = None,
    allow_other: bool = False,
) -> str | None:
    """The fingerprint of the key's account, to be remembered; None where it is not known.

    `shown` are the ids of the account where it was read already. Raises ReconcilerError (`other-account`) where the
    environment is another account's, ApiError where the API cannot be asked.
    """
    from reconciler.accounts import recognised
    from reconciler.config.lookups import account_route

    return recognised(
        client,
        account_route(project),
        environment=project.environment,
        remembered=store.account(),
        entries=store.read(),
        schemas=project.schemas,
        shown=shown,
        allow_other=allow_other,
    )


def refuse_known_other(project: Project, store: StateStore) -> None:
    """Raise ReconcilerError (`other-account`) where the key's account is known not to be the environment's.

    For a run that finds everything gone: a wrong key looks the same.
    """
    from reconciler.accounts import recognised
    from reconciler.config import open_client
    from reconciler.config.lookups import account_route

    with open_client(project) as client:
        route, environment, account = account_route(project), project.environment, store.account()
        if account is not None:
            recognised(client, route, environment=environment, remembered=account, entries={}, schemas=project.schemas)


def remember_account(store: StateStore, account: str | None) -> None:
    """Save whose account it is, where that is news and anything at all was recorded."""
    if account is not None and store.lineage() is not None and store.account() != account:
        store.remember_account(account)
