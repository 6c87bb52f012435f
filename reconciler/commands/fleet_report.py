"""What a fleet's run is shown as, once it has ended, here or on other machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.canonical import Json
from reconciler.commands.invocation import Invocation
from reconciler.fleet.jobs import Ended, FleetVerb
from reconciler.model import Plan
from reconciler.render.fleet_text import alike, render_alike, render_audits, render_together, together
from reconciler.render.fleet_words import fleet_to_json, totals
from reconciler.render.gutter import Look
from reconciler.schemas import SchemaSet


def fleet_json(name: FleetVerb, ended: Sequence[Ended], code: int, schemas: SchemaSet) -> Json:
    """The result of one verb in the environments where it ended."""
    return fleet_to_json(name, ended, code, shared=together(_plans(ended), schemas), audits=_audits(ended))


def show_fleet(invocation: Invocation, name: FleetVerb, ended: Sequence[Ended], code: int, schemas: SchemaSet) -> None:
    """Print, for people, what many environments share, each remark once, and the totals."""
    look = Look(color=invocation.color, width=invocation.width, whole=invocation.verbose > 0)
    told = {each.environment: each.diagnostics for each in ended}
    lines = [
        *render_together(together(_plans(ended), schemas), look=look),
        *render_audits(_audits(ended), look=look),
        *render_alike(alike(told), color=look.color),
    ]
    invocation.result("\n".join(["", *lines, totals(name, ended, code)]))


def _plans(ended: Sequence[Ended]) -> dict[str, Plan]:
    return {each.environment: each.plan for each in ended if each.plan is not None}


def _audits(ended: Sequence[Ended]) -> dict[str, Mapping[str, Json]]:
    return {each.environment: each.audit for each in ended if each.audit is not None}
