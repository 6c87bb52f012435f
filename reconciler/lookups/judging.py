"""Whether the ids in documents exist, and fit the document that uses them. Pure; every error at its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.canonical import Json, equal
from reconciler.documents.places import at
from reconciler.errors import Diagnostic, error, warning
from reconciler.lookups.lists import Lookup, Row
from reconciler.lookups.naming import Rows
from reconciler.model import Desired, Path

SHOWN = 8
LONGEST_ID = 18
"""Digits; a longer number is no id that a database holds."""


def judge_ids(desired: Sequence[Desired], lookups: Sequence[Lookup], rows: Rows) -> list[Diagnostic]:
    """What is wrong with the ids of documents, by the lists that could be read."""
    found = [
        told
        for document in desired
        for lookup in lookups
        if lookup.table in rows
        for told in _of_document(document, lookup, rows[lookup.table])
    ]
    once: dict[Diagnostic, Diagnostic] = {}
    for told in sorted(found, key=Diagnostic.sort_key):
        once.setdefault(replace(told, key=None), told)  # one line of a base is one mistake, whoever stands on it
    return list(once.values())


def _of_document(document: Desired, lookup: Lookup, rows: Mapping[int, Row]) -> Iterator[Diagnostic]:
    for name in lookup.fields:
        for path, id in ids_of(document, name):
            where = at(document.place(path), key=document.key, path=path)
            row = rows.get(id)
            if row is None:
                told = f"`{name}`: the account has no {id} among its {lookup.table}"
                yield error("id-unknown", told, _known(rows, lookup.table), **where)
                continue
            if "." not in name:  # what a tool calls is not what the assistant is
                yield from _unfit(document, lookup, row, where)


def _unfit(document: Desired, lookup: Lookup, row: Row, where: Mapping[str, str | int | None]) -> Iterator[Diagnostic]:
    who = f"{row.id} ({row.name}) of the {lookup.table}"
    scope = lookup.scope
    if scope is not None:
        fits = sorted({each for value in row.listed for each in scope.values.get(value, ())})
        mine = document.content.get(scope.field)
        if mine is not None and mine not in fits:
            told = f"{who} is for {scope.field} {' or '.join(fits)}, and this assistant's is {mine}"
            yield error("id-unfit", told, f"Choose another, or change `{scope.field}`.", **where)
    for each in lookup.unfit:
        if equal(row.columns.get(each.column), each.value) and document.content.get(each.field) == each.is_:
            told = f"{who} is of {each.column} {each.value}, which no assistant of {each.field} {each.is_} can use"
            yield error("id-unfit", told, "Choose another.", **where)
    for column, name in lookup.columns.items():
        there, mine = row.columns.get(column), document.content.get(name)
        if there is not None and mine is not None and not equal(there, mine):
            told = f"{who} is made for {name} {there}, and this assistant's is {mine}"
            yield warning("id-unfit", told, "It may sound strange: listen to it, or choose another.", **where)


def ids_of(document: Desired, name: str) -> Iterator[tuple[Path, int]]:
    """Every id that a document holds in one field of a look-up, and where."""
    first, *inside = name.split(".")
    return _ids(document.content.get(first), (first,), inside)


def _ids(value: Json, path: Path, inside: Sequence[str]) -> Iterator[tuple[Path, int]]:
    """Every id at a place, or `inside` it under these names, whatever lists stand between."""
    if isinstance(value, bool):
        return
    if isinstance(value, int) and not inside:
        yield path, value
    elif isinstance(value, str):
        if not inside and value.isascii() and value.isdigit() and len(value) <= LONGEST_ID:
            yield path, int(value)  # inside of tools the platform shows ids as text, and takes them so
    elif isinstance(value, Mapping) and inside:
        yield from _ids(value.get(inside[0]), (*path, inside[0]), inside[1:])
    elif isinstance(value, Sequence):
        for index, each in enumerate(value):
            yield from _ids(each, (*path, index), inside)


def _known(rows: Mapping[int, Row], table: str) -> str:
    shown = ", ".join(f"{each.id} ({each.name})" for each in list(rows.values())[:SHOWN])
    more = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
    return f"It has {shown}{more}. `reconciler catalog` gives them names." if rows else f"It has no {table} at all."
