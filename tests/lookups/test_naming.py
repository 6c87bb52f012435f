"""Names for ids: plain where they are one row's, told apart where not, and never taken back."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import SchemaError
from reconciler.lookups.lists import Lookup, Row, Scope, joined, read_lists, row_of
from reconciler.lookups.naming import Named, named, references
from tests.support.frontdesk import frontdesk

VOICES = Lookup(
    table="voices",
    path="/voices",
    fields=("voice",),
    name=("name",),
    scope=Scope(parameter="engine", field="engine", values={"classic": ("classic",), "fast": ("realtime",)}),
    columns={"tongue": "tongue"},
)
TONGUES = {1: Row(id=1, name="English"), 2: Row(id=2, name="Română")}


def voice(id: int, name: str, tongue: int | None = None, *listed: str) -> Row:
    return Row(id=id, name=name, columns={} if tongue is None else {"tongue": tongue}, listed=frozenset(listed))


def names(*rows: Row, known: dict[str, Any] | None = None) -> Named:
    tables = {"voices": joined(rows), "tongues": TONGUES}
    return named(VOICES, tables, known or {}, {"tongue": "tongues", "voice": "voices"})


CASES: list[tuple[str, list[Row], dict[str, int]]] = [
    ("one each", [voice(1, "Nora"), voice(2, "Édwin  B.")], {"nora": 1, "edwin-b": 2}),
    ("by another column", [voice(1, "Nora", 1), voice(2, "nora", 2)], {"nora.english": 1, "nora.romana": 2}),
    (
        "by what they are listed for",
        [voice(1, "Nora", 1, "classic"), voice(2, "Nora", 1, "fast")],
        {"nora.english.classic": 1, "nora.english.fast": 2},
    ),
    ("one without the column", [voice(1, "Nora"), voice(2, "Nora", 2)], {"nora.1": 1, "nora.2": 2}),
    ("by the id at last", [voice(1, "Nora", 1), voice(2, "Nora", 1)], {"nora.1": 1, "nora.2": 2}),
    ("without a name", [voice(7, ""), voice(8, "日本")], {"id-7": 7, "id-8": 8}),
    ("a phone number", [voice(9, "+1 202 555")], {"+1-202-555": 9}),
]


@pytest.mark.parametrize(("rows", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_every_row_gets_one_name_of_its_own(rows: list[Row], wanted: dict[str, int]) -> None:
    """In any order of the list."""
    assert names(*rows).new == wanted
    assert names(*reversed(rows)).new == wanted


def test_a_name_that_several_rows_have_is_told() -> None:
    """With what they are called instead."""
    assert names(voice(1, "Nora", 1), voice(2, "Nora", 2)).ambiguous == {"nora": ["nora.english", "nora.romana"]}


def test_what_the_catalogue_has_stays() -> None:
    """A name by hand, one whose row was renamed, one whose row is gone; none of them is anybody else's."""
    found = names(voice(1, "Nora"), voice(2, "Edwin"), voice(3, "Reception"), known={"reception": 1, "old": 99})
    assert found.names == {"reception": 1, "old": 99, "edwin": 2, "reception.3": 3}
    assert found.gone == ["old"]
    assert names(voice(1, "Nora"), known={"nora": 1}).new == {}


def test_a_row_that_is_listed_twice_fits_both() -> None:
    """One voice of two engines is one row."""
    (row,) = joined([voice(1, "Nora", 1, "classic"), voice(1, "Nora", 1, "fast")]).values()
    assert row.listed == {"classic", "fast"}


@pytest.mark.parametrize("id", [None, "7", True, 7.5])
def test_a_row_without_an_id_is_no_row(id: Any) -> None:
    """Nothing could refer to it."""
    assert row_of(VOICES, {"id": id, "name": "Nora"}, None) is None
    assert row_of(VOICES, {"name": "Nora"}, None) is None


def test_only_an_id_with_one_name_has_a_reference() -> None:
    """And only where a reference can spell that name."""
    catalog = {"voices": {"nora": 1, "reception": 2, "front": 2, "a}b": 3, "x": "text"}}
    assert references([VOICES], catalog) == {"voice": {1: "${ref:voices.nora}"}}


def test_lists_of_fields_that_the_schemas_do_not_know_are_left_out() -> None:
    """The shipped lists are one brand's; another's fields have other names."""
    stated = {"path": "/a", "fields": ["brain_id"], "name": ["name"]}
    lists = read_lists({"lookups": {"brains": stated, "x": {**stated, "fields": ["y"]}}}, frontdesk(), where="l.json")
    assert [each.table for each in lists] == ["brains"]


BRAINS = {"path": "/brains", "fields": ["brain_id"], "name": ["name"]}


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        {"lookups": {"a": {}}},
        {"lookups": {"a": 5}},
        {"lookups": []},
        "x",
        {"lookups": {"brains": {**BRAINS, "path": 5}}},
        {"lookups": {"brains": {**BRAINS, "fields": "brain_id"}}},
        {"lookups": {"brains": {**BRAINS, "name": [5]}}},
        {"lookups": {"brains": {**BRAINS, "query": ["type=llm"]}}},
    ],
)
def test_a_file_of_another_shape_is_an_error(content: Any) -> None:
    """Never a traceback."""
    with pytest.raises(SchemaError, match="does not describe"):
        read_lists(content, frontdesk(), where="l.json")
