"""Apply: a plan's requests, sent concurrently and recorded one by one. Shell.

One thread (the caller's) decides and tells; pools of threads only send, and only write down. They meet in one queue, so
nothing here needs a lock. A create is written down as pending before it is sent, and an answer before it is told and
before anything that depends on it is sent; whatever ends the run, what is under way is waited for and recorded.
Deciding never waits for the disk: beside others a durable write takes 10 ms, and several at once take no longer.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Literal, TypeAlias

from reconciler.api import Answer, Effect, Failure, Kind
from reconciler.apply import messages
from reconciler.apply.halting import Halting
from reconciler.apply.handback import Returns, given_back, nobody_holds
from reconciler.apply.outcome import Event, Outcome, Status
from reconciler.apply.progress import Progress
from reconciler.apply.recording import Recorder
from reconciler.apply.refusals import failure_diagnostics
from reconciler.apply.schedule import Schedule
from reconciler.apply.sending import Ended, Ready, Recorded, Sender, Sending, prepare
from reconciler.apply.unsent import record_unsent, state_broke
from reconciler.canonical import Json
from reconciler.errors import Diagnostic, PlanRefusedError, StateError
from reconciler.frozen import dataclass
from reconciler.model import Action, Change, Content, Desired, Entry, HandOver, Plan, Request
from reconciler.schemas import SchemaSet
from reconciler.secrecy import Vault
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
    entries: Mapping[str, Entry] | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    parallelism: int = 10,
    on_error: OnError = "continue",
    breaker: int = 5,
    on_event: Callable[[Event], None] = lambda event: None,
    stop: threading.Event | None = None,
) -> Outcome:
    """Do what the plan says, once. The caller holds the store's lock and has seen to it that the plan is not stale.

    `desired` by key, where the documents are at hand, gives refusals their place in them. `entries` are those of the
    plan's keys, as they were read under the same lock; they are read where they are not given. `breaker` failures in a
    row that are the server's end the run. `stop` is set by the caller on a signal, and here once the state cannot be
    written or the run breaks down: nothing further is sent then. `on_event` is called on the caller's thread. Raises
    StateError where the state cannot be read and PlanRefusedError for a blocked change, before anything is done; after
    that every failure is in the outcome.
    """
    blocked = [messages.blocked(each) for each in plan.changes if each.action is Action.BLOCKED]
    if blocked:
        raise PlanRefusedError(*blocked)
    stop = stop or threading.Event()
    run = _Run(
        plan=plan,
        recorder=Recorder(store, plan, clock, entries),
        sending=Sending(client, threads=max(1, parallelism), stop=stop),
        schemas=schemas,
        vault=vault,
        desired=desired or {},
        clock=clock,
        parallelism=max(1, parallelism),
        on_event=on_event,
        halting=Halting(stop=stop, after_error=on_error == "stop", breaker=breaker),
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
    on_event: Callable[[Event], None]
    halting: Halting
    schedule: Schedule = field(init=False)
    progress: dict[str, Progress] = field(init=False)
    returns: Returns = field(init=False)
    binding: int = 0
    """The creates whose id is being written down."""
    creating: int = 0
    """The creates under way. The first goes alone until the API has answered something: at a wrong address, or with a
    server that is down, every one of ten at once would stay unknown."""
    silent: bool = False

    def __post_init__(self) -> None:
        self.schedule = Schedule(self.plan)
        self.progress = {
            each.key: Progress(each, self._tell, self.clock) for each in self.plan.changes if each.mutates_state
        }
        self.returns = Returns(self.plan, self.schemas)

    def outcome(self) -> Outcome:
        """Run to the end, or until something stops it."""
        try:
            record_unsent(self.plan, self.recorder, self.progress, self.halting)
            self._send_all()
            self._settle_what_nobody_holds()
        except BaseException:
            self._finish_in_flight()
            raise
        finally:
            self.sending.close()
        for each in self.progress.values():
            each.close(self._held_back_by(each))
        return Outcome(
            results=tuple(each.result() for each in self.progress.values()),
            diagnostics=tuple(self.halting.reasons),
            # a signal that came when everything was done has stopped nothing
            interrupted=self.halting.interrupted
            and any(each.status is not Status.DONE for each in self.progress.values()),
        )

    def _held_back_by(self, progress: Progress) -> list[str]:
        """The changes whose failure kept this one from starting; after a halt others wait for no fault of theirs."""
        waited_for = self.schedule.waits_for(progress.left)
        if self.halting.may_start:
            return waited_for
        return [each for each in waited_for if self.progress[each].status in (Status.FAILED, Status.UNKNOWN)]

    def _send_all(self) -> None:
        while True:
            while self.halting.may_start and self._has_room():
                free = self.schedule.take(creates=self.halting.answered or not self.creating)
                if free is None:
                    break
                self._start(*free)
            if self.returns.in_question:
                self._give_back(self.schedule.free_keys() if self.halting.may_start else set())
            if not self._take_in():
                return

    def _has_room(self) -> bool:
        """Whether one more may be under way. What is answered has left its place; but a create keeps its own until its
        id is written down, so that never more than `parallelism` are pending."""
        under_way, written = self.sending.in_flight.total(), self.sending.in_writing.total()
        # one at a time is one after the other; and a slow disk keeps no more answers waiting than are under way
        return under_way + self.binding < self.parallelism and under_way + written < 2 * self.parallelism - 1

    def _start(self, request: Request, change: Change) -> None:
        progress = self.progress.get(change.key)
        if progress is None or progress.status is not None:
            return
        progress.start()
        ready = prepare(request, change, progress.id, schemas=self.schemas, vault=self.vault)
        if isinstance(ready, Diagnostic):
            progress.end(Status.FAILED, ready)
            self.halting.failed(None)
            self.returns.failed(change.key)
            return
        self.creating += request.method == "POST"
        if request.method == "POST" and request.body is not None:
            ready = replace(ready, first=partial(self.recorder.begin, change.key, request.body))
        self.sending.submit(ready)

    def _take_in(self) -> bool:
        """What is reported next; waits for it. False where nothing is under way."""
        message = self.sending.receive()
        match message:
            case None:
                return False
            case Recorded():
                self.binding -= message.request.method == "POST"
                self._recorded(message)
            case Ended():
                self.creating -= message.request.method == "POST"
                self._ended(message)
            case _:
                self._tell(message)
        return True

    def _ended(self, message: Ended) -> None:
        progress, result = self.progress[message.change.key], message.result
        if isinstance(result, StateError):
            state_broke(self.halting, progress, Status.FAILED, messages.nothing_saved(message.change), result)
        elif message.gives_back is not None:
            self._gave_back(progress, message.gives_back, message.request.body or {}, result)
        elif isinstance(result, Answer):
            self._succeeded(progress, message.request, result)
        else:
            self._failed(progress, message.request, result)

    def _succeeded(self, progress: Progress, request: Request, answer: Answer) -> None:
        change, created = progress.change, request.method == "POST"
        self.returns.acted(request)
        progress.touched = True
        id = _created_id(answer.json) if created else progress.id
        if created and id is None:
            progress.end(Status.UNKNOWN, messages.created_without_id(change), messages.create_unknown(change))
            self.halting.failed(None)
            return
        self.halting.succeeded()
        progress.id = id
        self.binding += created
        self.sending.record(request, change, partial(self.recorder.succeeded, change, request, id))

    def _recorded(self, message: Recorded) -> None:
        change, progress = message.change, self.progress[message.change.key]
        if message.problem is not None:
            created = message.request.method == "POST"
            told = messages.not_saved(change, progress.id, created=created)
            state_broke(self.halting, progress, Status.UNKNOWN if created else Status.FAILED, told, message.problem)
            return
        self.schedule.succeeded(message.request.step)
        progress.request_done(message.request)

    def _failed(self, progress: Progress, request: Request, failure: Failure) -> None:
        change = progress.change
        exclusive = [policy.name for policy in self.schemas.exclusive_fields]
        told = failure_diagnostics(failure, change, self.desired.get(change.key), self.vault, exclusive=exclusive)
        unsure = failure.effect is Effect.UNKNOWN
        if unsure:
            self.returns.unsure(request)
        self.returns.failed(change.key)
        progress.touched = progress.touched or unsure
        if request.method != "POST":
            told = (*told, messages.update_unknown(change)) if unsure else told
        elif unsure:
            progress.end(Status.UNKNOWN, messages.create_unknown(change), *told)
            self.halting.failed(failure, creating=True)
            return
        else:
            try:
                self.recorder.take_back(change.key)
            except StateError as problem:
                progress.touched = True
                state_broke(
                    self.halting, progress, Status.FAILED, messages.pending_not_taken_back(change), problem, *told
                )
                return
        if failure.kind is Kind.INTERRUPTED and not progress.touched:
            progress.end(Status.NOT_STARTED)
            return
        progress.end(Status.FAILED, *told)
        self.halting.failed(failure)

    def _give_back(self, waiting: set[str]) -> None:
        """Send back what can go back now; `waiting` are keys with requests that are still to be sent."""
        for each in self.returns.due(waiting | set(self.sending.in_flight) | set(self.sending.in_writing)):
            if self.halting.stop.is_set():
                return
            giver = self.progress[each.giver]
            request = self.returns.request(each)
            ready = prepare(request, giver.change, giver.id, schemas=self.schemas, vault=self.vault)
            if isinstance(ready, Ready):
                self.sending.submit(replace(ready, gives_back=each))
            else:
                self.returns.not_returned(each)
                giver.add(ready)

    def _gave_back(self, giver: Progress, each: HandOver, body: Content, result: Answer | Failure) -> None:
        unsure = isinstance(result, Failure) and result.effect is Effect.UNKNOWN
        if isinstance(result, Failure):
            self.progress[each.taker].add(*failure_diagnostics(result, giver.change, None, self.vault))
        if isinstance(result, Failure) and not unsure:
            self.returns.not_returned(each)
            return
        # one that may be back is recorded as back: the next plan then asks for all of it again, whichever is true
        back, freed = self.returns.returned(each, unsure=unsure)
        try:
            self.recorder.restored(each.giver, body, back=back, freed=freed)
        except StateError as problem:
            told = messages.not_saved(giver.change, giver.id, created=False)
            state_broke(self.halting, giver, Status.FAILED, told, problem)
        if unsure:
            giver.undone(messages.update_unknown(giver.change))
        else:
            giver.undone(*(given_back(one, self.returns.root(one), giver.change) for one in back))

    def _settle_what_nobody_holds(self) -> None:
        """What was not given back yet, because its claim was never sent, is given back now, or is told of."""
        self.returns.ended()
        self._give_back(set())
        while self._take_in():
            self._give_back(set())
        for each in self.returns.nobodys():
            taker = self.progress[each.taker]
            taker.add(nobody_holds(each, taker.change))

    def _finish_in_flight(self) -> None:
        """The run breaks down (a bug, a second Ctrl-C): what is under way is still waited for and written down."""
        self.halting.stop.set()
        self.silent = True
        while self.sending.in_flight or self.sending.in_writing:
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
