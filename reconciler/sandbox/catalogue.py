"""What one brand's server is known for and no schema says: `catalogue.json`, plain data and no code.

`hidden` names fields that its list does not show although they can be written. `item_defaults` has, by type, what it
fills into the items of a nested list, and `item_texts` the numbers in them that it shows as text. `lookups` are the
look-up lists (voices, languages, models, numbers) as `{PATH: {"defaults": {...}, "rows": [...]}}`, where a row's
`_only` says for which values of a query parameter it is listed, or as `{PATH: {"answer": ...}}` for what is no list.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from functools import cache
from importlib import resources
from typing import Any

from reconciler.frozen import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """One look-up path. `defaults` are query parameters that hold where the caller names none."""

    content: Any
    defaults: Mapping[str, str] = field(default_factory=dict)

    def answer(self, query: Mapping[str, str]) -> Any:
        """The rows that fit the query, as a bare array; what is no list is answered whole."""
        if not isinstance(self.content, list):
            return self.content
        asked = {**self.defaults, **{name: value for name, value in query.items() if value}}
        fitting = [row for row in self.content if _fits(row, asked)]
        return [{name: value for name, value in row.items() if name != "_only"} for row in fitting]


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """The parsed file. `lookups` are by path relative to the API's base."""

    hidden: frozenset[str] = frozenset()
    item_defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    item_texts: frozenset[str] = frozenset()
    lookups: Mapping[str, Lookup] = field(default_factory=dict)


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships with the sandbox."""
    stored = json.loads(resources.files("reconciler.sandbox").joinpath("catalogue.json").read_text("utf-8"))
    lookups = {
        path: Lookup(content=each.get("rows", each.get("answer")), defaults=each.get("defaults", {}))
        for path, each in stored["lookups"].items()
    }
    return Catalogue(
        hidden=frozenset(stored["hidden"]),
        item_defaults=stored["item_defaults"],
        item_texts=frozenset(stored["item_texts"]),
        lookups=lookups,
    )


def _fits(row: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    only = row.get("_only", {})
    for name, value in asked.items():
        if name in only:
            if value not in only[name]:
                return False
        elif name in row and str(row[name]) != value:
            return False
    return True
