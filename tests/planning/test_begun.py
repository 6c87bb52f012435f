"""Which assistant of the list a begun create made: by name, body and time, and never one for two."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.entries import entry_digest
from reconciler.model import Action, Content, Desired, Entry, Live, Reason
from reconciler.planning import Finding, Verdict, as_found, look_up, make_plan, unread
from tests.support import desk
from tests.support.frontdesk import frontdesk

BEGUN = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)  # as `desk.pending` has it


def made(id: int, at: str | None = "2026-11-03T09:00:00.200000Z", **fields: Any) -> Live:
    return replace(desk.live(id, **fields), created_at=at)


def found(*rows: Live, entries: tuple[Entry, ...] = (), after: float = 60, **settings: Any) -> dict[str, Finding]:
    """What is found for the pending `reception`, so many seconds after it was begun."""
    known = {each.key: each for each in entries or (desk.pending(),)}
    now = BEGUN + timedelta(seconds=after)
    return look_up(known, {each.id: each for each in rows}, frontdesk(), now=now, settle=30, **settings)


def test_one_of_the_name_and_the_body_is_it() -> None:
    """Whatever else is in the list."""
    rows = (made(7), made(8, title="Another desk"))
    assert found(*rows)["reception"] == Finding(verdict=Verdict.FOUND, ids=(7,))


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        ("2026-11-03T08:54:59Z", Verdict.ABSENT),
        ("2026-11-03T08:55:00Z", Verdict.FOUND),
        ("2026-11-03 09:00:01", Verdict.FOUND),
        ("2026-11-03T09:30:00+02:00", Verdict.ABSENT),
        ("some time ago", Verdict.FOUND),
        (None, Verdict.FOUND),
    ],
)
def test_what_was_there_before_is_another(at: str | None, verdict: Verdict) -> None:
    """Clocks may differ by five minutes; a time without a zone is UTC, and one that cannot be read says nothing."""
    assert found(made(7, at))["reception"].verdict is verdict


def test_only_what_is_shown_is_compared_and_lists_of_ids_are_sets() -> None:
    """A field that the API does not show says nothing against it."""
    entry = desk.pending(label_ids=[1, 2])
    it = Finding(verdict=Verdict.FOUND, ids=(7,))
    assert found(made(7, label_ids=[2, 1]), entries=(entry,))["reception"] == it
    assert found(made(7, label_ids=[1, 2], brain_id=...), entries=(entry,))["reception"] == it
    unknown = desk.pending(fax_number=5)
    assert found(made(7, fax_number=5), entries=(unknown,))["reception"] == it, "no schema knows the field any more"
    other = made(7, label_ids=[2, 3])
    assert found(other, entries=(entry,))["reception"] == Finding(verdict=Verdict.UNLIKE, ids=(7,))


def test_the_name_is_what_the_content_says_or_else_the_list() -> None:
    """A list may call an assistant otherwise than its own field does, or show no field at all."""
    assert found(replace(made(7), name="Desk"))["reception"].verdict is Verdict.FOUND
    unnamed = made(7, title=...)
    assert found(replace(unnamed, name=desk.RECEPTION["title"]))["reception"].verdict is Verdict.FOUND
    assert found(replace(unnamed, name="Desk"))["reception"].verdict is Verdict.ABSENT


def test_a_secret_is_compared_as_it_was_sent() -> None:
    """The list shows it in clear: whoever asks puts a reference in its place, in the terms of what was sent."""
    sealed = {"$secret": "HOOK", "fingerprint": "hmac-sha256:a1:0f"}
    entry = desk.pending(greeting=sealed)

    def hide(row: Live, like: Content) -> Live:
        return replace(row, content={**row.content, "greeting": like["greeting"]})

    assert found(made(7), entries=(entry,))["reception"].verdict is Verdict.UNLIKE
    assert found(made(7), entries=(entry,), sealed=hide)["reception"].verdict is Verdict.FOUND


def test_without_a_time_there_is_nothing_to_wait_for() -> None:
    """A state that was edited by hand."""
    entry = desk.pending()
    assert entry.pending is not None
    undated = replace(entry, pending=replace(entry.pending, started_at="some time ago"))
    assert found(entries=(undated,), after=0)["reception"] == Finding(verdict=Verdict.ABSENT)


def test_what_came_to_nothing_is_created_though_an_orphan_looks_like_it() -> None:
    """It was meant to be a new one when it was begun; under a new name its old entry goes along."""
    findings = {"reception": Finding(verdict=Verdict.ABSENT)}
    orphan = desk.entry("old", id=5)
    plan = desk.plan(desk.desired(), [desk.pending(), orphan], findings=findings)
    assert [(each.key, each.moved_from) for each in plan.changes if each.action is Action.CREATE] == [
        ("reception", None)
    ]
    renamed = desk.desired("front", settings={"moved_from": "reception"})
    plan = desk.plan(renamed, [desk.pending(), orphan], findings=findings)
    (change,) = [each for each in plan.changes if each.action is Action.CREATE]
    assert (change.key, change.moved_from) == ("front", "reception")
    assert change.expects == entry_digest(desk.pending())


SETTLED: list[tuple[str, list[Desired], Action, Reason, list[str]]] = [
    ("still wanted", [desk.desired()], Action.CREATE, Reason.CREATE_INCOMPLETE, ["create-absent"]),
    ("its document is gone", [], Action.FORGET, Reason.REMOVED_FROM_CONFIG, ["create-absent"]),
    ("another is adopted", [desk.desired(settings={"id": 789})], Action.UPDATE, Reason.ADOPTED, []),
    ("it lacks something now", [desk.desired(zone=...)], Action.BLOCKED, Reason.CONFLICTING, ["cannot-create"]),
]


@pytest.mark.parametrize(
    ("documents", "action", "reason", "told"), [row[1:] for row in SETTLED], ids=[row[0] for row in SETTLED]
)
def test_what_came_to_nothing_is_told_where_it_ends(
    documents: list[Desired], action: Action, reason: Reason, told: list[str]
) -> None:
    """Made again, or forgotten; where something else is done, that has its own reason."""
    plan = desk.plan(documents, desk.pending(), findings={"reception": Finding(verdict=Verdict.ABSENT)})
    (change,) = plan.changes
    assert (change.action, change.reason) == (action, reason)
    assert [each.code for each in change.diagnostics] == told
    assert change.expects == entry_digest(desk.pending())


def test_what_was_found_is_recorded_with_all_that_was_sent() -> None:
    """It is as its document says, so nothing is sent; a record without it would make the next plan send all."""
    plan = desk.plan(desk.desired(), desk.pending(), findings={"reception": Finding(verdict=Verdict.FOUND, ids=(7,))})
    (change,) = plan.changes
    assert (change.action, change.reason, change.id) == (Action.UPDATE, Reason.ADOPTED, 7)
    assert (change.record, change.source, change.requests) == (desk.content(), "sha256:reception", ())


def test_what_was_found_of_an_edited_document_is_recorded_as_it_says_now() -> None:
    """The edit is sent to the id that was found; the body of the create is history."""
    document = desk.desired(settings={"protect": True}, pitch=1.5)
    plan = desk.plan(document, desk.pending(), findings={"reception": Finding(verdict=Verdict.FOUND, ids=(7,))})
    (change,) = plan.changes
    assert (change.action, change.reason) == (Action.UPDATE, Reason.ADOPTED)
    assert [(request.path, request.body) for request in change.requests] == [("/agent/7", {"pitch": 1.5})]
    assert (change.record, change.protect) == (desk.content(pitch=1.5), True)


@pytest.mark.parametrize("protect", [True, False])
def test_what_was_found_without_a_document_is_recorded_as_it_was_sent(protect: bool) -> None:
    """Nothing else says what is managed of it, and whether it may be deleted."""
    entry = replace(desk.pending(pitch=1.5), protect=protect)
    plan = desk.plan([], entry, findings={"reception": Finding(verdict=Verdict.FOUND, ids=(7,))})
    (change,) = plan.changes
    assert (change.action, change.reason, change.id, change.requests) == (Action.UPDATE, Reason.ADOPTED, 7, ())
    assert (change.record, change.protect) == (desk.content(pitch=1.5), protect)
    assert change.expects == entry_digest(entry)


FOUND_BUT: list[tuple[str, list[Desired], dict[str, Any], Action, Reason]] = [
    ("it is pruned", [], {"prune": True}, Action.DELETE, Reason.REMOVED_FROM_CONFIG),
    ("another is adopted", [desk.desired(settings={"id": 789})], {}, Action.BLOCKED, Reason.ID_CONFLICT),
    ("it is gone again", [desk.desired()], {"shown": []}, Action.CREATE, Reason.MISSING_LIVE),
]


@pytest.mark.parametrize(
    ("documents", "options", "action", "reason"), [row[1:] for row in FOUND_BUT], ids=[row[0] for row in FOUND_BUT]
)
def test_what_was_found_is_told_where_something_else_is_done_with_it(
    documents: list[Desired], options: dict[str, Any], action: Action, reason: Reason
) -> None:
    """What is done and why stay as they were decided; that it was found explains the id."""
    findings = {"reception": Finding(verdict=Verdict.FOUND, ids=(7,))}
    (change,) = desk.plan(documents, desk.pending(), findings=findings, **options).changes
    assert (change.action, change.reason) == (action, reason)
    assert change.diagnostics[-1].code == "create-found"
    assert change.expects == entry_digest(desk.pending())


def test_an_open_entry_that_was_never_begun_stays_where_it_is() -> None:
    """A hand may leave one: the document that names it is a new assistant, and takes nothing along."""
    change = desk.plan(desk.desired(settings={"moved_from": "open"}), Entry(key="open")).changes[0]
    assert (change.action, change.moved_from) == (Action.CREATE, None)


@pytest.mark.parametrize(("after", "wait"), [(0, 30), (12, 18), (29.5, 0.5), (-7200, 30)])
def test_absence_counts_after_the_delay(after: float, wait: float) -> None:
    """Until then it says how long; a clock that was set back does not make that hours."""
    assert found(after=after)["reception"] == Finding(verdict=Verdict.TOO_EARLY, wait=wait)
    assert found(after=30)["reception"].verdict is Verdict.ABSENT


def test_what_is_held_or_claimed_is_not_free() -> None:
    """By an entry, or by somebody that the caller names."""
    holder = desk.entry("smile", id=7)
    assert found(made(7), entries=(desk.pending(), holder))["reception"].verdict is Verdict.ABSENT
    assert found(made(7), taken=[7])["reception"].verdict is Verdict.ABSENT


def test_a_list_that_was_not_read_settles_nothing() -> None:
    """The entry stays pending, and the plan says why."""
    entry = desk.pending()
    findings = unread(["reception"], "The network is down.")
    assert as_found({"reception": entry}, findings) == {"reception": entry}
    plan = make_plan(
        environment="default",
        lineage=None,
        desired=[desk.desired()],
        entries={"reception": entry},
        schemas=frontdesk(),
        findings=findings,
    )
    (change,) = plan.changes
    assert (change.action, change.reason) == (Action.BLOCKED, Reason.CREATE_INCOMPLETE)
    assert (change.diagnostics[0].detail or "").startswith("The network is down.\n")


KEYS = ("a", "b", "c", "d")
TITLES = st.sampled_from(["Reception", "Smile"])
GREETINGS = st.sampled_from(["Good morning.", "Hello."])


@given(
    st.dictionaries(st.sampled_from(KEYS), st.tuples(TITLES, GREETINGS), min_size=1),
    st.lists(st.tuples(TITLES, GREETINGS), max_size=6),
    st.sets(st.integers(1, 6), max_size=3),
)
def test_no_assistant_is_found_for_two_and_no_two_for_one(
    begun: dict[str, tuple[str, str]], shown: list[tuple[str, str]], taken: set[int]
) -> None:
    """Found is what has the body and is free, and alone in that on both sides; each begun create has one finding."""
    entries = tuple(desk.pending(key, title=title, greeting=greeting) for key, (title, greeting) in begun.items())
    rows = {id: made(id, title=title, greeting=greeting) for id, (title, greeting) in enumerate(shown, 1)}
    result = found(*rows.values(), entries=entries, taken=taken)
    assert set(result) == set(begun)
    ids = Counter(each.ids[0] for each in result.values() if each.verdict is Verdict.FOUND)
    assert all(count == 1 for count in ids.values())
    free = {id: each for id, each in enumerate(shown, 1) if id not in taken}
    for key, body in begun.items():
        equal = [id for id, each in free.items() if each == body]
        rivals = sum(each == body for each in begun.values())
        assert (result[key].verdict is Verdict.FOUND) == (len(equal) == 1 and rivals == 1)
        assert (result[key].verdict is Verdict.ABSENT) <= (not equal)
