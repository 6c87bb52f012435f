"""Whole changes as values: everything that apply, a saved plan and the renderers read of one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.canonical import Json
from reconciler.entries import entry_digest
from reconciler.model import Action, Change, Entry, FieldChange, Reason, Request, Risk
from reconciler.planning.risk import field_risk, worst
from reconciler.schemas import SchemaSet
from reconciler.secrecy import secret_reference
from tests.support import desk
from tests.support.frontdesk import frontdesk, frontdesk_files

RISKS = {
    "title": Risk.COSMETIC,
    "direction": Risk.ROUTING,
    "engine": Risk.BEHAVIOUR,
    "greeting": Risk.CALLER_FACING,
    "instructions": Risk.CALLER_FACING,
    "zone": Risk.ROUTING,
    "brain_id": Risk.BEHAVIOUR,
    "wait_minutes": Risk.BEHAVIOUR,
}
PLACE = {"file": "assistants/reception.yaml", "line": 7}


def wanted(**fields: Any) -> Any:
    settings = {name: fields.pop(name) for name in ("protect", "moved_from", "id", "seed") if name in fields}
    return desk.desired(settings={"line": 7, **settings}, **fields)


def first(name: str, value: Json) -> FieldChange:
    op = "clear" if value is None else "set"
    return FieldChange(field=name, op=op, before=None, after=value, risk=RISKS[name])


def test_a_create() -> None:
    """Fields in the schema's order, nulls last, for the second request sends them; no entry is expected."""
    plan = desk.plan(wanted(wait_minutes=None, protect=True, seed=frozenset({"greeting"})))
    sent = desk.content()
    assert plan.changes == (
        Change(
            key="reception",
            action=Action.CREATE,
            reason=Reason.NEW,
            id=None,
            fields=(*(first(name, value) for name, value in sent.items()), first("wait_minutes", None)),
            requests=(
                Request(step=1, method="POST", path="/agent", body=sent),
                Request(step=2, method="PUT", path="/agent/{id}", body={"wait_minutes": None}, after=(1,)),
            ),
            risk=Risk.ROUTING,
            name="Reception, Harbour Dental",
            protect=True,
            record={**desk.content(greeting=...), "wait_minutes": None},
            source="sha256:reception",
            **PLACE,
        ),
    )


def test_a_null_in_a_create_has_the_risk_of_its_field() -> None:
    """It is sent apart, and counts like any other."""
    report = {"type": ["string", "null"], "default": "daily", "x-section": "Webhook"}
    schemas = SchemaSet.from_files(frontdesk_files(report_when=report))
    (change,) = desk.plan(wanted(report_when=None), schemas=schemas).changes
    assert change.fields[-1] == FieldChange(field="report_when", op="clear", before=None, after=None, risk=Risk.DATA)


def test_an_update() -> None:
    """What changes, from what to what, and what the entry is then."""
    entry = desk.entry(pitch=1.4, mouth_id=8)
    document = wanted(greeting="Hello!", engine="realtime", brain_id=..., speech_model_id=3, mouth_id=8)
    (change,) = desk.plan(document, entry).changes
    assert change == Change(
        key="reception",
        action=Action.UPDATE,
        reason=Reason.CONFIG_CHANGED,
        id=789,
        fields=(
            FieldChange(field="engine", op="set", before="classic", after="realtime", risk=Risk.BEHAVIOUR),
            FieldChange(
                field="greeting",
                op="set",
                before=desk.RECEPTION["greeting"],
                after="Hello!",
                risk=Risk.CALLER_FACING,
            ),
            FieldChange(field="speech_model_id", op="set", before=None, after=3, risk=Risk.BEHAVIOUR),
            FieldChange(field="mouth_id", op="set", before=8, after=8, risk=Risk.CALLER_FACING, sent_again=True),
            FieldChange(field="pitch", op="clear", before=1.4, after=1.0, risk=Risk.CALLER_FACING),
        ),
        requests=(
            Request(
                step=1,
                method="PUT",
                path="/agent/789",
                body={"engine": "realtime", "greeting": "Hello!", "speech_model_id": 3, "mouth_id": 8, "pitch": 1.0},
            ),
        ),
        risk=Risk.CALLER_FACING,
        name="Reception, Harbour Dental",
        record=document.content,
        source="sha256:reception",
        expects=entry_digest(entry),
        **PLACE,
    )


def test_a_null_that_is_sent_again_is_a_clear() -> None:
    """It says what it does, changed or not."""
    document = wanted(engine="realtime", brain_id=..., speech_model_id=3, mouth_id=None)
    (change,) = desk.plan(document, desk.entry(mouth_id=None)).changes
    assert change.fields[-1] == FieldChange(
        field="mouth_id", op="clear", before=None, after=None, risk=Risk.CALLER_FACING, sent_again=True
    )


def test_a_move() -> None:
    """Bound to the entry under the old key; what else is to be said is said with it."""
    entry = desk.entry("old-name", tuning_level=4)
    (change,) = desk.plan(wanted(moved_from="old-name"), entry).changes
    assert [each.code for each in change.diagnostics] == ["cannot-clear", "moved"]
    assert replace(change, diagnostics=()) == Change(
        key="reception",
        action=Action.UPDATE,
        reason=Reason.CONFIG_CHANGED,
        id=789,
        name="Reception, Harbour Dental",
        moved_from="old-name",
        releases=("tuning_level",),
        record=desk.content(),
        source="sha256:reception",
        expects=entry_digest(entry),
        **PLACE,
    )


def test_a_move_of_what_is_as_it_was_carries_everything() -> None:
    """Nothing to send, and the whole entry to record under its new key; a document that was not even read as well."""
    entry = desk.entry("old-name", pitch=1.5)
    for content in (dict(entry.last_applied), entry.last_applied):
        document = replace(wanted(moved_from="old-name"), content=content)
        (change,) = desk.plan(document, entry).changes
        assert (change.action, change.reason, change.requests) == (Action.NO_OP, Reason.MOVED, ())
        assert (change.record, change.source, change.moved_from) == (content, "sha256:reception", "old-name")
        assert (change.id, change.expects, change.mutates_state) == (789, entry_digest(entry), True)


def test_what_is_up_to_date_carries_its_name_and_place_alone() -> None:
    """Whether its document was read or is known to be what was applied."""
    entry = replace(desk.entry(), protect=True)
    for content in (dict(entry.last_applied), entry.last_applied):
        document = replace(wanted(protect=True), content=content)
        assert desk.plan(document, entry).changes == (
            Change(
                key="reception",
                action=Action.NO_OP,
                reason=Reason.UP_TO_DATE,
                id=789,
                file="assistants/reception.yaml",
                line=None,
                name="Reception, Harbour Dental",
                protect=True,
            ),
        )


def test_what_was_applied_and_not_read_again_is_looked_for_in_live() -> None:
    """The document is known to say what was applied; what the portal made of it since is still drift."""
    entry = desk.entry()
    document = replace(wanted(), content=entry.last_applied)
    (change,) = desk.plan(document, entry, [desk.live(greeting="Hi!")]).changes
    assert (change.action, change.reason) == (Action.UPDATE, Reason.DRIFTED)
    assert [request.body for request in change.requests] == [{"greeting": desk.RECEPTION["greeting"]}]


def test_a_document_and_its_entry_lend_each_other_the_name() -> None:
    """One that was sent once stands in no entry; one that only a create may give may have left the document."""
    (change,) = desk.plan(wanted(seed=frozenset({"title"})), desk.entry(title=...)).changes
    assert (change.action, change.name) == (Action.NO_OP, "Reception, Harbour Dental")
    (change,) = desk.plan(wanted(title=..., seed=frozenset({"title"})), desk.entry(title="Front desk")).changes
    assert (change.action, change.name) == (Action.UPDATE, "Front desk")
    files = frontdesk_files()
    fixed = {name: each for name, each in files["update"]["properties"].items() if name != "title"}
    schemas = SchemaSet.from_files(files | {"update": files["update"] | {"properties": fixed}})
    (change,) = desk.plan(wanted(title=...), desk.entry(title="Front desk"), schemas=schemas).changes
    assert (change.action, change.name) == (Action.NO_OP, "Front desk")


def test_a_record_names_the_files_that_made_all_of_it() -> None:
    """Else a look at those alone would call an assistant settled that is recorded otherwise than its document says."""
    made_of = {"inputs": ("assistants/reception.yaml",)}
    whole = desk.desired(settings=made_of, pitch=1.5)
    partly = desk.desired(settings={**made_of, "unmanaged": frozenset({"zone"})}, pitch=1.5)
    assert [desk.plan(each, desk.entry()).changes[0].inputs for each in (whole, partly)] == [made_of["inputs"], ()]
    assert [desk.plan(each).changes[0].inputs for each in (whole, partly)] == [made_of["inputs"], ()]


def test_a_list_of_ids_is_settled_in_any_order() -> None:
    """The portal did what the document asks for, in another order; what is applied already is nothing to record."""
    (change,) = desk.plan(wanted(label_ids=[2, 3]), desk.entry(label_ids=[1]), [desk.live(label_ids=[3, 2])]).changes
    assert [(each.code, each.field) for each in change.diagnostics] == [("already-live", "label_ids")]
    (change,) = desk.plan(wanted(label_ids=[2, 3]), desk.entry(label_ids=[3, 2]), [desk.live(label_ids=[3, 2])]).changes
    assert (change.action, change.diagnostics) == (Action.NO_OP, ())


def test_a_create_that_lacks_something_is_bound_to_its_entry() -> None:
    """The assistant is gone and its document cannot make it again: a saved plan must see when the entry moves."""
    (change,) = desk.plan(wanted(zone=...), desk.entry(), []).changes
    assert (change.action, change.reason) == (Action.BLOCKED, Reason.CONFLICTING)
    assert (change.id, change.expects) == (789, entry_digest(desk.entry()))


def test_a_secret_stands_for_any_value_in_a_create() -> None:
    """The reference is no text, and what it stands for is judged when it is known."""
    sealed = {"$secret": "GREETING", "fingerprint": None}
    (change,) = desk.plan(wanted(greeting=sealed)).changes
    assert change.action is Action.CREATE
    assert (change.requests[0].body or {})["greeting"] == sealed


def test_of_a_secret_that_nobody_could_look_at_what_is_known_of_it_stands() -> None:
    """Where it is not sent; what is sent anew, for an edit beside it, is recorded as it was sent."""
    known, unseen = (secret_reference("DESK_KEY", each) for each in ("hmac-sha256:a1:0f", None))
    entry = desk.entry(greeting=known, actions=[{"type": "book", "api_key": known}])
    (change,) = desk.plan(wanted(greeting=unseen, actions=[{"type": "ask", "api_key": unseen}]), entry).changes
    assert [each.field for each in change.fields] == ["actions"]
    assert change.record["greeting"] == known
    assert change.record["actions"] == [{"type": "ask", "api_key": unseen}]


@pytest.mark.parametrize(("prune", "action"), [(False, Action.NO_OP), (True, Action.DELETE)])
def test_an_orphan(prune: bool, action: Action) -> None:
    """No place, for there is no file; the name is the one that was applied last."""
    entry = desk.entry()
    assert desk.plan([], entry, prune=prune).changes == (
        Change(
            key="reception",
            action=action,
            reason=Reason.REMOVED_FROM_CONFIG if prune else Reason.ORPHANED,
            id=789,
            file=None,
            line=None,
            requests=(Request(step=1, method="DELETE", path="/agent/789", body=None),) if prune else (),
            risk=Risk.ROUTING if prune else None,
            name="Reception, Harbour Dental",
            expects=entry_digest(entry),
        ),
    )


BLOCKED: list[tuple[str, Any, Entry | None, Reason, int | None]] = [
    ("create begun", wanted(), desk.pending(), Reason.CREATE_INCOMPLETE, None),
    ("another id", wanted(id=4), desk.entry(), Reason.ID_CONFLICT, 789),
    (
        "what stays does not fit",
        wanted(engine="realtime", brain_id=..., speech_model_id=3),
        desk.entry(tuning_level=9),
        Reason.CONFLICTING,
        789,
    ),
    ("not to be found", wanted(id=789), desk.entry("front"), Reason.ID_CONFLICT, 789),
]


@pytest.mark.parametrize(("document", "entry", "reason", "id"), [row[1:] for row in BLOCKED])
def test_a_refusal(document: Any, entry: Entry | None, reason: Reason, id: int | None) -> None:
    """Nothing to send, nothing to record; bound to its entry where it has one."""
    change = next(each for each in desk.plan(document, entry).changes if each.key == "reception")
    own = entry if entry is not None and entry.key == "reception" else None
    assert change.diagnostics
    assert replace(change, diagnostics=()) == Change(
        key="reception",
        action=Action.BLOCKED,
        reason=reason,
        id=id,
        expects=None if own is None else entry_digest(own),
        **PLACE,
    )


def test_a_name_is_text_or_empty() -> None:
    """Whatever stands in the field that names the resource."""
    assert desk.plan(desk.desired(title=...), desk.entry(title=...)).changes[0].name == ""
    assert desk.plan(desk.desired(title={"$secret": "NAME", "fingerprint": None})).changes[0].name == ""


SECTIONS = [
    ("Phone number", Risk.ROUTING),
    ("Call routing", Risk.ROUTING),
    ("Transfer of calls", Risk.ROUTING),
    ("Webhook", Risk.DATA),
    ("Weekly report", Risk.DATA),
    ("Evaluation", Risk.DATA),
    ("Post-call", Risk.DATA),
    ("What happens after the call", Risk.DATA),
    ("Recording", Risk.DATA),
    ("Data retention", Risk.DATA),
    ("Identity", Risk.COSMETIC),
    ("Labels", Risk.COSMETIC),
    ("Folder", Risk.COSMETIC),
    ("Organisation", Risk.COSMETIC),
    ("Organization", Risk.COSMETIC),
    ("Mode", Risk.BEHAVIOUR),
    ("Engine", Risk.BEHAVIOUR),
    ("Model", Risk.BEHAVIOUR),
    ("Knowledge base", Risk.BEHAVIOUR),
    ("Tools", Risk.BEHAVIOUR),
    ("Timing", Risk.BEHAVIOUR),
    ("Voice activity detection", Risk.BEHAVIOUR),
    ("Turn taking", Risk.BEHAVIOUR),
    ("Behaviour", Risk.BEHAVIOUR),
    ("Behavior of the voice", Risk.BEHAVIOUR),
    ("Chat", Risk.BEHAVIOUR),
    ("Conversation", Risk.BEHAVIOUR),
    ("Something new", Risk.BEHAVIOUR),
    ("", Risk.BEHAVIOUR),
    ("Core", Risk.CALLER_FACING),
    ("Opening", Risk.CALLER_FACING),
    ("Greeting", Risk.CALLER_FACING),
    ("Prompt", Risk.CALLER_FACING),
    ("Voice", Risk.CALLER_FACING),
    ("Speech", Risk.CALLER_FACING),
    ("Language", Risk.CALLER_FACING),
    ("Ambient sound", Risk.CALLER_FACING),
    ("Voicemail", Risk.CALLER_FACING),
    ("Re-engagement", Risk.CALLER_FACING),
    ("Reengagement", Risk.CALLER_FACING),
    ("Variables", Risk.CALLER_FACING),
    # of two that match, the one that stands first
    ("Voice model", Risk.BEHAVIOUR),
    ("Tools of the phone", Risk.ROUTING),
    ("Recording of the voice", Risk.DATA),
    ("Folder of prompts", Risk.COSMETIC),
    ("Transfer of data", Risk.ROUTING),
    ("Data labels", Risk.DATA),
    ("Folder of tools", Risk.COSMETIC),
    ("Mode of the voice", Risk.BEHAVIOUR),
    ("Speech engine", Risk.BEHAVIOUR),
    ("Knowledge of languages", Risk.BEHAVIOUR),
    ("Tools for greeting", Risk.BEHAVIOUR),
    ("Timing of speech", Risk.BEHAVIOUR),
    ("Speech detection", Risk.BEHAVIOUR),
    ("Turns of speech", Risk.BEHAVIOUR),
    ("Speech behaviour", Risk.BEHAVIOUR),
    ("Opening of a chat", Risk.BEHAVIOUR),
    ("Opening of a conversation", Risk.BEHAVIOUR),
]


@pytest.mark.parametrize(("section", "risk"), SECTIONS)
def test_a_field_has_the_risk_of_its_section(section: str, risk: Risk) -> None:
    """The heading on the vendor's page decides, in any case of its letters."""
    schemas = SchemaSet.from_files(frontdesk_files(novelty={"type": "string", "x-section": section}))
    assert field_risk(schemas, "novelty") is risk


def test_some_fields_have_their_risk_whatever_their_section() -> None:
    """An exclusive value, what decides on it, and the name; a field of no schema is behaviour."""
    badge = {"type": "integer", "x-exclusive": {"hums": True}, "x-section": "Labels"}
    schemas = SchemaSet.from_files(frontdesk_files(badge_id=badge))
    assert field_risk(schemas, "badge_id") is Risk.ROUTING
    assert field_risk(schemas, "hums") is Risk.ROUTING
    assert field_risk(frontdesk(), "hums") is Risk.BEHAVIOUR
    assert field_risk(schemas, "title") is Risk.COSMETIC
    assert field_risk(schemas, "fax_number") is Risk.BEHAVIOUR


def test_the_worst_risk_stands_for_a_change() -> None:
    """In the order of the members; nothing has none."""
    assert worst([Risk.COSMETIC, Risk.DATA, Risk.BEHAVIOUR]) is Risk.BEHAVIOUR
    assert worst(reversed(Risk)) is Risk.ROUTING
    assert worst([Risk.CALLER_FACING, Risk.BEHAVIOUR]) is Risk.CALLER_FACING
    assert worst([]) is None
