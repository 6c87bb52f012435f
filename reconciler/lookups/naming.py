"""Rows → names for the catalogue: plain where a name is one row's, told apart where it is several rows'. Pure.

A name once given stays: files refer to it. So what the catalogue has already wins, and nothing is ever taken out of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from reconciler.canonical import Json
from reconciler.documents.keys import slug
from reconciler.frozen import dataclass
from reconciler.lookups.lists import Lookup, Row

Rows = Mapping[str, Mapping[int, Row]]
"""By table, by id."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A table as it becomes. `ambiguous` names are several rows', `gone` are names whose id the list has not."""

    table: str
    names: Mapping[str, Json]
    new: Mapping[str, int] = field(default_factory=dict)
    ambiguous: Mapping[str, Sequence[str]] = field(default_factory=dict)
    gone: Sequence[str] = ()


def named(lookup: Lookup, rows: Rows, known: Mapping[str, Json], tables: Mapping[str, str]) -> Named:
    """The table of one list. `known` is what the catalogue has; `tables` says which table a column's ids are of."""
    mine = rows[lookup.table]
    have = {id for id in known.values() if isinstance(id, int)}
    groups: dict[str, list[Row]] = {}
    for row in mine.values():
        groups.setdefault(plain(row), []).append(row)
    new: dict[str, int] = {}
    ambiguous: dict[str, list[str]] = {}
    for name, group in groups.items():
        found = _told_apart(name, group, lookup, rows, tables)
        if len(group) > 1:
            ambiguous[name] = sorted(found.values())
        for row in group:
            if row.id not in have:
                chosen = found[row.id]
                new[chosen if chosen not in known else f"{chosen}.{row.id}"] = row.id
    return Named(
        table=lookup.table,
        names={**known, **dict(sorted(new.items()))},
        new=dict(sorted(new.items())),
        ambiguous=dict(sorted(ambiguous.items())),
        gone=sorted(name for name, id in known.items() if isinstance(id, int) and id not in mine),
    )


def plain(row: Row) -> str:
    """A row's name as a reference writes it: lower-case words joined by `-`; a phone number keeps its plus."""
    words = slug(row.name)
    return f"+{words}" if words and row.name.startswith("+") else words or f"id-{row.id}"


def references(lookups: Sequence[Lookup], catalog: Mapping[str, Json]) -> dict[str, dict[int, str]]:
    """For each field that holds ids: the reference of every id that has exactly one name in the catalogue."""
    found: dict[str, dict[int, str]] = {}
    for lookup in lookups:
        table = catalog.get(lookup.table)
        if not isinstance(table, Mapping):
            continue
        names: dict[int, list[str]] = {}
        for name, id in table.items():
            if (
                isinstance(id, int)
                and not isinstance(id, bool)
                and not set(name) & set("{}\n")
                and name == name.strip()
            ):
                names.setdefault(id, []).append(name)
        single = {id: f"${{ref:{lookup.table}.{each[0]}}}" for id, each in names.items() if len(each) == 1}
        found.update(dict.fromkeys(lookup.fields, single))
    return found


def _told_apart(
    name: str, group: Sequence[Row], lookup: Lookup, rows: Rows, tables: Mapping[str, str]
) -> dict[int, str]:
    """A name for each row: itself where it is alone, else with what it differs by, and with its id at the last."""
    if len(group) == 1:
        return {group[0].id: name}
    for label in (_by_columns, _by_columns_and_scope):
        found = {row.id: ".".join([name, *label(row, lookup, rows, tables)]) for row in group}
        if len(set(found.values())) == len(group) and name not in found.values():
            return found
    return {row.id: f"{name}.{row.id}" for row in group}


def _by_columns(row: Row, lookup: Lookup, rows: Rows, tables: Mapping[str, str]) -> Iterator[str]:
    for column, field_name in lookup.columns.items():
        id = row.columns.get(column)
        other = rows.get(tables.get(field_name, ""), {}).get(id) if isinstance(id, int) else None
        if id is not None:
            yield plain(other) if other is not None else slug(str(id))


def _by_columns_and_scope(row: Row, lookup: Lookup, rows: Rows, tables: Mapping[str, str]) -> Iterator[str]:
    yield from _by_columns(row, lookup, rows, tables)
    yield from ["-".join(sorted(row.listed))] if row.listed else []
