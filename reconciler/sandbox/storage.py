"""Where the sandbox keeps its rows: in memory, or in one SQLite file that processes may share and that outlives them.

A transaction holds the table for one request; leaving it by an exception leaves what was there. The file is opened
anew for each: that costs a fraction of a millisecond, and leaves nothing to close and nothing stale in memory.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Protocol

from reconciler.errors import ConfigError, error
from reconciler.sandbox.tables import FILE_TABLES, FileTable, MemoryTable, Table

APPLICATION_ID = 0x72637362
"""In the file's header: tells this database from other programs' ("rcsb")."""
FORMAT_VERSION = 1
_MAGIC = b"SQLite format 3\0"
_PATIENCE = 30.0
"""Seconds to wait for another program that holds the database, such as the `sqlite3` shell."""


class Storage(Protocol):
    """One account's rows."""

    def transaction(self) -> AbstractContextManager[Table]:
        """The table, held against every other user until the block is left, and then saved."""


class MemoryStorage:
    """Rows that go with the process. Threads take turns under the vendor's lock, so none is needed here."""

    def __init__(self) -> None:
        self._table = MemoryTable()

    @contextmanager
    def transaction(self) -> Iterator[MemoryTable]:
        try:
            yield self._table
        except BaseException:
            self._table.take_back()
            raise
        self._table.keep()


class FileStorage:
    """Rows in an SQLite database at `path`, made by the first write; a lock file beside it serialises processes.

    What was answered survives the end of the process by whatever signal. A power cut may cost the file: making sure of
    more would cost several disk writes a request, and this is for practice.
    Raises ConfigError where the file cannot be read or is no sandbox's: it is never taken for empty.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def transaction(self) -> Iterator[FileTable]:
        with self._locked():
            found = self._head()
            try:
                with closing(_new() if found is None else self._opened(found)) as database:
                    database.execute("BEGIN IMMEDIATE")
                    yield FileTable(database)
                    database.execute("COMMIT")
                    if found is None and database.total_changes:
                        self._place(database)
            except sqlite3.Error as problem:
                raise self._unusable(str(problem)) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # for reading as well: a pipe would be waited for until somebody reads it
            lock = self.path.with_name(self.path.name + ".lock").open("a+")
        except OSError as problem:
            raise self._unusable(problem.strerror or "it cannot be locked") from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _head(self) -> bytes | None:
        """The first bytes of the file, or None where there is no file."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                    raise self._unusable("it is a folder, a pipe or a device")
                return file.read(len(_MAGIC))
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise self._unusable(problem.strerror or "it cannot be read") from None

    def _opened(self, head: bytes) -> sqlite3.Connection:
        """The database in the file, once it is known to be a sandbox's of this format."""
        if head.lstrip().startswith(b"{"):
            raise self._unusable("it is JSON, as sandboxes once were; they are SQLite databases now")
        if head != _MAGIC:
            raise self._unusable("it is not what `reconciler sandbox` writes")
        database = sqlite3.connect(self.path.absolute(), timeout=_PATIENCE, isolation_level=None)
        try:
            database.execute("PRAGMA synchronous = OFF")
            if _number(database, "application_id") != APPLICATION_ID:
                raise self._unusable("it is another program's database")
            version = _number(database, "user_version")
            if version != FORMAT_VERSION:
                raise self._unusable(f"its format is {version}, and this version knows {FORMAT_VERSION}")
        except BaseException:
            database.close()
            raise
        return database

    def _place(self, database: sqlite3.Connection) -> None:
        """Make the file of a database in memory: whole or not at all, and its owner's alone."""
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
            os.close(descriptor)
            try:
                with closing(sqlite3.connect(name)) as file:
                    database.backup(file)
                # the journal of a killed process, whose database somebody moved away, must not be taken for this one's
                self.path.with_name(self.path.name + "-journal").unlink(missing_ok=True)
                Path(name).replace(self.path)
            except BaseException:
                with suppress(OSError):
                    Path(name).unlink()
                raise
        except OSError as problem:
            raise self._unusable(problem.strerror or "it cannot be written") from None

    def _unusable(self, why: str) -> ConfigError:
        return ConfigError(
            error(
                "sandbox-file-unusable",
                f"the sandbox's file {self.path} cannot be used: {why}",
                "Nothing in it was changed. Move it away to begin with an empty sandbox, or name another one.",
            )
        )


def _new() -> sqlite3.Connection:
    """An empty sandbox in memory, for as long as nothing is worth a file."""
    database = sqlite3.connect(":memory:", isolation_level=None)
    database.executescript(FILE_TABLES)
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
    return database


def _number(database: sqlite3.Connection, pragma: str) -> int:
    return int(database.execute(f"PRAGMA {pragma}").fetchone()[0])
