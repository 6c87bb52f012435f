"""A server between a client and an object store: whatever happens on the way to a real store can be made to happen."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias
from urllib.parse import urlsplit

from tests.support.objects import Objects

LOST = 0
"""For a meddler: the store did it, and its answer never comes."""


@dataclass(kw_only=True, slots=True)
class Request:
    """One request on its way. A meddler may change its headers; `answered` is what the client gets to hear instead."""

    method: str
    name: str
    headers: dict[str, str]
    answered: int | None = None
    passed_on: bool = True

    @property
    def condition(self) -> str | None:
        """The condition's own header, in lower case: `if-match`, `if-none-match`."""
        return next((each for each in self.headers if each.startswith("if-")), None)


Meddler: TypeAlias = Callable[[Request], None]


@dataclass(kw_only=True, slots=True)
class Times:
    """Meddles with the first `count` requests of a method for an object whose name ends so, and with no other."""

    method: str
    name: str
    act: Meddler
    count: int = 1
    seen: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Request) -> None:
        with self.guard:
            meant = request.method == self.method and request.name.endswith(self.name) and self.seen < self.count
            self.seen += meant
        if meant:
            self.act(request)


@contextmanager
def between(store: Objects, meddler: Meddler) -> Iterator[Mapping[str, str]]:
    """Variables that lead to the store through a server that asks the meddler about every request."""
    endpoint = urlsplit(store.environ["AWS_ENDPOINT_URL"])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(method=self.command, name=urlsplit(self.path).path, headers=headers)
            meddler(request)
            if request.passed_on:
                connection = http.client.HTTPConnection(endpoint.hostname or "", endpoint.port, timeout=60)
                connection.request(self.command, self.path, body=body, headers=request.headers)
                answer = connection.getresponse()
                status, told, content = answer.status, answer.getheaders(), answer.read()
                connection.close()
            else:
                status, told, content = 200, [], b""
            if request.answered == LOST:
                self.close_connection = True
                return
            if request.answered is not None:
                status, told, content = request.answered, [("Content-Length", "0")], b""
            self.send_response_only(status)
            for name, value in told:
                if name.lower() not in ("connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = handle_any  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield {**store.environ, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_address[1]}"}
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
