"""What every home of the state promises. A home's test module has a subclass of `StoreContract` with an `opener`.

An opener is a picklable callable that opens the same environment anew each time, so that other processes can, too.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings

from reconciler.entries import entry_digest
from reconciler.errors import ConfigError, LockHeldError, StateConflictError, StateError
from reconciler.model import Entry
from reconciler.state.store import StateStore
from tests.state.strategies import entries

Opener: TypeAlias = Callable[[], StateStore]
SPAWN = multiprocessing.get_context("spawn")
PATIENCE = 60.0
"""Seconds after which a wait that should end at once counts as hanging. No test passes because of it."""

SALES = Entry(key="acme/sales-en", id=789, last_applied={"title": "Sales"}, source="sha256:1", updated_at="2026-11-03")
DESK = Entry(key="dental/reception", id=12, last_applied={"title": "Reception"}, source="sha256:2")
# one suite for several homes, each a class of its own
_MEANT = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
per_store = settings(max_examples=40, deadline=None, suppress_health_check=_MEANT)


@contextmanager
def child(target: Callable[..., None], *facts: Any) -> Iterator[tuple[Any, Connection]]:
    """A process running `target(pipe, *facts)`, and our end of the pipe. It is killed where it still runs."""
    ours, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=target, args=(theirs, *facts))
    process.start()
    theirs.close()
    try:
        yield process, ours
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()


def told_of_its_driver(driver: str, opening: Opener) -> None:
    """Hold that a home whose driver is not installed names it, and how it is had."""
    with pytest.raises(ConfigError) as caught:
        opening()
    (found,) = caught.value.diagnostics
    assert found.code == "state-home"
    assert f"{driver}, which is not installed" in found.summary
    assert "pip install" in (found.detail or "")


def told(pipe: Connection) -> Any:
    """What the other process says next."""
    assert pipe.poll(PATIENCE), "the other process says nothing"
    return pipe.recv()


def hold_lock(pipe: Connection, opener: Opener) -> None:
    """Take the lock, say so, and hold it until told to let go."""
    with opener().lock(command="apply", timeout=PATIENCE):
        pipe.send(os.getpid())
        pipe.recv()
    pipe.send("released")


def count_up(pipe: Connection, opener: Opener, times: int) -> None:
    """Raise the number in an entry, reading and writing it under the lock each time."""
    store = opener()
    pipe.send("ready")
    pipe.recv()
    for _ in range(times):
        with store.lock(command="apply", timeout=PATIENCE):
            entry = store.read([SALES.key])[SALES.key]
            count = entry.last_applied["count"]
            assert isinstance(count, int)
            store.write(replace(entry, last_applied={"count": count + 1}))
    pipe.send("done")


class StoreContract:
    """One environment's entries: kept whole, one by one, by one process at a time."""

    @pytest.fixture
    def opener(self) -> Opener:
        raise NotImplementedError

    @pytest.fixture
    def store(self, opener: Opener) -> StateStore:
        return opener()

    def test_an_unused_environment_is_empty(self, store: StateStore) -> None:
        """Where nothing was ever written there is no entry, no lineage and no holder, and reading makes none."""
        assert dict(store.read()) == {}
        assert dict(store.read([SALES.key])) == {}
        assert store.lineage() is None
        assert store.account() is None
        assert store.holder() is None
        assert store.unlock() is None

    @per_store
    @given(entry=entries())
    def test_an_entry_comes_back_as_it_was(self, store: StateStore, opener: Opener, entry: Entry) -> None:
        """Whatever an entry holds, another store reads the same entry with the same digest."""
        store.write(entry)
        again = opener().read([entry.key])[entry.key]
        assert again == entry
        assert entry_digest(again) == entry_digest(entry)
        assert opener().read()[entry.key] == entry
        store.remove(entry.key)
        assert entry.key not in opener().read()

    def test_all_entries_are_read_in_the_order_of_their_keys(self, store: StateStore) -> None:
        """Reading everything gives every entry, sorted by key, whatever the order of writing."""
        for entry in (DESK, SALES):
            store.write(entry)
        assert list(store.read().items()) == [(SALES.key, SALES), (DESK.key, DESK)]

    def test_only_the_keys_asked_for_are_read(self, store: StateStore) -> None:
        """A subset holds the keys that exist; one that does not is no error, and asking for none gives none."""
        for entry in (DESK, SALES):
            store.write(entry)
        assert dict(store.read([DESK.key, "acme/nobody"])) == {DESK.key: DESK}
        assert dict(store.read([])) == {}

    def test_a_write_replaces_the_one_entry(self, store: StateStore, opener: Opener) -> None:
        """Writing a key again replaces its entry and no other."""
        store.write(SALES)
        store.write(DESK)
        later = replace(SALES, last_applied={"title": "Sales, evenings"}, updated_at="2026-11-04")
        store.write(later)
        assert dict(opener().read()) == {SALES.key: later, DESK.key: DESK}

    def test_a_key_and_a_folder_of_the_same_name_are_two_things(self, store: StateStore) -> None:
        """`acme` and `acme/sales` stand side by side, and removing one leaves the other."""
        outer = replace(SALES, key="acme")
        store.write(outer)
        store.write(SALES)
        store.remove("acme")
        assert list(store.read()) == [SALES.key]

    def test_removing_leaves_the_others(self, store: StateStore, opener: Opener) -> None:
        """A removed entry is gone, the others stay, and removing it again changes nothing."""
        store.write(SALES)
        store.write(DESK)
        store.remove(SALES.key)
        store.remove(SALES.key)
        assert dict(opener().read()) == {DESK.key: DESK}

    def test_what_was_removed_can_be_written_again(self, store: StateStore, opener: Opener) -> None:
        """By the store that removed it, and by one that has read since."""
        store.write(SALES)
        store.remove(SALES.key)
        store.write(replace(SALES, id=790))
        other = opener()
        assert other.read()[SALES.key].id == 790
        other.remove(SALES.key)
        assert dict(other.read()) == {}
        other.write(SALES)
        assert dict(opener().read()) == {SALES.key: SALES}

    def test_removing_from_an_unused_environment_does_nothing(self, store: StateStore) -> None:
        """There is nothing to forget where nothing was written, and no lineage is made for it."""
        store.remove(SALES.key)
        assert store.lineage() is None

    def test_the_lineage_is_made_once(self, store: StateStore, opener: Opener) -> None:
        """The first write gives the environment a lineage, which outlives every entry."""
        store.write(SALES)
        lineage = store.lineage()
        assert lineage
        store.write(DESK)
        store.remove(SALES.key)
        store.remove(DESK.key)
        assert opener().lineage() == lineage

    @pytest.mark.parametrize("key", ["", "/etc/passwd", "../other/sales", "acme/../../x", "acme//sales", "acme/", "."])
    def test_a_key_that_is_no_path_below_is_refused(self, store: StateStore, key: str) -> None:
        """A key that would lead out of the environment is refused by every method, in every home alike."""
        for act in (lambda: store.write(replace(SALES, key=key)), lambda: store.remove(key), lambda: store.read([key])):
            with pytest.raises(StateError) as caught:
                act()
            assert [each.code for each in caught.value.diagnostics] == ["state-key-unsafe"]
        assert store.lineage() is None

    def test_the_lock_keeps_another_store_out(self, store: StateStore, opener: Opener) -> None:
        """Two stores of one process exclude each other like two processes; the error says who, where and for what."""
        with store.lock(command="apply --target acme/sales-en", timeout=0):
            with pytest.raises(LockHeldError) as caught, opener().lock(command="state mv", timeout=0):
                pass
            (found,) = caught.value.diagnostics
            holder = opener().holder()
        assert holder is not None
        assert holder.pid == os.getpid()
        assert found.code == "lock-held"
        for fact in (holder.who, holder.host, str(holder.pid), holder.since, "apply --target acme/sales-en"):
            assert fact in found.summary
        assert store.holder() is None

    def test_the_lock_is_not_held_twice_by_one_store(self, store: StateStore) -> None:
        """Locking inside the lock is a conflict like any other, and the outer lock goes on."""
        with store.lock(command="apply", timeout=0):
            with pytest.raises(LockHeldError), store.lock(command="apply", timeout=0):
                pass
            assert store.holder() is not None

    def test_under_the_lock_what_was_seen_before_counts_for_nothing(self, store: StateStore, opener: Opener) -> None:
        """Who holds it is alone: an entry may be written over, read under the lock or not, and removed."""
        store.write(SALES)
        other = opener()
        other.read()
        other.write(replace(SALES, id=790))
        other.write(DESK)
        later = replace(SALES, last_applied={"title": "Sales, evenings"})
        with store.lock(command="apply", timeout=0):
            store.write(later)
            store.remove(DESK.key)
        assert dict(opener().read()) == {SALES.key: later}

    def test_a_command_that_is_no_text_may_hold_the_lock(self, store: StateStore, opener: Opener) -> None:
        """A shell hands over any bytes: a name in an old encoding is no reason to fail."""
        with store.lock(command="apply --target caf\udce9", timeout=0):
            holder = opener().holder()
        assert holder is not None
        assert holder.command.startswith("apply --target caf")

    def test_the_lock_goes_with_an_exception(self, store: StateStore, opener: Opener) -> None:
        """However the work under it ends, the lock is free afterwards."""
        with pytest.raises(ZeroDivisionError), store.lock(command="apply", timeout=0):
            raise ZeroDivisionError
        with opener().lock(command="apply", timeout=0):
            pass

    def test_the_lock_waits_for_its_holder(self, store: StateStore, opener: Opener) -> None:
        """A lock that comes free before the timeout is taken."""
        with child(hold_lock, opener) as (_, pipe):
            told(pipe)
            pipe.send("let go")
            with store.lock(command="apply", timeout=PATIENCE):
                assert told(pipe) == "released"

    def test_two_processes_under_the_lock_lose_no_write(self, store: StateStore, opener: Opener) -> None:
        """Read, raise, write, by two processes at once: every raise counts."""
        store.write(replace(SALES, last_applied={"count": 0}))
        with child(count_up, opener, 25) as (_, one), child(count_up, opener, 25) as (_, other):
            for pipe in (one, other):
                assert told(pipe) == "ready"
            for pipe in (one, other):
                pipe.send("go")
            assert {told(one), told(other)} == {"done"}
        assert store.read()[SALES.key].last_applied == {"count": 50}

    def test_the_lineage_can_be_given(self, store: StateStore, opener: Opener) -> None:
        """An environment that is moved keeps its lineage; another one never takes its place."""
        lineage = "0b9f4a52-5a3d-4a30-9d0c-6d6f3c1b7c11"
        store.begin(lineage)
        store.begin(lineage)
        store.write(SALES)
        assert opener().lineage() == lineage
        with pytest.raises(StateConflictError) as caught:
            opener().begin("77777777-5a3d-4a30-9d0c-6d6f3c1b7c11")
        (found,) = caught.value.diagnostics
        assert found.code == "state-other-lineage"
        assert f"at {store.shown}: its lineage is {lineage}" in found.summary
        assert opener().lineage() == lineage
        assert opener().read() == {SALES.key: SALES}
        with store.lock(command="state push", timeout=0):
            store.write(DESK)
            with pytest.raises(StateConflictError):
                store.begin("77777777-5a3d-4a30-9d0c-6d6f3c1b7c11")
        assert opener().lineage() == lineage

    def test_the_account_is_remembered(self, store: StateStore, opener: Opener) -> None:
        """Nothing is remembered until it is said; then another store knows it, and the lineage stays."""
        assert store.account() is None
        store.write(DESK)
        assert store.account() is None
        store.remember_account("sha256:one")
        lineage = store.lineage()
        assert lineage
        store.remember_account("sha256:two")
        store.write(SALES)
        assert opener().account() == "sha256:two"
        assert opener().lineage() == lineage


class LockGoesWithItsProcess:
    """What a home promises whose lock belongs to the system that its holder runs on, or to a session of it."""

    def settle(self, store: StateStore) -> None:
        """Return once the home has noticed that a process is gone."""

    def test_the_lock_goes_with_a_killed_process(self, store: StateStore, opener: Opener) -> None:
        """A process that is killed cannot let go; its lock does, and its record names nobody."""
        with child(hold_lock, opener) as (process, pipe):
            pid = told(pipe)
            with pytest.raises(LockHeldError) as caught, store.lock(command="apply", timeout=0):
                pass
            assert f"process {pid}" in caught.value.diagnostics[0].summary
            process.kill()
            process.join()
            assert process.exitcode == -signal.SIGKILL
            self.settle(store)
            assert store.holder() is None
            with store.lock(command="apply", timeout=PATIENCE):
                holder = opener().holder()
                assert holder is not None
                assert holder.pid == os.getpid()

    def test_unlocking_clears_only_what_a_killed_holder_left(self, store: StateStore, opener: Opener) -> None:
        """What a living process holds stays locked; what a killed one left is cleared once, and named."""
        assert store.unlock() is None
        with child(hold_lock, opener) as (process, pipe):
            pid = told(pipe)
            with pytest.raises(LockHeldError):
                store.unlock()
            process.kill()
            process.join()
        self.settle(store)
        gone = store.unlock()
        assert gone is not None
        assert (gone.pid, gone.command) == (pid, "apply")
        assert store.unlock() is None


class VersionsAreCompared:
    """What a home promises that others write to over a network: nobody's work is undone by who has not seen it."""

    def test_a_write_over_what_was_not_seen_is_refused(self, store: StateStore, opener: Opener) -> None:
        """Changed, removed and newly written entries alike: the other's version stays, and reading again mends it."""
        store.write(SALES)
        other = opener()
        other.write(replace(SALES, last_applied={"title": "Theirs"}))
        late = opener()
        assert dict(late.read([DESK.key])) == {}
        other.write(DESK)
        for act in (
            lambda: store.write(SALES),
            lambda: store.remove(SALES.key),
            lambda: late.write(replace(DESK, id=13)),
        ):
            with pytest.raises(StateConflictError) as caught:
                act()
            (told_of,) = caught.value.diagnostics
            assert told_of.code == "state-conflict"
            assert told_of.file == store.shown
            assert told_of.key in (SALES.key, DESK.key)
            assert str(told_of.key) in told_of.summary
        assert opener().read()[SALES.key].last_applied == {"title": "Theirs"}
        store.read([SALES.key])
        store.write(SALES)
        other.read()
        other.remove(SALES.key)
        with pytest.raises(StateConflictError):
            store.write(replace(SALES, id=790))
        assert list(opener().read()) == [DESK.key]

    def test_what_was_not_asked_for_is_looked_at_when_it_is_written(self, store: StateStore, opener: Opener) -> None:
        """Reading some entries tells nothing of the others; reading all of them tells that the rest is not there."""
        for entry in (SALES, DESK):
            store.write(entry)
        some, whole = opener(), opener()
        assert dict(some.read([SALES.key])) == {SALES.key: SALES}
        some.write(replace(DESK, id=13))
        third = replace(DESK, key="dental/recall")
        assert list(whole.read()) == [SALES.key, DESK.key]
        assert dict(whole.read([SALES.key])) == {SALES.key: SALES}
        some.write(third)
        with pytest.raises(StateConflictError):
            whole.write(replace(third, id=14))
        assert [each.id for each in opener().read().values()] == [SALES.id, third.id, 13]

    def test_reading_again_forgets_only_what_was_read(self, store: StateStore, opener: Opener) -> None:
        """What was seen counts until it is seen anew: reading one entry renews no other, reading all renews each."""
        for entry in (SALES, DESK):
            store.write(entry)
        some, whole, other = opener(), opener(), opener()
        some.read([SALES.key, DESK.key])
        some.read([SALES.key])
        whole.read()
        other.write(replace(DESK, id=13))
        other.remove(SALES.key)
        with pytest.raises(StateConflictError):
            some.write(replace(DESK, id=14))
        assert list(whole.read()) == [DESK.key]
        whole.write(replace(SALES, id=790))
        whole.write(replace(DESK, id=15))
        assert [each.id for each in opener().read().values()] == [790, 15]

    def test_what_was_not_there_is_not_removed(self, store: StateStore, opener: Opener) -> None:
        """Somebody has written the first entry since this store found none: it has not seen what it would remove."""
        assert dict(store.read()) == {}
        opener().write(SALES)
        with pytest.raises(StateConflictError):
            store.remove(SALES.key)
        assert opener().read() == {SALES.key: SALES}

    def test_a_holder_whose_lock_was_taken_away_writes_nothing(self, store: StateStore, opener: Opener) -> None:
        """It wakes up, however late, and is told; what the next holder wrote stands, and its lock is not disturbed."""
        store.write(SALES)
        late = replace(SALES, last_applied={"title": "Too late"})
        with store.lock(command="apply", timeout=0):
            taken = opener().unlock(force=True)
            assert taken is not None
            assert taken.pid == os.getpid()
            with opener().lock(command="apply", timeout=PATIENCE), pytest.raises(StateConflictError) as caught:
                store.write(late)
        (told_of,) = caught.value.diagnostics
        assert told_of.code == "lock-lost"
        assert told_of.file
        assert told_of.file in store.shown
        assert "the lock of production" in told_of.summary
        assert opener().read()[SALES.key] == SALES
        with opener().lock(command="apply", timeout=PATIENCE):
            pass
