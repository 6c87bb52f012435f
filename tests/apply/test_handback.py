"""A line that one assistant gives to another: whatever fails, it is held again or it is said that nobody holds it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from reconciler.apply import Outcome, Status
from reconciler.model import Desired, Plan
from reconciler.schemas import SchemaSet
from tests.apply.rig import RECEPTION, FaultyStore, Rig, Watched, rig
from tests.support import desk as sides
from tests.support.frontdesk import frontdesk_files


def lines(desk: Rig) -> dict[int, Any]:
    """Who holds which line on the server, by id."""
    return {each["id"]: each["line_id"] for each in desk.vendor.rows(deleted=False)}


def doc(key: str, line: int | None) -> Desired:
    fields = {**RECEPTION, "title": key} if line is None else {**RECEPTION, "title": key, "line_id": line}
    return sides.desired(key, **fields)


def handing_over(desk: Rig, before: dict[str, int | None], after: dict[str, int | None]) -> Plan:
    """The planner's plan that moves the lines, for assistants that exist. Both name keys and lines."""
    for key, line in before.items():
        desk.known(key, **({"title": key} if line is None else {"title": key, "line_id": line}))
    wanted = [doc(key, line) for key, line in after.items()]
    return sides.plan(wanted, list(desk.store.read().values()), prune=True)


def told(outcome: Outcome) -> dict[str, list[str]]:
    return {each.key: [one.code for one in each.diagnostics] for each in outcome.results}


def run(desk: Rig, plan: Plan, *faults: str, **settings: Any) -> Outcome:
    desk.vendor.vendor.inject(*faults)
    return desk.carry_out(plan, **settings)


def test_a_refused_claim_gives_the_line_back(tmp_path: Path) -> None:
    """The old holder has it again, on the server and in the state, and the next plan wants the same as before."""
    with rig(tmp_path) as desk:
        plan = handing_over(desk, {"giver": 45, "taker": None}, {"giver": None, "taker": 45})
        outcome = run(desk, plan, "ok", "422", "ok")
        entry = desk.entry("giver")
        assert lines(desk) == {101: 45, 102: None}
        again = sides.plan([doc("giver", None), doc("taker", 45)], list(desk.store.read().values()))
    assert told(outcome) == {"giver": ["given-back"], "taker": ["api-refused"]}
    assert [each.status for each in outcome.results] == [Status.FAILED, Status.FAILED]
    assert outcome.exit_code == 3
    assert entry is not None
    assert (entry.last_applied["line_id"], entry.source) == (45, "")
    assert [each.requests for each in again.changes] == [each.requests for each in plan.changes]


def becoming_outbound(desk: Rig, giver_line: int | None) -> Plan:
    """The giver stops receiving, with or without its line, and the taker claims it."""
    desk.known("giver", title="giver", line_id=45)
    desk.known("taker", title="taker")
    fields = {**RECEPTION, "title": "giver", "direction": "make"}
    giver = sides.desired("giver", **(fields if giver_line is None else {**fields, "line_id": giver_line}))
    return sides.plan([giver, doc("taker", 45)], list(desk.store.read().values()))


@pytest.mark.parametrize("kept", [45, None], ids=["and keeps its line", "and clears it"])
def test_a_giver_that_stopped_receiving_receives_again(tmp_path: Path, kept: int | None) -> None:
    """What freed the line was its direction: that goes back too, else the line would be nobody's all the same."""
    with rig(tmp_path) as desk:
        outcome = run(desk, becoming_outbound(desk, kept), "ok", "422", "ok")
        held = {each["id"]: (each["direction"], each["line_id"]) for each in desk.vendor.rows(deleted=False)}
        entry = desk.entry("giver")
    assert held == {101: ("receive", 45), 102: ("receive", None)}
    assert told(outcome) == {"giver": ["given-back"], "taker": ["api-refused"]}
    assert entry is not None
    assert (entry.last_applied["direction"], entry.last_applied["line_id"]) == ("receive", 45)


def test_a_claim_that_waits_for_another_failure_gives_back_too(tmp_path: Path) -> None:
    """It was never sent, and its line would be nobody's all the same."""
    with rig(tmp_path) as desk:
        plan = handing_over(desk, {"a": 45, "b": 46, "c": 47}, {"a": 46, "b": 47, "c": 45})
        first = plan.requests()[0][1].key
        outcome = run(desk, plan, "ok", "422", "ok")
        assert sorted(lines(desk).values()) == [45, 46, 47]
    assert told(outcome)[first][-1] in ("given-back", "change-incomplete")
    assert "given-back" in told(outcome)[first]
    assert outcome.exit_code == 3


def test_the_second_claim_of_a_swap_takes_all_of_it_back(tmp_path: Path) -> None:
    """Its line's old holder has the other line by now: it takes its own again, and so frees the other's."""
    with rig(tmp_path) as desk:
        plan = handing_over(desk, {"a": 45, "b": 46}, {"a": 46, "b": 45})
        outcome = run(desk, plan, "ok", "ok", "422")
        assert lines(desk) == {101: 45, 102: 46}
        assert [each.body for each in desk.vendor.calls[-2:]] == [{"line_id": 46}, {"line_id": 45}]
        again = sides.plan([doc("a", 46), doc("b", 45)], list(desk.store.read().values()))
    assert told(outcome) == {"a": ["api-refused", "given-back"], "b": ["given-back"]}
    assert {one.summary for each in outcome.results for one in each.diagnostics if one.code == "given-back"} == {
        "`line_id` 45 was given back to a, because a could not take 46",
        "`line_id` 46 was given back to b, because a could not take it",
    }
    assert [each.requests for each in again.changes] == [each.requests for each in plan.changes]


def test_what_else_a_change_did_stays(tmp_path: Path) -> None:
    """Of an assistant whose line goes back, the new greeting is live all the same, and recorded."""
    with rig(tmp_path) as desk:
        handing_over(desk, {"a": 45, "b": 46}, {"a": 45, "b": 46})
        b = sides.desired("b", title="b", line_id=45, greeting="Harbour Dental, on the second floor.")
        plan = sides.plan([doc("a", 46), b], list(desk.store.read().values()))
        run(desk, plan, "ok", "ok", "422")
        entry = desk.entry("b")
        assert lines(desk) == {101: 45, 102: 46}
        again = sides.plan([doc("a", 46), b], list(desk.store.read().values()))
    assert entry is not None
    assert entry.last_applied["greeting"] == "Harbour Dental, on the second floor."
    assert [request.body for request, _ in again.requests()] == [{"line_id": None}, {"line_id": 45}, {"line_id": 46}]


def test_a_way_back_that_ends_at_a_deleted_assistant_is_not_gone(tmp_path: Path) -> None:
    """b has the line of the deleted one and keeps it: going back would leave that one to nobody instead."""
    with rig(tmp_path) as desk:
        plan = handing_over(desk, {"a": None, "b": 45, "gone": 46}, {"a": 45, "b": 46})
        outcome = run(desk, plan, "ok", "ok", "422")
        assert lines(desk) == {101: None, 102: 46}
        again = sides.plan([doc("a", 45), doc("b", 46)], list(desk.store.read().values()))
        assert [each.key for each in desk.store.read().values() if each.unassigned] == ["b"]
    assert told(outcome) == {"a": ["api-refused", "value-unassigned"], "b": [], "gone": []}
    assert [request.body for request, _ in again.requests()] == [{"line_id": 45}]


BADGE = {"type": ["integer", "null"], "x-clear": None, "x-exclusive": {"direction": "receive"}}
WITH_BADGES = SchemaSet.from_files(frontdesk_files(badge_id=BADGE))


def test_who_counts_again_does_not_take_what_another_has_by_now(tmp_path: Path) -> None:
    """By receiving no more it gave line and badge; the line goes back, and the badge stays where it went."""
    fields = {**RECEPTION, "title": "giver", "line_id": 45, "badge_id": 7}
    with rig(tmp_path, schemas=WITH_BADGES) as desk:
        for key, known in {"giver": fields, "a": {"title": "a"}, "b": {"title": "b"}}.items():
            desk.known(key, **known)
        giver = sides.desired("giver", **{**fields, "direction": "make"})
        b = sides.desired("b", title="b", badge_id=7)
        wanted = [giver, doc("a", 45), b]
        plan = sides.plan(wanted, list(desk.store.read().values()), schemas=WITH_BADGES)
        refused = next(request.step for request, _ in plan.requests() if request.body == {"line_id": 45})
        run(desk, plan, *["422" if step == refused else "ok" for step in (1, 2, 3)], parallelism=1)
        held = {each["title"]: (each["direction"], each["line_id"], each["badge_id"]) for each in desk.vendor.rows()}
        again = sides.plan(wanted, list(desk.store.read().values()), schemas=WITH_BADGES)
        assert desk.carry_out(again).exit_code == 0
        after = {each["title"]: (each["direction"], each["line_id"], each["badge_id"]) for each in desk.vendor.rows()}
    assert held == {"giver": ("receive", 45, None), "a": ("receive", None, None), "b": ("receive", None, 7)}
    assert after == {"giver": ("make", 45, 7), "a": ("receive", 45, None), "b": ("receive", None, 7)}


def test_what_one_return_clears_the_next_one_sends(tmp_path: Path) -> None:
    """The line comes back while another has the badge, which is cleared for it; when the badge comes back, it is sent,
    though the plan itself never touched it."""
    before = {
        "giver": {**RECEPTION, "title": "giver", "line_id": 45, "badge_id": 7},
        "a": {**RECEPTION, "title": "a", "line_id": 46},
        "b": {**RECEPTION, "title": "b", "badge_id": 8},
        "c": {**RECEPTION, "title": "c"},
    }
    after = {"giver": {"direction": "make"}, "a": {"line_id": 45}, "b": {"badge_id": 7}, "c": {"line_id": 46}}
    after["c"]["badge_id"] = 8
    with rig(tmp_path, schemas=WITH_BADGES) as desk:
        for key, known in before.items():
            desk.known(key, **known)
        wanted = [sides.desired(key, **{**before[key], **fields}) for key, fields in after.items()]
        plan = sides.plan(wanted, list(desk.store.read().values()), schemas=WITH_BADGES)
        assert [request.body for request, _ in plan.requests()][1:3] == [{"line_id": 45}, {"badge_id": 7}]
        outcome = run(desk, plan, "ok", "422", "ok", parallelism=1)
        held = {each["title"]: (each["direction"], each["line_id"], each["badge_id"]) for each in desk.vendor.rows()}
        again = sides.plan(wanted, list(desk.store.read().values()), schemas=WITH_BADGES)
        assert desk.carry_out(again).exit_code == 0
    assert held == {
        "giver": ("receive", 45, 7),
        "a": ("receive", 46, None),
        "b": ("receive", None, 8),
        "c": ("receive", None, None),
    }
    assert told(outcome) == {
        "a": ["api-refused"],
        "b": ["given-back"],
        "c": ["dependency-failed"],
        "giver": ["given-back", "given-back"],
    }


def test_a_deleted_holder_gets_nothing_back(tmp_path: Path) -> None:
    """The line of an assistant that the same plan deleted is told of."""
    with rig(tmp_path) as desk:
        plan = handing_over(desk, {"old": 45, "taker": None}, {"taker": 45})
        outcome = run(desk, plan, "ok", "422")
        assert lines(desk) == {102: None}
    assert told(outcome) == {"old": [], "taker": ["api-refused", "value-unassigned"]}


def test_a_refused_return_is_told_of(tmp_path: Path) -> None:
    """Neither the claim nor the return went through."""
    with rig(tmp_path) as desk:
        plan = handing_over(desk, {"giver": 45, "taker": None}, {"giver": None, "taker": 45})
        outcome = run(desk, plan, "ok", "422", "422")
        assert lines(desk) == {101: None, 102: None}
    assert told(outcome) == {"giver": [], "taker": ["api-refused", "api-refused", "value-unassigned"]}
    assert outcome.updated == 1


def test_a_return_that_cannot_be_saved_is_told(tmp_path: Path) -> None:
    """The server has it back, the state does not say so: both are said."""
    with rig(tmp_path) as desk:
        plan = handing_over(desk, {"giver": 45, "taker": None}, {"giver": None, "taker": 45})
        store = FaultyStore(store=desk.store, fails=lambda count: count == 2)
        outcome = run(desk, plan, "ok", "422", "ok", store=store)
        assert lines(desk) == {101: 45, 102: None}
    assert told(outcome)["giver"] == ["state-not-saved", "state-unwritable", "given-back"]
    assert outcome.exit_code == 3


def test_a_claim_of_unknown_outcome_is_left_alone(tmp_path: Path) -> None:
    """The new holder may have the line: giving it back could take it away again, so it is said and no more."""
    with rig(tmp_path) as desk:
        plan = handing_over(desk, {"giver": 45, "taker": None}, {"giver": None, "taker": 45})
        outcome = run(desk, plan, "ok", *["drop-after"] * 6)
        assert lines(desk) == {101: None, 102: 45}
    assert told(outcome)["taker"] == ["connection-broken", "update-unknown", "value-unassigned"]


def test_a_signal_between_release_and_claim_is_told(tmp_path: Path) -> None:
    """Nothing more is sent after a signal, a return neither; that the line is nobody's for now is said."""
    stop = threading.Event()
    with rig(tmp_path) as desk:
        plan = handing_over(desk, {"giver": 45, "taker": None}, {"giver": None, "taker": 45})
        watched = Watched(client=desk.client, after=lambda method, path: stop.set())
        outcome = run(desk, plan, client=watched, stop=stop)
        assert lines(desk) == {101: None, 102: None}
        again = sides.plan([doc("giver", None), doc("taker", 45)], list(desk.store.read().values()))
        assert desk.carry_out(again).exit_code == 0
        left = [each.unassigned for each in desk.store.read().values()]
    assert told(outcome) == {"giver": [], "taker": ["value-unassigned"]}
    assert outcome.exit_code == 130
    assert [each.code for each in again.diagnostics] == ["unanswered"]
    assert left == [(), ()]


def test_a_hand_over_that_works_says_nothing(tmp_path: Path) -> None:
    """A ring of three lines moves on, with one request more than there are assistants."""
    with rig(tmp_path) as desk:
        plan = handing_over(desk, {"a": 45, "b": 46, "c": 47}, {"a": 46, "b": 47, "c": 45})
        outcome = run(desk, plan)
        assert lines(desk) == {101: 46, 102: 47, 103: 45}
        assert len(desk.sent) == 3 + 4
    assert outcome.exit_code == 0
    assert told(outcome) == {"a": [], "b": [], "c": []}
