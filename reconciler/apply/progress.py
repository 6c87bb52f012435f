"""How far each change of a plan has come. Asked and told by one thread; pure of IO."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from reconciler.apply import messages
from reconciler.apply.outcome import ChangeResult, Event, Finished, Started, Status
from reconciler.errors import Diagnostic
from reconciler.model import Change, Request


class Progress:
    """One change: what is left to send, what came of it, and the events that tell of it."""

    def __init__(self, change: Change, tell: Callable[[Event], None], clock: Callable[[], datetime]) -> None:
        self.change = change
        self.id = change.id
        self.left: list[Request] = sorted(change.requests, key=lambda each: each.step)
        self.status: Status | None = None
        self.touched = False
        self._diagnostics: list[Diagnostic] = []
        self._tell = tell
        self._clock = clock
        self._begun: datetime | None = None

    def start(self) -> None:
        """Tell that the change has begun, once."""
        if self._begun is None:
            self._begun = self._clock()
            self._tell(Started(key=self.change.key, action=self.change.action, id=self.id))

    def request_done(self, request: Request) -> None:
        """One request succeeded and is recorded; after the last one the change is done."""
        self.left.remove(request)
        if not self.left:
            self.end(Status.DONE)

    def end(self, status: Status, *diagnostics: Diagnostic) -> None:
        """The change ended, and why."""
        self.status = status
        self._diagnostics.extend(diagnostics)
        seconds = 0.0 if self._begun is None else (self._clock() - self._begun).total_seconds()
        key, action = self.change.key, self.change.action
        self._tell(Finished(key=key, action=action, id=self.id, seconds=seconds, status=status))

    def undone(self, *diagnostics: Diagnostic) -> None:
        """What had succeeded was taken back, so the change is not done, whatever it said before."""
        self.end(Status.FAILED, *diagnostics)

    def add(self, *diagnostics: Diagnostic) -> None:
        """More to say about a change, however it ended."""
        self._diagnostics.extend(diagnostics)

    def close(self, held_back_by: list[str]) -> None:
        """No more is sent. A change that is not through ends here, with what kept it from going on."""
        if self.status is not None:
            return
        done = len(self.change.requests) - len(self.left)
        if done:
            self.end(Status.FAILED, messages.incomplete(self.change, done))
        else:
            self.end(Status.NOT_STARTED, *([messages.held_back(self.change, held_back_by)] if held_back_by else []))

    def result(self) -> ChangeResult:
        """What the outcome says of the change."""
        return ChangeResult(
            key=self.change.key,
            action=self.change.action,
            status=self.status or Status.NOT_STARTED,
            id=self.id,
            touched=self.touched,
            diagnostics=tuple(self._diagnostics),
        )
