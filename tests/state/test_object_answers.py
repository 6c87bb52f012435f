"""What may happen between this program and an object store: lost answers, others' writes, odd ideas of conditions."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from reconciler.errors import LockHeldError, StateConflictError, StateError
from reconciler.state.object_access import bucket
from reconciler.state.objects import ObjectStore
from tests.state.between import LOST, Meddler, Request, Times, between
from tests.state.contract import DESK, PATIENCE, SALES
from tests.support.objects import Objects

LATER = replace(SALES, last_applied={"title": "Sales, evenings"})
ENTRY = f"{SALES.key}.json"


@pytest.fixture
def address(s3_server: Objects) -> str:
    return f"{s3_server.address}/{uuid.uuid4().hex}"


@pytest.fixture(autouse=True)
def _credentials(s3_server: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in s3_server.environ.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def straight(address: str) -> ObjectStore:
    """A store that nobody stands in between of."""
    return opened(address)


def opened(address: str) -> ObjectStore:
    return ObjectStore(address, environment="production")


@contextmanager
def through(
    s3_server: Objects, address: str, monkeypatch: pytest.MonkeyPatch, meddler: Meddler
) -> Iterator[ObjectStore]:
    """A store whose requests the meddler sees."""
    with between(s3_server, meddler) as environ, monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", environ["AWS_ENDPOINT_URL"])
        yield opened(address)


def lose(request: Request) -> None:
    request.answered = LOST


def deny(request: Request) -> None:
    """The store did it, and a gateway before it says that it may not be done."""
    request.answered = 403


def codes(problem: pytest.ExceptionInfo[StateError]) -> list[str]:
    return [each.code for each in problem.value.diagnostics]


@pytest.mark.parametrize("there", [False, True], ids=["made", "changed"])
def test_a_write_whose_answer_is_lost_counts(
    s3_server: Objects, address: str, straight: ObjectStore, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    """The driver asks again, and the store refuses what stands there already: it is this run's own."""
    straight.write(SALES if there else DESK)
    meddler = Times(method="PUT", name=ENTRY, act=lose)
    with through(s3_server, address, monkeypatch, meddler) as store:
        store.read()
        store.write(LATER)
        assert meddler.seen == 1
        assert straight.read([SALES.key]) == {SALES.key: LATER}
        store.write(SALES)
    assert opened(address).read([SALES.key]) == {SALES.key: SALES}


@pytest.mark.parametrize("there", [False, True], ids=["made", "changed"])
def test_after_a_write_that_may_have_arrived_the_next_one_looks(
    s3_server: Objects, address: str, straight: ObjectStore, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    """It was told as failed and stands there all the same: that is no work of somebody else's."""
    straight.write(SALES if there else DESK)
    with through(s3_server, address, monkeypatch, Times(method="PUT", name=ENTRY, act=deny)) as store:
        store.read()
        with pytest.raises(StateError) as caught:
            store.write(LATER)
        assert codes(caught) == ["state-unreachable"]
        assert caught.value.diagnostics[0].file == f"{straight.shown}/{ENTRY}"
        store.write(SALES)
    assert opened(address).read([SALES.key]) == {SALES.key: SALES}


def test_an_account_is_remembered_over_what_another_wrote_meanwhile(
    s3_server: Objects, address: str, straight: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was read, then another run wrote it: it is read again, and nothing but the account changes."""
    straight.write(SALES)
    lineage = straight.lineage()

    def overtake(request: Request) -> None:
        assert request.condition == "if-match"
        straight.remember_account("pbkdf2-sha256:salt:theirs")

    with through(s3_server, address, monkeypatch, Times(method="PUT", name="_meta.json", act=overtake)) as store:
        store.remember_account("pbkdf2-sha256:salt:mine")
    assert opened(address).account() == "pbkdf2-sha256:salt:mine"
    assert opened(address).lineage() == lineage


def test_of_two_first_runs_one_makes_the_lineage(
    s3_server: Objects, address: str, straight: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other finds it made and takes it; one that is moved there with a lineage of its own is refused."""
    made = "0b9f4a52-5a3d-4a30-9d0c-6d6f3c1b7c11"

    def overtake(request: Request) -> None:
        assert request.condition == "if-none-match"
        straight.begin(made)

    with through(s3_server, address, monkeypatch, Times(method="PUT", name="_meta.json", act=overtake)) as store:
        with pytest.raises(StateError) as caught:
            store.begin("77777777-5a3d-4a30-9d0c-6d6f3c1b7c11")
        assert codes(caught) == ["state-other-lineage"]
    straight.remove(SALES.key)
    bucket(address, "production", os.environ).delete("_meta.json")
    with through(s3_server, address, monkeypatch, Times(method="PUT", name="_meta.json", act=overtake)) as store:
        store.write(SALES)
        assert store.lineage() == made


def test_a_lock_that_comes_free_while_its_holder_is_asked_for_is_still_a_refusal(
    s3_server: Objects, address: str, straight: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can be named, and trying again is all there is to do."""

    def let_go(_: Request) -> None:
        straight.unlock(force=True)

    # the first look is for this run's own lock, whose answer might have been lost
    with (
        straight.lock(command="apply", timeout=0),
        through(s3_server, address, monkeypatch, Times(method="GET", name="_lock.json", act=let_go)) as store,
    ):
        with pytest.raises(LockHeldError) as caught, store.lock(command="apply", timeout=0):
            pass
        assert codes(caught) == ["lock-held"]
        assert caught.value.diagnostics[0].summary == "the state of production is locked"


def ignore(*headers: str) -> Meddler:
    def act(request: Request) -> None:
        for each in headers:
            if request.name.endswith("_lock.json"):
                request.headers.pop(each, None)

    return act


def refuse(request: Request) -> None:
    if request.name.endswith("_lock.json") and request.condition == "if-match":
        request.passed_on = False
        request.answered = 412


@pytest.mark.parametrize(
    ("meddler", "why"),
    [
        (ignore("if-none-match", "if-match"), "makes an object anew"),
        (ignore("if-none-match"), "makes an object anew"),
        (ignore("if-match"), "takes a change of a version that is not there any more"),
        (refuse, "refuses a change of the very version"),
    ],
    ids=["ignores-all", "ignores-makings", "ignores-changes", "refuses-right-ones"],
)
def test_a_store_with_odd_ideas_of_conditions_is_refused(
    s3_server: Objects, address: str, monkeypatch: pytest.MonkeyPatch, meddler: Meddler, why: str
) -> None:
    """Found at the first lock, by what it does: nothing is left behind, and nothing was written."""
    with through(s3_server, address, monkeypatch, meddler) as store:
        with pytest.raises(StateError) as caught, store.lock(command="apply", timeout=0):
            pass
        (found,) = caught.value.diagnostics
        assert (found.code, found.file) == ("state-home-unfit", store.shown)
        assert why in found.summary
        assert "Nothing was changed" in (found.detail or "")
    assert bucket(address, "production", os.environ).names() == []


def test_why_a_store_is_unfit_is_told_though_the_lock_cannot_be_removed(
    s3_server: Objects, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was found first is what a person has to know."""

    def refuse_all(request: Request) -> None:
        refuse(request)
        if request.method in ("DELETE", "POST"):
            request.passed_on, request.answered = False, 403

    with through(s3_server, address, monkeypatch, refuse_all) as store:
        with pytest.raises(StateError) as caught, store.lock(command="apply", timeout=0):
            pass
        assert codes(caught) == ["state-home-unfit"]


def test_a_lock_is_waited_for_as_long_as_is_said(
    s3_server: Objects, address: str, straight: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each try looks anew: the third finds it free; where it stays held, its holder is named in the end."""
    tries = []

    def let_go(request: Request) -> None:
        if request.condition == "if-none-match":
            tries.append(request)
            if len(tries) == 3:
                straight.unlock(force=True)

    with straight.lock(command="apply", timeout=0):
        with pytest.raises(LockHeldError) as caught, opened(address).lock(command="pull", timeout=0.05):
            pass
        assert "the state of production is locked by" in caught.value.diagnostics[0].summary
        meddler = Times(method="PUT", name="_lock.json", act=let_go, count=3)
        with (
            through(s3_server, address, monkeypatch, meddler) as store,
            store.lock(command="pull", timeout=PATIENCE),
        ):
            holder = store.holder()
            assert holder is not None
            assert holder.command == "pull"
    assert len(tries) == 3


def test_a_change_of_what_is_gone_is_a_conflict(
    s3_server: Objects, address: str, straight: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some stores say that a condition does not hold, some that there is no such object: somebody removed it."""
    straight.write(SALES)

    def not_found(request: Request) -> None:
        assert request.condition == "if-match"
        request.passed_on, request.answered = False, 404

    meddler = Times(method="PUT", name=ENTRY, act=not_found)
    with through(s3_server, address, monkeypatch, meddler) as store, store.lock(command="apply", timeout=0):
        with pytest.raises(StateConflictError) as caught:
            store.write(LATER)
        assert codes(caught) == ["state-conflict"]
        store.write(LATER)


@pytest.mark.parametrize("name", [ENTRY, "_meta.json", "/states"], ids=["entry", "lineage", "listing"])
def test_a_reading_that_the_store_refuses_names_what_it_was_of(
    s3_server: Objects, address: str, straight: ObjectStore, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The object, or for the list of them the environment; nothing is taken for absent."""
    straight.write(SALES)

    def forbid(request: Request) -> None:
        request.passed_on, request.answered = False, 403

    meddler = Times(method="GET", name=name, act=forbid)
    with through(s3_server, address, monkeypatch, meddler) as store, pytest.raises(StateError) as caught:
        store.read()
    (found,) = caught.value.diagnostics
    assert found.code == "state-unreachable"
    assert found.file == (straight.shown if name == "/states" else f"{straight.shown}/{name}")


@pytest.mark.parametrize("methods", [("HEAD",), ("DELETE", "POST")], ids=["looking", "removing"])
def test_a_removal_that_the_store_refuses_names_the_entry(
    s3_server: Objects, address: str, straight: ObjectStore, monkeypatch: pytest.MonkeyPatch, methods: tuple[str, ...]
) -> None:
    """Whether it may not be looked at or not be removed; it stands there still."""
    straight.write(SALES)

    def forbid(request: Request) -> None:
        if request.method in methods:
            request.passed_on, request.answered = False, 403

    with through(s3_server, address, monkeypatch, forbid) as store:
        with pytest.raises(StateError) as caught:
            store.remove(SALES.key)
        assert codes(caught) == ["state-unreachable"]
        assert caught.value.diagnostics[0].file == f"{straight.shown}/{ENTRY}"
    assert opened(address).read() == {SALES.key: SALES}
