"""The law of accepting: whatever the portal made of a valid document, afterwards nothing has drifted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from reconciler.documents import Loaded, drafting_of, load_documents
from reconciler.documents.emitting import field_lines
from reconciler.documents.files import Files
from reconciler.errors import DocumentError
from reconciler.model import Desired, Drift, DriftedField, Entry, Live, Side
from reconciler.planning.compare import compare, managed
from reconciler.planning.drift import drift_of
from reconciler.pull.accepting import Accepting, Wish
from reconciler.pull.draft import Style
from reconciler.pull.overlay import Overlay
from tests.documents.memory import MemoryFiles, fingerprint
from tests.pull.portal import RECEPTION, SCHEMAS
from tests.support.strategies import contents

PATH = "assistants/reception.yaml"


def load(files: Files, variables: Mapping[str, str], known: Mapping[str, Desired] | None = None) -> Loaded:
    return load_documents(
        drafting_of(
            files=files,
            folder="assistants",
            schemas=SCHEMAS,
            environment="default",
            environ=variables,
            catalog={},
            fingerprint=fingerprint,
        ),
        known=known,
    )


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(mine=contents(SCHEMAS), theirs=contents(SCHEMAS))
def test_after_accepting_nothing_has_drifted(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Every field that the document names and live shows is as live; the comments and the other fields stay.

    Live's values of fields that only the portal has may contradict the document's: that is refused, whole.
    """
    lines = [line for name, value in mine.items() for line in (f"# about {name}", *field_lines(name, value))]
    files = MemoryFiles({PATH: "\n".join(lines) + "\n"})
    before = load(files, {})
    (document,) = before.desired
    entry = Entry(key="reception", id=101, last_applied=managed(document, creating=False), source=document.source)
    live = Live(id=101, content={**mine, **theirs})
    drift = drift_of(document, entry, live, SCHEMAS)
    if drift is None:
        return
    style = Style(folder="assistants", schema_path=None)
    accepting = Accepting(files=files, load=load, loaded=before, style=style, schemas=SCHEMAS)
    now = "2026-11-05T10:00:00Z"
    if SCHEMAS.violations("assistant", {name: each for name, each in live.content.items() if name in mine}):
        with pytest.raises(DocumentError):
            accepting.accept(document, entry, drift, Wish(), now=now)
        return
    made = accepting.accept(document, entry, drift, Wish(), now=now)
    (after,) = load(Overlay(under=files, written=made.files, folder="assistants"), {}).desired
    assert drift_of(after, made.entry, live, SCHEMAS) is None
    assert compare(after, made.entry, live, SCHEMAS).changes == ()
    text = made.files[PATH].decode().split("\n")
    assert all(f"# about {name}" in text for name in mine)
    untouched = [name for name in mine if name not in made.accepted]
    assert all(line in text for name in untouched for line in field_lines(name, mine[name]))


def test_a_line_that_somebody_adds_meanwhile_stays() -> None:
    """Reading the account takes minutes: the value is written where it stands by then."""
    text = yaml.safe_dump(RECEPTION)
    files = MemoryFiles({PATH: text})
    before = load(files, {})
    (document,) = before.desired
    files.files[PATH] = f"# Anna: ask the practice first\n{text}".encode()
    entry = Entry(key="reception", id=101, last_applied=managed(document, creating=False))
    moved = DriftedField(field="voice_id", side=Side.LIVE, last_applied=1, live=2, desired=1)
    drift = Drift(key="reception", id=101, updated_at=None, fields=(moved,))
    style = Style(folder="assistants", schema_path=None)
    accepting = Accepting(files=files, load=load, loaded=before, style=style, schemas=SCHEMAS)
    made = accepting.accept(document, entry, drift, Wish(), now="2026-11-05T10:00:00Z")
    wanted = text.replace("voice_id: 1", "voice_id: 2")
    assert made.files == {PATH: f"# Anna: ask the practice first\n{wanted}".encode()}


def test_documents_of_other_files_are_not_read_again() -> None:
    """Of a thousand documents, accepting one reads one, and those that share a file with it."""
    base = yaml.safe_dump({name: each for name, each in RECEPTION.items() if name != "name"})
    on_base = "name: {name}\nreconciler: {{extends: [_base.yaml]}}\n"
    files = MemoryFiles(
        {
            "assistants/_base.yaml": base,
            "assistants/night.yaml": on_base.format(name="Night desk"),
            "assistants/reception.yaml": on_base.format(name="Reception"),
            "assistants/reminder.yaml": yaml.safe_dump(RECEPTION),
        }
    )
    before = load(files, {})
    _, reception, reminder = before.desired
    entry = Entry(key="reception", id=101, last_applied=managed(reception, creating=False))
    moved = DriftedField(field="voice_id", side=Side.LIVE, last_applied=1, live=2, desired=1)
    drift = Drift(key="reception", id=101, updated_at=None, fields=(moved,))
    style = Style(folder="assistants", schema_path=None)
    accepting = Accepting(files=files, load=load, loaded=before, style=style, schemas=SCHEMAS)
    made = accepting.accept(reception, entry, drift, Wish(allow_shared=True), now="2026-11-05T10:00:00Z")
    assert made.after.desired[2] is reminder
    assert [each.content["voice_id"] for each in made.after.desired] == [2, 2, 1]
    assert made.also == ("night",)
