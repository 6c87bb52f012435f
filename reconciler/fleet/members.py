"""Which environments a fleet command is about, and what each of them is given: its own key, and nobody else's.

The key of an environment is RECONCILER_API_KEY_<ENVIRONMENT>. RECONCILER_API_KEY alone is taken where one environment
was named, and never by the place of an environment in a shard: a matrix of shards would send one account's
assistants to another. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from reconciler.config.addresses import SANDBOX
from reconciler.config.settings import DEFAULT_ENVIRONMENT, Settings
from reconciler.errors import ConfigError, Diagnostic, UsageError, error
from reconciler.frozen import dataclass
from reconciler.state.homes import scheme_of
from reconciler.validation import suggestion

KEY = "RECONCILER_API_KEY"
QUEUE = "RECONCILER_QUEUE"
_OURS = ("RECONCILER_ENV", QUEUE)
"""Of the fleet itself: no job is given them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Members:
    """`names` are sorted. `alone`: one environment was asked for, so that a key without a name can only be its own."""

    names: tuple[str, ...]
    alone: bool


def members(settings: Settings, *, only: Sequence[str] = (), shard: tuple[int, int] | None = None) -> Members:
    """The environments of the project file that a glob of `only` matches, and of these the i-th of every n.

    A project file that names none has the default one. Raises UsageError for a glob that matches nothing.
    """
    known = sorted(settings.environments) or [DEFAULT_ENVIRONMENT]
    idle = [glob for glob in only if not any(fnmatchcase(name, glob) for name in known)]
    if idle:
        raise UsageError(*(_no_such(glob, known) for glob in idle))
    wanted = [name for name in known if not only or any(fnmatchcase(name, glob) for glob in only)]
    place, of = shard or (1, 1)
    return Members(names=tuple(wanted[place - 1 :: of]), alone=len(wanted) == 1)


def key_variable(environment: str) -> str:
    """The variable that holds an environment's key: `acme-dental` has RECONCILER_API_KEY_ACME_DENTAL."""
    return f"{KEY}_{re.sub('[^A-Z0-9]', '_', environment.upper())}"


def environ_of(environment: str, environ: Mapping[str, str], *, alone: bool) -> dict[str, str]:
    """The variables of one environment's process: all but the keys, and of the keys its own under the usual name."""
    key = environ.get(key_variable(environment)) or (environ.get(KEY) if alone else None)
    given = {name: value for name, value in environ.items() if not is_key(name) and name not in _OURS}
    return {**given, KEY: key} if key else given


def is_key(name: str) -> bool:
    """Whether a variable holds a key of the API, of whichever environment."""
    return name.upper() == KEY or name.upper().startswith(f"{KEY}_")


def check_apart(settings: Settings, wanted: Members, environ: Mapping[str, str], *, sends: bool) -> None:
    """Raise ConfigError, before anything runs, where two environments would meet in one state or one account.

    `sends`: the verb needs keys, so that a missing one is told as well; all of them at once.
    """
    known = sorted(settings.environments)
    problems = [*_one_state(known, environ), *_one_variable(known), *_one_key(wanted, environ)]
    if sends:
        problems += _without_key(settings, wanted, environ)
    if problems:
        raise ConfigError(*problems)


def _one_state(known: Sequence[str], environ: Mapping[str, str]) -> list[Diagnostic]:
    home = environ.get("RECONCILER_STATE", "").strip()
    if not home or scheme_of(home) is not None or len(known) < 2:
        return []
    told = "RECONCILER_STATE names a folder, which all environments would share as their state"
    return [error("shared-state", told, "Unset it, or set the address of a home on the network.")]


def _one_variable(known: Sequence[str]) -> list[Diagnostic]:
    holders: dict[str, list[str]] = {}
    for name in known:
        holders.setdefault(key_variable(name), []).append(name)
    return [
        error(
            "shared-key-variable",
            f"the environments {' and '.join(names)} would both take their key from {variable}",
            "Rename one of them: letters, digits and `_` must tell them apart, whatever their case.",
        )
        for variable, names in holders.items()
        if len(names) > 1
    ]


def _one_key(wanted: Members, environ: Mapping[str, str]) -> list[Diagnostic]:
    """Environments with one key are one account: each would take the other's assistants for nobody's."""
    holders: dict[str, list[str]] = {}
    for name in wanted.names:
        value = environ.get(key_variable(name))
        if value:
            holders.setdefault(value, []).append(key_variable(name))
    return [
        error(
            "shared-key",
            f"{' and '.join(names)} hold the same key, so these environments are one account",
            "Give each environment the key of its own account.",
        )
        for names in holders.values()
        if len(names) > 1
    ]


def _without_key(settings: Settings, wanted: Members, environ: Mapping[str, str]) -> list[Diagnostic]:
    missing = []
    for name in wanted.names:
        chosen = settings.environments.get(name)
        address = environ.get("RECONCILER_API_URL") or (chosen.api if chosen else None)
        if address != SANDBOX and KEY not in environ_of(name, environ, alone=wanted.alone):
            missing.append(name)
    then = "Export it, or leave the environment out with `--only`."
    if environ.get(KEY) and not wanted.alone:
        then += f" {KEY} is not taken for several: nobody can tell whose it is."
    return [error("no-api-key", f"{name} needs its API key in {key_variable(name)}", then) for name in missing]


def _no_such(glob: str, known: Sequence[str]) -> Diagnostic:
    guess = suggestion(glob, known)
    then = f"Did you mean {guess}?" if guess else "`--only` takes names and globs of the environments in the project."
    return error("unknown-environment", f"no environment of the project file is called {glob}", then)
