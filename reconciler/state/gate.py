"""A gate for threads: many pass together, or one alone. Shell: blocks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Not re-entrant."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._inside = 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """Be in there with others that came together; waits while one is alone in there."""
        with self._changed:
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one in there; waits until nobody is."""
        with self._changed:
            self._changed.wait_for(lambda: not self._inside)
            yield
