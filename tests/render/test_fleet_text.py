"""What many accounts have in common, and what only one of them does, as people read it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.model import Action, Change, Plan, Reason, Request, Risk
from reconciler.render.fleet_text import FEW, render_audits, render_together, together
from reconciler.render.gutter import Look
from tests.planfile.plans import shown
from tests.render.reviews import edited
from tests.support.frontdesk import frontdesk

WHOLE = Look(whole=True)


def told(plans: dict[str, list[Change]], look: Look = WHOLE) -> list[str]:
    made = {name: Plan(environment=name, lineage=None, changes=tuple(each)) for name, each in plans.items()}
    return list(render_together(together(made, frontdesk()), look=look))


def created(key: str) -> Change:
    post = Request(step=1, method="POST", path="/agent", body={"title": key})
    return Change(
        key=key, action=Action.CREATE, reason=Reason.NEW, id=None, file=None, line=None, requests=(post,), name=key
    )


def waits(key: str, minutes: int) -> Change:
    """An update of one number, unlike that of any other assistant."""
    base = edited(key, minutes)
    return replace(base, fields=(shown("wait_minutes", 30, minutes),), risk=Risk.BEHAVIOUR)


def test_what_only_one_assistant_does_stands_alone_below_its_account() -> None:
    """With its risk, its values, the changed lines of its prompt, and the fields that it no longer manages."""
    change = replace(edited("reception", 7), releases=("pitch",))
    assert told({"harborline": [change]}) == [
        "~ harborline/reception (caller-facing):",
        "    instructions:",
        "      │ … (4 unchanged lines)",
        "      │   - Never quote prices on the phone.",
        "      │   - Ask for the caller's name and number.",
        "      │ + - Never call a visit free before you know the town.",
        "      │   - Offer the next free slot.",
        "      │",
        "      │ … (7 unchanged lines)",
        "    wait_minutes: 30 → 20",
        "    pitch: (no longer managed; stays as it is)",
        "",
    ]


def test_more_edits_than_anybody_reads_are_counted() -> None:
    """Twelve stand there, the rest is a number with the way to see it; with -v every one stands there."""
    plans = {f"practice-{at:02}": [waits("reception", 31 + at)] for at in range(FEW + 3)}
    few, every = told(plans, Look()), told(plans)
    assert [each for each in few if each.startswith("~")] == [each for each in every if each.startswith("~")][:FEW]
    assert few[-2:] == ["and 3 more assistants with changes of their own; -v lists them", ""]
    assert [each for each in every if "wait_minutes" in each] == [
        f"    wait_minutes: 30 → {31 + at}" for at in range(15)
    ]
    assert not any("-v" in each for each in every)


def test_new_assistants_of_many_accounts_are_a_line_for_a_key() -> None:
    """What most accounts get stands first, each with the accounts that get it; what is left over is counted by head."""
    plans = {name: [created("reception")] for name in ("harborline", "bright-smile")}
    plans["mill-lane"] = [created(f"desk-{at:02}") for at in range(FEW + 1)]
    few, every = told(plans, Look()), told(plans)
    assert few[0] == "+ reception  new, in bright-smile, harborline"
    assert few[1] == "+ desk-00  new, in mill-lane"
    assert few[FEW:] == ["and 2 more assistants to create, delete or forget; -v lists them", ""]
    assert every[FEW:] == ["+ desk-11  new, in mill-lane", "+ desk-12  new, in mill-lane", ""]


def drifted(key: str, *fields: tuple[str, str, Any, Any]) -> dict[str, Any]:
    shown = [
        {"field": name, "side": side, "last_applied": before, "live": after} for name, side, before, after in fields
    ]
    return {"key": key, "fields": shown}


def test_one_move_in_many_portals_is_told_once() -> None:
    """The most frequent first; a value that was taken away is told, and what only Git changed is not."""
    audits = {
        "harborline": {"drift": [drifted("reception", ("pitch", "live", 1.4, 1.9), ("wait_minutes", "git", 30, 30))]},
        "bright-smile": {
            "drift": [
                drifted(
                    "reception", ("pitch", "both-apart", 1.4, 1.9), ("report_url", "live", "https://a.example", None)
                ),
                drifted("reminder", ("pitch", "live", 1.4, 1.9)),
            ]
        },
    }
    assert list(render_audits(audits, look=Look())) == [
        "Moved in the portal, 3 assistants of 2 accounts:",
        "    pitch: 1.4 → 1.9",
        "  in bright-smile/reception, bright-smile/reminder, harborline/reception",
        "",
        "Moved in the portal, 1 assistant of 1 account:",
        '    report_url: "https://a.example" → null',
        "  in bright-smile/reception",
        "",
    ]
