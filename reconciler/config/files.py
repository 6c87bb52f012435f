"""The project's files on disk: which of them are documents, and reading one safely.

A pull request from a stranger is planned on machines that hold tokens, so a document may only reach what belongs to
the project: nothing outside its folder once symbolic links are followed, nothing hidden (`.git/config` holds a CI
job's token, `.env` a developer's), no pipe that never ends and no device. Edge: reads the disk, writes nothing.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath

from reconciler.documents.keys import ENDINGS
from reconciler.errors import Diagnostic, DocumentError, error
from reconciler.validation import suggestion

YAML_LIMIT = 1024 * 1024
# what was followed is followed already: a link that is there now was put there since
_FLAGS = ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")
_READ = os.O_RDONLY | sum(getattr(os, each, 0) for each in _FLAGS)
TEXT_LIMIT = 4 * 1024 * 1024


class ProjectFiles:
    """The files of one project, read by paths relative to its root with forward slashes.

    `folder` (relative to the root) holds the documents. The project is taken to stand still while it is read.
    """

    def __init__(self, root: Path, folder: str) -> None:
        self.root = Path(os.path.realpath(root))
        self.folder = folder
        self._folders: dict[str, tuple[str, Callable[[str], DocumentError] | None]] = {}
        # plain files that `documents` saw, by path: known to be inside and regular, so neither is asked again (a plan
        # of 10,000 documents: 0.2 s less)
        self._listed: dict[str, str] = {}
        self._documents: Sequence[str] | None = None

    def documents(self) -> Sequence[str]:
        """Every *.yaml and *.yml below the folder, sorted; names starting with `_` or `.` are none.

        Raises DocumentError naming every folder that cannot be listed whole, and every file that is a document but
        for the case of its ending: a document that is merely not seen would look like one that was removed.
        """
        if self._documents is not None:
            return self._documents
        found: list[str] = []
        problems: list[Diagnostic] = []
        self._inside(self.folder)
        self._walk(self.folder, (), found, problems)
        if problems:
            raise DocumentError.of(problems)
        self._documents = sorted(found)
        return self._documents

    def read(self, path: str) -> bytes:
        """The bytes of one file.

        Raises DocumentError with one diagnostic: `missing-file` (with a suggestion), `outside-project`,
        `hidden-file`, `is-a-folder`, `not-a-regular-file`, `too-large` (over 1 MiB of YAML, 4 MiB
        of text), `unreadable-file`.
        """
        real = self._listed.get(path)
        try:
            if real is None:
                real = self._inside(path)
                _check_kind(path, os.stat(real))  # noqa: PTH116 - plain strings are quicker
            # a pipe put there since would block an ordinary open for ever
            descriptor = os.open(real, _READ)
            try:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode) or found.st_size > YAML_LIMIT:  # which is below the other
                    _check_kind(path, found)
                content = _all_of(descriptor, found.st_size)
            finally:
                os.close(descriptor)
        except OSError as problem:
            if self._listed.pop(path, None) is not None:  # it is not what it was: look again, at all of it
                return self.read(path)
            raise self._unreadable(path, problem) from None
        if len(content) > YAML_LIMIT and len(content) > _limit(path):
            raise _too_large(path)
        return content

    def _walk(
        self, folder: str, above: tuple[tuple[int, int], ...], found: list[str], problems: list[Diagnostic]
    ) -> None:
        absolute = self.root / folder
        try:
            info = absolute.stat()
            entries = sorted(os.scandir(absolute), key=lambda each: each.name)
        except OSError as problem:
            problems += self._unreadable(folder, problem).diagnostics
            return
        here = (info.st_dev, info.st_ino)
        if here in above:  # a link to a folder above: all that is in it is listed already
            return
        prefix = "" if folder in ("", ".") else f"{folder}/"
        for entry in entries:
            if entry.name.startswith(("_", ".")):
                continue
            path = prefix + entry.name
            # as nearly every entry
            if path.endswith(ENDINGS) and _is_text(path) and "\\" not in path and entry.is_file(follow_symlinks=False):
                self._listed[path] = entry.path
                found.append(path)
            else:
                self._visit(path, entry, (*above, here), found, problems)

    def _visit(
        self,
        path: str,
        entry: os.DirEntry[str],
        above: tuple[tuple[int, int], ...],
        found: list[str],
        problems: list[Diagnostic],
    ) -> None:
        if not _is_text(entry.name):
            problems.append(_no_text(path))
        elif not _leads_to_a_folder(entry):
            if entry.name.endswith(ENDINGS):
                found.append(path)
            elif entry.name.lower().endswith(ENDINGS):
                problems.append(_miscased(path))
        elif entry.is_symlink() and (refused := self._refusal(path)):
            problems.append(refused)
        elif entry.name.endswith(ENDINGS):
            problems.append(_folder_like_a_document(path))
        else:
            self._walk(path, above, found, problems)

    def _refusal(self, path: str) -> Diagnostic | None:
        try:
            self._inside(path)
        except DocumentError as refused:
            return refused.diagnostics[0]
        return None

    def _inside(self, path: str) -> str:
        """The absolute path with no link left in it. Raises DocumentError where that is not the project's to read."""
        if not _is_text(path) or "\0" in path or "\\" in path or path.startswith("/"):
            raise _outside(path)
        folder, _, name = os.path.normpath(path).replace(os.sep, "/").rpartition("/")
        if folder not in self._folders:
            real = os.path.realpath(self.root / folder)
            self._folders[folder] = (real, self._refusal_of(real))
        real_folder, refusal = self._folders[folder]
        real = os.path.join(real_folder, name)  # noqa: PTH118 - ten thousand of these: plain strings
        if os.path.islink(real):  # noqa: PTH114 - as above
            real = os.path.realpath(real)
            refusal = self._refusal_of(real)
        elif name.startswith("."):
            refusal = self._refusal_of(real)
        if refusal is not None:
            raise refusal(path)
        return real

    def _refusal_of(self, real: str) -> Callable[[str], DocumentError] | None:
        """What to answer for a file that stands at `real`; None where it is the project's to read."""
        inside = os.path.relpath(real, self.root).replace(os.sep, "/")
        if inside == ".." or inside.startswith("../"):
            return _outside
        return _hidden if any(part.startswith(".") and part != "." for part in inside.split("/")) else None

    def _unreadable(self, path: str, problem: OSError) -> DocumentError:
        if problem.errno in (errno.ENOENT, errno.ENOTDIR):
            if (self.root / path).is_symlink():
                then = "Remove the link, or let it lead to a file of the project."
                return DocumentError(error("missing-file", "the symbolic link leads to no file", then, file=path))
            return DocumentError(error("missing-file", "there is no such file", self._nearest(path), file=path))
        if problem.errno == errno.ELOOP:
            return DocumentError(error("missing-file", "the symbolic links go in a circle", file=path))
        why = (problem.strerror or type(problem).__name__).lower()
        return DocumentError(error("unreadable-file", f"cannot be read: {why}", file=path))

    def _nearest(self, path: str) -> str | None:
        wanted = PurePosixPath(path)
        try:
            names = [each.name for each in (self.root / wanted.parent).iterdir() if not each.name.startswith(".")]
        except OSError:
            return f"There is no folder `{wanted.parent}` either."
        guess = suggestion(wanted.name, sorted(names))
        return f"Did you mean `{wanted.parent / guess}`?" if guess else None


def _leads_to_a_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # links in a circle: reading it says so
        return False


def _no_text(path: str) -> Diagnostic:
    return error(
        "file-name",
        "the name of a file is not valid UTF-8",
        "Rename the file: its name becomes a key.",
        file=path.encode("utf-8", "backslashreplace").decode("utf-8"),
    )


def _miscased(path: str) -> Diagnostic:
    stem, _, ending = path.rpartition(".")
    return error(
        "file-name",
        f"a document's name ends in `.{ending.lower()}`, not in `.{ending}`",
        f"Rename it to `{stem}.{ending.lower()}`; with a `_` before its name it is no document.",
        file=path,
    )


def _folder_like_a_document(path: str) -> Diagnostic:
    """Where a document was, its entry would look like one whose document is gone."""
    told = "a folder has a document's name: its assistant would be taken for one that was removed"
    return error("file-name", told, "Rename the folder.", file=path)


def _all_of(descriptor: int, size: int) -> bytes:
    """The rest of a file that was of this size: one byte more is asked for, so that the end is seen at once."""
    content = os.read(descriptor, size + 1)
    if len(content) == size:
        return content
    parts = [content]
    while parts[-1]:
        parts.append(os.read(descriptor, YAML_LIMIT))
    return b"".join(parts)


def _limit(path: str) -> int:
    return YAML_LIMIT if path.endswith(ENDINGS) else TEXT_LIMIT


def _check_kind(path: str, info: os.stat_result) -> None:
    if stat.S_ISDIR(info.st_mode):
        raise DocumentError(error("is-a-folder", "is a folder; a file is due here", file=path))
    if not stat.S_ISREG(info.st_mode):
        raise DocumentError(
            error("not-a-regular-file", "is a pipe, a socket or a device; only regular files are read", file=path)
        )
    if info.st_size > _limit(path):
        raise _too_large(path)


def _too_large(path: str) -> DocumentError:
    kind = "YAML" if path.endswith(ENDINGS) else "text"
    limit = _limit(path) // (1024 * 1024)
    return DocumentError(error("too-large", f"is larger than {limit} MiB, the limit for {kind}", file=path))


def _outside(path: str) -> DocumentError:
    shown = path.encode("utf-8", "backslashreplace").decode("utf-8")
    return DocumentError(
        error(
            "outside-project",
            "leads outside the project",
            "A document may only use files of its own project; symbolic links are followed before this is judged.",
            file=shown,
        )
    )


def _hidden(path: str) -> DocumentError:
    return DocumentError(
        error(
            "hidden-file",
            "is hidden, and hidden files and folders are not read",
            "They hold what a document must not reach, such as .git/config or .env. Move the file.",
            file=path,
        )
    )


def _is_text(name: str) -> bool:
    if name.isascii():
        return True
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
