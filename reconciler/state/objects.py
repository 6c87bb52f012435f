"""The state in an object store: one object per entry, laid out as the files are.

    s3://bucket/prefix/production/_meta.json            format_version, lineage, account
    s3://bucket/prefix/production/_lock.json            who holds the lock, while it is held
    s3://bucket/prefix/production/acme/sales-en.json    one entry

Every write names the version that it replaces, and the store refuses it where another stands there. Touches the
network, and only what is below the prefix.
"""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

from reconciler.entries import entry_from_json, entry_text
from reconciler.errors import Diagnostic, StateError, error
from reconciler.model import Entry, Spread
from reconciler.state.entryfiles import Place, decode_object
from reconciler.state.holders import this_process
from reconciler.state.meta import account_of, lineage_of, moved, refuse_other_lineage, stored_meta
from reconciler.state.object_access import Found, Refused, Tag, bucket
from reconciler.state.object_lock import ObjectLock
from reconciler.state.places import ENDING, META, is_set_aside, segments
from reconciler.state.store import Glance, Holder

_AT_ONCE = 16


class ObjectStore:
    """A StateStore of one environment below an address. Threads may share one."""

    def __init__(
        self,
        address: str,
        *,
        environment: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._bucket = bucket(address, environment, environ)
        self._clock = clock
        self._environ = environ
        self._lock = ObjectLock(self._bucket, environment=environment, clock=clock)
        self._held: str | None = None
        self._changing = threading.RLock()
        self._tags: dict[str, Tag | None] = {}
        self._all_read = False
        self._begun = False

    @property
    def shown(self) -> str:
        """The address of the environment's objects."""
        return self._bucket.shown

    def lineage(self) -> str | None:
        """The environment's lineage, or None where nothing was ever written.

        Raises StateError where it cannot be read, is of a newer format, or is lost while entries are there.
        """
        found = self._meta()
        if found is not None:
            return lineage_of(decode_object(self._meta_place(), found.content), self._meta_place())
        # also tells a bucket that is not there from one that holds nothing
        if self._keys():
            raise self._lineage_lost()
        return None

    def begin(self, lineage: str) -> None:
        """Make the environment with this lineage. Raises StateConflictError where it has another one."""
        with self._changing:
            there = self._begin(lineage)
        refuse_other_lineage(there, lineage, self.shown)

    def account(self) -> str | None:
        """The fingerprint of the account that the environment was applied to, or None where none is remembered."""
        found = self._meta()
        place = self._meta_place()
        return None if found is None else account_of(decode_object(place, found.content), place)

    def remember_account(self, account: str) -> None:
        """Save the account's fingerprint durably. Makes the lineage first where there is none."""
        with self._changing:
            self._begin()
            while not self._remembered(account):
                continue  # somebody else wrote it since it was read

    def read(
        self, keys: Iterable[str] | None = None, *, glance: Glance | None = None, spread: Spread = map
    ) -> Mapping[str, Entry]:
        """All entries by key, or those of `keys` that exist. Raises StateError with everything that is unreadable."""
        wanted = None if keys is None else sorted(set(keys))
        for key in wanted or ():
            segments(key)
        problems: list[Diagnostic] = []
        entries: dict[str, Entry] = {}
        if self.lineage() is None:
            found: dict[str, Found | None] = dict.fromkeys(wanted or ())
        else:
            found = self._fetched(self._keys() if wanted is None else wanted)
        with self._changing:
            if wanted is None:
                self._tags = {}
            self._tags.update({key: None if each is None else each.tag for key, each in found.items()})
            self._all_read = self._all_read or wanted is None
        for key, each in found.items():
            if each is None:
                continue
            place = self._place(key)
            seen = None if glance is None else glance.seen(key, each.content)
            try:
                if glance is not None and seen is not None:
                    glance.keep(key, seen)
                else:
                    entries[key] = entry_from_json(key, decode_object(place, each.content), where=place.shown)
            except StateError as problem:
                problems.extend(problem.diagnostics)
        if problems:
            raise StateError.of(problems)
        return dict(sorted(entries.items()))

    def write(self, entry: Entry) -> None:
        """Save one entry durably. Raises StateConflictError where it moved, and leaves what was there."""
        segments(entry.key)
        with self._changing:
            self._begin()
            try:
                name = entry.key + ENDING
                self._tags[entry.key] = self._put(name, entry_text(entry), self._known(entry.key))
            except Refused:
                raise moved(entry.key, self.shown) from None
            except StateError:
                # whether it arrived is not known; the next write looks
                self._tags.pop(entry.key, None)
                self._all_read = False
                raise

    def remove(self, key: str) -> None:
        """Forget one entry durably; nothing happens where there is none."""
        segments(key)
        with self._changing:
            known = self._known(key)
            # no store can be relied on to delete on a condition
            there = self._bucket.tag(key + ENDING)
            if there is None:
                return
            if there != known:
                raise moved(key, self.shown)
            self._fence()
            self._bucket.delete(key + ENDING)
            self._tags[key] = None

    @contextmanager
    def lock(self, *, command: str, timeout: float) -> Iterator[None]:
        """Hold the environment's lock. It stays where the process is killed: `unlock` with `force` frees it.

        Raises StateError (`state-home-unfit`) where the store does not keep to conditions. Not re-entrant.
        """
        holder = this_process(command=command, now=self._clock(), environ=self._environ)
        run = self._lock.take(holder, timeout=timeout)
        with self._changing:
            self._held, self._tags, self._all_read, self._begun = run, {}, False, False
        try:
            yield
        finally:
            with self._changing:
                self._held, self._begun = None, False
            self._lock.give_back(run)

    def holder(self) -> Holder | None:
        """Who holds the lock, as far as the store knows, or None."""
        return self._lock.holder()

    def unlock(self, *, force: bool = False) -> Holder | None:
        """Take the lock away from its holder, and return who that was. Without `force` LockHeldError where it is held.

        Nobody can tell from a bucket whether a process still lives.
        """
        return self._lock.clear(force=force)

    def _remembered(self, account: str) -> bool:
        """Write the account beside the lineage; False where that moved since it was read."""
        found = self._meta()
        if found is None:
            raise self._lineage_lost()
        place = self._meta_place()
        lineage = lineage_of(decode_object(place, found.content), place)
        try:
            self._put(META, stored_meta(lineage, account), found.tag)
        except Refused:
            return False
        return True

    def _meta(self) -> Found | None:
        return self._bucket.get(META)

    def _meta_place(self) -> Place:
        return Place(path="", shown=f"{self.shown}/{META}")

    def _place(self, key: str) -> Place:
        return Place(path="", shown=f"{self.shown}/{key}{ENDING}", key=key)

    def _keys(self) -> list[str]:
        names = (each for each in self._bucket.names() if each.endswith(ENDING))
        return [each.removesuffix(ENDING) for each in names if not any(map(is_set_aside, each.split("/")))]

    def _fetched(self, keys: list[str]) -> dict[str, Found | None]:
        if not keys:
            return {}
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            return dict(zip(keys, pool.map(self._bucket.get, [key + ENDING for key in keys]), strict=True))

    def _begin(self, lineage: str | None = None) -> str | None:
        """Make the lineage where there is none; the one that was there before, if any."""
        if self._begun and lineage is None:
            return None
        there = self.lineage()
        if there is None:
            try:
                self._put(META, stored_meta(lineage or str(uuid.uuid4())), None)
            except Refused:  # somebody else was a moment faster
                return self.lineage()
        # under the lock nobody takes the environment away, so it is looked for once
        self._begun = self._held is not None
        return there

    def _known(self, key: str) -> Tag | None:
        """The version of the entry as this store saw it last, else as it is now."""
        if key not in self._tags and not self._all_read:
            return self._bucket.tag(key + ENDING)
        return self._tags.get(key)

    def _put(self, name: str, content: bytes, over: Tag | None) -> Tag:
        self._fence()
        return self._bucket.put(name, content, over)

    def _fence(self) -> None:
        """Raise StateConflictError where this run believes to hold the lock, and it was taken away."""
        if self._held is not None:
            self._lock.still(self._held)

    def _lineage_lost(self) -> StateError:
        told = "the object is missing, but entries are there"
        then = "Restore it from a backup, or from the bucket's own versions; nothing was changed."
        return StateError(error("state-lineage-lost", told, then, file=f"{self.shown}/{META}"))
