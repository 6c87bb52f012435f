"""Plans of the small invented brand: one that shows every kind of change, and a strategy for any plan at all."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from reconciler.entries import entry_digest
from reconciler.errors import Diagnostic, error, note, warning
from reconciler.model import (
    Action,
    Change,
    Drift,
    DriftedField,
    Entry,
    FieldChange,
    HandOver,
    Plan,
    Reason,
    Request,
    Risk,
    Side,
)
from reconciler.secrecy import secret_reference

RECEPTION = Entry(key="dental/reception", id=789, last_applied={"title": "Reception", "line_id": 45}, source="sha256:1")
VIEWINGS = Entry(key="homes/viewings", id=790, last_applied={"title": "Viewings"}, source="sha256:2")
OLD = Entry(key="homes/old-name", id=791, last_applied={"title": "Lettings"}, source="sha256:3")
FORMER = Entry(key="dental/former", id=792, last_applied={"title": "Former"}, source="sha256:4")
SUMMER = Entry(key="dental/summer", id=793, last_applied={"title": "Summer"}, source="sha256:5")
VANISHED = Entry(key="dental/vanished", id=794, last_applied={"title": "Vanished"}, source="sha256:6")
ENTRIES = {each.key: each for each in (RECEPTION, VIEWINGS, OLD, FORMER, SUMMER, VANISHED)}
LINEAGE = "5f2b9f5e-8f0f-4f7e-9d43-0c3f3c8f2a11"

INSTRUCTIONS_BEFORE = """You are the front desk of Bright Smile Dental.
Greet the caller by name where you know it.

- Never quote prices.
- Offer the next free slot.
- Ask for a phone number.

Opening hours: 9 to 5.
Emergencies: transfer at once.
Close with a kind word.
"""
INSTRUCTIONS_AFTER = INSTRUCTIONS_BEFORE.replace("9 to 5", "8 to 6").replace("- Never quote prices.\n", "")


def shown(name: str, before: Any, after: Any, risk: Risk = Risk.BEHAVIOUR, **more: Any) -> FieldChange:
    """A field change; `op` is `clear` only where it is said."""
    return FieldChange(**{"field": name, "op": "set", "before": before, "after": after, "risk": risk, **more})


def put(step: int, id: int, body: dict[str, Any], *after: int) -> Request:
    return Request(step=step, method="PUT", path=f"/agent/{id}", body=body, after=after)


def reception() -> Change:
    """An update with a long text, a clear, a nested change, a changed secret and a field that is sent again."""
    actions_before = [
        {"type": "book", "description": "Book a slot in the calendar of the practice", "minutes": 30},
        {"type": "send", "api_token": secret_reference("DESK_TOKEN", "hmac-sha256:old")},
    ]
    actions_after = [
        {"type": "hang_up", "description": "End the call once the caller is satisfied"},
        {"type": "book", "description": "Book a slot in the calendar of the practice", "minutes": 20},
        {"type": "send", "api_token": secret_reference("DESK_TOKEN", "hmac-sha256:new")},
    ]
    fields = (
        shown("line_id", 45, 46, Risk.ROUTING),
        shown("engine", "classic", "realtime"),
        shown("ear_id", 3, 3, sent_again=True),
        shown("instructions", INSTRUCTIONS_BEFORE, INSTRUCTIONS_AFTER, Risk.CALLER_FACING),
        shown("actions", actions_before, actions_after),
        shown("label_ids", [1, 2], [2, 3], Risk.COSMETIC),
        shown("report_url", "https://hooks.example/a", None, Risk.DATA, op="clear"),
    )
    return Change(
        key="dental/reception",
        action=Action.UPDATE,
        reason=Reason.CONFIG_CHANGED,
        id=789,
        file="assistants/dental/reception.yaml",
        line=1,
        fields=fields,
        requests=(
            put(1, 789, {"line_id": None}),
            put(3, 789, {each.field: each.after for each in fields}, 1, 2),
        ),
        risk=Risk.ROUTING,
        name="Reception",
        releases=("pitch",),
        record={"title": "Reception", "line_id": 46},
        source="sha256:new",
        inputs=("ref:lines.front", "yaml:assistants/dental/reception.yaml"),
        expects=entry_digest(RECEPTION),
    )


def viewings() -> Change:
    return Change(
        key="homes/viewings",
        action=Action.UPDATE,
        reason=Reason.DRIFTED,
        id=790,
        file="assistants/homes/viewings.yaml",
        line=4,
        fields=(shown("line_id", None, 45, Risk.ROUTING),),
        requests=(put(2, 790, {"line_id": 45}, 1),),
        risk=Risk.ROUTING,
        name="Viewings",
        record={"title": "Viewings", "line_id": 45},
        source="sha256:new",
        expects=entry_digest(VIEWINGS),
    )


def after_hours() -> Change:
    """A create: every field is new, and one null needs a second request."""
    body = {
        "title": "After hours",
        "greeting": "Bright Smile Dental, we are closed. How can I help?",
        "instructions": INSTRUCTIONS_AFTER,
        "report_on": False,
        "actions": [{"type": "send", "api_token": secret_reference("DESK_TOKEN", None)}],
    }
    fields = tuple(shown(name, None, value, Risk.CALLER_FACING) for name, value in body.items())
    return Change(
        key="dental/after-hours",
        action=Action.CREATE,
        reason=Reason.NEW,
        id=None,
        file="assistants/dental/after-hours.yaml",
        line=1,
        fields=(*fields, shown("wait_minutes", None, None, op="clear")),
        requests=(
            Request(step=4, method="POST", path="/agent", body=body),
            Request(step=5, method="PUT", path="/agent/{id}", body={"wait_minutes": None}, after=(4,)),
        ),
        risk=Risk.CALLER_FACING,
        name="After hours",
        protect=True,
        record={**body, "wait_minutes": None},
        source="sha256:new",
    )


def without_document(entry: Entry, action: Action, reason: Reason, **more: Any) -> Change:
    """The change of an entry whose document is gone."""
    return Change(
        **{
            "key": entry.key,
            "action": action,
            "reason": reason,
            "id": entry.id,
            "file": None,
            "line": None,
            "name": str(entry.last_applied["title"]),
            "expects": entry_digest(entry),
            **more,
        }
    )


def lettings() -> Change:
    """A move that sends nothing."""
    return Change(
        key="homes/lettings",
        action=Action.NO_OP,
        reason=Reason.MOVED,
        id=791,
        file="assistants/homes/lettings.yaml",
        line=1,
        name="Lettings",
        moved_from="homes/old-name",
        record={"title": "Lettings"},
        source="sha256:new",
        expects=entry_digest(OLD),
        diagnostics=(note("moved", "homes/old-name is now homes/lettings; the same assistant, id 791"),),
    )


def sales() -> Change:
    """A change that blocks the plan."""
    problem = error(
        "looks-like-rename",
        "homes/sales is new and looks like dental/former, whose document is gone (assistant 792)",
        "If it is the same assistant, say `reconciler: {moved_from: dental/former}`.\nIf not, pass `--allow-new`.",
        file="assistants/homes/sales.yaml",
        line=1,
        column=1,
        key="homes/sales",
    )
    return Change(
        key="homes/sales",
        action=Action.BLOCKED,
        reason=Reason.LOOKS_LIKE_RENAME,
        id=None,
        file="assistants/homes/sales.yaml",
        line=1,
        diagnostics=(problem,),
    )


def unchanged() -> Change:
    return Change(
        key="dental/billing",
        action=Action.NO_OP,
        reason=Reason.UP_TO_DATE,
        id=795,
        file="assistants/dental/billing.yaml",
        line=1,
        record={"title": "Billing"},
    )


def every_kind() -> Plan:
    """One plan with a change of every kind, a warning and a note."""
    summer = Request(step=6, method="DELETE", path="/agent/793", body=None)
    gap = note("gap", "line_id 45: unanswered between step 1 and step 2", key="homes/viewings", field="line_id")
    unused = warning(
        "placeholder-unused",
        "the fact `parking` is used in no text",
        "Use it as {{parking}}, or remove it.",
        file="assistants/homes/viewings.yaml",
        line=12,
        column=3,
        key="homes/viewings",
        field="facts",
    )
    return Plan(
        environment="production",
        lineage=LINEAGE,
        refreshed=True,
        changes=(
            reception(),
            viewings(),
            after_hours(),
            without_document(
                SUMMER, Action.DELETE, Reason.REMOVED_FROM_CONFIG, requests=(summer,), risk=Risk.CALLER_FACING
            ),
            without_document(VANISHED, Action.FORGET, Reason.REMOVED_FROM_CONFIG),
            without_document(FORMER, Action.NO_OP, Reason.ORPHANED),
            lettings(),
            sales(),
            unchanged(),
        ),
        diagnostics=(unused, gap),
    )


def plans(text: st.SearchStrategy[str]) -> st.SearchStrategy[Plan]:
    """Any plan that the types allow, its strings drawn from `text`, its keys distinct."""
    whole = st.integers(-(10**20), 10**20)
    scalars = st.none() | st.booleans() | whole | st.floats(allow_nan=False, allow_infinity=False) | text
    secret = st.builds(secret_reference, text, st.none() | text)
    values = st.recursive(
        scalars | secret,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
        max_leaves=6,
    )
    content = st.dictionaries(text, values, max_size=3)
    maybe_text, maybe_whole = st.none() | text, st.none() | whole
    diagnostics = st.lists(
        st.builds(
            Diagnostic,
            severity=st.sampled_from(["error", "warning", "note"]),
            code=text,
            summary=text,
            detail=maybe_text,
            file=maybe_text,
            line=maybe_whole,
            column=maybe_whole,
            key=maybe_text,
            field=maybe_text,
            loses=st.lists(text, max_size=2).map(tuple),
            commands=st.lists(st.lists(text, min_size=1, max_size=3).map(tuple), max_size=2).map(tuple),
        ),
        max_size=2,
    ).map(tuple)
    risks = st.sampled_from(Risk)
    field_changes = st.builds(
        FieldChange,
        field=text,
        op=st.sampled_from(["set", "clear"]),
        before=values,
        after=values,
        risk=risks,
        sent_again=st.booleans(),
    )
    requests = st.builds(
        Request,
        step=whole,
        method=text,
        path=text,
        body=st.none() | content,
        after=st.lists(whole, max_size=2).map(tuple),
    )

    def change(place: tuple[str, int | None] | None) -> st.SearchStrategy[Change]:
        return st.builds(
            Change,
            key=text,
            action=st.sampled_from(Action),
            reason=st.sampled_from(Reason),
            id=maybe_whole,
            file=st.just(place[0] if place else None),
            line=st.just(place[1] if place else None),
            fields=st.lists(field_changes, max_size=3).map(tuple),
            requests=st.lists(requests, max_size=2).map(tuple),
            risk=st.none() | risks,
            name=text,
            moved_from=maybe_text,
            releases=st.lists(text, max_size=2).map(tuple),
            protect=st.booleans(),
            record=content,
            source=text,
            expects=maybe_text,
            diagnostics=diagnostics,
        )

    changes = st.lists(
        (st.none() | st.tuples(text, maybe_whole)).flatmap(change), max_size=3, unique_by=lambda each: each.key
    )
    drifted = st.builds(
        DriftedField, field=text, side=st.sampled_from(Side), last_applied=values, live=values, desired=values
    )
    drift = st.lists(
        st.builds(Drift, key=text, id=whole, updated_at=maybe_text, fields=st.lists(drifted, max_size=2).map(tuple)),
        max_size=2,
        unique_by=lambda each: each.key,
    )
    hand_overs = st.builds(
        HandOver, field=text, value=values, giver=text, taker=text, released=maybe_whole, claimed=whole
    )
    return st.builds(
        Plan,
        environment=text,
        lineage=maybe_text,
        refreshed=st.booleans(),
        changes=changes.map(tuple),
        drift=drift.map(tuple),
        hand_overs=st.lists(hand_overs, max_size=2).map(tuple),
        diagnostics=diagnostics,
    )
