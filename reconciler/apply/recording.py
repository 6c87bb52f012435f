"""Every write to the state that an apply makes, in an order that a crash at any moment survives. Shell.

`_entries` mirrors what the store holds, so nothing is read again during a run; what the plan was made from, under the
same lock, is not even read at its beginning. Every method raises StateError where the store cannot be written; the
mirror then still says what the store last confirmed. Threads may share a Recorder: a change has one request under way,
so only one thread knows its entry, and those that hand-overs tie take turns.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime

from reconciler.entries import (
    begin_create,
    bind,
    move,
    note_assigned,
    note_unassigned,
    record_request,
    record_without_request,
    stamp,
)
from reconciler.model import Action, Change, Content, Entry, HandOver, Plan, Request
from reconciler.state.store import StateStore


class Recorder:
    """The state of the keys of one plan."""

    def __init__(
        self,
        store: StateStore,
        plan: Plan,
        clock: Callable[[], datetime],
        entries: Mapping[str, Entry] | None = None,
    ) -> None:
        changes = [each for each in plan.changes if each.mutates_state]
        keys = {name for each in changes for name in (each.key, each.moved_from) if name is not None}
        keys |= {name for each in plan.hand_overs for name in (each.giver, each.taker)}
        self._hand_overs = plan.hand_overs
        self._store = store
        self._clock = clock
        known = store.read(sorted(keys)) if entries is None else entries
        self._entries: dict[str, Entry] = {key: known[key] for key in sorted(keys) if key in known}
        self._before_create: dict[str, Entry | None] = {}
        self._tied = {name for each in plan.hand_overs for name in (each.giver, each.taker)}
        self._turn = threading.Lock()

    def entry(self, key: str) -> Entry | None:
        """What the state holds of `key` now."""
        return self._entries.get(key)

    def bind(self, change: Change) -> None:
        """Save which assistant a begun create made, where the plan found it, before anything is sent to it.

        Once it was changed it no longer looks like what was sent, and no other run would find it again.
        """
        entry = self._source_of(change)
        if entry is not None and entry.pending is not None and change.id is not None:
            self._write(bind(entry, change.id, now=self._now()))

    def begin(self, key: str, body: Content) -> None:
        """Save that a create is about to be sent; `body` has secrets as references."""
        with self._turn_of(key):
            before = self._entries.get(key)
            self._write(begin_create(before, key, body, now=self._now()))
            self._before_create[key] = before

    def take_back(self, key: str) -> None:
        """Undo `begin`: the server did not act, so the entry is what it was before, or is not there."""
        with self._turn_of(key):
            before = self._before_create[key]
            if before is None:
                self._remove(key)
            else:
                self._write(before)

    def succeeded(self, change: Change, request: Request, id: int | None) -> None:
        """Save what is applied after `request`. `id` may be None for the request that deletes.

        What it releases for another is noted as unassigned in the same write, so that a run that dies here leaves a
        state that says so; what it claims is noted as assigned.
        """
        with self._turn_of(change.key):
            self._succeeded(change, request, id)

    def _succeeded(self, change: Change, request: Request, id: int | None) -> None:
        released = [each for each in self._hand_overs if each.released == request.step]
        if request.body is None or id is None:
            for each in released:
                heir = self._entries.get(each.taker) or Entry(key=each.taker, created_at=self._now())
                self._write(self._with_note(heir, each))
            self._remove(change.key)
        else:
            entry = record_request(self._entries.get(change.key), change, request, id=id, now=self._now())
            for each in released:
                entry = self._with_note(entry, each)
            self._write(entry)
        self._assigned(each for each in self._hand_overs if each.claimed == request.step)

    def restored(self, key: str, body: Content, *, back: Iterable[HandOver], freed: Iterable[HandOver]) -> None:
        """Save that a giver's fields have their old values again, which are those, and what it let go of for that.

        What is applied matches no document then: `source` is empty.
        """
        with self._turn:
            for other in freed:
                self._write(self._with_note(self._entries[other.giver], other))
            entry = self._entries[key]
            for each in back:
                entry = note_assigned(entry, each.field, each.value)
            content = {**entry.last_applied, **body}
            self._write(replace(entry, last_applied=content, source="", inputs=(), updated_at=self._now()))

    def _turn_of(self, key: str) -> AbstractContextManager[object]:
        """What one hand-over tied to it writes may be an entry of another's: those are written one after the other."""
        return self._turn if key in self._tied else nullcontext()

    def _with_note(self, entry: Entry, each: HandOver) -> Entry:
        return note_unassigned(entry, each.field, each.value, now=self._now())

    def _assigned(self, claimed: Iterable[HandOver]) -> None:
        """Drop the notes of what was claimed: with who gave it, or, where that is deleted, with who took it."""
        for each in claimed:
            for key in (each.giver, each.taker):
                entry = self._entries.get(key)
                settled = None if entry is None else note_assigned(entry, each.field, each.value)
                if settled is not None and settled is not entry:
                    self._write(settled)

    def without_request(self, change: Change) -> None:
        """Save a change that sends nothing: forgotten, adopted as it is, released, or moved."""
        if change.action in (Action.FORGET, Action.DELETE):
            self._remove(change.key)
            return
        source = self._source_of(change)
        self._write(record_without_request(source, change, now=self._now()))
        self._leave_old_place(change)

    def move(self, change: Change) -> None:
        """Give a moved entry its new key before its requests go out: a run that dies in between has it once."""
        source = self._source_of(change)
        if source is not None:
            self._write(move(source, change.key, now=self._now()))
        self._leave_old_place(change)

    def _source_of(self, change: Change) -> Entry | None:
        # both may stand there: an earlier run died between the two writes of a move, and the new one is the newer
        here = self._entries.get(change.key)
        return here if here is not None or change.moved_from is None else self._entries.get(change.moved_from)

    def _leave_old_place(self, change: Change) -> None:
        old = change.moved_from
        if old is not None and old != change.key and old in self._entries:
            self._remove(old)

    def _write(self, entry: Entry) -> None:
        self._store.write(entry)
        self._entries[entry.key] = entry

    def _remove(self, key: str) -> None:
        self._store.remove(key)
        self._entries.pop(key, None)

    def _now(self) -> str:
        return stamp(self._clock())


def moves_in_order(plan: Plan) -> tuple[list[Change], list[Change]]:
    """Moves so that no entry is written over one that has yet to move; and the moves in a ring, which have no order."""
    waiting = [each for each in plan.changes if each.moved_from not in (None, each.key)]
    ordered: list[Change] = []
    while True:
        taken = {each.moved_from for each in waiting}
        free = [each for each in waiting if each.key not in taken]
        if not free:
            return ordered, waiting
        ordered.extend(free)
        waiting = [each for each in waiting if each.key in taken]
