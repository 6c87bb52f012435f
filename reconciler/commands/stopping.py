"""How a run that writes is stopped: a first signal asks, a second one ends the process. Edge: signal handlers."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

STOPPING = (
    "Stopping: no new requests; those under way are waited for and recorded. Once more ends it at once, without them."
)
ENDED = "Ended at once: what was under way is not known, and noted. `reconciler plan` looks what became of it."
INTERRUPTED = 130


@contextmanager
def stop_on_signals(say: Callable[[str], None]) -> Iterator[threading.Event]:
    """Ctrl-C and SIGTERM ask the run to end after what is in flight; nothing that was sent goes unrecorded.

    A second one ends the process where it stands: a server that does not answer is waited for no longer. That is what
    a killed process leaves, and the same holds for it: every create under way is noted, and the lock goes.
    """
    stop = threading.Event()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            _end_at_once()
        stop.set()
        say(STOPPING)

    before = {each: signal.signal(each, ask) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _end_at_once() -> NoReturn:
    """No thread is waited for, no output flushed: a handler may have come in the middle of either."""
    with suppress(OSError):
        os.write(2, f"{ENDED}\n".encode())
    os._exit(INTERRUPTED)
