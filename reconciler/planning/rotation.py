"""Rotation: what is desired when nothing but the values of secrets may change. Pure.

What was last applied is taken as it stands, and in it each secret gets the fingerprint that its value has today. So a
plan of that sends the fields that hold a changed secret, and no edit that waits in the same document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reconciler.canonical import Json
from reconciler.model import Desired, Entry
from reconciler.secrecy import same, secret_name, secret_reference, secrets_in, untold


def only_secrets(desired: Iterable[Desired], entries: Mapping[str, Entry]) -> list[Desired]:
    """The documents whose applied content holds a secret that changed, or of which nobody can tell, and only that."""
    documents = list(desired)
    current = {name: secret_reference(name, proof) for each in documents for name, proof in secrets_in(each.content)}
    found: list[Desired] = []
    for each in documents:
        entry = entries.get(each.key)
        if entry is None or entry.id is None:
            continue
        content = {name: _renewed(value, current) for name, value in entry.last_applied.items()}
        if not same(entry.last_applied, content) or any(untold(entry.last_applied, content)):
            # no document says exactly this, so its digest must not stand for it
            found.append(
                replace(each, content=content, source="", moved_from=None, unmanaged=frozenset(), seed=frozenset())
            )
    return found


def _renewed(value: Json, current: Mapping[str, Json]) -> Json:
    name = secret_name(value)
    if name is not None:
        return current.get(name, value)
    if isinstance(value, Mapping):
        return {each: _renewed(inner, current) for each, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_renewed(each, current) for each in value]
    return value
