"""A line that an earlier run released and nobody took: every plan knows it, until somebody has it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.model import Desired, Entry, HandOver, Live, Plan, Unassigned
from reconciler.planning import Limits, Overrides, refusals
from reconciler.schemas import SchemaSet
from tests.support import desk
from tests.support.frontdesk import frontdesk_files

SINCE = "2026-11-03T09:00:00Z"
NOTE = Unassigned(field="line_id", value=45, since=SINCE)


def doc(key: str, line: int | None = None, **settings: Any) -> Desired:
    fields = {} if line is None else {"line_id": line}
    return desk.desired(key, settings=settings, title=key, **fields)


def was(key: str, id: int, line: int | None = None, *notes: Unassigned) -> Entry:
    fields = {} if line is None else {"line_id": line}
    return replace(desk.entry(key, id=id, title=key, **fields), unassigned=notes)


def planned(*documents: Desired, entries: list[Entry], shown: list[Live] | None = None, **options: Any) -> Plan:
    return desk.plan(list(documents), entries, shown, **options)


def said(plan: Plan) -> list[str]:
    return [f"{each.key}: {each.summary}" for each in plan.diagnostics if each.code == "unanswered"]


def test_a_plan_that_ends_the_silence_says_in_which_step() -> None:
    """It is a hand-over whose release was long ago; no limit stands in its way."""
    plan = planned(doc("a"), doc("b", 45), entries=[was("a", 1, None, NOTE), was("b", 2)])
    assert said(plan) == [f"a: `line_id` 45: unanswered since {SINCE}, b takes it in step 1"]
    assert plan.hand_overs == (HandOver(field="line_id", value=45, giver="a", taker="b", released=None, claimed=1),)
    assert refusals(plan, managed=2, limits=Limits(unassigned="refuse"), overrides=Overrides()) == ()


def test_a_plan_that_leaves_the_silence_says_so() -> None:
    """Even where nothing else is to do; it is not this plan's doing, so it is not refused."""
    plan = planned(doc("a"), entries=[was("a", 1, None, NOTE)])
    assert plan.is_empty
    assert said(plan) == [f"a: `line_id` 45: unanswered since {SINCE}, and nobody takes it in this plan"]
    assert refusals(plan, managed=1, limits=Limits(unassigned="refuse"), overrides=Overrides()) == ()


def test_who_released_it_may_take_it_again() -> None:
    """The old holder's document names the line once more."""
    plan = planned(doc("a", 45), entries=[was("a", 1, None, NOTE)])
    assert [(each.giver, each.taker, each.released) for each in plan.hand_overs] == [("a", "a", None)]


def test_a_ring_s_second_request_is_the_claim() -> None:
    """a and b swap badges, so a lets its own go first: it is the request after that which takes 45."""
    badge = {"type": ["integer", "null"], "x-clear": None, "x-exclusive": {"direction": "receive"}}
    before = [desk.entry("a", id=1, title="a", badge_id=7), desk.entry("b", id=2, title="b", badge_id=8)]
    entries = [replace(before[0], unassigned=(NOTE,)), before[1]]
    wanted = [desk.desired("a", title="a", badge_id=8, line_id=45), desk.desired("b", title="b", badge_id=7)]
    plan = planned(*wanted, entries=entries, schemas=SchemaSet.from_files(frontdesk_files(badge_id=badge)))
    assert [(change.key, request.body) for request, change in plan.requests()] == [
        ("a", {"badge_id": None}),
        ("b", {"badge_id": 7}),
        ("a", {"line_id": 45, "badge_id": 8}),
    ]
    (old,) = [each for each in plan.hand_overs if each.released is None]
    assert (old.taker, old.claimed) == ("a", 3)
    assert said(plan) == [f"a: `line_id` 45: unanswered since {SINCE}, a takes it in step 3"]


def test_a_ring_beside_a_silence_does_not_end_it() -> None:
    """b, who once let 45 go, takes 48 in it; and a, who gives 46 and takes 45, is in no ring: one request does both."""
    entries = [was("a", 1, 46), was("b", 2, 47, NOTE), was("c", 3, 48)]
    plan = planned(doc("a", 47), doc("b", 48), doc("c", 46), entries=entries)
    assert len(plan.requests()) == 4
    assert said(plan) == [f"b: `line_id` 45: unanswered since {SINCE}, and nobody takes it in this plan"]
    swapped = planned(doc("a", 45), doc("b", 46), entries=[was("a", 1, 46, NOTE), was("b", 2)])
    (old,) = [each for each in swapped.hand_overs if each.released is None]
    assert next(request.body for request, _ in swapped.requests() if request.step == old.claimed) == {"line_id": 45}


def test_a_create_takes_it_with_its_first_request() -> None:
    """The second one says the nulls that a create cannot."""
    wanted = desk.desired("b", title="b", line_id=45, wait_minutes=None)
    plan = planned(doc("a"), wanted, entries=[was("a", 1, None, NOTE)])
    assert [request.method for request, _ in plan.requests()] == ["POST", "PUT"]
    assert [each.claimed for each in plan.hand_overs] == [1]


def test_a_note_of_what_somebody_holds_says_nothing() -> None:
    """A run died between the claim and the note's end; live may know better than the state too."""
    assert said(planned(doc("a"), doc("b", 45), entries=[was("a", 1, None, NOTE), was("b", 2, 45)])) == []
    shown = [desk.live(1, title="a"), desk.live(9, title="Made by hand", line_id=45)]
    assert said(planned(doc("a"), entries=[was("a", 1, None, NOTE)], shown=shown)) == []


def test_a_note_goes_with_a_renamed_entry() -> None:
    """The key that it is told under is the one that the plan leaves."""
    plan = planned(doc("front", moved_from="a"), doc("b", 45), entries=[was("a", 1, None, NOTE), was("b", 2)])
    assert [(each.giver, each.taker) for each in plan.hand_overs] == [("front", "b")]


def test_a_note_of_a_field_that_the_schemas_no_longer_know_is_still_told() -> None:
    """Whoever may hold it, nobody can say."""
    note = Unassigned(field="fax_id", value=7, since=SINCE)
    plan = planned(doc("a"), entries=[was("a", 1, None, note)])
    assert said(plan) == [f"a: `fax_id` 7: unanswered since {SINCE}, and nobody takes it in this plan"]


def test_targets_that_leave_the_taker_out_leave_the_silence() -> None:
    """It is told, and no other assistant's request pays for it."""
    entries = [was("a", 1, None, NOTE), was("b", 2)]
    plan = planned(doc("a"), doc("b", 45), entries=entries, targets=("a",))
    assert plan.hand_overs == ()
    assert said(plan) == [f"a: `line_id` 45: unanswered since {SINCE}, and nobody takes it in this plan"]
