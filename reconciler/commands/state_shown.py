"""How entries look to a person: a table of many, and all that one of them holds. Pure; secrets by their names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from reconciler.canonical import Json
from reconciler.model import Content, Entry
from reconciler.render.escape import terminal_safe
from reconciler.secrecy import secret_name


def described(entry: Entry) -> Iterator[str]:
    yield entry.key
    facts = {
        "id": shown_id(entry),
        "status": status(entry),
        "protected": "yes" if entry.protect else "no",
        "created": entry.created_at or "-",
        "updated": entry.updated_at or "-",
        "source": entry.source or "-",
    }
    yield from (f"  {name:<9} {value}" for name, value in facts.items())
    for each in entry.unassigned:
        value = json.dumps(each.value, ensure_ascii=False)
        yield f"  unanswered since {each.since}: {each.field} {value}, released and not known to be taken"
    if entry.pending is not None:
        yield f"  create begun {entry.pending.started_at}, outcome unknown; sent:"
        yield from _fields(entry.pending.body)
    if entry.last_applied:
        yield "  last applied:"
        yield from _fields(entry.last_applied)
    for previous in entry.history:
        yield f"  before (until {previous.replaced_at}):"
        yield from _fields(previous.last_applied)


def _fields(content: Content) -> Iterator[str]:
    """One line a field, and texts of several lines as they are, so that a prompt can be read."""
    for name, value in sorted(content.items()):
        secret = secret_name(value)
        if secret is not None:
            yield f"    {name}: (secret {secret})"
        elif isinstance(value, str) and "\n" in value:
            yield f"    {name}:"
            yield from (f"      {line}" for line in value.split("\n"))
        else:
            yield f"    {name}: {json.dumps(value, ensure_ascii=False, sort_keys=True)}"


def row(entry: Entry) -> dict[str, Json]:
    return {
        "key": entry.key,
        "id": entry.id,
        "pending": entry.pending is not None,
        "updated_at": entry.updated_at,
    }


def status(entry: Entry) -> str:
    return "pending" if entry.pending is not None else "ok" if entry.id is not None else "empty"


def shown_id(entry: Entry) -> str:
    return "-" if entry.id is None else str(entry.id)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; nothing is cut."""
    cells = [[terminal_safe(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )
