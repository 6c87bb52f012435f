"""What goes wrong on purpose goes wrong exactly where it was asked for."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any

import httpx
import pytest

from reconciler.sandbox.faults import Faults, parse
from reconciler.sandbox.storage import MemoryStorage
from reconciler.sandbox.transport import SandboxTransport
from reconciler.sandbox.vendor import Vendor
from tests.sandbox.agents import CLASSIC
from tests.support.frontdesk import frontdesk
from tests.support.vendor import KEY, Running, running


def post(vendor: Running) -> httpx.Response:
    return httpx.post(f"{vendor.url}/agent", headers=vendor.headers, json=CLASSIC, timeout=10)


@pytest.mark.parametrize(
    ("word", "status", "created"),
    [("ok", 201, 1), ("500", 500, 0), ("503", 503, 0), ("500-after", 500, 1), ("504-after", 504, 1), ("404", 404, 0)],
)
def test_a_status_comes_before_or_after_the_act(word: str, status: int, created: int) -> None:
    """A plain number does nothing; `-after` carries the request out and answers with the error all the same."""
    with running(frontdesk(), script=(word,)) as vendor:
        answer = post(vendor)
        assert answer.status_code == status
        assert "message" in answer.json()
        assert len(vendor.rows()) == created
        assert [(each.status, each.acted) for each in vendor.calls] == [(status, bool(created))]


@pytest.mark.parametrize(("word", "created"), [("drop-before", 0), ("drop-after", 1)])
def test_a_dropped_connection_is_reset_before_or_after_the_act(word: str, created: int) -> None:
    """The caller sees a broken connection either way, and cannot tell which of the two it was."""
    with running(frontdesk(), script=(word,)) as vendor:
        with pytest.raises(httpx.ReadError):
            post(vendor)
        assert len(vendor.rows()) == created
        assert [(each.status, each.acted) for each in vendor.calls] == [(None, bool(created))]
        assert post(vendor).status_code == 201


@pytest.mark.parametrize(("word", "created"), [("stall-before", 0), ("stall-after", 1)])
def test_a_stalled_request_gets_no_answer(word: str, created: int) -> None:
    """The connection stays open and silent until the caller gives up."""
    with running(frontdesk(), script=(word,)) as vendor:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{vendor.url}/agent", headers=vendor.headers, json=CLASSIC, timeout=0.2)
        assert len(vendor.rows()) == created
        assert vendor.calls[0].status is None


def test_stopping_the_vendor_frees_a_stalled_caller() -> None:
    """Leaving the context with a request in the air does not hang, and the caller sees its connection end."""
    with running(frontdesk(), script=("stall-before",)) as vendor:
        host, port = vendor.url.removeprefix("http://").removesuffix("/api").split(":")
        caller = socket.create_connection((host, int(port)), timeout=10)
        caller.sendall(f"GET /api/agents/all HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        while not vendor.calls:
            pass
    with caller, suppress(ConnectionResetError):
        assert caller.recv(1) == b""


@pytest.mark.parametrize(
    ("word", "status", "created"), [("html", 200, 0), ("html-502", 502, 0), ("html-after", 200, 1)]
)
def test_a_page_comes_where_json_was_due(word: str, status: int, created: int) -> None:
    """HTML with a status that may even say all is well."""
    with running(frontdesk(), script=(word,)) as vendor:
        answer = post(vendor)
        assert answer.status_code == status
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.startswith("<!DOCTYPE html>")
        assert len(vendor.rows()) == created


def test_a_rate_limit_says_how_long_to_wait_twice() -> None:
    """429 with Retry-After in the header and retry_after in the body; nothing was done."""
    with running(frontdesk(), script=("429",), retry_after=7) as vendor:
        answer = post(vendor)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
        assert answer.json() == {"message": "Too Many Attempts.", "retry_after": 7}
        assert vendor.rows() == []


def test_a_busy_vendor_says_when_to_come_back() -> None:
    """`busy` is a 503 with Retry-After, a bare 503 is one without."""
    with running(frontdesk(), script=("busy", "503"), retry_after=2) as vendor:
        first, second = post(vendor), post(vendor)
        assert (first.status_code, first.headers["Retry-After"]) == (503, "2")
        assert second.status_code == 503
        assert "Retry-After" not in second.headers


def test_a_plan_limit_is_a_422_without_errors() -> None:
    """A scripted 422 is the platform's other kind: a message and no fields."""
    with running(frontdesk(), script=("422",)) as vendor:
        assert set(post(vendor).json()) == {"message"}


def test_a_script_is_followed_in_order_and_then_over() -> None:
    """One word per request, of whatever kind, and afterwards all is well; more can be added while it runs."""
    with running(frontdesk(), script=("ok", "429", "500")) as vendor:
        assert [post(vendor).status_code for _ in range(5)] == [201, 429, 500, 201, 201]
        vendor.vendor.inject("503", "ok")
        assert [post(vendor).status_code for _ in range(3)] == [503, 201, 201]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"rate_limit_every": 3}, ["ok", "ok", "429", "ok", "ok", "429"]),
        ({"error_every": 2}, ["ok", "500", "ok", "500", "ok", "500"]),
        ({"error_every": 2, "error_status": 503}, ["ok", "503", "ok", "503", "ok", "503"]),
        ({"drop_before_every": 4}, ["ok", "ok", "ok", "drop-before", "ok", "ok"]),
        ({"drop_after_every": 5, "html_every": 2}, ["ok", "html", "ok", "html", "drop-after", "html"]),
        ({"html_every": 3, "html_status": 502}, ["ok", "ok", "html-502", "ok", "ok", "html-502"]),
        ({"rate_limit_every": 2, "error_every": 3}, ["ok", "429", "500", "429", "ok", "429"]),
    ],
)
def test_every_nth_request_meets_its_fault(settings: dict[str, Any], expected: list[str]) -> None:
    """Counted from one over all requests; where two rules meet, the one listed first wins."""
    faults = Faults(**settings)
    assert [faults.at(number) for number in range(1, 7)] == expected


def test_the_count_begins_after_the_script() -> None:
    """Scripted requests are not counted."""
    with running(frontdesk(), script=("ok", "ok", "ok"), error_every=2) as vendor:
        assert [post(vendor).status_code for _ in range(6)] == [201, 201, 201, 201, 500, 201]


@pytest.mark.parametrize(
    "settings",
    [
        {"script": ("oops",)},
        {"script": ("200",)},
        {"script": ("drop",)},
        {"error_status": 200},
        {"html_status": 302},
        {"error_every": 0},
        {"latency": -1},
        {"retry_after": -1},
    ],
)
def test_a_senseless_fault_is_refused_at_once(settings: dict[str, Any]) -> None:
    """A typo in a test is not silently a healthy vendor."""
    with pytest.raises(ValueError):
        Faults(**settings)


def test_every_documented_word_is_understood() -> None:
    """The list at the top of the module is what the parser takes."""
    documented = ["ok", "429", "busy", "400", "599", "500-after", "html", "html-502", "html-after"]
    documented += [f"{kind}-{when}" for kind in ("drop", "stall") for when in ("before", "after")]
    assert all(parse(word) for word in documented)


def test_latency_delays_every_answer_by_so_many_seconds() -> None:
    """The in-process transport hands the delay to its sleep, so nobody has to wait to see it."""
    slept: list[float] = []
    vendor = Vendor(frontdesk(), MemoryStorage(), key=KEY, faults=Faults(latency=0.25))
    headers = {"Authorization": f"Bearer {KEY}", "Accept": "application/json"}
    with httpx.Client(transport=SandboxTransport(vendor, sleep=slept.append), headers=headers) as client:
        assert client.get("http://sandbox.localhost/api/agents/all").status_code == 200
        assert client.post("http://sandbox.localhost/api/agent", json=CLASSIC).status_code == 201
    assert slept == [0.25, 0.25]


@pytest.mark.parametrize(
    ("word", "raised", "created"),
    [
        ("drop-before", httpx.ReadError, 0),
        ("drop-after", httpx.ReadError, 1),
        ("stall-after", httpx.ReadTimeout, 1),
    ],
)
def test_the_in_process_vendor_fails_as_the_wire_does(
    word: str, raised: type[httpx.TransportError], created: int
) -> None:
    """The transport without a socket raises what httpx raises over one."""
    vendor = Vendor(frontdesk(), MemoryStorage(), faults=Faults(script=(word,)))
    headers = {"Authorization": "Bearer sandbox", "Accept": "application/json"}
    with httpx.Client(transport=SandboxTransport(vendor), headers=headers) as client:
        with pytest.raises(raised):
            client.post("http://sandbox.localhost/api/agent", json=CLASSIC)
        assert len(vendor.rows()) == created
        assert client.post("http://sandbox.localhost/api/agent", json=CLASSIC).status_code == 201


def test_faults_come_before_the_key_is_looked_at() -> None:
    """A rate limit or a broken proxy does not ask who you are."""
    with running(frontdesk(), script=("429", "ok")) as vendor:
        wrong = {"Authorization": "Bearer wrong", "Accept": "application/json"}
        assert [httpx.get(f"{vendor.url}/agents/all", headers=wrong).status_code for _ in range(2)] == [429, 401]


@pytest.mark.parametrize(("word", "acted"), [("ok", True), ("stall-before", False), ("stall-after", True)])
def test_whoever_watches_is_told_before_the_answer(word: str, acted: bool) -> None:
    """What was done is told when it was done, so that a test can act while the caller still waits for an answer."""
    seen: list[tuple[str, bool]] = []
    vendor = Vendor(
        frontdesk(),
        MemoryStorage(),
        key=KEY,
        faults=Faults(script=(word,)),
        watch=lambda call: seen.append((call.method, call.acted)),
    )
    headers = {"Authorization": f"Bearer {KEY}", "Accept": "application/json"}
    client = httpx.Client(transport=SandboxTransport(vendor), base_url="http://sandbox.localhost/api")
    with client, suppress(httpx.ReadTimeout):
        client.post("/agent", headers=headers, json=CLASSIC)
    assert seen == [("POST", acted)]
    assert len(vendor.rows()) == int(acted)
