"""Facts about what a project leads to: its state's home, and its API."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

import pytest

from reconciler.api import Failure, Kind, Patience
from reconciler.config import Project, open_client, open_project, open_store
from reconciler.errors import AuthError, ConfigError
from reconciler.model import Entry
from tests.api.rawserver import raw_server
from tests.edge.projects import asked, project
from tests.support.frontdesk import frontdesk
from tests.support.vendor import running

VIEWINGS = {
    "title": "Viewings",
    "direction": "make",
    "engine": "classic",
    "brain_id": 2,
    "greeting": "Hello!",
    "instructions": "Sell.",
    "zone": "UTC",
}


def opened(folder: Path, environment: str | None = None, **environ: str) -> Project:
    return open_project(asked(project(folder), environment, **environ))


@pytest.mark.parametrize(
    ("state", "folder"),
    [(None, "state/spring"), ("records/spring", "records/spring"), ("/ELSEWHERE/x", "../elsewhere/x")],
)
def test_the_state_lies_in_the_folder_that_was_decided(tmp_path: Path, state: str | None, folder: str) -> None:
    """Relative to the project whatever the working folder is, or absolute; one file an entry."""
    root = tmp_path / "project"
    environ = {"RECONCILER_STATE": state.replace("/ELSEWHERE", f"{tmp_path}/elsewhere")} if state else {}
    store = open_store(opened(root, "spring", **environ))
    assert store.read() == {}
    store.write(Entry(key="viewings", id=101))
    assert (root / folder / "viewings.json").is_file()


def test_a_home_of_another_kind_is_refused(tmp_path: Path) -> None:
    """An address that no home has is never taken for a folder's name, and is not repeated."""
    with pytest.raises(ConfigError) as raised:
        open_store(opened(tmp_path, RECONCILER_STATE="mysql://u:hunter2@db.example/x"))
    (found,) = raised.value.diagnostics
    assert found.code == "state-home"
    assert "mysql" in found.summary
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("postgres://u:hunter2@db.example/x", "postgres://db.example/x (spring)"),
        ("postgresql://u:hunter2@db.example:5433/x?schema=acme", "postgres://db.example:5433/x?schema=acme (spring)"),
        ("postgres:///x", "postgres:///x (spring)"),
        ("s3://bucket/states", "s3://bucket/states/spring"),
    ],
)
def test_a_home_on_the_network_is_opened_and_not_shown(tmp_path: Path, state: str, shown: str) -> None:
    """Opening sends nothing; the environment is a part of the place, and neither name nor repr holds the password."""
    found = opened(tmp_path, "spring", RECONCILER_STATE=state)
    assert open_store(found).shown == shown
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("state", "module", "package"),
    [("postgres://h/x", "psycopg", "'psycopg[binary]'"), ("s3://b/x", "obstore.store", "obstore")],
)
def test_a_home_without_its_driver_names_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: str, module: str, package: str
) -> None:
    """Who did not install it is told what to install: the driver itself, whatever this program is called elsewhere."""
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigError) as raised:
        open_store(opened(tmp_path, RECONCILER_STATE=state))
    assert raised.value.diagnostics[0].detail == f"pip install {package}"


@pytest.mark.parametrize(("state", "untested"), [("gs://bucket/x", True), ("s3://bucket/x", False), ("states", False)])
def test_a_home_that_no_test_has_reached_says_so(tmp_path: Path, state: str, untested: bool) -> None:
    """Nobody shall learn it from a lost entry, and no other home warns of itself."""
    told: list[str] = []
    with contextlib.suppress(ConfigError):  # this machine has no credentials
        open_store(opened(tmp_path, RECONCILER_STATE=state), warn=told.append)
    assert [each.startswith("warning: the state lives in Google Cloud Storage") for each in told] == [True] * untested


def test_the_client_speaks_to_the_address_with_the_key(tmp_path: Path) -> None:
    """What the variables say is what a real server on a real socket sees."""
    with running(frontdesk()) as vendor:
        found = opened(tmp_path, RECONCILER_API_URL=vendor.url + "/", RECONCILER_API_KEY=vendor.key)
        with open_client(found) as client:
            client.send("POST", "/agent", VIEWINGS)
        assert [row["title"] for row in vendor.rows()] == ["Viewings"]


def test_the_builtin_sandbox_needs_no_key_and_outlives_the_run(tmp_path: Path) -> None:
    """Its assistants are in a file of the environment's, which Git is told to leave alone."""
    for _ in range(2):
        with open_client(opened(tmp_path, "spring", RECONCILER_API_URL="sandbox:")) as client:
            client.send("POST", "/agent", VIEWINGS)
    with open_client(opened(tmp_path, "spring", RECONCILER_API_URL="sandbox:", RECONCILER_API_KEY="any")) as client:
        assert [row["id"] for row in client.get_page("/agents/all", page=1, per_page=10).rows] == [101, 102]
    with open_client(opened(tmp_path, "summer", RECONCILER_API_URL="sandbox:")) as client:
        assert client.get_page("/agents/all", page=1, per_page=10).rows == ()
    assert (tmp_path / ".reconciler" / "sandbox" / "spring.db").is_file()
    assert (tmp_path / ".reconciler" / ".gitignore").read_text() == "*\n"


def test_without_an_address_the_variable_is_named(tmp_path: Path) -> None:
    """Pages may name no API. A plan needs none; what would be sent has nowhere to go, and no key is sent anywhere."""
    project(tmp_path)
    for file in (tmp_path / "schemas").glob("*.json"):
        schema = json.loads(file.read_text("utf-8"))
        schema.get("x-source", {}).pop("api", None)
        file.write_text(json.dumps(schema), "utf-8")
    found = open_project(asked(tmp_path, RECONCILER_API_KEY="17|kq3v9Yx2"))
    assert found.api_url is None
    with pytest.raises(ConfigError) as raised:
        open_client(found)
    (problem,) = raised.value.diagnostics
    assert problem.code == "no-api-url"
    assert "RECONCILER_API_URL" in (problem.detail or "")


def test_without_a_key_the_variable_is_named(tmp_path: Path) -> None:
    """Opening the project needs none; opening the client does."""
    with pytest.raises(AuthError) as raised:
        open_client(opened(tmp_path))
    (found,) = raised.value.diagnostics
    assert found.code == "no-api-key"
    assert "RECONCILER_API_KEY" in found.summary
    assert "desk.example" in found.summary


def test_a_key_is_not_sent_in_clear_to_another_machine(tmp_path: Path) -> None:
    """http:// is for this machine."""
    with pytest.raises(ConfigError) as raised:
        open_client(opened(tmp_path, RECONCILER_API_URL="http://portal.example/api", RECONCILER_API_KEY="k"))
    assert [each.code for each in raised.value.diagnostics] == ["insecure-http"]


def test_time_outs_are_the_project_s_own(tmp_path: Path) -> None:
    """A server that says nothing for as long as the project allows is given up on; the defaults stay for the rest."""
    root = project(tmp_path, **{"reconciler.yaml": "environments: {default: {timeouts: {read: 0.05}}}\n"})
    with raw_server() as server:
        server.replies.extend([server.silent])
        opened_project = open_project(asked(root, RECONCILER_API_URL=server.url, RECONCILER_API_KEY="17|key"))
        with open_client(opened_project, patience=Patience(attempts=1)) as client:
            found = client.attempt("PUT", "/agent/7", {"title": "Viewings"})
    assert isinstance(found, Failure)
    assert (found.kind, found.why) == (Kind.TIMED_OUT, "no answer within 0.05 s")
