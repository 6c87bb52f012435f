"""The options that say what a plan is made of and what it may do; `plan` and `apply` take the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reconciler.errors import UsageError, error
from reconciler.frozen import dataclass
from reconciler.planning import Overrides, PlanOptions

_PLAN = ("targets", "prune", "allow_new", "allow_protected")
PLANNING_NAMES = (
    *_PLAN,
    *("allow_deletes", "allow_updates", "allow_unassigned", "allow_other_account"),
    *("refresh", "to_previous", "only_secrets", "catalogs"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the options said."""

    options: PlanOptions
    overrides: Overrides
    refresh: bool
    to_previous: tuple[str, ...] = ()
    only_secrets: bool = False
    catalogs: tuple[Path, ...] = ()
    allow_other_account: bool = False

    @property
    def is_default(self) -> bool:
        """Whether nothing was asked that shapes a plan. Whose key it may be does not."""
        plain = Asked(options=PlanOptions(), overrides=Overrides(), refresh=False)
        return replace(self, allow_other_account=False) == plain


def planning_options(function: Callable[..., int]) -> Callable[..., int]:
    """Add the options; the function gets one argument, `asked`."""

    def run(*arguments: Any, **given: Any) -> int:
        chosen = {name: given.pop(name) for name in PLANNING_NAMES}
        return function(*arguments, asked=_asked(chosen), **given)

    run.__doc__ = function.__doc__
    run.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    decorated: Callable[..., int] = run
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    return decorated


catalog_option = click.option(
    "--catalog",
    "catalogs",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    metavar="FILE",
    help="Ids for ${ref:...}, over the environment's own; repeatable.",
)
allow_other_option = click.option(
    "--allow-other-account", is_flag=True, help="The key is meant to be another account's than before."
)
_OPTIONS = (
    click.option("--refresh", is_flag=True, help="Read live first: needs the API's key."),
    click.option("--target", "targets", multiple=True, metavar="KEY", help="Only this key (or glob); repeatable."),
    catalog_option,
    click.option("--only-secrets", is_flag=True, help="Only changed secrets; edits that wait stay as they are."),
    click.option(
        "--to-previous",
        multiple=True,
        metavar="KEY",
        help="Return this key (or glob) to what was applied to it before, and plan nothing else; repeatable.",
    ),
    click.option("--prune", is_flag=True, help="Delete assistants whose document is gone."),
    click.option("--allow-new", is_flag=True, help="A create that looks like a rename is a new assistant."),
    click.option("--allow-protected", is_flag=True, help="Delete what is protected, too; goes with --prune."),
    click.option("--allow-deletes", is_flag=True, help="Delete more than `limits.delete` allows."),
    click.option("--allow-updates", is_flag=True, help="Update more than `limits.update` allows."),
    click.option("--allow-unassigned", is_flag=True, help="Leave a value unanswered though `limits` refuse it."),
    allow_other_option,
)


def _asked(chosen: Mapping[str, Any]) -> Asked:
    if chosen["only_secrets"] and (chosen["prune"] or chosen["to_previous"]):
        raise click.UsageError("--only-secrets sends changed secrets alone: leave out --prune and --to-previous.")
    options = PlanOptions(**{name: chosen[name] for name in _PLAN})
    if chosen["to_previous"] and options != PlanOptions():
        raise UsageError(
            error(
                "usage",
                "`--to-previous` says itself which assistants it is about, and creates and deletes none",
                "Leave out `--target`, `--prune`, `--allow-new` and `--allow-protected`.",
            )
        )
    return Asked(
        options=options,
        overrides=Overrides(
            deletes=chosen["allow_deletes"],
            updates=chosen["allow_updates"],
            unassigned=chosen["allow_unassigned"],
        ),
        refresh=chosen["refresh"],
        to_previous=chosen["to_previous"],
        only_secrets=chosen["only_secrets"],
        catalogs=chosen["catalogs"],
        allow_other_account=chosen["allow_other_account"],
    )
