"""From a planned request to the wire: bodies revealed and checked, threads that only send or write down. Shell.

A revealed body lives in a `Ready` until it is sent, and nowhere else.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from typing import Protocol, TypeAlias

from reconciler.api import Answer, Exchange, Failure, Retry, Wait
from reconciler.apply import messages
from reconciler.apply.outcome import Event, Requested, Retried, Waiting
from reconciler.canonical import Json
from reconciler.errors import Diagnostic, StateError
from reconciler.frozen import dataclass
from reconciler.model import Change, HandOver, Request
from reconciler.schemas import SchemaSet
from reconciler.secrecy import Vault, reveal

WRITERS = 8
"""Answers that are written down at once. Measured: eight durable files take a disk that others use as long as one."""


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
    first: Callable[[], None] | None = field(default=None, repr=False)
    """What is written down before it is sent. It is not sent where that raises StateError."""
    gives_back: HandOver | None = None
    """Set where the request is no step of the plan, but gives a value back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A request that came back; `result` is a StateError where it could not be sent for that."""

    request: Request
    change: Change
    result: Answer | Failure | StateError
    gives_back: HandOver | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """The answer to a request was written down, or why it could not be."""

    request: Request
    change: Change
    problem: StateError | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Crashed:
    """A bug in what a thread did: raised again on the coordinating thread once everything else has come back."""

    change: Change
    problem: BaseException
    writing: bool


Message: TypeAlias = Ended | Recorded | Crashed | Waiting | Retried | Requested


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
    """Threads that send and threads that write down, and the one queue through which they report to the one that
    decides."""

    def __init__(self, client: Sender, *, threads: int, stop: threading.Event) -> None:
        self.in_flight: Counter[str] = Counter()
        """How many requests are under way, by the key of their change; a key without one is not in it."""
        self.in_writing: Counter[str] = Counter()
        """How many answers are being written down, likewise."""
        self._client = client
        self._stop = stop
        self._senders = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="apply")
        self._writers = ThreadPoolExecutor(max_workers=min(threads, WRITERS), thread_name_prefix="record")
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def submit(self, ready: Ready) -> None:
        """Send it on some thread; an `Ended` (or a `Crashed`) comes back through `receive`."""
        self.in_flight[ready.change.key] += 1
        self._senders.submit(self._send, ready)

    def record(self, request: Request, change: Change, write: Callable[[], None]) -> None:
        """Let some thread write down what came of a request; a `Recorded` (or a `Crashed`) comes back."""
        self.in_writing[change.key] += 1
        self._writers.submit(self._write, request, change, write)

    def receive(self) -> Ended | Recorded | Event | None:
        """The next report; waits for it. None where nothing is under way. Raises what a crashed thread raised."""
        if not self.in_flight and not self.in_writing:
            return None
        message = self._inbox.get()
        match message:
            case Ended() | Crashed(writing=False):
                self.in_flight -= Counter({message.change.key: 1})
            case Recorded() | Crashed():
                self.in_writing -= Counter({message.change.key: 1})
        if isinstance(message, Crashed):
            raise message.problem
        return message

    def close(self) -> None:
        """Let the threads go. Nothing is under way any more."""
        self._senders.shutdown()
        self._writers.shutdown()

    def _send(self, ready: Ready) -> None:
        request, change = ready.request, ready.change
        try:
            result = self._sent(ready)
            self._inbox.put(Ended(request=request, change=change, result=result, gives_back=ready.gives_back))
        except BaseException as problem:
            self._inbox.put(Crashed(change=change, problem=problem, writing=False))

    def _sent(self, ready: Ready) -> Answer | Failure | StateError:
        request, key = ready.request, ready.change.key
        try:
            if ready.first is not None:
                ready.first()
        except StateError as problem:
            return problem
        return self._client.attempt(
            request.method,
            ready.path,
            ready.body,
            stop=self._stop,
            listen=lambda heard: self._inbox.put(_event(heard, request.step, key)),
            label=key,
        )

    def _write(self, request: Request, change: Change, write: Callable[[], None]) -> None:
        try:
            write()
            self._inbox.put(Recorded(request=request, change=change, problem=None))
        except StateError as problem:
            self._inbox.put(Recorded(request=request, change=change, problem=problem))
        except BaseException as problem:
            self._inbox.put(Crashed(change=change, problem=problem, writing=True))


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
