"""One pace for all threads of a client: how many requests at once, and not before when.

A server that says "too many" says it to everyone: the number of requests at once is halved (once for each round of
refusals, not for each refusal) and nobody sends before the time it named; each success gives a little back. Shell.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from reconciler.frozen import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticket:
    """The leave to send one request; `round` tells refusals of one burst from those after slowing down."""

    round: int


class Pace:
    """`pause(seconds, stop)` waits, or returns early once `stop` is set; `clock` counts seconds and never goes back."""

    def __init__(
        self, *, at_once: int, clock: Callable[[], float], pause: Callable[[float, threading.Event], object]
    ) -> None:
        self._most = max(1, at_once)
        self._clock = clock
        self._pause = pause
        self._changed = threading.Condition()
        self._allowed = float(self._most)
        self._in_flight = 0
        self._not_before = clock()
        self._round = 0

    def enter(self, stop: threading.Event) -> Ticket | None:
        """Wait for a turn. None once `stop` is set: then nothing may be sent."""
        while not stop.is_set():
            with self._changed:
                delay = self._not_before - self._clock()
                if delay <= 0:
                    if self._in_flight < int(self._allowed):
                        self._in_flight += 1
                        return Ticket(round=self._round)
                    # whoever is in flight comes back and wakes us, so `stop` is seen without polling
                    self._changed.wait()
                    continue
            self._pause(delay, stop)
        return None

    def leave(self, ticket: Ticket, *, throttled: bool, succeeded: bool) -> None:
        """Give the turn back, with what the server said."""
        with self._changed:
            self._in_flight -= 1
            if throttled and ticket.round == self._round:
                self._round += 1
                self._allowed = max(1.0, self._allowed / 2)
            elif succeeded:
                self._allowed = min(float(self._most), self._allowed + 1 / self._allowed)
            self._changed.notify_all()

    def hold(self, seconds: float) -> None:
        """Nobody sends before `seconds` from now."""
        with self._changed:
            self._not_before = max(self._not_before, self._clock() + seconds)

    @property
    def allowed(self) -> int:
        """How many requests may be in flight now."""
        with self._changed:
            return int(self._allowed)
