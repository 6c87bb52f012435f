"""Apply: a plan's requests, sent concurrently and recorded one by one. Shell.

One thread (the caller's) decides, writes the state and tells; a pool of threads only sends. They meet in one queue,
so nothing here needs a lock. A create is written down as pending before it is sent, and an answer is written down
before anything that depends on it is sent; whatever ends the run, the requests under way are waited for and recorded.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from reconciler.api import Answer, Effect, Failure, Kind
from reconciler.api.answers import SERVER_SIDE
from reconciler.apply import messages
from reconciler.apply.outcome import Event, Outcome, Status
from reconciler.apply.progress import Progress
from reconciler.apply.recording import Recorder, moves_in_order
from reconciler.apply.refusals import failure_diagnostics
from reconciler.apply.schedule import Schedule
from reconciler.apply.sending import Ended, Sender, Sending, prepare
from reconciler.canonical import Json
from reconciler.errors import Diagnostic, PlanRefusedError, StateError
from reconciler.model import Action, Change, Desired, Plan, Request, Vault
from reconciler.schemas import SchemaSet
from reconciler.state.store import StateStore

OnError: TypeAlias = Literal["continue", "stop"]


def apply_plan(
    plan: Plan,
    *,
    store: StateStore,
    client: Sender,
    schemas: SchemaSet,
    vault: Vault,
    desired: Mapping[str, Desired] | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    parallelism: int = 10,
    on_error: OnError = "continue",
    breaker: int = 5,
    on_event: Callable[[Event], None] = lambda event: None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Do what the plan says, once. The caller holds the store's lock and has seen to it that the plan is not stale.

    `desired` by key, where the documents are at hand, gives refusals their place in them. `breaker` failures in a row
    that are the server's end the run. `stop` is set by the caller on a signal, and here once the state cannot be
    written or the run breaks down: nothing further is sent then. `on_event` is called on the caller's thread.
    Raises StateError where the state cannot be read and PlanRefusedError for a blocked change, before anything is
    done; after that every failure is in the outcome.
    """
    blocked = [messages.blocked(each) for each in plan.changes if each.action is Action.BLOCKED]
    if blocked:
        raise PlanRefusedError(*blocked)
    stop = stop or threading.Event()
    run = _Run(
        plan=plan,
        recorder=Recorder(store, plan, clock),
        sending=Sending(client, threads=max(1, parallelism), stop=stop),
        schemas=schemas,
        vault=vault,
        desired=desired or {},
        clock=clock,
        parallelism=max(1, parallelism),
        stop_on_error=on_error == "stop",
        breaker=breaker,
        on_event=on_event,
        stop=stop,
    )
    return run.outcome()


@dataclass(kw_only=True, slots=True)
class _Run:
    plan: Plan
    recorder: Recorder
    sending: Sending
    schemas: SchemaSet
    vault: Vault = field(repr=False)
    desired: Mapping[str, Desired]
    clock: Callable[[], datetime]
    parallelism: int
    stop_on_error: bool
    breaker: int
    on_event: Callable[[Event], None]
    stop: threading.Event
    schedule: Schedule = field(init=False)
    progress: dict[str, Progress] = field(init=False)
    halted: list[Diagnostic] = field(default_factory=list)
    failures_in_a_row: int = 0
    interrupted_before_break: bool | None = None
    silent: bool = False

    def __post_init__(self) -> None:
        self.schedule = Schedule(self.plan)
        self.progress = {
            each.key: Progress(each, self._tell, self.clock) for each in self.plan.changes if each.mutates_state
        }

    def outcome(self) -> Outcome:
        """Run to the end, or until something stops it."""
        try:
            self._record_without_requests()
            self._send_all()
        except BaseException:
            self._finish_in_flight()
            raise
        finally:
            self.sending.close()
        for each in self.progress.values():
            each.close(self.schedule.waits_for(each.left))
        return Outcome(
            results=tuple(each.result() for each in self.progress.values()),
            diagnostics=tuple(self.halted),
            interrupted=self.stop.is_set() if self.interrupted_before_break is None else self.interrupted_before_break,
        )

    def _record_without_requests(self) -> None:
        """All that touches the state alone; moves first and in their order, so that no entry is overwritten."""
        moves, ring = moves_in_order(self.plan)
        for change in ring:
            self.progress[change.key].end(Status.FAILED, messages.move_ring(change))
        placed = {each.key for each in (*moves, *ring)}
        others = [each for each in self.progress.values() if not each.left and each.change.key not in placed]
        for progress in (*(self.progress[each.key] for each in moves), *others):
            if not self._may_start():
                return
            self._record(progress)

    def _record(self, progress: Progress) -> None:
        change = progress.change
        before = self.recorder.entry(change.key)
        try:
            if progress.left:
                self.recorder.move(change)
                progress.touched = True
                return
            progress.start()
            self.recorder.without_request(change)
        except StateError as problem:
            progress.touched = self.recorder.entry(change.key) is not before
            self._state_broke(progress, Status.FAILED, messages.nothing_saved(change), problem)
            return
        progress.touched = True
        progress.end(Status.DONE)

    def _send_all(self) -> None:
        while True:
            while self._may_start() and self.sending.in_flight < self.parallelism:
                free = self.schedule.take()
                if free is None:
                    break
                self._start(*free)
            if not self.sending.in_flight:
                return
            self._take_in()

    def _may_start(self) -> bool:
        return not self.halted and not self.stop.is_set()

    def _start(self, request: Request, change: Change) -> None:
        progress = self.progress.get(change.key)
        if progress is None or progress.status is not None:
            return
        progress.start()
        ready = prepare(request, change, progress.id, schemas=self.schemas, vault=self.vault)
        if isinstance(ready, Diagnostic):
            progress.end(Status.FAILED, ready)
            self._count_failure(None)
            return
        if request.method == "POST" and request.body is not None:
            try:
                self.recorder.begin(change.key, request.body)
            except StateError as problem:
                self._state_broke(progress, Status.FAILED, messages.nothing_saved(change), problem)
                return
        self.sending.submit(ready)

    def _take_in(self) -> None:
        message = self.sending.receive()
        if not isinstance(message, Ended):
            self._tell(message)
            return
        progress = self.progress[message.change.key]
        if isinstance(message.result, Answer):
            self._succeeded(progress, message.request, message.result)
        else:
            self._failed(progress, message.request, message.result)

    def _succeeded(self, progress: Progress, request: Request, answer: Answer) -> None:
        change = progress.change
        created = request.method == "POST"
        id = _created_id(answer.json) if created else progress.id
        if created and id is None:
            progress.touched = True
            progress.end(Status.UNKNOWN, messages.created_without_id(change), messages.create_unknown(change))
            self._count_failure(None)
            return
        self.failures_in_a_row = 0
        progress.touched = True
        progress.id = id
        try:
            self.recorder.succeeded(change, request, id)
        except StateError as problem:
            status = Status.UNKNOWN if created else Status.FAILED
            self._state_broke(progress, status, messages.not_saved(change, id, created=created), problem)
            return
        self.schedule.succeeded(request.step)
        progress.request_done(request)

    def _failed(self, progress: Progress, request: Request, failure: Failure) -> None:
        change = progress.change
        told = failure_diagnostics(failure, change, self.desired.get(change.key), self.vault)
        unsure = failure.effect is Effect.UNKNOWN
        progress.touched = progress.touched or unsure
        if request.method != "POST":
            told = (*told, messages.update_unknown(change)) if unsure else told
        elif unsure:
            progress.end(Status.UNKNOWN, messages.create_unknown(change), *told)
            self._count_failure(failure)
            return
        else:
            try:
                self.recorder.take_back(change.key)
            except StateError as problem:
                progress.touched = True
                self._state_broke(progress, Status.FAILED, messages.pending_not_taken_back(change), problem, *told)
                return
        if failure.kind is Kind.INTERRUPTED and not progress.touched:
            progress.end(Status.NOT_STARTED)
            return
        progress.end(Status.FAILED, *told)
        self._count_failure(failure)

    def _count_failure(self, failure: Failure | None) -> None:
        """What a failure means for the rest of the run; None where nothing was wrong with server or network."""
        if failure is not None and failure.kind in SERVER_SIDE:
            self.failures_in_a_row += 1
        elif failure is None or failure.kind is not Kind.INTERRUPTED:
            self.failures_in_a_row = 0
        if self.halted:
            return
        if failure is not None and failure.kind is Kind.UNAUTHORIZED and failure.status != 403:
            # 403 may be about one assistant; a key that is not known is not known for any
            self.halted.append(messages.stopped_by_key())
        elif self.failures_in_a_row >= self.breaker:
            self.halted.append(messages.stopped_by_breaker(self.failures_in_a_row))
        elif self.stop_on_error:
            self.halted.append(messages.stopped_after_error())

    def _state_broke(
        self, progress: Progress, status: Status, told: Diagnostic, problem: StateError, *also: Diagnostic
    ) -> None:
        """What the server does from here on could not be written down: nothing more is sent, retries included."""
        progress.end(status, told, *problem.diagnostics, *also)
        if self.interrupted_before_break is None:
            self.halted.append(messages.stopped_by_state())
            self.interrupted_before_break = self.stop.is_set()
        self.stop.set()

    def _finish_in_flight(self) -> None:
        """The run breaks down (a bug, a second Ctrl-C): what is under way is still waited for and written down."""
        self.stop.set()
        self.silent = True
        while self.sending.in_flight:
            with contextlib.suppress(Exception):
                self._take_in()

    def _tell(self, event: Event) -> None:
        if not self.silent:
            self.on_event(event)


def _created_id(answer: Json) -> int | None:
    """`data.id` of a create's answer: a whole number above zero, or it is not known."""
    found = answer.get("data") if isinstance(answer, Mapping) else None
    id = found.get("id") if isinstance(found, Mapping) else None
    return id if isinstance(id, int) and not isinstance(id, bool) and id > 0 else None
