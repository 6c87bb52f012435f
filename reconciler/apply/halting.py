"""Whether the run goes on: what each success and each failure means for the requests that were not sent yet."""

from __future__ import annotations

import threading

from reconciler.api import Failure, Kind
from reconciler.api.answers import SERVER_SIDE
from reconciler.apply import messages
from reconciler.errors import Diagnostic

_SAID_BY_THE_API = frozenset({Kind.REFUSED, Kind.NOT_FOUND, Kind.RATE_LIMITED})
_SAID_BY_ANOTHER = frozenset({Kind.NOT_JSON, Kind.NOT_THE_API})


class Halting:
    """Counts and decides. `stop` is set from outside on a signal, and here once nothing at all may be sent."""

    def __init__(self, *, stop: threading.Event, after_error: bool, breaker: int) -> None:
        self.stop = stop
        self.reasons: list[Diagnostic] = []
        self.answered = False
        """Whether anything came back that only the API says: until then nobody knows that this is the API."""
        self._after_error = after_error
        self._breaker = breaker
        self._in_a_row = 0
        self._interrupted_before: bool | None = None

    @property
    def may_start(self) -> bool:
        """Whether another request of the plan may be sent."""
        return not self.reasons and not self.stop.is_set()

    @property
    def interrupted(self) -> bool:
        """Whether somebody else set `stop`."""
        return self.stop.is_set() if self._interrupted_before is None else self._interrupted_before

    def succeeded(self) -> None:
        """The server is well."""
        self.answered = True
        self._in_a_row = 0

    def failed(self, failure: Failure | None, *, creating: bool = False) -> None:
        """A request failed; None where neither the server nor the network had a part in it.

        `creating`: it was a create, and its outcome is unknown.
        """
        self.answered = self.answered or (failure is not None and failure.kind in _SAID_BY_THE_API)
        if failure is not None and failure.kind in SERVER_SIDE:
            self._in_a_row += 1
        elif failure is None or failure.kind is not Kind.INTERRUPTED:
            self._in_a_row = 0
        if self.reasons:
            return
        if failure is not None and failure.kind is Kind.UNAUTHORIZED and failure.status != 403:
            # 403 may be about one assistant; a key that is not known is not known for any
            self.reasons.append(messages.stopped_by_key())
        elif creating and not self.answered and failure is not None and failure.kind in _SAID_BY_ANOTHER:
            self.reasons.append(messages.stopped_by_another())
        elif self._in_a_row >= self._breaker:
            self.reasons.append(messages.stopped_by_breaker(self._in_a_row))
        elif self._after_error:
            self.reasons.append(messages.stopped_after_error())

    def state_broke(self) -> None:
        """What the server does from here on could not be written down: nothing more is sent, retries included."""
        if self._interrupted_before is None:
            self.reasons.append(messages.stopped_by_state())
            self._interrupted_before = self.stop.is_set()
        self.stop.set()
