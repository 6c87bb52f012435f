"""The state in object stores: the contract on S3 and Azure as servers on a socket play them, and what is refused."""

from __future__ import annotations

import json
import os
import signal
import sys
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.errors import ConfigError, LockHeldError, StateError
from reconciler.state.object_access import bucket
from reconciler.state.objects import ObjectStore
from reconciler.state.store import StateStore
from tests.state.contract import (
    DESK,
    PATIENCE,
    SALES,
    Opener,
    StoreContract,
    VersionsAreCompared,
    child,
    hold_lock,
    told,
    told_of_its_driver,
)
from tests.support.objects import Objects, s3_variables, s3rver, versioned
from tests.support.postgres import free_port


@dataclass(frozen=True, kw_only=True)
class OpenObjects:
    """Opens the state below one address; picklable, for other processes."""

    address: str
    environ: Mapping[str, str] = field(repr=False)

    def __call__(self) -> ObjectStore:
        os.environ.update(self.environ)
        return ObjectStore(self.address, environment="production", environ=os.environ)


@pytest.fixture
def opener(s3_server: Objects, monkeypatch: pytest.MonkeyPatch) -> OpenObjects:
    return opened(s3_server, monkeypatch)


@pytest.fixture
def store(opener: OpenObjects) -> ObjectStore:
    return opener()


def opened(server: Objects, monkeypatch: pytest.MonkeyPatch) -> OpenObjects:
    for name, value in server.environ.items():
        monkeypatch.setenv(name, value)
    return OpenObjects(address=f"{server.address}/{uuid.uuid4().hex}", environ=server.environ)


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """What each vendor's driver needs to be opened; nothing answers for it."""
    for name, value in {
        "AWS_REGION": "us-east-1",
        "AZURE_STORAGE_ACCOUNT_NAME": "practice",
        "AZURE_STORAGE_ACCOUNT_KEY": "cHJhY3RpY2U=",
    }.items():
        monkeypatch.setenv(name, value)


class LockOutlivesItsProcess:
    """What a home promises that cannot see processes: nobody gets in until a person says so."""

    def test_a_killed_holder_keeps_the_lock_until_it_is_forced(self, store: StateStore, opener: Opener) -> None:
        """The lock names it and its age; unlocking refuses without force, and with it frees and names the holder."""
        assert store.unlock(force=True) is None
        with child(hold_lock, opener) as (process, pipe):
            pid = told(pipe)
            process.kill()
            process.join()
            assert process.exitcode == -signal.SIGKILL
        holder = store.holder()
        assert holder is not None
        assert holder.pid == pid
        for act in (lambda: store.lock(command="apply", timeout=0).__enter__(), store.unlock):
            with pytest.raises(LockHeldError) as caught:
                act()
            (found,) = caught.value.diagnostics
            assert f"process {pid}" in found.summary
            assert "Held for 0 minutes" in (found.detail or "")
            assert "unlock --force" in (found.detail or "")
        assert store.unlock(force=True) == holder
        with store.lock(command="apply", timeout=0):
            pass
        assert store.holder() is None


class TestS3KeepsTheContract(StoreContract, LockOutlivesItsProcess, VersionsAreCompared):
    @pytest.fixture
    def opener(self, s3_server: Objects, monkeypatch: pytest.MonkeyPatch) -> Opener:
        return opened(s3_server, monkeypatch)


class TestAzureKeepsTheContract(StoreContract, LockOutlivesItsProcess, VersionsAreCompared):
    @pytest.fixture
    def opener(self, azure_server: Objects, monkeypatch: pytest.MonkeyPatch) -> Opener:
        return opened(azure_server, monkeypatch)


def codes(problem: pytest.ExceptionInfo[StateError] | pytest.ExceptionInfo[ConfigError]) -> list[str]:
    return [each.code for each in problem.value.diagnostics]


def test_the_objects_are_laid_out_as_the_files_are(store: ObjectStore, opener: OpenObjects) -> None:
    """What a person copies from the bucket into a folder is the same state."""
    with store.lock(command="apply", timeout=0):
        store.write(SALES)
    found = bucket(opener.address, "production", os.environ)
    assert found.names() == ["_meta.json", "acme/sales-en.json"]
    entry = found.get("acme/sales-en.json")
    assert entry is not None
    assert json.loads(entry.content)["id"] == 789


class Knows:
    """Answers for one entry, by its key and bytes, and for no other."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def seen(self, key: str, stored: bytes, /) -> str | None:
        return f"{key}: {json.loads(stored)['id']}" if key == SALES.key else None

    def keep(self, key: str, seen: str, /) -> None:
        self.kept[key] = seen


def test_what_is_known_of_an_entry_spares_its_decoding(store: ObjectStore, opener: OpenObjects) -> None:
    """By its own bytes, and it is left out; every other entry is decoded. Its version is known all the same."""
    store.write(SALES)
    store.write(DESK)
    reading, glance = opener(), Knows()
    assert dict(reading.read(glance=glance)) == {DESK.key: DESK}
    assert glance.kept == {SALES.key: f"{SALES.key}: {SALES.id}"}
    store.write(replace(SALES, id=790))
    with pytest.raises(StateError) as caught:
        reading.write(SALES)
    assert codes(caught) == ["state-conflict"]


def test_what_is_set_aside_is_no_entry(store: ObjectStore, opener: OpenObjects) -> None:
    """Whether its own name or a folder's begins so; nor is what is no JSON: a person may keep notes there."""
    store.write(SALES)
    found = bucket(opener.address, "production", os.environ)
    for name in ("acme/_old/sales-en.json", "_drafts/desk.json", "acme/.hidden.json", "acme/notes.txt"):
        found.put(name, b"not an entry", None)
    assert opener().read() == {SALES.key: SALES}


def test_a_store_that_ignores_conditions_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two makers of one lock would both get it there; found at the first lock, and nothing is left behind."""
    with s3rver(tmp_path) as server:
        opener = opened(server, monkeypatch)
        with pytest.raises(StateError) as caught, opener().lock(command="apply", timeout=0):
            pass
        assert codes(caught) == ["state-home-unfit"]
        assert "does not keep to conditions" in caught.value.diagnostics[0].summary
        assert bucket(opener.address, "production", os.environ).names() == []


@pytest.mark.parametrize("content", [b"[]", b"{}"])
@pytest.mark.parametrize("name", ["_meta.json", "_lock.json", "acme/sales-en.json"])
def test_what_cannot_be_read_is_an_error_and_never_empty(
    store: ObjectStore, opener: OpenObjects, name: str, content: bytes
) -> None:
    """Each kind of object, overwritten by something else."""
    store.write(SALES)
    found = bucket(opener.address, "production", os.environ)
    found.put(name, content, found.tag(name))
    with pytest.raises(StateError) as caught:
        store.holder() if name == "_lock.json" else store.read()
    (told,) = caught.value.diagnostics
    assert told.code == ("lock-held" if name == "_lock.json" else "state-unreadable")
    assert told.file == f"{store.shown}/{name}"
    assert told.key == (SALES.key if name == f"{SALES.key}.json" else None)
    if name == "_lock.json":
        assert "unlock --force" in (told.detail or "")
        assert told.commands == (("state", "unlock"),)
        assert told.loses
        with pytest.raises(LockHeldError):
            store.unlock()
        assert store.unlock(force=True) is None
        with store.lock(command="apply", timeout=0):
            pass


def test_a_lineage_that_is_lost_is_an_error(store: ObjectStore, opener: OpenObjects) -> None:
    """Entries without it are never taken for a new environment's."""
    store.write(SALES)
    bucket(opener.address, "production", os.environ).delete("_meta.json")
    for act in (store.lineage, store.read, lambda: store.write(DESK)):
        with pytest.raises(StateError) as caught:
            act()
        (found,) = caught.value.diagnostics
        assert (found.code, found.file) == ("state-lineage-lost", f"{store.shown}/_meta.json")
        assert "entries are there" in found.summary
        assert "backup" in (found.detail or "")


def test_an_account_beside_a_damaged_lineage_is_an_error(store: ObjectStore, opener: OpenObjects) -> None:
    """It is neither read nor written over, and the object is named."""
    store.remember_account("pbkdf2-sha256:salt:one")
    damaged = bucket(opener.address, "production", os.environ)
    with store.lock(command="apply", timeout=0):
        store.write(SALES)
        for content in (b"[]", b'{"format_version": 1, "lineage": "none"}'):
            damaged.put("_meta.json", content, damaged.tag("_meta.json"))
            for act in (store.account, lambda: store.remember_account("pbkdf2-sha256:salt:two")):
                with pytest.raises(StateError) as caught:
                    act()
                assert codes(caught) == ["state-unreadable"]
                assert caught.value.diagnostics[0].file == f"{store.shown}/_meta.json"
            found = damaged.get("_meta.json")
            assert found is not None
            assert found.content == content


def test_an_account_is_remembered_though_others_write_the_same_object(store: ObjectStore, opener: OpenObjects) -> None:
    """Who finds that the object moved since it was read reads it again: nobody is told of an error of the store."""
    stores = (store, opener())
    accounts = [f"pbkdf2-sha256:salt:{number}" for number in range(8)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        for _ in pool.map(lambda each: [each.remember_account(account) for account in accounts], stores):
            pass
    assert store.account() == accounts[-1]


def test_a_bucket_that_is_not_there_is_an_error(s3_server: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typo in its name is not an environment without assistants."""
    opener = opened(replace(s3_server, address="s3://sttaes"), monkeypatch)
    locking = opener().lock(command="apply", timeout=PATIENCE)
    for act in (opener().read, opener().lineage, lambda: opener().write(SALES), locking.__enter__):
        with pytest.raises(StateError) as caught:
            act()
        assert codes(caught) == ["state-unreachable"]
        told = "the object store says: The specified bucket does not exist (NoSuchBucket)"
        assert caught.value.diagnostics[0].summary == told


def test_the_age_of_a_lock_is_told(opener: OpenObjects) -> None:
    """Minutes, hours and days, so that a person can judge."""
    ages = {
        "2026-11-03T09:00": "0 minutes",  # a clock that is behind
        "2026-11-03T10:31": "31 minutes",
        "2026-11-03T10:59": "59 minutes",
        "2026-11-03T11:00": "1 hours",
        "2026-11-04T09:00": "23 hours",
        "2026-11-05T09:59": "47 hours",
        "2026-11-05T10:00": "2 days",
        "2026-11-09T10:00": "6 days",
    }
    os.environ.update(opener.environ)
    began = ObjectStore(opener.address, environment="production", clock=lambda: datetime(2026, 11, 3, 10, tzinfo=UTC))
    with began.lock(command="apply", timeout=0):
        for now, age in ages.items():
            later = datetime.fromisoformat(now).replace(tzinfo=UTC)
            store = ObjectStore(opener.address, environment="production", clock=lambda later=later: later)
            with pytest.raises(LockHeldError) as caught, store.lock(command="apply", timeout=0):
                pass
            assert f"Held for {age}." in (caught.value.diagnostics[0].detail or "")


@pytest.mark.parametrize("since", ["yesterday", 1762164000, "2026-11-03T10:00:00"])
def test_a_lock_of_no_known_age_is_a_lock(store: ObjectStore, opener: OpenObjects, since: object) -> None:
    """Whoever wrote it: nothing is made up of how long it is held."""
    record = {"who": "ines", "host": "desk", "pid": 7, "command": "apply", "since": since, "run": "one"}
    bucket(opener.address, "production", os.environ).put("_lock.json", json.dumps(record).encode(), None)
    with pytest.raises(LockHeldError) as caught, store.lock(command="apply", timeout=0):
        pass
    (told,) = caught.value.diagnostics
    assert "by ines on desk (process 7)" in told.summary
    assert (told.detail or "").startswith("Wait until it is done")


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no part of what everybody installs; the error says how it is had."""
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    told_of_its_driver("obstore", lambda: ObjectStore("s3://states", environment="production"))


@pytest.mark.parametrize(
    "address",
    ["s3://", "s3://key:secret@bucket/x", "s3://bucket/a//b", "az://bucket/a\\b", "s3://bucket/x?region=eu"],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """Nothing is guessed from it, and what may be a secret in it is not repeated.

    Azure takes a backslash for a slash: what is written there is not listed below the address.
    """
    with pytest.raises(ConfigError) as caught:
        ObjectStore(address, environment="production")
    (found,) = caught.value.diagnostics
    assert found.code == "state-home"
    assert "s3://BUCKET/PREFIX" in (found.detail or "")
    assert "the address of the state" in found.summary
    assert "secret" not in repr(found)


def test_an_endpoint_in_clear_on_another_machine_is_refused() -> None:
    """The keys and the state would cross the network for all to read; who means it says so."""
    environ = {"AWS_ENDPOINT_URL": "http://storage.example:9000"}
    with pytest.raises(ConfigError) as caught:
        ObjectStore("s3://states", environment="production", environ=environ)
    assert codes(caught) == ["insecure-http"]
    ObjectStore("s3://states", environment="production", environ={**environ, "AWS_ALLOW_HTTP": "true"})


@pytest.mark.parametrize(
    ("scheme", "variable", "allowing"),
    [
        ("s3", "AWS_ENDPOINT_URL_S3", "AWS_ALLOW_HTTP"),
        ("s3", "AWS_ENDPOINT_URL", "AWS_ALLOW_HTTP"),
        ("s3", "AWS_ENDPOINT", "AWS_ALLOW_HTTP"),
        ("az", "AZURE_STORAGE_ENDPOINT", "AZURE_ALLOW_HTTP"),
        ("az", "AZURE_ENDPOINT", "AZURE_ALLOW_HTTP"),
    ],
)
@pytest.mark.usefixtures("signed_in")
def test_requests_go_in_clear_to_this_machine_or_where_that_is_said(scheme: str, variable: str, allowing: str) -> None:
    """Whichever variable names the endpoint; the refusal names the one that would allow it."""

    def in_clear(endpoint: str, **environ: str) -> bool:
        found = bucket(f"{scheme}://states", "production", {variable: endpoint, **environ})
        return (found.driver.client_options or {})["allow_http"] == "true"

    far = "http://storage.example:9000"
    for address in (far, "http://localhost.example", "http://[::2]:9000"):
        for said in ({}, {allowing: "no"}, {allowing: ""}):
            with pytest.raises(ConfigError) as caught:
                in_clear(address, **said)
            (told,) = caught.value.diagnostics
            assert told.code == "insecure-http"
            assert f"{allowing}=true" in (told.detail or "")
    for yes in ("1", "true", "yes", "TRUE"):
        assert in_clear(far, **{allowing: yes})
    for near in ("127.0.0.1:9000", "[::1]:9000", "localhost:9000"):
        assert in_clear(f"http://{near}")
    assert not in_clear("https://storage.example")
    assert not in_clear("")


def test_the_endpoint_of_s3_alone_comes_before_that_of_all_services() -> None:
    """As the vendor's own tools have it."""
    environ = {"AWS_ENDPOINT_URL_S3": "http://storage.example", "AWS_ENDPOINT_URL": "https://storage.example"}
    with pytest.raises(ConfigError) as caught:
        bucket("s3://states", "production", environ)
    assert codes(caught) == ["insecure-http"]
    bucket("s3://states", "production", {**environ, "AWS_ENDPOINT_URL_S3": "https://storage.example"})
    bucket("s3://states", "production", {**environ, "AWS_ENDPOINT_URL_S3": "", "AZURE_ENDPOINT": "http://x.example"})


@pytest.mark.parametrize(
    ("address", "kind", "prefix"),
    [
        ("s3://states", "S3Store", "production/"),
        ("s3://states/", "S3Store", "production/"),
        ("S3://states/acme/", "S3Store", "acme/production/"),
        ("az://states/acme/desk", "AzureStore", "acme/desk/production/"),
        ("gs://states/acme", "GCSStore", "acme/production/"),
    ],
)
@pytest.mark.usefixtures("signed_in")
def test_an_address_leads_below_its_prefix(address: str, kind: str, prefix: str) -> None:
    """In the store that its scheme names; what is asked there is bounded in time and in tries."""
    found = bucket(address, "production", {})
    assert type(found.driver).__name__ == kind
    assert found.prefix == prefix
    assert found.shown == f"{address[:2].lower()}://states/{prefix.rstrip('/')}"
    assert found.driver.client_options == {"connect_timeout": "10s", "timeout": "30s", "allow_http": "false"}
    retries = found.driver.retry_config or {}
    assert (retries["max_retries"], retries["retry_timeout"]) == (4, timedelta(seconds=30))
    assert (found.driver.config.get("bucket") or found.driver.config.get("container_name")) == "states"


def test_a_store_that_cannot_be_opened_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable is missing that it cannot do without."""
    for name in [each for each in os.environ if each.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    with pytest.raises(ConfigError) as caught:
        bucket("az://states", "production", {})
    (told,) = caught.value.diagnostics
    assert told.code == "state-home"
    assert told.summary.startswith("the object store cannot be opened: ")
    assert len(told.summary.split()) > 7
    assert "variables" in (told.detail or "")


def test_a_bucket_that_keeps_versions_keeps_the_promise(s3_server: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    """There a version has a name of its own besides the digest of its content."""
    opener = opened(replace(s3_server, address=versioned(s3_server)), monkeypatch)
    store, other = opener(), opener()
    store.write(SALES)
    other.read()
    other.write(replace(SALES, id=790))
    with pytest.raises(StateError) as caught:
        store.write(SALES)
    assert codes(caught) == ["state-conflict"]
    store.read()
    with store.lock(command="apply", timeout=0):
        store.write(SALES)
    found = bucket(opener.address, "production", os.environ)
    there = found.get("acme/sales-en.json")
    assert there is not None
    assert there.tag == found.tag("acme/sales-en.json")
    assert all(there.tag)


def test_a_store_that_nobody_answers_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason, without a key and without a traceback."""
    for name, value in s3_variables(free_port()).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StateError) as caught:
        ObjectStore("s3://states", environment="production").read()
    assert codes(caught) == ["state-unreachable"]
    assert "Canary" not in repr(caught.value.diagnostics)
    why = caught.value.diagnostics[0].summary.removeprefix("the object store says: ")
    assert len(why.split()) > 2
    for noise in ("\n", "://", "127.0.0.1", "Debug", "retry_timeout", "{"):
        assert noise not in why
