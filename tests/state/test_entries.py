"""What happens to an entry on its way through creates, updates, adoptions and moves."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.canonical import digest
from reconciler.entries import (
    begin_create,
    entry_digest,
    entry_to_json,
    move,
    note_unassigned,
    record_request,
    record_without_request,
)
from reconciler.model import Action, Change, Content, Entry, Previous, Reason, Request
from tests.state.strategies import contents, entries, ids

BEGUN = "2026-11-02T08:00:00Z"
DONE = "2026-11-02T08:00:01Z"
LATER = "2026-11-03T09:18:42Z"
RECEPTION: Content = {"title": "Dental reception", "engine": "classic", "brain_id": 2, "line_id": 45}


def post(step: int, body: Content) -> Request:
    return Request(step=step, method="POST", path="/agent", body=body)


def put(step: int, body: Content, *after: int) -> Request:
    return Request(step=step, method="PUT", path="/agent/{id}", body=body, after=after)


def change(record: Content, *requests: Request, **facts: Any) -> Change:
    facts = {"action": Action.UPDATE, "reason": Reason.CONFIG_CHANGED, "id": 7, "source": "sha256:new"} | facts
    return Change(key="dental/reception", file=None, line=None, requests=requests, record=record, **facts)


def applied(**facts: Any) -> Entry:
    facts = {
        "id": 7,
        "last_applied": RECEPTION,
        "source": "sha256:old",
        "created_at": BEGUN,
        "updated_at": BEGUN,
    } | facts
    return Entry(key="dental/reception", **facts)


def test_a_create_is_pending_before_it_is_sent() -> None:
    """The entry saved before a POST holds what is sent, its digest and the time, and claims nothing more."""
    body = {"title": "Dental reception"}
    assert entry_to_json(begin_create(None, "dental/reception", body, now=BEGUN)) == {
        "format_version": 1,
        "id": None,
        "last_applied": {},
        "source": "",
        "pending": {"body": body, "body_digest": digest(body), "started_at": BEGUN},
        "history": [],
        "protect": False,
        "created_at": BEGUN,
        "updated_at": BEGUN,
    }


def test_a_create_of_what_vanished_keeps_what_was_applied_for_a_rollback() -> None:
    """An assistant that was deleted live and is created anew with other content still has a previous content."""
    begun = begin_create(applied(), "dental/reception", {"title": "Front desk"}, now=DONE)
    assert begun.id is None
    assert begun.created_at == BEGUN
    assert begun.history == (Previous(last_applied=RECEPTION, source="sha256:old", replaced_at=DONE),)
    request = post(1, {"title": "Front desk"})
    done = record_request(begun, change({"title": "Front desk"}, request), request, id=9, now=LATER)
    assert done.history == begun.history


def test_protection_follows_the_document_and_waits_while_a_create_is_pending() -> None:
    """A recorded change sets it; a create begun, or a move, leaves it as it was."""
    request = put(1, {"title": "Front desk"})
    planned = change({"title": "Front desk"}, request, protect=True)
    recorded = record_request(applied(), planned, request, id=7, now=LATER)
    assert recorded.protect
    assert record_without_request(applied(), planned, now=LATER).protect
    assert begin_create(recorded, recorded.key, {}, now=LATER).protect
    assert move(recorded, "dental/desk", now=LATER).protect
    assert not record_request(recorded, change({}, request), request, id=7, now=LATER).protect


def test_a_create_that_is_begun_again_is_pending_once() -> None:
    """Where the first attempt never arrived, the second replaces it, and its first time of creation stays."""
    first = begin_create(None, "dental/reception", {"title": "Reception"}, now=BEGUN)
    second = begin_create(first, "dental/reception", {"title": "Front desk"}, now=LATER)
    assert second.pending is not None
    assert second.pending.body == {"title": "Front desk"}
    assert (second.created_at, second.updated_at, second.history) == (BEGUN, LATER, ())


def test_a_recorded_create_has_its_id_and_what_the_plan_promised() -> None:
    """After its only request an entry says what the change promised, and is not pending."""
    body = {"title": "Dental reception", "engine": "classic"}
    request = post(1, body)
    begun = begin_create(None, "dental/reception", body, now=BEGUN)
    done = record_request(begun, change(body, request, id=None), request, id=789, now=DONE)
    assert done == Entry(
        key="dental/reception", id=789, last_applied=body, source="sha256:new", created_at=BEGUN, updated_at=DONE
    )


def test_a_create_in_two_requests_records_each() -> None:
    """Nulls that a POST may not hold are recorded once their PUT is accepted; until then the entry has no source."""
    record: Content = {"title": "Dental reception", "mouth_id": None, "ear_id": None}
    first, second = post(1, {"title": "Dental reception"}), put(2, {"mouth_id": None}, 1)
    planned = change(record, first, second, action=Action.CREATE, reason=Reason.NEW, id=None)
    begun = begin_create(None, planned.key, first.body or {}, now=BEGUN)
    halfway = record_request(begun, planned, first, id=789, now=DONE)
    assert halfway.last_applied == {"title": "Dental reception", "ear_id": None}
    assert (halfway.id, halfway.source, halfway.pending) == (789, "", None)
    finished = record_request(halfway, planned, second, id=789, now=LATER)
    assert (finished.last_applied, finished.source) == (record, "sha256:new")
    assert finished.history == ()


def test_a_released_number_is_recorded_before_it_is_claimed_again() -> None:
    """In a cut ring an assistant releases its number first; if the run dies there, the entry says it has none."""
    release, claim = put(1, {"line_id": None}), put(4, {"line_id": 46, "title": "Front desk"}, 1, 3)
    record = {**RECEPTION, "line_id": 46, "title": "Front desk"}
    planned = change(record, release, claim)
    halfway = record_request(applied(), planned, release, id=7, now=DONE)
    assert halfway.last_applied == {**RECEPTION, "line_id": None}
    assert halfway.source == ""
    finished = record_request(halfway, planned, claim, id=7, now=LATER)
    assert finished.last_applied == record
    assert finished.history == (Previous(last_applied=RECEPTION, source="sha256:old", replaced_at=DONE),)


def test_a_first_request_that_repeats_what_is_applied_loses_no_history() -> None:
    """Where the first of two requests only sends a value again, what was applied before still reaches the history."""
    repeat, rest = put(1, {"brain_id": 2}), put(2, {"title": "Front desk"}, 1)
    planned = change({**RECEPTION, "title": "Front desk"}, repeat, rest)
    halfway = record_request(applied(), planned, repeat, id=7, now=DONE)
    assert (halfway.last_applied, halfway.source, halfway.history) == (RECEPTION, "sha256:old", ())
    finished = record_request(halfway, planned, rest, id=7, now=LATER)
    assert finished.history == (Previous(last_applied=RECEPTION, source="sha256:old", replaced_at=LATER),)


def test_an_entry_that_is_protected_halfway_is_not_all_of_what_its_inputs_made() -> None:
    """They stood for an unprotected assistant: put back, they must not be taken for what the entry holds."""
    repeat, rest = put(1, {"brain_id": 2}), put(2, {"title": "Front desk"}, 1)
    before = applied(inputs=("yaml:dental/reception.yaml",))
    for protect, inputs in ((False, before.inputs), (True, ())):
        planned = change({**RECEPTION, "title": "Front desk"}, repeat, rest, protect=protect)
        halfway = record_request(before, planned, repeat, id=7, now=DONE)
        assert (halfway.protect, halfway.source, halfway.inputs) == (protect, "sha256:old", inputs)


def test_a_cleared_field_is_recorded_as_the_plan_says() -> None:
    """The value that clears a field on the wire is not what is recorded: the record has null, or no field at all."""
    first, second = put(1, {"backdrop": "off", "label_ids": []}), put(2, {"title": "Front desk"}, 1)
    record: Content = {"title": "Front desk", "backdrop": None}
    before = applied(last_applied={"title": "Reception", "backdrop": "cafe", "label_ids": [3]})
    halfway = record_request(before, change(record, first, second), first, id=7, now=DONE)
    assert halfway.last_applied == {"title": "Reception", "backdrop": None}


def test_history_holds_the_one_content_before() -> None:
    """Each update replaces the history with the content it replaced."""
    entry = applied()
    for number, title in enumerate(["Front desk", "Evening desk"]):
        request = put(1, {"title": title})
        planned = change({**RECEPTION, "title": title}, request, source=f"sha256:{number}")
        entry = record_request(entry, planned, request, id=7, now=LATER)
    assert [each.last_applied["title"] for each in entry.history] == ["Front desk"]
    assert entry.history[0].source == "sha256:0"


def test_history_is_kept_where_nothing_is_replaced() -> None:
    """Sending the same content again (drift put right) replaces no content, so the history stays."""
    history = (Previous(last_applied={"title": "Old"}, source="sha256:older", replaced_at=BEGUN),)
    request = put(1, {"title": "Dental reception"})
    recorded = record_request(applied(history=history), change(RECEPTION, request), request, id=7, now=LATER)
    assert recorded.history == history


def test_adopting_ends_a_pending_create() -> None:
    """A pending create whose assistant was found has an id, and is pending no more."""
    begun = begin_create(None, "dental/reception", RECEPTION, now=BEGUN)
    adopted = record_without_request(begun, change(RECEPTION, reason=Reason.ADOPTED, id=127), now=LATER)
    assert (adopted.id, adopted.pending, adopted.last_applied) == (127, None, RECEPTION)
    assert (adopted.source, adopted.created_at, adopted.updated_at) == ("sha256:new", BEGUN, LATER)


def test_adopting_without_an_entry_makes_one() -> None:
    """An assistant that equals its document needs no request, only an entry."""
    adopted = record_without_request(None, change(RECEPTION, reason=Reason.ADOPTED, id=127), now=LATER)
    assert (adopted.id, adopted.created_at) == (127, LATER)


def test_a_change_without_id_and_request_keeps_what_is_known() -> None:
    """Recording a new source takes neither the id nor a pending create away."""
    assert record_without_request(applied(), change(RECEPTION, id=None), now=LATER).id == 7
    begun = begin_create(None, "dental/reception", RECEPTION, now=BEGUN)
    assert record_without_request(begun, change({}, id=None), now=LATER).pending == begun.pending


def test_a_move_with_an_update_is_recorded_under_the_new_key() -> None:
    """The entry of the old key goes on under the key of the change, with its history and time of creation."""
    request = put(1, {"title": "Front desk"})
    planned = change({**RECEPTION, "title": "Front desk"}, request, moved_from="dental/desk")
    recorded = record_request(move(applied(), "dental/desk", now=DONE), planned, request, id=7, now=LATER)
    assert (recorded.key, recorded.created_at, len(recorded.history)) == ("dental/reception", BEGUN, 1)


def test_a_value_is_nobodys_since_it_was_first_said() -> None:
    """Saying it again moves no time; another value of the field, or another field, is said beside it."""
    once = note_unassigned(applied(), "line_id", 45, now=DONE)
    assert note_unassigned(once, "line_id", 45.0, now=LATER) == once
    more = note_unassigned(note_unassigned(once, "line_id", 46, now=LATER), "fax_id", 45, now=LATER)
    assert [(each.field, each.value, each.since) for each in more.unassigned] == [
        ("line_id", 45, DONE),
        ("line_id", 46, LATER),
        ("fax_id", 45, LATER),
    ]


@given(entry=entries())
def test_moving_there_and_back_changes_only_the_time(entry: Entry) -> None:
    """A move carries everything: moved back, an entry differs in nothing but when it was touched."""
    back = move(move(entry, "harbour-homes/viewings", now=DONE), entry.key, now=entry.updated_at or "")
    assert entry_to_json(back) | {"updated_at": entry.updated_at} == entry_to_json(entry)


@given(entry=entries(), record=contents, body=contents, later=contents, id=ids)
def test_recording_every_request_ends_where_the_plan_said(
    entry: Entry, record: Content, body: Content, later: Content, id: int
) -> None:
    """Whatever the requests hold, after the last one the entry is the record; after an earlier one it has no claim."""
    first, second = put(1, body), put(2, later, 1)
    planned = change(record, first, second)
    halfway = record_request(entry, planned, first, id=id, now=DONE)
    finished = record_request(halfway, planned, second, id=id, now=LATER)
    assert (finished.id, finished.last_applied, finished.source) == (id, record, "sha256:new")
    assert finished.pending is None
    assert len(finished.history) <= max(1, len(entry.history))
    assert halfway.source in ("", entry.source)
    assert halfway.source == "" or digest(halfway.last_applied) == digest(entry.last_applied)


@given(entry=entries(), body=contents, now=st.just(LATER))
def test_transitions_leave_their_entry_as_it_was(entry: Entry, body: Content, now: str) -> None:
    """A transition makes a new value; the entry it was given still digests the same."""
    before = entry_digest(entry)
    begin_create(entry, entry.key, body, now=now)
    record_request(entry, change(body, put(1, body)), put(1, body), id=7, now=now)
    record_without_request(entry, change(body), now=now)
    move(entry, "elsewhere", now=now)
    assert entry_digest(entry) == before
