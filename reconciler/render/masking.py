"""A plan for showing: what the schema calls secret is masked, whoever wrote it in clear. Pure.

Secrets in documents are references and stay so. But live values come as the API shows them, and a field that the
schema marks may hold one in clear there. Mask what is shown; never what is executed or saved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.canonical import SCALARS, Json, is_list
from reconciler.model import Change, Drift, Path, Plan
from reconciler.schemas import SchemaSet
from reconciler.secrecy import secret_name, secret_reference

UNNAMED = secret_reference("", None)
"""Stands for a secret of which nothing is known but its place."""


def masked(plan: Plan, schemas: SchemaSet) -> Plan:
    """The plan with every value that stands in a secret place, and is no reference, replaced by `UNNAMED`."""
    changes = tuple(_change(each, schemas) for each in plan.changes)
    return replace(plan, changes=changes, drift=tuple(masked_drift(each, schemas) for each in plan.drift))


def masked_drift(drift: Drift, schemas: SchemaSet) -> Drift:
    """The same for what moved on one assistant."""
    fields = tuple(
        replace(
            each,
            last_applied=masked_value(each.last_applied, (each.field,), schemas),
            live=masked_value(each.live, (each.field,), schemas),
            desired=masked_value(each.desired, (each.field,), schemas),
        )
        for each in drift.fields
    )
    return replace(drift, fields=fields)


def _change(change: Change, schemas: SchemaSet) -> Change:
    if not (change.fields or change.requests or change.record):  # a no-op, as nearly all are
        return change
    fields = tuple(
        replace(
            each,
            before=masked_value(each.before, (each.field,), schemas),
            after=masked_value(each.after, (each.field,), schemas),
        )
        for each in change.fields
    )
    requests = tuple(
        replace(each, body=None if each.body is None else _content(each.body, (), schemas)) for each in change.requests
    )
    return replace(change, fields=fields, requests=requests, record=_content(change.record, (), schemas))


def _content(content: Mapping[str, Json], path: Path, schemas: SchemaSet) -> dict[str, Json]:
    return {name: masked_value(each, (*path, name), schemas) for name, each in content.items()}


def masked_value(value: Json, path: Path, schemas: SchemaSet) -> Json:
    """A value that stands at `path` in a document, with what is secret in it replaced in the same way."""
    if value is None or secret_name(value) is not None:
        return value
    if type(value) in SCALARS:
        return dict(UNNAMED) if schemas.is_secret(path) else value
    if schemas.is_secret(path):
        return dict(UNNAMED)
    if isinstance(value, Mapping):
        return _content(value, path, schemas)
    if is_list(value):
        return [masked_value(each, (*path, at), schemas) for at, each in enumerate(value)]
    return value
