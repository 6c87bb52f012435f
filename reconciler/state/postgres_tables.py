"""The tables of the state in PostgreSQL, and how they get from one version to the next.

A migration runs once, in one transaction, under a lock of its own: of many runs that begin at the same moment one
migrates and the others find it done. A migration that stands here is never edited; the next one changes what it made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, LiteralString

from reconciler.errors import StateError, error

if TYPE_CHECKING:
    import psycopg

MIGRATIONS: tuple[tuple[LiteralString, ...], ...] = (
    (
        "create sequence reconciler_version",
        """create table reconciler_environment (
            environment text primary key,
            format_version integer not null,
            lineage uuid not null,
            account text
        )""",
        """create table reconciler_entry (
            environment text not null references reconciler_environment,
            key text not null,
            entry json not null,
            version bigint not null default nextval('reconciler_version'),
            primary key (environment, key)
        )""",
        """create table reconciler_holder (
            environment text primary key,
            backend integer not null,
            who text not null,
            host text not null,
            pid bigint not null,
            command text not null,
            since text not null
        )""",
    ),
)
"""Statements of each version, from 1. A version of an entry is taken from one sequence and never comes again."""

_LOCK = "select pg_advisory_xact_lock(hashtextextended('reconciler/migrations', 0))"


def version_of(connection: psycopg.Connection[Any], shown: str) -> int:
    """The version of the tables, 0 where there are none. Raises StateError for one that this program does not know."""
    found = connection.execute("select to_regclass('reconciler_migration')").fetchone()
    if found is None or found[0] is None:
        return 0
    newest = connection.execute("select coalesce(max(version), 0) from reconciler_migration").fetchone()
    version = int(newest[0]) if newest else 0
    if version > len(MIGRATIONS):
        raise StateError(
            error(
                "state-newer",
                f"the tables have version {version}; this program knows up to {len(MIGRATIONS)}",
                "They were changed by a newer reconciler. Install that version or a later one; nothing was changed.",
                file=shown,
            )
        )
    return version


def migrate(connection: psycopg.Connection[Any], schema: str, shown: str) -> None:
    """Bring the tables to the newest version; nothing is asked of the database where they have it already."""
    from psycopg import sql

    if version_of(connection, shown) == len(MIGRATIONS):
        return
    with connection.transaction():
        connection.execute(_LOCK)
        # not `if not exists`: that asks for the right to create schemas even where there is nothing to create
        if connection.execute("select 1 from pg_namespace where nspname = %s", (schema,)).fetchone() is None:
            connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
        if version_of(connection, shown) == 0:
            connection.execute(
                "create table if not exists reconciler_migration"
                " (version integer primary key, applied_at timestamptz not null default now())"
            )
        for version in range(version_of(connection, shown) + 1, len(MIGRATIONS) + 1):
            for statement in MIGRATIONS[version - 1]:
                connection.execute(statement)
            connection.execute("insert into reconciler_migration (version) values (%s)", (version,))
