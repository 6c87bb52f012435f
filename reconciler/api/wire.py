"""One request over the wire with httpx, and what its failure says about what the server got. Shell.

httpx's exceptions carry the request, and the request carries the key: none leaves this module, not even as the
context of another. What broke is told by the type of the exception, never by its text.
"""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import field
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from reconciler import __version__
from reconciler.api.address import is_loopback
from reconciler.api.answers import Effect, Failure, Kind
from reconciler.api.bounded import Deadline, bound
from reconciler.errors import ConfigError, error
from reconciler.frozen import dataclass

ANSWER_LIMIT = 16 * 1024 * 1024
"""Bytes of one answer, decompressed. A page of 100 assistants with the longest prompts seen is under 8 MiB."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """Seconds: to connect, for each silence while writing or reading, and for one whole answer."""

    connect: float = 10.0
    write: float = 30.0
    read: float = 60.0
    whole: float = 180.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A complete reply; header names are lower-case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)


class Wire:
    """A keep-alive HTTP/1.1 pool to one base address. HTTP/2 stays off: threads sharing it break the connection."""

    def __init__(
        self,
        base: str,
        key: str,
        *,
        connections: int,
        timeouts: Timeouts,
        transport: httpx.BaseTransport | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeouts = timeouts
        self._clock = clock
        self._base = _url(base)
        # at debug level it logs the server's headers, and a server may repeat the key in one
        logging.getLogger("httpcore").setLevel(logging.INFO)
        self._client = _client(self._base, key, connections, timeouts, transport)
        self._deadline = Deadline()
        bound(self._client, self._deadline, clock)

    def exchange(self, method: str, path: str, content: bytes | None, query: Mapping[str, str]) -> Reply | Failure:
        """Send once. The path stands behind the base's own; origin and key cannot part from each other."""
        url = self._base.copy_with(raw_path=self._base.raw_path.rstrip(b"/") + path.encode("ascii"))
        headers = {} if content is None else {"Content-Type": "application/json"}
        request = self._client.build_request(method, url, params=query or None, content=content, headers=headers)
        begun = self._clock()
        try:
            return self._send(request)
        except httpx.ReadTimeout as problem:
            late = self._clock() - begun >= self._timeouts.whole
            failure = _endless(self._timeouts) if late else _fault(problem, self._timeouts)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as problem:
            # httpx reads the Location of a redirect that nobody follows, and it may be no address
            failure = _fault(problem, self._timeouts)
        return failure

    def _send(self, request: httpx.Request) -> Reply | Failure:
        deadline = self._clock() + self._timeouts.whole
        self._deadline.at = deadline
        response = self._client.send(request, stream=True, follow_redirects=False)
        headers = {name.lower(): value for name, value in response.headers.items()}
        content = bytearray()
        try:
            for chunk in response.iter_bytes():
                content += chunk
                if len(content) > ANSWER_LIMIT:
                    why = f"the answer is larger than {ANSWER_LIMIT // 1024 // 1024} MiB"
                    return Failure(kind=Kind.TOO_LARGE, effect=Effect.UNKNOWN, status=response.status_code, why=why)
                if self._clock() > deadline:
                    return _endless(self._timeouts)
        except (httpx.HTTPError, OSError):
            # the status line alone says that the server refused; its reasons are lost, its refusal is not
            if not 400 <= response.status_code < 500:
                raise
        finally:
            response.close()
        return Reply(status=response.status_code, headers=headers, content=bytes(content))

    def close(self) -> None:
        """Close every connection."""
        self._client.close()


def _url(base: str) -> httpx.URL:
    try:
        return httpx.URL(base)
    except httpx.InvalidURL:
        pass
    raise ConfigError(error("api-url-invalid", "the API's address cannot be used: its host name is not valid"))


def _client(
    base: httpx.URL, key: str, connections: int, timeouts: Timeouts, transport: httpx.BaseTransport | None
) -> httpx.Client:
    limits = httpx.Limits(
        max_connections=connections,
        max_keepalive_connections=connections,
        # servers drop idle connections too: reusing a nearly dead one makes a create's outcome unknown
        keepalive_expiry=5.0,
    )

    def client() -> httpx.Client:
        # a proxy would carry what was meant for this machine, key included, over the network
        straight = transport is None and is_loopback(base.host)
        return httpx.Client(
            transport=httpx.HTTPTransport(limits=limits, http2=False) if straight else transport,
            limits=limits,
            http2=False,
            follow_redirects=False,
            trust_env=True,
            timeout=httpx.Timeout(
                connect=timeouts.connect, write=timeouts.write, read=timeouts.read, pool=timeouts.connect
            ),
            # no cookie is kept: a session beside the key makes the platform ask for form tokens
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "Authorization": f"Bearer {key}",
                "User-Agent": f"reconciler/{__version__}",
            },
        )

    return made(client)


def made(client: Callable[[], httpx.Client]) -> httpx.Client:
    """A client that heeds the environment's proxies and certificates. Raises ConfigError where those are unusable."""
    try:
        return client()
    except (ValueError, ImportError, OSError, httpx.InvalidURL):
        pass
    # the cause is not shown: a proxy's address may hold a password
    raise ConfigError(
        error(
            "network-settings",
            "the network settings of the environment cannot be used",
            "Check HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR.",
        )
    )


def _endless(timeouts: Timeouts) -> Failure:
    why = f"the answer did not end within {timeouts.whole:g} s"
    return Failure(kind=Kind.TIMED_OUT, effect=Effect.UNKNOWN, why=why)


def _fault(problem: Exception, timeouts: Timeouts) -> Failure:
    match problem:
        case httpx.ConnectTimeout():
            why = f"no connection within {timeouts.connect:g} s"
            return Failure(kind=Kind.UNREACHABLE, effect=Effect.NEVER_SENT, why=why)
        case httpx.PoolTimeout():
            why = f"no connection became free within {timeouts.connect:g} s"
            return Failure(kind=Kind.UNREACHABLE, effect=Effect.NEVER_SENT, why=why)
        case httpx.ConnectError() | httpx.ProxyError() | httpx.UnsupportedProtocol():
            kind, why = _unreachable(problem)
            return Failure(kind=kind, effect=Effect.NEVER_SENT, why=why)
        case httpx.TimeoutException():
            why = f"no answer within {timeouts.read:g} s"
            return Failure(kind=Kind.TIMED_OUT, effect=Effect.UNKNOWN, why=why)
        case _:
            # a write that broke counts as sent: the last bytes may have arrived before the connection went
            why = "the connection broke before the answer was complete"
            return Failure(kind=Kind.BROKEN, effect=Effect.UNKNOWN, why=why)


def _unreachable(problem: BaseException) -> tuple[Kind, str]:
    """Which of name, connection, TLS and proxy failed: httpx chains the socket's own error as the cause."""
    if isinstance(problem, httpx.ProxyError):
        return Kind.UNREACHABLE, "the proxy refused the connection"
    cause: BaseException | None = problem
    while cause is not None:
        match cause:
            case ssl.SSLCertVerificationError():
                return Kind.UNTRUSTED, f"its TLS certificate was not accepted ({cause.verify_message})"
            case ssl.SSLError():
                return Kind.UNREACHABLE, f"TLS failed ({cause.reason or 'no reason given'})"
            case socket.gaierror():
                return Kind.UNREACHABLE, "its name cannot be resolved (DNS)"
            case ConnectionRefusedError():
                return Kind.UNREACHABLE, "the connection was refused"
            case OSError() if cause.strerror:
                return Kind.UNREACHABLE, cause.strerror
            case _:
                cause = cause.__cause__ or cause.__context__
    return Kind.UNREACHABLE, "the connection failed"
