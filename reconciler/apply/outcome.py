"""What an apply did, change by change, and what it tells while it runs. Pure values."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from reconciler.errors import Diagnostic
from reconciler.frozen import dataclass
from reconciler.model import Action


class Status(StrEnum):
    """How a change ended. `unknown` is kept for creates: an assistant may exist that the state does not name."""

    DONE = "done"
    FAILED = "failed"
    NOT_STARTED = "not-started"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeResult:
    """How one change ended. `id` is the assistant's, as far as it is known.

    `touched`: the server or the state was changed for it, or may have been, whatever the status says.
    """

    key: str
    action: Action
    status: Status
    id: int | None
    touched: bool
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """All changes that had something to do, in plan order, and what stopped the run early, if anything did.

    `diagnostics` are about the run; those about one change stand in its result.
    """

    results: tuple[ChangeResult, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    interrupted: bool = False

    def count(self, status: Status, action: Action | None = None) -> int:
        """How many changes ended so, of one action or of any."""
        return sum(each.status is status and action in (None, each.action) for each in self.results)

    @property
    def created(self) -> int:
        return self.count(Status.DONE, Action.CREATE)

    @property
    def updated(self) -> int:
        return self.count(Status.DONE, Action.UPDATE)

    @property
    def deleted(self) -> int:
        return self.count(Status.DONE, Action.DELETE)

    @property
    def forgotten(self) -> int:
        return self.count(Status.DONE, Action.FORGET)

    @property
    def failed(self) -> int:
        return self.count(Status.FAILED)

    @property
    def not_started(self) -> int:
        return self.count(Status.NOT_STARTED)

    @property
    def unknown(self) -> int:
        return self.count(Status.UNKNOWN)

    @property
    def exit_code(self) -> int:
        """0 all done; 7 a create's outcome is unknown; 130 interrupted; 3 partial; 1 nothing was changed."""
        if self.unknown:
            return 7
        if self.interrupted:
            return 130
        broken = any(each.severity == "error" for each in self.diagnostics)
        if not broken and all(each.status is Status.DONE for each in self.results):
            return 0
        return 3 if any(each.touched for each in self.results) else 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Started:
    """The first request of a change is about to be sent, or its state to be written."""

    key: str
    action: Action
    id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """A change ended; `seconds` since it started, or 0 where it never did. One that was taken back ends twice."""

    key: str
    action: Action
    id: int | None
    seconds: float
    status: Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Requested:
    """A request of `key` was sent: attempt `number` of step `step`, with what came back after `seconds`.

    `failure` is the kind of what went wrong, or None; `status` is None where no answer came.
    """

    key: str
    step: int
    method: str
    path: str
    number: int
    status: int | None
    seconds: float
    request_id: str | None
    failure: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A request of `key` pauses; `everyone`: at the server's wish, all requests do."""

    key: str
    seconds: float
    why: str
    everyone: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Retried:
    """A request of `key` is sent again; `number` counts its attempts."""

    key: str
    number: int
    why: str


Event: TypeAlias = Started | Requested | Waiting | Retried | Finished
