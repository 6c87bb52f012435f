"""Live, read over a socket: every page, in any mood of the list."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.api import ApiClient, Page
from reconciler.apply import apply_plan
from reconciler.config import find_schemas
from reconciler.errors import ApiError
from reconciler.model import Desired
from reconciler.planning import make_plan
from reconciler.refresh import read_live
from reconciler.schemas import SchemaSet
from reconciler.secrecy import Vault
from reconciler.state.files import FileStore
from tests.support import desk
from tests.support.frontdesk import frontdesk
from tests.support.strategies import contents
from tests.support.vendor import running

BRANDS = {"committed": find_schemas(Path(__file__).parent.parent.parent), "frontdesk": frontdesk()}


def test_250_assistants_take_three_requests() -> None:
    """A hundred a page, and each of them once."""
    with running(frontdesk()) as vendor, ApiClient(vendor.url, vendor.key) as client:
        for number in range(250):
            client.send("POST", "/agent", desk.content(title=f"Clinic {number}"))
        before = len(vendor.calls)
        found = read_live(client, frontdesk())
        assert len(found) == 250
        assert found[101].name == "Clinic 0"
        assert len(vendor.calls) - before == 3


@pytest.mark.parametrize("brand", sorted(BRANDS))
@settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_was_written_reads_as_no_drift(brand: str, data: st.DataObject) -> None:
    """Whatever the read quirks do to a valid document: after an apply, a refreshed plan is empty and sees no drift."""
    schemas = BRANDS[brand]
    content = data.draw(contents(schemas))
    wanted = [Desired(key="reception", content=content, source="sha256:x", file="assistants/reception.yaml")]
    with (
        running(schemas) as vendor,
        ApiClient(vendor.url, vendor.key) as client,
        tempfile.TemporaryDirectory() as folder,
    ):
        store = FileStore(Path(folder), environment="default")

        def plan(live: Any = None) -> Any:
            return make_plan(
                environment="default",
                lineage=store.lineage(),
                desired=wanted,
                entries=store.read(),
                schemas=schemas,
                live=live,
            )

        outcome = apply_plan(plan(), store=store, client=client, schemas=schemas, vault=Vault())
        assert outcome.exit_code == 0
        refreshed = plan(read_live(client, schemas))
        assert refreshed.is_empty
        assert refreshed.drift == ()


class Pages:
    """A list that answers as it was told; each call of `get_page` is remembered."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: list[int] = []

    def get_page(self, path: str, *, page: int, per_page: int = 100) -> Page:
        self.asked.append(page)
        rows, total, last = self.answer(page, len(self.asked))
        return Page(rows=tuple({"id": id, "title": f"Desk {id}"} for id in rows), total=total, last_page=last)


def ids(found: Any) -> Sequence[int]:
    return sorted(found)


def test_rows_that_repeat_are_counted_once() -> None:
    """A list that moves while it is read shows a row on two pages."""
    pages = Pages(lambda page, _: ([1, 2] if page == 1 else [2, 3], 3, 2))
    assert ids(read_live(pages, frontdesk(), parallelism=1)) == [1, 2, 3]


def test_a_list_that_moved_is_read_again() -> None:
    """Two of three the first time, all of them the second."""
    pages = Pages(lambda page, call: ([1, 2] if call == 1 else [1, 2, 3], 3, 1))
    assert ids(read_live(pages, frontdesk())) == [1, 2, 3]
    assert pages.asked == [1, 1]


def test_a_total_that_lies_is_an_error_and_not_a_gap() -> None:
    """An assistant that is merely not shown must not look deleted."""
    with pytest.raises(ApiError) as raised:
        read_live(Pages(lambda page, _: ([1, 2], 3, 1)), frontdesk())
    assert [each.code for each in raised.value.diagnostics] == ["list-unsteady"]


def test_without_a_number_of_pages_it_reads_until_nothing_is_new() -> None:
    """Pages that repeat end it as an empty one does."""
    pages = Pages(lambda page, _: ({1: [1, 2], 2: [3], 3: [3]}.get(page, []), None, None))
    assert ids(read_live(pages, frontdesk())) == [1, 2, 3]
    assert pages.asked == [1, 2, 3]


@pytest.mark.parametrize("last", [10**9, None])
def test_a_list_that_never_ends_is_an_error(last: int | None) -> None:
    """Told to have too many pages, or going on for ever."""
    with pytest.raises(ApiError) as raised:
        read_live(Pages(lambda page, _: ([page], None, last)), frontdesk())
    assert [each.code for each in raised.value.diagnostics] == ["list-endless"]


def test_without_a_list_route_it_says_how_to_get_one() -> None:
    """A schema set from create and update pages alone."""
    full = frontdesk()
    bare = SchemaSet(assistant=full.assistant, create=full.create, update=full.update)
    with pytest.raises(ApiError) as raised:
        read_live(Pages(lambda page, _: ([], 0, 1)), bare)
    assert "--list" in (raised.value.diagnostics[0].detail or "")
