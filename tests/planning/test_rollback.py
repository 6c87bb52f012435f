"""Going back, decided alone: what is planned, why, and what is said beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.model import Action, Change, Desired, Entry, Live, Plan, Position, Previous, Reason
from reconciler.planning import make_plan, previous_desired
from tests.support import desk
from tests.support.frontdesk import frontdesk

THEN = Previous(last_applied=desk.content(pitch=0.75), source="sha256:then", replaced_at="2026-11-03T09:00:00Z")
NOW = replace(desk.entry(pitch=1.0, hums=True), history=(THEN,))


def back(
    *documents: Desired, entries: tuple[Entry, ...] = (NOW,), shown: list[Live] | None = None, key: str = "reception"
) -> Plan:
    """The plan that returns `key` to what its entry had before."""
    known = {each.key: each for each in entries}
    content = known[key].history[0].last_applied
    found = next((each for each in documents if each.key == key), None)
    return make_plan(
        environment="default",
        lineage="7d1f",
        desired=documents,
        entries=known,
        schemas=frontdesk(),
        live=None if shown is None else {each.id: each for each in shown},
        previous={key: previous_desired(known[key], content, found)},
    )


def change(plan: Plan) -> Change:
    (found,) = plan.changes
    return found


def body(plan: Plan) -> Any:
    ((request, _),) = plan.requests()
    return request.body


def codes(plan: Plan) -> list[str]:
    return [each.code for each in plan.diagnostics]


def test_the_document_is_not_asked_what() -> None:
    """Set what was set then, clear what came since; recorded is the old content with its old source."""
    plan = back(desk.desired(pitch=1.5, greeting="Harbour Dental, good night."))
    assert body(plan) == {"pitch": 0.75, "hums": False}
    assert (change(plan).action, change(plan).reason) == (Action.UPDATE, Reason.ROLLED_BACK)
    assert (change(plan).record, change(plan).source) == (THEN.last_applied, "sha256:then")
    assert (change(plan).file, change(plan).line) == ("assistants/reception.yaml", 1)


def test_that_the_document_says_otherwise_is_said_at_its_place() -> None:
    """Only where it does."""
    plan = back(desk.desired(pitch=1.5))
    (told,) = plan.diagnostics
    assert (told.severity, told.code, told.key) == ("note", "files-say-otherwise", "reception")
    assert (told.file, told.line, told.column) == ("assistants/reception.yaml", 1, 1)
    assert codes(back(desk.desired(pitch=0.75))) == []


def test_the_document_is_asked_how() -> None:
    """What is released or sent once stays so, and what moves or adopts is not about going back."""
    how = {
        "unmanaged": frozenset({"hums"}),
        "seed": frozenset({"pitch"}),
        "id": 5,
        "moved_from": "desk",
        "protect": True,
    }
    plan = back(desk.desired(pitch=1.5, settings=how))
    assert plan.requests() == []
    assert (change(plan).action, change(plan).id) == (Action.UPDATE, 789)
    assert change(plan).releases == ("hums", "pitch")
    assert (change(plan).moved_from, change(plan).protect) == (None, False)
    renamed = back(desk.desired(pitch=1.5, settings={"moved_from": "desk"}), entries=(NOW, desk.entry("desk", id=5)))
    assert [each.code for each in renamed.diagnostics] == ["files-say-otherwise"]


def test_what_it_goes_back_to_is_itself_and_stands_in_no_line() -> None:
    """It keeps its key and its id, and the lines of today's document say nothing of what was there before."""
    place = Position(file="assistants/reception.yaml", line=9, column=8)
    today = desk.desired(settings={"id": 5, "moved_from": "desk", "positions": {("pitch",): place}}, pitch=1.5)
    before = previous_desired(NOW, THEN.last_applied, today)
    assert (before.key, before.id, before.moved_from) == ("reception", None, None)
    assert before.place(("pitch",)) == Position(file="assistants/reception.yaml", line=1, column=1)


def test_what_is_sent_once_says_nothing_otherwise() -> None:
    """The document has another seed than what was applied: an update never sends it, so nothing goes back."""
    how = {"seed": frozenset({"pitch"})}
    plan = back(desk.desired(pitch=1.5, settings=how))
    assert body(plan) == {"hums": False}
    assert codes(plan) == []


def test_what_goes_back_was_made_of_no_file_of_today() -> None:
    """Its old source is recorded, and none of the files that made it: a look at those must not call it settled."""
    plan = back(desk.desired(pitch=1.5, settings={"inputs": ("assistants/reception.yaml",)}))
    assert (change(plan).source, change(plan).inputs) == ("sha256:then", ())


def test_without_a_document_no_place_is_claimed() -> None:
    """An orphan goes back by its entry alone, protection and all."""
    protected = replace(NOW, protect=True)
    plan = back(entries=(protected,))
    assert body(plan) == {"pitch": 0.75, "hums": False}
    assert (change(plan).file, change(plan).line, change(plan).protect) == (None, None, True)
    assert codes(plan) == []


def test_nothing_else_is_planned() -> None:
    """Neither other documents nor orphans: the plan is about the one key."""
    other = desk.entry("lettings", id=790)
    plan = back(desk.desired(), desk.desired("viewings"), entries=(NOW, other))
    assert [each.key for each in plan.changes] == ["reception"]


def test_live_counts_where_it_was_read() -> None:
    """What live has already is not sent, and what moved there is; drift is against what was to be."""
    plan = back(desk.desired(), shown=[desk.live(pitch=0.75, hums=True)])
    assert body(plan) == {"hums": False}
    assert [each.key for each in plan.drift] == ["reception"]
    gone = back(desk.desired(), shown=[])
    assert (change(gone).action, change(gone).reason) == (Action.CREATE, Reason.ROLLED_BACK)


def test_what_is_there_already_is_no_change() -> None:
    """An entry whose history says the same as it does."""
    same = replace(NOW, last_applied=THEN.last_applied)
    plan = back(desk.desired(pitch=1.5), entries=(same,))
    assert plan.is_empty
    assert change(plan).reason is Reason.UP_TO_DATE
    assert codes(plan) == []


def test_an_unfinished_create_blocks_going_back_too() -> None:
    """Whether there is anything to go back is not known; it stays blocked for its own reason."""
    plan = back(desk.desired(), entries=(replace(desk.pending(), history=(THEN,)),))
    assert (change(plan).action, change(plan).reason) == (Action.BLOCKED, Reason.CREATE_INCOMPLETE)
    orphan = back(entries=(replace(desk.pending(), history=(THEN,)),))
    assert [(each.file, each.line, each.column) for each in orphan.diagnostics] == [(None, None, None)]
