"""The law of settled keys: a plan that knows hardly anything of them is the plan that knows all of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.documents.across import Claimant, conflicts, may_conflict
from reconciler.documents.settling import what_counts
from reconciler.model import Desired, Entry, Path, Position, Settled, Unassigned
from reconciler.planfile import plan_file, read_plan_file
from reconciler.planning import PlanOptions, known_keys, make_plan
from reconciler.planning.exclusive import held
from reconciler.render.escape import json_text
from tests.planning.test_handover_law import BRAND, EXCLUSIVE, LAW, LINES, Case, cases

POLICIES = [(each.name, each.exclusive or {}) for each in BRAND.exclusive_fields]
twice = st.one_of(cases("line_id"), cases(*EXCLUSIVE))


def settled(desired: Desired, entry: Entry) -> Settled:
    """What is kept of a key whose document says what was applied."""
    name = str(entry.last_applied["title"])
    assert entry.id is not None
    counts = what_counts(entry.last_applied, POLICIES)
    return Settled(desired.key, entry.id, desired.file, name, entry.protect, counts)


def some_as_before(case: Case, chosen: set[str]) -> Case:
    """The case with some documents as they were applied, as far as no value is then claimed twice."""
    after = dict(case.after)
    for key in sorted(chosen & set(case.before) & set(after)):
        tried = {**after, key: case.before[key]}
        claims = Counter((name, held(BRAND.fields[name], each)) for each in tried.values() for name in EXCLUSIVE)
        if all(count == 1 for (_, value), count in claims.items() if value is not None):
            after = tried
    return Case(before=case.before, after=after)


@given(twice, st.data())
@LAW
def test_a_plan_is_the_same_with_its_settled_keys_looked_at(case: Case, data: st.DataObject) -> None:
    """Decisions, hand-overs, what is told, and the saved form, whichever keys are planned, whatever is unanswered."""
    keys = sorted({*case.before, *case.after})
    chosen = data.draw(st.sets(st.sampled_from(keys)), label="left as they are")
    case = some_as_before(case, chosen)
    same = {key for key in chosen if key in case.before and case.before[key] == case.after.get(key)}
    targets = data.draw(st.just(()) | st.lists(st.sampled_from(keys), min_size=1).map(tuple), label="targets")
    options = PlanOptions(targets=targets, prune=data.draw(st.booleans()), allow_new=True)
    entries = {each.key: each for each in case.entries}
    for key in data.draw(st.sets(st.sampled_from(keys), max_size=2), label="with a note") & set(entries) - same:
        note = Unassigned(field="line_id", value=data.draw(st.sampled_from(LINES)), since="2026-11-05T10:00:00Z")
        entries[key] = replace(entries[key], unassigned=(note,))
    documents = {each.key: each for each in case.documents}
    sides: dict[str, Any] = {"environment": "default", "lineage": "7d1f", "schemas": BRAND, "options": options}
    whole = make_plan(desired=documents.values(), entries=entries, **sides)
    kept = [settled(documents[key], entries[key]) for key in sorted(same)]
    quick = make_plan(
        desired=[each for key, each in documents.items() if key not in same],
        entries={key: each for key, each in entries.items() if key not in same},
        settled=kept,
        **sides,
    )
    assert not {each.key for each in quick.changes} & same
    assert quick.decisions == whole.changes
    assert (quick.hand_overs, quick.diagnostics) == (whole.hand_overs, whole.diagnostics)
    assert (quick.summary, quick.risks, quick.is_empty) == (whole.summary, whole.risks, whole.is_empty)
    saved = plan_file(quick)
    assert saved == plan_file(whole)
    assert read_plan_file(json_text(saved), where="change.plan").changes == quick.decisions


@given(twice)
def test_every_key_may_be_named(case: Case) -> None:
    """Settled or not: a selector that names one names something."""
    documents, entries = {each.key: each for each in case.documents}, {each.key: each for each in case.entries}
    both = sorted(set(documents) & set(entries))[:2]
    kept = [settled(documents.pop(key), entries.pop(key)) for key in both]
    assert known_keys(documents.values(), entries, kept) == sorted({*case.before, *case.after})


@given(twice)
def test_what_is_kept_of_a_content_decides_what_all_of_it_decides(case: Case) -> None:
    """Which exclusive values it holds."""
    for each in (*case.before.values(), *case.after.values()):
        kept = what_counts(each, POLICIES)
        for policy in BRAND.exclusive_fields:
            assert held(policy, kept) == held(policy, each)
        assert set(kept) <= {*EXCLUSIVE, "direction"}


values = st.sampled_from([None, 45, 45.0, 46, True, "45", "45 ", "line\n", "line", [45], {"line": 45}])
kinds = st.sampled_from(["receive", "receive\n", "make", None])
fields = st.fixed_dictionaries(
    {},
    optional={**dict.fromkeys(EXCLUSIVE, values), "direction": kinds},
)


@given(st.lists(fields, max_size=3), st.lists(fields, max_size=3), st.none() | st.integers(0, 3))
@LAW
def test_no_conflict_with_a_settled_key_goes_unseen(
    read: list[dict[str, Any]], unread: list[dict[str, Any]], moved: int | None
) -> None:
    """Where there may be none, there is none: whatever kind of value it is, and however it is written."""
    claimants = [claimant(f"read-{number}", each) for number, each in enumerate(read)]
    if claimants and moved is not None:
        claimants[0] = replace(claimants[0], moved_from=f"unread-{moved}")
    others = [claimant(f"unread-{number}", each) for number, each in enumerate(unread)]
    kept = {
        each.key: Settled(each.key, 7, each.file, "", False, what_counts(each.content, POLICIES)) for each in others
    }
    if not may_conflict(claimants, kept, BRAND):
        assert list(conflicts([*claimants, *others], BRAND)) == list(conflicts(claimants, BRAND))


def claimant(key: str, content: dict[str, Any]) -> Claimant:
    place = Position(f"assistants/{key}.yaml", 1, 1)
    places: dict[Path, Position] = {(name,): place for name in content} | {("reconciler", "moved_from"): place}
    return Claimant(key=key, file=place.file, content=content, id=None, moved_from=None, places=places)
