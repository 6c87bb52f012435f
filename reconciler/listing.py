"""The look-up lists of an account, read. Shell: talks to the API, writes nothing.

A list comes as a bare array or in an envelope, in pages or whole. A brand that lacks one answers 404: no error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from reconciler.api import Answer, ApiClient, Failure, Kind
from reconciler.api.reading import rows_in
from reconciler.errors import ApiError, Diagnostic, error, note
from reconciler.lookups.lists import Lookup, Row, joined, row_of
from reconciler.lookups.naming import Rows
from reconciler.model import Content

MOST_PAGES = 200


def read_rows(
    client: ApiClient, lookups: Iterable[Lookup], *, parallelism: int = 4
) -> tuple[Rows, tuple[Diagnostic, ...]]:
    """The rows of each list by table, and a note for each that this API does not have.

    Raises ApiError as the client does, and `not-a-list` for an answer that holds no rows.
    """
    wanted = list(lookups)
    with ThreadPoolExecutor(max_workers=parallelism) as pool:
        found = list(pool.map(lambda each: _rows(client, each), wanted))
    rows = {each.table: read for each, read in zip(wanted, found, strict=True) if read is not None}
    missing = tuple(_missing(each) for each, read in zip(wanted, found, strict=True) if read is None)
    return rows, missing


def _rows(client: ApiClient, lookup: Lookup) -> Mapping[int, Row] | None:
    rows: list[Row | None] = []
    for listed, query in lookup.queries():
        stated = _stated(client, lookup.path, query)
        if stated is None:
            return None
        rows += [row_of(lookup, each, listed) for each in stated]
    return joined([each for each in rows if each is not None])


def _stated(client: ApiClient, path: str, query: Mapping[str, str]) -> list[Content] | None:
    rows: list[Content] = []
    for page in range(1, MOST_PAGES + 1):
        outcome = client.attempt("GET", path, query={**query, "page": str(page)} if page > 1 else query)
        if isinstance(outcome, Failure):
            if outcome.kind in (Kind.NOT_FOUND, Kind.WRONG_ADDRESS):
                return None
            raise outcome.error()
        found, last = _page(outcome, path)
        rows += found
        if page >= last:
            break
    return rows


def _page(answer: Answer, path: str) -> tuple[tuple[Content, ...], int]:
    rows, wrong = rows_in(answer.json)
    if wrong:
        told = f"GET {path} did not answer with a list: {wrong}"
        raise ApiError(error("not-a-list", told, "Is this the API's address?"))
    last = answer.json.get("last_page") if isinstance(answer.json, Mapping) else None
    return rows, last if isinstance(last, int) and not isinstance(last, bool) else 1


def _missing(lookup: Lookup) -> Diagnostic:
    return note("no-such-list", f"this API has no list of {lookup.table} ({lookup.path}), so they are left out")
