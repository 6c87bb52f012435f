"""The state in files: one JSON file per entry in the environment's folder, made to live in Git.

    state/production/_meta.json            format_version and lineage
    state/production/acme/sales-en.json    one entry
    state/production/.gitignore            keeps the lock and unfinished files of one machine out of Git

Touches only that folder. A write is durable when it returns, and costs the same beside 10 entries or 10,000.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from reconciler.canonical import pretty
from reconciler.durable import TEMPORARY, remove_file, replace_file, sweep
from reconciler.entries import FORMAT_VERSION, entry_text
from reconciler.errors import Diagnostic, LockHeldError, StateError, error
from reconciler.model import Entry, Spread
from reconciler.state.entryfiles import (
    Place,
    entry_at,
    keys_under,
    looked_at,
    place_of,
    read_object,
    reason,
    unreadable,
)
from reconciler.state.folderlock import LOCK, FolderLock
from reconciler.state.gate import Gate
from reconciler.state.holders import this_process
from reconciler.state.meta import account_of, lineage_of, refuse_other_lineage, stored_meta
from reconciler.state.places import META, segments, twin
from reconciler.state.store import Glance, Holder

_IGNORED = f"""\
# The lock and unfinished files belong to one machine. The entries beside them belong in Git.
{LOCK}*
{TEMPORARY}*
"""
_REMEDIES: Mapping[int, str] = {
    errno.EACCES: "Give this user the right to write there",
    errno.EPERM: "Give this user the right to write there",
    errno.EROFS: "Mount that file system for writing",
    errno.ENOSPC: "Free some space on that disk",
    errno.EDQUOT: "Free some of this user's disk quota",
    errno.EFBIG: "Raise this process's limit for the size of a file (ulimit -f)",
    errno.EIO: "The disk reports an error: check it first",
}

_NOT_FORCIBLE = error(
    "lock-not-forcible",
    "a file lock cannot be forced: the system keeps it for as long as its process lives",
    "End that process; the lock goes with it, however it ends.",
)


class FileStore:
    """A StateStore in a folder. Threads may share one store; processes exclude each other with `lock`.

    `folder` is the environment's own folder (it is made at the first write); `shown` is how messages call it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        environment: str,
        shown: str | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._folder = folder
        self._shown = folder.as_posix() if shown is None else shown
        self._clock = clock
        self._environ = environ
        self._lock = FolderLock(folder, environment=environment, shown=self._shown)
        # removing prunes empty folders, and would pull one away from under another thread's write. Writes go together:
        # eight files that are made durable at once take a tenth of the time that they take one after the other
        self._changing = Gate()
        self._settled: set[Path] = set()

    @property
    def shown(self) -> str:
        """How messages call the folder."""
        return self._shown

    def lineage(self) -> str | None:
        """The environment's lineage, or None where nothing was ever written.

        Raises StateError where it cannot be read, is of a newer format, or is lost while entries are there.
        """
        place = self._meta_place()
        stored = read_object(place)
        if stored is not None:
            return lineage_of(stored, place)
        if any(True for _ in keys_under(self._folder, self._shown, [])):
            raise self._lineage_lost()
        return None

    def begin(self, lineage: str) -> None:
        """Make the environment with this lineage. Raises StateConflictError where it has another one."""
        with self._changing.alone(), self._told(self._meta_place(), "written"):
            there = self.lineage()
            if there is None:
                self._make_meta(lineage)
        refuse_other_lineage(there, lineage, self._shown)

    def account(self) -> str | None:
        """The fingerprint of the account that the environment was applied to, or None where none is remembered."""
        place = self._meta_place()
        stored = read_object(place)
        return None if stored is None else account_of(stored, place)

    def remember_account(self, account: str) -> None:
        """Save the account's fingerprint durably. Makes the lineage first where there is none."""
        place = self._meta_place()
        with self._changing.alone(), self._told(place, "written"):
            self._begin()
            stored = read_object(place) or {}
            replace_file(self._folder / META, pretty({**stored, "account": account}).encode())

    def read(
        self, keys: Iterable[str] | None = None, *, glance: Glance | None = None, spread: Spread = map
    ) -> Mapping[str, Entry]:
        """All entries by key, or those of `keys` that exist. Raises StateError with everything that is unreadable."""
        problems: list[Diagnostic] = []
        try:
            self.lineage()
        except StateError as problem:
            if any(each.code == "state-newer" for each in problem.diagnostics):
                # what else a newer program may have changed cannot be judged here
                raise
            problems.extend(problem.diagnostics)
        entries: dict[str, Entry] = {}
        at = partial(place_of, str(self._folder), self._shown)
        wanted = list(self._keys(keys, problems))
        for key, found in zip(wanted, spread(partial(looked_at, glance, at), wanted), strict=True):
            try:
                if glance is not None and found is not None and type(found) is not bytes:
                    glance.keep(key, found)
                elif (entry := entry_at(key, at(key), found)) is not None:
                    entries[key] = entry
            except StateError as problem:
                problems.extend(problem.diagnostics)
        if problems:
            raise StateError.of(problems)
        return dict(sorted(entries.items()))

    def write(self, entry: Entry) -> None:
        """Save one entry durably. Raises StateError, and leaves the old one, where that fails."""
        place = self._place(entry.key)
        content = entry_text(entry)
        with self._told(place, "written"):
            with self._changing.together():
                begun = self.lineage() is not None
            if not begun:
                with self._changing.alone():
                    self._begin()
            with self._changing.together():
                self._refuse_strangers(place)
                path = Path(place.path)
                above = () if path.parent in self._settled else path.parents
                new = {each for each in above if self._folder in each.parents} - self._settled
                replace_file(path, content, also=sorted({each.parent for each in new}, reverse=True))
                self._settled |= new

    def remove(self, key: str) -> None:
        """Forget one entry durably; nothing happens where there is none."""
        place = self._place(key)
        with self._changing.alone(), self._told(place, "removed"):
            self._refuse_strangers(place)
            remove_file(Path(place.path), root=self._folder)

    @contextmanager
    def lock(self, *, command: str, timeout: float) -> Iterator[None]:
        """Hold the environment's lock; what killed writers left unfinished goes then. Not re-entrant."""
        with self._told(Place(path=str(self._folder), shown=self._shown), "locked"):
            self._ignore_locks()
        holder = this_process(command=command, now=self._clock(), environ=self._environ)
        with self._lock.held(holder, timeout=timeout):
            sweep(self._folder)
            yield

    def holder(self) -> Holder | None:
        """Who holds the lock now, or None."""
        return self._lock.holder()

    def unlock(self, *, force: bool = False) -> Holder | None:
        """Remove the record of a holder whose process is gone, and return it. LockHeldError where one is alive."""
        try:
            return self._lock.clear()
        except LockHeldError as problem:
            if not force:
                raise
            raise LockHeldError(*problem.diagnostics, _NOT_FORCIBLE) from None

    def _meta_place(self) -> Place:
        return Place(path=str(self._folder / META), shown=f"{self._shown}/{META}")

    def _keys(self, keys: Iterable[str] | None, problems: list[Diagnostic]) -> Iterable[str]:
        if keys is None:
            return keys_under(self._folder, self._shown, problems)
        places = {key: self._place(key) for key in sorted(set(keys))}
        for place in places.values():
            with self._told(place, "read"):
                self._refuse_strangers(place)
        return places

    def _place(self, key: str) -> Place:
        segments(key)
        return place_of(str(self._folder), self._shown, key)

    def _begin(self) -> None:
        """Make the lineage where there is none. It comes before the first entry: entries without one are an error."""
        if self.lineage() is None:
            import uuid  # once in the life of a state

            self._make_meta(str(uuid.uuid4()))

    def _make_meta(self, lineage: str) -> None:
        self._ignore_locks()
        replace_file(self._folder / META, stored_meta(lineage))

    def _ignore_locks(self) -> None:
        ignore = self._folder / ".gitignore"
        # once: who edits or removes it later knows why
        if not (self._folder / META).exists() and not ignore.exists():
            replace_file(ignore, _IGNORED.encode())

    def _refuse_strangers(self, place: Place) -> None:
        """Raise StateError where the entry's place is taken by something that is no file, or leads out of the folder.

        A rename would silently replace a link, and a linked folder lies elsewhere. Where case is ignored, it would
        replace the entry of another key.
        """
        path = Path(place.path)
        case_ignored = (self._folder / META.upper()).exists()
        for each in (path, *path.parents):
            if each == self._folder:
                return
            if case_ignored and each.parent.is_dir():
                _refuse_twin(each, place)
            kind = _kind(each)
            if kind not in (None, "a file" if each == path else "a folder"):
                raise unreadable(place, f"{each.relative_to(self._folder).as_posix()} is {kind}")

    @contextmanager
    def _told(self, place: Place, done: str) -> Iterator[None]:
        """Turn what the system says into what a person can do about it."""
        try:
            yield
        except OSError as problem:
            remedy = _REMEDIES.get(problem.errno or 0, "Make that possible")
            raise StateError(
                error(
                    "state-write-failed",
                    f"the state cannot be {done}: {reason(problem)}",
                    f"{remedy}, then run again. What was there is still there.",
                    file=place.shown,
                    key=place.key,
                )
            ) from None

    def _lineage_lost(self) -> StateError:
        where = f"{self._shown}/{META}"
        return StateError(
            error(
                "state-lineage-lost",
                "the file is missing, but entries are there",
                "Restore it from version control. Where it cannot be restored, write "
                f'{{"format_version": {FORMAT_VERSION}, "lineage": "A NEW UUID"}} there (uuidgen prints one); plans '
                "that were saved before are stale then.",
                file=where,
            )
        )


def _refuse_twin(path: Path, place: Place) -> None:
    other = twin(path.name, (each.name for each in path.parent.iterdir()))
    if other is not None:
        raise StateError(
            error(
                "state-key-clash",
                f"the file would take the place of {other}",
                "This file system cannot tell the two names apart. Move the entry that is there with "
                "`reconciler state mv OLD NEW`, by way of a third name.",
                file=place.shown,
                key=place.key,
            )
        )


def _kind(path: Path) -> str | None:
    """What stands at a path itself, links not followed; None where nothing does."""
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    kinds = {stat.S_IFREG: "a file", stat.S_IFDIR: "a folder", stat.S_IFLNK: "a symbolic link"}
    return kinds.get(stat.S_IFMT(mode), "neither a file nor a folder")
