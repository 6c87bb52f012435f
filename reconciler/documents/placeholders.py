"""`{{name}}` in texts against the names that the document defines: an unknown one is read out to a caller as it stands.

Which object defines the names is the schema's word (`x-placeholders`). Where no such object is set nothing is said,
since the names may then come with each call. Core: pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.documents.characters import line_and_column
from reconciler.documents.layers import Layered
from reconciler.documents.places import at, dotted, texts_in
from reconciler.documents.references import Resolution
from reconciler.errors import Diagnostic, warning
from reconciler.later import pattern
from reconciler.model import Path
from reconciler.schemas import SchemaSet
from reconciler.validation import suggestion

_PLACEHOLDER = pattern(r"\{\{\s*(\w[\w.-]*)\s*\}\}")


def check_placeholders(
    found: Resolution, layered: Layered, schemas: SchemaSet, *, key: str, unmanaged: frozenset[str]
) -> list[Diagnostic]:
    """Warnings for names that are used and not defined, and for names that are defined and used nowhere."""
    objects = [name for name in schemas.placeholder_fields if name not in unmanaged]
    defined: dict[str, Path] = {}
    for field in objects:
        names = found.content.get(field)
        defined.update({name: (field, name) for name in names} if isinstance(names, Mapping) else {})
    if not any(isinstance(found.content.get(field), Mapping) for field in objects):
        return []
    problems: list[Diagnostic] = []
    used: set[str] = set()
    for path, text in texts_in(found.content):
        if path[0] in objects:
            continue
        for name, index in _first_uses(text):
            used.add(name)
            if name not in defined:
                problems.append(_unknown(name, index, text, path, found, layered, key, sorted(defined)))
    # a released text may use any of them, and so may one that could not be read
    if not unmanaged and not found.failed:
        problems += [_unused(path, layered, key) for name, path in defined.items() if name not in used]
    return problems


def _first_uses(text: str) -> Iterator[tuple[str, int]]:
    seen: set[str] = set()
    for use in _PLACEHOLDER.finditer(text) if "{{" in text else ():
        if use[1] not in seen:
            seen.add(use[1])
            yield use[1], use.start()


def _unknown(
    name: str, index: int, text: str, path: Path, found: Resolution, layered: Layered, key: str, defined: list[str]
) -> Diagnostic:
    told = f"`{{{{{name}}}}}` in `{dotted(path)}` is not defined"
    guess = suggestion(name, defined)
    then = f"Did you mean `{{{{{guess}}}}}`?" if guess else "Callers would hear it as it stands: define it."
    if path in found.texts:
        then = f"It is on line {line_and_column(text, index)[0]} of {found.texts[path]}. {then}"
    return warning("unknown-placeholder", told, then, **at(layered.place(path), key=key, path=path))


def _unused(path: Path, layered: Layered, key: str) -> Diagnostic:
    told = f"`{path[-1]}` is defined and no text uses `{{{{{path[-1]}}}}}`"
    place = layered.names.get(path) or layered.place(path)
    return warning("unused-placeholder", told, "Use it or remove it.", **at(place, key=key, path=path))
