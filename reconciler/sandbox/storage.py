"""Where the sandbox keeps its rows: in memory, or in one JSON file that processes may share and that outlives them.

A row is a flat mapping: the vendor's own columns (`id`, `status`, `created_at`, ...) and the schema's fields.
A transaction holds the table for one request; leaving it by an exception leaves what was there.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from reconciler.errors import ConfigError, error

FIRST_ID = 101
FORMAT_VERSION = 1


@dataclass(kw_only=True, slots=True)
class Table:
    """All rows by id, and the id that the next one gets. Ids ascend and are never given twice."""

    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    next_id: int = FIRST_ID

    def put(self, row: Mapping[str, Any]) -> None:
        """Store a row, new or changed."""
        self.rows[row["id"]] = dict(row)
        self.next_id = max(self.next_id, row["id"] + 1)


class Storage(Protocol):
    """One account's rows."""

    def transaction(self) -> AbstractContextManager[Table]:
        """The table, held against every other user until the block is left, and then saved."""


class MemoryStorage:
    """Rows that go with the process. Threads take turns under the vendor's lock, so none is needed here."""

    def __init__(self) -> None:
        self._table = Table()

    @contextmanager
    def transaction(self) -> Iterator[Table]:
        working = Table(rows=dict(self._table.rows), next_id=self._table.next_id)
        yield working
        self._table = working


class FileStorage:
    """Rows in a JSON file at `path`, replaced whole and atomically; a lock file beside it serialises processes.

    Raises ConfigError where the file cannot be read or is no sandbox's: it is never taken for empty.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._cached = Table()

    @contextmanager
    def transaction(self) -> Iterator[Table]:
        with self._locked():
            before = self._read()
            working = Table(rows=dict(before.rows), next_id=before.next_id)
            yield working
            if working != before:
                self._write(working)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = self.path.with_name(self.path.name + ".lock").open("a")
        except OSError as problem:
            raise self._unusable(problem.strerror or "it cannot be locked") from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read(self) -> Table:
        """The stored table; parsed again only where another process replaced the file."""
        try:
            signature = _signature(self.path)
            if signature != self._seen:
                self._cached = _table(json.loads(self.path.read_text("utf-8")))
                self._seen = signature
        except FileNotFoundError:
            self._cached, self._seen = Table(), None
        except OSError as problem:
            raise self._unusable(problem.strerror or "it cannot be read") from None
        except (ValueError, TypeError, KeyError, RecursionError):
            raise self._unusable("it is not what `reconciler sandbox` writes") from None
        return self._cached

    def _write(self, table: Table) -> None:
        # a row a line, to be read by people; `indent` would cost the fast encoder
        rows = ",\n".join(json.dumps(table.rows[each]) for each in sorted(table.rows))
        text = f'{{"format_version": {FORMAT_VERSION}, "next_id": {table.next_id}, "rows": [\n{rows}\n]}}\n'
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).replace(self.path)
            except BaseException:
                with suppress(OSError):
                    Path(name).unlink()
                raise
            self._cached, self._seen = table, _signature(self.path)
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


def _signature(path: Path) -> tuple[int, int, int]:
    """Changes with every replacement of the file: the inode, the time and the size."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _table(stored: Any) -> Table:
    if stored["format_version"] != FORMAT_VERSION:
        raise ValueError("another format")
    rows = {int(row["id"]): dict(row) for row in stored["rows"]}
    if any("deleted_at" not in row for row in rows.values()):
        raise ValueError("a row without deleted_at")
    return Table(rows=rows, next_id=max(int(stored["next_id"]), *(each + 1 for each in rows), FIRST_ID))
