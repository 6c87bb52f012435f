"""Short ways to say desired, entry and live on the frontdesk brand, for tests of what is pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.model import Desired, Entry, Live, Pending, Plan
from reconciler.planning import Finding, PlanOptions, make_plan
from reconciler.schemas import SchemaSet
from tests.support.frontdesk import frontdesk

RECEPTION: dict[str, Any] = {
    "title": "Reception, Harbour Dental",
    "direction": "receive",
    "engine": "classic",
    "greeting": "Harbour Dental, good morning.",
    "instructions": "Answer the phone for a dental practice.",
    "zone": "Europe/Dublin",
    "brain_id": 2,
}


def content(**fields: Any) -> dict[str, Any]:
    """A whole valid document's content; a field of `...` is left out."""
    merged = {**RECEPTION, **fields}
    return {name: value for name, value in merged.items() if value is not ...}


def desired(key: str = "reception", *, settings: dict[str, Any] | None = None, **fields: Any) -> Desired:
    """A document's desired state; `settings` are the fields of Desired itself (id, moved_from, seed ...)."""
    return Desired(
        key=key,
        content=content(**fields),
        source=f"sha256:{key}",
        file=f"assistants/{key}.yaml",
        **(settings or {}),
    )


def entry(key: str = "reception", *, id: int | None = 789, **fields: Any) -> Entry:
    """What was applied before: a whole content, or that with other fields."""
    return Entry(key=key, id=id, last_applied=content(**fields), source="sha256:before")


def pending(key: str = "reception", **fields: Any) -> Entry:
    """A create begun and not recorded."""
    mark = Pending(body=content(**fields), body_digest="sha256:body", started_at="2026-11-03T09:00:00Z")
    return Entry(key=key, pending=mark)


def live(id: int = 789, **fields: Any) -> Live:
    """What the API shows now, in desired's form."""
    shown = content(**fields)
    return Live(id=id, content=shown, name=str(shown.get("title", "")))


def plan(
    documents: list[Desired] | Desired,
    entries: list[Entry] | Entry | None = None,
    shown: list[Live] | None = None,
    *,
    schemas: SchemaSet | None = None,
    findings: Mapping[str, Finding] | None = None,
    previous: Mapping[str, Desired] | None = None,
    **options: Any,
) -> Plan:
    """The plan for these three sides, of the frontdesk brand unless another is given."""
    wanted = [documents] if isinstance(documents, Desired) else documents
    stored = [entries] if isinstance(entries, Entry) else entries or []
    return make_plan(
        environment="default",
        lineage="7d1f",
        desired=wanted,
        entries={each.key: each for each in stored},
        schemas=schemas or frontdesk(),
        live=None if shown is None else {each.id: each for each in shown},
        findings=findings,
        previous=previous,
        options=PlanOptions(**options),
    )
