"""The lock of one environment in an object store: an object that is made only where there is none.

Nothing frees it when its holder dies, so it says who that is and since when, and a person decides. Taking it proves
each time that the store keeps to conditions: of the servers that speak S3, some ignore them without a word, and
some refuse even the right ones.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta

from reconciler.canonical import pretty
from reconciler.errors import LockHeldError, StateError, error
from reconciler.state.entryfiles import Place, decode_object
from reconciler.state.holders import UNLOCKING, holder_from, lock_held
from reconciler.state.meta import lock_lost
from reconciler.state.object_access import Bucket, Refused, Tag
from reconciler.state.store import Holder

LOCK = "_lock.json"
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


class ObjectLock:
    """The lock of an environment. Holds nothing itself: who takes it gets the name of the run that holds it."""

    def __init__(self, bucket: Bucket, *, environment: str, clock: Callable[[], datetime]) -> None:
        self._bucket = bucket
        self._environment = environment
        self._clock = clock

    def take(self, holder: Holder, *, timeout: float) -> str:
        """Take the lock and return the run's name. Waits up to `timeout` seconds, then raises LockHeldError."""
        run = str(uuid.uuid4())
        until, pause = time.monotonic() + timeout, _FIRST_PAUSE
        while True:
            try:
                tag = self._bucket.put(LOCK, _record(holder, run, proven=False), None)
                break
            except Refused:
                left = until - time.monotonic()
                if left <= 0:
                    raise self._is_held(self.holder()) from None
            time.sleep(min(pause, left))
            pause = min(pause * 2, _LONGEST_PAUSE)
        try:
            self._prove(holder, run, tag)
        except BaseException:
            with suppress(StateError):
                self.give_back(run)
            raise
        return run

    def give_back(self, run: str) -> None:
        """Remove the lock, where it still is this run's."""
        # not on a condition: some stores delete whatever the condition says
        if self._run() == run:
            self._bucket.delete(LOCK)

    def still(self, run: str) -> None:
        """Raise StateConflictError unless this run holds the lock."""
        if self._run() != run:
            raise lock_lost(self._environment, self._bucket.shown)

    def holder(self) -> Holder | None:
        """Who holds the lock, or None."""
        found = self._bucket.get(LOCK)
        shown = f"{self._bucket.shown}/{LOCK}"
        try:
            return None if found is None else holder_from(decode_object(Place(path="", shown=shown), found.content))
        except (StateError, KeyError):
            told = "the lock is held, and by whom cannot be read"
            then = "`reconciler state unlock --force` removes it, once you know that nobody is at work."
            raise LockHeldError(error("lock-held", told, then, file=shown, **UNLOCKING)) from None

    def clear(self, *, force: bool) -> Holder | None:
        """Remove the lock whoever holds it, and return who that was. Raises LockHeldError without `force`."""
        try:
            there = self.holder()
        except LockHeldError:
            if not force:
                raise
            there = None
        if there is not None and not force:
            raise self._is_held(there)
        self._bucket.delete(LOCK)
        return there

    def _run(self) -> str | None:
        found = self._bucket.get(LOCK)
        try:
            return None if found is None else str(json.loads(found.content)["run"])
        except (ValueError, KeyError, TypeError):
            return None

    def _is_held(self, holder: Holder | None) -> LockHeldError:
        then = (
            "Wait until it is done, or give it time with --lock-timeout SECONDS. This home cannot tell whether that "
            "process lives: where it does not, `reconciler state unlock --force` frees the lock."
        )
        age = None if holder is None else _age(holder.since, self._clock())
        return lock_held(self._environment, holder, then=then if age is None else f"Held for {age}. {then}")

    def _prove(self, holder: Holder, run: str, tag: Tag) -> None:
        """Raise StateError unless the store refuses a second making and an outdated change, and takes a right one."""
        record = _record(holder, run, proven=True)
        if not self._refuses(record, None):
            raise self._unfit("it makes an object anew where one stands already, as if the condition were not there")
        try:
            self._bucket.put(LOCK, record, tag)
        except Refused:
            raise self._unfit("it refuses a change of the very version that it gave out") from None
        if not self._refuses(_record(holder, run, proven=False), tag):
            raise self._unfit("it takes a change of a version that is not there any more")

    def _refuses(self, content: bytes, over: Tag | None) -> bool:
        try:
            self._bucket.put_once(LOCK, content, over)
        except Refused:
            return True
        return False

    def _unfit(self, why: str) -> StateError:
        return StateError(
            error(
                "state-home-unfit",
                f"this object store does not keep to conditions: {why}",
                "Two runs could undo each other's work there. Keep the state in another store, in PostgreSQL or in "
                "files. Nothing was changed.",
                file=self._bucket.shown,
            )
        )


def _record(holder: Holder, run: str, *, proven: bool) -> bytes:
    # `proven` makes two contents: a store whose ETag is a digest gives equal ones equal tags
    return pretty({**asdict(holder), "run": run, "proven": proven}).encode()


def _age(since: str, now: datetime) -> str | None:
    try:
        age = now - datetime.fromisoformat(since)
    except (ValueError, TypeError):
        return None
    if age < timedelta(hours=1):
        return f"{max(0, age // timedelta(minutes=1))} minutes"
    hours = age // timedelta(hours=1)
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"
