"""A server that says exactly the bytes it is told to: for what no well-behaved server would send."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeAlias

from reconciler.sandbox.catalogue import catalogue

ACCOUNT = "/user/me"
Reply: TypeAlias = bytes | Callable[[socket.socket], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """One request as it arrived; header names are lower-case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(kw_only=True, slots=True)
class RawServer:
    """`replies` are used up one for each request; the connection stays open for the next where the reply allows it.

    Whose key it is, is answered as the sandbox does, unheard: else nothing would be sent that the replies are for.
    """

    url: str
    replies: deque[Reply]
    heard: list[Heard] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def silent(self, _: socket.socket) -> None:
        """Keep the connection open and say nothing until the test is over."""
        self.over.wait()


def http(status: int, body: bytes = b"", *headers: str, reason: str = "Told") -> bytes:
    """A complete, correct reply."""
    lines = [f"HTTP/1.1 {status} {reason}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def reset(connection: socket.socket) -> None:
    """Close with a reset, as a crashing server does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def then_close(content: bytes) -> Reply:
    """Say so much and close."""

    def reply(connection: socket.socket) -> None:
        connection.sendall(content)
        connection.close()

    return reply


@contextmanager
def raw_server(*replies: Reply) -> Iterator[RawServer]:
    """A server on a free port of this machine for as long as the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = RawServer(url=f"http://127.0.0.1:{port}/api", replies=deque(replies))
    threads: list[threading.Thread] = []
    connections: list[socket.socket] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connections.append(connection)
            worker = threading.Thread(target=_serve, args=(connection, server))
            threads.append(worker)
            worker.start()

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield server
    finally:
        server.over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        acceptor.join()
        for each in connections:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()
        for each in connections:
            each.close()


def _serve(connection: socket.socket, server: RawServer) -> None:
    try:
        while (heard := _request(connection)) is not None:
            if heard.target.endswith(ACCOUNT):
                connection.sendall(http(200, json.dumps(catalogue().lookups[ACCOUNT].content).encode()))
                continue
            server.heard.append(heard)
            reply = server.replies.popleft() if server.replies else http(500, b'{"message": "not scripted"}')
            if callable(reply):
                reply(connection)
            else:
                connection.sendall(reply)
    except OSError:
        return


def _request(connection: socket.socket) -> Heard | None:
    content = b""
    while b"\r\n\r\n" not in content:
        more = connection.recv(65536)
        if not more:
            return None
        content += more
    head, _, body = content.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        more = connection.recv(65536)
        if not more:
            return None
        body += more
    method, target, _ = first.split(" ")
    return Heard(method=method, target=target, headers=headers, body=body)
