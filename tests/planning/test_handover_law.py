"""The law of hand-overs: whatever moves, the vendor accepts every request, in any order that the plan allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.canonical import equal
from reconciler.model import Action, Change, Desired, Entry, Plan, Request
from reconciler.sandbox.writing import unset
from reconciler.schemas import SchemaSet
from tests.sandbox.agents import Desk
from tests.support import desk
from tests.support.frontdesk import frontdesk_files

LINES = (45, 46, 47, 48)
EXCLUSIVE = ("line_id", "badge_id")
BADGE = {"type": ["integer", "null"], "x-clear": None, "x-exclusive": {"direction": "receive"}}
BRAND = SchemaSet.from_files(frontdesk_files(badge_id=BADGE))
"""The frontdesk brand with a second exclusive field: rings may then run through two fields, and share assistants."""
FIRST_ID = 101
ENGINES: tuple[dict[str, Any], ...] = (
    {"engine": "classic", "brain_id": 2},
    {"engine": "realtime", "speech_model_id": 3, "brain_id": ...},
)
EXTRAS: tuple[dict[str, Any], ...] = ({}, {"pitch": 1.5}, {"label_ids": [3, 5]}, {"wait_minutes": None})
LAW = settings(deadline=None, max_examples=10 * settings().max_examples)


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """Assistants before and after, by key; a key that stands on one side alone is created, or pruned."""

    before: Mapping[str, dict[str, Any]]
    after: Mapping[str, dict[str, Any]]

    @property
    def entries(self) -> list[Entry]:
        """What was applied before; the vendor of `seeded` gives out the same ids."""
        return [Entry(key=key, id=FIRST_ID + n, last_applied=each) for n, (key, each) in enumerate(self.before.items())]

    @property
    def documents(self) -> list[Desired]:
        return [replace(desk.desired(key), content=each) for key, each in self.after.items()]

    def plan(self) -> Plan:
        return desk.plan(self.documents, self.entries, schemas=BRAND, prune=True, allow_new=True)


@st.composite
def assistants(draw: st.DrawFn, keys: list[str], fields: tuple[str, ...], values: list[int]) -> dict[str, Any]:
    """One state of the account: no value twice among those that receive; who only calls out may name any."""
    free = {field: list(draw(st.permutations(values))) for field in fields}
    found = {}
    for key in keys:
        kind = draw(st.sampled_from(["receive", "receive", "receive", "make"]))
        content = {**draw(st.sampled_from(ENGINES)), **draw(st.sampled_from(EXTRAS)), "direction": kind, "title": key}
        for field in fields:
            choice = draw(st.sampled_from(["value", "value", "null", "absent"]))
            if choice == "null":
                content[field] = None
            elif choice == "value" and kind == "make":
                content[field] = draw(st.sampled_from(values))
            elif choice == "value" and free[field]:
                content[field] = free[field].pop()
        found[key] = desk.content(**content)
    return found


@st.composite
def cases(draw: st.DrawFn, *fields: str) -> Case:
    """2 to 8 assistants, 1 to 4 values of each exclusive field, with creates, prunes, changes of kind and engine."""
    keys = [f"clinic-{number}" for number in range(draw(st.integers(2, 8)))]
    values = list(LINES[: draw(st.integers(1, 4))])
    sides = {key: draw(st.sampled_from(["both", "both", "both", "before", "after"])) for key in keys}
    return Case(
        before=draw(assistants([key for key in keys if sides[key] != "after"], fields, values)),
        after=draw(assistants([key for key in keys if sides[key] != "before"], fields, values)),
    )


def seeded(case: Case) -> Desk:
    """A vendor that has what stood before, sent as a create and its explicit nulls."""
    vendor = Desk(BRAND)
    for number, each in enumerate(case.before.values()):
        status, told = vendor.create({name: value for name, value in each.items() if value is not None})
        assert (status, told["data"]["id"]) == (201, FIRST_ID + number)
        nulls = {name: value for name, value in each.items() if value is None}
        assert not nulls or vendor.update(nulls, FIRST_ID + number)[0] == 200
    return vendor


def any_order(requests: list[tuple[Request, Change]], random: Random) -> Iterator[tuple[Request, Change]]:
    """Every request once, each as soon as those that it waits for are done, in an order that `random` picks."""
    left, done = list(requests), set[int]()
    while left:
        ready = [pair for pair in left if done.issuperset(pair[0].after)]
        assert ready, "some request waits for what never comes"
        pair = random.choice(ready)
        left.remove(pair)
        done.add(pair[0].step)
        yield pair


def play(vendor: Desk, requests: Iterator[tuple[Request, Change]]) -> dict[str, int]:
    """Send the requests; every one is accepted, and no value ever has two holders. The ids that creates returned."""
    created: dict[str, int] = {}
    for request, change in requests:
        path = request.path.replace("{id}", str(created.get(change.key)))
        status, told = vendor.ask(request.method, path, None if request.body is None else dict(request.body))
        assert status in (200, 201), (request, told)
        if request.method == "POST":
            created[change.key] = told["data"]["id"]
        receiving = [each for each in vendor.vendor.rows(deleted=False) if each["direction"] == "receive"]
        for field in EXCLUSIVE:
            taken = [each[field] for each in receiving if each[field] is not None]
            assert len(taken) == len(set(taken)), f"after {request}"
    return created


def row(content: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The row of an assistant that is as its document says: a field that left it is cleared, one never named unset."""
    cleared = {name: BRAND.fields[name].clear for name in before or ()}
    return {name: unset(policy) for name, policy in BRAND.fields.items()} | cleared | dict(content)


@given(st.one_of(cases("line_id"), cases(*EXCLUSIVE)), st.randoms(use_true_random=False))
@LAW
def test_the_vendor_accepts_a_plan_in_every_order_that_it_allows(case: Case, random: Random) -> None:
    """Step by step, and in a random order that `after` allows; afterwards all is as the documents say."""
    plan = case.plan()
    assert plan.summary.blocked == 0
    for order in (iter(plan.requests()), any_order(plan.requests(), random)):
        vendor = seeded(case)
        ids = {each.key: each.id for each in case.entries} | play(vendor, order)
        rows = {row["id"]: row for row in vendor.vendor.rows(deleted=False)}
        assert set(rows) == {ids[key] for key in case.after}
        for key, content in case.after.items():
            shown = rows[ids[key] or 0]
            for name, value in row(content, case.before.get(key)).items():
                assert equal(shown[name], value), (key, name)


@given(cases("line_id"))
@LAW
def test_a_plan_waits_for_earlier_steps_only_and_sends_no_more_than_it_must(case: Case) -> None:
    """One request for each assistant that differs, one for nulls that a POST cannot say, one for each ring."""
    plan = case.plan()
    requests = [request for request, _ in plan.requests()]
    assert [each.step for each in requests] == list(range(1, len(requests) + 1))
    assert all(each.step > step for each in requests for step in each.after)
    changed = [key for key in case.after if key in case.before and differs(case.before[key], case.after[key])]
    differing = {*changed, *(set(case.before) ^ set(case.after))}
    nulls = [each for each in plan.changes if each.action is Action.CREATE and "wait_minutes" in case.after[each.key]]
    assert len(requests) == len(differing) + len(nulls) + rings(case)


@given(cases(*EXCLUSIVE))
@LAW
def test_a_plan_after_its_own_records_is_empty(case: Case) -> None:
    """What the changes promise to record is what the documents say: planned again, nothing is left to do."""
    plan = case.plan()
    kept = [each for each in plan.changes if each.action is not Action.DELETE]
    before = {each.key: each for each in case.entries}
    entries = [
        Entry(key=each.key, id=each.id or 900 + n, last_applied=each.record) if each.mutates_state else before[each.key]
        for n, each in enumerate(kept)
    ]
    assert desk.plan(case.documents, entries, schemas=BRAND, prune=True).is_empty


def differs(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the document asks for what the server is not known to have; what was never named is not known."""
    wanted = {name: BRAND.fields[name].clear for name in before} | dict(after)
    return any(name not in before or before[name] != value for name, value in wanted.items())


def rings(case: Case) -> int:
    """Counted by walking: from each assistant to the one whose line it takes, until back at the start."""

    def held(content: Mapping[str, Any]) -> Any:
        return content.get("line_id") if content["direction"] == "receive" else None

    holder = {held(each): key for key, each in case.before.items() if held(each) is not None}
    wanted = {key: held(each) for key, each in case.after.items() if held(each) is not None}
    takes_from = {key: holder[line] for key, line in wanted.items() if line in holder and holder[line] != key}
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
