"""The stored form of an entry: exact both ways, and nothing else is taken for one."""

from __future__ import annotations

import copy
import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.canonical import pretty
from reconciler.entries import entry_digest, entry_from_json, entry_to_json
from reconciler.errors import StateError
from reconciler.model import Entry
from tests.state.strategies import entries, json_values

WHERE = "state/production/dental/reception.json"
STORED: dict[str, Any] = {
    "format_version": 1,
    "id": None,
    "last_applied": {},
    "source": "",
    "pending": {"body": {"title": "Reception"}, "body_digest": "sha256:1f", "started_at": "2026-11-02T08:00:00Z"},
    "history": [{"last_applied": {"title": "Desk"}, "source": "sha256:0a", "replaced_at": "2026-11-01T08:00:00Z"}],
    "protect": False,
    "unassigned": [{"field": "line_id", "value": 45, "since": "2026-11-03T09:00:00Z"}],
    "created_at": "2026-11-02T08:00:00Z",
    "updated_at": None,
}
PATHS = [
    *((name,) for name in STORED),
    *(("pending", name) for name in STORED["pending"]),
    *(("history", 0, name) for name in STORED["history"][0]),
    *(("unassigned", 0, name) for name in STORED["unassigned"][0]),
]


def read(stored: Any) -> Entry:
    return entry_from_json("dental/reception", stored, where=WHERE)


def refusal(stored: Any) -> str:
    with pytest.raises(StateError) as caught:
        read(stored)
    (found,) = caught.value.diagnostics
    assert (found.file, found.key) == (WHERE, "dental/reception")
    assert found.detail
    return f"{found.code}: {found.summary}"


@given(entry=entries())
def test_an_entry_survives_its_file(entry: Entry) -> None:
    """What is written as JSON text and read again is the same entry, with the same digest."""
    again = entry_from_json(entry.key, json.loads(pretty(entry_to_json(entry))), where=WHERE)
    assert again == entry
    assert entry_digest(again) == entry_digest(entry)


@given(stored=json_values)
def test_other_json_is_refused_and_never_crashes(stored: Any) -> None:
    """JSON that no entry has is a StateError, whatever it is."""
    refusal(stored)


@given(path=st.sampled_from(PATHS), value=json_values)
def test_a_part_of_another_kind_is_refused_or_kept_whole(path: tuple[str | int, ...], value: Any) -> None:
    """With any part replaced by any JSON, an entry is refused, or is read so that nothing of it is lost."""
    stored = copy.deepcopy(STORED)
    part: Any = stored
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    try:
        entry = read(stored)
    except StateError:
        return
    assert entry_to_json(entry) == stored


@given(entry=entries(), other=entries(), part=st.sampled_from([each.name for each in fields(Entry)]))
def test_the_digest_covers_everything_that_is_stored(entry: Entry, other: Entry, part: str) -> None:
    """Whichever part differs, the digest differs, exactly where the stored form does; the key is not stored."""
    changed = replace(entry, **{part: getattr(other, part)})
    alike = pretty(entry_to_json(entry)) == pretty(entry_to_json(changed))
    assert (entry_digest(entry) == entry_digest(changed)) == alike
    assert alike or part != "key"


@pytest.mark.parametrize("path", [path for path in PATHS if path != ("unassigned",)], ids=str)
def test_a_missing_part_is_named(path: tuple[Any, ...]) -> None:
    """Every part must be there; the message names the one that is not."""
    stored = copy.deepcopy(STORED)
    part: Any = stored
    for step in path[:-1]:
        part = part[step]
    del part[path[-1]]
    told = refusal(stored)
    assert told.startswith("state-unreadable: the state entry of dental/reception cannot be read: ")
    assert f"`{path[-1]}`" in told


def test_what_nobody_took_is_left_out_where_there_is_nothing() -> None:
    """Entries from before it could be said are read, and are written as they were."""
    stored = {name: each for name, each in STORED.items() if name != "unassigned"}
    assert read(stored).unassigned == ()
    assert entry_to_json(read(stored)) == stored


@pytest.mark.parametrize("part", [(), ("pending",), ("history", 0), ("unassigned", 0)], ids=str)
def test_an_unknown_part_is_refused(part: tuple[Any, ...]) -> None:
    """A key that this program does not know would be lost on rewriting, so the entry is not read."""
    stored = copy.deepcopy(STORED)
    inner: Any = stored
    for step in part:
        inner = inner[step]
    inner["owner"] = "front desk"
    assert "unknown keys" in refusal(stored)
    assert "owner" in refusal(stored)


@pytest.mark.parametrize("version", [2, 99])
def test_a_newer_entry_is_told_apart(version: int) -> None:
    """A newer format asks for a newer program, whatever else the entry holds."""
    told = refusal({"format_version": version, "shape": "of the future"})
    assert told == (
        f"state-newer: the state entry of dental/reception has format {version}; this program reads up to 1"
    )


@pytest.mark.parametrize("version", [True, 1.0, 0, -1, "1", None, []])
def test_a_format_version_is_a_positive_whole_number(version: Any) -> None:
    """`true` and `1.0` equal 1 in Python and are no format version."""
    assert "`format_version`" in refusal(STORED | {"format_version": version})


def test_an_entry_is_not_both_created_and_being_created() -> None:
    """An id beside a pending create contradicts it, and nobody may guess which of them is true."""
    assert "cannot both be" in refusal(STORED | {"id": 7})


@pytest.mark.parametrize("protect", [0, 1, "true", None, []])
def test_protection_is_a_truth_value(protect: Any) -> None:
    """Whether an assistant may be deleted is not left to what Python takes for true."""
    assert "`protect` is not true or false" in refusal(STORED | {"protect": protect})


@pytest.mark.parametrize("inputs", [[], [5], ["yaml:a.yaml", None], "yaml:a.yaml", {"yaml": "a.yaml"}])
def test_what_it_was_made_from_is_a_list_of_texts(inputs: Any) -> None:
    """By it a document counts as unchanged; an empty list would say that nothing can change it."""
    assert "`inputs` is not" in refusal(STORED | {"inputs": inputs})


@pytest.mark.parametrize("id", [True, 7.0, "7", [7]])
def test_an_id_is_a_whole_number(id: Any) -> None:
    """An id of another type would end up in a request's path."""
    assert "`id` is not a whole number" in refusal(STORED | {"pending": None, "id": id})
