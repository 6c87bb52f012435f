"""The lock of one environment in PostgreSQL: an advisory lock of a session, and a row that says whose it is.

The lock goes with its session, however that ends; what the row says without a session that holds the lock is true of
nobody. A pooler that shares out sessions by the transaction gives one session to two runs, and both "have" the lock.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, LiteralString

from reconciler.errors import StateError, error
from reconciler.state.holders import lock_held
from reconciler.state.postgres_session import Database
from reconciler.state.store import Holder

if TYPE_CHECKING:
    import psycopg

_THEN = (
    "Wait until it is done, or give it time with --lock-timeout SECONDS. The lock goes with its process; where that "
    "hangs and cannot be ended, `reconciler state unlock --force` takes it away."
)
_HOLDING: LiteralString = """
    select pid from pg_locks where locktype = 'advisory' and granted and objsubid = 1
    and database = (select oid from pg_database where datname = current_database())
    and (classid::bigint << 32) | objid::bigint = hashtextextended(%(name)s, 0)
"""
_END_HOLDING: LiteralString = f"select pg_terminate_backend(pid) from ({_HOLDING}) as holding"  # noqa: S608
_HOLDER: LiteralString = """
    select who, host, pid, command, since from reconciler_holder where environment = %(environment)s
"""
_FORCED_SECONDS = 30.0
_PROBES = 5


class SessionLock:
    """The lock of an environment. Holds nothing itself: it lives on the connection that it is taken on."""

    def __init__(self, database: Database, environment: str) -> None:
        self._database = database
        self._environment = environment
        self._names = {"name": f"reconciler/{database.schema}/{environment}", "environment": environment}

    def take(self, connection: psycopg.Connection[Any], holder: Holder, *, timeout: float) -> None:
        """Take the lock and say whose it is. Waits up to `timeout` seconds, then raises LockHeldError."""
        self._acquire(connection, timeout)
        change = """
            insert into reconciler_holder (environment, backend, who, host, pid, command, since)
            values (%(environment)s, pg_backend_pid(), %(who)s, %(host)s, %(pid)s, %(command)s, %(since)s)
            on conflict (environment) do update set (backend, who, host, pid, command, since)
            = (excluded.backend, excluded.who, excluded.host, excluded.pid, excluded.command, excluded.since)
        """
        connection.execute(change, {**self._names, **asdict(holder)})
        # so that the database's own list of sessions says it, too; it cuts what is too long
        told = f"reconciler {self._environment} {holder.who}"
        connection.execute("select set_config('application_name', %s, false)", (told,))

    def give_back(self, connection: psycopg.Connection[Any]) -> None:
        """Remove the record and let go."""
        connection.execute("delete from reconciler_holder where environment = %(environment)s", self._names)
        connection.execute("select pg_advisory_unlock(hashtextextended(%(name)s, 0))", self._names)

    def holder(self, connection: psycopg.Connection[Any]) -> Holder | None:
        """Who holds the lock now, or None."""
        return _read(connection.execute(f"{_HOLDER} and backend in ({_HOLDING})", self._names))

    def clear(self, connection: psycopg.Connection[Any], *, force: bool) -> Holder | None:
        """Remove the record of a holder that is gone, and return it; `force` ends the session of one that is not."""
        there = _read(connection.execute(_HOLDER, self._names))
        if not self._tried(connection):
            if not force:
                raise lock_held(self._environment, there, then=_THEN)
            connection.execute(_END_HOLDING, self._names)
            self._acquire(connection, _FORCED_SECONDS)
        self.give_back(connection)
        return there

    def refuse_shared_sessions(self, connection: psycopg.Connection[Any]) -> None:
        """Raise StateError (`state-home-unfit`) where two connections can be one session of the database.

        A server tells each connection its session's number at the start. Where that is the number that the session
        itself gives, nothing stands in between. Else something does, and it has to prove that it keeps sessions apart:
        a pooler that does not hands the session that was used last to whoever comes next.
        """
        mine = _backend(connection)
        if mine == connection.info.backend_pid:
            return
        for _ in range(_PROBES):
            with self._database.connected() as other:
                if _backend(other) == mine or _backend(connection) != mine:
                    raise self._unfit()

    def _unfit(self) -> StateError:
        return StateError(
            error(
                "state-home-unfit",
                "this connection to PostgreSQL goes through a pooler that shares sessions between its clients",
                "A lock taken there keeps nobody out. Use the address of the database itself, or a pool in session "
                "mode. Nothing was changed.",
                file=self._database.shown,
            )
        )

    def _tried(self, connection: psycopg.Connection[Any]) -> bool:
        found = connection.execute("select pg_try_advisory_lock(hashtextextended(%(name)s, 0))", self._names).fetchone()
        return bool(found and found[0])

    def _acquire(self, connection: psycopg.Connection[Any], timeout: float) -> None:
        """Take the lock. The server does the waiting, so it is taken the moment that it comes free."""
        from psycopg.errors import LockNotAvailable

        milliseconds = min(int(timeout * 1000), 2**31 - 1)
        if milliseconds == 0:
            taken = self._tried(connection)
        else:
            connection.execute("select set_config('lock_timeout', %s, false)", (str(milliseconds),))
            try:
                connection.execute("select pg_advisory_lock(hashtextextended(%(name)s, 0))", self._names)
                taken = True
            except LockNotAvailable:
                taken = False
            connection.execute("select set_config('lock_timeout', '0', false)")
        if not taken:
            raise lock_held(self._environment, _read(connection.execute(_HOLDER, self._names)), then=_THEN)


def _backend(connection: psycopg.Connection[Any]) -> int:
    found = connection.execute("select pg_backend_pid()").fetchone()
    return int(found[0]) if found else 0


def _read(cursor: psycopg.Cursor[Any]) -> Holder | None:
    found = cursor.fetchone()
    return (
        None if found is None else Holder(who=found[0], host=found[1], pid=found[2], command=found[3], since=found[4])
    )
