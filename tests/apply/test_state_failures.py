"""A state that cannot be written in the middle of a run, and a process that is killed there."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reconciler.apply import Outcome, Status
from reconciler.model import Action, Reason
from tests.apply.rig import FaultyStore, Watched, create, delete, rig, update, without_request


def all_codes(outcome: Outcome) -> list[str]:
    return [each.code for result in outcome.results for each in result.diagnostics]


def test_without_a_pending_entry_nothing_is_sent(tmp_path: Path) -> None:
    """The note that a create begins cannot be saved: then it does not begin, and neither does anything else."""
    with rig(tmp_path) as desk:
        store = FaultyStore(store=desk.store, fails=lambda count: True)
        outcome = desk.apply(create("harbour"), create("smile", step=2), store=store)
        assert desk.sent == []
    assert [each.status for each in outcome.results] == [Status.FAILED, Status.NOT_STARTED]
    assert all_codes(outcome) == ["state-not-saved", "state-unwritable"]
    assert [each.code for each in outcome.diagnostics] == ["stopped-by-state"]
    assert (outcome.interrupted, outcome.exit_code) == (False, 1)


def test_an_id_that_cannot_be_saved_is_told(tmp_path: Path) -> None:
    """The create went through, its id did not reach the state: it is told, the pending entry stays, nothing follows."""
    with rig(tmp_path) as desk:
        store = FaultyStore(store=desk.store, fails=lambda count: count >= 2)
        outcome = desk.apply(create("harbour"), create("smile", step=2), store=store, parallelism=1)
        entry = desk.entry("harbour")
        assert desk.sent == [("POST", "/agent")]
    first, second = outcome.results
    assert (first.status, first.id, second.status) == (Status.UNKNOWN, 101, Status.NOT_STARTED)
    assert "101" in first.diagnostics[0].summary
    assert "reconciler import harbour 101" in (first.diagnostics[0].detail or "")
    assert outcome.exit_code == 7
    assert entry is not None
    assert entry.pending is not None


@pytest.mark.parametrize("kind", ["update", "delete"])
def test_an_update_that_cannot_be_saved_is_told(tmp_path: Path, kind: str) -> None:
    """The server was changed and the state does not say so: a failure, but not one that changed nothing."""
    with rig(tmp_path) as desk:
        id = desk.known("harbour")
        before = desk.entry("harbour")
        change = update("harbour", id, greeting="Hello.") if kind == "update" else delete("harbour", id)
        outcome = desk.apply(change, store=FaultyStore(store=desk.store, fails=lambda count: True))
        assert desk.entry("harbour") == before
    assert (outcome.results[0].status, outcome.results[0].touched) == (Status.FAILED, True)
    assert str(id) in outcome.results[0].diagnostics[0].summary
    assert outcome.exit_code == 3


def test_a_pending_entry_that_cannot_be_taken_back_is_told(tmp_path: Path) -> None:
    """Nothing was created, but the note of it stays: said with the way to remove it."""
    with rig(tmp_path, script=("422",)) as desk:
        store = FaultyStore(store=desk.store, fails=lambda count: count == 2)
        outcome = desk.apply(create("harbour"), store=store)
        entry = desk.entry("harbour")
    assert all_codes(outcome)[:2] == ["state-not-saved", "state-unwritable"]
    assert entry is not None
    assert entry.pending is not None
    assert outcome.exit_code == 3


def test_those_under_way_are_still_recorded(tmp_path: Path) -> None:
    """One failed write does not make the others be forgotten: each answer that comes is tried again to be saved."""
    together, number = threading.Barrier(3), itertools.count()
    with rig(tmp_path) as desk:
        # the first goes alone; then three pending entries, and the first id after that cannot be saved
        store = FaultyStore(store=desk.store, fails=lambda count: count == 6)
        changes = [create(f"practice-{n}", step=n + 1) for n in range(6)]
        watched = Watched(client=desk.client, after=lambda method, path: next(number) and together.wait(30))
        outcome = desk.apply(*changes, store=store, client=watched, parallelism=3)
        saved = {each.id for each in desk.store.read().values() if each.id is not None}
        assert len(desk.vendor.rows()) == 4
    assert outcome.count(Status.DONE) == 3
    assert (outcome.unknown, outcome.not_started, outcome.exit_code) == (1, 2, 7)
    assert saved | {each.id for each in outcome.results if each.status is Status.UNKNOWN} == {101, 102, 103, 104}


def test_a_retry_is_not_sent_once_the_state_is_broken(tmp_path: Path) -> None:
    """A create that waits for its turn could not be written down any more: it is taken back instead."""
    pausing, number = threading.Event(), itertools.count()

    def until_stopped(stop: threading.Event) -> None:
        pausing.set()
        stop.wait(30)

    with rig(tmp_path, script=("ok", "ok", "429")) as desk:
        desk.time.on_pause = until_stopped
        watched = Watched(client=desk.client, after=lambda method, path: next(number) and pausing.wait(30))
        store = FaultyStore(store=desk.store, fails=lambda count: count == 5)
        creates = [create(key, step=step) for step, key in enumerate(("quay", "harbour", "smile"), 1)]
        outcome = desk.apply(*creates, store=store, client=watched)
        assert [each.method for each in desk.vendor.calls] == ["POST"] * 3
    assert sorted(each.status for each in outcome.results) == [Status.DONE, Status.NOT_STARTED, Status.UNKNOWN]
    assert (outcome.interrupted, outcome.exit_code) == (False, 7)


def test_a_forget_that_fails_forgets_nothing(tmp_path: Path) -> None:
    """The entry is still there, and nothing is sent after it."""
    with rig(tmp_path) as desk:
        id = desk.known("harbour")
        store = FaultyStore(store=desk.store, fails=lambda count: True)
        outcome = desk.apply(without_request("harbour", Action.FORGET, id=id), create("smile"), store=store)
        assert desk.entry("harbour") is not None
        assert len(desk.sent) == 1
    assert outcome.exit_code == 1


@pytest.mark.parametrize("failing", [1, 2])
def test_a_move_that_breaks_in_the_middle_has_the_entry_once_or_twice(tmp_path: Path, failing: int) -> None:
    """Never nowhere: the new key is written before the old one goes, and the next run finishes it."""
    with rig(tmp_path) as desk:
        id = desk.known("harbour")
        change = without_request("quay", Action.NO_OP, id=id, moved_from="harbour", reason=Reason.MOVED)
        outcome = desk.apply(change, store=FaultyStore(store=desk.store, fails=lambda count: count == failing))
        between = {key: each.id for key, each in desk.store.read().items()}
        assert between == ({"harbour": id} if failing == 1 else {"harbour": id, "quay": id})
        assert outcome.exit_code == (1 if failing == 1 else 3)
        desk.apply(change)
        assert {key: each.id for key, each in desk.store.read().items()} == {"quay": id}


CHILD = """
import sys
from pathlib import Path
from reconciler.api import ApiClient
from reconciler.apply import apply_plan
from reconciler.secrecy import Vault
from reconciler.state.files import FileStore
from tests.apply.rig import create, plan
from tests.support.frontdesk import frontdesk

store = FileStore(Path(sys.argv[2]), environment="default")
with ApiClient(sys.argv[1], sys.argv[3]) as client:
    apply_plan(plan(create("smile")), store=store, client=client, schemas=frontdesk(), vault=Vault())
"""


@pytest.mark.parametrize(("fault", "rows"), [("stall-before", 0), ("stall-after", 1)])
def test_a_killed_process_leaves_the_create_pending(tmp_path: Path, fault: str, rows: int) -> None:
    """SIGKILL while the server has the request: the next run finds the entry pending, and knows to ask first."""
    with rig(tmp_path, script=(fault,)) as desk:
        folder = tmp_path / "state" / "default"
        command = [sys.executable, "-c", CHILD, desk.vendor.url, str(folder), desk.vendor.key]
        with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as child:
            reached = threading.Event()
            while not desk.vendor.calls and child.poll() is None:
                reached.wait(0.01)
            os.kill(child.pid, signal.SIGKILL)
        entry = desk.entry("smile")
        assert len(desk.vendor.rows()) == rows
        assert [each.method for each in desk.vendor.calls] == ["POST"]
    assert entry is not None
    assert entry.pending is not None
    assert entry.id is None
