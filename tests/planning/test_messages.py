"""Every sentence that planning says to people, as a whole: what, where, the way on, and what is lost by taking it.

The cases stand here, the sentences in messages.txt; `UPDATE_GOLDEN=1 pytest tests/planning` writes them anew, and the
test is then skipped, so that the diff gets looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import Diagnostic
from reconciler.model import Desired, Plan, Previous, Unassigned
from reconciler.planning import Finding, Limits, Overrides, Verdict, previous_desired, refusals
from reconciler.schemas import SchemaSet
from reconciler.secrecy import secret_reference
from tests.support import desk
from tests.support.frontdesk import frontdesk_files

MESSAGES = Path(__file__).parent / "messages.txt"
REALTIME: dict[str, Any] = {"engine": "realtime", "brain_id": ..., "speech_model_id": 3}
BADGE = {"type": ["integer", "null"], "x-exclusive": {"direction": "receive"}}
WITH_BADGES = SchemaSet.from_files(frontdesk_files(badge_id=BADGE))
WITHOUT_DELETE = SchemaSet.from_files({name: each for name, each in frontdesk_files().items() if name != "delete"})


def doc(key: str = "reception", /, **fields: Any) -> Desired:
    """A document whose first line is 7, so that no place is right by chance."""
    settings = {name: fields.pop(name) for name in ("id", "moved_from", "unmanaged", "protect") if name in fields}
    return desk.desired(key, settings={**settings, "line": 7}, **fields)


A, B = desk.entry("a", id=1, title="a"), desk.entry("b", id=2, title="b")
STRANDED = replace(A, unassigned=(Unassigned(field="line_id", value=45, since="2026-11-03T09:00:00Z"),))


def cases() -> dict[str, Plan]:
    """One plan for each thing to say. Made when asked: what is made on import, no mutant of the code can change."""
    return {
        "a create was begun": desk.plan(doc(), desk.pending()),
        "a create was begun, and its document is gone": desk.plan([], desk.pending()),
        "a create was begun, its document is gone, and it should be deleted": desk.plan([], desk.pending(), prune=True),
        "a create was begun under the old name": desk.plan(doc(moved_from="old-name"), desk.pending("old-name")),
        "state and document name different ids": desk.plan(doc(id=4), desk.entry()),
        "the entry that moves has another id": desk.plan(doc(id=4, moved_from="old-name"), desk.entry("old-name")),
        "the API does not show what was applied": desk.plan(
            doc(pitch=1.4, tuning_level=5), desk.entry(pitch=1.4, tuning_level=4), [desk.live()]
        ),
        "the id belongs to another key": desk.plan(doc(id=789), desk.entry("front")),
        "nobody has that id": desk.plan(doc(id=4), None, [desk.live()]),
        "a new name for an orphan": desk.plan(doc(), desk.entry("old-name")),
        "a new name for a begun create": desk.plan(doc(), desk.pending("old-name")),
        "moved": desk.plan(doc(moved_from="old-name"), desk.entry("old-name")),
        "protected from now on": desk.plan(doc(protect=True), desk.entry()),
        "no longer protected": desk.plan(doc(), replace(desk.entry(), protect=True)),
        "protected, and gone from the files": desk.plan([], replace(desk.entry(), protect=True), prune=True),
        "no way to delete": desk.plan([], desk.entry(), prune=True, schemas=WITHOUT_DELETE),
        "only at creation": desk.plan(doc(opened_in=2004), desk.entry(opened_in=1998)),
        "cannot be cleared": desk.plan(doc(), desk.entry(tuning_level=4)),
        "unknown to the schemas": desk.plan(doc(), desk.entry(fax_number=5)),
        "stays and does not fit": desk.plan(doc(**REALTIME), desk.entry(tuning_level=9)),
        "unmanaged, and reset": desk.plan(doc(**REALTIME, unmanaged=frozenset({"mouth_id"})), desk.entry()),
        "handed over": desk.plan(
            [doc("a", title="a"), doc("b", title="b", line_id=45)], [desk.entry("a", id=1, title="a", line_id=45), B]
        ),
        "held by an orphan": desk.plan(
            doc("a", title="a", line_id=45), [A, desk.entry("b", id=2, title="b", line_id=45)]
        ),
        "held by an assistant outside the targets": desk.plan(
            [doc("a", title="a", line_id=45), doc("b", title="b")],
            [A, B],
            [desk.live(1, title="a"), desk.live(2, title="?", line_id=45)],
            targets=("a",),
        ),
        "held by an assistant of no document": desk.plan(
            doc("a", title="a", line_id=45),
            A,
            [desk.live(1, title="a"), desk.live(9, title="Made by hand", line_id=45)],
        ),
        "a ring that cannot be cut": desk.plan(
            [doc("a", title="a", badge_id=8), doc("b", title="b", badge_id=7)],
            [desk.entry("a", id=1, title="a", badge_id=7), desk.entry("b", id=2, title="b", badge_id=8)],
            schemas=WITH_BADGES,
        ),
        "nobody answers any more": desk.plan(doc(), desk.entry(line_id=45)),
        "changed alike on both sides": desk.plan(doc(pitch=1.5), desk.entry(), [desk.live(pitch=1.5)]),
        "nobody took it, and somebody does now": desk.plan(
            [doc("a", title="a"), doc("b", title="b", line_id=45)], [STRANDED, B]
        ),
        "nobody took it, and nobody does": desk.plan([doc("a", title="a"), doc("b", title="b")], [STRANDED, B]),
        "nobody answers any more, and no document says so": desk.plan([], desk.entry(line_id=45), prune=True),
    }


def begun() -> dict[str, Plan]:
    """What the list says of a begun create, verdict by verdict."""
    unknown = {
        "is not there yet": Finding(verdict=Verdict.TOO_EARLY, wait=12.2),
        "is there twice": Finding(verdict=Verdict.SEVERAL, ids=(7, 8)),
        "may be one that is otherwise": Finding(verdict=Verdict.UNLIKE, ids=(7,)),
        "may be one of two that are otherwise": Finding(verdict=Verdict.UNLIKE, ids=(7, 8)),
        "cannot be looked for": Finding(verdict=Verdict.UNREAD, why="The list of assistants could not be read: no."),
    }
    found = {
        "is there": Finding(verdict=Verdict.FOUND, ids=(7,)),
        "is not there": Finding(verdict=Verdict.ABSENT),
    }
    plans = {
        f"a begun create {said}": desk.plan(doc(), desk.pending(), findings={"reception": each})
        for said, each in {**unknown, **found}.items()
    }
    orphans = {
        f"a begun create without a document {said}": desk.plan([], desk.pending(), findings={"reception": each})
        for said, each in {**found, "is there twice": unknown["is there twice"]}.items()
    }
    return plans | orphans


def others() -> dict[str, Plan]:
    """What needs more than three sides."""
    then = Previous(last_applied=desk.content(pitch=0.75), source="sha256:then", replaced_at="2026-11-03T09:00:00Z")
    entry = replace(desk.entry(pitch=1.0), history=(then,))
    sealed = {each: secret_reference("DESK_KEY", f"hmac-sha256:{each}:0a") for each in ("here", "there")}
    return {
        "a create without what it needs": desk.plan(doc(zone=..., greeting=...)),
        "back, and the document says otherwise": desk.plan(
            doc(pitch=1.5), entry, previous={"reception": previous_desired(entry, then.last_applied, doc(pitch=1.5))}
        ),
        "a secret under another key": desk.plan(doc(greeting=sealed["here"]), desk.entry(greeting=sealed["there"])),
    }


def limits_reached() -> Iterable[Diagnostic]:
    entries = [
        desk.entry(f"clinic-{number}", id=100 + number, title=str(number), line_id=number) for number in range(10)
    ]
    edited = [doc(each.key, title=str(number), pitch=1.5) for number, each in enumerate(entries)][4:]
    plan = desk.plan(edited, entries, prune=True)
    return refusals(plan, managed=10, limits=Limits(update=0.25, unassigned="refuse"), overrides=Overrides())


def told(case: str, diagnostics: Iterable[Diagnostic]) -> str:
    lines = [f"# {case}"]
    for each in diagnostics:
        place = f"{each.file}:{each.line}:{each.column}" if each.file else f"{each.line} {each.column}"
        lines += [f"{each.severity} {each.code} at {place}, key {each.key}, field {each.field}", f"  {each.summary}"]
        lines += [f"  -> {line}" for line in (each.detail or "(no detail)").splitlines()]
        lines += [f"  loses {lost}" for lost in each.loses]
        lines += [f"  $ {' '.join(command)}" for command in each.commands]
    return "\n".join(lines) + "\n"


def test_every_sentence_is_as_it_was_agreed() -> None:
    """Severity, code, place, key, field, summary, detail, losses and commands; one without a way on stands out."""
    found = [told(case, plan.diagnostics) for case, plan in {**cases(), **begun(), **others()}.items()] + [
        told("limits", limits_reached())
    ]
    text = "\n".join(found)
    if os.environ.get("UPDATE_GOLDEN"):
        MESSAGES.write_bytes(text.encode())
        pytest.skip("messages.txt was written; look at its diff")
    assert text == MESSAGES.read_bytes().decode()
