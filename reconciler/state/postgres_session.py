"""Connections to PostgreSQL: where to, how dead ends are noticed, and what a refusal is called.

A session's lock goes with its connection, so both ends must notice when the other is gone: keepalives notice a silent
peer, `tcp_user_timeout` one that does not acknowledge what was sent. Each alone leaves a lock standing for minutes.
Touches the network. A password in the address appears in no message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from reconciler.errors import ConfigError, StateError, error
from reconciler.frozen import dataclass

if TYPE_CHECKING:
    import psycopg

SCHEMA = "reconciler"
_OURS: Mapping[str, str | int] = {
    "application_name": "reconciler",
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 2,
    "tcp_user_timeout": 12_000,
}
_SERVERS: Mapping[str, str] = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "2",
    "tcp_user_timeout": "12000",
    # a lock outlasts what a server may allow an idle session, or one statement (waiting for the lock)
    "idle_session_timeout": "0",
    "statement_timeout": "0",
    "default_transaction_isolation": "read committed",
}
_SETTINGS = """
    select set_config(name, value, false) from unnest(%s::text[], %s::text[]) as wanted (name, value)
    join pg_settings using (name)
"""
_DURABLE = "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'"


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """One schema of one database. `facts` are libpq's, a password included; `shown` is how messages call it."""

    facts: Mapping[str, Any] = field(repr=False)
    schema: str
    shown: str

    @contextmanager
    def connected(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection of its own, in autocommit, closed afterwards. Raises StateError for what goes wrong on it."""
        import psycopg

        with self.told(), closing(psycopg.connect(**self.facts, autocommit=True)) as connection:
            names, values = zip(*_SERVERS.items(), strict=True)
            connection.execute(_SETTINGS, (list(names), list(values)))
            connection.execute(_DURABLE)
            connection.execute("select set_config('search_path', quote_ident(%s), false)", (self.schema,))
            yield connection

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn what the driver raises into an error for people."""
        import psycopg

        try:
            yield
        except psycopg.Error as problem:
            raise self._error(problem) from None

    def _error(self, problem: psycopg.Error) -> StateError:
        why = problem.diag.message_primary or str(problem).strip() or type(problem).__name__
        password = str(self.facts.get("password") or "")
        why = " ".join((why.replace(password, "***") if password else why).split())
        code, then = "state-write-failed", "What was there is still there. Run again once that is put right."
        if problem.sqlstate is None or problem.sqlstate.startswith(("08", "28", "3D", "57")):
            code = "state-unreachable"
            then = "Check the address, the network and the rights of this user, and run again."
        elif problem.sqlstate == "42501":
            then = f"The user needs the right to create and write tables in the schema `{self.schema}`."
        return StateError(error(code, f"PostgreSQL says: {why}", then, file=self.shown))


def database(address: str) -> Database:
    """The database that an address (`postgres://USER@HOST/NAME?schema=NAME`) leads to. Opens nothing.

    Raises ConfigError for an address that is none, and where the driver is not installed.
    """
    try:
        import psycopg
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        told = "a state in PostgreSQL needs the driver psycopg, which is not installed"
        raise ConfigError(error("state-home", told, "pip install 'psycopg[binary]'")) from None
    try:
        parts = urlsplit(address)
        asked = parse_qsl(parts.query, keep_blank_values=True)
        schema = dict(asked).get("schema", SCHEMA)
        rest = urlencode([each for each in asked if each[0] != "schema"])
        # not urlunsplit: it drops the slashes of an address without a host, which is a socket of this machine
        facts = conninfo_to_dict(f"postgresql://{parts.netloc}{parts.path}?{rest}")
    except (psycopg.Error, ValueError):
        # what the driver says quotes the address
        told = "the address of the state is not one that PostgreSQL understands"
        then = "Write postgres://USER@HOST:PORT/DATABASE, with %-escapes for special characters."
        raise ConfigError(error("state-home", told, then)) from None
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,62}", schema) or schema.startswith("pg_"):
        told = "`schema` in the address of the state must be a plain name: letters, digits and `_`"
        raise ConfigError(error("state-home", told))
    hosts, ports = (str(facts.get(each) or "").split(",") for each in ("host", "port"))
    where = ",".join(":".join(filter(None, each)) for each in zip_longest(hosts, ports))
    shown = f"postgres://{where}/{facts.get('dbname') or ''}" + ("" if schema == SCHEMA else f"?schema={schema}")
    # else the driver speaks the database's encoding: it could not send every text, and reads none of SQL_ASCII
    return Database(facts={**_OURS, **facts, "client_encoding": "utf8"}, schema=schema, shown=shown)
