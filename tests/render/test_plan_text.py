"""How a plan reads: every field that is sent, in few words, and nothing twice."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import warning
from reconciler.model import Action, Change, Drift, DriftedField, FieldChange, Plan, Reason, Risk, Side
from reconciler.planning.safety import UNASSIGNED
from reconciler.render.plan_html import render_plan_html
from reconciler.render.plan_markdown import render_plan_markdown
from reconciler.render.plan_text import render_plan
from reconciler.secrecy import secret_reference
from tests.planfile.plans import after_hours, every_kind, lettings, plans, reception, shown, viewings
from tests.render.html_reading import read_page
from tests.support.frontdesk import frontdesk

LONG_LINE = "Ask whether the caller is a new patient, and if so, how they heard of the practice; then go on."


def plan_of(*changes: Change, **more: Any) -> Plan:
    return Plan(environment="default", lineage=None, changes=changes, **more)


def lines_of(change: FieldChange, base: Change | None = None, **options: Any) -> list[str]:
    """The lines between the header and the totals, without their indent."""
    whole = render_plan(plan_of(replace(base or viewings(), fields=(change,), requests=(), record={})), **options)
    block = whole.split("\n\n")[0].split("\n")[1:]
    return [line.removeprefix("      ") for line in block]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (shown("line_id", 45, 46), ["line_id: 45 → 46"]),
        (shown("report_on", False, True), ["report_on: false → true"]),
        (shown("backdrop", "off", "cafe"), ['backdrop: "off" → "cafe"']),
        (shown("line_id", None, 45), ["line_id: (not set) → 45"]),
        (shown("ear_id", 3, None, op="clear"), ["ear_id: 3 → (cleared, sends null)"]),
        (shown("label_ids", [1], [], op="clear"), ["label_ids: [1] → (cleared, sends [])"]),
        (shown("pitch", 1.5, 1.0, op="clear"), ["pitch: 1.5 → (cleared, sends 1.0)"]),
        (shown("ear_id", None, None, op="clear"), ["ear_id: (cleared, sends null)"]),
        (
            shown("ear_id", 3, 3, sent_again=True),
            ["ear_id: 3 (unchanged; sent again because another change resets it)"],
        ),
        (shown("facts", {"city": "York"}, {"city": "Leeds"}), ['facts: {"city": "York"} → {"city": "Leeds"}']),
        (shown("label_ids", [1, 2], [2, 1, 3]), ["label_ids: [1, 2] → [2, 1, 3]"]),
        (shown("facts", {}, [1]), ["facts: {} → [1]"]),
        (
            shown("facts", {"city": "York", "about": LONG_LINE}, {"city": "Leeds", "about": LONG_LINE + "."}),
            [
                "facts:",
                "  about: (20 → 20 words)",
                f"    │ ~ {LONG_LINE.removesuffix('on.')}[-on.-]{{+on..+}}",
                '  city: "York" → "Leeds"',
            ],
        ),
        (
            shown("greeting", "Hello.\nHow are you?", "Hello.\nHow can I help?"),
            ["greeting: (4 → 5 words)", "  │   Hello.", "  │ - How are you?", "  │ + How can I help?"],
        ),
        (
            shown("token", secret_reference("DESK_TOKEN", "a"), secret_reference("DESK_TOKEN", "b")),
            ["token: (secret DESK_TOKEN, changed)"],
        ),
        (
            shown("token", secret_reference("OLD", None), secret_reference("NEW", None)),
            ["token: (secret OLD) → (secret NEW)"],
        ),
        (
            shown("facts", {"t": secret_reference("DESK", "a")}, {"t": secret_reference("DESK", "b")}),
            ["facts:", "  t: (secret DESK, changed)"],
        ),
        (shown("label_ids", [0] * 300, [1] * 300), [f"label_ids: {[0] * 300} → {[1] * 300}"]),
    ],
)
def test_how_a_field_of_an_update_is_told(change: FieldChange, told: list[str]) -> None:
    """Values as JSON, so that "off" is not false; what is long as lines; what is nested by what changed inside."""
    assert lines_of(change) == told


def test_what_is_not_known_is_not_called_absent() -> None:
    """An adopted assistant whose live side was not read may have any value."""
    adopted = replace(viewings(), reason=Reason.ADOPTED)
    assert lines_of(shown("line_id", None, 45), adopted) == ["line_id: (not known) → 45"]
    text = render_plan(replace(plan_of(adopted), refreshed=True))
    assert "line_id: (not set) → 45" in text


def test_the_field_that_resets_is_named_where_the_schemas_are_at_hand() -> None:
    """`ear_id` is reset by `engine`: the schema says so, and the plan changes `engine`."""
    text = render_plan(plan_of(reception()), schemas=frontdesk())
    assert "3 (unchanged; sent again because engine resets it)" in text


def test_a_new_prompt_is_its_first_line_until_more_is_asked_for() -> None:
    """A create shows every field; a long text by its first line and size, and whole with -v."""
    brief, whole = render_plan(plan_of(after_hours())), render_plan(plan_of(after_hours()), verbose=1)
    first = '"You are the front desk of Bright Smile Dental.…" (9 lines, 225 characters)'
    assert first in brief
    assert "│ + Close with a kind word." not in brief
    assert "│ + Close with a kind word." in whole
    assert all(f"      {each.field}: " in brief for each in after_hours().fields)


def test_requests_are_shown_when_asked_for() -> None:
    """-v adds each request with its step and what it waits for; without it, none."""
    text = render_plan(plan_of(after_hours()), verbose=1)
    assert '      step 5: PUT /agent/{id} {"wait_minutes": null}  (after step 4)' in text
    assert "step" not in render_plan(plan_of(after_hours()))


def test_the_worst_comes_first() -> None:
    """Blocked changes, then by risk, then by key."""
    headers = [line for line in render_plan(every_kind()).splitlines() if line[:2] == "  " and line[2:3] in "+~-.!"]
    assert [line.split()[1] for line in headers] == [
        "homes/sales",
        "dental/reception",
        "homes/viewings",
        "dental/after-hours",
        "dental/summer",
        "dental/vanished",
        "homes/lettings",
    ]


def test_a_blocked_change_says_the_way_out_once() -> None:
    """Its diagnostics stand in its block, and not again below."""
    text = render_plan(every_kind())
    assert text.count("pass `--allow-new`") == 1


def test_orphans_are_told_with_what_can_be_done() -> None:
    """They are left alone, and both ways to change that are named."""
    text = render_plan(every_kind())
    assert 'dental/former  "Former" (id 792)' in text
    assert "`--prune`" in text
    assert "`reconciler state forget KEY`" in text


def test_what_would_ring_into_silence_is_the_first_line() -> None:
    """A number that nobody would answer stands above everything, and once."""
    silent = warning(UNASSIGNED, "`line_id` 45 would have no holder", key="homes/viewings")
    text = render_plan(replace(every_kind(), diagnostics=(silent,)))
    assert text.startswith("warning: homes/viewings: `line_id` 45 would have no holder\n\nBlocked:\n  ! homes/sales")
    assert text.count("no holder") == 1
    red = render_plan(replace(every_kind(), diagnostics=(silent,)), color=True)
    assert red.splitlines()[0].count("\x1b[31m") == 2, "the word and the sentence, in red"


def test_classes_of_risk_are_groups_where_there_are_several() -> None:
    """Each under its name, routing before what is heard; one class alone needs no name."""
    headings = [line for line in render_plan(every_kind()).splitlines() if re.fullmatch("[A-Z][a-z-]+:", line)]
    assert headings == ["Blocked:", "Routing:", "Caller-facing:", "Other:"]
    assert render_plan(plan_of(reception(), viewings())).startswith("  ~ dental/reception")


def test_what_does_not_change_is_hidden_and_counted() -> None:
    """As many fields as the assistant is managed with and the plan does not touch."""
    record = {"title": "Viewings", "line_id": 45, "backdrop": "off", "pitch": 1.0}
    change = replace(viewings(), fields=(shown("line_id", None, 45),), record=record)
    assert "      (3 unchanged fields hidden)" in render_plan(plan_of(change)).splitlines()
    assert "hidden" not in render_plan(plan_of(replace(change, record={"line_id": 45})))


def test_what_changed_inside_is_aligned() -> None:
    """The values of one object stand below each other, as those of the assistant do."""
    before = {"city": "York", "opening": "nine", "about": LONG_LINE}
    after = {"city": "Leeds", "opening": "eight", "about": LONG_LINE}
    assert lines_of(shown("facts", before, after))[1:] == ['  city:    "York" → "Leeds"', '  opening: "nine" → "eight"']


def test_a_released_field_is_told() -> None:
    """A field that is no longer managed is not sent and not cleared, and the plan says so."""
    assert "pitch:        (no longer managed; stays as it is)" in render_plan(plan_of(reception()))


@pytest.mark.parametrize(
    ("side", "updated_at", "told"),
    [
        (Side.LIVE, "2026-11-03T09:18:42Z", "the portal changed this on 2026-11-03; this apply sets it back"),
        (Side.BOTH_APART, "2026-11-03 09:18", "the portal changed this on 2026-11-03; this apply overwrites it"),
        (Side.LIVE, None, "the portal changed this; this apply sets it back"),
        (Side.LIVE, "\x1b[2J yesterday", "the portal changed this; this apply sets it back"),
    ],
)
def test_what_the_portal_changed_is_marked_where_it_is_undone(side: Side, updated_at: str | None, told: str) -> None:
    """Under the field that is sent; a field that is merely sent again undoes nothing."""
    base = viewings()
    moved = DriftedField(field="line_id", side=side, last_applied=45, live=44, desired=46)
    drift = Drift(key=base.key, id=5, updated_at=updated_at, fields=(moved, replace(moved, field="ear_id")))
    fields = (shown("line_id", 44, 46), shown("ear_id", 3, 3, sent_again=True))
    plan = plan_of(replace(base, fields=fields, requests=()), refreshed=True, drift=(drift,))
    lines = render_plan(plan).split("\n\n")[0].split("\n")
    assert [each.strip() for each in lines if "portal" in each] == [f"({told})"]
    assert lines[lines.index(f"        ({told})") - 1].split() == ["line_id:", "44", "→", "46"]
    assert list(plan.overwrites) == [(base.key, "line_id")]
    assert f"! line_id: {told}\n" in render_plan_markdown(plan, digest="sha256:5f2b")
    assert read_page(render_plan_html(plan, digest="sha256:5f2b")).text.count(told) == 1


def test_the_last_line() -> None:
    """Greppable: the counts of what would be done, or that there is nothing to do."""
    assert render_plan(every_kind()).splitlines()[-1] == "Plan: 1 to create, 2 to update, 1 to delete."
    assert render_plan(every_kind(), color=True).splitlines()[-1] == "Plan: 1 to create, 2 to update, 1 to delete."
    assert render_plan(plan_of()) == "No changes.\n"
    assert render_plan(plan_of(lettings())).splitlines()[-1] == "Plan: 0 to create, 0 to update, 0 to delete."


def test_warnings_stand_above_an_empty_plan() -> None:
    """Nothing to do is not nothing to say."""
    text = render_plan(plan_of(diagnostics=(warning("unused", "the fact `parking` is used in no text"),)))
    assert text == "warning: the fact `parking` is used in no text\n\nNo changes.\n"


def test_a_terminal_wraps_prose_behind_the_gutter() -> None:
    """A long line keeps its gutter when it is wrapped, and loses no character."""
    change = shown("greeting", LONG_LINE, LONG_LINE + " Bye.")
    lines = lines_of(change, width=50)
    assert all(len(line) <= 44 for line in lines)
    assert lines[1].startswith("  │ ~ Ask whether")
    joined = "".join(line.removeprefix("  │ ~ ").removeprefix("  │   ") for line in lines[1:])
    assert joined == LONG_LINE + "{+ Bye.+}"


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(plans(st.text("abc", max_size=4)))
def test_every_field_and_every_key_is_shown(plan: Plan) -> None:
    """Nothing that would be sent is left out of the text."""
    text = render_plan(plan)
    for change in plan.changes:
        if change.action is Action.BLOCKED or change.mutates_state:
            assert f" {change.key}" in text
            for each in change.fields:
                assert f"      {each.field}:" in text


@pytest.mark.parametrize("risk", list(Risk))
def test_risks_are_counted(risk: Risk) -> None:
    """One line counts the changes of each class."""
    text = render_plan(plan_of(replace(viewings(), risk=risk), replace(reception(), risk=risk)))
    assert f"\nRisk: 2 {risk.value}.\n" in text
