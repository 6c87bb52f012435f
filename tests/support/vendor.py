"""The vendor for everybody's tests: the sandbox on a real socket, for as long as a `with` block lasts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.sandbox.faults import Faults
from reconciler.sandbox.server import Server
from reconciler.sandbox.storage import MemoryStorage, Storage
from reconciler.sandbox.vendor import Recorded, Vendor
from reconciler.schemas import SchemaSet

KEY = "17|kq3v9Yx2TestKeyOfTheSandbox"


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A vendor that is up. `url` is the API's base address; the rest is the vendor's own."""

    url: str
    key: str
    vendor: Vendor

    def rows(self, *, deleted: bool = True) -> list[dict[str, Any]]:
        """The stored rows by ascending id; see Vendor.rows."""
        return self.vendor.rows(deleted=deleted)

    @property
    def calls(self) -> list[Recorded]:
        """Every request so far; see Recorded."""
        return self.vendor.calls

    @property
    def ignored(self) -> Counter[str]:
        """Unknown top-level names that some body held."""
        return self.vendor.ignored

    @property
    def headers(self) -> dict[str, str]:
        """What a good client sends with every request."""
        return {"Authorization": f"Bearer {self.key}", "Accept": "application/json"}


def ticking(start: str = "2026-11-03T09:00:00+00:00") -> Callable[[], datetime]:
    """A clock that gains a second with every look."""
    moment = datetime.fromisoformat(start).astimezone(UTC)

    def now() -> datetime:
        nonlocal moment
        moment += timedelta(seconds=1)
        return moment

    return now


@contextmanager
def running(
    schemas: SchemaSet,
    *,
    key: str = KEY,
    storage: Storage | None = None,
    hidden: frozenset[str] | None = None,
    clock: Callable[[], datetime] | None = None,
    **faults: Any,
) -> Iterator[Running]:
    """A vendor of `schemas` on a free port; `faults` are those of Faults (`script=("ok", "drop-after")`, ...).

    Fails the test where the sandbox itself met a bug.
    """
    vendor = Vendor(
        schemas, storage or MemoryStorage(), key=key, faults=Faults(**faults), clock=clock or ticking(), hidden=hidden
    )
    with Server(vendor) as server:
        yield Running(url=server.url, key=key, vendor=vendor)
    assert not server.problems, server.problems
