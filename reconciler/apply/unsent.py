"""What a plan does to the state alone, recorded before anything is sent. Shell: writes entries, on the caller's thread.

Ids that were found come first: once an assistant was changed, nothing shows any more that it is the one that was begun.
Then moves in their order, so that no entry is overwritten, and last the rest.
"""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.apply import messages
from reconciler.apply.halting import Halting
from reconciler.apply.outcome import Status
from reconciler.apply.progress import Progress
from reconciler.apply.recording import Recorder, moves_in_order
from reconciler.errors import Diagnostic, StateError
from reconciler.model import Plan


def record_unsent(plan: Plan, recorder: Recorder, changes: Mapping[str, Progress], halting: Halting) -> None:
    """Record what needs no request, as far as nothing halts the run. `changes` are the plan's, by key."""
    for each in changes.values():
        if halting.may_start:
            _bind(each, recorder, halting)
    moves, ring = moves_in_order(plan)
    for change in ring:
        changes[change.key].end(Status.FAILED, messages.move_ring(change))
    placed = {each.key for each in (*moves, *ring)}
    others = [each for each in changes.values() if not each.left and each.change.key not in placed]
    for each in (*(changes[move.key] for move in moves), *others):
        if halting.may_start:
            _record(each, recorder, halting)


def _bind(progress: Progress, recorder: Recorder, halting: Halting) -> None:
    key = progress.change.moved_from or progress.change.key
    before = recorder.entry(key)
    try:
        recorder.bind(progress.change)
    except StateError as problem:
        state_broke(halting, progress, Status.FAILED, messages.nothing_saved(progress.change), problem)
        return
    progress.touched = progress.touched or recorder.entry(key) is not before


def _record(progress: Progress, recorder: Recorder, halting: Halting) -> None:
    change = progress.change
    before = recorder.entry(change.key)
    try:
        if progress.left:
            recorder.move(change)
            progress.touched = True
            return
        progress.start()
        recorder.without_request(change)
    except StateError as problem:
        progress.touched = recorder.entry(change.key) is not before
        state_broke(halting, progress, Status.FAILED, messages.nothing_saved(change), problem)
        return
    progress.touched = True
    progress.end(Status.DONE)


def state_broke(
    halting: Halting, progress: Progress, status: Status, told: Diagnostic, problem: StateError, *also: Diagnostic
) -> None:
    """End a change whose entry could not be written, and with it the run."""
    progress.end(status, told, *problem.diagnostics, *also)
    halting.state_broke()
