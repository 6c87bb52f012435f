"""Planner, apply, vendor and state together: what holds for any documents."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconciler.model import Desired, Entry, Plan, Reason
from reconciler.planning import make_plan, previous_desired
from reconciler.sandbox.storage import MemoryStorage
from tests.apply.rig import Rig, rig
from tests.support import desk as sides

KEYS = ("harbour", "quay", "smile")
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "greeting": st.sampled_from(["Good morning.", "Hello."]),
    "engine": st.sampled_from(["classic", "realtime"]),
    "mouth_id": st.sampled_from([..., None, 3, 4]),
    "label_ids": st.sampled_from([..., [], [1, 2], [2, 1]]),
    "pitch": st.sampled_from([..., 0.75, 1.0]),
    "wait_minutes": st.sampled_from([..., None, 30, 45]),
    "facts": st.sampled_from([..., {}, {"town": "Howth"}]),
}


@st.composite
def documents(draw: st.DrawFn) -> list[Desired]:
    """Up to three assistants; lines are exclusive, so no two get the same."""
    free = draw(st.permutations([..., ..., 45, 46, 47]))
    found = []
    for key, line in zip(draw(st.sets(st.sampled_from(KEYS))), free, strict=False):
        fields = {name: draw(each) for name, each in FIELDS.items()}
        model = {"brain_id": 2} if fields["engine"] == "classic" else {"brain_id": ..., "speech_model_id": 5}
        found.append(sides.desired(key, title=key, line_id=line, **fields, **model))
    return found


def planned(desk: Rig, wanted: list[Desired]) -> Plan:
    return sides.plan(wanted, list(desk.store.read().values()), prune=True, allow_new=True)


@settings(max_examples=25, deadline=None)
@given(documents(), documents())
def test_after_an_apply_there_is_nothing_left_to_do(first: list[Desired], second: list[Desired]) -> None:
    """For any two sets of documents in a row: all is done, the next plan is empty, state and server name the same."""
    with tempfile.TemporaryDirectory() as folder, rig(Path(folder)) as desk:
        for wanted in (first, second):
            outcome = desk.apply(*planned(desk, wanted).changes, parallelism=3)
            assert outcome.exit_code == 0, outcome
            assert planned(desk, wanted).is_empty
            rows = {each["id"]: each for each in desk.vendor.rows(deleted=False)}
            entries = desk.store.read()
            assert {each.id for each in entries.values()} == set(rows)
            held = {each.key: each.content.get("line_id") for each in wanted}
            assert {key: rows[each.id]["line_id"] for key, each in entries.items() if each.id is not None} == held
        assert not desk.vendor.ignored


def back(desk: Rig, documents: list[Desired]) -> Plan:
    """The plan that returns everything that has a previous state to it."""
    entries = desk.store.read()
    known = {each.key: each for each in documents}
    able = {key: each for key, each in entries.items() if each.history}
    previous = {key: previous_desired(each, each.history[0].last_applied, known.get(key)) for key, each in able.items()}
    return make_plan(
        environment="default",
        lineage=None,
        desired=documents,
        entries=entries,
        schemas=desk.schemas,
        previous=previous,
    )


@settings(max_examples=25, deadline=None)
@given(documents(), documents())
def test_going_back_twice_is_going_forward(first: list[Desired], second: list[Desired]) -> None:
    """What was changed goes back to what its first document says, and then to what its second one does."""
    with tempfile.TemporaryDirectory() as folder, rig(Path(folder)) as desk:
        for wanted in (first, second):
            assert desk.apply(*planned(desk, wanted).changes).exit_code == 0
        changed = {key for key, each in desk.store.read().items() if each.history}
        for older, newer in ((first, second), (second, first)):
            plan = back(desk, newer)
            # a line that another one took meanwhile is not taken back from it
            assume(plan.summary.blocked == 0)
            assert {each.key for each in plan.changes} == changed
            assert {each.reason for each in plan.changes if each.requests} <= {Reason.ROLLED_BACK}
            assert desk.apply(*plan.changes).exit_code == 0
            mixed = [each for each in older if each.key in changed]
            mixed += [each for each in second if each.key not in changed]
            assert planned(desk, mixed).is_empty
        assert not desk.vendor.ignored


def settle(desk: Rig) -> None:
    """What `import` and `state forget` do by hand: a pending entry gets the assistant of its title, or goes."""
    rows = {each["title"]: each["id"] for each in desk.vendor.rows(deleted=False)}
    for key, entry in desk.store.read().items():
        if entry.pending is None:
            continue
        id = rows.get(entry.pending.body["title"])
        if id is None:
            desk.store.remove(key)
        else:
            desk.store.write(Entry(key=key, id=id, last_applied=entry.pending.body))


@settings(max_examples=25, deadline=None)
@given(documents(), documents(), st.lists(st.sampled_from(["ok", "422", "429", "500", "drop-after"]), max_size=12))
def test_whatever_fails_another_run_gets_there(first: list[Desired], second: list[Desired], faults: list[str]) -> None:
    """After a run full of failures a quiet one finishes, and no assistant was made twice or lost."""
    storage = MemoryStorage()
    with tempfile.TemporaryDirectory() as folder:
        with rig(Path(folder), storage=storage) as desk:
            desk.apply(*planned(desk, first).changes)
        with rig(Path(folder), storage=storage, script=tuple(faults)) as desk:
            desk.apply(*planned(desk, second).changes, parallelism=2)
        with rig(Path(folder), storage=storage) as desk:
            settle(desk)
            outcome = desk.apply(*planned(desk, second).changes)
            assert outcome.exit_code == 0, outcome
            assert planned(desk, second).is_empty
            titles = sorted(each["title"] for each in desk.vendor.rows(deleted=False))
        assert titles == sorted(str(each.content["title"]) for each in second)
