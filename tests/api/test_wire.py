"""The client on a socket that misbehaves."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import ssl
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from reconciler.api import Answer, ApiClient, Effect, Exchange, Failure, Kind, Patience, Retry, Timeouts, Wait
from reconciler.errors import ApiError, AuthError, ConfigError
from tests.api.faketime import FakeTime
from tests.api.rawserver import RawServer, Reply, http, raw_server, reset, then_close

KEY = "17|KeyCanary3fJ9x"
CREATED = http(201, b'{"message": "created", "data": {"id": 101}}')
UPDATED = http(200, b'{"message": "updated"}')
PAGE = http(200, b"<!DOCTYPE html><html><body>Welcome</body></html>", "Content-Type: text/html")
ONCE = Patience(attempts=1, unreachable_attempts=1, throttled_attempts=1)


@contextmanager
def talking(*replies: Reply, time: FakeTime | None = None, **settings: Any) -> Iterator[tuple[RawServer, ApiClient]]:
    """A client and the raw server that it talks to; no pause takes real time, and jitter is half of what it may be."""
    time = time or FakeTime()
    settings = {"clock": time.clock, "now": time.now, "pause": time.pause, "random_share": lambda: 0.5, **settings}
    with raw_server(*replies) as server, ApiClient(server.url, KEY, **settings) as client:
        yield server, client


def failure(found: Answer | Failure) -> Failure:
    assert isinstance(found, Failure)
    return found


def test_a_request_carries_what_the_platform_needs_and_no_more() -> None:
    """JSON is asked for, the key goes as a bearer, the body is UTF-8 JSON, and nothing is remembered in cookies."""
    session = http(201, b'{"data": {"id": 101}}', "Set-Cookie: session=abc; Path=/")
    with talking(session, UPDATED) as (server, client):
        client.send("POST", "/agent", {"title": "Zahnärzte am Hafen", "odd": "\ud800"})
        client.send("PUT", "/agent/101", {"title": "Harbour"})
    first, second = server.heard
    assert (first.method, first.target) == ("POST", "/api/agent")
    assert first.headers["accept"] == "application/json"
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert first.headers["content-type"] == "application/json"
    assert first.headers["user-agent"].startswith("reconciler/")
    assert "Zahnärzte".encode() in first.body
    assert json.loads(first.body) == {"title": "Zahnärzte am Hafen", "odd": "\ud800"}
    assert "cookie" not in second.headers


def test_a_delete_sends_no_body_and_a_query_is_escaped() -> None:
    """No body where there is none, and a query's values cannot break out of it."""
    with talking(UPDATED, UPDATED) as (server, client):
        client.send("DELETE", "/agent/7")
        client.send("GET", "/agents/all", query={"page": "2&x=1"})
    assert server.heard[0].body == b""
    assert "content-type" not in server.heard[0].headers
    assert server.heard[1].target == "/api/agents/all?page=2%26x%3D1"


def test_requests_share_a_connection() -> None:
    """Keep-alive: the second request does not connect again."""
    seen: list[tuple[str, int]] = []

    def told(connection: socket.socket) -> None:
        seen.append(connection.getpeername())
        connection.sendall(UPDATED)

    with talking(told, told) as (_, client):
        client.send("GET", "/agents/all")
        client.send("GET", "/agents/all")
    assert len(set(seen)) == 1


def test_a_redirect_is_not_followed() -> None:
    """A redirect is the login page: an error about the key, and the key goes nowhere else."""
    with raw_server() as elsewhere:
        moved = http(302, b"", f"Location: {elsewhere.url}/login?token=abc")
        with talking(moved) as (_, client), pytest.raises(AuthError) as raised:
            client.send("GET", "/agents/all")
    assert elsewhere.heard == []
    (told,) = raised.value.diagnostics
    assert told.code == "unauthorized"
    assert "RECONCILER_API_KEY" in (told.detail or "")
    assert "token=abc" not in told.summary


@pytest.mark.parametrize(
    "reply",
    [
        reset,
        then_close(b""),
        then_close(b"HTTP/1.1 200"),
        then_close(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"),
        then_close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
        then_close(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip!"),
        then_close(b"hello, this is no HTTP\r\n\r\n"),
        then_close(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}"),
        then_close(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 300_000 + b"\r\n\r\n"),
        PAGE,
        http(500, b'{"message": "Assistant creation failed"}'),
        http(502, b"<html>Bad gateway</html>"),
        http(503, b"{}", "Retry-After: 1"),
        http(504),
    ],
)
def test_a_create_is_never_sent_twice_once_it_was_sent(reply: Reply) -> None:
    """Whatever breaks after a create was sent, its outcome is unknown and it is sent once."""
    with talking(reply, CREATED) as (server, client):
        found = failure(client.attempt("POST", "/agent", {"title": "Reception"}))
    assert found.effect is Effect.UNKNOWN
    assert len(server.heard) == 1


@pytest.mark.parametrize(
    "reply",
    [
        reset,
        then_close(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"),
        then_close(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
        http(429, b"{}"),
        http(500, b"{}"),
        http(502, b"<html>Bad gateway</html>"),
        http(503, b"{}"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_what_may_be_repeated_is_repeated(method: str, reply: Reply) -> None:
    """Reading, setting and deleting can be done again, and are."""
    with talking(reply, reply, UPDATED) as (server, client):
        assert isinstance(client.attempt(method, "/agent/101", {} if method == "PUT" else None), Answer)
    assert len(server.heard) == 3


def test_silence_ends_in_a_timeout() -> None:
    """A server that never answers is given up on; a create's outcome is then unknown."""
    with raw_server() as server, ApiClient(server.url, KEY, timeouts=Timeouts(read=0.05)) as client:
        server.replies.extend([server.silent])
        found = failure(client.attempt("POST", "/agent", {"title": "Reception"}))
    assert (found.kind, found.effect) == (Kind.TIMED_OUT, Effect.UNKNOWN)
    assert "0.05 s" in found.summary


def test_an_answer_that_trickles_does_not_hold_us_for_ever() -> None:
    """Each byte comes in time, the whole does not: that is a timeout too."""
    time = FakeTime()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
        while True:
            time.seconds += 100
            connection.sendall(b" ")

    with talking(trickle, time=time, patience=ONCE, timeouts=Timeouts(whole=150)) as (_, client):
        found = failure(client.attempt("GET", "/agents/all"))
    assert found.kind is Kind.TIMED_OUT


def test_headers_that_trickle_do_not_hold_us_for_ever() -> None:
    """A header a byte at a time, with no end: the whole exchange has a deadline, not each silence alone."""
    time = FakeTime()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nServer: ")
        while True:
            time.seconds += 100
            connection.sendall(b"a")

    with talking(trickle, time=time, patience=ONCE, timeouts=Timeouts(whole=150)) as (_, client):
        found = failure(client.attempt("POST", "/agent", {"title": "Reception"}))
    assert (found.kind, found.effect) == (Kind.TIMED_OUT, Effect.UNKNOWN)
    assert "did not end within 150 s" in found.summary


def test_an_endless_row_of_interim_answers_is_cut_off() -> None:
    """`100 Continue` again and again is no answer."""
    time = FakeTime()

    def interim(connection: socket.socket) -> None:
        while True:
            time.seconds += 1
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")

    with talking(interim, time=time, patience=ONCE, timeouts=Timeouts(whole=150)) as (_, client):
        assert failure(client.attempt("GET", "/agents/all")).kind is Kind.TIMED_OUT


def test_a_refusal_stands_even_when_its_reasons_are_cut_off() -> None:
    """The status line of a 422 is enough to know that nothing was created."""
    cut = then_close(b'HTTP/1.1 422 No\r\nContent-Length: 900\r\n\r\n{"message": "Val')
    with talking(cut) as (_, client):
        found = failure(client.attempt("POST", "/agent", {"title": "Reception"}))
    assert (found.kind, found.effect) == (Kind.REFUSED, Effect.REFUSED)


@pytest.mark.parametrize("packed", [False, True])
def test_an_endless_answer_is_cut_off(packed: bool) -> None:
    """No answer takes more than 16 MiB of memory, as sent or as unpacked."""
    content = b" " * (17 * 1024 * 1024)
    reply = http(200, gzip.compress(content), "Content-Encoding: gzip") if packed else http(200, content)
    with talking(reply) as (_, client):
        found = failure(client.attempt("GET", "/agents/all"))
    assert found.kind is Kind.TOO_LARGE


def test_an_answer_of_too_many_values_is_not_parsed() -> None:
    """Nine megabytes of small objects are half a gigabyte in memory."""
    with talking(http(200, b'{"data":[' + b'{"id":1},' * 1_000_000 + b"{}]}")) as (_, client):
        found = failure(client.attempt("GET", "/agents/all"))
    assert (found.kind, found.effect) == (Kind.TOO_LARGE, Effect.UNKNOWN)
    assert "more than 2,000,000 values" in found.summary


def test_an_unused_port_is_said_to_refuse() -> None:
    """Nothing was sent, so even a create is tried again, and then the reason is named."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    time = FakeTime()
    with ApiClient(f"http://127.0.0.1:{port}/api", KEY, clock=time.clock, pause=time.pause) as client:
        found = failure(client.attempt("POST", "/agent", {"title": "Reception"}))
    assert (found.kind, found.effect, found.tries) == (Kind.UNREACHABLE, Effect.NEVER_SENT, 4)
    assert "the connection was refused" in found.summary


def test_a_name_that_does_not_resolve_is_said_so() -> None:
    """`.invalid` never resolves (RFC 6761)."""
    with ApiClient("https://desk.invalid/api", KEY, patience=ONCE) as client:
        found = failure(client.attempt("GET", "/agents/all"))
    assert found.effect is Effect.NEVER_SENT
    assert "DNS" in found.summary or "proxy" in found.summary


@contextmanager
def greeting(greet: Callable[[socket.socket], object]) -> Iterator[int]:
    """A port where every connection is handed to `greet`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                greet(connection)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_a_server_without_tls_is_said_so() -> None:
    """https:// to a plain port fails in the handshake, before anything was sent."""
    with (
        greeting(lambda each: each.sendall(b"220 mail.desk.example ready\r\n")) as port,
        ApiClient(f"https://127.0.0.1:{port}/api", KEY, patience=ONCE) as client,
    ):
        found = failure(client.attempt("GET", "/agents/all"))
    assert (found.kind, found.effect) == (Kind.UNREACHABLE, Effect.NEVER_SENT)
    assert "TLS failed" in found.summary


def test_an_untrusted_certificate_is_final(self_signed: ssl.SSLContext) -> None:
    """A certificate that nobody vouches for is not tried again, and never accepted."""
    greeted: list[int] = []

    def greet(connection: socket.socket) -> None:
        greeted.append(1)
        self_signed.wrap_socket(connection, server_side=True).close()

    with greeting(greet) as port, ApiClient(f"https://127.0.0.1:{port}/api", KEY) as client:
        found = failure(client.attempt("POST", "/agent", {"title": "Reception"}))
    assert (found.kind, found.effect, len(greeted)) == (Kind.UNTRUSTED, Effect.NEVER_SENT, 1)


def test_the_server_names_the_pause_and_everyone_keeps_it() -> None:
    """Retry-After is the least pause; the next request of anybody waits for it too."""
    time = FakeTime()
    heard: list[Wait | Retry | Exchange] = []
    slow = http(429, b'{"message": "Too Many Attempts."}', "Retry-After: 20")
    with talking(slow, CREATED, time=time) as (server, client):
        found = client.attempt("POST", "/agent", {"title": "Reception"}, listen=heard.append)
    assert isinstance(found, Answer)
    assert len(server.heard) == 2
    assert time.paused == [20.25]
    first, wait, retry, second = heard
    assert isinstance(first, Exchange)
    assert isinstance(second, Exchange)
    assert (first.number, first.status, first.failure) == (1, 429, Kind.RATE_LIMITED)
    assert (second.number, second.status, second.failure) == (2, 201, None)
    assert isinstance(wait, Wait)
    assert wait.everyone
    assert isinstance(retry, Retry)
    assert retry.number == 2


def test_a_request_of_somebody_else_waits_too() -> None:
    """While one request waits at the server's wish, another one is not sent either."""
    time = FakeTime()
    sent_at: list[float] = []
    slow = http(429, b"{}", "Retry-After: 20")
    with talking(slow, UPDATED, UPDATED, time=time, connections=4) as (_, client):

        def meanwhile(stop: threading.Event) -> None:
            time.on_pause = None
            client.send("PUT", "/agent/8", {"title": "Quay"})
            sent_at.append(time.seconds)

        time.on_pause = meanwhile
        client.send("PUT", "/agent/7", {"title": "Reception"})
    assert sent_at == [20.25]


def test_pauses_grow_and_stay_bounded() -> None:
    """Without a word from the server pauses double from half a second on (times the jitter), up to the longest."""
    time = FakeTime()
    broken = [http(500, b"{}")] * 9
    with talking(*broken, time=time, patience=Patience(attempts=9, longest_pause=8)) as (server, client):
        found = failure(client.attempt("PUT", "/agent/7", {"title": "Reception"}))
    assert time.paused == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0, 4.0]
    assert (found.kind, found.tries, len(server.heard)) == (Kind.SERVER_ERROR, 9, 9)


def test_a_pause_beyond_all_patience_is_not_begun() -> None:
    """A server that asks for a day is told off at once, with the time that it asked for."""
    time = FakeTime()
    with talking(http(429, b'{"retry_after": 86400}'), time=time) as (_, client):
        found = failure(client.attempt("PUT", "/agent/7", {"title": "Reception"}))
    assert time.paused == []
    assert "86400 s" in found.summary


def test_what_an_earlier_attempt_left_open_stays_open() -> None:
    """A PUT that broke once and was then limited may have been carried out all the same."""
    patience = Patience(throttled_attempts=1)
    with talking(reset, http(429, b"{}"), patience=patience) as (_, client):
        found = failure(client.attempt("PUT", "/agent/7", {"title": "Reception"}))
    assert (found.kind, found.effect) == (Kind.RATE_LIMITED, Effect.UNKNOWN)


def test_a_stop_during_a_pause_ends_the_trying() -> None:
    """An interrupted create that was only limited so far has certainly not been carried out."""
    time = FakeTime(on_pause=lambda stop: stop.set())
    with talking(http(429, b"{}"), CREATED, time=time) as (server, client):
        found = failure(client.attempt("POST", "/agent", {"title": "Reception"}, stop=threading.Event()))
    assert (found.kind, found.effect) == (Kind.INTERRUPTED, Effect.REFUSED)
    assert len(server.heard) == 1


def test_many_threads_lose_no_answer() -> None:
    """Forty requests over four connections, some limited, each get their own answer."""
    lock = threading.Lock()
    count = 0

    def told(connection: socket.socket) -> None:
        nonlocal count
        with lock:
            count += 1
            limited = count % 5 == 0
        connection.sendall(http(429, b"{}") if limited else UPDATED)

    replies = [told] * 80
    found: list[Answer | Failure] = []
    with talking(*replies, connections=4) as (server, client):
        threads = [
            threading.Thread(target=lambda n=n: found.append(client.attempt("PUT", f"/agent/{n}", {})))
            for n in range(40)
        ]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert [type(each) for each in found] == [Answer] * 40
    assert {each.target for each in server.heard} == {f"/api/agent/{n}" for n in range(40)}


def test_a_proxy_of_the_environment_never_sees_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would carry the sandbox's requests, key included, over the network."""
    with raw_server(UPDATED) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/api"))
        monkeypatch.setenv("ALL_PROXY", proxy.url.removesuffix("/api"))
        with talking(UPDATED) as (server, client):
            client.send("GET", "/agents/all")
    assert proxy.heard == []
    assert len(server.heard) == 1


def test_a_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """HTTPS_PROXY is honoured, only CONNECT goes to it in clear, and its refusal is called that."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with raw_server(http(407, b"no")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.removesuffix("/api"))
        monkeypatch.setenv("https_proxy", proxy.url.removesuffix("/api"))
        with ApiClient("https://portal.desk.example/api", KEY, patience=ONCE) as client:
            found = failure(client.attempt("POST", "/agent", {"title": "Reception"}))
    assert [(each.method, each.target) for each in proxy.heard] == [("CONNECT", "portal.desk.example:443")]
    assert "authorization" not in proxy.heard[0].headers
    assert (found.effect, "proxy" in found.summary) == (Effect.NEVER_SENT, True)


@contextmanager
def tunnel(to: int, asked: list[bytes]) -> Iterator[int]:
    """A CONNECT proxy that leads every tunnel to one port of this machine, and notes what it was asked in clear."""

    def serve(client: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(1)
        asked.append(head)
        with socket.create_connection(("127.0.0.1", to)) as origin:
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(origin, client))
            back.start()
            _pump(client, origin)
            back.join()

    with greeting(serve) as port:
        yield port


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(65536):
            target.sendall(content)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def test_through_a_proxy_the_key_is_seen_by_the_api_alone(
    self_signed: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy is asked for a tunnel to the API's origin; key, path and body pass through it under TLS."""
    heard: list[bytes] = []

    def origin(connection: socket.socket) -> None:
        with self_signed.wrap_socket(connection, server_side=True) as secure:
            head = b""
            while not head.endswith(b"}"):
                head += secure.recv(65536)
            heard.append(head)
            secure.sendall(CREATED)

    asked: list[bytes] = []
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with greeting(origin) as there, tunnel(there, asked) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy}")
        with ApiClient("https://portal.desk.example/api", KEY, patience=ONCE) as client:
            assert isinstance(client.attempt("POST", "/agent", {"title": "Reception"}), Answer)
    (tunnelled,), (sent,) = asked, heard
    assert tunnelled.startswith(b"CONNECT portal.desk.example:443 HTTP/1.1\r\n")
    assert KEY.encode() not in tunnelled
    assert b"/agent" not in tunnelled
    assert sent.startswith(b"POST /api/agent HTTP/1.1\r\n")
    assert f"Bearer {KEY}".encode() in sent


def test_behind_a_proxy_the_certificate_is_judged_as_well(
    self_signed: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that answers in the API's name with a certificate of its own gets no key."""
    heard: list[bytes] = []

    def impostor(connection: socket.socket) -> None:
        with self_signed.wrap_socket(connection, server_side=True) as secure:
            heard.append(secure.recv(65536))

    for name in ("NO_PROXY", "no_proxy", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    with greeting(impostor) as there, tunnel(there, []) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy}")
        with ApiClient("https://portal.desk.example/api", KEY, patience=ONCE) as client:
            found = failure(client.attempt("POST", "/agent", {"title": "Reception"}))
    assert (found.kind, found.effect) == (Kind.UNTRUSTED, Effect.NEVER_SENT)
    assert b"".join(heard) == b""


def test_a_broken_proxy_setting_is_a_configuration_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named without being quoted: a proxy's address may hold a password."""
    monkeypatch.setenv("HTTPS_PROXY", "gopher://user:ProxyCanary@proxy.desk.example")
    monkeypatch.setenv("https_proxy", "gopher://user:ProxyCanary@proxy.desk.example")
    with pytest.raises(ConfigError) as raised:
        ApiClient("https://portal.desk.example/api", KEY)
    assert [each.code for each in raised.value.diagnostics] == ["network-settings"]
    assert "ProxyCanary" not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(("key", "code"), [("", "no-api-key"), (" \n", "no-api-key"), ("abc\ndef", "api-key-invalid")])
def test_a_key_that_cannot_be_sent_is_refused_at_once(key: str, code: str) -> None:
    """A missing key and one with a line break inside are told before anything is sent."""
    with pytest.raises(AuthError) as raised:
        ApiClient("https://portal.desk.example/api", key)
    assert [each.code for each in raised.value.diagnostics] == [code]
    assert "def" not in repr(raised.value)


def test_a_path_that_leads_away_is_not_sent() -> None:
    """A plan file somebody edited cannot send the key to another host."""
    with talking() as (server, client):
        found = failure(client.attempt("PUT", "//evil.example/agent/7", {"title": "Reception"}))
    assert (found.kind, found.effect, server.heard) == (Kind.UNSENDABLE, Effect.NEVER_SENT, [])


@pytest.mark.parametrize(
    "reply",
    [
        reset,
        http(401, f'{{"message": "Key {KEY} is unknown", "error": "{KEY}"}}'.encode()),
        http(422, f'{{"message": "no", "errors": {{"{KEY}": ["{KEY.partition("|")[2]}"]}}}}'.encode()),
        http(302, b"", f"Location: https://portal.desk.example/{KEY}"),
        PAGE,
    ],
)
def test_the_key_is_in_nothing_that_comes_out(reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    """Not in a failure, an exception, its chain, a traceback, a repr or a log, even where the server repeats it."""
    body = {"actions": [{"api_key": "-".join(["body", "canary", "77"])}]}
    with caplog.at_level(logging.DEBUG), talking(reply, reply, patience=ONCE) as (_, client):
        found = client.attempt("PUT", "/agent/7", body)
        with pytest.raises(ApiError) as raised:
            client.send("PUT", "/agent/7", body)
    shown = [repr(found), repr(client), repr(raised.value.diagnostics), *_chain(raised.value), caplog.text]
    for canary in ("KeyCanary3fJ9x", "body-canary-77"):
        assert not [each for each in shown if canary in each]
    assert raised.value.__context__ is None


def _chain(problem: BaseException | None) -> Iterator[str]:
    while problem is not None:
        yield "".join(traceback.format_exception(problem))
        yield repr(vars(problem))
        problem = problem.__cause__ or problem.__context__


def test_a_page_of_a_list_is_read_in_both_forms() -> None:
    """The paginator's envelope and the bare array; what is no list is an error about the address."""
    envelope = b'{"data": [{"id": 1}], "total": 41, "last_page": 3, "current_page": 1}'
    with talking(http(200, envelope), http(200, b'[{"id": 2}]'), http(200, b'{"data": "none"}')) as (server, client):
        first = client.get_page("/agents/all", page=1)
        second = client.get_page("/agents/all", page=2, per_page=10)
        with pytest.raises(ApiError) as raised:
            client.get_page("/agents/all", page=3)
    assert (first.rows, first.total, first.last_page) == (({"id": 1},), 41, 3)
    assert (second.rows, second.total, second.last_page) == (({"id": 2},), None, None)
    assert server.heard[1].target == "/api/agents/all?per_page=10&page=2"
    (told,) = raised.value.diagnostics
    assert (told.code, "/agents/all?page=3" in told.summary) == ("not-the-api", True)


REQUEST_IDS = [
    ("X-Request-Id: 7c9e6679-7425-40de-944b-e07fc1f90ae7", "7c9e6679-7425-40de-944b-e07fc1f90ae7"),
    ("X-Amzn-RequestId: 1-58337262-36e4", "1-58337262-36e4"),
    ("CF-RAY: 8f3c2e1d-FRA", "8f3c2e1d-FRA"),
    ("X-Other: 7c9e6679", None),
    ("X-Request-Id: two words", None),
    (f"X-Request-Id: {'7' * 200}", None),
    ("X-Request-Id: crm_CanaryToken", None),
    ("X-Request-Id: KeyCanary3fJ9x", None),
    ("X-Request-Id: id-KeyCanary3fJ9x", None),
]


@pytest.mark.parametrize(("header", "kept"), REQUEST_IDS)
def test_an_attempt_is_told_with_what_the_server_calls_it(header: str, kept: str | None) -> None:
    """The answer's name for the request, unless it repeats what it was sent; never a body, a query or the key."""
    told: list[Exchange] = []
    with talking(http(200, b'{"message": "updated"}', header), on_exchange=told.append) as (_, client):
        client.attempt("PUT", "/agent/7", {"title": "crm_CanaryToken"}, query={"page": "2"}, label="reception")
    assert told == [
        Exchange(
            method="PUT",
            path="/agent/7",
            label="reception",
            number=1,
            status=200,
            seconds=0.0,
            request_id=kept,
            failure=None,
        )
    ]


def test_an_attempt_without_an_answer_is_told_too() -> None:
    """A connection that broke has no status, and every repetition is an attempt of its own."""
    told: list[Exchange] = []
    with talking(reset, UPDATED, on_exchange=told.append) as (_, client):
        client.attempt("PUT", "/agent/7", {"title": "Reception"})
    assert [(each.number, each.status, each.failure) for each in told] == [(1, None, Kind.BROKEN), (2, 200, None)]
