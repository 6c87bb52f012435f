"""Limits: a plan that does too much is shown, and refused until somebody says that it is meant."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model import Entry, Plan
from reconciler.planning import Limits, Overrides, refusals
from tests.support import desk


def fleet(count: int, **fields: Any) -> list[Entry]:
    return [desk.entry(f"clinic-{n:02}", id=100 + n, title=f"Clinic {n}", **fields) for n in range(count)]


def pruning(count: int, of: int) -> Plan:
    kept = [desk.desired(f"clinic-{n:02}", title=f"Clinic {n}") for n in range(count, of)]
    return desk.plan(kept, fleet(of), prune=True)


def codes(plan: Plan, managed: int, limits: Limits | None = None, overrides: Overrides | None = None) -> list[str]:
    found = refusals(plan, managed=managed, limits=limits or Limits(), overrides=overrides or Overrides())
    assert all(each.severity == "error" and "--allow-" in (each.detail or "") for each in found)
    return [each.code for each in found]


@pytest.mark.parametrize(
    ("deleted", "of", "refused"),
    [(3, 10, False), (4, 10, True), (9, 9, False), (10, 10, True), (30, 100, False), (31, 100, True), (0, 50, False)],
)
def test_more_than_the_share_of_deletes_is_refused_once_there_are_ten(deleted: int, of: int, refused: bool) -> None:
    """30 % by default; below ten managed assistants a share says nothing."""
    assert codes(pruning(deleted, of), of) == (["too-many-deletes"] if refused else [])


def test_the_share_is_the_environments_to_set_and_the_flag_overrides_it() -> None:
    """`limits.delete`, `off`, and --allow-deletes."""
    plan = pruning(4, 10)
    assert codes(plan, 10, Limits(delete=0.5)) == []
    assert codes(plan, 10, Limits(delete=None)) == []
    assert codes(plan, 10, Limits(delete=0.0)) == ["too-many-deletes"]
    assert codes(plan, 10, overrides=Overrides(deletes=True)) == []
    assert codes(plan, 10, overrides=Overrides(updates=True, unassigned=True)) == ["too-many-deletes"]


def test_a_limit_that_somebody_wrote_binds_from_the_first() -> None:
    """Only the default waits for ten; and exactly the share is not more than it."""
    plan = pruning(1, 3)
    assert codes(plan, 3) == []
    assert codes(plan, 3, Limits(delete=0.0, delete_from=0)) == ["too-many-deletes"]
    assert codes(pruning(29, 100), 100, Limits(delete=0.29)) == []
    assert codes(pruning(30, 100), 100, Limits(delete=0.29)) == ["too-many-deletes"]
    wanted = [desk.desired(f"clinic-{n:02}", title=f"Clinic {n}", pitch=1.5) for n in range(3)]
    assert codes(desk.plan(wanted, fleet(3)), 3, Limits(update=0.5)) == ["too-many-updates"]


def test_updates_are_limited_only_where_asked() -> None:
    """`limits.update` is off unless set."""
    wanted = [desk.desired(f"clinic-{n:02}", title=f"Clinic {n}", pitch=1.5) for n in range(10)]
    plan = desk.plan(wanted, fleet(10))
    assert codes(plan, 10) == []
    assert codes(plan, 10, Limits(update=0.5)) == ["too-many-updates"]
    assert codes(plan, 10, Limits(update=0.5), Overrides(updates=True)) == []


SILENCES = [
    ("cleared", desk.desired(), {}),
    ("its holder no longer receives", desk.desired(direction="make", line_id=45), {}),
    ("replaced", desk.desired(line_id=46), {}),
    ("pruned", [], {"prune": True}),
]


@pytest.mark.parametrize(("documents", "options"), [row[1:] for row in SILENCES], ids=[row[0] for row in SILENCES])
def test_a_line_that_nobody_answers_any_more_is_said(documents: Any, options: Any) -> None:
    """The last holder lets it go, and no other assistant takes it."""
    plan = desk.plan(documents, desk.entry(line_id=45), **options)
    (told,) = [each for each in plan.diagnostics if each.code == "unassigned"]
    assert (told.severity, told.field, told.key) == ("warning", "line_id", "reception")
    assert "`line_id` 45" in told.summary
    assert codes(plan, 1) == []
    assert codes(plan, 1, Limits(unassigned="refuse")) == ["would-be-unassigned"]
    assert codes(plan, 1, Limits(unassigned="refuse"), Overrides(unassigned=True)) == []


def test_a_line_that_moves_or_was_never_answered_is_not_silence() -> None:
    """Handed over, held by an assistant that only calls out, or taken by one that had none."""
    entries = [desk.entry("a", id=1, title="a", line_id=45), desk.entry("b", id=2, title="b")]
    moved = desk.plan([desk.desired("a", title="a"), desk.desired("b", title="b", line_id=45)], entries)
    outward = desk.plan(desk.desired(direction="make"), desk.entry(direction="make", line_id=45))
    taken = desk.plan(desk.desired(line_id=45), desk.entry())
    for plan in (moved, outward, taken):
        assert [each for each in plan.diagnostics if each.code == "unassigned"] == []
