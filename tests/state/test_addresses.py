"""From what a person writes as the home of the state to its store: a folder or an address, and nothing is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.errors import ConfigError, LockHeldError
from reconciler.state.files import FileStore
from reconciler.state.homes import open_home, scheme_of
from reconciler.state.objects import ObjectStore
from reconciler.state.postgres import PostgresStore
from reconciler.state.store import StateStore
from tests.state.contract import DESK

ENVIRON = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-central-1", "BUILD_URL": "run 4"}


def opened(home: str, root: Path) -> StateStore:
    return open_home(home, root=root, environment="production", environ=ENVIRON)


@pytest.mark.parametrize(
    ("home", "scheme"),
    [
        ("state/production", None),
        ("../state", None),
        ("/srv/state", None),
        ("c:/state", None),
        ("postgres://db.example/state", "postgres"),
        ("PostgreSQL://db.example/state", "postgresql"),
        ("x-y.z+1://elsewhere", "x-y.z+1"),
        ("state/s3://odd", None),
    ],
)
def test_an_address_begins_with_its_scheme(home: str, scheme: str | None) -> None:
    """In any case of letters; everything else is a folder."""
    assert scheme_of(home) == scheme


def test_a_folder_lies_in_the_project_or_where_it_says(tmp_path: Path) -> None:
    """Messages call it as the person wrote it, and its lock names who this environment says."""
    for home, folder in (
        ("state/production", tmp_path / "state/production"),
        (str(tmp_path / "far"), tmp_path / "far"),
    ):
        store = opened(home, tmp_path)
        assert isinstance(store, FileStore)
        assert store.shown == home
        assert not folder.exists()
        store.write(DESK)
        assert (folder / "dental/reception.json").is_file()
        with store.lock(command="apply", timeout=0):
            with pytest.raises(LockHeldError) as caught:
                store.unlock()
            holder = store.holder()
        assert caught.value.diagnostics[0].summary.startswith("the state of production is locked by run 4")
        assert holder is not None
        assert holder.who == "run 4"


@pytest.mark.parametrize(
    ("home", "kind", "shown"),
    [
        ("postgres://maria:hunter2@db.example/state", PostgresStore, "postgres://db.example/state (production)"),
        ("postgresql://db.example/state", PostgresStore, "postgres://db.example/state (production)"),
        ("s3://practice/state", ObjectStore, "s3://practice/state/production"),
    ],
)
def test_an_address_is_a_home_on_the_network(tmp_path: Path, home: str, kind: type[StateStore], shown: str) -> None:
    """The environment is a part of every place there, and no message holds a password."""
    store = opened(home, tmp_path)
    assert isinstance(store, kind)
    assert store.shown == shown


def test_an_address_that_no_home_has_is_refused(tmp_path: Path) -> None:
    """With the ones that there are; whatever stood behind the scheme may be a password."""
    with pytest.raises(ConfigError) as caught:
        opened("mysql://maria:hunter2@db.example/state", tmp_path)
    (found,) = caught.value.diagnostics
    assert (found.code, found.summary) == ("state-home", "there is no home of the state at mysql://")
    assert "postgres://" in (found.detail or "")
