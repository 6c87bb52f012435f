"""Files that are whole or not there, and that stay after a power cut.

A file is written beside its place under a temporary name, synced, renamed over the old one, and then the folder is
synced, because a rename lives in the folder. A new folder lives in its parent, so that is synced too.
Shell: touches the disk. Raises OSError; until the rename the old file stands, and afterwards nothing temporary is left.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

TEMPORARY = ".tmp-"
"""What the names of unfinished files start with."""

# Windows translates line ends unless told otherwise; the other flags do not exist there
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def replace_file(path: Path, content: bytes, *, mode: int = 0o666, also: Iterable[Path] = ()) -> None:
    """Write a file whole and durably, with the folders above it; `mode` is its rights, less the umask.

    `also` names folders to sync afterwards: of those that stand already, a killed writer may have synced none.
    """
    made = _make_folders(path.parent)
    try:
        _write_and_rename(path, content, mode)
    except BaseException:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise
    for folder in dict.fromkeys((path.parent, *(each.parent for each in reversed(made)), *also)):
        sync_folder(folder)


def create_file(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a new file whole and durably, with the folders above it. Raises FileExistsError where something is there.

    Nothing is ever replaced, also where another process makes the same file at the same moment.
    """
    made = _make_folders(path.parent)
    temporary = path.with_name(TEMPORARY + os.urandom(8).hex())
    try:
        _write(temporary, content, mode)
        try:
            os.link(temporary, path, follow_symlinks=False)
        except FileExistsError:
            raise
        except (OSError, NotImplementedError):  # a file system without hard links: whole is then less than new
            _write(path, content, mode)
    finally:
        with suppress(OSError):
            temporary.unlink()
    for folder in dict.fromkeys((path.parent, *(each.parent for each in reversed(made)))):
        sync_folder(folder)


def remove_file(path: Path, *, root: Path) -> None:
    """Remove a file durably, and the folders below `root` that this leaves empty. Nothing happens where it is not."""
    try:
        path.unlink()
    except FileNotFoundError:
        return
    sync_folder(path.parent)
    for folder in path.parents:
        if folder == root:
            return
        try:
            folder.rmdir()
        except OSError:
            # not empty; or it cannot go, and an empty folder says nothing false
            return
        sync_folder(folder.parent)


def sweep(root: Path) -> None:
    """Remove what killed writers left unfinished. Only for the holder of the lock: others' files are in use."""
    for path in _temporary(root):
        with suppress(OSError):
            path.unlink()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Windows cannot and need not: NTFS journals its renames."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def sync(descriptor: int) -> None:
    """fsync, where the file system knows it: some network mounts answer "invalid" for a folder, and have no better."""
    try:
        os.fsync(descriptor)
    except OSError as problem:
        if problem.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; the new ones, outermost first."""
    missing: list[Path] = []
    while not folder.is_dir():
        missing.append(folder)
        if folder == folder.parent:
            break
        folder = folder.parent
    made = list(reversed(missing))
    for each in made:
        each.mkdir(exist_ok=True)
    return made


def _write_and_rename(path: Path, content: bytes, mode: int) -> None:
    temporary = path.with_name(TEMPORARY + os.urandom(8).hex())
    try:
        _write(temporary, content, mode)
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def _write(path: Path, content: bytes, mode: int) -> None:
    with os.fdopen(os.open(path, _NEW, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _temporary(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        for name in names:
            if name.startswith(TEMPORARY):
                yield Path(folder, name)
