"""The shared pace of a client's threads."""

from __future__ import annotations

import threading

from reconciler.api.pace import Pace, Ticket
from tests.api.faketime import FakeTime

NEVER = threading.Event()


def entered(pace: Pace) -> Ticket:
    ticket = pace.enter(NEVER)
    assert ticket is not None
    return ticket


def test_one_burst_of_refusals_halves_the_pace_once() -> None:
    """Ten refusals of requests sent together are one piece of news."""
    time = FakeTime()
    pace = Pace(at_once=10, clock=time.clock, pause=time.pause)
    burst = [entered(pace) for _ in range(10)]
    for each in burst:
        pace.leave(each, throttled=True, succeeded=False)
    assert pace.allowed == 5
    pace.leave(entered(pace), throttled=True, succeeded=False)
    assert pace.allowed == 2


def test_the_pace_never_falls_to_nothing_and_recovers() -> None:
    """One request at a time always goes, and success gives back what refusals took, up to the limit."""
    time = FakeTime()
    pace = Pace(at_once=4, clock=time.clock, pause=time.pause)
    for _ in range(5):
        pace.leave(entered(pace), throttled=True, succeeded=False)
    assert pace.allowed == 1
    for _ in range(40):
        pace.leave(entered(pace), throttled=False, succeeded=True)
    assert pace.allowed == 4


def test_a_hold_keeps_everyone_back() -> None:
    """Who comes after a hold waits for its end, and the longest hold counts."""
    time = FakeTime()
    pace = Pace(at_once=4, clock=time.clock, pause=time.pause)
    pace.hold(30)
    pace.hold(5)
    entered(pace)
    assert time.paused == [30]
    entered(pace)
    assert time.paused == [30]


def test_nobody_enters_after_a_stop() -> None:
    """A set stop turns away at once, and one that comes during a hold too."""
    time = FakeTime()
    pace = Pace(at_once=4, clock=time.clock, pause=time.pause)
    stopped = threading.Event()
    stopped.set()
    assert pace.enter(stopped) is None
    stop = threading.Event()
    time.on_pause = lambda event: event.set()
    pace.hold(30)
    assert pace.enter(stop) is None


def test_a_full_pace_lets_in_when_somebody_leaves() -> None:
    """A thread that waits for its turn gets it from the one that goes."""
    time = FakeTime()
    pace = Pace(at_once=1, clock=time.clock, pause=time.pause)
    first = entered(pace)
    got: list[Ticket] = []
    waiting = threading.Thread(target=lambda: got.append(entered(pace)))
    waiting.start()
    pace.leave(first, throttled=False, succeeded=True)
    waiting.join(timeout=10)
    assert len(got) == 1
