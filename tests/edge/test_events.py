"""`apply -o json`: a line for each event, an object in each line, and the last line is how it ended."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.api.rawserver import http, raw_server
from tests.support.practice import REMINDER, Ended, Practice, practice

Opens: TypeAlias = Callable[..., AbstractContextManager[Practice]]


@pytest.fixture
def opens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Opens:
    """Opens the practice with a reminder that is not applied yet, and with the faults that it is given."""
    return lambda **faults: practice(tmp_path / "practice", monkeypatch, capsys, **faults)


@pytest.fixture
def desk(opens: Opens) -> Iterator[Practice]:
    with opens() as made:
        made.write("assistants/reminder.yaml", REMINDER)
        yield made


def lines(ended: Ended) -> list[dict[str, Any]]:
    return [json.loads(line) for line in ended.out.splitlines()]


def names(ended: Ended) -> list[str]:
    return [each["event"] for each in lines(ended)]


def test_a_run_is_told_line_by_line(desk: Practice) -> None:
    """What is planned, begun, sent and done, and last the outcome, with nothing else on stdout."""
    ended = desk.done("apply", "-y", "-o", "json")
    planned, started, request, done, outcome = lines(ended)
    assert names(ended) == ["planned", "started", "request", "done", "outcome"]
    assert (planned["environment"], planned["changes"], planned["requests"]) == ("default", 1, 1)
    assert (started["key"], started["action"], started["id"]) == ("reminder", "create", None)
    assert {name: request[name] for name in ("key", "step", "method", "path", "attempt", "status", "failure")} == {
        "key": "reminder",
        "step": 1,
        "method": "POST",
        "path": "/user/assistant",
        "attempt": 1,
        "status": 201,
        "failure": None,
    }
    assert (done["key"], done["id"]) == ("reminder", 102)
    assert outcome["summary"]["created"] == 1
    assert outcome["results"][0]["status"] == "done"


def test_pauses_and_repetitions_are_told(opens: Opens) -> None:
    """Why, for how long, and for whom."""
    with opens(script=("ok", "ok", "429")) as desk:
        desk.write("assistants/reminder.yaml", REMINDER)
        ended = desk.done("apply", "-y", "-o", "json")
    assert names(ended) == ["planned", "started", "request", "waiting", "retried", "request", "done", "outcome"]
    _, _, first, waiting, retried, second, _, _ = lines(ended)
    assert (first["status"], first["failure"], second["attempt"]) == (429, "rate-limited", 2)
    assert waiting["everyone"] is True
    assert "limits the rate" in waiting["why"]
    assert retried["attempt"] == 2


@pytest.mark.parametrize(
    ("script", "arguments", "event", "code"),
    [
        (("ok", "ok", "422"), [], "failed", 1),
        (("ok", "ok", "drop-after"), ["--no-verify"], "unknown", 7),
        (("ok", "ok", "422"), ["--on-error", "stop", "--parallelism", "1"], "skipped", 1),
    ],
)
def test_every_end_of_a_change_is_told(
    opens: Opens, script: tuple[str, ...], arguments: list[str], event: str, code: int
) -> None:
    """Failed, unknown, and never begun."""
    with opens(script=script) as desk:
        desk.write("assistants/reminder.yaml", REMINDER)
        desk.write("assistants/survey.yaml", REMINDER.replace("Reminder", "Survey"))
        ended = desk.runs("apply", "-y", "-o", "json", *arguments)
    assert event in names(ended)
    assert names(ended)[-1] == "outcome"
    assert ended.code in (code, 3)


def test_nothing_to_do_is_an_outcome_alone(desk: Practice) -> None:
    """A stream without events still ends as every stream does."""
    ended = desk.done("apply", "-y", "-o", "json", "--target", "reception")
    assert names(ended) == ["outcome"]


def test_an_error_is_the_last_line_too(desk: Practice) -> None:
    """A run that never began says why, in one line."""
    desk.edit("assistants/reminder.yaml", "type: outbound", "type: indoor")
    (line,) = lines(desk.runs("apply", "-y", "-o", "json"))
    assert (line["event"], line["error"]["code"], line["error"]["exit_code"]) == ("error", "not-allowed", 1)


def test_quiet_is_about_people(desk: Practice) -> None:
    """A program that asked for events gets them; stderr stays empty."""
    ended = desk.done("-q", "apply", "-y", "-o", "json")
    assert names(ended)[0] == "planned"
    assert ended.err == ""


def test_hostile_texts_stay_inside_their_line(desk: Practice) -> None:
    """A refusal with line ends and escapes in it is one line of JSON."""
    body = json.dumps({"message": "no\n\u2028\u001b[2Jway", "errors": {"name": ["bad\nname"]}}).encode()
    with raw_server(http(422, body)) as server:
        ended = desk.runs("apply", "-y", "-o", "json", RECONCILER_API_URL=server.url)
    assert "\x1b" not in ended.out
    assert "\u2028" not in ended.out
    assert names(ended)[-1] == "outcome"


def test_two_v_tell_each_request_on_stderr(desk: Practice) -> None:
    """Method, path, answer and duration; without them only ends and pauses are told."""
    ended = desk.done("apply", "-y", "-vv")
    assert "reminder: POST /user/assistant: 201 in " in ended.err
    desk.edit("assistants/reminder.yaml", "voice_id: 12", "voice_id: 13")
    ended = desk.done("apply", "-y")
    assert "[1/1] reminder: updated (id 102) in " in ended.err
    assert "PUT" not in ended.err


def test_a_state_that_breaks_while_reading_back_hides_nothing(desk: Practice) -> None:
    """What was done is in the outcome, beside the error; the run is not called a success."""
    entry = desk.folder / "state/default/reminder.json"

    def spoil(connection: socket.socket) -> None:
        entry.unlink()
        entry.mkdir()
        connection.sendall(http(200, b'{"data": [], "total": 0, "last_page": 1}'))

    created = http(201, b'{"message": "created", "data": {"id": 102}}')
    for form in ("text", "json"):
        with raw_server(created, spoil) as server:
            ended = desk.runs("apply", "-y", "-o", form, RECONCILER_API_URL=server.url)
        assert ended.code == 3, ended.told
        if form == "text":
            assert "state/default/reminder.json" in ended.out
            assert "Apply incomplete: 1 created, 0 updated, 0 deleted;" in ended.out
        else:
            assert lines(ended)[-1]["summary"]["created"] == 1
            assert "state/default/reminder.json" in [each["file"] for each in lines(ended)[-1]["diagnostics"]]
        entry.rmdir()
