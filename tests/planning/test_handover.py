"""Exclusive values that move: released before claimed, next to each other, rings cut with one extra request."""

from __future__ import annotations

from typing import Any

from reconciler.model import Action, Desired, Entry, Plan, Reason
from tests.support import desk


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


def test_tied_requests_stand_in_a_run() -> None:
    """Nothing else is numbered between a release and its claim."""
    others = [doc(f"m{number}", None, pitch=1.5) for number in range(4)]
    stored = [was(f"m{number}", 50 + number, None) for number in range(4)]
    wanted = [doc("a", 45), doc("z", None), *others]
    plan = desk.plan(wanted, [was("a", 1, None), was("z", 2, 45), *stored])
    keys = [key for key, _, _ in steps(plan)]
    assert keys.index("a") == keys.index("z") + 1
