"""The log of requests: what is in a line, how many files stay, and that no run ends because of it."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reconciler.api import Exchange, Kind
from reconciler.config.request_log import KEPT, RequestLog
from tests.support.practice import Practice, practice

START = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
EXCHANGE = Exchange(
    method="PUT",
    path="/user/assistant/101",
    label="reception",
    number=2,
    status=None,
    seconds=0.0123,
    request_id=None,
    failure=Kind.BROKEN,
)


def log(root: Path, *, warn: Callable[[str], None] = pytest.fail, after: float = 0) -> RequestLog:
    moment = START + timedelta(seconds=after)
    return RequestLog(root, environment="production", warn=warn, now=lambda: moment)


def lines(root: Path) -> list[dict[str, Any]]:
    files = sorted((root / ".reconciler" / "log").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def test_a_line_says_what_was_sent_and_holds_no_content(tmp_path: Path) -> None:
    """All keys, always; the file is its owner's alone and stays out of Git."""
    log(tmp_path).write(EXCHANGE)
    assert lines(tmp_path) == [
        {
            "time": "2026-11-03T09:00:00.000Z",
            "environment": "production",
            "key": "reception",
            "method": "PUT",
            "path": "/user/assistant/101",
            "attempt": 2,
            "status": None,
            "failure": "connection-broken",
            "duration_ms": 12,
            "request_id": None,
        }
    ]
    (file,) = (tmp_path / ".reconciler" / "log").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (tmp_path / ".reconciler" / ".gitignore").read_text("utf-8") == "*\n"


def test_the_newest_files_stay(tmp_path: Path) -> None:
    """A run adds one file, whatever it sends, and the oldest goes; what is no log stays."""
    for number in range(KEPT + 3):
        run = log(tmp_path, after=number)
        run.write(EXCHANGE)
        run.write(EXCHANGE)
        (tmp_path / ".reconciler" / "log" / "notes.txt").write_text("Asked the vendor on Tuesday.", "utf-8")
    names = sorted(each.name for each in (tmp_path / ".reconciler" / "log").glob("*.jsonl"))
    assert len(names) == KEPT
    assert names[0].startswith("20261103T090003.")
    assert (tmp_path / ".reconciler" / "log" / "notes.txt").exists()
    assert len(lines(tmp_path)) == 2 * KEPT


def test_a_run_that_sends_nothing_leaves_no_file(tmp_path: Path) -> None:
    """The folder is made with the first request."""
    log(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_log_that_cannot_be_written_is_told_once(tmp_path: Path) -> None:
    """A file stands where the folder should: one sentence, and nothing is raised."""
    (tmp_path / ".reconciler").write_text("", "utf-8")
    told: list[str] = []
    run = log(tmp_path, warn=told.append)
    run.write(EXCHANGE)
    run.write(EXCHANGE)
    (warning,) = told
    assert warning.startswith("warning: requests are not logged: .reconciler/log cannot be written (")


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        yield made


def test_every_request_of_every_verb_is_in_the_log(desk: Practice) -> None:
    """Whose key it is, a create and what is read back after it, and a plan that reads live: with the key where one is
    known."""
    account, create, listed = lines(desk.folder)
    assert (account["method"], account["path"], account["key"]) == ("GET", "/user/me", None)
    assert (create["method"], create["path"], create["key"], create["status"]) == (
        "POST",
        "/user/assistant",
        "reception",
        201,
    )
    assert (listed["method"], listed["path"], listed["key"]) == ("GET", "/user/assistants/get", None)
    desk.done("plan", "--refresh")
    assert [each["method"] for each in lines(desk.folder)] == ["GET", "POST", "GET", "GET", "GET"]
    assert len(lines(desk.folder)) == len(desk.vendor.calls)


def test_an_apply_whose_log_cannot_be_written_is_done_all_the_same(desk: Practice) -> None:
    """It says so on stderr, and what it did is in the state."""
    logs = desk.folder / ".reconciler" / "log"
    for file in logs.iterdir():
        file.unlink()
    logs.rmdir()
    logs.write_text("in the way", "utf-8")
    desk.edit("assistants/reception.yaml", "voice_id: 12", "voice_id: 13")
    ended = desk.done("apply", "-y")
    assert "Apply complete: 0 created, 1 updated, 0 deleted." in ended.out
    assert "warning: requests are not logged" in ended.err
    assert "No changes." in desk.done("plan").out
