"""The socket: keep-alive, many callers at once, callers that misbehave, and silence on our side."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import httpx
import pytest

from reconciler.sandbox.server import BODY_LIMIT, Server
from reconciler.sandbox.storage import MemoryStorage
from reconciler.sandbox.tables import Table
from reconciler.sandbox.vendor import Vendor
from tests.sandbox.agents import CLASSIC
from tests.support.frontdesk import frontdesk
from tests.support.vendor import Running, running


def spoken(vendor: Running, sent: bytes) -> bytes:
    """What a connection on which exactly `sent` was said answers until it is closed."""
    host, port = vendor.url.removeprefix("http://").removesuffix("/api").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as caller:
        caller.sendall(sent)
        caller.shutdown(socket.SHUT_WR)
        with caller.makefile("rb") as answer:
            return answer.read()


def head(vendor: Running, *lines: str) -> bytes:
    return "\r\n".join([*lines, "Host: localhost", f"Authorization: Bearer {vendor.key}", "", ""]).encode()


def test_one_connection_serves_many_requests() -> None:
    """HTTP/1.1 keep-alive: successes and refusals come over the same connection."""
    with running(frontdesk()) as vendor, httpx.Client(headers=vendor.headers) as client:
        ports = set()
        for body in (CLASSIC, {}, CLASSIC):
            with client.stream("POST", f"{vendor.url}/agent", json=body) as answer:
                assert answer.http_version == "HTTP/1.1"
                ports.add(answer.extensions["network_stream"].get_extra_info("client_addr")[1])
                answer.read()
        assert len(ports) == 1


def test_requests_sent_in_one_breath_are_answered_in_order() -> None:
    """Two requests in one packet get two answers on one connection."""
    with running(frontdesk()) as vendor:
        body = json.dumps(CLASSIC).encode()
        one = head(vendor, "POST /api/agent HTTP/1.1", "Content-Type: application/json", f"Content-Length: {len(body)}")
        two = head(vendor, "GET /api/agents/all HTTP/1.1")
        answered = spoken(vendor, one + body + two)
        assert [part[:3] for part in answered.split(b"HTTP/1.1 ")[1:]] == [b"201", b"200"]


def test_eight_callers_at_once_get_ids_of_their_own() -> None:
    """Forty creates from eight threads: forty ids, none twice, none missing."""
    with running(frontdesk()) as vendor, httpx.Client(headers=vendor.headers) as client:

        def create(_: int) -> int:
            return int(client.post(f"{vendor.url}/agent", json=CLASSIC).json()["data"]["id"])

        with ThreadPoolExecutor(8) as pool:
            ids = list(pool.map(create, range(40)))
        assert sorted(ids) == list(range(101, 141))
        assert [row["id"] for row in vendor.rows()] == sorted(ids)


def test_an_exclusive_value_has_one_winner_among_many() -> None:
    """Eight callers claim one line at the same time; exactly one gets it."""
    with running(frontdesk()) as vendor, httpx.Client(headers=vendor.headers) as client:

        def claim(_: int) -> int:
            return client.post(f"{vendor.url}/agent", json={**CLASSIC, "line_id": 45}).status_code

        with ThreadPoolExecutor(8) as pool:
            assert sorted(pool.map(claim, range(8))) == [201, *[422] * 7]


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("Content-Type: application/json", f"Content-Length: {BODY_LIMIT + 1}"), b"413"),
        (("Content-Type: application/json", "Content-Length: 99999999999999999999"), b"413"),
        (("Content-Type: application/json", "Transfer-Encoding: chunked"), b"411"),
        (("Content-Type: application/json", "Content-Length: -5"), b"400"),
        (("Content-Type: application/json", "Content-Length: five"), b"400"),
    ],
)
def test_a_body_without_a_sane_length_is_refused_unread(lines: tuple[str, ...], status: bytes) -> None:
    """Too long, chunked, or senseless: refused in JSON, and the connection is closed."""
    with running(frontdesk()) as vendor:
        answered = spoken(vendor, head(vendor, "POST /api/agent HTTP/1.1", *lines))
        assert answered.startswith(b"HTTP/1.1 " + status)
        assert b"Connection: close" in answered
        assert set(json.loads(answered.split(b"\r\n\r\n")[1])) == {"message"}
        assert vendor.calls == []


def test_half_a_body_is_no_request() -> None:
    """A caller that dies in the middle of its body has asked for nothing."""
    with running(frontdesk()) as vendor:
        body = json.dumps(CLASSIC).encode()
        sent = head(vendor, "POST /api/agent HTTP/1.1", f"Content-Length: {len(body)}") + body[:-10]
        assert spoken(vendor, sent) == b""
        assert (vendor.calls, vendor.rows()) == ([], [])


def test_a_large_prompt_fits() -> None:
    """Prompts of a megabyte are nothing unusual."""
    with running(frontdesk()) as vendor:
        prompt = "Be kind. " * 120_000
        answer = httpx.post(f"{vendor.url}/agent", headers=vendor.headers, json={**CLASSIC, "instructions": prompt})
        assert answer.status_code == 201
        assert vendor.rows()[0]["instructions"] == prompt.strip()


def test_a_head_request_gets_a_head() -> None:
    """A method without a body in its answer is answered without one, so the connection stays in step."""
    with running(frontdesk()) as vendor:
        answered = spoken(vendor, head(vendor, "HEAD /api/agents/all HTTP/1.1"))
        assert answered.startswith(b"HTTP/1.1 405")
        assert answered.endswith(b"\r\n\r\n")


def test_callers_that_go_away_leave_no_trace_in_the_output(capfd: pytest.CaptureFixture[str]) -> None:
    """Broken pipes, resets, garbage and refusals: nothing of them is printed, nor of what was sent."""
    with running(frontdesk(), script=("ok", "drop-after", "ok", "html")) as vendor:
        host, port = vendor.url.removeprefix("http://").removesuffix("/api").split(":")
        body = json.dumps(CLASSIC).encode()
        with socket.create_connection((host, int(port))) as caller:
            caller.sendall(head(vendor, "POST /api/agent HTTP/1.1", f"Content-Length: {len(body)}") + body)
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        spoken(vendor, b"\x16\x03\x01 not http at all\r\n\r\n")
        for _ in range(3):
            try:
                httpx.post(f"{vendor.url}/agent", headers=vendor.headers, json=CLASSIC)
            except httpx.TransportError:
                continue
    assert capfd.readouterr() == ("", "")


def test_the_list_links_lead_back_to_the_same_server() -> None:
    """The envelope's addresses are made from the Host that the caller used, and can be followed."""
    with running(frontdesk()) as vendor, httpx.Client(headers=vendor.headers) as client:
        for _ in range(3):
            client.post(f"{vendor.url}/agent", json=CLASSIC)
        address: str | None = f"{vendor.url}/agents/all?per_page=1"
        seen: list[Any] = []
        while address:
            page = client.get(address).json()
            seen += [row["id"] for row in page["data"]]
            address = page["next_page_url"]
        assert seen == [101, 102, 103]


class BrokenStorage(MemoryStorage):
    """A home with a bug in it."""

    def transaction(self) -> AbstractContextManager[Table]:
        raise ZeroDivisionError("a bug that quotes Harbour Dental")


def meet_a_bug() -> None:
    with running(frontdesk(), storage=BrokenStorage()) as up:
        for _ in range(2):
            answer = httpx.get(f"{up.url}/agents/all", headers=up.headers)
            assert (answer.status_code, answer.json()) == (500, {"message": "Server Error"})


def test_a_bug_of_ours_is_a_500_that_a_test_gets_to_see(capfd: pytest.CaptureFixture[str]) -> None:
    """The caller is told nothing, nothing is printed, the server goes on; `running` fails the test at its end."""
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        meet_a_bug()
    assert capfd.readouterr() == ("", "")


def test_a_server_speaks_ipv6_where_it_is_asked_to() -> None:
    """The address of a server on ::1 has brackets and works."""
    vendor = Vendor(frontdesk(), MemoryStorage())
    try:
        server = Server(vendor, host="::1")
    except OSError:
        pytest.skip("this machine has no IPv6")
    with server:
        assert server.url.startswith("http://[::1]:")
        assert httpx.get(f"{server.url}/agents/all", headers={"Authorization": "Bearer sandbox"}).status_code == 200


def test_a_taken_port_is_an_error_at_once() -> None:
    """Two servers cannot have one port; the second is told so and leaks nothing."""
    with running(frontdesk()) as vendor:
        port = int(vendor.url.removesuffix("/api").rsplit(":", 1)[1])
        with pytest.raises(OSError, match="in use"):
            Server(Vendor(frontdesk(), MemoryStorage()), port=port)
