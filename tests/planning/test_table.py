"""The decision table: every document x entry x live x flag has exactly one row, with what is decided and why.

Key `reception`, which was `old-name` once, is assistant 789. In the world `line held` the document claims line 45,
which an assistant holds that no document manages.
"""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

import pytest

from reconciler.model import Action, Change, Entry, Live, Reason
from tests.support import desk

LINE = 45
DOCUMENT = ("no document", "as applied", "edited", "with id", "with moved_from")
ENTRY = ("no entry", "pending", "ok", "without id", "orphan twin")
LIVE = ("unread", "gone", "equal", "moved", "line held")
PRUNE = ("keep", "prune")
NEW = ("gate", "allow new")
COMBINATIONS = tuple(product(DOCUMENT, ENTRY, LIVE, PRUNE, NEW))

Combination = tuple[str, str, str, str, str]


class Row(NamedTuple):
    """Alternatives stand between bars, `*` is any; action `-` says that the plan does not speak of it at all."""

    why: str
    document: str
    entry: str
    live: str
    prune: str
    new: str
    action: str
    reason: str = ""

    def meets(self, combination: Combination) -> bool:
        asked = (self.document, self.entry, self.live, self.prune, self.new)
        return all(said == "*" or given in said.split("|") for said, given in zip(asked, combination, strict=True))


ANY_DOCUMENT = "as applied|edited|with id|with moved_from"
SAME_DOCUMENT = "as applied|with id|with moved_from"
NOT_RECORDED = "no entry|without id"
FREE = "unread|gone|equal|moved"

# fmt: off
TABLE = [
    Row("what no file and no entry names is the portal's own", "no document", "no entry", "*", "*", "*", "-"),
    Row("a begun create is kept until its outcome is known",
        "no document", "pending", "*", "keep", "*", "no-op", "create-incomplete"),
    Row("what may or may not exist cannot be deleted",
        "no document", "pending", "*", "prune", "*", "blocked", "create-incomplete"),
    Row("an entry that never had an assistant is of no use",
        "no document", "without id", "*", "*", "*", "forget", "removed-from-config"),
    Row("file and assistant are both gone: only the entry is left",
        "no document", "ok|orphan twin", "gone", "*", "*", "forget", "removed-from-config"),
    Row("nothing is destroyed by default",
        "no document", "ok|orphan twin", "unread|equal|moved|line held", "keep", "*", "no-op", "orphaned"),
    Row("--prune deletes what left the files",
        "no document", "ok|orphan twin", "unread|equal|moved|line held", "prune", "*",
        "delete", "removed-from-config"),
    Row("no second POST while the first one's outcome is unknown",
        ANY_DOCUMENT, "pending", "*", "*", "*", "blocked", "create-incomplete"),
    Row("nothing is recorded: it is new, and no twin in the portal is taken over unasked",
        "as applied|edited", NOT_RECORDED, FREE, "*", "*", "create", "new"),
    Row("a moved_from that names no entry has nothing to take along",
        "with moved_from", NOT_RECORDED, FREE, "*", "*", "create", "new"),
    Row("reconciler.id takes over what is there, or may be",
        "with id", NOT_RECORDED, "unread|equal|moved", "*", "*", "update", "adopted"),
    Row("what is not there cannot be taken over",
        "with id", NOT_RECORDED, "gone", "*", "*", "blocked", "id-conflict"),
    Row("the API would refuse the claim, and a plan does not take from whom it does not manage",
        ANY_DOCUMENT, NOT_RECORDED + "|ok", "line held", "*", "*", "blocked", "value-held"),
    Row("the document says what was applied, and live says no other",
        SAME_DOCUMENT, "ok", "unread|equal", "*", "*", "no-op", "up-to-date"),
    Row("only the portal moved: the document wins",
        SAME_DOCUMENT, "ok", "moved", "*", "*", "update", "drifted"),
    Row("only the document moved",
        "edited", "ok", "unread|equal", "*", "*", "update", "config-changed"),
    Row("both moved, and apart",
        "edited", "ok", "moved", "*", "*", "update", "config-changed-and-drifted"),
    Row("deleted by hand, and still wanted",
        ANY_DOCUMENT, "ok", "gone", "*", "*", "create", "missing-live"),
    Row("a new file with an orphan's name is most likely that orphan's new name",
        "as applied|edited", "orphan twin", "*", "*", "gate", "blocked", "looks-like-rename"),
    Row("a person said that it is another one",
        "as applied|edited", "orphan twin", FREE, "*", "allow new", "create", "new"),
    Row("another one, but its line is not free",
        "as applied|edited", "orphan twin", "line held", "*", "allow new", "blocked", "value-held"),
    Row("the id belongs to another key: a rename is said with moved_from",
        "with id", "orphan twin", "*", "*", "*", "blocked", "id-conflict"),
    Row("a rename alone asks nothing of the API and is worth recording",
        "with moved_from", "orphan twin", "unread|equal", "*", "*", "no-op", "moved"),
    Row("renamed, and the portal moved meanwhile",
        "with moved_from", "orphan twin", "moved", "*", "*", "update", "drifted"),
    Row("renamed, and deleted by hand meanwhile",
        "with moved_from", "orphan twin", "gone", "*", "*", "create", "missing-live"),
    Row("renamed, and now it claims what is not free",
        "with moved_from", "orphan twin", "line held", "*", "*", "blocked", "value-held"),
]
# fmt: on

SETTINGS: dict[str, dict[str, Any]] = {"with id": {"id": 789}, "with moved_from": {"moved_from": "old-name"}}


def decided(combination: Combination) -> Change | None:
    """What the plan says of the assistant in question, or None where it does not speak of it."""
    document, entry, live, prune, new = combination
    fields: dict[str, Any] = {"greeting": "Harbour Dental, how can we help?"} if document == "edited" else {}
    if live == "line held":
        fields["line_id"] = LINE
    wanted = [] if document == "no document" else [desk.desired(settings=SETTINGS.get(document), **fields)]
    stored: dict[str, list[Entry]] = {
        "no entry": [],
        "pending": [desk.pending()],
        "ok": [desk.entry()],
        "without id": [desk.entry(id=None)],
        "orphan twin": [desk.entry("old-name")],
    }
    other = desk.live(5, title="Made by hand", line_id=LINE)
    shown: dict[str, list[Live] | None] = {
        "unread": None,
        "gone": [other],
        "equal": [desk.live(), other],
        "moved": [desk.live(greeting="Hi, it's Harbour Dental!"), other],
        "line held": [desk.live(), other],
    }
    plan = desk.plan(wanted, stored[entry], shown[live], prune=prune == "prune", allow_new=new == "allow new")
    key = "old-name" if (document, entry) == ("no document", "orphan twin") else "reception"
    return next((each for each in plan.changes if each.key == key), None)


METHODS = {Action.CREATE: ["POST"], Action.UPDATE: ["PUT"], Action.DELETE: ["DELETE"]}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.why)
def test_what_a_row_says_is_decided(row: Row) -> None:
    """Action and reason, and what they mean, in every combination that the row speaks of."""
    for combination in filter(row.meets, COMBINATIONS):
        change = decided(combination)
        told = ("-", "") if change is None else (change.action.value, change.reason.value)
        assert told == (row.action, row.reason), combination
        if change is not None:
            check_meaning(change, combination)


def check_meaning(change: Change, combination: Combination) -> None:
    """Requests of the action alone; a refusal is one error with a way out, and nothing else is an error."""
    document, entry, live, _, _ = combination
    adopted_as_it_is = change.reason is Reason.ADOPTED and live == "equal"
    sent = [request.method for request in change.requests]
    assert sent == ([] if adopted_as_it_is else METHODS.get(change.action, [])), combination
    problems = [each for each in change.diagnostics if each.severity == "error"]
    assert len(problems) == (change.action is Action.BLOCKED), combination
    assert all(each.detail and each.key == change.key for each in problems), combination
    moves = (document, entry) == ("with moved_from", "orphan twin")
    assert change.moved_from == ("old-name" if moves else None), combination
    if change.action in (Action.CREATE, Action.UPDATE, Action.DELETE):
        assert change.id == (None if change.action is Action.CREATE else 789), combination


def test_every_combination_has_exactly_one_row() -> None:
    """None missing and none said twice, so the rows need no order; and no row speaks of nothing."""
    for combination in COMBINATIONS:
        assert [row.why for row in TABLE if row.meets(combination)][1:] == [], combination
        assert any(row.meets(combination) for row in TABLE), combination
    assert all(any(map(row.meets, COMBINATIONS)) for row in TABLE)
