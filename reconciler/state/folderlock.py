"""The lock of one environment's folder: a lock of the operating system on `_lock`, so it goes with its process.

Who holds it stands beside it in `_lock.json`, for people only: what that file says without the lock being held is
true of nobody. It is a file of its own, because Windows lets nobody read a locked one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.canonical import pretty
from reconciler.durable import TEMPORARY
from reconciler.errors import LockHeldError, StateError, error
from reconciler.state.entryfiles import Place, read_object, reason
from reconciler.state.holders import holder_from, lock_held
from reconciler.state.store import Holder

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK = "_lock"
RECORD = "_lock.json"


class FolderLock:
    """The lock of the folder of one environment. Holds nothing itself: every `held` takes the lock anew."""

    def __init__(self, folder: Path, *, environment: str, shown: str) -> None:
        self._folder = folder
        self._environment = environment
        self._shown = shown

    @contextmanager
    def held(self, holder: Holder, *, timeout: float) -> Iterator[None]:
        """Hold the lock as `holder`. Waits up to `timeout` seconds, then raises LockHeldError. Not re-entrant."""
        lock = self._acquire(timeout)
        try:
            self._record(holder)
            try:
                yield
            finally:
                with suppress(OSError):
                    self._path(RECORD).unlink()
        finally:
            lock.release()

    def holder(self) -> Holder | None:
        """Who holds the lock now, or None. A record that nobody's lock stands behind names nobody."""
        recorded = self.recorded()
        # without a record there is nothing to ask the lock for, and asking takes it for a moment
        if recorded is None or self._is_free():
            return None
        return recorded

    def recorded(self) -> Holder | None:
        """What the record says, whether or not it is true now; None where there is none or it cannot be read."""
        try:
            return holder_from(read_object(Place(path=str(self._path(RECORD)), shown=RECORD)) or {})
        except (StateError, KeyError):
            return None

    def clear(self) -> Holder | None:
        """Remove the record of a holder that is gone, and return it. Raises LockHeldError where the lock is held."""
        if not os.path.lexists(self._path(RECORD)):
            return None
        lock = self._acquire(0)
        try:
            gone = self.recorded()
            self._path(RECORD).unlink(missing_ok=True)
        except OSError as problem:
            raise self._failed(problem, RECORD) from None
        finally:
            lock.release()
        return gone

    def _acquire(self, timeout: float) -> BaseFileLock:
        # 0.05 s to import, and only writers need it
        import filelock

        lock = filelock.FileLock(self._path(LOCK), timeout=max(timeout, 0.0), thread_local=False)
        try:
            lock.acquire()
            _refuse_soft(lock)
        except filelock.Timeout:
            raise self._is_held() from None
        except (OSError, NotImplementedError) as problem:
            raise self._failed(problem) from None
        return lock

    def _is_free(self) -> bool:
        try:
            self._acquire(0).release()
        except LockHeldError:
            return False
        return True

    def _record(self, holder: Holder) -> None:
        temporary = self._path(TEMPORARY + RECORD)
        try:
            temporary.write_text(pretty(asdict(holder)), "utf-8", newline="\n")
            temporary.replace(self._path(RECORD))
        except OSError as problem:
            with suppress(OSError):
                temporary.unlink()
            raise self._failed(problem, RECORD) from None

    def _path(self, name: str) -> Path:
        return self._folder / name

    def _is_held(self) -> LockHeldError:
        holder = self.recorded()
        where = "" if holder is None else f": if that hangs, end process {holder.pid} on {holder.host}"
        then = "Wait until it is done, or give it time with --lock-timeout SECONDS. The lock goes with its process"
        return lock_held(self._environment, holder, then=f"{then}{where}.")

    def _failed(self, problem: OSError | NotImplementedError, name: str = LOCK) -> StateError:
        why = reason(problem) if isinstance(problem, OSError) else "this file system has no locks"
        what = "the lock file cannot be locked" if name == LOCK else "who holds the lock cannot be written down"
        then = "The state must stand where this user may write and the file system has locks. Nothing was changed."
        return StateError(error("state-lock-failed", f"{what}: {why}", then, file=f"{self._shown}/{name}"))


def _refuse_soft(lock: BaseFileLock) -> None:
    """Raise NotImplementedError for filelock's way out where the system has no locks: it outlives a killed process."""
    from filelock import SoftFileLock

    if isinstance(lock, SoftFileLock):
        lock.release()
        raise NotImplementedError
