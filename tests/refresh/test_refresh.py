"""Live, read over a socket: every page, in any mood of the list."""

from __future__ import annotations

import json
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
from reconciler.live import as_sent
from reconciler.model import Desired
from reconciler.planning import make_plan
from reconciler.planning.audit import make_audit
from reconciler.refresh import read_live
from reconciler.sandbox.storage import MemoryStorage
from reconciler.sandbox.vendor import Vendor
from reconciler.schemas import SchemaSet
from reconciler.secrecy import Vault
from reconciler.state.files import FileStore
from tests.api.rawserver import http, raw_server
from tests.support import desk
from tests.support.frontdesk import frontdesk
from tests.support.strategies import contents
from tests.support.vendor import KEY, running

BRANDS = {"committed": find_schemas(Path(__file__).parent.parent.parent), "frontdesk": frontdesk()}


def test_5000_assistants_take_fifty_requests() -> None:
    """A whole account: a hundred a page, each page once, and each assistant with what it holds."""
    storage = MemoryStorage()
    with running(frontdesk(), storage=storage) as vendor, ApiClient(vendor.url, vendor.key) as client:
        client.send("POST", "/agent", desk.content(title="Clinic 101"))
        (row,) = vendor.rows()
        with storage.transaction() as table:
            for id in range(102, 5101):
                table.put({**row, "id": id, "title": f"Clinic {id}"})
        before = len(vendor.calls)
        found = read_live(client, frontdesk(), expected=range(101, 5101))
        calls = vendor.calls[before:]
    assert {id: each.name for id, each in found.items()} == {id: f"Clinic {id}" for id in range(101, 5101)}
    assert sorted(int(each.query["page"]) for each in calls) == list(range(1, 51))
    assert {each.query["per_page"] for each in calls} == {"100"}


TOOLS = [
    {"type": "warm_call_transfer", "supervisor_phone": "+15551230000", "outbound_phone_id": 7, "hold_message": ""},
    {"type": "collect_keypad", "stop_key": " * ", "timeout": 9},
    {"type": "call_transfer", "phone_number": "15551230000", "warm_transfer": True},
    {"type": "calendar_integration", "calcom_booking_fields": [{"slug": "day", "options": []}]},
    {"type": "score", "share": 0.5, "note": None},
]


@st.composite
def awkward(draw: st.DrawFn, schemas: SchemaSet) -> dict[str, Any]:
    """A valid document as people write one: texts with line ends of two kinds, blanks, numbers with many decimals."""
    content = draw(contents(schemas))
    quirks = Vendor(schemas, MemoryStorage()).quirks
    for name in draw(st.sets(st.sampled_from(sorted(content)), max_size=6)):
        policy = schemas.fields[name]
        if name in quirks.decimals and content[name] is not None:
            content[name] = max(content[name] - 0.0051, policy.schema["minimum"])
        elif name in quirks.nested:
            content[name] = draw(st.lists(st.sampled_from(TOOLS), max_size=4))
        elif policy.placeholders:
            content[name] = {"agency": "", "product": "line one\r\nline two\r\n", "day": " "}
        elif policy.types == ("string",) and set(policy.schema) <= {"type", "description", "x-section"}:
            content[name] = f"\r\n# {content[name]}\r\n\r\nBe kind. \n"
        elif policy.types == ("string",) and policy.nullable and "format" not in policy.schema:
            content[name] = draw(st.sampled_from(["", " ", "\n"]))
    return content if schemas.violations("assistant", content) == [] else draw(contents(schemas))


@pytest.mark.parametrize("brand", sorted(BRANDS))
@settings(max_examples=150, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_was_written_reads_as_no_drift(brand: str, data: st.DataObject) -> None:
    """Whatever the read quirks do to a valid document: after an apply, a refreshed plan is empty and sees no drift."""
    schemas = BRANDS[brand]
    content = data.draw(awkward(schemas))
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
        shown = read_live(client, schemas)
        applied = {each.id: each.last_applied for each in store.read().values()}
        live = {id: as_sent(each, applied[id], schemas) for id, each in shown.items()}
        refreshed = plan(live)
        assert refreshed.is_empty
        assert refreshed.drift == ()
        report = make_audit(environment="", desired=wanted, entries=store.read(), live=live, schemas=schemas)
        assert (report.in_sync, report.has_drift) == (1, False)


class Pages:
    """A list that answers as it was told; each call of `get_page` is remembered."""

    def __init__(self, answer: Any, *, size: int = 0) -> None:
        self.answer = answer
        self.size = size
        self.asked: list[int] = []

    def get_page(self, path: str, *, page: int, per_page: int = 100) -> Page:
        self.asked.append(page)
        found, total, last = self.answer(page, len(self.asked))
        rows = tuple(each if isinstance(each, dict) else {"id": each, "title": f"Desk {each}"} for each in found)
        return Page(rows=rows, total=total, last_page=last, size=self.size)


def refusal(reply: bytes) -> pytest.ExceptionInfo[ApiError]:
    """What reading says of a server that answers so."""
    with (
        raw_server(reply) as server,
        ApiClient(server.url, KEY) as client,
        pytest.raises(ApiError) as raised,
    ):
        read_live(client, frontdesk())
    return raised


def told(raised: pytest.ExceptionInfo[ApiError]) -> tuple[str, str]:
    (diagnostic,) = raised.value.diagnostics
    return diagnostic.code, diagnostic.summary


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


def test_pages_follow_from_the_total_where_nobody_counts_them() -> None:
    """The prose documents `total` alone; a server may also give fewer rows a page than it was asked for."""
    pages = Pages(lambda page, _: (range(page * 10, page * 10 + 10), 30, None))
    assert ids(read_live(pages, frontdesk(), parallelism=1)) == list(range(10, 40))
    assert pages.asked == [1, 2, 3]


def test_an_empty_account_takes_one_request() -> None:
    """Whether the paginator speaks or not."""
    for total, last in ((0, 1), (None, None), (0, None)):
        pages = Pages(lambda page, _, said=(total, last): ([], *said))
        assert read_live(pages, frontdesk()) == {}
        assert pages.asked == [1]


def test_pages_that_repeat_are_not_all_read() -> None:
    """Nine hundred pages of the same row: given up after ten, and told as what it is."""
    pages = Pages(lambda page, _: ([7], 90_000, 900))
    with pytest.raises(ApiError) as raised:
        read_live(pages, frontdesk(), parallelism=1)
    assert told(raised)[0] == "list-unsteady"
    assert len(pages.asked) < 100


def test_an_assistant_that_is_not_shown_is_looked_for_twice() -> None:
    """A row deleted and one made while pages are read leave the total as it was, and may hide a third."""
    pages = Pages(lambda page, call: ([1, 4] if call == 1 else [3, 4], 2, 1))
    assert ids(read_live(pages, frontdesk(), expected={3, 4})) == [3, 4]
    assert pages.asked == [1, 1]


def test_an_assistant_that_is_twice_not_shown_is_gone() -> None:
    """Then it is the truth; one that is shown as deleted needs no second look."""
    pages = Pages(lambda page, _: ([4], 1, 1))
    assert ids(read_live(pages, frontdesk(), expected={3, 4})) == [4]
    assert pages.asked == [1, 1]
    pages = Pages(lambda page, _: ([4, {"id": 3, "deleted_at": "2026-11-03 09:00:00"}], 2, 1))
    assert ids(read_live(pages, frontdesk(), expected={3, 4})) == [4]
    assert pages.asked == [1]


def test_a_list_that_hides_another_one_each_time_is_an_error() -> None:
    """Nobody can say what is there."""
    pages = Pages(lambda page, call: ([call], 1, 1))
    with pytest.raises(ApiError) as raised:
        read_live(pages, frontdesk(), expected={1, 2, 3})
    assert told(raised) == (
        "list-unsteady",
        "GET /agents/all: the list of assistants shows others of assistants 1, 2 each time it is read",
    )


def test_a_list_larger_than_an_account_is_an_error() -> None:
    """Bytes are counted, so that memory ends after the list does."""
    pages = Pages(lambda page, _: ([page], 900, 900), size=64 * 1024**2)
    with pytest.raises(ApiError) as raised:
        read_live(pages, frontdesk(), parallelism=1)
    assert told(raised) == (
        "list-too-large",
        "GET /agents/all: the list of assistants holds more than 1024 MiB by page 17",
    )


@pytest.mark.parametrize("row", [{}, {"id": None}, {"id": "17"}, {"id": True}, {"id": 1.5}])
def test_a_row_that_nobody_can_tell_apart_is_an_error(row: dict[str, Any]) -> None:
    """It could be any assistant; the place is told."""
    with pytest.raises(ApiError) as raised:
        read_live(Pages(lambda page, _: ([1, row], 2, 1)), frontdesk())
    code, summary = told(raised)
    assert (code, summary.partition(": ")[0]) == ("row-without-id", "GET /agents/all, page 1, row 2")


def test_a_value_nested_without_end_is_an_error() -> None:
    """It would end the program where it is compared. What no field is may be as deep as it likes."""
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    with pytest.raises(ApiError) as raised:
        read_live(Pages(lambda page, _: ([{"id": 5, "actions": deep}], 1, 1)), frontdesk())
    assert told(raised) == ("row-too-deep", "assistant 5: `actions` is nested more than 64 levels deep")
    assert ids(read_live(Pages(lambda page, _: ([{"id": 5, "widget_settings": deep}], 1, 1)), frontdesk())) == [5]


def test_rows_of_ten_megabytes_are_read_in_smaller_pages() -> None:
    """Two of them are more than one answer may hold; ten a page are not, and every assistant is there."""
    large, storage = "Answer the phone. " * 600_000, MemoryStorage()
    with running(frontdesk(), storage=storage) as vendor, ApiClient(vendor.url, vendor.key) as client:
        client.send("POST", "/agent", desk.content())
        (row,) = vendor.rows()
        with storage.transaction() as table:
            for id in range(102, 122):
                table.put({**row, "id": id, "instructions": large if id in (105, 115) else "Be kind."})
        found = read_live(client, frontdesk())
        sizes = [each.query["per_page"] for each in vendor.calls if each.method == "GET"]
    assert ids(found) == list(range(101, 122))
    assert found[115].content["instructions"] == large
    assert sizes == ["100", "10", "10", "10"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, {"message": "The route api/agents/all could not be found."}),
        (404, {"message": "Not Found"}),
        (405, {"message": "The GET method is not supported for route api/agents/all."}),
    ],
)
def test_an_api_without_a_list_is_told_as_one(status: int, body: dict[str, str]) -> None:
    """With what still works, and where to look if the address is wrong."""
    (found,) = refusal(http(status, json.dumps(body).encode())).value.diagnostics
    assert found.code == "no-list"
    assert found.summary.startswith("live cannot be read: GET /agents/all?page=1: ")
    assert "RECONCILER_API_URL" in (found.detail or "")
    assert "without `--refresh` works" in (found.detail or "")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b'"none"', "there is no list of rows in it"),
        (b'{"data": "none"}', "there is no list of rows in it"),
        (b'{"data": {"id": 5}}', "there is no list of rows in it"),
        (b"{}", "there is no list of rows in it"),
        (b'["Reception"]', "row 1 of the list is no object"),
        (b'{"data": [{"id": 5}, null]}', "row 2 of the list is no object"),
    ],
)
def test_what_is_no_list_of_objects_is_told_with_its_place(body: bytes, wrong: str) -> None:
    """JSON it is, but not this API's."""
    code, summary = told(refusal(http(200, body)))
    assert (code, summary.rpartition(": ")[2]) == ("not-the-api", wrong)


@pytest.mark.parametrize(
    "body",
    [b'[{"id": 5}, {"id": 6}]', b'{"data": [{"id": 5}, {"id": 6}]}', b'{"data": {"0": {"id": 5}, "2": {"id": 6}}}'],
)
def test_a_list_without_a_paginator_is_read_too(body: bytes) -> None:
    """A bare array, a bare envelope, and one whose keys have gaps; the next page shows the same, so that is all."""
    with raw_server(http(200, body), http(200, body)) as server, ApiClient(server.url, KEY) as client:
        assert ids(read_live(client, frontdesk())) == [5, 6]
