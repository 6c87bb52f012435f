"""Exclusive values that move: released before claimed, next to each other, rings cut with one extra request."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model import Action, Desired, Entry, Plan, Reason
from tests.support import desk
from tests.support.frontdesk import frontdesk


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


LINES = st.one_of(st.none(), st.integers(1, 4))


@st.composite
def moves(draw: st.DrawFn) -> tuple[list[Desired], list[Entry]]:
    """2 to 8 assistants, each with a line before and after, no line twice among those that receive."""
    count = draw(st.integers(2, 8))

    def assign() -> list[tuple[str, int | None]]:
        free = draw(st.permutations([1, 2, 3, 4]))
        rows: list[tuple[str, int | None]] = []
        for _ in range(count):
            direction = draw(st.sampled_from(["receive", "receive", "make"]))
            line = draw(LINES) if direction == "make" else (free.pop() if free and draw(st.booleans()) else None)
            rows.append((direction, line))
        return rows

    before, after = assign(), assign()
    entries, documents = [], []
    for number in range(count):
        is_new = draw(st.integers(0, 5)) == 0
        is_gone = draw(st.integers(0, 5)) == 0
        if not is_new:
            direction, line = before[number]
            entries.append(was(f"k{number}", 100 + number, line, direction=direction))
        if not is_gone:
            direction, line = after[number]
            documents.append(doc(f"k{number}", line, direction=direction))
    return documents, entries


@given(moves())
@settings(max_examples=1000, deadline=None)
def test_no_line_is_ever_held_twice(case: tuple[list[Desired], list[Entry]]) -> None:
    """Whatever moves, played step by step, no two receiving assistants hold a line, and everybody ends as desired."""
    documents, entries = case
    plan = desk.plan(documents, entries, prune=True, allow_new=True)
    assert plan.summary.blocked == 0
    rows: dict[str, dict[str, Any]] = {each.key: dict(each.last_applied) for each in entries}
    done: set[int] = set()
    for request, change in plan.requests():
        assert set(request.after) <= done
        done.add(request.step)
        if request.method == "DELETE":
            del rows[change.key]
        else:
            rows.setdefault(change.key, {}).update(request.body or {})
        lines = [row.get("line_id") for row in rows.values() if row["direction"] == "receive"]
        taken = [line for line in lines if line is not None]
        assert len(taken) == len(set(taken))
    for each in documents:
        assert rows[each.key].get("line_id") == each.content.get("line_id")
    assert len(plan.requests()) == sum(bool(each.requests) for each in plan.changes) + rings(documents, entries)


def rings(documents: list[Desired], entries: list[Entry]) -> int:
    """Counted by walking: from each assistant to the one whose line it takes, until back at the start."""
    policy = frontdesk().fields["line_id"]
    assert policy.exclusive is not None

    def held(content: Any) -> Any:
        return content.get("line_id") if content["direction"] == "receive" else None

    holder = {held(each.last_applied): each.key for each in entries if held(each.last_applied) is not None}
    wanted = {each.key: held(each.content) for each in documents}
    takes_from = {
        key: holder[line] for key, line in wanted.items() if line in holder and holder[line] != key and line is not None
    }
    found, seen = 0, set[str]()
    for start in takes_from:
        path: list[str] = []
        each: str | None = start
        while each is not None and each not in seen and each not in path:
            path.append(each)
            each = takes_from.get(each)
        found += each in path
        seen |= set(path)
    return found
