"""The client: one request, its attempts, and what is told of each. Shell; safe to use from many threads.

What is sent again, and when, is `patience`'s to say; how many at once is `pace`'s.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias

from reconciler.api.address import api_base, is_request_path
from reconciler.api.answers import Answer, Effect, Exchange, Failure, Kind, Page, Retry, Wait
from reconciler.api.pace import Pace
from reconciler.api.patience import Patience, Trial
from reconciler.api.reading import read_reply, rows_in
from reconciler.api.wire import Reply, Timeouts, Wire
from reconciler.canonical import Json
from reconciler.errors import AuthError, error
from reconciler.frozen import dataclass

if TYPE_CHECKING:
    import httpx

Listener: TypeAlias = Callable[[Wait | Retry | Exchange], None]
_REQUEST_IDS = ("x-request-id", "request-id", "x-correlation-id", "x-amzn-requestid", "x-amzn-trace-id", "cf-ray")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:;=/+-]{1,128}")


def _wait(seconds: float, stop: threading.Event) -> None:
    stop.wait(seconds)


class ApiClient:
    """One API under one key. `base_url` as for `api_base`; `transport` replaces the network (the sandbox in process).

    `connections` bounds the requests in flight. `on_exchange` is told of every attempt, on the thread that made it, and
    must not raise: it is for a log. A server that calls a request by one of the `secrets` is not quoted. `stop` and
    `listen` are as for `attempt`, where that is given none. `clock` counts seconds, `now` tells the time (UTC),
    `random_share` gives numbers in [0, 1), `pause(seconds, stop)` waits and returns early once `stop` is set: all for
    tests.
    Raises ConfigError for an address, AuthError for a key that cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        transport: httpx.BaseTransport | None = None,
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        patience: Patience = Patience(),  # noqa: B008 - frozen
        connections: int = 10,
        secrets: Collection[str] = (),
        stop: threading.Event | None = None,
        listen: Listener | None = None,
        allow_insecure_http: bool = False,
        on_exchange: Callable[[Exchange], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: Callable[[float, threading.Event], object] = _wait,
        random_share: Callable[[], float] = random.random,
    ) -> None:
        self._key = _checked_key(key)
        self.base_url = api_base(base_url, allow_insecure_http=allow_insecure_http)
        self._wire = Wire(
            self.base_url, self._key, connections=connections, timeouts=timeouts, transport=transport, clock=clock
        )
        self._pace = Pace(at_once=connections, clock=clock, pause=pause)
        self._patience = patience
        self._on_exchange = on_exchange
        self._secrets = tuple(filter(None, secrets))
        self._stop = stop or threading.Event()
        self._listen = listen or _nobody
        self._clock = clock
        self._now = now
        self._pause = pause
        self._random_share = random_share

    def __repr__(self) -> str:
        return f"ApiClient({self.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._wire.close()

    def attempt(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        query: Mapping[str, str] | None = None,
        stop: threading.Event | None = None,
        listen: Listener | None = None,
        label: str | None = None,
    ) -> Answer | Failure:
        """Send, and send again where that is safe. Never raises for what the network or the server does.

        `path` begins with a slash and stands behind the base. No body is sent where `body` is None. Once `stop` is
        set nothing more is sent; an attempt under way is waited for. `listen` hears of attempts, pauses and
        repetitions; `label` is what a log calls what the request is about.
        """
        content = None if body is None else _encoded(body)
        if not is_request_path(path):
            why = "the path of the request leads out of the API"
            failure = Failure(kind=Kind.UNSENDABLE, effect=Effect.NEVER_SENT, why=why)
            return failure.at(method=method, path="(refused)", base=self.base_url, tries=1, effect=Effect.NEVER_SENT)
        order = _Order(method=method, path=path, content=content, query=query or {}, label=label)
        trial = Trial(self._patience, self._random_share, begun=self._clock())
        return self._until_done(order, trial, stop or self._stop, listen or self._listen)

    def send(self, method: str, path: str, body: Json = None, *, query: Mapping[str, str] | None = None) -> Answer:
        """Like `attempt`, for callers that can only stop: raises ApiError, or AuthError where the key is refused."""
        outcome = self.attempt(method, path, body, query=query)
        if isinstance(outcome, Failure):
            raise outcome.error()
        return outcome

    def get_page(self, path: str, *, page: int, per_page: int = 100) -> Page:
        """One page of a list, rows as the server gave them: an envelope with `data`, or a bare array.

        Raises ApiError as `send` does, and where the answer holds no list of objects.
        """
        place = f"{path}?page={page}"
        answer = self.attempt("GET", path, query={"per_page": str(per_page), "page": str(page)})
        if isinstance(answer, Failure):
            raise replace(answer, path=place).error()
        rows, wrong = rows_in(answer.json)
        if wrong:
            failure = Failure(kind=Kind.NOT_THE_API, effect=Effect.REFUSED, status=answer.status, why=wrong)
            raise failure.at(method="GET", path=place, base=self.base_url, tries=1, effect=Effect.REFUSED).error()
        told = answer.json if isinstance(answer.json, Mapping) else {}
        return Page(
            rows=rows, total=_count(told.get("total")), last_page=_count(told.get("last_page")), size=answer.size
        )

    def _until_done(self, order: _Order, trial: Trial, stop: threading.Event, listen: Listener) -> Answer | Failure:
        while True:
            found = self._once(order, trial, stop, listen)
            if isinstance(found, Answer):
                return found
            failure = self._told(found, order, trial)
            delay = trial.delay_after(order.method, failure, self._clock())
            if delay is None:
                return failure
            everyone = _throttled(failure)
            listen(Wait(seconds=delay, why=failure.summary, everyone=everyone))
            if everyone:
                self._pace.hold(delay)
            self._pause(delay, stop)
            if not stop.is_set():
                listen(Retry(number=trial.tries + 1, why=failure.summary))

    def _once(self, order: _Order, trial: Trial, stop: threading.Event, listen: Listener) -> Answer | Failure:
        ticket = self._pace.enter(stop)
        if ticket is None:
            return Failure(kind=Kind.INTERRUPTED, effect=Effect.NEVER_SENT)
        found: Answer | Failure | None = None
        begun = self._clock()
        try:
            trial.tries += 1
            reply = self._wire.exchange(order.method, order.path, order.content, order.query)
            if isinstance(reply, Failure):
                found = reply
            else:
                found = read_reply(order.method, reply.status, reply.headers, reply.content, now=self._now())
        finally:
            slow = isinstance(found, Failure) and _throttled(found)
            self._pace.leave(ticket, throttled=slow, succeeded=isinstance(found, Answer))
        exchange = self._exchange(order, trial, reply, found, self._clock() - begun)
        if self._on_exchange is not None:
            self._on_exchange(exchange)
        listen(exchange)
        return found

    def _exchange(
        self, order: _Order, trial: Trial, reply: Reply | Failure, found: Answer | Failure, seconds: float
    ) -> Exchange:
        return Exchange(
            method=order.method,
            path=order.path,
            label=order.label,
            number=trial.tries,
            status=reply.status,
            seconds=seconds,
            request_id=None if isinstance(reply, Failure) else self._request_id(reply, order.content or b""),
            failure=found.kind if isinstance(found, Failure) else None,
        )

    def _request_id(self, reply: Reply, sent: bytes) -> str | None:
        """What the server calls the request, to ask its people about. What was sent to it is no name of its own."""
        stated = next((reply.headers[name] for name in _REQUEST_IDS if reply.headers.get(name)), "")
        echoed = stated.encode("utf-8", "replace") in sent or any(each in stated for each in self._secrets)
        clean = _REQUEST_ID.fullmatch(stated) and self._without_key(stated) == stated
        return stated if clean and not echoed else None

    def _told(self, found: Failure, order: _Order, trial: Trial) -> Failure:
        """The failure with its place, the key cut out of what the server said, and the effect of all attempts."""
        trial.unsure = trial.unsure or found.effect is Effect.UNKNOWN
        effect = Effect.UNKNOWN if trial.unsure else Effect.REFUSED if trial.refused else found.effect
        trial.refused = trial.refused or found.effect is Effect.REFUSED
        clean = replace(
            found,
            why=self._without_key(found.why),
            message=None if found.message is None else self._without_key(found.message),
            errors={
                self._without_key(path): tuple(self._without_key(text) for text in texts)
                for path, texts in found.errors.items()
            },
        )
        tries = max(1, trial.tries)
        return clean.at(method=order.method, path=order.path, base=self.base_url, tries=tries, effect=effect)

    def _without_key(self, text: str) -> str:
        # a key is `number|secret`; the part that counts is cut out alone as well
        for part in filter(None, (self._key, self._key.rpartition("|")[2])):
            text = text.replace(part, "***")
        return text


@dataclass(frozen=True, kw_only=True, slots=True)
class _Order:
    """One request, encoded. Its repr holds no body: that may be secret."""

    method: str
    path: str
    content: bytes | None = field(repr=False)
    query: Mapping[str, str]
    label: str | None


def _throttled(failure: Failure) -> bool:
    return failure.status in (429, 503)


def _nobody(heard: Wait | Retry | Exchange) -> None:
    """Hears nothing."""


def _count(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _encoded(body: Json) -> bytes:
    # backslashreplace turns a lone surrogate into \udXXX, which inside a JSON string is the right escape
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace")


def _checked_key(key: str) -> str:
    """The key without the line end that a file or a variable may have left on it."""
    key = key.strip()
    if not key:
        advice = "Create one in the portal and set it in the environment (in CI: a secret of that name)."
        raise AuthError(error("no-api-key", "the API key is missing: set RECONCILER_API_KEY", advice))
    if any(not "!" <= each <= "~" for each in key):
        advice = "Copy it again: keys have neither spaces nor accents nor line breaks."
        raise AuthError(error("api-key-invalid", "RECONCILER_API_KEY holds characters that no key has", advice))
    return key
