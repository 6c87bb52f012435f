"""A whole environment as one value: what it is written as, what is refused, and what putting it into a home does."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.canonical import pretty
from reconciler.entries import entry_to_json
from reconciler.errors import StateConflictError, StateError
from reconciler.model import Entry
from reconciler.state.files import FileStore
from reconciler.state.transfer import Moved, Snapshot, put_into, snapshot_from_json, snapshot_to_json, taken_from
from tests.state.contract import DESK, SALES
from tests.state.strategies import entries

LINEAGE = "0b9f4a52-5a3d-4a30-9d0c-6d6f3c1b7c11"
OLD = replace(SALES, updated_at="2026-11-03T09:00:00Z")
NEW = replace(SALES, updated_at="2026-11-04T09:00:00Z", last_applied={"title": "Sales, evenings"})
WHERE = "production.state.json"


@pytest.fixture
def home(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "there", environment="production", shown="elsewhere/production")


def snapshot(*held: Entry, account: str | None = None) -> Snapshot:
    return Snapshot(
        environment="production", lineage=LINEAGE, account=account, entries={each.key: each for each in held}
    )


def filled(home: FileStore, *held: Entry, account: str | None = None) -> FileStore:
    home.begin(LINEAGE)
    for each in held:
        home.write(each)
    if account is not None:
        home.remember_account(account)
    return home


def refusal(act: Callable[[], object]) -> StateError:
    with pytest.raises(StateError) as caught:
        act()
    assert all(each.detail for each in caught.value.diagnostics)
    return caught.value


def test_everything_of_an_environment_is_one_json(home: FileStore) -> None:
    """Its name, its lineage, its account, and every entry by its key."""
    found = taken_from(filled(home, SALES, account="sha256:practice"), "production")
    assert snapshot_to_json(found) == {
        "format_version": "1.0",
        "environment": "production",
        "lineage": LINEAGE,
        "account": "sha256:practice",
        "entries": {SALES.key: entry_to_json(SALES)},
    }


@given(held=st.lists(entries(), max_size=3, unique_by=lambda each: each.key), account=st.none() | st.just("sha256:one"))
def test_a_snapshot_comes_back_as_it_was(held: list[Entry], account: str | None) -> None:
    """Whatever it holds; its entries are in the order of their keys then."""
    taken = snapshot(*held, account=account)
    found = snapshot_from_json(pretty(snapshot_to_json(taken)).encode(), where=WHERE)
    assert found == taken
    assert list(found.entries) == sorted(taken.entries)


def test_nothing_is_no_snapshot(home: FileStore) -> None:
    """A wrong address looks like an empty environment, and moving that would move nothing."""
    (found,) = refusal(lambda: taken_from(home, "production")).diagnostics
    assert (found.code, found.summary) == ("state-empty", "there is no state of production at elsewhere/production")


WHOLE = snapshot_to_json(snapshot(SALES))


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        ([], [("state-unreadable", None)]),
        (WHOLE | {"format_version": 1}, [("state-unreadable", None)]),
        (WHOLE | {"environment": None}, [("state-unreadable", None)]),
        (WHOLE | {"entries": [SALES.key]}, [("state-unreadable", None)]),
        (WHOLE | {"lineage": "mine"}, [("state-unreadable", None)]),
        (WHOLE | {"lineage": None}, [("state-unreadable", None)]),
        (WHOLE | {"account": 7}, [("state-unreadable", None)]),
        (
            WHOLE | {"entries": {"../sales": {}, DESK.key: {}, SALES.key: entry_to_json(SALES)}},
            [("state-key-unsafe", "../sales"), ("state-unreadable", DESK.key)],
        ),
    ],
)
def test_what_is_no_snapshot_is_refused(stored: Any, told: list[tuple[str, str | None]]) -> None:
    """With every entry that is wrong, by its key, and the name of the file."""
    found = refusal(lambda: snapshot_from_json(json.dumps(stored).encode(), where=WHERE)).diagnostics
    assert [(each.code, each.key) for each in found] == told
    assert {each.file for each in found if each.code != "state-key-unsafe"} <= {WHERE}


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        ({"environment": "production", "entries": {}}, "it is no state of format 1.0"),
        ({"format_version": "1.0", "entries": {}}, "it has no `environment`"),
    ],
)
def test_what_a_snapshot_lacks_is_said(stored: Any, why: str) -> None:
    """In words that tell a wrong file from a damaged one."""
    (found,) = refusal(lambda: snapshot_from_json(json.dumps(stored).encode(), where=WHERE)).diagnostics
    assert found.summary.startswith(f"the file cannot be read: {why}")


MOVES: list[tuple[str, list[Entry], list[Entry], Moved]] = [
    ("into an empty home", [], [DESK, OLD], Moved(written=(DESK.key, OLD.key), removed=(), equal=())),
    ("over what is older", [OLD, DESK], [NEW, DESK], Moved(written=(NEW.key,), removed=(), equal=(DESK.key,))),
    ("over the same", [OLD, DESK], [OLD, DESK], Moved(written=(), removed=(), equal=(OLD.key, DESK.key))),
    ("nothing at all", [], [], Moved(written=(), removed=(), equal=())),
]


@pytest.mark.parametrize(("there", "taken", "wanted"), [row[1:] for row in MOVES], ids=[row[0] for row in MOVES])
def test_a_home_holds_the_snapshot_then(home: FileStore, there: list[Entry], taken: list[Entry], wanted: Moved) -> None:
    """Only what differs is written, and what was done is told by key."""
    filled(home, *there) if there else None
    assert put_into(home, snapshot(*taken), force=False) == wanted
    assert home.read() == {each.key: each for each in taken}
    assert home.lineage() == LINEAGE


AHEAD: list[tuple[str, list[Entry], list[Entry], str, Moved]] = [
    (
        "a newer entry",
        [NEW, DESK],
        [OLD, DESK],
        f"newer there: {NEW.key}",
        Moved(written=(NEW.key,), removed=(), equal=(DESK.key,)),
    ),
    (
        "another of the same time",
        [replace(OLD, id=5)],
        [OLD],
        f"newer there: {OLD.key}",
        Moved(written=(OLD.key,), removed=(), equal=()),
    ),
    (
        "another without a time",
        [replace(DESK, id=5)],
        [DESK],
        f"newer there: {DESK.key}",
        Moved(written=(DESK.key,), removed=(), equal=()),
    ),
    (
        "one that only the home has",
        [OLD, DESK],
        [OLD],
        f"only there: {DESK.key}",
        Moved(written=(), removed=(DESK.key,), equal=(OLD.key,)),
    ),
    (
        "both",
        [NEW, DESK],
        [OLD],
        f"newer there: {NEW.key}; only there: {DESK.key}",
        Moved(written=(OLD.key,), removed=(DESK.key,), equal=()),
    ),
]


@pytest.mark.parametrize(
    ("there", "taken", "told", "forced"), [row[1:] for row in AHEAD], ids=[row[0] for row in AHEAD]
)
def test_what_is_newer_there_is_replaced_by_force_alone(
    home: FileStore, there: list[Entry], taken: list[Entry], told: str, forced: Moved
) -> None:
    """Without it the home is left as it was, and the keys are named."""
    filled(home, *there)
    problem = refusal(lambda: put_into(home, snapshot(*taken), force=False))
    assert isinstance(problem, StateConflictError)
    assert [each.code for each in problem.diagnostics] == ["state-moved-on"]
    assert f"elsewhere/production has moved on since this was taken ({told})" in problem.diagnostics[0].summary
    assert home.read() == {each.key: each for each in there}
    assert put_into(home, snapshot(*taken), force=True) == forced
    assert home.read() == {each.key: each for each in taken}


@pytest.mark.parametrize(("count", "told"), [(5, "desk-4)"), (6, "desk-4 and 1 more)"), (9, "desk-4 and 4 more)")])
def test_five_keys_are_named_and_the_others_counted(home: FileStore, count: int, told: str) -> None:
    """An account of two hundred assistants fills no screen."""
    filled(home, *(replace(DESK, key=f"desk-{number}") for number in range(count)))
    (found,) = refusal(lambda: put_into(home, snapshot(), force=False)).diagnostics
    assert found.summary.endswith(f"(only there: desk-0, desk-1, desk-2, desk-3, {told}")


def test_another_lineage_is_never_replaced(home: FileStore) -> None:
    """Not by force either."""
    home.write(DESK)
    for force in (False, True):
        problem = refusal(lambda force=force: put_into(home, snapshot(OLD), force=force))  # type: ignore[misc]
        assert isinstance(problem, StateConflictError)
        (found,) = problem.diagnostics
        assert found.code == "state-other-lineage"
        assert "at elsewhere/production: its lineage is" in found.summary
    assert home.read() == {DESK.key: DESK}


@pytest.mark.parametrize(
    ("there", "taken", "after"),
    [
        (None, None, None),
        (None, "sha256:a", "sha256:a"),
        ("sha256:a", None, "sha256:a"),
        ("sha256:b", "sha256:a", "sha256:a"),
    ],
)
def test_the_account_goes_along(home: FileStore, there: str | None, taken: str | None, after: str | None) -> None:
    """A snapshot that knows of none takes none away."""
    put_into(filled(home, account=there), snapshot(account=taken), force=False)
    assert home.account() == after


class Forgetful(FileStore):
    """A home that does not keep what it is given."""

    def write(self, entry: Entry) -> None:
        super().write(replace(entry, protect=True))


class Losing(FileStore):
    """A home that says yes and keeps nothing."""

    def write(self, entry: Entry) -> None:
        if entry.key != DESK.key:
            super().write(entry)


class Mistaken(FileStore):
    """A home that says it is another environment's once it is made."""

    def lineage(self) -> str | None:
        return super().lineage() and "77777777-5a3d-4a30-9d0c-6d6f3c1b7c11"


@pytest.mark.parametrize(
    ("kind", "told"),
    [(Forgetful, f"{OLD.key}, {DESK.key}"), (Losing, DESK.key), (Mistaken, "the lineage")],
)
def test_a_home_that_keeps_something_else_is_noticed(tmp_path: Path, kind: type[FileStore], told: str) -> None:
    """It is read back, and what is wrong is named."""
    odd = kind(tmp_path, environment="production", shown="elsewhere")
    (found,) = refusal(lambda: put_into(odd, snapshot(OLD, DESK), force=False)).diagnostics
    assert found.code == "state-not-kept"
    assert found.summary == f"what was read back from elsewhere is not what was written: {told}"
