"""Plans carried out against a vendor on a real socket, with the state in real files."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.api import Answer, Effect, Failure, Kind
from reconciler.apply import ChangeResult, Event, Finished, Outcome, Requested, Retried, Started, Status, Waiting
from reconciler.errors import PlanRefusedError
from reconciler.model import Action, Change, Desired, Entry, Position, Reason, Request
from reconciler.secrecy import Vault, secret_reference
from tests.apply.rig import RECEPTION, Watched, WatchedStore, create, delete, rig, update, without_request


def codes(told: ChangeResult | Outcome) -> list[str]:
    return [each.code for each in told.diagnostics]


def test_every_kind_of_change_is_done_and_counted(tmp_path: Path) -> None:
    """One of each: the server, the state and the summary say the same."""
    with rig(tmp_path) as desk:
        changed, gone, kept = desk.known("harbour"), desk.known("old"), desk.known("left")
        outcome = desk.apply(
            create("smile"),
            update("harbour", changed, step=2, greeting="Harbour Dental, hello."),
            delete("old", gone, step=3),
            without_request("left", Action.FORGET, id=kept),
            without_request("same", Action.NO_OP, id=9),
        )
        rows = {each["id"]: each for each in desk.vendor.rows(deleted=False)}
        states = desk.store.read()
    assert [(each.key, each.status) for each in outcome.results] == [
        (key, Status.DONE) for key in ("harbour", "left", "old", "smile")
    ]
    assert (outcome.created, outcome.updated, outcome.deleted, outcome.forgotten) == (1, 1, 1, 1)
    assert (outcome.failed, outcome.not_started, outcome.unknown, outcome.exit_code) == (0, 0, 0, 0)
    assert set(states) == {"harbour", "smile"}
    new = states["smile"].id
    assert new is not None
    assert rows[new]["title"] == "Reception of smile"
    assert rows[changed]["greeting"] == states["harbour"].last_applied["greeting"] == "Harbour Dental, hello."
    assert states["harbour"].source == "sha256:harbour"
    assert gone not in rows
    assert kept in rows
    assert not desk.vendor.ignored


def test_nothing_to_do_is_done(tmp_path: Path) -> None:
    """An empty plan touches neither the API nor the state."""
    with rig(tmp_path) as desk:
        outcome = desk.apply(without_request("same", Action.NO_OP, id=9))
        assert desk.sent == []
    assert outcome.results == ()
    assert outcome.exit_code == 0
    assert list(tmp_path.iterdir()) == []


def test_a_blocked_change_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    """The caller should have seen it; nothing is sent either way."""
    with rig(tmp_path) as desk:
        with pytest.raises(PlanRefusedError):
            desk.apply(create("smile"), without_request("twin", Action.BLOCKED))
        assert desk.sent == []


def test_a_create_is_pending_in_the_files_before_it_is_sent(tmp_path: Path) -> None:
    """When the request goes out, the state already says so, with the body that is sent."""
    seen: list[object] = []
    with rig(tmp_path) as desk:

        def look(method: str, path: str) -> None:
            entry = desk.entry("smile")
            assert entry is not None
            seen.append((entry.id, entry.pending is not None and entry.pending.body["title"]))

        outcome = desk.apply(create("smile"), client=Watched(client=desk.client, before=look))
        after = desk.entry("smile")
    assert seen == [(None, "Reception of smile")]
    assert outcome.exit_code == 0
    assert after is not None
    assert (after.id, after.pending) == (101, None)


@pytest.mark.parametrize(
    ("fault", "rows"),
    [("drop-before", 0), ("drop-after", 1), ("500", 0), ("500-after", 1), ("busy", 0), ("html", 0), ("html-after", 1)],
)
def test_a_create_with_an_unknown_outcome_stays_pending(tmp_path: Path, fault: str, rows: int) -> None:
    """Whether the server acted or not: one POST, a pending entry, and an exit code of its own."""
    with rig(tmp_path, script=(fault,)) as desk:
        outcome = desk.apply(create("smile", nulls=["wait_minutes"]))
        entry = desk.entry("smile")
        assert [each.method for each in desk.vendor.calls] == ["POST"]
        assert len(desk.vendor.rows()) == rows
    (result,) = outcome.results
    assert (result.status, result.id, codes(result)[0]) == (Status.UNKNOWN, None, "create-unknown")
    assert (outcome.unknown, outcome.exit_code) == (1, 7)
    assert entry is not None
    assert entry.pending is not None
    assert entry.id is None


def test_an_answer_without_an_id_is_unknown(tmp_path: Path) -> None:
    """201 is not enough: without the id the assistant cannot be found again by it."""

    class Forgetful(Watched):
        def attempt(self, *given: object, **named: object) -> object:  # type: ignore[override]
            super().attempt(*given, **named)  # type: ignore[arg-type]
            return Answer(status=201, json={"data": {"id": "101"}})

    with rig(tmp_path) as desk:
        outcome = desk.apply(create("smile"), client=Forgetful(client=desk.client))
        entry = desk.entry("smile")
    assert codes(outcome.results[0]) == ["created-without-id", "create-unknown"]
    assert outcome.exit_code == 7
    assert entry is not None
    assert entry.pending is not None


@pytest.mark.parametrize("fault", ["422", "401", "403", "404", "413"])
def test_a_refused_create_leaves_no_trace(tmp_path: Path, fault: str) -> None:
    """The server said that it did not act: the entry that was not there before is not there after."""
    with rig(tmp_path, script=(fault,)) as desk:
        outcome = desk.apply(create("smile"))
        assert desk.entry("smile") is None
    assert (outcome.results[0].status, outcome.exit_code) == (Status.FAILED, 1)


def test_a_refused_create_gives_back_what_was_there(tmp_path: Path) -> None:
    """An assistant that is gone and cannot be made again keeps its entry, history and all."""
    with rig(tmp_path) as desk:
        desk.known("smile")
        before = desk.entry("smile")
        desk.vendor.vendor.inject("422")
        desk.apply(create("smile"))
        assert desk.entry("smile") == before


def test_a_second_request_goes_to_the_id_of_the_first(tmp_path: Path) -> None:
    """A create that also has to clear a field sends a PUT to the id it was given, and records both."""
    with rig(tmp_path) as desk:
        outcome = desk.apply(create("smile", nulls=["wait_minutes"]))
        (row,) = desk.vendor.rows()
        assert desk.sent == [("POST", "/agent"), ("PUT", "/agent/101")]
        entry = desk.entry("smile")
    assert row["wait_minutes"] is None
    assert entry is not None
    assert (entry.source, entry.last_applied["wait_minutes"]) == ("sha256:smile", None)
    assert outcome.exit_code == 0


def test_half_a_create_is_recorded_as_half(tmp_path: Path) -> None:
    """Where the second request is refused, the id is kept and the state says what was sent so far."""
    with rig(tmp_path, script=("ok", "422")) as desk:
        outcome = desk.apply(create("smile", nulls=["wait_minutes"]))
        entry = desk.entry("smile")
    (result,) = outcome.results
    assert (result.status, result.id, outcome.exit_code) == (Status.FAILED, 101, 3)
    assert entry is not None
    assert (entry.id, entry.source, entry.pending) == (101, "", None)


def test_an_update_of_what_vanished_says_so(tmp_path: Path) -> None:
    """A 404 for an update names the id and the way on; the entry stays."""
    with rig(tmp_path) as desk:
        id = desk.known("harbour")
        desk.client.send("DELETE", f"/agent/{id}")
        outcome = desk.apply(update("harbour", id, greeting="Hello."))
        assert desk.entry("harbour") is not None
    (result,) = outcome.results
    assert codes(result) == ["vanished"]
    assert str(id) in result.diagnostics[0].summary
    assert outcome.exit_code == 1


def test_deleting_what_is_gone_is_done(tmp_path: Path) -> None:
    """The aim is reached, and the entry goes."""
    with rig(tmp_path) as desk:
        id = desk.known("old")
        desk.client.send("DELETE", f"/agent/{id}")
        outcome = desk.apply(delete("old", id))
        assert desk.entry("old") is None
    assert outcome.deleted == 1


@pytest.mark.parametrize("fault", ["drop-before", "drop-after", "429", "500", "500-after", "busy", "html-502"])
def test_an_update_is_repeated_until_it_is_known(tmp_path: Path, fault: str) -> None:
    """What can be sent twice is, and then recorded once."""
    with rig(tmp_path) as desk:
        id = desk.known("harbour")
        desk.vendor.vendor.inject(fault)
        outcome = desk.apply(update("harbour", id, greeting="Hello."))
        assert [each[0] for each in desk.sent] == ["POST", "PUT", "PUT"]
        entry = desk.entry("harbour")
    assert outcome.exit_code == 0
    assert entry is not None
    assert entry.last_applied["greeting"] == "Hello."


def test_an_update_nobody_answers_counts_as_touched(tmp_path: Path) -> None:
    """It failed, but something may have been changed: exit 3, not 1, and the advice says that it can be repeated."""
    with rig(tmp_path) as desk:
        id = desk.known("harbour")
        desk.vendor.vendor.inject(*["drop-after"] * 6)
        outcome = desk.apply(update("harbour", id, greeting="Hello."))
    (result,) = outcome.results
    assert codes(result) == ["connection-broken", "update-unknown"]
    assert (result.status, outcome.exit_code) == (Status.FAILED, 3)


def test_what_depends_on_a_failure_is_not_started(tmp_path: Path) -> None:
    """The claim of a value waits for its release: when that fails, the claim is not sent, and the rest goes on."""
    with rig(tmp_path) as desk:
        giver, taker, other = desk.known("giver"), desk.known("taker"), desk.known("other")
        desk.vendor.vendor.inject("422")
        outcome = desk.apply(
            update("giver", giver, line_id=None),
            update("taker", taker, step=2, after=(1,), line_id=45),
            update("other", other, step=3, greeting="Hello."),
            update("last", taker, step=4, after=(2,), greeting="Hello."),
            parallelism=1,
        )
    by_key = {each.key: each for each in outcome.results}
    assert {key: each.status for key, each in by_key.items()} == {
        "giver": Status.FAILED,
        "taker": Status.NOT_STARTED,
        "other": Status.DONE,
        "last": Status.NOT_STARTED,
    }
    assert codes(by_key["taker"]) == ["dependency-failed"]
    assert "giver" in by_key["taker"].diagnostics[0].summary
    assert (outcome.updated, outcome.failed, outcome.not_started, outcome.exit_code) == (1, 1, 2, 3)


def test_what_waits_when_the_run_stops_is_not_called_held_back(tmp_path: Path) -> None:
    """After a signal nothing failed: what was not started says nothing about others."""
    stop = threading.Event()
    stop.set()
    with rig(tmp_path) as desk:
        giver, taker = desk.known("giver"), desk.known("taker")
        outcome = desk.apply(
            update("giver", giver, line_id=None), update("taker", taker, step=2, after=(1,), line_id=45), stop=stop
        )
    assert [codes(each) for each in outcome.results] == [[], []]
    assert (outcome.not_started, outcome.exit_code) == (2, 130)


def test_steps_come_after_what_they_wait_for_however_many_run(tmp_path: Path) -> None:
    """Three chains side by side: each request is sent only once the one before is answered and written down."""
    together = threading.Barrier(3)
    with rig(tmp_path) as desk:
        ids = [desk.known(f"practice-{n}") for n in range(12)]
        base = len(desk.vendor.calls)
        changes = [
            update(f"practice-{n}", id, step=n + 1, after=(n - 2,) if n > 2 else (), greeting=f"Practice {n}.")
            for n, id in enumerate(ids)
        ]
        watched = Watched(client=desk.client, before=lambda method, path: together.wait(30))
        outcome = desk.apply(*changes, client=watched, parallelism=8)
        order = [ids.index(int(each.path.rsplit("/", 1)[1])) for each in desk.vendor.calls[base:]]
    assert outcome.updated == 12
    assert all(order.index(n - 3) < order.index(n) for n in range(3, 12))
    assert watched.most_at_once == 3


def test_no_more_run_at_once_than_asked(tmp_path: Path) -> None:
    """`parallelism` bounds the requests under way, and the pending entries with them; the first create goes alone."""
    together, number = threading.Barrier(3), itertools.count()
    with rig(tmp_path) as desk:
        watched = Watched(client=desk.client, before=lambda method, path: next(number) and together.wait(30))
        outcome = desk.apply(*(create(f"practice-{n}", step=n + 1) for n in range(13)), client=watched, parallelism=3)
        assert len({each["id"] for each in desk.vendor.rows()}) == 13
    assert outcome.created == 13
    assert watched.most_at_once == 3


def test_a_create_keeps_its_place_until_its_id_is_written_down(tmp_path: Path) -> None:
    """However slow the disk is, a run that is killed leaves no more creates open than requests it may send at once."""
    pending: list[int] = []
    with rig(tmp_path) as desk:
        store = WatchedStore(
            store=desk.store,
            after=lambda entry: pending.append(sum(each.pending is not None for each in desk.store.read().values())),
        )
        outcome = desk.apply(*(create(f"practice-{n}", step=n + 1) for n in range(40)), store=store, parallelism=3)
    assert outcome.created == 40
    assert max(pending) <= 3


def test_answers_are_written_down_at_once(tmp_path: Path) -> None:
    """Three answers, and none is done being written down before all have begun to be."""
    together = threading.Barrier(3)
    with rig(tmp_path) as desk:
        ids = [desk.known(f"practice-{n}") for n in range(3)]
        store = WatchedStore(store=desk.store, before=lambda entry: together.wait(30))
        changes = [update(f"practice-{n}", id, step=n + 1, greeting="Good day.") for n, id in enumerate(ids)]
        assert desk.apply(*changes, store=store, parallelism=3).updated == 3


def test_the_next_request_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    """While two answers are being written down the third request is sent, as it depends on neither."""
    sent, number = threading.Event(), itertools.count(1)
    in_time: list[bool] = []
    with rig(tmp_path) as desk:
        ids = [desk.known(f"practice-{n}") for n in range(3)]
        store = WatchedStore(store=desk.store, before=lambda entry: in_time.append(sent.wait(10)))
        watched = Watched(client=desk.client, before=lambda method, path: next(number) == 3 and sent.set())
        changes = [update(f"practice-{n}", id, step=n + 1, greeting="Good day.") for n, id in enumerate(ids)]
        assert desk.apply(*changes, store=store, client=watched, parallelism=2).updated == 3
    assert in_time == [True, True, True]


def test_one_at_a_time_is_one_after_the_other(tmp_path: Path) -> None:
    """With `--parallelism 1` an answer is written down before the next request of any change is sent."""
    told: list[str] = []
    with rig(tmp_path) as desk:
        ids = [desk.known(f"practice-{n}") for n in range(4)]
        store = WatchedStore(store=desk.store, after=lambda entry: told.append(f"wrote {entry.id}"))
        watched = Watched(client=desk.client, before=lambda method, path: told.append(f"sent {path.split('/')[-1]}"))
        changes = [update(f"practice-{n}", id, step=n + 1, greeting="Good day.") for n, id in enumerate(ids)]
        desk.apply(*changes, store=store, client=watched, parallelism=1)
    assert told == [f"{what} {id}" for id in ids for what in ("sent", "wrote")]


@pytest.mark.parametrize("late", ["before", "after"])
def test_a_bug_in_writing_down_is_not_swallowed(tmp_path: Path, late: str) -> None:
    """It comes out on the caller's thread, once everything else that is under way is written down."""
    answered = threading.Barrier(3)

    def crash(entry: Entry) -> None:
        if entry.key == "practice-0":
            raise ZeroDivisionError

    with rig(tmp_path) as desk:
        ids = [desk.known(f"practice-{n}") for n in range(3)]
        store = WatchedStore(store=desk.store, **{late: crash})
        watched = Watched(client=desk.client, after=lambda method, path: answered.wait(timeout=20))
        changes = [update(f"practice-{n}", id, step=n + 1, greeting="Good day.") for n, id in enumerate(ids)]
        with pytest.raises(ZeroDivisionError):
            desk.apply(*changes, store=store, client=watched, parallelism=3)
        told = {key: each.last_applied["greeting"] == "Good day." for key, each in desk.store.read().items()}
    assert told == {"practice-0": late == "after", "practice-1": True, "practice-2": True}


@pytest.mark.parametrize(("fault", "left"), [("html", 1), ("html-after", 1), ("500", 5), ("drop-after", 5)])
def test_where_no_api_answers_few_creates_are_left_open(tmp_path: Path, fault: str, left: int) -> None:
    """Until the API has answered something, one create is under way at a time, and a page ends the run at once."""
    with rig(tmp_path, script=(fault,) * 40) as desk:
        outcome = desk.apply(*(create(f"practice-{n}", step=n + 1) for n in range(20)), parallelism=10)
        assert len(desk.sent) == left
    assert (outcome.unknown, outcome.not_started) == (left, 20 - left)
    assert codes(outcome) == ["stopped-by-answer" if left == 1 else "too-many-failures"]


def test_a_page_after_the_api_has_spoken_is_one_failure_among_others(tmp_path: Path) -> None:
    """A proxy has its moments; what the API answered before shows that the address is right."""
    with rig(tmp_path, script=("422", "html")) as desk:
        outcome = desk.apply(*(create(f"practice-{n}", step=n + 1) for n in range(6)), parallelism=1)
    assert (outcome.failed, outcome.unknown, outcome.created) == (1, 1, 4)


def test_updates_do_not_wait_for_the_first_create(tmp_path: Path) -> None:
    """They can be repeated, so they are sent while the first create is under way, and what they bring counts."""
    together, number = threading.Barrier(2), itertools.count()
    with rig(tmp_path) as desk:
        id = desk.known("harbour")
        watched = Watched(client=desk.client, before=lambda method, path: next(number) < 2 and together.wait(30))
        creates = [create(f"practice-{n}", step=n + 1) for n in range(3)]
        outcome = desk.apply(*creates, update("harbour", id, step=9, greeting="A"), client=watched, parallelism=3)
    assert (outcome.created, outcome.updated) == (3, 1)


def test_a_plan_that_waits_for_itself_ends(tmp_path: Path) -> None:
    """Steps in a ring, or behind a step that does not exist, are not started; nothing hangs."""
    with rig(tmp_path) as desk:
        id = desk.known("harbour")
        outcome = desk.apply(
            update("harbour", id, step=1, after=(2,), greeting="A"),
            update("smile", id, step=2, after=(1,), greeting="B"),
            update("quay", id, step=3, after=(77,), greeting="C"),
        )
    assert outcome.not_started == 3
    assert outcome.exit_code == 1


def test_stop_after_the_first_failure(tmp_path: Path) -> None:
    """`on_error="stop"`: nothing more is started, what was done is counted."""
    with rig(tmp_path, script=("ok", "422")) as desk:
        changes = [create(f"practice-{n}", step=n + 1) for n in range(4)]
        outcome = desk.apply(*changes, parallelism=1, on_error="stop")
        assert len(desk.sent) == 2
    assert [each.status for each in outcome.results] == [
        Status.DONE,
        Status.FAILED,
        Status.NOT_STARTED,
        Status.NOT_STARTED,
    ]
    assert codes(outcome) == ["stopped-after-error"]
    assert outcome.exit_code == 3


def test_the_breaker_ends_a_run_against_a_sick_server(tmp_path: Path) -> None:
    """Failures of the server in a row stop the run; refusals in between would have shown that it is well."""
    with rig(tmp_path, script=("500", "500", "422", "500", "500", "500", "ok")) as desk:
        outcome = desk.apply(*(create(f"practice-{n}", step=n + 1) for n in range(9)), parallelism=1, breaker=3)
        assert len(desk.sent) == 6
    assert (outcome.unknown, outcome.failed, outcome.not_started) == (5, 1, 3)
    assert codes(outcome) == ["too-many-failures"]
    assert "3 requests in a row failed on the server's side" in outcome.diagnostics[0].summary


def test_a_key_that_is_not_known_ends_the_run(tmp_path: Path) -> None:
    """After a 401 no other request is tried with the same key."""
    with rig(tmp_path, script=("401",)) as desk:
        outcome = desk.apply(*(create(f"practice-{n}", step=n + 1) for n in range(3)), parallelism=1)
        assert len(desk.sent) == 1
    assert codes(outcome) == ["stopped-by-key"]
    assert (outcome.failed, outcome.not_started, outcome.exit_code) == (1, 2, 1)


def test_a_signal_before_a_request_leaves_keeps_it_back(tmp_path: Path) -> None:
    """The stop comes between the pending entry and the request: it is not sent, and the entry is taken back."""
    stop = threading.Event()
    with rig(tmp_path) as desk:
        watched = Watched(client=desk.client, before=lambda method, path: stop.set())
        outcome = desk.apply(create("harbour"), create("smile", step=2), client=watched, parallelism=1, stop=stop)
        assert desk.sent == []
        assert desk.store.read() == {}
    assert (outcome.interrupted, outcome.exit_code) == (True, 130)
    assert [each.status for each in outcome.results] == [Status.NOT_STARTED] * 2


def test_a_signal_during_a_request_records_it(tmp_path: Path) -> None:
    """The stop comes while the server works: the answer counts, the rest does not start."""
    stop = threading.Event()
    with rig(tmp_path) as desk:
        watched = Watched(client=desk.client, after=lambda method, path: stop.set())
        outcome = desk.apply(create("harbour"), create("smile", step=2), client=watched, parallelism=1, stop=stop)
        entry = desk.entry("harbour")
        assert desk.entry("smile") is None
    assert entry is not None
    assert entry.id == 101
    assert [each.status for each in outcome.results] == [Status.DONE, Status.NOT_STARTED]
    assert (outcome.interrupted, outcome.exit_code) == (True, 130)


def test_a_signal_during_a_pause_takes_the_create_back(tmp_path: Path) -> None:
    """A create that was only limited so far was certainly not carried out: not started, and no pending entry."""
    stop = threading.Event()
    with rig(tmp_path, script=("429",)) as desk:
        desk.time.on_pause = lambda event: event.set()
        outcome = desk.apply(create("smile"), stop=stop)
        assert desk.entry("smile") is None
        assert len(desk.sent) == 1
    assert outcome.results[0].status is Status.NOT_STARTED
    assert outcome.exit_code == 130


def test_events_tell_the_story_on_one_thread(tmp_path: Path) -> None:
    """Started, sent, waiting, retried, sent, finished: in this order, on the thread of the caller."""
    events: list[Event] = []
    threads: set[int] = set()

    def hear(event: Event) -> None:
        threads.add(threading.get_ident())
        events.append(event)

    with rig(tmp_path, script=("429",)) as desk:
        desk.apply(create("smile"), on_event=hear)
    assert [type(each) for each in events] == [Started, Requested, Waiting, Retried, Requested, Finished]
    started, first, waiting, retried, second, finished = events
    assert isinstance(first, Requested)
    assert isinstance(second, Requested)
    assert (first.method, first.path, first.step, first.number, first.status) == ("POST", "/agent", 1, 1, 429)
    assert (second.number, second.status, second.failure) == (2, 201, None)
    assert started == Started(key="smile", action=Action.CREATE, id=None)
    assert isinstance(waiting, Waiting)
    assert (waiting.seconds, waiting.everyone) == (1.25, True)
    assert isinstance(retried, Retried)
    assert retried.number == 2
    assert isinstance(finished, Finished)
    assert (finished.id, finished.status) == (101, Status.DONE)
    assert finished.seconds > 0
    assert threads == {threading.get_ident()}


def test_a_listener_that_breaks_loses_no_answer(tmp_path: Path) -> None:
    """The terminal goes away in the middle: what is under way is still waited for and written down."""
    number, sent, broken = itertools.count(), threading.Barrier(4), threading.Event()

    def hear(event: Event) -> None:
        if isinstance(event, Finished) and event.key != "practice-0":
            broken.set()
            raise BrokenPipeError

    def hold(method: str, path: str) -> None:
        # the first create goes alone; of the others one is told, with the other three under way
        if next(number) and sent.wait(timeout=20):
            broken.wait(timeout=20)

    with rig(tmp_path) as desk:
        with pytest.raises(BrokenPipeError):
            desk.apply(
                *(create(f"practice-{n}", step=n + 1) for n in range(5)),
                client=Watched(client=desk.client, after=hold),
                on_event=hear,
                parallelism=6,
            )
        entries = desk.store.read()
        assert {each.id for each in entries.values()} == {each["id"] for each in desk.vendor.rows()}
        assert len(entries) == 5


def test_a_crash_of_the_client_is_not_swallowed(tmp_path: Path) -> None:
    """A bug in a sending thread comes out on the caller's thread, after the others are written down."""

    def crash(method: str, path: str) -> None:
        if threading.current_thread().name.endswith("_0"):
            raise ZeroDivisionError

    with rig(tmp_path) as desk:
        with pytest.raises(ZeroDivisionError):
            desk.apply(
                *(create(f"practice-{n}", step=n + 1) for n in range(3)),
                client=Watched(client=desk.client, before=crash),
                parallelism=3,
            )
        entries = desk.store.read()
        assert all(each.pending is not None or each.id is not None for each in entries.values())
        assert len(desk.vendor.rows()) == sum(each.id is not None for each in entries.values())


def test_secrets_are_revealed_on_the_wire_alone(tmp_path: Path) -> None:
    """The body that goes out holds the value; the entry, pending or done, holds the reference."""
    secret = "-".join(["cal", "canary", "91"])
    reference = secret_reference("CAL_KEY", "hmac-sha256:77")
    actions = [{"type": "book", "api_key": reference}]
    with rig(tmp_path) as desk:
        pending: list[str] = []
        watched = Watched(client=desk.client, before=lambda method, path: pending.append(str(desk.entry("smile"))))
        outcome = desk.apply(create("smile", actions=actions), vault=Vault(values={"CAL_KEY": secret}), client=watched)
        (row,) = desk.vendor.rows()
        entry = desk.entry("smile")
    assert row["actions"][0]["api_key"] == secret
    assert entry is not None
    assert entry.last_applied["actions"] == actions
    assert secret not in pending[0] + str(entry) + repr(outcome)
    assert not [each for each in tmp_path.rglob("*.json") if secret in each.read_text("utf-8")]


@pytest.mark.parametrize("spelled", ["{}", "the key {} is bad", "[{}]"])
def test_a_server_that_quotes_a_secret_is_not_quoted(tmp_path: Path, spelled: str) -> None:
    """A refusal may repeat what was sent; the diagnostics do not."""
    secret = 'cal"canary/91'

    class Quoting(Watched):
        def attempt(self, *given: object, **named: object) -> Answer | Failure:  # type: ignore[override]
            told = spelled.format(secret) + r" cal\"canary\/91"
            errors = {f"actions.0.{secret}": (told,)} if spelled == "{}" else {}
            return Failure(kind=Kind.REFUSED, effect=Effect.REFUSED, status=422, message=told, errors=errors)

    with rig(tmp_path) as desk:
        reference = secret_reference("CAL_KEY", None)
        change = create("smile", actions=[{"type": "book", "api_key": reference}])
        outcome = desk.apply(change, vault=Vault(values={"CAL_KEY": secret}), client=Quoting(client=desk.client))
    assert "canary" not in repr(outcome)
    assert "***" in outcome.results[0].diagnostics[0].summary


def test_a_missing_secret_sends_nothing(tmp_path: Path) -> None:
    """A reference that the environment does not fill is told by name, and no pending entry is made."""
    with rig(tmp_path) as desk:
        actions = [{"type": "book", "api_key": secret_reference("CAL_KEY", None)}]
        outcome = desk.apply(create("smile", actions=actions))
        assert desk.sent == []
        assert desk.entry("smile") is None
    assert codes(outcome.results[0]) == ["secret-missing"]
    assert outcome.exit_code == 1


def test_a_body_that_breaks_the_schema_is_not_sent(tmp_path: Path) -> None:
    """That is our bug and called so; places and rules are named, values are not."""
    with rig(tmp_path) as desk:
        id = desk.known("harbour")
        outcome = desk.apply(create("smile", zone="Europe/Canary"), update("harbour", id, step=2, pitch=77))
        assert len(desk.sent) == 1
    assert [codes(each) for each in outcome.results] == [["internal-invalid-body"]] * 2
    told = outcome.results[1].diagnostics[0].summary
    assert "zone: format" in told
    assert "Canary" not in told


def test_a_path_without_its_id_is_not_sent(tmp_path: Path) -> None:
    """A plan that names no id for an update was not made by us."""
    with rig(tmp_path) as desk:
        id = desk.known("harbour")
        broken = update("harbour", id, greeting="Hello.")
        outcome = desk.apply(replace(broken, id=None))
        assert len(desk.sent) == 1
    assert codes(outcome.results[0]) == ["internal-no-id"]


def test_a_refusal_points_into_the_document(tmp_path: Path) -> None:
    """A 422 keeps its dotted path and gets the line of the value that it is about."""
    change = create("smile", report_on=True, report_url="https://desk.example/hook", line_id=45)
    with rig(tmp_path) as desk:
        desk.known("harbour", line_id=45)
        place = Position(file="assistants/smile.yaml", line=7, column=10)
        document = Desired(
            key="smile",
            content=change.record,
            source="sha256:smile",
            file="assistants/smile.yaml",
            positions={("line_id",): place},
        )
        outcome = desk.apply(change, desired={"smile": document})
    (told,) = outcome.results[0].diagnostics
    assert (told.code, told.field, told.file, told.line, told.column) == (
        "refused-by-api",
        "line_id",
        "assistants/smile.yaml",
        7,
        10,
    )


def test_an_adopted_assistant_that_is_equal_is_only_recorded(tmp_path: Path) -> None:
    """No request: the entry is written, and it counts as the update that the plan announced."""
    with rig(tmp_path) as desk:
        outcome = desk.apply(without_request("harbour", Action.UPDATE, id=789, reason=Reason.ADOPTED))
        entry = desk.entry("harbour")
        assert desk.sent == []
    assert entry is not None
    assert (entry.id, dict(entry.last_applied)) == (789, RECEPTION)
    assert outcome.updated == 1


def moved(old: str, new: str, **settings: Any) -> Change:
    return without_request(new, Action.NO_OP, moved_from=old, reason=Reason.MOVED, **settings)


def test_a_move_alone_changes_the_key(tmp_path: Path) -> None:
    """The entry stands under the new key with its id; the old key is gone; nothing was sent."""
    with rig(tmp_path) as desk:
        id = desk.known("harbour")
        outcome = desk.apply(moved("harbour", "quay/reception", id=id))
        entries = desk.store.read()
        assert len(desk.sent) == 1
    assert {key: each.id for key, each in entries.items()} == {"quay/reception": id}
    assert outcome.exit_code == 0


def test_a_move_with_an_update_survives_its_failure(tmp_path: Path) -> None:
    """The move is written before the request: when that fails, the entry has its new key and its old content."""
    with rig(tmp_path) as desk:
        id = desk.known("harbour")
        before = desk.entry("harbour")
        desk.vendor.vendor.inject("422")
        outcome = desk.apply(replace(update("quay", id, greeting="Hello."), moved_from="harbour"))
        entries = desk.store.read()
    assert before is not None
    assert {key: each.last_applied for key, each in entries.items()} == {"quay": before.last_applied}
    assert outcome.exit_code == 3


def test_moves_in_a_row_lose_nobody(tmp_path: Path) -> None:
    """a to b and b to c: the one that frees a place goes first, whatever the names."""
    with rig(tmp_path) as desk:
        first, second = desk.known("a"), desk.known("b")
        desk.apply(moved("a", "b", id=first), moved("b", "c", id=second))
        assert {key: each.id for key, each in desk.store.read().items()} == {"b": first, "c": second}
        third = desk.known("z")
        desk.apply(moved("c", "a", id=second), moved("z", "c", id=third))
        assert {key: each.id for key, each in desk.store.read().items()} == {"a": second, "b": first, "c": third}


def test_moves_in_a_ring_are_refused(tmp_path: Path) -> None:
    """Two entries cannot change places without one being nowhere for a moment: both stay, and the way is told."""
    with rig(tmp_path) as desk:
        first, second = desk.known("a"), desk.known("b")
        before = desk.store.read()
        outcome = desk.apply(moved("a", "b", id=first), moved("b", "a", id=second))
        assert desk.store.read() == before
    assert [codes(each) for each in outcome.results] == [["move-ring"]] * 2
    assert outcome.exit_code == 1


def test_requests_of_one_change_run_one_after_the_other(tmp_path: Path) -> None:
    """A release that was cut off early comes before the rest of its own change, without being told to."""
    with rig(tmp_path) as desk:
        id = desk.known("harbour", line_id=45)
        change = update("harbour", id, line_id=46)
        early = Request(step=1, method="PUT", path=f"/agent/{id}", body={"line_id": None})
        late = Request(step=2, method="PUT", path=f"/agent/{id}", body={"line_id": 46, "greeting": "Hello."})
        desk.apply(replace(change, requests=(late, early), record={**RECEPTION, "line_id": 46, "greeting": "Hello."}))
        assert [each.body for each in desk.vendor.calls][1:] == [early.body, late.body]
        desk.vendor.vendor.inject("422")
        desk.apply(replace(change, requests=(late, early)))
        assert [each.body for each in desk.vendor.calls][3:] == [early.body]
