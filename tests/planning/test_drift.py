"""What live moved, told apart by who moved it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.model import Drift, DriftedField, Entry, Live, Side
from reconciler.planning.drift import drift_of, moves_of
from tests.support import desk
from tests.support.frontdesk import frontdesk

MOVED = "Hi, it's Harbour Dental!"
APPLIED = desk.RECEPTION["greeting"]


def live(**fields: Any) -> Live:
    return replace(desk.live(**fields), updated_at="2026-11-03T09:18:42Z")


def greeting(side: Side, desired: Any) -> tuple[Drift, ...]:
    field = DriftedField(field="greeting", side=side, last_applied=APPLIED, live=MOVED, desired=desired)
    return (Drift(key="reception", id=789, updated_at="2026-11-03T09:18:42Z", fields=(field,)),)


SIDES = [
    ("only live moved", {}, Side.LIVE, APPLIED),
    ("both moved to the same", {"greeting": MOVED}, Side.BOTH_SAME, MOVED),
    ("both moved apart", {"greeting": "Hello!"}, Side.BOTH_APART, "Hello!"),
    ("live moved what left the document", {"greeting": ...}, Side.BOTH_APART, None),
]


@pytest.mark.parametrize(("fields", "side", "desired"), [row[1:] for row in SIDES], ids=[row[0] for row in SIDES])
def test_a_field_that_live_moved_is_told_with_who_else_moved_it(fields: Any, side: Side, desired: Any) -> None:
    """Against what was last applied, and what the document asks for."""
    plan = desk.plan(desk.desired(**fields), desk.entry(), [live(greeting=MOVED)])
    assert plan.drift == greeting(side, desired)


def test_a_field_that_is_new_in_the_document_is_no_drift() -> None:
    """It is Git's move, with what live has of it and what the document wants; what live moved beside it is drift."""
    wanted = desk.desired(pitch=1.5)
    moves = moves_of(wanted, desk.entry(), live(pitch=1.0), frontdesk())
    assert moves.fields == (DriftedField(field="pitch", side=Side.GIT, last_applied=None, live=1.0, desired=1.5),)
    assert drift_of(wanted, desk.entry(), live(pitch=1.0), frontdesk()) is None
    both = drift_of(wanted, desk.entry(), live(pitch=1.0, greeting=MOVED), frontdesk())
    assert both is not None
    assert [each.field for each in both.fields] == ["greeting"]


def test_a_seed_of_the_document_is_not_what_is_desired() -> None:
    """Neither side is asked about it."""
    wanted = desk.desired(pitch=1.5, settings={"seed": frozenset({"pitch"})})
    assert moves_of(wanted, desk.entry(pitch=1.0), live(pitch=1.9), frontdesk()).fields == ()


def test_without_a_document_last_applied_is_what_is_desired() -> None:
    """An orphan drifts too; nobody else moved it."""
    assert desk.plan([], desk.entry(), [live(greeting=MOVED)]).drift == greeting(Side.LIVE, APPLIED)


def test_a_rename_takes_its_drift_along() -> None:
    """Told under the new key."""
    wanted = desk.desired(settings={"moved_from": "old-name"})
    assert desk.plan(wanted, desk.entry("old-name"), [live(greeting=MOVED)]).drift == greeting(Side.LIVE, APPLIED)


NONE: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("equal", {}, {}, {}),
    ("released", {"settings": {"unmanaged": frozenset({"pitch"})}}, {"pitch": 1.4}, {"pitch": 1.9}),
    ("a seed", {"settings": {"seed": frozenset({"pitch"})}, "pitch": 1.4}, {"pitch": 1.4}, {"pitch": 1.9}),
    ("never named", {}, {}, {"pitch": 1.9}),
    ("not shown", {"pitch": 1.4}, {"pitch": 1.4}, {}),
    ("another order of what has none", {"label_ids": [3, 5]}, {"label_ids": [3, 5]}, {"label_ids": [5, 3]}),
    ("of no schema", {}, {"fax_number": 5}, {"fax_number": 6}),
]


@pytest.mark.parametrize(("document", "entry", "shown"), [row[1:] for row in NONE], ids=[row[0] for row in NONE])
def test_what_is_no_drift(document: Any, entry: Any, shown: Any) -> None:
    """Only what is managed, applied and shown can drift."""
    assert desk.plan(desk.desired(**document), desk.entry(**entry), [live(**shown)]).drift == ()


def test_an_order_that_has_no_meaning_is_nobodys_move() -> None:
    """The document writes the list in its own order, and live in another one moved it."""
    shown = [live(label_ids=[5, 4])]
    (told,) = desk.plan(desk.desired(label_ids=[5, 3]), desk.entry(label_ids=[3, 5]), shown).drift
    assert [each.side for each in told.fields] == [Side.LIVE]
    (told,) = desk.plan(desk.desired(label_ids=[4, 5]), desk.entry(label_ids=[3, 5]), shown).drift
    assert [each.side for each in told.fields] == [Side.BOTH_SAME]


def test_an_order_that_has_a_meaning_is_drift() -> None:
    """Steps that the portal put the other way round."""
    steps = [{"type": "greet"}, {"type": "hang_up"}]
    shown = [live(actions=steps[::-1])]
    (told,) = desk.plan(desk.desired(actions=steps), desk.entry(actions=steps), shown).drift
    assert [(each.field, each.side) for each in told.fields] == [("actions", Side.LIVE)]


def test_one_comparison_is_told_under_the_entrys_key() -> None:
    """For those who look at one assistant without a plan."""
    drift = drift_of(desk.desired("new-name"), desk.entry("reception"), live(greeting=MOVED), frontdesk())
    assert (drift,) == greeting(Side.LIVE, APPLIED)


def test_what_was_not_read_or_is_gone_has_no_drift() -> None:
    """There is nothing to compare with; and a document without an entry was never applied."""
    assert desk.plan(desk.desired(), desk.entry()).drift == ()
    assert desk.plan(desk.desired(), desk.entry(), [desk.live(5)]).drift == ()
    assert desk.plan(desk.desired(), None, [live(greeting=MOVED)]).drift == ()
    assert desk.plan(desk.desired(), Entry(key="reception"), [live(greeting=MOVED)]).drift == ()


def test_every_assistant_and_field_is_told_in_order() -> None:
    """By key, and by the schema's order of fields."""
    entries = [desk.entry(key, id=number, title=key, pitch=1.4) for number, key in enumerate("ab", 1)]
    documents = [desk.desired(key, title=key, pitch=1.4) for key in "ba"]
    shown = [live(id=number, title="?", pitch=1.9) for number in (1, 2)]
    drift = desk.plan(documents, entries, shown).drift
    assert [(each.key, each.id, [field.field for field in each.fields]) for each in drift] == [
        ("a", 1, ["title", "pitch"]),
        ("b", 2, ["title", "pitch"]),
    ]


def test_what_the_api_does_not_show_is_said_once_for_all() -> None:
    """It hides one field of a, and another of b; of c one that its document lets go, and that is nobody's concern."""
    hidden: dict[str, dict[str, Any]] = {"a": {"pitch": 1.4}, "b": {"backdrop": "office"}, "c": {"hums": True}}
    let_go = {"c": {"unmanaged": frozenset({"hums"})}}
    documents = [
        desk.desired(key, settings=let_go.get(key), **({} if key in let_go else fields))
        for key, fields in hidden.items()
    ]
    entries = [desk.entry(key, id=number, **fields) for number, (key, fields) in enumerate(hidden.items(), 1)]
    (told,) = desk.plan(documents, entries, [live(id=number) for number in (1, 2, 3)]).diagnostics
    assert (told.code, told.summary.rpartition(": ")[2]) == ("not-observable", "`backdrop`, `pitch`")
