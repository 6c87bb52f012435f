"""Orphans by what they look like: a new document with the same name or content is most likely the new name of one.

Looked up and not searched for: whoever renames a folder of a thousand documents has a thousand of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Self

from reconciler.canonical import canonical_bytes
from reconciler.frozen import dataclass
from reconciler.model import Content, Desired, Entry
from reconciler.planning.compare import managed
from reconciler.schemas import SchemaSet


@dataclass(frozen=True, kw_only=True, slots=True)
class Twins:
    """The keys of orphans by name and by canonical content; of several that are alike, the first."""

    by_name: Mapping[str, str] = field(default_factory=dict)
    by_content: Mapping[bytes, str] = field(default_factory=dict)

    @classmethod
    def among(cls, orphans: Mapping[str, Entry], schemas: SchemaSet) -> Self:
        """Of a begun create, what was sent counts."""
        by_name: dict[str, str] = {}
        by_content: dict[bytes, str] = {}
        for key in sorted(orphans):
            orphan = orphans[key]
            had = orphan.pending.body if orphan.pending is not None else orphan.last_applied
            by_name.setdefault(name_of(had, schemas), key)
            by_content.setdefault(canonical_bytes(had), key)
        by_name.pop("", None)
        return cls(by_name=by_name, by_content=by_content)

    def of(self, desired: Desired, schemas: SchemaSet) -> str | None:
        """The key of the orphan that this new document looks like; one that names another key to move from is not asked
        about its content."""
        found = [self.by_name.get(name_of(desired.content, schemas))]
        if desired.moved_from is None and self.by_content:
            found.append(self.by_content.get(canonical_bytes(managed(desired, creating=False))))
        return min((each for each in found if each is not None), default=None)


def name_of(content: Content, schemas: SchemaSet) -> str:
    """What people call an assistant with this content; empty where it says nothing of it."""
    value = content.get(schemas.name_field)
    return value if isinstance(value, str) else ""
