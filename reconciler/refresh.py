"""Refresh: every assistant of the account, read from the list. Shell: talks to the API, writes nothing.

There is no read of one assistant, so all pages are read: the first says how many there are, the rest come at once.
The list has no documented order and may move while it is read: rows are told apart by id, and what was read must be
as many as the list says there are, or everything is read again. An assistant that is merely not shown must never look
deleted: a create would follow, and a phone number would have two who want it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import field, replace
from itertools import islice
from typing import Protocol

from reconciler.api import Page
from reconciler.canonical import Json
from reconciler.errors import ApiError, error
from reconciler.frozen import dataclass
from reconciler.live import live_assistant
from reconciler.model import Content, Live
from reconciler.schemas import SchemaSet

PER_PAGE = 100
FEWER = 10
"""Rows a page where a hundred of them are more than one answer may hold."""
MOST_PAGES = 1_000
"""A hundred thousand assistants: a list that has more pages is not one."""
MOST_BYTES = 1024**3
IDLE_PAGES = 10
"""So many pages in a row without anything new: the list repeats itself, whatever it claims."""
TRIES = 3
DEEPEST = 64
"""Levels of nesting of one value; the platform's own have four."""


class Reader(Protocol):
    """The API, as far as it is read here; ApiClient is one."""

    def get_page(self, path: str, *, page: int, per_page: int = PER_PAGE) -> Page: ...


def read_live(
    client: Reader, schemas: SchemaSet, *, parallelism: int = 10, expected: Collection[int] = ()
) -> dict[int, Live]:
    """Every assistant by id; deleted ones are left out. Where one of `expected` is not shown, all is read once more.

    Raises ApiError as the client does, `no-list-route` where the schemas know no list and `no-list` where the API has
    none, `list-unsteady` where the list says otherwise each time it is read, and `list-endless`, `list-too-large`,
    `row-without-id` and `row-too-deep` for what no account holds.
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
    reading = _Reading(client, route.path, schemas, parallelism)
    missing: set[int] | None = None
    for _ in range(TRIES):
        read = reading.whole()
        if read.total is None or read.total == len(read.rows):
            now = set(expected) - set(read.rows)
            if not now or now == missing:
                return _assistants(read.rows.values(), schemas)
            missing = now
    raise _unsteady(route.path, read, missing)


@dataclass(slots=True)
class _Read:
    """What one reading of all pages has found so far."""

    rows: dict[int, Content] = field(default_factory=dict)
    total: int | None = None
    size: int = 0

    def add(self, page: Page, number: int, path: str) -> bool:
        """Take a page in; whether it had anything new. Raises ApiError for rows that cannot be told apart."""
        before = len(self.rows)
        self.size += page.size
        self.total = page.total
        for at, row in enumerate(page.rows, 1):
            id = row.get("id")
            if not isinstance(id, int) or isinstance(id, bool):
                raise _no_id(f"{path}, page {number}, row {at}")
            self.rows[id] = row
        if self.size > MOST_BYTES:
            raise _too_large(path, number)
        return len(self.rows) > before


class _Reading:
    """All pages of one list, as often as it takes."""

    def __init__(self, client: Reader, path: str, schemas: SchemaSet, parallelism: int) -> None:
        self._client = client
        self._path = path
        self._fields = schemas.fields
        self._parallelism = parallelism
        self._per_page = _per_page(schemas)

    def whole(self) -> _Read:
        """The list from the first page to the last, in smaller pages where full ones are too large to read."""
        try:
            read = self._pages()
        except ApiError as problem:
            if self._per_page <= FEWER or not _says(problem, "answer-too-large"):
                raise
            self._per_page = FEWER
            read = self._pages()
        for id, row in read.rows.items():
            self._refuse_depth(id, row)
        return read

    def _pages(self) -> _Read:
        read = _Read()
        first = self._first()
        read.add(first, 1, self._path)
        last = _last_page(first)
        if last is None:
            self._until_idle(read, first)
        elif last > MOST_PAGES:
            raise _endless(self._path, last)
        else:
            self._up_to(last, read)
        return read

    def _first(self) -> Page:
        try:
            return self._page(1)
        except ApiError as problem:
            if _says(problem, "wrong-address", "not-found"):
                raise _no_list(problem) from None
            raise

    def _page(self, number: int) -> Page:
        return self._client.get_page(self._path, page=number, per_page=self._per_page)

    def _up_to(self, last: int, read: _Read) -> None:
        """At once, but never far ahead of what was looked at: a list that repeats itself is not asked on and on."""
        idle, asked, numbers = 0, deque[tuple[int, Future[Page]]](), iter(range(2, last + 1))
        with ThreadPoolExecutor(max_workers=self._parallelism) as pool:
            try:
                while idle < IDLE_PAGES:
                    for number in islice(numbers, 2 * self._parallelism - len(asked)):
                        asked.append((number, pool.submit(self._page, number)))
                    if not asked:
                        return
                    number, answer = asked.popleft()
                    idle = 0 if read.add(answer.result(), number, self._path) else idle + 1
            finally:
                for _, answer in asked:
                    answer.cancel()

    def _until_idle(self, read: _Read, first: Page) -> None:
        """Without a word on how many pages there are: on and on, until one has nothing new."""
        if not first.rows:
            return
        for number in range(2, MOST_PAGES + 1):
            if not read.add(self._page(number), number, self._path):
                return
        raise _endless(self._path, MOST_PAGES)

    def _refuse_depth(self, id: int, row: Content) -> None:
        for name in self._fields:
            if name in row and _is_deeper(row[name], DEEPEST):
                told = f"assistant {id}: `{name}` is nested more than {DEEPEST} levels deep"
                raise ApiError(error("row-too-deep", told, "Look at it in the portal. Nothing was changed."))


def _last_page(first: Page) -> int | None:
    """How many pages there are, as the first tells, or as follows from how many rows it has of them all."""
    if first.last_page is not None or first.total is None:
        return first.last_page
    return -(-first.total // len(first.rows)) if first.rows else 1


def _assistants(rows: Iterable[Mapping[str, Json]], schemas: SchemaSet) -> dict[int, Live]:
    found = [live_assistant(row, schemas) for row in rows]
    return {each.id: each for each in found if each is not None}


def _per_page(schemas: SchemaSet) -> int:
    """As many as the page allows, where it says."""
    query = (schemas.list_ or {}).get("x-query", {})
    most = query.get("per_page", {}).get("maximum")
    return min(PER_PAGE, most) if isinstance(most, int) and most > 0 else PER_PAGE


def _is_deeper(value: Json, levels: int) -> bool:
    """Level by level: recursion would end the program where the value is deep enough."""
    level = [value]
    for _ in range(levels):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return False
    return True


def _inside(value: Json) -> Iterator[Json]:
    if isinstance(value, Mapping):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _says(problem: ApiError, *codes: str) -> bool:
    return any(each.code in codes for each in problem.diagnostics)


def _no_list(problem: ApiError) -> ApiError:
    """The API does not know the route: it lists nothing, or it is another address."""
    more = "An API without a list cannot be looked at; a plan without `--refresh` works all the same."
    told = [
        replace(each, code="no-list", summary=f"live cannot be read: {each.summary}", detail=f"{each.detail}\n{more}")
        for each in problem.diagnostics
    ]
    return ApiError(*told)


def _unsteady(path: str, read: _Read, missing: set[int] | None) -> ApiError:
    told = f"says that there are {read.total}, and shows {len(read.rows)},"
    if read.total is None or read.total == len(read.rows):
        told = f"shows others of assistants {', '.join(map(str, sorted(missing or ())[:5]))}"
    return ApiError(
        error(
            "list-unsteady",
            f"GET {path}: the list of assistants {told} each time it is read",
            "Somebody may be creating or deleting assistants right now: try again. Nothing was changed.",
        )
    )


def _endless(path: str, pages: int) -> ApiError:
    return ApiError(
        error(
            "list-endless",
            f"GET {path}: the list of assistants goes on for {pages} pages or more",
            "Is this the address of the API? Nothing was changed.",
        )
    )


def _too_large(path: str, page: int) -> ApiError:
    told = f"GET {path}: the list of assistants holds more than {MOST_BYTES // 1024**2} MiB by page {page}"
    return ApiError(error("list-too-large", told, "Is this the address of the API? Nothing was changed."))


def _no_id(where: str) -> ApiError:
    told = f"GET {where}: the row has no whole number as its `id`, so nobody can say which assistant it is"
    return ApiError(error("row-without-id", told, "Is this the address of the API? Nothing was changed."))
