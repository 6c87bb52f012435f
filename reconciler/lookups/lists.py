"""`lookups.json` as values: each list with its route, its columns, and the fields that hold its ids. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

from reconciler.canonical import Json
from reconciler.errors import SchemaError, error
from reconciler.frozen import dataclass
from reconciler.schemas import SchemaSet


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """A query `parameter` asked once with each value; what is listed then fits documents by their `field`."""

    parameter: str
    field: str
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unfit:
    """Rows whose `column` has `value` cannot be used by documents whose `field` is `is_`."""

    column: str
    value: str
    field: str
    is_: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """One list. `table` is its name in the catalogue; `columns` are columns that a document's field must equal.

    A field inside another one, or inside the items of a list, is written with a dot: `steps.line_id`.
    """

    table: str
    path: str
    fields: tuple[str, ...]
    name: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    scope: Scope | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    unfit: tuple[Unfit, ...] = ()

    def queries(self) -> list[tuple[str | None, dict[str, str]]]:
        """Every query that the list takes, with the scope's value that it asks for."""
        if self.scope is None:
            return [(None, dict(self.query))]
        return [(value, {**self.query, self.scope.parameter: value}) for value in self.scope.values]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row, without what nobody asked for: tools list their keys in clear. `listed` are the scope's values."""

    id: int
    name: str
    columns: Mapping[str, Json] = field(default_factory=dict)
    listed: frozenset[str] = frozenset()


def read_lists(content: Json, schemas: SchemaSet, *, where: str) -> tuple[Lookup, ...]:
    """The lists whose fields the schemas know. Raises SchemaError for a file of another shape."""
    try:
        stated: Any = content["lookups"]  # type: ignore[index,call-overload]
        found = [_lookup(table, each) for table, each in stated.items()]
    except (KeyError, TypeError, AttributeError) as problem:
        why = f"`{problem.args[0]}` is missing" if isinstance(problem, KeyError) else problem
        told = f"the file does not describe look-up lists: {why}"
        then = "Take the file that ships with reconciler as an example."
        raise SchemaError(error("lookups-invalid", told, then, file=where)) from None
    return tuple(each for each in found if any(name.partition(".")[0] in schemas.fields for name in each.fields))


def row_of(lookup: Lookup, stated: Mapping[str, Json], listed: str | None) -> Row | None:
    """The row that the API shows, or None for one without an id."""
    id = stated.get("id")
    if not isinstance(id, int) or isinstance(id, bool):
        return None
    name = next((str(stated[each]).strip() for each in lookup.name if str(stated.get(each) or "").strip()), "")
    wanted = {*lookup.columns, *(each.column for each in lookup.unfit)}
    columns = {each: stated[each] for each in sorted(wanted) if each in stated}
    return Row(id=id, name=name, columns=columns, listed=frozenset([listed] if listed else []))


def joined(rows: Sequence[Row]) -> dict[int, Row]:
    """Rows by id, ascending; one that is listed for several values of the scope fits all of them."""
    found: dict[int, Row] = {}
    for each in rows:
        before = found.get(each.id, each)
        listed = before.listed | each.listed
        found[each.id] = Row(id=each.id, name=before.name, columns=before.columns, listed=listed)
    return dict(sorted(found.items()))


def _lookup(table: str, stated: Mapping[str, Any]) -> Lookup:
    scope = stated.get("scope")
    return Lookup(
        table=table,
        path=_text(stated["path"]),
        fields=_texts(stated["fields"]),
        name=_texts(stated["name"]),
        query=_pairs(stated.get("query", {})),
        scope=None
        if scope is None
        else Scope(
            parameter=_text(scope["parameter"]),
            field=_text(scope["field"]),
            values={name: _texts(fits) for name, fits in scope["values"].items()},
        ),
        columns=_pairs(stated.get("columns", {})),
        unfit=tuple(
            Unfit(
                column=_text(each["column"]),
                value=_text(each["value"]),
                field=_text(each["field"]),
                is_=_text(each["is"]),
            )
            for each in stated.get("unfit", ())
        ),
    )


def _text(stated: Any) -> str:
    if not isinstance(stated, str):
        raise TypeError("a text is due where something else stands")
    return stated


def _texts(stated: Any) -> tuple[str, ...]:
    if not isinstance(stated, list):
        raise TypeError("a list of texts is due where something else stands")
    return tuple(_text(each) for each in stated)


def _pairs(stated: Any) -> dict[str, str]:
    return {name: _text(value) for name, value in stated.items()}
