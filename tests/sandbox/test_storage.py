"""Rows outlive the process, are shared between processes, and are never taken for nothing."""

from __future__ import annotations

import json
import multiprocessing
import resource
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.errors import ConfigError
from reconciler.sandbox.storage import FileStorage, MemoryStorage, Storage
from reconciler.sandbox.transport import SandboxTransport
from reconciler.sandbox.vendor import Vendor
from tests.sandbox.agents import CLASSIC
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
    path = tmp_path / "practice" / "rows.json"
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
    path = tmp_path / "rows.json"
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
    path = tmp_path / "rows.json"
    spawning = multiprocessing.get_context("spawn")
    running_now = [spawning.Process(target=create_some, args=(path, 8)) for _ in range(3)]
    for each in running_now:
        each.start()
    for each in running_now:
        each.join(60)
    assert [each.exitcode for each in running_now] == [0, 0, 0]
    assert [row["id"] for row in Vendor(frontdesk(), FileStorage(path)).rows()] == list(range(101, 125))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '{"rows": []}',
        '{"format_version": 2, "next_id": 101, "rows": []}',
        '{"format_version": 1, "next_id": 101, "rows": [{"title": "no id"}]}',
        '{"format_version": 1, "next_id": 101, "rows": [{"id": 101}]}',
        "\x00\x01",
        "[" * 100_000,
    ],
)
def test_a_file_that_is_not_ours_is_refused_and_left_alone(tmp_path: Path, content: str) -> None:
    """It is never taken for an empty sandbox and never overwritten."""
    path = tmp_path / "rows.json"
    path.write_text(content)
    vendor = Vendor(frontdesk(), FileStorage(path))
    with pytest.raises(ConfigError, match=r"rows\.json") as caught:
        vendor.rows()
    assert caught.value.diagnostics[0].code == "sandbox-file-unusable"
    with client_of(FileStorage(path)) as client, pytest.raises(ConfigError):
        client.post("/agent", json=CLASSIC)
    assert path.read_text() == content


def test_a_storage_that_fails_is_a_500_that_says_why(tmp_path: Path) -> None:
    """Over the wire the reason is in the message; nothing of the request is."""
    path = tmp_path / "rows.json"
    path.mkdir()
    with running(frontdesk(), storage=FileStorage(path)) as vendor:
        answer = httpx.post(f"{vendor.url}/agent", headers=vendor.headers, json=CLASSIC)
        assert answer.status_code == 500
        assert "rows.json" in answer.json()["message"]
        assert CLASSIC["greeting"] not in answer.text


def put_and_fail(storage: Storage) -> None:
    """A transaction that changes the table and then breaks."""
    with storage.transaction() as table:
        table.put({"id": 102, "deleted_at": None})
        del table.rows[101]
        raise KeyError


def test_a_row_is_stored_only_where_its_request_succeeded(tmp_path: Path) -> None:
    """An exception inside a transaction leaves both homes as they were."""
    for storage in (MemoryStorage(), FileStorage(tmp_path / "rows.json")):
        with storage.transaction() as table:
            table.put({"id": 101, "deleted_at": None})
        with pytest.raises(KeyError):
            put_and_fail(storage)
        with storage.transaction() as table:
            assert (list(table.rows), table.next_id) == ([101], 102)


def test_reading_writes_nothing(tmp_path: Path) -> None:
    """A list or a refusal does not touch the file, and an unused sandbox makes none."""
    path = tmp_path / "rows.json"
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
    path = tmp_path / "rows.json"
    with client_of(FileStorage(path)) as client:
        client.post("/agent", json=CLASSIC)
        before = path.read_bytes()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 10, hard))
        try:
            with pytest.raises(ConfigError, match=r"rows\.json"):
                client.post("/agent", json=CLASSIC)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert path.read_bytes() == before
        assert {each.name for each in tmp_path.iterdir()} == {"rows.json", "rows.json.lock"}
        assert client.post("/agent", json=CLASSIC).json()["data"]["id"] == 102


def test_a_place_where_no_file_can_be_is_told(tmp_path: Path) -> None:
    """A path below a file is an error that names it."""
    (tmp_path / "notes.txt").write_text("not a folder")
    with pytest.raises(ConfigError, match=r"notes\.txt"):
        Vendor(frontdesk(), FileStorage(tmp_path / "notes.txt" / "rows.json")).rows()


def test_the_file_is_for_its_owner_and_leaves_no_litter(tmp_path: Path) -> None:
    """Rows may hold what a practice user typed: mode 0600, valid JSON, no temporary files left."""
    path = tmp_path / "rows.json"
    with client_of(FileStorage(path)) as client:
        for _ in range(3):
            client.post("/agent", json=CLASSIC)
    assert path.stat().st_mode & 0o777 == 0o600
    stored: dict[str, Any] = json.loads(path.read_text())
    assert [row["id"] for row in stored["rows"]] == [101, 102, 103]
    assert {each.name for each in tmp_path.iterdir()} == {"rows.json", "rows.json.lock"}


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
