"""What the tests of apply start from: changes of the invented brand, a vendor on a socket, a state in files."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from reconciler.api import Answer, ApiClient, Exchange, Failure, Retry, Wait
from reconciler.apply import Outcome, apply_plan
from reconciler.canonical import Json
from reconciler.errors import StateError, error
from reconciler.model import Action, Change, Entry, Plan, Reason, Request
from reconciler.schemas import SchemaSet
from reconciler.secrecy import Vault
from reconciler.state.files import FileStore
from reconciler.state.store import StateStore
from tests.api.faketime import FakeTime
from tests.support.desk import RECEPTION
from tests.support.frontdesk import frontdesk
from tests.support.vendor import Running, running, ticking


def create(key: str, *, step: int = 1, after: tuple[int, ...] = (), nulls: Iterable[str] = (), **fields: Any) -> Change:
    """A new assistant; `nulls` are cleared by a second request of their own."""
    body = {**RECEPTION, "title": f"Reception of {key}", **fields}
    cleared: dict[str, Any] = dict.fromkeys(nulls)
    requests = [Request(step=step, method="POST", path="/agent", body=body, after=after)]
    if cleared:
        requests.append(Request(step=step + 1, method="PUT", path="/agent/{id}", body=cleared, after=(step,)))
    return _change(key, Action.CREATE, requests, record={**body, **cleared}, id=None, reason=Reason.NEW)


def update(key: str, id: int, *, step: int = 1, after: tuple[int, ...] = (), **fields: Any) -> Change:
    """One PUT with `fields`."""
    request = Request(step=step, method="PUT", path=f"/agent/{id}", body=fields, after=after)
    return _change(key, Action.UPDATE, [request], record={**RECEPTION, **fields}, id=id)


def delete(key: str, id: int, *, step: int = 1, after: tuple[int, ...] = ()) -> Change:
    request = Request(step=step, method="DELETE", path=f"/agent/{id}", body=None, after=after)
    return _change(key, Action.DELETE, [request], record={}, id=id, reason=Reason.REMOVED_FROM_CONFIG)


def without_request(key: str, action: Action, *, id: int | None = None, **settings: Any) -> Change:
    record = {} if action is Action.FORGET else RECEPTION
    return _change(key, action, [], record=record, id=id, **settings)


def _change(key: str, action: Action, requests: list[Request], **settings: Any) -> Change:
    place = {"reason": Reason.CONFIG_CHANGED, "file": f"assistants/{key}.yaml", "line": 1, "source": f"sha256:{key}"}
    return Change(key=key, action=action, requests=tuple(requests), **{**place, **settings})


def plan(*changes: Change) -> Plan:
    return Plan(environment="default", lineage=None, changes=changes)


@dataclass(kw_only=True, slots=True)
class FaultyStore:
    """A real store whose writes (saves and removals, counted from 1) fail where `fails` says so."""

    store: StateStore
    fails: Callable[[int], bool]
    count: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, entry: Entry) -> None:
        self._maybe_fail(entry.key)
        self.store.write(entry)

    def remove(self, key: str) -> None:
        self._maybe_fail(key)
        self.store.remove(key)

    def read(self, keys: Iterable[str] | None = None) -> Mapping[str, Entry]:
        return self.store.read(keys)

    def _maybe_fail(self, key: str) -> None:
        with self.lock:
            self.count += 1
            broken = self.fails(self.count)
        if broken:
            raise StateError(error("state-unwritable", "No space left on device", file=f"state/default/{key}.json"))


Sending: TypeAlias = Callable[[], Answer | Failure]


@dataclass(kw_only=True, slots=True)
class WatchedStore:
    """A real store that tells before it writes an entry, and after."""

    store: StateStore
    before: Callable[[Entry], object] = lambda entry: None
    after: Callable[[Entry], object] = lambda entry: None

    def write(self, entry: Entry) -> None:
        self.before(entry)
        self.store.write(entry)
        self.after(entry)

    def remove(self, key: str) -> None:
        self.store.remove(key)

    def read(self, keys: Iterable[str] | None = None) -> Mapping[str, Entry]:
        return self.store.read(keys)


@dataclass(kw_only=True, slots=True)
class Between(ABC):
    """Stands between an apply and its client: `around` is given each request, and a way to send it."""

    client: ApiClient

    def attempt(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        stop: threading.Event | None = None,
        listen: Callable[[Wait | Retry | Exchange], None] | None = None,
        label: str | None = None,
    ) -> Answer | Failure:
        def send() -> Answer | Failure:
            return self.client.attempt(method, path, body, stop=stop, listen=listen, label=label)

        return self.around(method, path, body, send)

    @abstractmethod
    def around(self, method: str, path: str, body: Json, send: Sending) -> Answer | Failure: ...


@dataclass(kw_only=True, slots=True)
class Watched(Between):
    """A client that tells before it sends and after, and counts how many are sending at once."""

    before: Callable[[str, str], object] = lambda method, path: None
    after: Callable[[str, str], object] = lambda method, path: None
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def around(self, method: str, path: str, body: Json, send: Sending) -> Answer | Failure:
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.before(method, path)
            found = send()
            self.after(method, path)
            return found
        finally:
            with self.lock:
                self.at_once -= 1


@dataclass(kw_only=True, slots=True)
class Rig:
    vendor: Running
    client: ApiClient
    store: FileStore
    time: FakeTime
    schemas: SchemaSet

    def apply(self, *changes: Change, **settings: Any) -> Outcome:
        """Apply a plan of these changes."""
        return self.carry_out(plan(*changes), **settings)

    def carry_out(self, plan: Plan, **settings: Any) -> Outcome:
        """Apply this plan."""
        given: dict[str, Any] = {
            "store": self.store,
            "client": self.client,
            "schemas": self.schemas,
            "vault": Vault(),
            "clock": ticking(),
            **settings,
        }
        return apply_plan(plan, **given)

    def entry(self, key: str) -> Entry | None:
        """What the files say of `key` now."""
        return self.store.read([key]).get(key)

    def known(self, key: str, **fields: Any) -> int:
        """An assistant that exists and that the state knows; its id."""
        body = {**RECEPTION, **fields}
        answer = self.client.send("POST", "/agent", body)
        assert isinstance(answer.json, dict)
        id = int(answer.json["data"]["id"])
        self.store.write(Entry(key=key, id=id, last_applied=body, source="sha256:before"))
        return id

    @property
    def sent(self) -> list[tuple[str, str]]:
        """Method and path of every request that the vendor got."""
        return [(each.method, each.path) for each in self.vendor.calls]


@contextmanager
def rig(
    folder: Path, *, client: Mapping[str, Any] | None = None, schemas: SchemaSet | None = None, **faults: Any
) -> Iterator[Rig]:
    """A vendor with `faults` on a real socket, its client (pauses take no time), and a state in `folder`."""
    time = FakeTime()
    given = {"clock": time.clock, "now": time.now, "pause": time.pause, "random_share": lambda: 0.5, **(client or {})}
    brand = schemas or frontdesk()
    with running(brand, **faults) as vendor, ApiClient(vendor.url, vendor.key, **given) as made:
        store = FileStore(folder / "state" / "default", environment="default", clock=ticking())
        yield Rig(vendor=vendor, client=made, store=store, time=time, schemas=brand)
