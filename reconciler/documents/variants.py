"""Entries of a list that come in kinds (`x-variants`), and objects whose named keys are not all: an unknown kind or key
is a warning, never an error.

New kinds appear on the platform before they appear on its pages, so they pass; but a typo among them would be dropped
by the server without a word. The kind is the entry's one described and required key. Core: pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.canonical import Json
from reconciler.documents.layers import Layered
from reconciler.documents.places import at
from reconciler.documents.references import Resolution
from reconciler.errors import Diagnostic, warning
from reconciler.model import Path
from reconciler.schemas import SchemaSet
from reconciler.validation import suggestion


def check_variants(found: Resolution, layered: Layered, schemas: SchemaSet, *, key: str) -> list[Diagnostic]:
    """Warnings for kinds and keys that the schema does not describe; none where it describes none."""
    problems: list[Diagnostic] = []
    for field, named in schemas.named_keys.items():
        value = found.content.get(field)
        for name in value if isinstance(value, Mapping) else ():
            if name not in named:
                path: Path = (field, name)
                where = at(layered.names.get(path) or layered.place(path), key=key, path=path)
                told = f"`{field}` has no described key `{name}`"
                problems.append(warning("unknown-key", told, _advice(name, named), **where))
    for field, items in schemas.variant_items.items():
        entries = found.content.get(field)
        if isinstance(entries, list):
            variants = items["x-variants"]
            for index, entry in enumerate(entries):
                for path, code, told, then in _faults(entry, (field, index), items, variants):
                    place = layered.names.get(path) if code == "unknown-key" else None
                    where = at(place or layered.place(path), key=key, path=path)
                    problems.append(warning(code, told, then, **where))
    return problems


def _faults(
    entry: Json, path: Path, items: Mapping[str, Any], variants: Mapping[str, Any]
) -> Iterator[tuple[Path, str, str, str]]:
    described = items.get("properties", {})
    kinds = [each for each in described if each in items.get("required", ())]
    if len(kinds) != 1 or not isinstance(entry, Mapping):
        return
    kind = entry.get(kinds[0])
    if not isinstance(kind, str):
        return
    if kind not in variants:
        yield (*path, kinds[0]), "unknown-kind", f"`{kind}` is no described {kinds[0]}", _advice(kind, variants)
        return
    known = {*described, *variants[kind].get("properties", {})}
    for name in entry:
        if name not in known:
            yield (*path, name), "unknown-key", f"`{kind}` has no described key `{name}`", _advice(name, known)


def _advice(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    guess = suggestion(name, names)
    return f"Did you mean `{guess}`?" if guess else f"It is sent as it is. Described are {', '.join(names)}."
