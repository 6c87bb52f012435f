"""What a PUT and a POST hold, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model import Action, Live, Plan, Reason
from reconciler.schemas import SchemaSet
from tests.support import desk
from tests.support.frontdesk import frontdesk_files

NONE: dict[str, Any] = {}


def bodies(plan: Plan) -> list[Any]:
    return [request.body for request, _ in plan.requests()]


CLEARED = [
    ("report_url", "https://hooks.harbour.example/calls", None),
    ("label_ids", [3, 5], []),
    ("pitch", 1.4, 1.0),
    ("facts", {"practice": "Harbour Dental"}, {}),
    ("backdrop", "cafe", "off"),
    ("hums", True, False),
    ("line_id", 45, None),
    ("actions", [{"type": "hang_up"}], []),
]


@pytest.mark.parametrize(("field", "value", "sent"), CLEARED, ids=[row[0] for row in CLEARED])
def test_a_field_that_left_the_document_is_cleared_by_its_own_clear_value(field: str, value: Any, sent: Any) -> None:
    """Removing one line sends exactly that field with the value that removes it."""
    plan = desk.plan(desk.desired(), desk.entry(**{field: value}))
    assert bodies(plan) == [{field: sent}]
    (change,) = plan.changes
    assert (change.action, change.reason) == (Action.UPDATE, Reason.CONFIG_CHANGED)
    assert [(each.field, each.op, each.before, each.after) for each in change.fields] == [(field, "clear", value, sent)]
    assert field not in change.record


SAME = [
    ("label_ids", [5, 3], [3, 5]),
    ("pitch", 1, 1.0),
    ("instructions", "Answer.\r\nBe brief.\r\n", "Answer.\nBe brief."),
    ("facts", {"b": "2", "a": "1"}, {"a": "1", "b": "2"}),
    ("actions", [{"type": "hang_up", "when": "done"}], [{"when": "done", "type": "hang_up"}]),
    ("report_url", None, None),
]


@pytest.mark.parametrize(("field", "new", "old"), SAME, ids=[row[0] for row in SAME])
def test_values_that_mean_the_same_are_no_change(field: str, new: Any, old: Any) -> None:
    """Order in id lists, 1 and 1.0, line ends and key order are spellings, not changes."""
    plan = desk.plan(desk.desired(**{field: new}), desk.entry(**{field: old}))
    assert plan.is_empty
    assert [change.reason for change in plan.changes] == [Reason.UP_TO_DATE]


OTHER = [
    ("actions", [{"type": "a"}, {"type": "b"}], [{"type": "b"}, {"type": "a"}]),
    ("hums", False, 0),
    ("report_on", True, 1),
    ("tuning_level", 1, True),
    ("label_ids", [3], [3, 5]),
    ("instructions", "Answer.\n\nBe brief.", "Answer.\nBe brief."),
]


@pytest.mark.parametrize(("field", "new", "old"), OTHER, ids=[row[0] for row in OTHER])
def test_values_that_only_look_alike_are_a_change(field: str, new: Any, old: Any) -> None:
    """Order in other lists counts, true is not 1, and an inner blank line is text."""
    assert bodies(desk.plan(desk.desired(**{field: new}), desk.entry(**{field: old}))) == [{field: new}]


def test_an_explicit_null_is_sent_once_and_then_kept() -> None:
    """`field: null` clears a field that was set, and is no change when it is null already."""
    wanted = desk.desired(report_url=None)
    first = desk.plan(wanted, desk.entry(report_url="https://hooks.harbour.example/calls"))
    assert bodies(first) == [{"report_url": None}]
    assert first.changes[0].record["report_url"] is None
    assert first.changes[0].fields[0].op == "clear"
    assert desk.plan(wanted, desk.entry(report_url=None)).is_empty


def test_a_field_that_was_never_named_is_never_sent() -> None:
    """What the portal set beside the document's fields stays, whether live was read or not."""
    shown = [desk.live(pitch=1.7, label_ids=[9])]
    assert desk.plan(desk.desired(), desk.entry(), shown).is_empty


def test_a_field_without_a_clear_value_stays_on_the_server_and_is_said() -> None:
    """Leaving the document is then a release: a warning once, nothing sent, and the state forgets the field."""
    plan = desk.plan(desk.desired(), desk.entry(tuning_level=4))
    (change,) = plan.changes
    assert bodies(plan) == []
    assert (change.action, change.releases) == (Action.UPDATE, ("tuning_level",))
    assert "tuning_level" not in change.record
    assert [(each.severity, each.code, each.field) for each in plan.diagnostics] == [
        ("warning", "cannot-clear", "tuning_level")
    ]


def test_a_released_field_is_not_cleared_not_compared_and_leaves_the_state() -> None:
    """`unmanaged` is release: the portal may do with it what it likes from now on."""
    wanted = desk.desired(settings={"unmanaged": frozenset({"pitch"})})
    plan = desk.plan(wanted, desk.entry(pitch=1.4), [desk.live(pitch=1.9)])
    (change,) = plan.changes
    assert bodies(plan) == []
    assert change.releases == ("pitch",)
    assert "pitch" not in change.record
    assert plan.diagnostics == ()


def test_what_cannot_be_cleared_is_said_unless_a_change_resets_it() -> None:
    """brain_id leaves the document though the engine stays, or though another than we decides on the engine."""
    for settings in ({}, {"unmanaged": frozenset({"engine"})}):
        fields: dict[str, Any] = {"brain_id": ..., **({"engine": ...} if settings else {})}
        plan = desk.plan(desk.desired(settings=settings, **fields), desk.entry())
        assert [(each.code, each.field) for each in plan.diagnostics] == [("cannot-clear", "brain_id")]


def test_what_has_its_clear_value_already_is_not_sent() -> None:
    """The field left the document, and the server has what would be sent."""
    assert bodies(desk.plan(desk.desired(), desk.entry(pitch=1.0))) == []
    assert bodies(desk.plan(desk.desired(), desk.entry(pitch=1.4), [desk.live(pitch=1.0)])) == []


def test_a_list_of_ids_that_is_cleared_in_another_order_is_cleared() -> None:
    """A brand whose assistants have the queues 1 and 2 unless somebody says otherwise."""
    queues = {"type": "array", "items": {"type": "integer"}, "x-clear": [1, 2], "x-unordered": True}
    schemas = SchemaSet.from_files(frontdesk_files(queue_ids=queues))
    there = desk.plan(desk.desired(), desk.entry(queue_ids=[3]), [desk.live(queue_ids=[2, 1])], schemas=schemas)
    assert bodies(there) == []
    assert bodies(desk.plan(desk.desired(), desk.entry(queue_ids=[3]), schemas=schemas)) == [{"queue_ids": [1, 2]}]


def test_a_field_of_an_older_schema_is_released_with_a_warning() -> None:
    """The state may hold a field that the pages no longer know; it is never sent."""
    plan = desk.plan(desk.desired(), desk.entry(fax_number=5))
    assert bodies(plan) == []
    assert [each.code for each in plan.diagnostics] == ["cannot-clear"]


def test_a_seed_is_sent_at_creation_and_never_again() -> None:
    """What is not compared is not sent: a seed that changed later, or was cleared in the portal, is left alone."""
    settings = {"seed": frozenset({"greeting"})}
    created = desk.plan(desk.desired(settings=settings, greeting="Welcome!"))
    assert bodies(created)[0]["greeting"] == "Welcome!"
    assert "greeting" not in created.changes[0].record
    later = desk.plan(desk.desired(settings=settings, greeting="Hello there!"), desk.entry(greeting=...))
    assert later.is_empty
    dropped = desk.plan(desk.desired(settings=settings), desk.entry(greeting="Welcome!"))
    assert bodies(dropped) == []


def test_a_post_holds_no_null_and_no_released_field() -> None:
    """A create sends what is desired and nothing that is not there."""
    wanted = desk.desired(report_url=None, pitch=1.2, settings={"unmanaged": frozenset({"pitch"})})
    plan = desk.plan(wanted)
    assert bodies(plan) == [desk.content()]
    assert [request.method for request, _ in plan.requests()] == ["POST"]
    assert plan.changes[0].record == {**desk.content(), "report_url": None}


def test_a_null_against_a_default_follows_the_post_in_a_put() -> None:
    """A POST leaves nulls out, and the server would put its default there; the second request says null."""
    plan = desk.plan(desk.desired(wait_minutes=None))
    first, second = (request for request, _ in plan.requests())
    assert "wait_minutes" not in (first.body or {})
    assert (second.method, second.path, second.body) == ("PUT", "/agent/{id}", {"wait_minutes": None})
    assert second.after == (first.step,)


class TestWhatStaysAndDoesNotFit:
    """A field that cannot be cleared, left the document, and is not what the new engine allows."""

    def test_the_plan_is_blocked_before_the_api_refuses_it(self) -> None:
        """The two are judged together by the server; the way out is to name the field."""
        wanted = desk.desired(engine="realtime", brain_id=..., speech_model_id=3)
        plan = desk.plan(wanted, desk.entry(tuning_level=9))
        assert (plan.changes[0].action, plan.changes[0].reason) == (Action.BLOCKED, Reason.CONFLICTING)
        (problem,) = [each for each in plan.diagnostics if each.severity == "error"]
        assert (problem.code, problem.field) == ("stays-in-conflict", "tuning_level")
        assert "at most 5" in problem.summary

    def test_what_fits_may_stay(self) -> None:
        """With a warning, as ever."""
        wanted = desk.desired(engine="realtime", brain_id=..., speech_model_id=3)
        plan = desk.plan(wanted, desk.entry(tuning_level=4))
        assert plan.summary.blocked == 0
        assert [each.code for each in plan.diagnostics] == ["cannot-clear"]

    def test_a_document_that_leaves_a_required_field_to_the_portal_is_no_conflict(self) -> None:
        """Only what stays because it left is judged; that `zone` is not ours to name was said long ago."""
        wanted = desk.desired(greeting="Hello!", zone=..., settings={"unmanaged": frozenset({"zone"})})
        plan = desk.plan(wanted, desk.entry(zone=..., tuning_level=4))
        assert (plan.summary.update, plan.summary.blocked) == (1, 0)

    def test_where_nothing_is_sent_the_api_judges_nothing(self) -> None:
        """A field that is let go under rules that changed since, and no request: no reason to block."""
        wanted = {"engine": "realtime", "brain_id": ..., "speech_model_id": 3}
        plan = desk.plan(desk.desired(**wanted), desk.entry(**wanted, tuning_level=9))
        assert (plan.summary.update, plan.summary.blocked) == (1, 0)


class TestOnlyAtCreation:
    """A field that the create page has and the update page has not."""

    def test_it_is_sent_in_the_post_and_recorded(self) -> None:
        """Once."""
        plan = desk.plan(desk.desired(opened_in=1998))
        assert bodies(plan)[0]["opened_in"] == 1998
        assert plan.changes[0].record["opened_in"] == 1998
        again = desk.plan(desk.desired(opened_in=1998), desk.entry(opened_in=1998))
        assert again.is_empty
        assert again.diagnostics == ()

    def test_a_later_change_is_not_sent_and_said(self) -> None:
        """No PUT may hold it; the entry keeps what the server has, so the warning stays until the document gives in."""
        plan = desk.plan(desk.desired(opened_in=2004, pitch=1.2), desk.entry(opened_in=1998))
        assert bodies(plan) == [{"pitch": 1.2}]
        assert plan.changes[0].record["opened_in"] == 1998
        assert [(each.severity, each.code, each.field) for each in plan.diagnostics] == [
            ("warning", "only-at-creation", "opened_in")
        ]
        assert desk.plan(desk.desired(opened_in=2004), desk.entry(opened_in=1998)).is_empty

    def test_a_list_of_ids_in_another_order_is_the_same(self) -> None:
        """Nothing is said of it."""
        files = frontdesk_files(site_ids={"type": "array", "items": {"type": "integer"}, "x-unordered": True})
        del files["update"]["properties"]["site_ids"]
        schemas = SchemaSet.from_files(files)
        assert desk.plan(desk.desired(site_ids=[2, 1]), desk.entry(site_ids=[1, 2]), schemas=schemas).diagnostics == ()
        told = desk.plan(desk.desired(site_ids=[2, 3]), desk.entry(site_ids=[1, 2]), schemas=schemas).diagnostics
        assert [each.code for each in told] == ["only-at-creation"]

    def test_leaving_the_document_changes_nothing(self) -> None:
        """It cannot be cleared, and the entry goes on knowing it."""
        assert desk.plan(desk.desired(), desk.entry(opened_in=1998)).is_empty

    def test_adopting_leaves_it_out(self) -> None:
        """An existing assistant cannot be given one."""
        plan = desk.plan(desk.desired(opened_in=1998, settings={"id": 789}))
        assert bodies(plan) == [desk.content()]
        assert "opened_in" not in plan.changes[0].record


class TestModeChange:
    """A field in `x-reset-by` is set anew by the server when its cause changes."""

    def test_what_the_change_resets_is_sent_again_though_equal(self) -> None:
        """mouth_id did not change, but the server would reset it: it is in the same PUT."""
        before = desk.entry(mouth_id=8)
        wanted = desk.desired(engine="realtime", brain_id=..., speech_model_id=3, mouth_id=8)
        plan = desk.plan(wanted, before)
        assert bodies(plan) == [{"engine": "realtime", "speech_model_id": 3, "mouth_id": 8}]
        again = {each.field: each.sent_again for each in plan.changes[0].fields}
        assert again == {"engine": False, "speech_model_id": False, "mouth_id": True}

    def test_what_the_reset_clears_by_itself_is_not_sent(self) -> None:
        """brain_id and ear_id leave the document with the engine; no null is sent for them, no warning said."""
        wanted = desk.desired(engine="realtime", brain_id=..., speech_model_id=3)
        plan = desk.plan(wanted, desk.entry(ear_id=5))
        assert bodies(plan) == [{"engine": "realtime", "speech_model_id": 3}]
        assert plan.diagnostics == ()
        assert plan.changes[0].releases == ()
        assert set(plan.changes[0].record) == set(wanted.content)

    @pytest.mark.parametrize(
        "shown", [None, [desk.live(ear_id=None)]], ids=["a null that was applied", "in the portal"]
    )
    def test_what_is_cleared_already_is_not_sent_with_the_reset_either(self, shown: list[Live] | None) -> None:
        """It left the document, and there is nothing to clear any more."""
        wanted = desk.desired(engine="realtime", brain_id=..., speech_model_id=3)
        plan = desk.plan(wanted, desk.entry(ear_id=5 if shown else None), shown)
        assert bodies(plan) == [{"engine": "realtime", "speech_model_id": 3}]

    def test_what_is_live_already_and_sent_again_is_not_called_settled(self) -> None:
        """The document names a mouth that the portal has: it is in the PUT, so there is something to send."""
        wanted = desk.desired(engine="realtime", brain_id=..., speech_model_id=3, mouth_id=8)
        plan = desk.plan(wanted, desk.entry(), [desk.live(mouth_id=8)])
        assert bodies(plan) == [{"engine": "realtime", "speech_model_id": 3, "mouth_id": 8}]
        assert plan.diagnostics == ()

    def test_what_the_reset_clears_by_itself_is_not_called_settled(self) -> None:
        """The portal shows no brain already; that it stays so is the engine's doing, and nothing to note."""
        wanted = desk.desired(engine="realtime", brain_id=..., speech_model_id=3)
        plan = desk.plan(wanted, desk.entry(), [desk.live(brain_id=None)])
        assert bodies(plan) == [{"engine": "realtime", "speech_model_id": 3}]
        assert plan.diagnostics == ()

    def test_an_explicit_null_is_sent_with_the_change(self) -> None:
        """A null that the document insists on is desired, and what is desired and reset is sent."""
        wanted = desk.desired(engine="realtime", brain_id=..., speech_model_id=3, mouth_id=None)
        plan = desk.plan(wanted, desk.entry(mouth_id=None))
        assert bodies(plan) == [{"engine": "realtime", "speech_model_id": 3, "mouth_id": None}]

    def test_without_the_change_nothing_is_sent_again(self) -> None:
        """The rule is bound to the change of the cause."""
        assert bodies(desk.plan(desk.desired(mouth_id=8, pitch=1.2), desk.entry(mouth_id=8))) == [{"pitch": 1.2}]

    def test_an_unmanaged_field_that_will_be_reset_is_noted(self) -> None:
        """Nobody sends it, so the server's reset stands; the plan says so."""
        wanted = desk.desired(
            engine="realtime", brain_id=..., speech_model_id=3, settings={"unmanaged": frozenset({"mouth_id"})}
        )
        plan = desk.plan(wanted, desk.entry())
        assert [(each.code, each.field) for each in plan.diagnostics] == [("unmanaged-reset", "mouth_id")]
