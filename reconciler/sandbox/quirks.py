"""How this platform's reads differ from its writes, computed from the schemas, so that another brand has its own.

Where the list page tells the type of a field that is read, that decides; where it is silent, a fixed rule does. What
the items of a nested list become is in no schema: the catalogue says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from reconciler.frozen import dataclass
from reconciler.schemas import FieldPolicy, SchemaSet

DECIMAL_LIMIT = 2
"""Numbers up to here are kept in DECIMAL(x, 2) columns (0 to 1, speeds around 1); wider scales are plain numbers."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quirks:
    """Names of fields, by the way in which reading them differs from writing them."""

    decimals: frozenset[str]
    """Written as a number, kept to two places, read as text: `"0.70"`."""
    flags: frozenset[str]
    """Written as true or false, read as 1 or 0."""
    nested: frozenset[str]
    """Lists of objects told apart by `type`: written flat, read as `{"type": ..., "data": {...}}`."""
    objects: frozenset[str]
    """Objects: an empty one is read as `[]`, since the platform's language has one empty array for both."""
    ids: frozenset[str]
    """Lists of ids: an empty one is read as null."""
    hidden: frozenset[str]
    """Absent from every read."""
    item_defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Keys that the platform fills into an item of a nested list which does not name them, by the item's type."""
    item_texts: frozenset[str] = frozenset()
    """Whole numbers inside the items of a nested list that are read as text: `"7"`."""

    @classmethod
    def of(
        cls,
        schemas: SchemaSet,
        *,
        hidden: frozenset[str] | None = None,
        known_hidden: frozenset[str] = frozenset(),
        item_defaults: Mapping[str, Mapping[str, Any]] | None = None,
        item_texts: frozenset[str] = frozenset(),
    ) -> Quirks:
        """The quirks of a schema set; `hidden` overrules what follows from the list page.

        A page that describes the keys of a row hides the fields that it leaves out. One with a mere sample says
        nothing of what else there is: then `known_hidden` are hidden, but for those in the sample.
        """
        documented = _documented(schemas.list_ or {})
        fields = schemas.fields
        described = any("description" in each for each in documented.values())
        silent = frozenset(fields if described else known_hidden & set(fields)) - set(documented)
        return cls(
            decimals=frozenset(name for name, each in fields.items() if _is_decimal(each, documented.get(name))),
            flags=frozenset(name for name, each in fields.items() if _is_flag(each, documented.get(name))),
            nested=frozenset(name for name, each in fields.items() if _is_nested(each)),
            objects=frozenset(name for name, each in fields.items() if "object" in each.types),
            ids=frozenset(name for name, each in fields.items() if "array" in each.types and each.unordered),
            hidden=silent if hidden is None else hidden,
            item_defaults=item_defaults or {},
            item_texts=item_texts,
        )


def _documented(page: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """The keys of a row that the list page tells of, whether inside the envelope's `data` or at the top."""
    properties = page.get("properties", {})
    rows: Mapping[str, Mapping[str, Any]] = properties.get("data", {}).get("items", {}).get("properties", properties)
    return rows if "data" not in rows else {}


def _is_decimal(policy: FieldPolicy, read: Mapping[str, Any] | None) -> bool:
    if "number" not in policy.types:
        return False
    documented = _types(read)
    return "string" in documented if documented else policy.schema.get("maximum", DECIMAL_LIMIT + 1) <= DECIMAL_LIMIT


def _is_flag(policy: FieldPolicy, read: Mapping[str, Any] | None) -> bool:
    if "boolean" not in policy.types:
        return False
    documented = _types(read)
    return "integer" in documented if documented else bool(policy.applies) or "voicemail" in policy.section.lower()


def _is_nested(policy: FieldPolicy) -> bool:
    """A list whose items need a `type` and nothing else: what else they hold depends on it."""
    return "array" in policy.types and policy.schema.get("items", {}).get("required") == ["type"]


def _types(read: Mapping[str, Any] | None) -> tuple[str, ...]:
    stated = (read or {}).get("type", ())
    return (stated,) if isinstance(stated, str) else tuple(stated)
