"""Time for tests: it passes when somebody pauses, and at no other moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)


@dataclass(kw_only=True, slots=True)
class FakeTime:
    """`paused` lists every pause. `on_pause` is called first, as a signal or another thread might come in between."""

    seconds: float = 0.0
    paused: list[float] = field(default_factory=list)
    on_pause: Callable[[threading.Event], None] | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def clock(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def pause(self, seconds: float, stop: threading.Event) -> None:
        if self.on_pause is not None:
            self.on_pause(stop)
        if stop.is_set():
            return
        with self.lock:
            self.paused.append(seconds)
            self.seconds += seconds
