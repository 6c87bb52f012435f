"""The audit of an account: who moved, who is gone, who is silent, and who is nobody's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import Desired, DriftedField, Entry, Live, Side
from reconciler.planning.audit import Audit, make_audit
from tests.support import desk
from tests.support.frontdesk import frontdesk

WHEN = "2026-11-03T09:18:42Z"


def live(id: int = 789, /, **fields: Any) -> Live:
    return replace(desk.live(id, **fields), updated_at=WHEN, status="active")


def audit(
    documents: list[Desired] | None = None,
    entries: list[Entry] | None = None,
    shown: list[Live] | None = None,
    **narrowed: Any,
) -> Audit:
    """The audit of these three sides; one document, its entry and its assistant, all the same, where none is named."""
    stored = [desk.entry()] if entries is None else entries
    found = [live()] if shown is None else shown
    return make_audit(
        environment="default",
        desired=[desk.desired()] if documents is None else documents,
        entries={each.key: each for each in stored},
        live={each.id: each for each in found},
        schemas=frontdesk(),
        **narrowed,
    )


def sides(found: Audit) -> dict[str, dict[str, Side]]:
    return {named.key: {each.field: each.side for each in drift.fields} for named, drift in found.moved}


def test_what_nobody_moved_is_in_sync() -> None:
    """Counted, and otherwise not spoken of."""
    assert audit() == Audit(environment="default", compared=1)
    assert (audit().in_sync, audit().has_drift) == (1, False)


SIDES: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Side]]] = [
    ("the portal", {"pitch": 1.4}, {"pitch": 1.4}, {"pitch": 1.9}, {"pitch": Side.LIVE}),
    ("the document", {"pitch": 1.1}, {"pitch": 1.4}, {"pitch": 1.4}, {"pitch": Side.GIT}),
    ("both, to the same", {"pitch": 1.9}, {"pitch": 1.4}, {"pitch": 1.9}, {"pitch": Side.BOTH_SAME}),
    ("both, apart", {"pitch": 1.1}, {"pitch": 1.4}, {"pitch": 1.9}, {"pitch": Side.BOTH_APART}),
    ("nobody: newly named, and there", {"pitch": 1.9}, {}, {"pitch": 1.9}, {}),
    ("newly named, and not there", {"pitch": 1.9}, {}, {"pitch": 1.0}, {"pitch": Side.GIT}),
    ("newly named, and not shown", {"pitch": 1.9}, {}, {}, {"pitch": Side.GIT}),
    ("taken out", {}, {"pitch": 1.4}, {"pitch": 1.4}, {"pitch": Side.GIT}),
    ("taken out at what clears it", {}, {"pitch": 1.0}, {"pitch": 1.0}, {}),
    ("taken out, and cleared in the portal", {}, {"pitch": 1.4}, {"pitch": 1.0}, {"pitch": Side.BOTH_SAME}),
    ("taken out, and moved in the portal", {}, {"pitch": 1.4}, {"pitch": 1.9}, {"pitch": Side.BOTH_APART}),
    ("taken out, and cannot be cleared", {}, {"tuning_level": 4}, {"tuning_level": 4}, {}),
    ("the document, of what is not shown", {"pitch": 1.1}, {"pitch": 1.4}, {}, {"pitch": Side.GIT}),
    ("nobody, as far as is shown", {"pitch": 1.4}, {"pitch": 1.4}, {}, {}),
    ("a field of creation alone", {"opened_in": 2001}, {"opened_in": 1999}, {"opened_in": 1999}, {}),
    ("the portal, of what is not managed", {}, {}, {"pitch": 1.9}, {}),
]


@pytest.mark.parametrize(
    ("document", "applied", "shown", "wanted"), [row[1:] for row in SIDES], ids=[row[0] for row in SIDES]
)
def test_each_field_is_told_by_the_side_that_moved_it(document: Any, applied: Any, shown: Any, wanted: Any) -> None:
    """Away from what was last applied; drift is what live moved, and a document that is ahead is none."""
    found = audit([desk.desired(**document)], [desk.entry(**applied)], [live(**shown)])
    assert sides(found) == ({"reception": wanted} if wanted else {})
    by_live = any(each is not Side.GIT for each in wanted.values())
    assert (found.drifted, found.has_drift) == (int(by_live), by_live)
    assert (found.ahead, found.in_sync) == (int(bool(wanted) and not by_live), int(not wanted))


def test_one_field_that_live_moved_is_drift_whatever_git_moved_beside_it() -> None:
    """The assistant counts once, and among those that drifted."""
    found = audit([desk.desired(pitch=1.1)], [desk.entry(pitch=1.4)], [live(pitch=1.4, greeting="Hi!")])
    assert sides(found) == {"reception": {"pitch": Side.GIT, "greeting": Side.LIVE}}
    assert (found.drifted, found.ahead, found.in_sync, found.has_drift) == (1, 0, 0, True)


def test_a_move_is_told_with_all_three_values_and_its_time() -> None:
    """What was applied, what is there, and what the document makes of it; what left the document is cleared."""
    found = audit([desk.desired()], [desk.entry(pitch=1.4)], [live(pitch=1.9)])
    ((named, drift),) = found.moved
    assert (named.key, named.id, named.file, named.line) == ("reception", 789, "assistants/reception.yaml", 1)
    assert named.name == "Reception, Harbour Dental"
    assert drift.updated_at == WHEN
    assert drift.fields == (DriftedField(field="pitch", side=Side.BOTH_APART, last_applied=1.4, live=1.9, desired=1.0),)


def test_what_is_released_seeded_or_ignored_is_not_looked_at() -> None:
    """Neither for a move nor for whether it is shown."""
    applied: dict[str, Any] = {"pitch": 1.4, "backdrop": "office", "hums": True, "tuning_level": 4}
    settings: dict[str, Any] = {"unmanaged": frozenset({"pitch"}), "seed": frozenset({"backdrop"})}
    documents = [desk.desired(settings=settings, hums=True, tuning_level=4)]
    found = audit(documents, [desk.entry(**applied)], [live(hums=False)], ignore={"hums", "tuning_level"})
    assert found == Audit(environment="default", compared=1, ignored=("hums", "tuning_level"))


def test_fields_that_are_managed_and_not_shown_are_named_once() -> None:
    """Of two assistants, in order; a field that no schema knows is not one."""
    entries = [
        desk.entry("a", id=1, pitch=1.4, fax_number=5),
        desk.entry("b", id=2, pitch=1.4, backdrop="office"),
    ]
    assert audit([], entries, [live(1), live(2)]).unobservable == ("backdrop", "pitch")
    assert audit([], [entries[1], desk.entry("c", id=3)], [live(2), live(3)]).unobservable == ("backdrop", "pitch")


def test_what_is_gone_is_drift() -> None:
    """Whether it still has a document or not; it is not compared."""
    found = audit([desk.desired()], [desk.entry(), desk.entry("old", id=5)], [])
    assert [(each.key, each.id, each.file) for each in found.vanished] == [
        ("old", 5, None),
        ("reception", 789, "assistants/reception.yaml"),
    ]
    assert (found.compared, found.has_drift, found.drifted) == (0, True, 0)


def test_an_entry_without_an_id_is_not_gone() -> None:
    """It was never there, or nobody knows yet."""
    found = audit([desk.desired()], [Entry(key="reception"), desk.pending("reminder")], [])
    assert found == Audit(environment="default")


def test_who_holds_no_entry_is_unmanaged() -> None:
    """By id; one that a document adopts is spoken for."""
    shown = [live(12, title="Old bot"), live(7, title="Trial"), live(9, title="Adopted"), live()]
    documents = [desk.desired(), desk.desired("adopted", settings={"id": 9})]
    found = audit(documents, None, shown)
    assert [(each.id, each.name) for each in found.unmanaged] == [(7, "Trial"), (12, "Old bot")]
    assert not found.has_drift


def test_who_takes_no_calls_is_named() -> None:
    """Inactive, or taken out of service by the platform, with since when."""
    shown = [replace(live(), status="inactive", blocked_at="2026-11-04 10:00:00")]
    found = audit(None, None, shown)
    assert [each.key for each in found.inactive] == ["reception"]
    assert [(each.key, each.since) for each in found.blocked] == [("reception", "2026-11-04 10:00:00")]
    assert not found.has_drift


def test_a_rename_goes_by_its_new_key() -> None:
    """As in a plan; without a document the old one stays."""
    renamed = desk.desired("front", settings={"moved_from": "reception"}, pitch=1.4)
    found = audit([renamed], [desk.entry(pitch=1.4)], [live(pitch=1.9)])
    assert sides(found) == {"front": {"pitch": Side.LIVE}}
    assert found.moved[0][1].key == "front"
    assert sides(audit([], [desk.entry(pitch=1.4)], [live(pitch=1.9)])) == {"reception": {"pitch": Side.LIVE}}


def test_a_rename_that_is_done_says_nothing_of_the_old_key() -> None:
    """The new key has its entry, so an entry that stands under the old one is an orphan and goes by its own."""
    renamed = desk.desired("front", settings={"moved_from": "reception"}, pitch=1.2)
    entries = [desk.entry("front", id=5, pitch=1.2), desk.entry(pitch=1.4)]
    found = audit([renamed], entries, [live(5, pitch=1.2), live(pitch=1.9)])
    ((named, drift),) = found.moved
    assert (named.key, named.file, [each.side for each in drift.fields]) == ("reception", None, [Side.LIVE])


def test_some_keys_are_a_report_on_these_alone() -> None:
    """Then nothing is said of others, nor of what nobody manages."""
    entries = [desk.entry("a", id=1, pitch=1.4), desk.entry("b", id=2, pitch=1.4), desk.entry("c", id=3)]
    found = audit([], entries, [live(1, pitch=1.9), live(2, pitch=1.9), live(77)], keys={"b"})
    assert sides(found) == {"b": {"pitch": Side.LIVE}}
    assert (found.unmanaged, found.vanished, found.compared) == ((), (), 1)


@given(order=st.permutations(range(6)))
def test_the_order_of_what_comes_in_does_not_matter(order: list[int]) -> None:
    """Equal inputs, equal audits."""
    entries = [desk.entry(f"clinic-{at}", id=at + 1, pitch=1.4) for at in order]
    documents = [desk.desired(f"clinic-{at}", pitch=1.4) for at in reversed(order)]
    shown = [live(at + 1, pitch=1.9) for at in order if at != 3]
    found = audit(documents, entries, [*shown, live(90), live(80)])
    assert list(sides(found)) == [f"clinic-{at}" for at in (0, 1, 2, 4, 5)]
    assert [each.id for each in found.unmanaged] == [80, 90]
    assert [each.key for each in found.vanished] == ["clinic-3"]
