"""One account's rows as tables: a mapping in memory, or three tables of an SQLite database.

A row is a flat mapping: the vendor's own columns (`id`, `status`, `created_at`, ...) and the schema's fields. No
question costs more because there are more rows, but for those about all of them. Both kinds of table are used within a
transaction of `storage.py`, which says what becomes of errors.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from reconciler.canonical import canonical_bytes

FIRST_ID = 101

Row: TypeAlias = Mapping[str, Any]
"""Never changed once it is stored: who has another value to keep makes another row."""


class Rows(Protocol):
    """Rows in a fixed order. A slice (without a step) reads no more than it gives."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: slice, /) -> Sequence[Row]: ...


class Table(Protocol):
    """All rows by id. Ids ascend and are never given twice; a row is live until it has a `deleted_at`."""

    def next_id(self) -> int:
        """The id that the next new row gets."""

    def get(self, id: int) -> Row | None:
        """The row of this id, deleted or not."""

    def put(self, row: Row) -> None:
        """Store a row, new or changed."""

    def every(self) -> Sequence[Row]:
        """All rows by ascending id, deleted ones too."""

    def live(self) -> Rows:
        """The live rows by ascending id, to be read within the transaction."""

    def holders(self, field: str, value: Any) -> Sequence[Row]:
        """The live rows whose `field` equals `value` (not null), by ascending id."""


class MemoryTable:
    """The table as a mapping. What is put can be taken back; `rows` is for tests that empty a sandbox."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self._last = FIRST_ID - 1
        self._held: dict[str, dict[bytes, set[int]]] = {}
        """For each field that was ever asked for: ids by value. Deleted rows and former values may stand in it."""
        self._undo: list[Callable[[], object]] = []

    def next_id(self) -> int:
        return self._last + 1

    def get(self, id: int) -> Row | None:
        return self.rows.get(id)

    def put(self, row: Row) -> None:
        id, before, last = row["id"], self.rows.get(row["id"]), self._last

        def undo() -> None:
            self._last = last
            if before is None:
                del self.rows[id]
            else:
                self.rows[id] = before

        self._undo.append(undo)
        self.rows[id] = dict(row)
        self._last = max(last, id)
        for field, ids in self._held.items():
            ids[canonical_bytes(row.get(field))].add(id)

    def every(self) -> Sequence[Row]:
        return [self.rows[each] for each in sorted(self.rows)]

    def live(self) -> Rows:
        return [each for each in self.every() if _is_live(each)]

    def holders(self, field: str, value: Any) -> Sequence[Row]:
        if field not in self._held:
            self._held[field] = defaultdict(set)
            for id, row in self.rows.items():
                self._held[field][canonical_bytes(row.get(field))].add(id)
        key = canonical_bytes(value)
        found = [self.rows[each] for each in sorted(self._held[field].get(key, ())) if each in self.rows]
        return [each for each in found if _is_live(each) and canonical_bytes(each.get(field)) == key]

    def keep(self) -> None:
        """What was put since the last call stays."""
        self._undo.clear()

    def take_back(self) -> None:
        """What was put since `keep` was called is gone."""
        while self._undo:
            self._undo.pop()()


FILE_TABLES = """
CREATE TABLE assistant (id INTEGER PRIMARY KEY, live INTEGER NOT NULL, content TEXT NOT NULL);
CREATE INDEX live_assistant ON assistant (id) WHERE live = 1;
CREATE TABLE indexed (field TEXT PRIMARY KEY);
CREATE TABLE held (field TEXT NOT NULL, value BLOB NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (id, field));
CREATE INDEX holder ON held (field, value);
"""
"""`content` is the row as JSON. `held` says who holds which value of the `indexed` fields: those ever asked for."""


class FileTable:
    """The table in a database whose tables are FILE_TABLES.

    Every method raises sqlite3.Error where the database fails or holds a row that is none.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def next_id(self) -> int:
        last = self._one("SELECT max(id) FROM assistant")
        return FIRST_ID if last is None else max(int(last) + 1, FIRST_ID)

    def get(self, id: int) -> Row | None:
        found = self._one("SELECT content FROM assistant WHERE id = ?", id)
        return None if found is None else _row(found)

    def put(self, row: Row) -> None:
        id = row["id"]
        stored = (id, _is_live(row), json.dumps(row))
        self._database.execute("INSERT OR REPLACE INTO assistant VALUES (?, ?, ?)", stored)
        for (field,) in self._database.execute("SELECT field FROM indexed").fetchall():
            self._index(field, [row])

    def every(self) -> Sequence[Row]:
        return [_row(content) for (content,) in self._database.execute("SELECT content FROM assistant ORDER BY id")]

    def live(self) -> Rows:
        return _LiveRows(self._database)

    def holders(self, field: str, value: Any) -> Sequence[Row]:
        if self._one("SELECT 1 FROM indexed WHERE field = ?", field) is None:
            self._database.execute("INSERT INTO indexed VALUES (?)", (field,))
            self._index(field, self.every())
        asked = """SELECT content FROM held JOIN assistant USING (id)
                   WHERE field = ? AND value = ? AND live = 1 ORDER BY id"""
        return [_row(content) for (content,) in self._database.execute(asked, (field, canonical_bytes(value)))]

    def _index(self, field: str, rows: Iterable[Row]) -> None:
        held = [(field, canonical_bytes(each.get(field)), each["id"]) for each in rows]
        self._database.executemany("INSERT OR REPLACE INTO held VALUES (?, ?, ?)", held)

    def _one(self, asked: str, *values: Any) -> Any:
        found = self._database.execute(asked, values).fetchone()
        return None if found is None else found[0]


class _LiveRows:
    """The live rows of a database by ascending id."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM assistant WHERE live = 1").fetchone()[0])

    def __getitem__(self, place: slice, /) -> Sequence[Row]:
        start, stop, _ = place.indices(len(self))
        # the inner question is answered by the index alone, so no content is read to skip it
        asked = """SELECT content FROM assistant WHERE id IN
                   (SELECT id FROM assistant WHERE live = 1 ORDER BY id LIMIT ? OFFSET ?) ORDER BY id"""
        return [_row(content) for (content,) in self._database.execute(asked, (max(0, stop - start), start))]


def _is_live(row: Row) -> bool:
    return row["deleted_at"] is None


def _row(content: str) -> Row:
    try:
        row: Row = json.loads(content)
        if "deleted_at" in row and isinstance(row["id"], int):
            return row
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise sqlite3.DatabaseError("it holds a row that is none of the sandbox's")
