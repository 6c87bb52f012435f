"""The account that an environment belongs to: recognised before anything is sent or written, remembered after that."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from reconciler.config import Project
from reconciler.state.store import StateStore

if TYPE_CHECKING:
    from reconciler.api import ApiClient


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
        entries=store.read,
        schemas=project.schemas,
        shown=shown,
        allow_other=allow_other,
    )


def is_remembered_account(project: Project, store: StateStore, client: ApiClient) -> bool:
    """Whether the API says that the key is of the account that is remembered; False where nobody can tell.

    Raises as `recognised_account` does.
    """
    from reconciler.accounts import is_remembered
    from reconciler.config.lookups import account_route

    remembered = store.account()
    # an account that was never told is not asked for
    route = None if remembered is None else account_route(project)
    return is_remembered(client, route, environment=project.environment, remembered=remembered)


def remember_account(store: StateStore, account: str | None) -> None:
    """Save whose account it is, where that is news and anything at all was recorded."""
    if account is not None and store.lineage() is not None and store.account() != account:
        store.remember_account(account)
