"""An audit as people and programs read it."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

import pytest

from reconciler.model import Drift, DriftedField, Side
from reconciler.planfile import audit_to_json
from reconciler.planning.audit import Audit, Managed, Unmanaged
from reconciler.render.drift_html import render_audit_html
from reconciler.render.drift_markdown import render_audit_markdown
from reconciler.render.drift_text import Ways, render_audit
from reconciler.render.escape import json_text
from reconciler.render.frame import LEAST
from reconciler.secrecy import secret_reference
from tests.render.golden_files import check_golden
from tests.render.html_reading import read_page
from tests.render.markdown_reading import assert_contained

PROMPT = "Answer the phone for a dental practice.\n\nBe brief.\nBe kind.\nNever give medical advice.\n"
RECEPTION = Managed(
    key="dental/reception", id=789, name="Reception, Harbour Dental", file="assistants/dental/reception.yaml", line=3
)
ORPHAN = Managed(key="old/reminder", id=5, name="Reminder")
MOVES = (
    DriftedField(field="pitch", side=Side.LIVE, last_applied=1.4, live=1.9, desired=1.4),
    DriftedField(
        field="instructions",
        side=Side.LIVE,
        last_applied=PROMPT,
        live=PROMPT.replace("Be kind.", "Be quick."),
        desired=PROMPT,
    ),
    DriftedField(field="greeting", side=Side.BOTH_APART, last_applied="Good morning.", live="Hi!", desired="Hello."),
    DriftedField(field="backdrop", side=Side.BOTH_SAME, last_applied="off", live="cafe", desired="cafe"),
    DriftedField(field="wait_minutes", side=Side.GIT, last_applied=None, live=30, desired=45),
    DriftedField(
        field="desk_token",
        side=Side.GIT,
        last_applied=secret_reference("DESK_TOKEN", "hmac-sha256:a:1"),
        live=secret_reference("DESK_TOKEN", "hmac-sha256:a:1"),
        desired=secret_reference("DESK_TOKEN", "hmac-sha256:a:2"),
    ),
)
AUDIT = Audit(
    environment="production",
    moved=(
        (RECEPTION, Drift(key=RECEPTION.key, id=789, updated_at="2026-11-03T09:18:42Z", fields=MOVES)),
        (
            replace(ORPHAN, key="old/waiting-list", id=6),
            Drift(key="old/waiting-list", id=6, updated_at=None, fields=MOVES[:1]),
        ),
    ),
    unmanaged=(Unmanaged(id=12, name="Old bot"), Unmanaged(id=40, name="")),
    vanished=(ORPHAN,),
    inactive=(RECEPTION,),
    blocked=(replace(RECEPTION, since="2026-11-04 10:00:00"),),
    unobservable=("label_ids", "tuning_level"),
    ignored=("hums",),
    compared=43,
)


@pytest.mark.parametrize(("name", "color", "width"), [("drift.txt", False, None), ("drift-terminal.txt", True, 60)])
def test_an_audit_as_text(name: str, color: bool, width: int | None) -> None:
    """Whole, by the side that moved; the last line is for grep."""
    check_golden(name, render_audit(AUDIT, color=color, width=width))


def test_an_audit_as_json() -> None:
    """The keys that programs rely on, in the same bytes each time."""
    check_golden("drift.json", json_text(audit_to_json(AUDIT)))


def test_an_audit_as_markdown() -> None:
    """What is worst first, and every value in a fence."""
    check_golden("drift.md", render_audit_markdown(AUDIT))


def test_an_audit_as_a_page() -> None:
    """Everything that the text says, in one file, and where to go from there."""
    page = read_page(render_audit_html(AUDIT, ways=Ways(keep="reconciler -e production pull --accept KEY")))
    assert "script" not in page.tags
    for told in ("Drift: 2 drifted, 1 vanished.", "Be quick.", "greeting (portal)", "Old bot", "label_ids"):
        assert told in page.text
    assert "2026-11-03T09:18:42Z · assistants/dental/reception.yaml:3" in page.text
    assert "reconciler -e production pull --accept KEY writes what the portal says" in page.text
    assert [each.split() for each in page.classes if each.startswith("change")] == [
        ["change", "apart", "c0"],
        ["change", "live", "c1"],
    ]
    assert "body:has(#c1:checked) .change:not(.c1) { display: none; }" in page.style


@pytest.mark.parametrize("most", [LEAST, 10_000, 65_536])
def test_markdown_fits_into_a_comment(most: int) -> None:
    """Six hundred assistants that drifted and five thousand that nobody manages: it says how much it leaves out."""
    moved = tuple((replace(RECEPTION, key=f"clinic-{at}"), AUDIT.moved[0][1]) for at in range(600))
    everybody = tuple(Unmanaged(id=at, name="Anruf für Zahnärzte") for at in range(5_000))
    printed = render_audit_markdown(replace(AUDIT, moved=moved, unmanaged=everybody, compared=600), most=most)
    assert len(printed.encode()) <= most
    assert printed.startswith("### Drift: 600 drifted, 1 vanished.")
    assert "> Left out to stay within the size of a comment: " in printed
    assert "All of it: `reconciler drift`" in printed
    assert_contained(printed)


def test_what_somebody_typed_acts_nowhere() -> None:
    """No fence, mention, link, comment or tag of theirs is read as one, in Markdown or in a page."""
    bad = "```\n<!-- x --></details>@everyone [a](https://evil.example) #1 |"
    managed = Managed(key=bad, id=1, name=bad, file=bad, line=1, since=bad)
    fields = tuple(DriftedField(field=bad, side=each, last_applied=bad, live=bad * 3, desired=bad) for each in Side)
    audit = Audit(
        environment=bad,
        moved=((managed, Drift(key=bad, id=1, updated_at=bad, fields=fields)),),
        unmanaged=(Unmanaged(id=2, name=bad),),
        vanished=(managed,),
        unobservable=(bad,),
        compared=1,
    )
    assert_contained(render_audit_markdown(audit, ways=Ways(keep=bad)))
    page = read_page(render_audit_html(audit, ways=Ways(keep=bad)))
    assert page.text.count("<!-- x -->") > 8, "as text"


def test_an_account_in_sync_is_two_lines() -> None:
    """How many, and that there is nothing to see; one where there is no account to speak of."""
    assert render_audit(Audit(environment="default", compared=43)) == "Also: 43 in sync.\nNo drift.\n"
    assert render_audit(Audit(environment="default")) == "No drift.\n"


def test_documents_that_are_ahead_are_shown_and_are_no_drift() -> None:
    """They are an apply away."""
    ahead = Audit(
        environment="default", moved=((RECEPTION, replace(AUDIT.moved[0][1], fields=MOVES[4:5])),), compared=2
    )
    printed = render_audit(ahead).splitlines()
    assert "changed in Git, and not applied yet:" in printed[1]
    assert printed[-2:] == ["Also: 1 in sync, 1 with changes to apply.", "No drift."]


def test_hostile_names_and_values_reach_no_terminal() -> None:
    """Everything that somebody typed into the portal is shown with its control characters as escapes."""
    bad = "\x1b]0;owned\x07\u202edetnaw\nDrift: 0"
    managed = Managed(key=bad, id=1, name=bad, file=bad, line=1, since=bad)
    fields = tuple(DriftedField(field=bad, side=each, last_applied=bad, live=bad * 9, desired=bad) for each in Side)
    audit = Audit(
        environment=bad,
        moved=((managed, Drift(key=bad, id=1, updated_at=bad, fields=fields)),),
        unmanaged=(Unmanaged(id=2, name=bad),),
        vanished=(managed,),
        inactive=(managed,),
        blocked=(managed,),
        unobservable=(bad,),
        ignored=(bad,),
        compared=1,
    )
    printed = render_audit(audit)
    assert {unicodedata.category(each) for each in printed if each != "\n"}.isdisjoint({"Cc", "Cf", "Cs"})
    assert sum(line.startswith("Drift: 0") for line in printed.splitlines()) == 0
    assert json.loads(json_text(audit_to_json(audit)))["unmanaged"] == [{"id": 2, "name": bad}]
