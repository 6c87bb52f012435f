"""An audit as people and programs read it."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace

import pytest

from reconciler.model import Drift, DriftedField, Side
from reconciler.planfile import audit_to_json
from reconciler.planning.audit import Audit, Managed, Unmanaged
from reconciler.render.drift_markdown import render_audit_markdown
from reconciler.render.drift_text import render_audit
from reconciler.render.escape import json_text
from reconciler.secrecy import secret_reference
from tests.render.golden_files import check_golden

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


@pytest.mark.parametrize("most", [2_000, 10_000, 65_536])
def test_markdown_fits_into_a_comment(most: int) -> None:
    """Six hundred assistants that drifted and five thousand that nobody manages: it says how much it leaves out."""
    moved = tuple((replace(RECEPTION, key=f"clinic-{at}"), AUDIT.moved[0][1]) for at in range(600))
    everybody = tuple(Unmanaged(id=at, name="Anruf für Zahnärzte") for at in range(5_000))
    printed = render_audit_markdown(replace(AUDIT, moved=moved, unmanaged=everybody, compared=600), most=most)
    assert len(printed.encode()) <= most
    assert printed.startswith("### Drift: 600 drifted, 1 vanished.")
    assert "left out to stay within the size of a comment" in printed
    assert printed.count("<details") == printed.count("</details>")
    assert printed.count("```") % 2 == 0


def test_what_somebody_typed_stands_in_code_alone() -> None:
    """No fence, mention, link, comment or tag of theirs is read as one."""
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
    outside = re.sub(r"^(`{3,})text\n.*?^\1$", "", render_audit_markdown(audit), flags=re.MULTILINE | re.DOTALL)
    outside = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", re.sub(r"<code>.*?</code>", "", outside))
    assert not any(each in outside for each in ("@everyone", "evil.example", "<!--", "#1", "```"))
    assert outside.count("</details>") == 1


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
