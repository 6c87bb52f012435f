"""From what a person writes as the home of the state to its store. Opens nothing by itself.

A folder is one environment's own. The address of a home on the network is shared: the environment's name is a part of
every place there, so that one RECONCILER_STATE serves all environments of a project.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from reconciler.errors import ConfigError, error
from reconciler.state.store import StateStore

POSTGRES = frozenset({"postgres", "postgresql"})
OBJECTS = frozenset({"s3", "az", "gs"})
UNTESTED = frozenset({"gs"})
"""Offered, and never tried against a server: no emulator that keeps their conditions can be run beside the tests."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def scheme_of(home: str) -> str | None:
    """The scheme of an address, in lower case; None for a folder."""
    found = _SCHEME.match(home)
    return None if found is None else found[1].lower()


def open_home(home: str, *, root: Path, environment: str, environ: Mapping[str, str]) -> StateStore:
    """The store of one environment in a home: a folder (relative to `root`, or absolute) or an address.

    Raises ConfigError for an address that no home has, and where a home's driver is not installed.
    """
    scheme = scheme_of(home)
    if scheme in POSTGRES:
        from reconciler.state.postgres import PostgresStore

        return PostgresStore(home, environment=environment, environ=environ)
    if scheme in OBJECTS:
        from reconciler.state.objects import ObjectStore

        return ObjectStore(home, environment=environment, environ=environ)
    if scheme is not None:
        told = f"there is no home of the state at {scheme}://"
        known = "Known are a folder, postgres://, s3://, az:// and gs://."
        raise ConfigError(error("state-home", told, known))
    from reconciler.state.files import FileStore

    return FileStore(root / home, environment=environment, shown=home, environ=environ)
