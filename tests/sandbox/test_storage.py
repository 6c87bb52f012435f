"""Rows outlive the process, are shared between processes, and are never taken for nothing."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.canonical import equal
from reconciler.errors import ConfigError
from reconciler.sandbox.storage import FileStorage, MemoryStorage, Storage
from reconciler.sandbox.transport import SandboxTransport
from reconciler.sandbox.vendor import Vendor
from tests.sandbox.agents import CLASSIC
from tests.state.faults import file_size_limit
from tests.support.frontdesk import frontdesk
from tests.support.vendor import running


def client_of(storage: Storage) -> httpx.Client:
    return httpx.Client(
        transport=SandboxTransport(Vendor(frontdesk(), storage)),
        base_url="http://sandbox.localhost/api",
        headers={"Authorization": "Bearer sandbox", "Accept": "application/json"},
    )


def test_rows_survive_a_restart(tmp_path: Path) -> None:
    """A new server on the same file has the same rows, deleted ones too, and gives no id twice."""
    path = tmp_path / "practice" / "rows.db"
    with running(frontdesk(), storage=FileStorage(path)) as vendor:
        for _ in range(3):
            httpx.post(f"{vendor.url}/agent", headers=vendor.headers, json={**CLASSIC, "facts": {"town": "Zürich ☎"}})
        httpx.delete(f"{vendor.url}/agent/103", headers=vendor.headers)
        before = vendor.rows()
    with running(frontdesk(), storage=FileStorage(path)) as vendor:
        assert vendor.rows() == before
        answer = httpx.post(f"{vendor.url}/agent", headers=vendor.headers, json=CLASSIC)
        assert answer.json()["data"]["id"] == 104


def test_two_vendors_see_one_file(tmp_path: Path) -> None:
    """What one writes the other reads, in both directions."""
    path = tmp_path / "rows.db"
    with client_of(FileStorage(path)) as one, client_of(FileStorage(path)) as other:
        assert one.post("/agent", json=CLASSIC).json()["data"]["id"] == 101
        assert other.put("/agent/101", json={"greeting": "Good evening."}).status_code == 200
        assert one.get("/agents/all").json()["data"][0]["greeting"] == "Good evening."
        assert other.post("/agent", json=CLASSIC).json()["data"]["id"] == 102


def create_some(path: Path, count: int) -> None:
    """What each process does in the test below."""
    with client_of(FileStorage(path)) as client:
        for _ in range(count):
            client.post("/agent", json=CLASSIC).raise_for_status()


def test_processes_take_turns(tmp_path: Path) -> None:
    """Three processes creating in one file at once lose no row and share no id."""
    path = tmp_path / "rows.db"
    spawning = multiprocessing.get_context("spawn")
    running_now = [spawning.Process(target=create_some, args=(path, 8)) for _ in range(3)]
    for each in running_now:
        each.start()
    for each in running_now:
        each.join(60)
    assert [each.exitcode for each in running_now] == [0, 0, 0]
    assert [row["id"] for row in Vendor(frontdesk(), FileStorage(path)).rows()] == list(range(101, 125))


def create_until_killed(path: Path) -> None:
    """What the process does that the test below kills: each id is printed once it was answered."""
    with client_of(FileStorage(path)) as client:
        while True:
            print(client.post("/agent", json=CLASSIC).json()["data"]["id"], flush=True)


def test_a_process_that_is_killed_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """SIGKILL in the middle of writing: every answered row is there, at most one more, and the next id is free."""
    path = tmp_path / "rows.db"
    code = f"from pathlib import Path; from {__name__} import *; create_until_killed(Path({str(path)!r}))"
    root = Path(__file__).parents[2]
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root)
    assert process.stdout is not None
    for _ in range(20):
        process.stdout.readline()
    process.kill()
    with process:  # `communicate` would lose what was read ahead
        answered = 120 + len(process.stdout.readlines())
    with client_of(FileStorage(path)) as client:
        found = client.post("/agent", json=CLASSIC).json()["data"]["id"]
    assert found in {answered + 1, answered + 2}
    assert [row["id"] for row in Vendor(frontdesk(), FileStorage(path)).rows()] == list(range(101, found + 1))


def database(path: Path, *orders: str) -> None:
    """Make or change a database by hand."""
    with closing(sqlite3.connect(path)) as file:
        for each in orders:
            file.execute(each)
        file.commit()


def spoiled(path: Path, *orders: str) -> bytes:
    """A sandbox's file with a row, that somebody changed by hand."""
    with client_of(FileStorage(path)) as client:
        client.post("/agent", json=CLASSIC)
    database(path, *orders)
    return path.read_bytes()


def refuse(path: Path, content: bytes, why: str) -> None:
    """Reading and writing raise, and the file is as it was."""
    path.write_bytes(content)
    vendor = Vendor(frontdesk(), FileStorage(path))
    with pytest.raises(ConfigError, match=r"rows\.db") as caught:
        vendor.rows()
    assert caught.value.diagnostics[0].code == "sandbox-file-unusable"
    assert why in caught.value.diagnostics[0].summary
    with client_of(FileStorage(path)) as client, pytest.raises(ConfigError):
        client.post("/agent", json=CLASSIC)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not what"),
        (b"\x00\x01", "not what"),
        (b"my shopping list", "not what"),
        (b"SQLite format 3", "not what"),
        (b"SQLite format 3\0", "cannot be used"),
        (b"SQLite format 3\0" + b"\7" * 5000, "not a database"),
        (b'{"format_version": 1, "next_id": 101, "rows": [\n\n]}\n', "it is JSON, as sandboxes once were"),
    ],
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes, why: str) -> None:
    """It is never taken for an empty sandbox and never overwritten; the former JSON is told apart."""
    refuse(tmp_path / "rows.db", content, why)


@pytest.mark.parametrize(
    ("order", "why"),
    [
        ("PRAGMA application_id = 7", "another program's"),
        ("PRAGMA user_version = 2", "its format is 2, and this version knows 1"),
        ("DROP TABLE assistant", "no such table"),
        ("UPDATE assistant SET content = '{'", "a row that is none"),
        ("UPDATE assistant SET content = 'null'", "a row that is none"),
        ("UPDATE assistant SET content = '{\"id\": 101}'", "a row that is none"),
        ("UPDATE assistant SET content = '{\"deleted_at\": null}'", "a row that is none"),
    ],
)
def test_a_database_that_is_no_sandbox_is_refused_and_left_alone(tmp_path: Path, order: str, why: str) -> None:
    """Another program's, a later version's and a spoiled one are told apart, and nothing in them is changed."""
    content = spoiled(tmp_path / "made.db", order)
    path = tmp_path / "rows.db"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"rows\.db") as caught:
        Vendor(frontdesk(), FileStorage(path)).rows()
    assert why in caught.value.diagnostics[0].summary
    assert path.read_bytes() == content


def test_a_truncated_database_is_refused(tmp_path: Path) -> None:
    """Half a file is not taken for half the rows."""
    refuse(tmp_path / "rows.db", spoiled(tmp_path / "made.db")[:6000], "malformed")


def test_a_journal_without_its_database_is_no_part_of_the_next(tmp_path: Path) -> None:
    """Somebody moved the file of a killed process away: a new sandbox begins empty and stays whole."""
    path = tmp_path / "rows.db"
    (tmp_path / "rows.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + b"\0" * 1024)
    with client_of(FileStorage(path)) as client:
        assert client.post("/agent", json=CLASSIC).json()["data"]["id"] == 101
    assert {each.name for each in tmp_path.iterdir()} == {"rows.db", "rows.db.lock"}


def test_a_storage_that_fails_is_a_500_that_says_why(tmp_path: Path) -> None:
    """Over the wire the reason is in the message; nothing of the request is."""
    path = tmp_path / "rows.db"
    path.mkdir()
    with running(frontdesk(), storage=FileStorage(path)) as vendor:
        answer = httpx.post(f"{vendor.url}/agent", headers=vendor.headers, json=CLASSIC)
        assert answer.status_code == 500
        assert "rows.db" in answer.json()["message"]
        assert CLASSIC["greeting"] not in answer.text


def put_and_fail(storage: Storage) -> None:
    """A transaction that changes the table and then breaks."""
    with storage.transaction() as table:
        table.put({"id": 102, "deleted_at": None})
        table.put({"id": 101, "deleted_at": None, "line_id": 46})
        raise KeyError


def test_a_row_is_stored_only_where_its_request_succeeded(tmp_path: Path) -> None:
    """An exception inside a transaction leaves both homes as they were."""
    for storage in (MemoryStorage(), FileStorage(tmp_path / "rows.db")):
        with storage.transaction() as table:
            table.put({"id": 101, "deleted_at": None, "line_id": 45})
            assert table.holders("line_id", 46) == []
        with pytest.raises(KeyError):
            put_and_fail(storage)
        with storage.transaction() as table:
            assert (table.every(), table.next_id()) == ([{"id": 101, "deleted_at": None, "line_id": 45}], 102)
            assert (len(table.live()), table.get(102)) == (1, None)
            assert [[row["id"] for row in table.holders("line_id", each)] for each in (45, 46)] == [[101], []]


STEPS = st.lists(
    st.tuples(
        st.integers(101, 106),
        st.booleans(),
        st.sampled_from([None, 45, 45.0, 46, True, "45", " 45\r\n", {"a": 1, "b": 2}, {"b": 2, "a": 1}, 10**30]),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=50, deadline=None)
@given(steps=STEPS)
def test_both_homes_are_one_table(steps: list[tuple[int, bool, Any, bool]]) -> None:
    """Whatever is put, kept or taken back: memory, the file and a plain mapping answer every question alike."""
    with tempfile.TemporaryDirectory() as folder:
        storages: tuple[Storage, ...] = (MemoryStorage(), FileStorage(Path(folder, "rows.db")))
        kept: dict[int, dict[str, Any]] = {}
        for id, deleted, value, fails in steps:
            row = {"id": id, "deleted_at": "2026-11-03" if deleted else None, "line_id": value}
            for storage in storages:
                with suppress(KeyError), storage.transaction() as table:
                    table.put(row)
                    if fails:
                        raise KeyError
            kept |= {} if fails else {id: row}
            live = [kept[each] for each in sorted(kept) if kept[each]["deleted_at"] is None]
            holders = [each for each in live if equal(each["line_id"], value)]
            for storage in storages:
                with storage.transaction() as table:
                    assert table.every() == [kept[each] for each in sorted(kept)]
                    assert (table.get(id), table.next_id()) == (kept.get(id), max([100, *kept]) + 1)
                    assert (len(table.live()), table.live()[1:3], table.live()[:]) == (len(live), live[1:3], live)
                    assert table.holders("line_id", value) == holders


def test_reading_writes_nothing(tmp_path: Path) -> None:
    """A list or a refusal does not touch the file, and an unused sandbox makes none."""
    path = tmp_path / "rows.db"
    with client_of(FileStorage(path)) as client:
        assert client.get("/agents/all").json()["total"] == 0
        assert not path.exists()
        client.post("/agent", json=CLASSIC)
        before = path.stat()
        client.get("/agents/all")
        client.post("/agent", json={})
        client.put("/agent/999", json={"title": "Nobody"})
        assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    """A write that cannot be finished is an error; the rows of before are still there, and no half file is."""
    path = tmp_path / "rows.db"
    long = {**CLASSIC, "facts": {"town": "Hull, by the harbour. " * 2000}}
    with client_of(FileStorage(path)) as client:
        client.post("/agent", json=CLASSIC)
        before = path.read_bytes()
        with file_size_limit(len(before) + 10), pytest.raises(ConfigError, match=r"rows\.db"):
            client.post("/agent", json=long)
        assert path.read_bytes() == before
        assert {each.name for each in tmp_path.iterdir()} == {"rows.db", "rows.db.lock"}
        assert client.post("/agent", json=long).json()["data"]["id"] == 102


def test_a_full_disk_makes_no_half_sandbox(tmp_path: Path) -> None:
    """The first row does not fit: there is no file then, and the next try begins with id 101."""
    path = tmp_path / "rows.db"
    with client_of(FileStorage(path)) as client:
        with file_size_limit(5000), pytest.raises(ConfigError, match=r"rows\.db"):
            client.post("/agent", json=CLASSIC)
        assert {each.name for each in tmp_path.iterdir()} == {"rows.db.lock"}
        assert client.post("/agent", json=CLASSIC).json()["data"]["id"] == 101


def test_a_place_where_no_file_can_be_is_told(tmp_path: Path) -> None:
    """A path below a file is an error that names it."""
    (tmp_path / "notes.txt").write_text("not a folder")
    with pytest.raises(ConfigError, match=r"notes\.txt"):
        Vendor(frontdesk(), FileStorage(tmp_path / "notes.txt" / "rows.db")).rows()


def test_the_file_is_for_its_owner_and_leaves_no_litter(tmp_path: Path) -> None:
    """Rows may hold what a practice user typed: mode 0600, nothing but the lock beside it."""
    path = tmp_path / "rows.db"
    with client_of(FileStorage(path)) as client:
        for _ in range(3):
            client.post("/agent", json=CLASSIC)
    assert path.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT id FROM assistant ORDER BY id").fetchall() == [(101,), (102,), (103,)]
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert {each.name for each in tmp_path.iterdir()} == {"rows.db", "rows.db.lock"}


def test_rows_are_handed_out_as_copies() -> None:
    """A test that changes what it was shown changes nothing in the vendor."""
    vendor = Vendor(frontdesk(), MemoryStorage())
    with httpx.Client(
        transport=SandboxTransport(vendor), headers={"Authorization": "Bearer sandbox", "Accept": "application/json"}
    ) as client:
        client.post("http://sandbox.localhost/api/agent", json={**CLASSIC, "facts": {"town": "Hull"}})
    vendor.rows()[0]["facts"]["town"] = "York"
    vendor.rows()[0]["title"] = "Changed"
    assert (vendor.rows()[0]["facts"], vendor.rows()[0]["title"]) == ({"town": "Hull"}, CLASSIC["title"])
