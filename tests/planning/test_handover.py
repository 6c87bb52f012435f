"""Exclusive values that move: released before claimed, next to each other, rings cut with one extra request."""

from __future__ import annotations

from typing import Any

from reconciler.model import Action, Desired, Entry, HandOver, Plan, Reason
from reconciler.schemas import SchemaSet
from tests.support import desk
from tests.support.frontdesk import frontdesk_files


def doc(key: str, line: int | None, **fields: Any) -> Desired:
    return desk.desired(key, title=key, **({} if line is None else {"line_id": line}), **fields)


def was(key: str, id: int, line: int | None, **fields: Any) -> Entry:
    return desk.entry(key, id=id, title=key, **({} if line is None else {"line_id": line}), **fields)


def steps(plan: Plan) -> list[tuple[str, Any, tuple[int, ...]]]:
    """Key, what is said of the line, and what it waits for, in step order."""
    return [
        (change.key, (request.body or {}).get("line_id", ...), request.after) for request, change in plan.requests()
    ]


def gaps(plan: Plan) -> list[str]:
    return [each.summary.partition(" (")[0] for each in plan.diagnostics if each.code == "hand-over"]


def test_a_move_releases_before_it_claims() -> None:
    """b gives 45 to a: b's PUT is step 1 though its key is later."""
    plan = desk.plan([doc("a", 45), doc("b", None)], [was("a", 1, None), was("b", 2, 45)])
    assert steps(plan) == [("b", None, ()), ("a", 45, (1,))]
    assert gaps(plan) == ["`line_id` 45: unanswered between step 1 and step 2"]


def test_a_swap_is_cut_with_one_extra_release() -> None:
    """a clears its value, b takes it, a takes b's: three requests for two changes."""
    plan = desk.plan([doc("a", 46), doc("b", 45)], [was("a", 1, 45), was("b", 2, 46)])
    assert steps(plan) == [("a", None, ()), ("b", 45, (1,)), ("a", 46, (1, 2))]
    assert next(request.body for request, _ in plan.requests()) == {"line_id": None}
    assert gaps(plan) == [
        "`line_id` 45: unanswered between step 1 and step 2",
        "`line_id` 46: unanswered between step 2 and step 3",
    ]
    assert plan.hand_overs == (
        HandOver(field="line_id", value=45, giver="a", taker="b", released=1, claimed=2),
        HandOver(field="line_id", value=46, giver="b", taker="a", released=2, claimed=3),
    )


def test_a_ring_of_three_is_cut_once() -> None:
    """Four requests for three changes."""
    wanted = [doc("a", 46), doc("b", 47), doc("c", 45)]
    plan = desk.plan(wanted, [was("a", 1, 45), was("b", 2, 46), was("c", 3, 47)])
    assert steps(plan) == [("a", None, ()), ("c", 45, (1,)), ("b", 47, (2,)), ("a", 46, (1, 3))]


def test_a_new_assistant_claims_what_another_releases() -> None:
    """The POST waits for the PUT."""
    plan = desk.plan([doc("a", 45), doc("b", 46)], [was("b", 2, 45)], allow_new=True)
    assert steps(plan) == [("b", 46, ()), ("a", 45, (1,))]
    assert [request.method for request, _ in plan.requests()] == ["PUT", "POST"]


def test_a_change_of_kind_frees_the_value() -> None:
    """An assistant that only calls out no longer holds its line against others, though it keeps it."""
    wanted = [doc("a", 45), doc("b", 45, direction="make")]
    plan = desk.plan(wanted, [was("a", 1, None), was("b", 2, 45)])
    assert [(key, after) for key, _, after in steps(plan)] == [("b", ()), ("a", (1,))]


def test_pruning_frees_the_value() -> None:
    """The DELETE goes first."""
    plan = desk.plan([doc("a", 45)], [was("a", 1, None), was("b", 2, 45)], prune=True)
    assert [(request.method, request.after) for request, _ in plan.requests()] == [("DELETE", ()), ("PUT", (1,))]


def test_what_an_orphan_holds_cannot_be_claimed() -> None:
    """Without --prune nothing lets it go: the claim is blocked, and its holder named."""
    plan = desk.plan([doc("a", 45)], [was("a", 1, None), was("b", 2, 45)])
    assert (plan.changes[0].action, plan.changes[0].reason) == (Action.BLOCKED, Reason.VALUE_HELD)
    (problem,) = [each for each in plan.diagnostics if each.severity == "error"]
    assert "b (assistant 2)" in problem.summary


def test_what_is_outside_the_targets_keeps_its_value() -> None:
    """The release is not in this plan, so the claim is not either."""
    wanted, before = [doc("a", 45), doc("b", None)], [was("a", 1, None), was("b", 2, 45)]
    assert desk.plan(wanted, before, targets=("a",)).summary.blocked == 1
    assert desk.plan(wanted, before, targets=("a", "b")).summary.blocked == 0


def test_what_an_unmanaged_assistant_holds_cannot_be_claimed() -> None:
    """Known only where live was read."""
    wanted, before = [doc("a", 45)], [was("a", 1, None)]
    shown = [desk.live(1, title="a"), desk.live(99, title="Made by hand", line_id=45)]
    assert desk.plan(wanted, before).summary.blocked == 0
    plan = desk.plan(wanted, before, shown)
    assert plan.summary.blocked == 1
    assert 'assistant 99 ("Made by hand")' in "".join(each.summary for each in plan.diagnostics)


def test_a_blocked_giver_blocks_its_taker() -> None:
    """c cannot take from b, because b cannot take from the orphan and so gives nothing."""
    wanted = [doc("b", 45), doc("c", 46)]
    before = [was("b", 2, 46), was("c", 3, None), was("orphan", 9, 45)]
    plan = desk.plan(wanted, before)
    assert plan.summary.blocked == 2
    assert plan.requests() == []


def test_what_is_gone_from_live_holds_nothing() -> None:
    """A line of an assistant that was deleted by hand is free: nothing to wait for, no gap to name, no refusal."""
    before = [was("a", 1, 45), was("b", 2, None)]
    shown = [desk.live(2, title="b")]
    for wanted in ([doc("a", None), doc("b", 45)], [doc("b", 45)]):
        plan = desk.plan(wanted, before, shown)
        assert plan.summary.blocked == 0
        assert gaps(plan) == []
        assert all(request.after == () for request, _ in plan.requests())
        assert [each.code for each in plan.diagnostics] == []


def test_what_is_gone_and_outside_the_targets_holds_nothing() -> None:
    """Live was read: the entry that still names the line speaks of nobody."""
    before = [was("a", 1, 45), was("b", 2, None)]
    plan = desk.plan([doc("a", 45), doc("b", 45)], before, [desk.live(2, title="b")], targets=("b",))
    assert plan.summary.blocked == 0


def test_a_value_that_live_shows_elsewhere_is_held_there() -> None:
    """Live is believed, not last-applied: the portal gave 45 to c, and c keeps it."""
    before = [was("a", 1, None), was("b", 2, 45), was("c", 3, None)]
    shown = [desk.live(1, title="a"), desk.live(2, title="b"), desk.live(3, title="c", line_id=45)]
    unnamed = desk.desired("c", title="c", settings={"unmanaged": frozenset({"line_id"})})
    plan = desk.plan([doc("a", 45), doc("b", None), unnamed], before, shown)
    assert [each.key for each in plan.changes if each.action is Action.BLOCKED] == ["a"]


def test_tied_requests_stand_in_a_run() -> None:
    """Nothing else is numbered between a release and its claim."""
    others = [doc(f"m{number}", None, pitch=1.5) for number in range(4)]
    stored = [was(f"m{number}", 50 + number, None) for number in range(4)]
    wanted = [doc("a", 45), doc("z", None), *others]
    plan = desk.plan(wanted, [was("a", 1, None), was("z", 2, 45), *stored])
    keys = [key for key, _, _ in steps(plan)]
    assert keys.index("a") == keys.index("z") + 1


def exclusive(clear: Any = ...) -> dict[str, Any]:
    """A field like `line_id`; without a value it cannot be cleared."""
    known = {"type": ["integer", "null"], "x-exclusive": {"direction": "receive"}, "x-section": "Phone number"}
    return known if clear is ... else {**known, "x-clear": clear}


class TestAValueThatCannotBeCleared:
    """`badge_id` has one holder and no documented way to be cleared."""

    SCHEMAS = SchemaSet.from_files(frontdesk_files(badge_id=exclusive()))

    def test_a_move_that_needs_no_clearing_is_made(self) -> None:
        """The giver takes another value: its PUT is the release."""
        wanted = [doc("a", None, badge_id=7), doc("b", None, badge_id=8)]
        plan = desk.plan(wanted, [was("a", 1, None), was("b", 2, None, badge_id=7)], schemas=self.SCHEMAS)
        assert [(change.key, request.after) for request, change in plan.requests()] == [("b", ()), ("a", (1,))]

    def test_what_an_orphan_holds_of_it_is_refused_though_no_line_moves(self) -> None:
        """Every exclusive field is asked, whatever became of the others."""
        before = [was("a", 1, 45), was("b", 2, None, badge_id=7)]
        plan = desk.plan([doc("a", 45, badge_id=7)], before, schemas=self.SCHEMAS)
        assert (plan.changes[0].action, plan.changes[0].reason) == (Action.BLOCKED, Reason.VALUE_HELD)
        assert [each.field for each in plan.diagnostics if each.severity == "error"] == ["badge_id"]

    def test_a_swap_is_blocked_with_the_way_out(self) -> None:
        """Nobody can let go first."""
        wanted = [doc("a", None, badge_id=8), doc("b", None, badge_id=7)]
        before = [was("a", 1, None, badge_id=7), was("b", 2, None, badge_id=8)]
        plan = desk.plan(wanted, before, schemas=self.SCHEMAS)
        (blocked,) = [each for each in plan.changes if each.action is Action.BLOCKED]
        assert (blocked.key, blocked.reason, blocked.requests) == ("a", Reason.VALUE_HELD, ())
        (problem,) = [each for each in plan.diagnostics if each.severity == "error"]
        assert (problem.code, problem.key, problem.file) == ("cannot-release", "a", "assistants/a.yaml")
        assert problem.line == 1
        assert problem.detail == "Move one of the values by hand first."

    def test_a_ring_is_cut_at_another_value_that_can_be_cleared(self) -> None:
        """a gives its badge for b's line: b clears the line first."""
        wanted = [doc("a", 45, badge_id=9), doc("b", None, badge_id=7)]
        before = [was("a", 1, None, badge_id=7), was("b", 2, 45)]
        plan = desk.plan(wanted, before, schemas=self.SCHEMAS)
        assert steps(plan) == [("b", None, ()), ("a", 45, (1,)), ("b", None, (1, 2))]
        assert [request.body for request, _ in plan.requests()] == [
            {"line_id": None},
            {"line_id": 45, "badge_id": 9},
            {"line_id": None, "badge_id": 7},
        ]

    def test_a_blocked_assistant_sends_nothing_though_another_ring_was_cut_at_it(self) -> None:
        """a and b swap lines, which can be cut, and a and c swap badges, which cannot."""
        wanted = [doc("a", 46, badge_id=8), doc("b", 45), doc("c", None, badge_id=7)]
        before = [was("a", 1, 45, badge_id=7), was("b", 2, 46), was("c", 3, None, badge_id=8)]
        plan = desk.plan(wanted, before, schemas=self.SCHEMAS)
        (blocked,) = [each for each in plan.changes if each.action is Action.BLOCKED]
        assert (blocked.key, blocked.requests) == ("a", ())


class TestRingsFoundOnTheWay:
    """With two exclusive fields an assistant gives to several, and the way to a ring may lead through dead ends."""

    SCHEMAS = SchemaSet.from_files(frontdesk_files(second_id=exclusive(None)))

    def test_a_gift_beside_the_ring_is_no_part_of_it(self) -> None:
        """a gives its line to x, who gives nothing, and swaps the second value with b: that one is cut."""
        wanted = [doc("a", None, second_id=8), doc("b", None, second_id=7), doc("x", 45)]
        before = [was("a", 1, 45, second_id=7), was("b", 2, None, second_id=8), was("x", 3, None)]
        plan = desk.plan(wanted, before, schemas=self.SCHEMAS)
        assert [(change.key, request.body) for request, change in plan.requests()] == [
            ("a", {"second_id": None}),
            ("b", {"second_id": 7}),
            ("a", {"line_id": None, "second_id": 8}),
            ("x", {"line_id": 45}),
        ]

    def test_a_claim_follows_its_release_before_another_release(self) -> None:
        """a gives its line to z and the second value to y, who waits for b's line: z is next, though b could be."""
        wanted = [doc("a", None, second_id=None), doc("b", None), doc("y", 46, second_id=7), doc("z", 45)]
        before = [was("a", 1, 45, second_id=7), was("b", 2, 46), was("y", 3, None), was("z", 4, None)]
        plan = desk.plan(wanted, before, schemas=self.SCHEMAS)
        assert [change.key for _, change in plan.requests()] == ["a", "z", "b", "y"]

    def test_a_gift_further_on_is_no_part_of_it_either(self) -> None:
        """a gives to c, c to d, who gives nothing, and c gives the second value to a: cut at a."""
        wanted = [doc("a", None, second_id=7), doc("c", 45), doc("d", 46)]
        before = [was("a", 1, 45), was("c", 2, 46, second_id=7), was("d", 3, None)]
        plan = desk.plan(wanted, before, schemas=self.SCHEMAS)
        first, _ = plan.requests()[0]
        assert (first.path, first.body) == ("/agent/1", {"line_id": None})
        assert len(plan.requests()) == 4

    def test_two_ways_to_one_taker_are_no_ring_and_end_no_search(self) -> None:
        """a gives to b and c, who both give to d; x and y, who come later, swap their lines."""
        tree = [doc("a", None, second_id=None), doc("b", 45), doc("c", None, second_id=7), doc("d", 46, second_id=8)]
        wanted = [*tree, doc("x", 48), doc("y", 47)]
        givers = [was("a", 1, 45, second_id=7), was("b", 2, 46), was("c", 3, None, second_id=8)]
        before = [*givers, was("d", 4, None), was("x", 5, 47), was("y", 6, 48)]
        plan = desk.plan(wanted, before, schemas=self.SCHEMAS)
        assert [(change.key, request.after) for request, change in plan.requests()] == [
            ("a", ()),
            ("b", (1,)),
            ("c", (1,)),
            ("d", (2, 3)),
            ("x", ()),
            ("y", (5,)),
            ("x", (5, 6)),
        ]


def test_two_rings_through_one_assistant_share_its_early_release() -> None:
    """a swaps its line with b and its badge with c: one request lets both go, one takes both."""
    schemas = SchemaSet.from_files(frontdesk_files(badge_id=exclusive(None)))
    wanted = [doc("a", 46, badge_id=8), doc("b", 45), doc("c", None, badge_id=7)]
    before = [was("a", 1, 45, badge_id=7), was("b", 2, 46), was("c", 3, None, badge_id=8)]
    plan = desk.plan(wanted, before, schemas=schemas)
    assert [(change.key, request.body, request.after) for request, change in plan.requests()] == [
        ("a", {"line_id": None, "badge_id": None}, ()),
        ("b", {"line_id": 45}, (1,)),
        ("c", {"badge_id": 7}, (1,)),
        ("a", {"line_id": 46, "badge_id": 8}, (1, 2, 3)),
    ]
