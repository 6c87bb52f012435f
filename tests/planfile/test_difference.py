"""What changed since approval: two plans, compared by what they do."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import Plan
from reconciler.planfile import plan_difference
from reconciler.render.difference import difference_to_json, render_difference
from tests.planfile.plans import plans
from tests.support import desk


def plan(*keys: str, **fields: Any) -> Plan:
    documents = [desk.desired(key, title=key, **fields) for key in keys]
    return desk.plan(documents, [desk.entry(key, id=100 + ord(key), title=key) for key in "abc"])


def text(first: Plan, second: Plan) -> str:
    return render_difference(plan_difference(first, second), first="approved.plan", second="now.plan")


def test_the_same_plan_differs_in_nothing() -> None:
    """Even where the portal's numbers of steps moved: b is step 1 in one and step 2 in the other."""
    alone, together = plan("b", pitch=1.2), plan("a", "b", pitch=1.2)
    assert text(alone, alone) == "The plans do the same.\n"
    assert [each.key for each in plan_difference(alone, together)] == ["a"]


def test_what_came_and_what_went() -> None:
    """Each told from its side."""
    shown = text(plan("a", pitch=1.2), plan("b", pitch=1.2))
    assert "< a: update, and not any more" in shown
    assert "> b: update, and not before" in shown
    assert shown.endswith("The plans differ in 2 assistants.\n")


def test_another_value_shows_both() -> None:
    """Field by field, and fields that both send alike are not told."""
    shown = text(plan("a", pitch=1.2, hums=True), plan("a", pitch=1.3, hums=True, backdrop="cafe"))
    assert "      pitch:\n        < null → 1.2\n        > null → 1.3\n" in shown
    assert '      backdrop:\n        < (left alone)\n        > null → "cafe"\n' in shown
    assert "hums" not in shown


def test_another_action_is_a_difference() -> None:
    """An update that became a delete."""
    gone = desk.plan([], [desk.entry("a", id=197, title="a")], prune=True)
    assert "~ a: update before, delete now" in text(plan("a", pitch=1.2), gone)


def test_json_has_both_sides() -> None:
    """For programs: null where a plan leaves a field or an assistant alone."""
    found = difference_to_json(plan_difference(plan("a", pitch=1.2), plan("a", "b", pitch=1.3)))
    assert found == {
        "format_version": "1.0",
        "same": False,
        "differences": [
            {
                "key": "a",
                "actions": ["update", "update"],
                "fields": [{"field": "pitch", "after": [{"op": "set", "value": 1.2}, {"op": "set", "value": 1.3}]}],
            },
            {"key": "b", "actions": [None, "update"], "fields": []},
        ],
    }


@given(plans(st.text(max_size=8)))
def test_any_plan_does_the_same_as_itself(any_plan: Plan) -> None:
    """Whatever it holds; and what is told of another is safe to print."""
    assert plan_difference(any_plan, any_plan) == ()
    other = Plan(environment=any_plan.environment, lineage=any_plan.lineage)
    assert "\x1b" not in text(any_plan, other)
