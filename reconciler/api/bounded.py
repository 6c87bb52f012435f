"""A deadline for one whole exchange, headers included: httpx bounds each silence, and a server can drip for ever.

httpx lets nobody choose the network below it, so its pools are given another back end after they are made; a test
drips headers, and fails should that ever have no effect. Shell: the network.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable
from typing import Any

import httpcore
import httpx


class Deadline(threading.local):
    """When the newest exchange of this thread has to end, on the client's clock; None before its first."""

    at: float | None = None


def bound(client: httpx.Client, deadline: Deadline, clock: Callable[[], float]) -> None:
    """Make every connection of a client, through a proxy as well, keep the deadline of the thread that uses it."""
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx.HTTPTransport):
            transport._pool._network_backend = _Network(transport._pool._network_backend, deadline, clock)


class _Network(httpcore.NetworkBackend):
    def __init__(self, inner: httpcore.NetworkBackend, deadline: Deadline, clock: Callable[[], float]) -> None:
        self._inner, self._deadline, self._clock = inner, deadline, clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self._deadline, self._clock)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline, clock: Callable[[], float]) -> None:
        self._inner, self._deadline, self._clock = inner, deadline, clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As the stream that is wrapped; httpcore.ReadTimeout once the deadline is over."""
        if self._deadline.at is not None:
            left = self._deadline.at - self._clock()
            if left <= 0:
                raise httpcore.ReadTimeout
            timeout = left if timeout is None else min(timeout, left)
        return self._inner.read(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, timeout), self._deadline, self._clock)

    def close(self) -> None:
        self._inner.close()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
