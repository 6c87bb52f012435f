"""What a pull decides before a byte is written: which documents can stand, and what is left out."""

from __future__ import annotations

from typing import Any

from reconciler.model import Live
from reconciler.pull.draft import Style
from reconciler.pull.pulling import Puller
from tests.documents.memory import MemoryFiles
from tests.pull.portal import RECEPTION, SCHEMAS
from tests.pull.test_accept_law import load


def test_an_assistant_that_no_file_can_hold_is_left_out() -> None:
    """Each of its fields can be read alone, all of them not: no single one is at fault, and the others are pulled."""
    huge: dict[str, Any] = {
        "variables": {"price_list": "Cleaning, 90 dollars. " * 30_000},
        "post_call_schema": [{"name": "paid", "type": "boolean", "description": "By this list? " * 40_000}],
    }
    files = MemoryFiles({})
    style = Style(folder="assistants", schema_path=None)
    puller = Puller(files=files, load=load, loaded=load(files, {}), entries={}, style=style, schemas=SCHEMAS)
    live = {"archive": Live(id=101, content={**RECEPTION, **huge}), "reception": Live(id=102, content=RECEPTION)}
    found = puller.drafts(live)
    assert [each.draft.key for each in found.pulled] == ["reception"]
    assert found.left_out == (101,)
    (said,) = found.diagnostics
    assert (said.severity, said.code, said.key) == ("warning", "pull-unwritable", "archive")
    assert said.summary.startswith("assistant 101 is left out: no valid document can be written for it: the file has")


def test_a_field_that_is_due_and_not_shown_stays_on_the_server() -> None:
    """An account may hold assistants from before a field was required: they are pulled without it, and that is said."""
    files = MemoryFiles({})
    style = Style(folder="assistants", schema_path=None)
    puller = Puller(files=files, load=load, loaded=load(files, {}), entries={}, style=style, schemas=SCHEMAS)
    shown = {name: value for name, value in RECEPTION.items() if name != "timezone"}
    (pulled,) = puller.drafts({"reception": Live(id=101, content=shown)}).pulled
    assert pulled.desired.unmanaged == {"timezone"}
    written = pulled.draft.files["assistants/reception.yaml"].decode()
    reason, name = written.splitlines()[-2:]
    assert reason.startswith("    # Stays on the server as it is: ")
    assert name == "    - timezone"
