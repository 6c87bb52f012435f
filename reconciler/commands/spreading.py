"""Work on many documents at once: `map` over several processes, in order. Edge: forks.

Parsing is bound to one processor a process, so ten thousand documents that all have to be read are dealt out, fifty at
a time, to this process and a fork for each further processor: on two that takes 0.9 s instead of 1.5. Whoever is free
takes what is next, so that a processor that others use as well keeps nobody waiting. A fork has everything that was
read so far and needs nothing sent; only results come back. Whatever goes wrong there is done again here, so that it
fails here, in the open, or not at all.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any, NoReturn, TypeVar

from reconciler.frozen import dataclass

PROCESSES = "RECONCILER_PROCESSES"
"""How many processes may read documents; unset, one for each processor, eight at the most."""
FROM = 400
"""Below so many, what a fork costs is not earned back."""
FROM_SEEN = 800
"""The same for entries of which hardly anything is read: each is a tenth of a document's work."""
_CHUNK = 50
_MOST_CHUNKS = 1_000
"""Their numbers fit one page, which any pipe takes at once."""
_MOST = 8
_LENGTH = 8
_NUMBER = 4

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
        size = max(_CHUNK, -(-len(items) // _MOST_CHUNKS))
        chunks = [items[start : start + size] for start in range(0, len(items), size)]
        return chain.from_iterable(_dealt(function, chunks, count - 1))

    return spread


def _processes(environ: Mapping[str, str]) -> int:
    stated = environ.get(PROCESSES, "")
    if stated.isascii() and stated.isdigit():
        return int(stated)
    return min(len(os.sched_getaffinity(0)), _MOST) if hasattr(os, "sched_getaffinity") else 1


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fork:
    """A process that takes chunks, and the end of the pipe that their results come from."""

    pid: int
    results: int

    def next(self) -> tuple[int, list[Any]] | None:
        """The number of a chunk and its results; None where there are no more."""
        import pickle  # here and below: a plan of few documents has no use for it

        length = int.from_bytes(self._read(_LENGTH), "big")
        content = self._read(length)
        # our own fork wrote it; cut off, it is as good as nothing
        return pickle.loads(content) if length and len(content) == length else None  # noqa: S301

    def _read(self, length: int) -> bytes:
        found = b""
        while len(found) < length and (more := os.read(self.results, length - len(found))):
            found += more
        return found

    def end(self) -> None:
        """Let go of it, whether it has finished or not."""
        os.close(self.results)
        with suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        with suppress(OSError):
            os.waitpid(self.pid, 0)


def _dealt(function: Callable[[T], R], chunks: Sequence[Sequence[T]], count: int) -> Iterator[list[R]]:
    """The results chunk by chunk, each from this process or one of `count` forks: whichever took it."""

    def work(number: int) -> list[R]:
        return [function(each) for each in chunks[number]]

    try:
        turns = _turns(len(chunks))
    except OSError:  # no descriptor is left
        yield from map(work, range(len(chunks)))
        return
    forks: list[_Fork] = []
    done: dict[int, list[R]] = {}
    try:
        with suppress(OSError):  # no more processes, memory or descriptors: those that there are will do
            for _ in range(count):
                forks.append(_forked(work, turns))
        running, all_taken = list(forks), False
        for number in range(len(chunks)):
            while number not in done:
                # first of all what has come: a pipe that is full makes its writer wait
                ready = _ready(running, wait=all_taken)
                for each in ready:
                    found = each.next()
                    if found is None:
                        running.remove(each)
                    else:
                        done[found[0]] = found[1]
                if ready:
                    continue
                taken = None if all_taken else _take(turns)
                all_taken = taken is None
                if taken is not None:
                    done[taken] = work(taken)
                elif not running:  # who took it has ended without it
                    done[number] = work(number)
            yield done.pop(number)
    finally:
        os.close(turns)
        for each in forks:
            each.end()


def _turns(count: int) -> int:
    """A descriptor that gives each number below `count` once, to whoever takes it."""
    turns, giving = os.pipe()
    os.write(giving, b"".join(number.to_bytes(_NUMBER, "big") for number in range(count)))
    os.close(giving)
    return turns


def _take(turns: int) -> int | None:
    """The next number, or None where all are taken."""
    found = os.read(turns, _NUMBER)
    return int.from_bytes(found, "big") if found else None


def _ready(forks: Sequence[_Fork], *, wait: bool) -> list[_Fork]:
    """Those of which something has come, or the end; `wait`: until there is one, where there are any."""
    if not forks:
        return []
    import select

    found, _, _ = select.select([each.results for each in forks], [], [], None if wait else 0)
    return [each for each in forks if each.results in found]


def _forked(work: Callable[[int], list[Any]], turns: int) -> _Fork:
    reading, writing = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if pid == 0:
        os.close(reading)
        _work(work, turns, writing)
    os.close(writing)
    return _Fork(pid=pid, results=reading)


def _work(work: Callable[[int], list[Any]], turns: int, descriptor: int) -> NoReturn:
    """What a fork does: no output, no clean-up of what is its parent's, and nothing after it."""
    try:
        import pickle

        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with os.fdopen(descriptor, "wb") as pipe:
            while (number := _take(turns)) is not None:
                content = pickle.dumps((number, work(number)), pickle.HIGHEST_PROTOCOL)
                pipe.write(len(content).to_bytes(_LENGTH, "big") + content)
                pipe.flush()
    except BaseException:  # the parent finds the pipe ended, and does the rest itself
        os._exit(1)
    finally:
        os._exit(0)
