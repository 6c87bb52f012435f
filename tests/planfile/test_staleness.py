"""A saved plan is fresh as long as what it was made from stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.entries import entry_to_json
from reconciler.model import Entry, Plan
from reconciler.planfile import staleness
from tests.planfile.plans import ENTRIES, LINEAGE, RECEPTION, after_hours, every_kind, lettings, reception, unchanged


def told(plan: Plan, **now: Any) -> list[str]:
    found = staleness(plan, **{"lineage": LINEAGE, "entries": ENTRIES, **now})
    assert all(each.code == "stale-plan" and each.severity == "error" and each.detail for each in found)
    return [each.summary for each in found]


def test_a_plan_is_fresh_where_nothing_moved() -> None:
    """The state that a plan was made from does not refuse it."""
    assert told(every_kind()) == []


def test_a_changed_entry_is_named() -> None:
    """Somebody applied one of the planned keys in between."""
    now = {**ENTRIES, "dental/reception": replace(RECEPTION, last_applied={"title": "Front desk"})}
    assert told(every_kind(), entries=now) == ["its entry changed after the plan was made"]


def test_a_forgotten_entry_is_named() -> None:
    """An update of something that is no longer in the state would write over nothing."""
    now = {key: each for key, each in ENTRIES.items() if key != "dental/reception"}
    assert told(every_kind(), entries=now) == ["its entry is not in the state any more"]


def test_an_entry_where_there_was_none_is_named() -> None:
    """A planned create is not sent twice: the entry that the first one left makes the plan stale."""
    now = {**ENTRIES, "dental/after-hours": Entry(key="dental/after-hours", id=801)}
    assert told(every_kind(), entries=now) == ["its entry is in the state now, and was not when the plan was made"]


def test_a_move_looks_at_both_keys() -> None:
    """A move needs its old entry as it was, and the new key free."""
    plan = Plan(environment="production", lineage=LINEAGE, changes=(lettings(),))
    moved = {"homes/lettings": Entry(key="homes/lettings", id=791, last_applied={"title": "Lettings"})}
    assert told(plan) == []
    assert told(plan, entries=moved) == [
        "its entry is in the state now, and was not when the plan was made",
        "the entry of homes/old-name is not in the state any more",
    ]


def test_an_apply_elsewhere_does_not_matter() -> None:
    """Keys that the plan leaves alone may move, even those it looked at."""
    plan = Plan(environment="production", lineage=LINEAGE, changes=(reception(), unchanged()))
    now = {"dental/reception": RECEPTION, "dental/billing": Entry(key="dental/billing", id=9)}
    assert told(plan, entries=now) == []


@pytest.mark.parametrize("now", [None, "another"])
def test_another_lineage_is_another_state(now: str | None) -> None:
    """A state that was begun anew has nothing to do with the plan, whatever its entries say; that alone is told."""
    (only,) = told(every_kind(), lineage=now, entries={})
    assert LINEAGE in only


def test_a_plan_made_from_nothing_is_judged_by_entries_alone() -> None:
    """The first apply of an environment makes its lineage; what it did not reach may still be applied from the file."""
    plan = Plan(environment="production", lineage=None, changes=(after_hours(),))
    assert told(plan, lineage=None, entries={}) == []
    assert told(plan, lineage=LINEAGE, entries={"dental/reception": RECEPTION}) == []
    assert told(plan, lineage=LINEAGE, entries={"dental/after-hours": RECEPTION}) != []


def test_a_changed_secret_makes_the_plan_stale() -> None:
    """The file holds no secret; its fingerprint tells that the value of now is not the one that was planned."""
    plan = Plan(environment="production", lineage=LINEAGE, changes=(reception(),))
    assert told(plan, secrets={"DESK_TOKEN": "hmac-sha256:new", "OTHER": "x"}) == []
    assert told(plan, secrets={"DESK_TOKEN": None}) == []
    assert told(plan, secrets={"DESK_TOKEN": "hmac-sha256:newer"}) == [
        "the secret DESK_TOKEN changed after the plan was made"
    ]


def test_every_part_of_an_entry_counts() -> None:
    """Whatever is stored of an entry moves its digest: its times, its history, its protection."""
    for change in ({"updated_at": "2026-11-03T09:18:42Z"}, {"protect": True}, {"id": 9}, {"source": "sha256:x"}):
        now = replace(RECEPTION, **change)
        assert entry_to_json(now) != entry_to_json(RECEPTION)
        assert told(every_kind(), entries={**ENTRIES, "dental/reception": now}) != []
