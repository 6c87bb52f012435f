"""The vendor behind a real socket: HTTP/1.1 with keep-alive on the standard library's threading server.

A dropped connection is closed at once and with a reset, as a dying proxy does it. Leaving the context closes every
connection and waits for every thread, so a test leaks nothing. Nothing of a request is logged.
"""

from __future__ import annotations

import socket
import struct
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from reconciler.errors import ReconcilerError
from reconciler.sandbox.answers import json_answer
from reconciler.sandbox.vendor import BASE, Vendor
from reconciler.sandbox.wire import FOREVER, Answer, Call

BODY_LIMIT = 8 * 1024 * 1024
"""Bytes of one request body; a longer one is refused unread."""
IDLE_SECONDS = 60.0
POLL_SECONDS = 0.02
"""How long leaving the context may wait for the accepting thread."""
_RESET = struct.pack("ii", 1, 0)


class Server:
    """Serves a vendor while its context is open. `port=0` takes a free one; `url` is the API's base address."""

    def __init__(self, vendor: Vendor, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._http = _Http(vendor, host, port)
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(POLL_SECONDS,), name="sandbox", daemon=True
        )

    @property
    def url(self) -> str:
        host, port = self._http.server_address[:2]
        shown = f"[{host!s}]" if ":" in str(host) else str(host)
        return f"http://{shown}:{port}{BASE}"

    @property
    def problems(self) -> list[BaseException]:
        """What went wrong in the sandbox itself; a test that finds something here found a bug of ours."""
        return list(self._http.problems)

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.stop()


class _Http(ThreadingHTTPServer):
    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, vendor: Vendor, host: str, port: int) -> None:
        self.vendor = vendor
        self.stopping = threading.Event()
        self.problems: list[BaseException] = []
        self._open: set[socket.socket] = set()
        self._reset: set[socket.socket] = set()
        self._guard = threading.Lock()
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)

    def server_bind(self) -> None:
        # HTTPServer's own asks the resolver for the host's full name, which can take seconds and is used by nobody
        TCPServer.server_bind(self)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
            reset = request in self._reset
            self._reset.discard(request)
        if reset:
            # no farewell: with a linger of zero, closing sends a reset
            request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def reset(self, request: socket.socket) -> None:
        with self._guard:
            self._reset.add(request)

    def stop(self) -> None:
        """Close what is still open, and wait for the threads."""
        self.stopping.set()
        with self._guard:
            for each in self._open:
                try:
                    each.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is everyday life; anything else is kept for whoever looks, and never printed."""
        problem = sys.exception()
        if problem is not None and not isinstance(problem, ConnectionError | TimeoutError):
            self.problems.append(problem)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "reconciler-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = IDLE_SECONDS
    server: _Http

    def _serve(self) -> None:
        body = self._read_body()
        if body is None:
            return
        came = time.monotonic()
        where = urlsplit(self.path)
        call = Call(
            method=self.command,
            path=unquote(where.path),
            query=dict(parse_qsl(where.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        answer = self._handled(call)
        if self._waited(answer, came) and not answer.drop:
            self._send(answer)
        else:
            self.close_connection = True
            self.server.reset(self.connection)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _serve  # noqa: N815

    def _read_body(self) -> bytes | None:
        """The body, or None where it was refused and the connection will be closed, since its end is not known."""
        length = self.headers.get("Content-Length", "0")
        if self.headers.get("Transfer-Encoding") is not None:
            self._refuse_unread(411, "A body needs a Content-Length.")
            return None
        if not (length.isascii() and length.isdigit()):
            self._refuse_unread(400, "The Content-Length is not a number.")
            return None
        if len(length) > 12 or int(length) > BODY_LIMIT:
            self._refuse_unread(413, "The body is too large.")
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        return body

    def _refuse_unread(self, status: int, told: str) -> None:
        self.close_connection = True
        self._send(json_answer(status, {"message": told}, Connection="close"))

    def _handled(self, call: Call) -> Answer:
        try:
            return self.server.vendor.handle(call)
        except ReconcilerError as problem:
            return json_answer(500, {"message": str(problem)})
        except Exception as problem:
            self.server.problems.append(problem)
            return json_answer(500, {"message": "Server Error"})

    def _waited(self, answer: Answer, came: float) -> bool:
        """Whether the answer is still wanted after its delay, which is counted from when the request came."""
        if answer.delay == FOREVER:
            with suppress(OSError):
                self.connection.recv(1)
            return False
        left = came + answer.delay - time.monotonic()
        return not (left > 0 and self.server.stopping.wait(left))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        headers: Mapping[str, str] = answer.headers
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silence: a request line can hold what nobody wants in a log."""
