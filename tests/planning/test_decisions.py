"""What a decision holds beside its action and reason; these two stand, for every combination, in test_table.py."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.entries import entry_digest
from reconciler.model import Action, Desired, Entry, Live, Position, Reason
from reconciler.planning import selected
from reconciler.schemas import SchemaSet
from tests.support import desk
from tests.support.frontdesk import frontdesk_files

OTHER_LIVE = desk.live(5, title="Somebody else's assistant")
UNREAD: list[Live] | None = None
GONE: list[Live] | None = [OTHER_LIVE]
MOVED: list[Live] | None = [desk.live(greeting="Hi, it's Harbour Dental!"), OTHER_LIVE]
CHANGED = {"greeting": "Harbour Dental, how can we help?"}


def row(why: str, documents: Any, entries: Any, shown: Any, action: str, reason: str) -> Any:
    return pytest.param(documents, entries, shown, Action(action), Reason(reason), id=why)


ROWS = [
    row(
        "an id that another document's key holds cannot be adopted",
        [desk.desired("front", settings={"id": 789}), desk.desired("reception")],
        desk.entry(),
        UNREAD,
        "blocked",
        "id-conflict",
    ),
    row(
        "the state and the document name different ids",
        desk.desired(settings={"id": 4}),
        desk.entry(),
        UNREAD,
        "blocked",
        "id-conflict",
    ),
    row(
        "both moved to the same",
        desk.desired(greeting="Hi, it's Harbour Dental!"),
        desk.entry(),
        MOVED,
        "update",
        "config-changed-and-drifted",
    ),
    row(
        "live moved in a field, the document in another",
        desk.desired(pitch=1.2),
        desk.entry(),
        MOVED,
        "update",
        "config-changed-and-drifted",
    ),
    row(
        "live spells the document's list in another order",
        desk.desired(label_ids=[5, 3]),
        desk.entry(label_ids=[3, 5]),
        [desk.live(label_ids=[3, 5], greeting="Hi!")],
        "update",
        "drifted",
    ),
    row(
        "live spells what was applied in another order",
        desk.desired(label_ids=[4]),
        desk.entry(label_ids=[3, 5]),
        [desk.live(label_ids=[5, 3])],
        "update",
        "config-changed",
    ),
    row(
        "a field is let go, and live moved in another",
        desk.desired(settings={"unmanaged": frozenset({"pitch"})}),
        desk.entry(pitch=1.4),
        [desk.live(pitch=1.4, greeting="Hi!")],
        "update",
        "config-changed-and-drifted",
    ),
    row(
        "live moved only in what the document does not ask for any more",
        desk.desired(settings={"unmanaged": frozenset({"pitch"})}, greeting="Hello!"),
        desk.entry(pitch=1.4),
        [desk.live(pitch=1.9)],
        "update",
        "config-changed",
    ),
]


@pytest.mark.parametrize(("documents", "entries", "shown", "action", "reason"), ROWS)
def test_what_stands_beside_the_table(documents: Any, entries: Any, shown: Any, action: Action, reason: Reason) -> None:
    """The first change of the plan is what the row says; a refusal says the way out."""
    change = desk.plan(documents, entries, shown).changes[0]
    assert (change.action, change.reason) == (action, reason)
    assert all(each.detail for each in change.diagnostics if each.severity == "error")
    assert any(each.severity == "error" for each in change.diagnostics) == (action is Action.BLOCKED)


def test_adopting_without_reading_sends_every_field_of_the_document() -> None:
    """Nothing is known of the assistant, so nothing may be left out; explicit nulls go too."""
    plan = desk.plan(desk.desired(settings={"id": 789}, report_url=None))
    ((request, change),) = plan.requests()
    assert (request.method, request.path) == ("PUT", "/agent/789")
    assert request.body == {**desk.content(), "report_url": None}
    assert change.expects is None


def test_adopting_what_was_read_sends_the_difference_only() -> None:
    """Live shows the rest."""
    plan = desk.plan(desk.desired(settings={"id": 789}), None, MOVED)
    assert [request.body for request, _ in plan.requests()] == [{"greeting": desk.RECEPTION["greeting"]}]


def test_a_field_that_live_does_not_show_is_compared_with_what_was_applied() -> None:
    """Absent from the answer is not observable: last-applied speaks."""
    shown = [desk.live(label_ids=...)]
    assert desk.plan(desk.desired(label_ids=[3]), desk.entry(label_ids=[3]), shown).is_empty
    changed = desk.plan(desk.desired(label_ids=[4]), desk.entry(label_ids=[3]), shown)
    assert [request.body for request, _ in changed.requests()] == [{"label_ids": [4]}]


class TestRenames:
    """A file that moved is not a new assistant."""

    ORPHAN = desk.entry("old-name")

    def test_the_same_name_as_an_orphan_blocks(self) -> None:
        """Same title, other greeting: most likely a renamed and edited file."""
        plan = desk.plan(desk.desired("new-name", **CHANGED), self.ORPHAN)
        change = next(each for each in plan.changes if each.key == "new-name")
        assert (change.action, change.reason) == (Action.BLOCKED, Reason.LOOKS_LIKE_RENAME)
        (problem,) = [each for each in plan.diagnostics if each.severity == "error"]
        assert "old-name" in problem.summary
        assert "moved_from: old-name" in (problem.detail or "")
        assert "state mv old-name new-name" in (problem.detail or "")
        assert "--allow-new" in (problem.detail or "")

    def test_the_same_content_as_an_orphan_blocks(self) -> None:
        """Even where no name says so."""
        nameless = Entry(key="old-name", id=789, last_applied=desk.content(title=...))
        plan = desk.plan(desk.desired("new-name", title=...), nameless)
        assert plan.changes[0].reason is Reason.LOOKS_LIKE_RENAME

    def test_the_content_is_compared_without_its_seeds(self) -> None:
        """The orphan's entry does not hold them, so they tell nothing."""
        nameless = Entry(key="old-name", id=789, last_applied=desk.content(title=..., greeting=...))
        plan = desk.plan(desk.desired("new-name", title=..., settings={"seed": frozenset({"greeting"})}), nameless)
        assert plan.changes[0].reason is Reason.LOOKS_LIKE_RENAME

    def test_an_orphan_of_another_name_and_content_blocks_nothing(self) -> None:
        """Nor do two without a name that differ."""
        other = desk.desired("new-name", title="Harbour Dental, after hours")
        assert desk.plan(other, self.ORPHAN).summary.create == 1
        nameless = Entry(key="old-name", id=789, last_applied=desk.content(title=""))
        assert desk.plan(desk.desired("new-name", title="", **CHANGED), nameless).summary.create == 1

    def test_a_moved_from_that_names_nothing_leaves_the_content_alone(self) -> None:
        """Who says from where it moved was asked already; only the name still tells."""
        nameless = Entry(key="old-name", id=789, last_applied=desk.content(title=""))
        wanted = desk.desired("new-name", title="", settings={"moved_from": "nowhere"})
        assert desk.plan(wanted, nameless).summary.create == 1

    def test_allow_new_creates_it(self) -> None:
        """The person says it is another assistant."""
        assert desk.plan(desk.desired("new-name"), self.ORPHAN, allow_new=True).summary.create == 1

    def test_moved_from_takes_the_entry_along(self) -> None:
        """No request for a pure rename, and one PUT for a rename with an edit."""
        settings = {"moved_from": "old-name"}
        pure = desk.plan(desk.desired("new-name", settings=settings), self.ORPHAN)
        (change,) = pure.changes
        assert (change.key, change.moved_from, change.id, change.reason) == (
            "new-name",
            "old-name",
            789,
            Reason.MOVED,
        )
        assert pure.requests() == []
        assert not pure.is_empty
        edited = desk.plan(desk.desired("new-name", settings=settings, **CHANGED), self.ORPHAN)
        assert [request.body for request, _ in edited.requests()] == [CHANGED]
        assert edited.changes[0].moved_from == "old-name"

    def test_moved_from_a_begun_create_is_never_a_second_create(self) -> None:
        """The assistant may exist already: no POST goes out while the outcome of the first is unknown."""
        wanted = desk.desired("new-name", settings={"moved_from": "old-name"})
        plan = desk.plan(wanted, desk.pending("old-name"), allow_new=True)
        (change,) = plan.changes
        assert (change.action, change.reason) == (Action.BLOCKED, Reason.CREATE_INCOMPLETE)
        (problem,) = plan.diagnostics
        assert "state forget old-name" in (problem.detail or "")

    def test_a_begun_create_whose_file_was_renamed_blocks(self) -> None:
        """What was sent is what tells: the same name, and nothing was recorded of it yet."""
        plan = desk.plan(desk.desired("new-name", **CHANGED), desk.pending("old-name"))
        change = next(each for each in plan.changes if each.key == "new-name")
        assert (change.action, change.reason) == (Action.BLOCKED, Reason.LOOKS_LIKE_RENAME)
        assert "a create whose outcome is unknown" in change.diagnostics[0].summary
        assert desk.plan(desk.desired("new-name"), desk.pending("old-name"), allow_new=True).summary.create == 1

    def test_moved_from_and_another_id_contradict(self) -> None:
        """The entry that would move is not the assistant that the document names."""
        plan = desk.plan(desk.desired("new-name", settings={"moved_from": "old-name", "id": 4}), self.ORPHAN)
        (change,) = plan.changes
        assert (change.action, change.reason) == (Action.BLOCKED, Reason.ID_CONFLICT)
        assert "old-name is assistant 789" in change.diagnostics[0].summary

    def test_moved_from_is_done_once(self) -> None:
        """When the new key has its entry, the setting is history and harmless."""
        settings = {"moved_from": "old-name"}
        assert desk.plan(desk.desired("new-name", settings=settings), desk.entry("new-name")).is_empty

    def test_a_dangling_moved_from_creates(self) -> None:
        """It names no entry: there is nothing to take along."""
        assert desk.plan(desk.desired("new-name", settings={"moved_from": "nowhere"})).summary.create == 1


class TestAnEntryOfNothing:
    """An entry with neither id nor begun create, as a hand or `state push` may leave it."""

    EMPTY = Entry(key="reception")

    def test_an_id_is_adopted_all_the_same(self) -> None:
        """A create would make a second one of what the document names."""
        plan = desk.plan(desk.desired(settings={"id": 789}), self.EMPTY)
        (change,) = plan.changes
        assert (change.action, change.reason, change.id) == (Action.UPDATE, Reason.ADOPTED, 789)
        assert change.expects == entry_digest(self.EMPTY)

    def test_a_create_that_looks_like_a_rename_is_blocked_all_the_same(self) -> None:
        """The gate does not ask whether something empty stands in the state."""
        assert desk.plan(desk.desired(), [self.EMPTY, desk.entry("old-name")]).summary.blocked == 1

    def test_a_create_is_bound_to_the_entry_as_it_was(self) -> None:
        """So that a saved plan is stale once the entry moved."""
        (change,) = desk.plan(desk.desired(), self.EMPTY).changes
        assert (change.action, change.expects) == (Action.CREATE, entry_digest(self.EMPTY))
        (again,) = desk.plan(desk.desired(), desk.entry(), GONE).changes
        assert (again.action, again.expects) == (Action.CREATE, entry_digest(desk.entry()))


def test_what_both_sides_changed_alike_is_recorded_and_not_sent() -> None:
    """The entry learns what live and the document say; without that, a plan that reads no live would send it."""
    plan = desk.plan(desk.desired(greeting="Hi, it's Harbour Dental!"), desk.entry(), MOVED)
    (change,) = plan.changes
    assert (change.requests, change.fields, change.record["greeting"]) == ((), (), "Hi, it's Harbour Dental!")
    assert [(each.code, each.severity, each.field) for each in plan.diagnostics] == [
        ("already-live", "note", "greeting")
    ]


def test_what_the_portal_has_as_a_new_line_asks_is_recorded_and_not_sent() -> None:
    """The field is managed from then on: when it leaves the document, it is cleared."""
    plan = desk.plan(desk.desired(pitch=1.5), desk.entry(), [desk.live(pitch=1.5)])
    (change,) = plan.changes
    assert (change.action, change.reason, change.requests) == (Action.UPDATE, Reason.CONFIG_CHANGED_AND_DRIFTED, ())
    assert change.record["pitch"] == 1.5


def test_what_was_cleared_on_both_sides_is_recorded_and_not_sent() -> None:
    """The field left the document, and somebody cleared it in the portal."""
    plan = desk.plan(desk.desired(), desk.entry(line_id=45), [desk.live(line_id=None)])
    (change,) = plan.changes
    assert (change.action, change.requests) == (Action.UPDATE, ())
    assert "line_id" not in change.record


def test_without_a_way_to_delete_nothing_is_pruned() -> None:
    """The reason is its own: nothing protects the assistant."""
    files = {name: each for name, each in frontdesk_files().items() if name != "delete"}
    (change,) = desk.plan([], desk.entry(), prune=True, schemas=SchemaSet.from_files(files)).changes
    assert (change.action, change.reason) == (Action.BLOCKED, Reason.NO_DELETE_ROUTE)


def test_a_wrong_id_is_shown_where_the_document_says_it() -> None:
    """All three refusals of an id point at `reconciler.id`, not at the top of the file."""
    place = Position(file="assistants/reception.yaml", line=9, column=7)
    document = desk.desired(settings={"id": 4, "positions": {("reconciler", "id"): place}})
    plans = [
        desk.plan(document, desk.entry()),
        desk.plan(document, desk.entry("front", id=4)),
        desk.plan(document, None, []),
    ]
    told = [(each.code, each.line, each.column) for plan in plans for each in plan.diagnostics]
    assert told == [("id-conflict", 9, 7), ("id-conflict", 9, 7), ("id-not-found", 9, 7)]


def test_what_is_said_of_a_document_is_shown_at_its_top() -> None:
    """Not where its settings begin, though they are what it was said of."""
    top = Position(file="assistants/reception.yaml", line=2, column=1)
    settings = Position(file="assistants/reception.yaml", line=9, column=1)
    document = desk.desired(settings={"protect": True, "positions": {(): top, ("reconciler",): settings}})
    assert [(each.code, each.line) for each in desk.plan(document, desk.entry()).diagnostics] == [("protection", 2)]


class TestProtection:
    """`protect: true` is remembered by the entry and holds when the document is gone."""

    def test_a_protected_orphan_is_not_pruned(self) -> None:
        """It blocks the plan, naming the ways out."""
        kept = Entry(key="reception", id=789, last_applied=desk.content(), protect=True)
        plan = desk.plan([], kept, prune=True)
        assert (plan.changes[0].action, plan.changes[0].reason) == (Action.BLOCKED, Reason.PROTECTED)
        assert plan.requests() == []

    def test_allow_protected_deletes_it(self) -> None:
        """Its own override, beside --prune."""
        kept = Entry(key="reception", id=789, last_applied=desk.content(), protect=True)
        assert desk.plan([], kept, prune=True, allow_protected=True).summary.delete == 1
        assert desk.plan([], kept, allow_protected=True).summary.delete == 0

    def test_protecting_is_recorded_without_a_request(self) -> None:
        """The API knows nothing of it."""
        plan = desk.plan(desk.desired(settings={"protect": True}), desk.entry())
        assert plan.requests() == []
        assert plan.changes[0].protect
        assert not plan.is_empty


class TestThePlan:
    """The value as a whole."""

    DOCUMENTS: tuple[Desired, ...] = tuple(
        desk.desired(f"clinic-{number}", title=f"Clinic {number}", greeting=f"Clinic {number}, hello.")
        for number in range(6)
    )
    ENTRIES: tuple[Entry, ...] = tuple(desk.entry(f"clinic-{number}", id=100 + number) for number in range(3))

    def test_it_says_where_it_is_from_and_whether_live_was_read(self) -> None:
        """The environment and the lineage as given."""
        unread, read = desk.plan([], []), desk.plan([], [], [])
        assert (unread.environment, unread.lineage, unread.refreshed) == ("default", "7d1f", False)
        assert read.refreshed is True

    def test_targets_select_by_key_or_glob_and_tell_which_named_nothing(self) -> None:
        """None select every key."""
        keys = ["clinic-2", "clinic-1", "front"]
        assert selected((), keys) == (frozenset(keys), ())
        assert selected(("clinic-*", "frnt", "front", "*-9"), keys) == (frozenset(keys), ("frnt", "*-9"))
        assert selected(("Front",), keys) == (frozenset(), ("Front",))

    def test_shuffled_input_gives_the_same_plan(self) -> None:
        """Sorted once, in the constructor."""
        there = desk.plan(list(self.DOCUMENTS), list(self.ENTRIES))
        back = desk.plan(list(reversed(self.DOCUMENTS)), list(reversed(self.ENTRIES)))
        assert there == back

    def test_a_target_leaves_the_rest_out(self) -> None:
        """By key or by glob; nothing else is in the plan."""
        documents, entries = list(self.DOCUMENTS), list(self.ENTRIES)
        one = desk.plan(documents, entries, targets=("clinic-4",))
        assert [each.key for each in one.changes] == ["clinic-4"]
        many = desk.plan(documents, entries, targets=("clinic-[12]", "clinic-5"))
        assert [each.key for each in many.changes] == ["clinic-1", "clinic-2", "clinic-5"]

    def test_the_summary_counts_every_change_once(self) -> None:
        """Orphans are no-ops that are counted apart as well."""
        plan = desk.plan(list(self.DOCUMENTS[1:]), list(self.ENTRIES), allow_new=True)
        assert (plan.summary.create, plan.summary.update, plan.summary.no_op, plan.summary.orphaned) == (3, 2, 1, 1)

    def test_steps_count_from_one_without_gaps(self) -> None:
        """Every request has a step of its own."""
        plan = desk.plan(list(self.DOCUMENTS), list(self.ENTRIES))
        assert [request.step for request, _ in plan.requests()] == list(range(1, 7))


class TestWhatACreateNeeds:
    """A create without a required field is the document's fault, and told before anything is sent."""

    def test_a_released_required_field_blocks_the_create(self) -> None:
        """`unmanaged` takes it out of the body; the plan names it."""
        plan = desk.plan(desk.desired(settings={"unmanaged": frozenset({"zone", "greeting"})}))
        assert (plan.changes[0].action, plan.changes[0].reason) == (Action.BLOCKED, Reason.CONFLICTING)
        (problem,) = plan.diagnostics
        assert problem.code == "cannot-create"
        assert "`greeting`, `zone`" in problem.summary

    def test_for_an_existing_assistant_it_is_no_matter(self) -> None:
        """It has them already."""
        wanted = desk.desired(settings={"unmanaged": frozenset({"zone"})}, pitch=1.2)
        assert desk.plan(wanted, desk.entry()).summary.blocked == 0
