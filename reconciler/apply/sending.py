"""From a planned request to the wire: bodies revealed and checked, threads that only send. Shell.

A revealed body lives in a `Ready` until it is sent, and nowhere else.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from reconciler.api import Answer, Exchange, Failure, Retry, Wait
from reconciler.apply import messages
from reconciler.apply.outcome import Event, Requested, Retried, Waiting
from reconciler.canonical import Json
from reconciler.errors import Diagnostic
from reconciler.model import Change, HandOver, Request
from reconciler.schemas import SchemaSet
from reconciler.secrecy import Vault, reveal


class Sender(Protocol):
    """What apply needs of a client: `ApiClient.attempt`. Called from many threads; failures are values."""

    def attempt(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        stop: threading.Event | None = None,
        listen: Callable[[Wait | Retry | Exchange], None] | None = None,
        label: str | None = None,
    ) -> Answer | Failure: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """A request as it goes out: `path` with its id, `body` with its secrets (and so in no repr)."""

    request: Request
    change: Change
    path: str
    body: Json = field(repr=False)
    gives_back: HandOver | None = None
    """Set where the request is no step of the plan, but gives a value back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A request that came back."""

    request: Request
    change: Change
    result: Answer | Failure
    gives_back: HandOver | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Crashed:
    """A bug in the client: raised again on the coordinating thread once everything else has come back."""

    change: Change
    problem: BaseException


Message: TypeAlias = Ended | Crashed | Waiting | Retried | Requested


def prepare(
    request: Request, change: Change, id: int | None, *, schemas: SchemaSet, vault: Vault
) -> Ready | Diagnostic:
    """The request with its id and its secrets in place, or why it must not be sent."""
    created_here = request.method == "POST"
    if id is None and not created_here and request.body is not None:
        return messages.no_id(change)
    if "{id}" in request.path and id is None:
        return messages.no_id(change)
    path = request.path.replace("{id}", str(id))
    if request.body is None:
        return Ready(request=request, change=change, path=path, body=None)
    try:
        body = {name: reveal(value, vault) for name, value in request.body.items()}
    except KeyError as missing:
        return messages.secret_missing(change, str(missing.args[0]))
    broken = schemas.violations("create" if created_here else "update", body)
    if broken:
        places = [f"{'.'.join(map(str, each.path)) or 'the whole'}: {each.keyword}" for each in broken]
        return messages.invalid_body(change, request.method, places)
    return Ready(request=request, change=change, path=path, body=body)


class Sending:
    """A pool of threads that send, and the one queue through which they report to the thread that decides."""

    def __init__(self, client: Sender, *, threads: int, stop: threading.Event) -> None:
        self.in_flight: Counter[str] = Counter()
        """How many requests are under way, by the key of their change; a key without one is not in it."""
        self._client = client
        self._stop = stop
        self._pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="apply")
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def submit(self, ready: Ready) -> None:
        """Send it on some thread; an `Ended` (or a `Crashed`) comes back through `receive`."""
        self.in_flight[ready.change.key] += 1
        self._pool.submit(self._send, ready)

    def receive(self, *, wait: bool) -> Ended | Event | None:
        """The next report, or None where there is none; `wait` for it, if any is to come. Raises what a crashed thread
        raised."""
        try:
            message = self._inbox.get(block=wait and bool(self.in_flight))
        except queue.Empty:
            return None
        if isinstance(message, Ended | Crashed):
            self.in_flight -= Counter({message.change.key: 1})
        if isinstance(message, Crashed):
            raise message.problem
        return message

    def close(self) -> None:
        """Let the threads go. Nothing is in flight any more."""
        self._pool.shutdown()

    def _send(self, ready: Ready) -> None:
        request, key = ready.request, ready.change.key
        try:
            result = self._client.attempt(
                request.method,
                ready.path,
                ready.body,
                stop=self._stop,
                listen=lambda heard: self._inbox.put(_event(heard, request.step, key)),
                label=key,
            )
            ended = Ended(request=ready.request, change=ready.change, result=result, gives_back=ready.gives_back)
            self._inbox.put(ended)
        except BaseException as problem:
            self._inbox.put(Crashed(change=ready.change, problem=problem))


def _event(heard: Wait | Retry | Exchange, step: int, key: str) -> Waiting | Retried | Requested:
    match heard:
        case Wait():
            return Waiting(key=key, seconds=heard.seconds, why=heard.why, everyone=heard.everyone)
        case Retry():
            return Retried(key=key, number=heard.number, why=heard.why)
        case Exchange():
            return Requested(
                key=key,
                step=step,
                method=heard.method,
                path=heard.path,
                number=heard.number,
                status=heard.status,
                seconds=heard.seconds,
                request_id=heard.request_id,
                failure=None if heard.failure is None else heard.failure.value,
            )
