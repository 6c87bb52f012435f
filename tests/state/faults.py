"""Processes that die, and disks that refuse, at a chosen call to the system. The rest of the run is the real thing."""

from __future__ import annotations

import itertools
import os
import resource
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

CALLS = ("open", "write", "fsync", "replace", "rename", "mkdir", "unlink", "rmdir")


def killed_at(number: int, act: Callable[[], None], *, after: bool) -> bool:
    """Run `act` in a forked child that is killed before or after its `number`th call; whether it came that far."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            _die_at(number, after)
            act()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    ended = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert ended in (0, -signal.SIGKILL), "the child failed by itself"
    return ended == -signal.SIGKILL


def every_kill(act: Callable[[], None], prepare: Callable[[], None]) -> Iterator[tuple[int, bool]]:
    """Kill `act` at each of its calls in turn, before and after it, each time after `prepare`."""
    for number in itertools.count(1):
        for after in (False, True):
            prepare()
            if not killed_at(number, act, after=after):
                return
            yield number, after


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes: the system itself refuses the rest of a write."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def _die_at(number: int, after: bool) -> None:
    counted = itertools.count(1)

    def deadly(call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            fatal = next(counted) == number
            if fatal and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            try:
                return call(*args, **kwargs)
            finally:
                if fatal:
                    os.kill(os.getpid(), signal.SIGKILL)

        return run

    for name in CALLS:
        setattr(os, name, deadly(getattr(os, name)))
