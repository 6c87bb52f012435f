"""The state in PostgreSQL: a row per entry, and a session's advisory lock that goes with its process.

While the lock is held, everything goes over the connection that holds it: a run whose lock is gone (a connection that
broke, a forced unlock) cannot write any more, however late it wakes up. Every write names the version it replaces, so
that even one without the lock undoes nobody's work. Touches the network, and only the schema's own tables.
"""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, LiteralString

from reconciler.entries import FORMAT_VERSION, entry_from_json, entry_to_json
from reconciler.errors import Diagnostic, StateError
from reconciler.model import Entry, Spread
from reconciler.state.entryfiles import Place, decode_object
from reconciler.state.holders import this_process
from reconciler.state.meta import lock_lost, moved, newer, refuse_other_lineage
from reconciler.state.places import segments
from reconciler.state.postgres_lock import SessionLock
from reconciler.state.postgres_session import Database, database
from reconciler.state.postgres_tables import migrate, version_of
from reconciler.state.store import Glance, Holder

if TYPE_CHECKING:
    import psycopg


class PostgresStore:
    """A StateStore of one environment in one schema of a database. Threads may share one.

    Outside the lock each method opens a connection and closes it: a plan holds none open.
    """

    def __init__(
        self,
        address: str,
        *,
        environment: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._database: Database = database(address)
        self._environment = environment
        self._clock = clock
        self._environ = environ
        self._lock = SessionLock(self._database, environment)
        self._held: psycopg.Connection[Any] | None = None
        self._using = threading.RLock()
        self._versions: dict[str, int] = {}
        self._all_read = False
        self._begun = False

    @property
    def shown(self) -> str:
        """The address without its user and password, and the environment."""
        return f"{self._database.shown} ({self._environment})"

    def lineage(self) -> str | None:
        """The environment's lineage, or None where nothing was ever written. Raises StateError for a newer format."""
        with self._session() as connection:
            return self._lineage(connection)

    def begin(self, lineage: str) -> None:
        """Make the environment with this lineage. Raises StateConflictError where it has another one."""
        with self._session() as connection:
            there = self._begin(connection, lineage)
        refuse_other_lineage(there, lineage, self.shown)

    def account(self) -> str | None:
        """The fingerprint of the account that the environment was applied to, or None where none is remembered."""
        with self._session() as connection:
            if self._lineage(connection) is None:
                return None
            found = self._one(connection, "select account from reconciler_environment where environment = %s")
        return None if found is None or found[0] is None else str(found[0])

    def remember_account(self, account: str) -> None:
        """Save the account's fingerprint. Makes the lineage first where there is none."""
        with self._session() as connection:
            self._begin(connection)
            change = "update reconciler_environment set account = %s where environment = %s"
            connection.execute(change, (account, self._environment))

    def read(
        self, keys: Iterable[str] | None = None, *, glance: Glance | None = None, spread: Spread = map
    ) -> Mapping[str, Entry]:
        """All entries by key, or those of `keys` that exist. Raises StateError with everything that is unreadable."""
        wanted = None if keys is None else sorted(set(keys))
        for key in wanted or ():
            segments(key)
        with self._session() as connection:
            if self._lineage(connection) is None:
                rows: list[Any] = []
            elif wanted is None:
                select = "select key, entry::text, version from reconciler_entry where environment = %s"
                rows = connection.execute(select, (self._environment,)).fetchall()
            else:
                select = (
                    "select key, entry::text, version from reconciler_entry where environment = %s and key = any(%s)"
                )
                rows = connection.execute(select, (self._environment, wanted)).fetchall()
            self._seen({key: version for key, _, version in rows}, wanted)
        return self._entries(rows)

    def write(self, entry: Entry) -> None:
        """Save one entry durably. Raises StateConflictError where it moved, and leaves what was there."""
        segments(entry.key)
        # escaped, so that a database in any encoding takes it
        content = json.dumps(entry_to_json(entry))
        with self._session() as connection:
            self._begin(connection)
            known = self._version(connection, entry.key)
            if known is None:
                change = (
                    "insert into reconciler_entry (entry, environment, key) values (%s, %s, %s)"
                    " on conflict do nothing returning version"
                )
                found = connection.execute(change, (content, self._environment, entry.key)).fetchone()
            else:
                change = (
                    "update reconciler_entry set entry = %s, version = nextval('reconciler_version')"
                    " where environment = %s and key = %s and version = %s returning version"
                )
                found = connection.execute(change, (content, self._environment, entry.key, known)).fetchone()
            if found is None:
                raise moved(entry.key, self.shown)
            self._versions[entry.key] = found[0]

    def remove(self, key: str) -> None:
        """Forget one entry durably; nothing happens where there is none."""
        segments(key)
        with self._session() as connection:
            if self._lineage(connection) is None:
                return
            known = self._version(connection, key)
            change = "delete from reconciler_entry where environment = %s and key = %s and version = %s"
            gone = connection.execute(change, (self._environment, key, known or 0)).rowcount
            if not gone and self._stored_version(connection, key) is not None:
                raise moved(key, self.shown)
            self._versions[key] = 0

    @contextmanager
    def lock(self, *, command: str, timeout: float) -> Iterator[None]:
        """Hold the environment's lock, on a connection of its own. Not re-entrant.

        Raises StateError (`state-home-unfit`) where a pooler stands before the database and shares out its sessions.
        """
        holder = this_process(command=command, now=self._clock(), environ=self._environ)
        with self._database.connected() as connection:
            self._lock.refuse_shared_sessions(connection)
            migrate(connection, self._database.schema, self.shown)
            self._lock.take(connection, holder, timeout=timeout)
            self._hold(connection)
            try:
                yield
            finally:
                self._hold(None)
                # where this fails the connection is gone, and the lock went with it
                with suppress(StateError), self._database.told():
                    self._lock.give_back(connection)

    def holder(self) -> Holder | None:
        """Who holds the lock now, or None. A record that nobody's lock stands behind names nobody."""
        with self._session() as connection:
            return self._lock.holder(connection) if version_of(connection, self.shown) else None

    def unlock(self, *, force: bool = False) -> Holder | None:
        """Remove what a holder that is gone left behind, and return it; `force` ends the session of one that is not."""
        with self._database.connected() as connection:
            return self._lock.clear(connection, force=force) if version_of(connection, self.shown) else None

    def _hold(self, connection: psycopg.Connection[Any] | None) -> None:
        with self._using:
            self._held = connection
            # what was seen without the lock may have changed
            self._versions, self._all_read, self._begun = {}, False, False

    @contextmanager
    def _session(self) -> Iterator[psycopg.Connection[Any]]:
        """The connection that holds the lock, or one for this moment. One thread at a time."""
        with self._using:
            held = self._held
            if held is None:
                with self._database.connected() as connection:
                    yield connection
                return
            try:
                with self._database.told():
                    yield held
            except StateError:
                if held.closed:
                    raise lock_lost(self._environment, self._database.shown) from None
                raise

    def _one(self, connection: psycopg.Connection[Any], select: LiteralString) -> Any:
        return connection.execute(select, (self._environment,)).fetchone()

    def _lineage(self, connection: psycopg.Connection[Any]) -> str | None:
        if version_of(connection, self.shown) == 0:
            return None
        select = "select format_version, lineage from reconciler_environment where environment = %s"
        found = self._one(connection, select)
        if found is None:
            return None
        if found[0] > FORMAT_VERSION:
            raise newer(found[0], self.shown)
        return str(found[1])

    def _begin(self, connection: psycopg.Connection[Any], lineage: str | None = None) -> str | None:
        """Make the environment's row where there is none; the lineage that was there before, if any."""
        if self._begun and lineage is None:
            return None
        migrate(connection, self._database.schema, self.shown)
        there = self._lineage(connection)
        if there is None:
            change = "insert into reconciler_environment values (%s, %s, %s) on conflict do nothing"
            connection.execute(change, (self._environment, FORMAT_VERSION, lineage or str(uuid.uuid4())))
        # under the lock nobody takes the environment away, so it is looked for once
        self._begun = self._held is not None
        return there

    def _seen(self, versions: Mapping[str, int], wanted: list[str] | None) -> None:
        for key in self._versions.keys() - versions.keys() if wanted is None else set(wanted) - versions.keys():
            self._versions[key] = 0
        self._versions.update(versions)
        self._all_read = self._all_read or wanted is None

    def _version(self, connection: psycopg.Connection[Any], key: str) -> int | None:
        """The version of the entry as this store saw it last, else as it is now; None where there is, or was, none."""
        if key not in self._versions and not self._all_read:
            return self._stored_version(connection, key)
        return self._versions.get(key) or None

    def _stored_version(self, connection: psycopg.Connection[Any], key: str) -> int | None:
        select = "select version from reconciler_entry where environment = %s and key = %s"
        found = connection.execute(select, (self._environment, key)).fetchone()
        return None if found is None else int(found[0])

    def _entries(self, rows: list[Any]) -> Mapping[str, Entry]:
        problems: list[Diagnostic] = []
        entries: dict[str, Entry] = {}
        for key, content, _ in rows:
            place = Place(path="", shown=self.shown, key=key)
            try:
                entries[key] = entry_from_json(key, decode_object(place, content.encode()), where=self.shown)
            except StateError as problem:
                problems.extend(problem.diagnostics)
        if problems:
            raise StateError.of(problems)
        return dict(sorted(entries.items()))
