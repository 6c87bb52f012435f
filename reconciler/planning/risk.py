"""What a caller would notice of a change: a class for every field, from the schema's own words.

The table is keyed by the schema's sections (the headings of the vendor's page); the first pattern that matches wins.
Two things stand above it, because the schema says them outright: an exclusive value and what its rule looks at decide
where calls land, and the field that names the resource is seen by nobody who calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from reconciler.model import Risk
from reconciler.schemas import FieldPolicy, SchemaSet

SECTIONS: tuple[tuple[str, Risk], ...] = (
    (r"phone|routing|transfer", Risk.ROUTING),
    (r"webhook|report|evaluation|post-call|after the call|recording|data", Risk.DATA),
    (r"identity|label|folder|organi[sz]ation", Risk.COSMETIC),
    (r"mode|engine|knowledge|tool|timing|detection|turn|behaviou?r|chat|conversation", Risk.BEHAVIOUR),
    (r"core|opening|greeting|prompt|voice|speech|language|sound|re-?engage|variable", Risk.CALLER_FACING),
)
_RANK = {risk: rank for rank, risk in enumerate(Risk)}


def field_risk(schemas: SchemaSet, name: str) -> Risk:
    """The class of one field; behaviour where nothing says otherwise."""
    policy = schemas.fields.get(name)
    if policy is None:
        return Risk.BEHAVIOUR
    if policy.exclusive is not None or name in _deciding(schemas.exclusive_fields):
        return Risk.ROUTING
    if name == schemas.name_field:
        return Risk.COSMETIC
    section = policy.section.lower()
    return next((risk for pattern, risk in SECTIONS if re.search(pattern, section)), Risk.BEHAVIOUR)


def worst(risks: Iterable[Risk]) -> Risk | None:
    """The highest class present, or None for none."""
    return min(risks, key=rank_of, default=None)


def rank_of(risk: Risk | None) -> int:
    """0 for the worst class; what is of none comes last."""
    return len(_RANK) if risk is None else _RANK[risk]


def _deciding(policies: Iterable[FieldPolicy]) -> frozenset[str]:
    """Fields that decide whether an exclusive value counts."""
    return frozenset(name for policy in policies for name in (policy.exclusive or {}))
