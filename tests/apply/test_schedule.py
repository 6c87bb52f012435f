"""The order in which requests are handed out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply.schedule import Schedule
from reconciler.model import Plan
from tests.apply.rig import plan, update


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Plans whose steps wait for some earlier ones."""
    count = draw(st.integers(0, 12))
    changes = []
    for step in range(1, count + 1):
        after = draw(st.sets(st.integers(1, step - 1), max_size=3)) if step > 1 else set[int]()
        changes.append(update(f"practice-{step}", step, step=step, after=tuple(sorted(after))))
    return plan(*changes)


@given(plans(), st.data())
def test_every_request_comes_once_and_after_what_it_waits_for(given_plan: Plan, data: st.DataObject) -> None:
    """Whatever the order of the answers: nothing is handed out twice, early, or never."""
    schedule = Schedule(given_plan)
    after = {request.step: set(request.after) for request, _ in given_plan.requests()}
    under_way: list[int] = []
    done: list[int] = []
    while True:
        while (free := schedule.take()) is not None:
            assert after[free[0].step] <= set(done)
            under_way.append(free[0].step)
        if not under_way:
            break
        step = data.draw(st.sampled_from(under_way))
        under_way.remove(step)
        done.append(step)
        schedule.succeeded(step)
    assert sorted(done) == sorted(after)


@given(plans(), st.data())
def test_what_waits_for_a_failure_is_never_handed_out(given_plan: Plan, data: st.DataObject) -> None:
    """A step that is not reported as succeeded keeps back all that needs it, near and far, and nothing else."""
    schedule = Schedule(given_plan)
    after = {request.step: set(request.after) for request, _ in given_plan.requests()}
    failing = data.draw(st.sets(st.sampled_from(sorted(after)))) if after else set[int]()
    lost = set(failing)
    for step in sorted(after):
        if after[step] & lost:
            lost.add(step)
    taken = set()
    while (free := schedule.take()) is not None:
        taken.add(free[0].step)
        if free[0].step not in failing:
            schedule.succeeded(free[0].step)
    assert taken == (set(after) - lost) | {each for each in failing if not after[each] & lost}
