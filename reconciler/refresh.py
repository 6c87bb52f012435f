"""Refresh: every assistant of the account, read from the list. Shell: talks to the API, writes nothing.

There is no read of one assistant, so all pages are read: the first says how many there are, the rest come at once.
The list has no documented order and may move while it is read: rows are told apart by id, and what was read must be
as many as the list says there are, or everything is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from reconciler.api import Page
from reconciler.canonical import Json
from reconciler.errors import ApiError, error
from reconciler.live import live_assistant
from reconciler.model import Live
from reconciler.schemas import SchemaSet

PER_PAGE = 100
MOST_PAGES = 2_000
"""Two hundred thousand assistants: a list that has more pages is not one."""
TRIES = 3


class Reader(Protocol):
    """The API, as far as it is read here; ApiClient is one."""

    def get_page(self, path: str, *, page: int, per_page: int = PER_PAGE) -> Page: ...


def read_live(client: Reader, schemas: SchemaSet, *, parallelism: int = 10) -> dict[int, Live]:
    """Every assistant by id; deleted ones are left out.

    Raises ApiError as the client does, `no-list-route` where the schemas know none, and `list-unsteady` where the
    list says otherwise each time it is read.
    """
    route = schemas.endpoints.get("list")
    if route is None:
        raise ApiError(
            error(
                "no-list-route",
                "the schemas know no documented list of assistants, so live cannot be read",
                "Generate them again with `--list PAGE`; without `--refresh` a plan needs no list.",
            )
        )
    per_page = _per_page(schemas)
    for _ in range(TRIES):
        rows, total = _all_rows(client, route.path, per_page, parallelism)
        if total is None or total == len(rows):
            return _assistants(rows.values(), schemas)
    raise ApiError(
        error(
            "list-unsteady",
            f"the list of assistants says that there are {total}, and shows {len(rows)}, each time it is read",
            "Somebody may be creating or deleting assistants right now: try again. Nothing was changed.",
        )
    )


def _all_rows(
    client: Reader, path: str, per_page: int, parallelism: int
) -> tuple[dict[int, Mapping[str, Json]], int | None]:
    first = client.get_page(path, page=1, per_page=per_page)
    pages = [first]
    if first.last_page is None:
        pages += _until_empty(client, path, per_page, first)
    elif first.last_page > MOST_PAGES:
        raise _endless(first.last_page)
    elif first.last_page > 1:
        with ThreadPoolExecutor(max_workers=parallelism) as pool:
            numbers = range(2, first.last_page + 1)
            pages += pool.map(lambda number: client.get_page(path, page=number, per_page=per_page), numbers)
    return _by_id(row for page in pages for row in page.rows), pages[-1].total


def _until_empty(client: Reader, path: str, per_page: int, first: Page) -> list[Page]:
    """Without a word on how many pages there are: on and on, until one has nothing new."""
    pages: list[Page] = []
    seen = set(_by_id(first.rows))
    for number in range(2, MOST_PAGES + 1):
        page = client.get_page(path, page=number, per_page=per_page)
        new = set(_by_id(page.rows)) - seen
        if not new:
            return pages
        seen |= new
        pages.append(page)
    raise _endless(MOST_PAGES)


def _by_id(rows: Iterable[Mapping[str, Json]]) -> dict[int, Mapping[str, Json]]:
    return {id: row for row in rows if isinstance(id := row.get("id"), int) and not isinstance(id, bool)}


def _assistants(rows: Iterable[Mapping[str, Json]], schemas: SchemaSet) -> dict[int, Live]:
    found = [live_assistant(row, schemas) for row in rows]
    return {each.id: each for each in found if each is not None}


def _per_page(schemas: SchemaSet) -> int:
    """As many as the page allows, where it says."""
    query = (schemas.list_ or {}).get("x-query", {})
    most = query.get("per_page", {}).get("maximum")
    return min(PER_PAGE, most) if isinstance(most, int) and most > 0 else PER_PAGE


def _endless(pages: int) -> ApiError:
    return ApiError(
        error(
            "list-endless",
            f"the list of assistants claims {pages} pages or more",
            "Is this the address of the API? Nothing was changed.",
        )
    )
