"""What is sent again, when, and when to give up. Pure.

A create (POST) is sent again only where the server provably did not act: the request never arrived, or 429, which
the platform's limiter answers before any of its code runs. A 503 is no such proof even with a Retry-After: caches and
gateways in front of a server (Varnish does it out of the box) say exactly that about a server which took the request
and was too slow to answer. So a 503 slows everyone down, repeats GET, PUT and DELETE, and leaves a create's outcome
unknown, as 500, 502, 504 and a broken connection do.
"""

from __future__ import annotations

from collections.abc import Callable

from reconciler.api.answers import Effect, Failure, Kind
from reconciler.frozen import dataclass

_REPEATABLE = frozenset({"GET", "PUT", "DELETE"})
_PASSING = frozenset({Kind.RATE_LIMITED, Kind.SERVER_ERROR, Kind.TIMED_OUT, Kind.BROKEN, Kind.UNREACHABLE})


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """When one request is given up: attempts, attempts where the server limits the rate, and seconds in all.

    Without a word from the server the pause before attempt n+1 is random up to `first_pause` * 2**(n-1), at most
    `longest_pause`: full jitter keeps clients that failed together from coming back together.
    """

    attempts: int = 6
    unreachable_attempts: int = 4
    throttled_attempts: int = 30
    seconds: float = 900.0
    first_pause: float = 0.5
    longest_pause: float = 30.0


class Trial:
    """The attempts of one request so far, and what they leave open."""

    def __init__(self, patience: Patience, random_share: Callable[[], float], *, begun: float) -> None:
        self._patience = patience
        self._random_share = random_share
        self._begun = begun
        self._throttled = 0
        self.tries = 0
        self.unsure = False
        self.refused = False

    def delay_after(self, method: str, failure: Failure, clock: float) -> float | None:
        """Seconds to pause before the next attempt, or None: this failure stands."""
        if not _may_repeat(method, failure):
            return None
        patience = self._patience
        if failure.kind is Kind.RATE_LIMITED:
            self._throttled += 1
        others = self.tries - self._throttled
        most = patience.unreachable_attempts if failure.kind is Kind.UNREACHABLE else patience.attempts
        if others >= most or self._throttled >= patience.throttled_attempts:
            return None
        grown = patience.first_pause * 2.0 ** min(self.tries - 1, 30)
        jitter = self._random_share() * min(patience.longest_pause, grown)
        # what the server asks for is the least; a little more keeps the crowd from returning in one moment
        delay = jitter if failure.retry_after is None else failure.retry_after + min(jitter, 1.0)
        return None if clock + delay - self._begun > patience.seconds else delay


def _may_repeat(method: str, failure: Failure) -> bool:
    if failure.kind not in _PASSING:
        return False
    return method in _REPEATABLE or failure.effect is not Effect.UNKNOWN
