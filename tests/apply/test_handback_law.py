"""The law of giving back: one claim of a plan is refused, and every value is held as before, or as planned, or told."""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconciler.api import Answer, ApiClient, Failure
from reconciler.apply import Outcome, apply_plan
from reconciler.canonical import Json, equal
from reconciler.config.openings import SANDBOX_KEY, SANDBOX_URL
from reconciler.model import Action, Plan
from reconciler.sandbox.transport import SandboxTransport
from reconciler.secrecy import Vault
from reconciler.state.files import FileStore
from tests.apply.rig import Between, Sending
from tests.planning.test_handover_law import BRAND, EXCLUSIVE, Case, cases, seeded
from tests.sandbox.agents import Desk
from tests.support import desk
from tests.support.vendor import ticking

LAW = settings(deadline=None, max_examples=2 * settings().max_examples)
Value = tuple[str, int]


def held(vendor: Desk) -> Counter[Value]:
    """How many assistants hold each value of each exclusive field."""
    receiving = [each for each in vendor.vendor.rows(deleted=False) if each["direction"] == "receive"]
    return Counter((name, each[name]) for each in receiving for name in EXCLUSIVE if each[name] is not None)


@dataclass(kw_only=True, slots=True)
class Refusing(Between):
    """A client whose server refuses one request of the plan, once, and then those that `after` counts from there.

    After every request no value has two holders.
    """

    vendor: Desk
    refused: tuple[str, str, Json] | None = None
    after: frozenset[int] = frozenset()
    since: int | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def around(self, method: str, path: str, body: Json, send: Sending) -> Answer | Failure:
        with self.lock:
            if self.since is not None:
                self.since += 1
            if self.since in self.after or self.refused == (method, path, body):
                self.vendor.vendor.inject("422")
            if self.refused == (method, path, body):
                self.refused, self.since = None, self.since or 0
            found = send()
            assert not {value: number for value, number in held(self.vendor).items() if number > 1}
            return found


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """A vendor, its client and a state in files that agree with each other."""

    case: Case
    vendor: Desk
    sender: Refusing
    store: FileStore

    def plan(self) -> Plan:
        entries = list(self.store.read().values())
        return desk.plan(self.case.documents, entries, schemas=BRAND, prune=True, allow_new=True)

    def apply(self, plan: Plan, **settings: Any) -> Outcome:
        self.sender.since = None
        return apply_plan(
            plan, store=self.store, client=self.sender, schemas=BRAND, vault=Vault(), clock=ticking(), **settings
        )

    def check_state(self) -> None:
        """Every entry with an assistant says what the server has, and every assistant has an entry."""
        rows = {each["id"]: each for each in self.vendor.vendor.rows(deleted=False)}
        entries = [each for each in self.store.read().values() if each.id is not None]
        assert {each.id for each in entries} == set(rows)
        for each in entries:
            for name, value in each.last_applied.items():
                assert equal(rows[each.id or 0][name], value), (each.key, name)


def world(case: Case, folder: str) -> World:
    vendor = seeded(case)
    client = ApiClient(SANDBOX_URL, SANDBOX_KEY, transport=SandboxTransport(vendor.vendor))
    store = FileStore(Path(folder), environment="default", clock=ticking())
    for entry in case.entries:
        store.write(entry)
    return World(case=case, vendor=vendor, sender=Refusing(client=client, vendor=vendor), store=store)


def told(outcome: Outcome, code: str) -> list[str]:
    return [one.summary for each in outcome.results for one in each.diagnostics if one.code == code]


@given(st.one_of(cases("line_id"), cases(*EXCLUSIVE)), st.data())
@LAW
def test_one_refused_claim_loses_no_value(case: Case, data: st.DataObject) -> None:
    """Held once, by the old holder or the new one, or it is said by name that nobody holds it; and then it heals."""
    with tempfile.TemporaryDirectory() as folder:
        here = world(case, folder)
        plan = here.plan()
        assume(plan.hand_overs)
        before = set(held(here.vendor))
        victim = data.draw(st.sampled_from(plan.hand_overs), label="whose claim is refused")
        (request,) = [one for one, _ in plan.requests() if one.step == victim.claimed]
        here.sender.refused = (request.method, request.path, request.body)
        here.sender.after = data.draw(st.frozensets(st.integers(1, 5), max_size=2), label="and then")
        parallelism = data.draw(st.sampled_from([1, 3]), label="parallelism")
        outcome = here.apply(plan, parallelism=parallelism, on_error=data.draw(st.sampled_from(["continue", "stop"])))
        assert here.sender.refused is None
        lost = check_values(before, held(here.vendor), plan, outcome)
        deleted = any(each.action is Action.DELETE for each in plan.changes)
        assert not lost or deleted or here.sender.after, "nothing is lost where everybody can take theirs back"
        here.check_state()

        again = here.plan()
        check_notes(again, outcome)
        assert here.apply(again).exit_code == 0
        here.check_state()
        assert here.plan().is_empty
        assert not any(each.unassigned for each in here.store.read().values())


def check_values(before: set[Value], after: Counter[Value], plan: Plan, outcome: Outcome) -> set[Value]:
    """Every value that moved is held by exactly one, or is named; what is named is nobody's; each is told once."""
    lost = {(each.field, int(str(each.value))) for each in plan.hand_overs} & before - set(after)
    named = told(outcome, "value-unassigned")
    assert len(named) == len(set(named)) == len(lost)
    assert all(any(f"`{name}` {value} " in each for each in named) for name, value in lost)
    back = told(outcome, "given-back")
    assert len(back) == len(set(back))
    return lost


def check_notes(again: Plan, outcome: Outcome) -> None:
    """The next plan knows each value that nobody holds."""
    recalled = [each for each in again.diagnostics if each.code == "unanswered"]
    assert len(recalled) == len(told(outcome, "value-unassigned"))
