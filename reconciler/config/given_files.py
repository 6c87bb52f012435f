"""Reading a file that a command line names: wherever it is, but a file, and no more of it than fits.

A pipe may never end and a device has no end, so neither is read; standard input has its own way (`-`) where a verb
takes it. Edge: reads the disk, and raises OSError with words for people, for the caller to say what was read.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read_given(path: Path, *, most: int) -> tuple[bytes, os.stat_result]:
    """The bytes of a regular file, and what the system says of it. Of a larger file, `most` + 1 bytes.

    Raises OSError, also for a folder, a pipe, a socket and a device.
    """
    descriptor = os.open(path, _READ)
    with os.fdopen(descriptor, "rb") as file:
        info = os.fstat(descriptor)
        if stat.S_ISDIR(info.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(info.st_mode):
            raise OSError(errno.EINVAL, "it is a pipe, a socket or a device; only regular files are read")
        return file.read(most + 1), info


def who_else_could_write(path: Path, info: os.stat_result) -> str | None:
    """Why somebody other than this user and root could have written a file, or None. Not judged on Windows.

    `info` is the open file's own, so that it cannot be exchanged in between; the folder counts where others may
    rename in it. The group that is a user's own, of nobody else, is no other: with it many systems make folders.
    """
    if not hasattr(os, "geteuid"):
        return None
    ours = (os.geteuid(), 0)
    if info.st_uid not in ours:
        return f"it belongs to another user ({info.st_uid})"
    if info.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        who = "everybody" if info.st_mode & stat.S_IWOTH else "its group"
        return f"{who} may write to it (mode {stat.S_IMODE(info.st_mode):04o})"
    folder = path.absolute().parent.stat()
    if folder.st_uid not in ours:
        return f"its folder belongs to another user ({folder.st_uid}), who may replace files in it"
    if folder.st_mode & stat.S_ISVTX:
        return None
    if folder.st_mode & stat.S_IWOTH:
        return "everybody may replace files in its folder"
    if folder.st_mode & stat.S_IWGRP and not _is_own_group(folder.st_gid):
        return f"its folder's group ({folder.st_gid}) may replace files in it"
    return None


def _is_own_group(gid: int) -> bool:
    """Whether a group is this user's alone: of the same name, first in the list of users, and without other members."""
    import grp
    import pwd

    try:
        user, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(gid)
    except KeyError:
        return False
    return group.gr_name == user.pw_name and gid == user.pw_gid and set(group.gr_mem) <= {user.pw_name}
