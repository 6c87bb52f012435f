"""What the list shows: the paginator's envelope, and rows in the read form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.listing import page_of
from reconciler.sandbox.quirks import Quirks
from reconciler.schemas import SchemaSet
from tests.sandbox.agents import CLASSIC, Desk, errors
from tests.support.frontdesk import frontdesk

URL = "http://127.0.0.1:8787/api/agents/all"


def with_list_page(**properties: Any) -> SchemaSet:
    """The brand, had its list page documented these types."""
    brand = frontdesk()
    files: dict[str, Any] = {
        "assistant": brand.assistant,
        "create": brand.create,
        "update": brand.update,
        "list": {
            **(brand.list_ or {}),
            "properties": {name: {"type": each, "description": "A key of a row."} for name, each in properties.items()},
        },
        "delete": brand.delete,
    }
    return SchemaSet.from_files(files)


def test_a_row_is_read_otherwise_than_it_was_written() -> None:
    """Decimals are texts, some booleans are 0 or 1, tools are nested, and emptiness is [] or null."""
    desk = Desk(frontdesk())
    desk.create(
        {**CLASSIC, "pitch": 1.1, "hums": True, "actions": [{"type": "transfer", "to": 7}, {"type": "hang_up"}]}
    )
    (row,) = desk.listed()["data"]
    assert {name: row[name] for name in ("pitch", "hums", "report_on", "label_ids", "facts", "wait_minutes")} == {
        "pitch": "1.10",
        "hums": 1,
        "report_on": False,
        "label_ids": None,
        "facts": [],
        "wait_minutes": 30,
    }
    assert row["hums"] is not True
    assert row["actions"] == [{"type": "transfer", "data": {"to": 7}}, {"type": "hang_up", "data": []}]


def test_a_row_has_every_stored_column() -> None:
    """The vendor's own columns come along, unknown to any schema."""
    desk = Desk(frontdesk())
    desk.create({**CLASSIC, "label_ids": [3], "facts": {"town": "Hull"}})
    (row,) = desk.listed()["data"]
    assert set(row) == set(desk.row)
    own = ("uuid", "user_id", "status", "created_at", "updated_at", "deleted_at", "compliance_blocked_at")
    assert all(row[name] == desk.row[name] for name in own)
    assert (row["label_ids"], row["facts"]) == ([3], {"town": "Hull"})


def test_the_quirks_of_the_invented_brand_follow_from_its_schemas() -> None:
    """Where the list page is silent: small numbers, booleans of one engine, lists told apart by type."""
    assert Quirks.of(frontdesk()) == Quirks(
        decimals=frozenset({"pitch"}),
        flags=frozenset({"hums"}),
        nested=frozenset({"actions"}),
        objects=frozenset({"facts"}),
        ids=frozenset({"label_ids"}),
        hidden=frozenset(),
    )


def test_the_list_page_decides_where_it_speaks() -> None:
    """A documented read type beats the rule, and what the page leaves out is not shown."""
    shown = {name: "string" for name in frontdesk().fields if name not in {"line_id", "label_ids"}}
    brand = with_list_page(**{**shown, "pitch": "number", "hums": "boolean", "report_on": "integer"})
    quirks = Quirks.of(brand)
    assert (quirks.decimals, quirks.flags) == (frozenset(), frozenset({"report_on"}))
    assert quirks.hidden == {"line_id", "label_ids"}
    desk = Desk(brand)
    desk.create({**CLASSIC, "line_id": 45})
    (row,) = desk.listed()["data"]
    assert (row["pitch"], row["hums"], row["report_on"]) == (1.0, False, 0)
    assert set(desk.row) - set(row) == {"line_id", "label_ids"}


def test_fields_can_be_hidden_by_hand() -> None:
    """A test chooses what cannot be observed."""
    desk = Desk(frontdesk(), hidden=frozenset({"greeting"}))
    desk.create(CLASSIC)
    assert "greeting" not in desk.listed()["data"][0]


def test_the_envelope_has_every_key_of_the_paginator() -> None:
    """Twenty-three rows in tens: the second page, key by key."""
    page = page_of(list(range(23)), {"page": "2"}, URL)
    links = page.pop("links")
    assert page == {
        "current_page": 2,
        "data": list(range(10, 20)),
        "first_page_url": f"{URL}?page=1",
        "from": 11,
        "last_page": 3,
        "last_page_url": f"{URL}?page=3",
        "next_page_url": f"{URL}?page=3",
        "path": URL,
        "per_page": 10,
        "prev_page_url": f"{URL}?page=1",
        "to": 20,
        "total": 23,
    }
    assert [(each["label"], each["active"]) for each in links] == [
        ("&laquo; Previous", False),
        ("1", False),
        ("2", True),
        ("3", False),
        ("Next &raquo;", False),
    ]
    assert [each["url"] for each in links[1:4]] == [f"{URL}?page={number}" for number in (1, 2, 3)]


def test_an_empty_list_is_one_empty_page() -> None:
    """Nothing yet: page 1 of 1, from and to are null, and there is nowhere to go."""
    page = page_of([], {}, URL)
    assert (page["data"], page["last_page"], page["total"]) == ([], 1, 0)
    assert (page["from"], page["to"], page["next_page_url"], page["prev_page_url"]) == (None, None, None, None)


def test_links_keep_the_page_size() -> None:
    """Following next_page_url continues with the same per_page."""
    assert page_of(list(range(5)), {"per_page": "2"}, URL)["next_page_url"] == f"{URL}?per_page=2&page=2"


@pytest.mark.parametrize("per_page", ["0", "101", "-1", "ten", "", "1.5", "٣", "9" * 30])
def test_a_page_size_out_of_bounds_is_refused(per_page: str) -> None:
    """1 to 100, and nothing else."""
    desk = Desk(frontdesk())
    assert list(errors(desk.ask("GET", "/agents/all", query={"per_page": per_page}))) == ["per_page"]


@pytest.mark.parametrize(("page", "shown"), [("0", 1), ("-3", 1), ("last", 1), ("", 1), ("2", 2), ("9", 9)])
def test_a_page_that_is_no_number_is_the_first(page: str, shown: int) -> None:
    """The framework forgives a senseless page and leaves one past the end empty."""
    found = page_of(list(range(15)), {"page": page}, URL)
    assert found["current_page"] == shown
    assert found["data"] == {1: list(range(10)), 2: [10, 11, 12, 13, 14]}.get(shown, [])


@given(count=st.integers(0, 60), per_page=st.integers(1, 100))
def test_the_pages_together_are_the_rows(count: int, per_page: int) -> None:
    """No row is lost or doubled between pages, and each page says the same total."""
    rows = list(range(count))
    first = page_of(rows, {"per_page": str(per_page)}, URL)
    pages = [page_of(rows, {"per_page": str(per_page), "page": str(n + 1)}, URL) for n in range(first["last_page"])]
    assert [each for page in pages for each in page["data"]] == rows
    assert {page["total"] for page in pages} == {count}
    assert pages[-1]["next_page_url"] is None


def test_rows_are_listed_by_ascending_id_without_the_deleted() -> None:
    """The order is stable, and deleted rows count nowhere."""
    desk = Desk(frontdesk())
    for _ in range(4):
        desk.create(CLASSIC)
    desk.delete(102)
    page = desk.listed()
    assert ([row["id"] for row in page["data"]], page["total"]) == ([101, 103, 104], 3)


# --- look-up lists ----------------------------------------------------------------------------------------------------


def test_lookups_are_bare_arrays_that_the_query_narrows() -> None:
    """Voices by mode and language, models by kind (text models where none is named)."""
    desk = Desk(frontdesk())
    status, voices = desk.ask("GET", "/user/assistants/voices")
    assert status == 200
    assert isinstance(voices, list)
    narrowed = desk.ask("GET", "/user/assistants/voices", query={"mode": "multimodal", "language_id": "1"})[1]
    assert 0 < len(narrowed) < len(voices)
    assert all(each["language_id"] == 1 for each in narrowed)
    assert not any(name.startswith("_") for each in voices for name in each)
    models = desk.ask("GET", "/user/assistants/models")[1]
    assert models == desk.ask("GET", "/user/assistants/models", query={"type": "llm"})[1]
    assert all("code" in each for each in desk.ask("GET", "/user/assistants/models", query={"type": "dualplex"})[1])


def test_caller_id_numbers_are_not_for_receiving() -> None:
    """The numbers that may be assigned depend on the kind of assistant."""
    desk = Desk(frontdesk())
    kinds = {
        kind: desk.ask("GET", "/user/assistants/phone-numbers", query={"type": kind})[1]
        for kind in ("inbound", "outbound")
    }
    assert {each["type_label"] for each in kinds["outbound"]} - {each["type_label"] for each in kinds["inbound"]} == {
        "Caller ID"
    }
