"""Work on many documents at once: `map` over several processes, in order, with bounded memory. Edge: forks.

Parsing is bound to one processor a process, so ten thousand documents that all have to be read are dealt out, fifty at
a time, to a fork for each processor, or to this process and one fork where there are two: that takes 1.1 s instead of
1.7. A fork has everything that was read so far and needs nothing sent; only results come back, and a pipe that is full
makes its writer wait. Whatever goes wrong there is done again here, so that it fails here, in the open, or not at all.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any, BinaryIO, NoReturn, TypeVar

from reconciler.frozen import dataclass

PROCESSES = "RECONCILER_PROCESSES"
"""How many processes may read documents; unset, one for each processor, eight at the most."""
FROM = 400
"""Below so many, what a fork costs is not earned back."""
FROM_SEEN = 4_000
"""The same for entries of which hardly anything is read: each is a tenth of a document's work."""
_CHUNK = 50
_MOST = 8
_LENGTH = 8

T = TypeVar("T")
R = TypeVar("R")


def spreading(
    environ: Mapping[str, str], *, least: int | None = None
) -> Callable[[Callable[[T], R], Sequence[T]], Iterable[R]]:
    """`map` for a function without effects, over as many processes as `environ` and the machine allow.

    For fewer than `least` things (FROM) it is this process alone.
    """
    count = _processes(environ)
    enough = FROM if least is None else least

    def spread(function: Callable[[T], R], items: Sequence[T]) -> Iterable[R]:
        # a fork of a process with threads may inherit a lock that nobody releases
        if count < 2 or len(items) < enough or sys.platform != "linux" or threading.active_count() > 1:
            return map(function, items)
        chunks = [items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK)]
        return chain.from_iterable(_dealt(function, chunks, count))

    return spread


def _processes(environ: Mapping[str, str]) -> int:
    stated = environ.get(PROCESSES, "")
    if stated.isascii() and stated.isdigit():
        return int(stated)
    return min(len(os.sched_getaffinity(0)), _MOST) if hasattr(os, "sched_getaffinity") else 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Worker:
    """A fork, and the end of the pipe that its results come from."""

    pid: int
    results: BinaryIO

    def next(self) -> list[Any] | None:
        """The results of its next chunk, or None where it could not do it."""
        import pickle  # here and below: a plan of few documents has no use for it

        length = int.from_bytes(self.results.read(_LENGTH), "big")
        content = self.results.read(length)
        # our own fork wrote it; cut off, it is as good as nothing
        return pickle.loads(content) if length and len(content) == length else None  # noqa: S301

    def end(self) -> None:
        """Let go of it, whether it has finished or not."""
        self.results.close()
        with suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        with suppress(OSError):
            os.waitpid(self.pid, 0)


def _dealt(function: Callable[[T], R], chunks: Sequence[Sequence[T]], count: int) -> Iterator[list[R]]:
    """The results chunk by chunk, each from the process whose turn it was.

    Of two, this one is the first; more of them send so much that to take it in is this one's share.
    """
    workers: list[_Worker] = []
    first = 1 if count == 2 else 0
    try:
        with suppress(OSError):  # no more processes, memory or descriptors: those that there are will do
            for number in range(first, count):
                workers.append(_forked(function, chunks[number::count]))
        for at, chunk in enumerate(chunks):
            turn = at % count - first
            done = workers[turn].next() if 0 <= turn < len(workers) else None
            yield [function(each) for each in chunk] if done is None else done
    finally:
        for each in workers:
            each.end()


def _forked(function: Callable[[T], R], chunks: Sequence[Sequence[T]]) -> _Worker:
    reading, writing = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if pid == 0:
        os.close(reading)
        _work(function, chunks, writing)
    os.close(writing)
    return _Worker(pid=pid, results=os.fdopen(reading, "rb"))


def _work(function: Callable[[T], R], chunks: Sequence[Sequence[T]], descriptor: int) -> NoReturn:
    """What a fork does: no output, no clean-up of what is its parent's, and nothing after it."""
    try:
        import pickle

        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with os.fdopen(descriptor, "wb") as pipe:
            for chunk in chunks:
                content = pickle.dumps([function(each) for each in chunk], pickle.HIGHEST_PROTOCOL)
                pipe.write(len(content).to_bytes(_LENGTH, "big") + content)
    except BaseException:  # the parent finds the pipe ended, and does the rest itself
        os._exit(1)
    finally:
        os._exit(0)
