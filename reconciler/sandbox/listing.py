"""What the list shows: rows in the vendor's read form, in the framework's paginator envelope. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from reconciler.model import Content
from reconciler.sandbox.quirks import Quirks
from reconciler.sandbox.refusals import Refused
from reconciler.sandbox.tables import Rows
from reconciler.schemas import SchemaSet

DEFAULT_PER_PAGE = 10
MAX_PER_PAGE = 100


def read_form(row: Content, schemas: SchemaSet, quirks: Quirks) -> dict[str, Any]:
    """A stored row as the list shows it: the vendor's own columns, and the fields that it does not hide."""
    return {
        name: _shown(name, value, quirks) if name in schemas.fields else value
        for name, value in row.items()
        if name not in quirks.hidden
    }


def page_of(rows: Rows, query: Mapping[str, str], url: str) -> dict[str, Any]:
    """One page of `rows` in the paginator's envelope; `url` is the list's own. Raises Refused for a bad per_page.

    A page past the last is empty, and a page that is no number is the first, as the framework has it.
    """
    per_page, total = _per_page(query.get("per_page")), len(rows)
    asked = query.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 10 and int(asked) else 1
    last = max(1, -(-total // per_page))
    shown = list(rows[(page - 1) * per_page : page * per_page])
    first = (page - 1) * per_page + 1

    def link(number: int) -> str | None:
        kept = {name: value for name, value in query.items() if name != "page"}
        return f"{url}?{urlencode({**kept, 'page': number})}" if 1 <= number <= last else None

    around = [
        ("&laquo; Previous", link(page - 1), False),
        *((str(number), link(number), number == page) for number in range(1, last + 1)),
        ("Next &raquo;", link(page + 1), False),
    ]
    return {
        "current_page": page,
        "data": shown,
        "first_page_url": link(1),
        "from": first if shown else None,
        "last_page": last,
        "last_page_url": link(last),
        "links": [{"url": each, "label": label, "active": active} for label, each, active in around],
        "next_page_url": link(page + 1),
        "path": url,
        "per_page": per_page,
        "prev_page_url": link(page - 1),
        "to": first + len(shown) - 1 if shown else None,
        "total": total,
    }


def _per_page(asked: str | None) -> int:
    if asked is None:
        return DEFAULT_PER_PAGE
    if asked.isascii() and asked.isdigit() and len(asked) < 10 and 1 <= int(asked) <= MAX_PER_PAGE:
        return int(asked)
    raise Refused({"per_page": [f"The per page field must be between 1 and {MAX_PER_PAGE}."]})


def _shown(name: str, value: Any, quirks: Quirks) -> Any:
    if value is None:
        return None
    if name in quirks.decimals:
        return f"{value:.2f}"
    if name in quirks.flags:
        return int(value)
    if name in quirks.nested:
        return [_nested(each, quirks) for each in value]
    if name in quirks.objects and not value:
        return []
    return None if name in quirks.ids and not value else value


def _nested(item: Mapping[str, Any], quirks: Quirks) -> dict[str, Any]:
    filled = {**quirks.item_defaults.get(item["type"], {}), **item}
    inner = {
        name: str(value) if name in quirks.item_texts and isinstance(value, int) else value
        for name, value in filled.items()
        if name != "type"
    }
    return {"type": item["type"], "data": inner or []}
