"""Read-back: what the server did not keep is said by name, recorded, and planned again; nothing loops in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.api import ApiClient
from reconciler.apply import Outcome, Status, apply_plan, read_back, sends_anything
from reconciler.live import sealed
from reconciler.model import Desired, Live, Plan
from reconciler.planning import make_plan
from reconciler.refresh import read_live
from reconciler.secrecy import Vault, secret_reference
from reconciler.state.files import FileStore
from tests.support import desk
from tests.support.frontdesk import frontdesk
from tests.support.vendor import Running, running


class Desk:
    """One account, its state, and the steps of `apply`."""

    def __init__(self, vendor: Running, client: ApiClient, store: FileStore) -> None:
        self.vendor, self.client, self.store = vendor, client, store

    def plan(self, *documents: Desired) -> Plan:
        return make_plan(
            environment="default",
            lineage=self.store.lineage(),
            desired=documents,
            entries=self.store.read(),
            schemas=frontdesk(),
        )

    def apply(self, *documents: Desired) -> tuple[Plan, Outcome]:
        plan = self.plan(*documents)
        return plan, apply_plan(plan, store=self.store, client=self.client, schemas=frontdesk(), vault=Vault())

    def verified(self, *documents: Desired, **changed: Any) -> Outcome:
        """Apply and read back; `changed` is what live shows otherwise, of every assistant."""
        plan, outcome = self.apply(*documents)
        shown = read_live(self.client, frontdesk())
        live = {
            id: replace(each, content={**each.content, **changed.get("content", {})}, **changed.get("own", {}))
            for id, each in shown.items()
        }
        return read_back(outcome, plan, live, store=self.store, schemas=frontdesk())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Desk]:
    with running(frontdesk()) as vendor, ApiClient(vendor.url, vendor.key) as client:
        yield Desk(vendor, client, FileStore(tmp_path / "state", environment="default"))


def test_what_was_kept_is_no_news(office: Desk) -> None:
    """A change that the server kept stays done, in whatever form the list shows it."""
    outcome = office.verified(desk.desired(pitch=1.25, label_ids=[], facts={}, hums=True, actions=[{"type": "wait"}]))
    assert outcome.exit_code == 0
    assert outcome.results[0].diagnostics == ()


def test_a_rounded_number_is_told_and_recorded(office: Desk) -> None:
    """The platform keeps two decimals: sent 1.234, kept 1.23, exit 3, and the next plan says the same."""
    outcome = office.verified(desk.desired(pitch=1.234))
    (result,) = outcome.results
    (told,) = result.diagnostics
    assert (outcome.exit_code, result.status) == (3, Status.FAILED)
    assert (told.code, told.field, told.file) == ("not-kept", "pitch", "assistants/reception.yaml")
    assert "kept 1.23, not 1.234" in told.summary
    assert office.store.read()["reception"].last_applied["pitch"] == 1.23
    (field,) = office.plan(desk.desired(pitch=1.234)).changes[0].fields
    assert (field.before, field.after) == (1.23, 1.234)
    assert office.plan(desk.desired(pitch=1.23)).is_empty


def test_only_what_was_sent_is_judged(office: Desk) -> None:
    """What this apply did not send and is otherwise is told, fails nothing, and stays as it was recorded."""
    office.apply(desk.desired(pitch=1.2))
    outcome = office.verified(desk.desired(pitch=1.2, hums=True), content={"pitch": 1.9})
    (told,) = outcome.results[0].diagnostics
    assert (outcome.exit_code, outcome.results[0].status) == (0, Status.DONE)
    assert (told.severity, told.code, told.field) == ("warning", "moved-otherwise", "pitch")
    assert "the server has 1.9, not 1.2, which was applied before" in told.summary
    assert office.store.read()["reception"].last_applied["pitch"] == 1.2


def test_a_field_that_is_not_shown_is_not_judged(office: Desk) -> None:
    """Absent from the list is not observable."""
    plan, outcome = office.apply(desk.desired(pitch=1.2))
    bare = {101: Live(id=101, content={})}
    assert read_back(outcome, plan, bare, store=office.store, schemas=frontdesk()).exit_code == 0


def test_an_assistant_that_the_platform_blocked_is_an_error(office: Desk) -> None:
    """It answers no calls; a way back is named where there is one."""
    outcome = office.verified(desk.desired(), own={"blocked_at": "2026-11-03 09:18:42"})
    (told,) = outcome.results[0].diagnostics
    assert (outcome.exit_code, told.code) == (3, "blocked-by-platform")
    assert "2026-11-03" in told.summary
    assert "Nothing was applied to it before" in str(told.detail)
    outcome = office.verified(desk.desired(hums=True), own={"blocked_at": "2026-11-03 09:30:11"})
    (told,) = outcome.results[0].diagnostics
    assert "`reconciler plan --to-previous reception`" in str(told.detail)


def test_an_assistant_that_is_not_listed_is_an_error(office: Desk) -> None:
    """Written a moment ago, and not there."""
    plan, outcome = office.apply(desk.desired())
    found = read_back(outcome, plan, {}, store=office.store, schemas=frontdesk())
    assert [each.code for each in found.results[0].diagnostics] == ["not-listed"]


def test_inactive_assistants_are_one_note(office: Desk) -> None:
    """A create is inactive by nature: said once for all of them, and no failure."""
    documents = [desk.desired(f"desk-{number}", title=f"Desk {number}") for number in range(7)]
    outcome = office.verified(*documents)
    (told,) = outcome.diagnostics
    assert (outcome.exit_code, told.severity, told.code) == (0, "note", "inactive")
    assert told.summary == "7 assistants are inactive: desk-0, desk-1, desk-2, desk-3, desk-4 and 2 more"


def test_nothing_sent_is_nothing_to_read_back(office: Desk) -> None:
    """No request, no list."""
    office.apply(desk.desired())
    plan, outcome = office.apply(desk.desired(settings={"protect": True}))
    assert not sends_anything(outcome, plan)


def test_live_secrets_are_sealed_before_anybody_sees_them() -> None:
    """By the name of what was sent in that place, or without a name where the schema alone knows."""
    shown = Live(id=5, content={"actions": [{"type": "book", "cal_api_key": "cal_live_1"}, {"token": "t"}]})
    sent = {"actions": [{"type": "book", "cal_api_key": secret_reference("CAL", "hmac:1")}]}
    found = sealed(shown, sent, frontdesk(), lambda name, value: f"hmac:{name}:{value[-1]}")
    assert found.content == {
        "actions": [
            {"type": "book", "cal_api_key": secret_reference("CAL", "hmac:CAL:1")},
            {"token": secret_reference("", None)},
        ]
    }
