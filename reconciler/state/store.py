"""The contract of a home of the state. One test suite runs against every home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from reconciler.frozen import dataclass
from reconciler.model import Entry, Spread


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Who holds the lock of an environment, and since when (UTC, ISO 8601)."""

    who: str
    host: str
    pid: int
    command: str
    since: str


class Glance(Protocol):
    """What may answer for an entry, so that it is not decoded and judged."""

    def seen(self, key: str, stored: bytes, /) -> Any | None:
        """What there is to know of the entry that these bytes are; None: it is to be decoded. Has no effect."""

    def keep(self, key: str, seen: Any, /) -> None:
        """Take down what `seen` said of this key."""


class StateStore(Protocol):
    """One environment's entries. Every method raises StateError and leaves what was there where it fails.

    A home that others write to over a network compares versions: writing or removing an entry that moved since this
    store read or wrote it raises StateConflictError.
    """

    @property
    def shown(self) -> str:
        """How messages call this environment's place. Holds no password."""

    def lineage(self) -> str | None:
        """The environment's lineage, or None where nothing was ever written. Raises StateError for a newer format."""

    def begin(self, lineage: str) -> None:
        """Make the environment, with this lineage. StateConflictError where it has another one."""

    def account(self) -> str | None:
        """The fingerprint of the account that the environment was applied to, or None where none is remembered."""

    def remember_account(self, account: str) -> None:
        """Save the account's fingerprint durably. Makes the lineage first where there is none."""

    def read(
        self, keys: Iterable[str] | None = None, *, glance: Glance | None = None, spread: Spread = map
    ) -> Mapping[str, Entry]:
        """All entries by key, or those of `keys` that exist. An unreadable or newer entry is an error, never absent.

        A home that holds the bytes that `entries.entry_text` gave shows them to `glance` first, and leaves out what
        that keeps; one whose entries are files does so by `spread`, which may use several processes."""

    def write(self, entry: Entry) -> None:
        """Save one entry durably (on return it survives a power cut). Makes the lineage first where there is none."""

    def remove(self, key: str) -> None:
        """Forget one entry durably; nothing happens where there is none."""

    def lock(self, *, command: str, timeout: float) -> AbstractContextManager[None]:
        """Hold the environment's lock. Waits up to `timeout` seconds; then LockHeldError names the holder.

        In files and PostgreSQL the lock goes with its process, however that ends; in an object store it stays.
        """

    def holder(self) -> Holder | None:
        """Who holds the lock now, or None."""

    def unlock(self, *, force: bool = False) -> Holder | None:
        """Remove what a holder that is gone left behind, and return who that was; None where nothing was left.

        Raises LockHeldError where somebody holds the lock, or may: an object store cannot tell. `force` takes it away
        from them, and what they still write is refused; a lock of the operating system cannot be taken away.
        """
