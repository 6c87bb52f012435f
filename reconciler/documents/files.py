"""Where documents come from: the shell's promise, the paths inside a project, and what one load has read. Core: pure.

Every base and prompt is read once a load; an error is remembered too, so that two hundred documents on one broken
base tell of it once each, at their own places, and cost one read.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import field
from typing import Protocol

from reconciler.canonical import digest_bytes
from reconciler.documents.characters import line_and_column
from reconciler.documents.keys import keys_of
from reconciler.documents.strict_yaml import Parsed, parse_yaml
from reconciler.errors import DocumentError, error
from reconciler.frozen import dataclass
from reconciler.later import pattern

_UNSEEN = pattern(r"[\x00-\x1f\x7f]")
_NOT_TEXT = pattern(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Files(Protocol):
    """The project's files, as the shell shows them. Paths are relative to the project, with forward slashes."""

    def documents(self) -> Sequence[str]:
        """Every *.yaml and *.yml below the assistants folder, sorted."""

    def read(self, path: str) -> bytes:
        """The bytes of a file. Raises DocumentError where it is missing, outside, too large, or no regular file."""


@dataclass(kw_only=True, slots=True)
class Sources:
    """What one load has read so far, by path."""

    files: Files
    _listed: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    _bytes: dict[str, bytes | DocumentError] = field(default_factory=dict)
    _parsed: dict[str, Parsed] = field(default_factory=dict)
    _texts: dict[str, str | DocumentError] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)

    def documents(self, folder: str) -> Sequence[tuple[str, str]]:
        """The key and the path of every document below `folder`, by path; bases are none. Raises DocumentError."""
        if folder not in self._listed:
            self._listed[folder] = keys_of(self.files.documents(), folder=folder)
        return self._listed[folder]

    def content(self, path: str) -> bytes:
        """The bytes of a file. Raises DocumentError."""
        if path not in self._bytes:
            try:
                self._bytes[path] = self.files.read(path)
            except DocumentError as problem:
                self._bytes[path] = problem
        found = self._bytes[path]
        if isinstance(found, DocumentError):
            raise found
        return found

    def give(self, path: str, content: bytes) -> None:
        """What a file holds, from who has read it already."""
        self._bytes[path] = content

    def yaml(self, path: str) -> Parsed:
        """A YAML file, whatever its state; one that cannot be read is one with errors."""
        if path not in self._parsed:
            try:
                self._parsed[path] = parse_yaml(self.content(path), file=path)
            except DocumentError as problem:
                self._parsed[path] = Parsed(file=path, value=None, places={}, names={}, diagnostics=problem.diagnostics)
        return self._parsed[path]

    def text(self, path: str) -> str:
        """A UTF-8 text as it stands, without a byte order mark. Raises DocumentError with the place inside it."""
        if path not in self._texts:
            try:
                self._texts[path] = _text(self.content(path), path)
            except DocumentError as problem:
                self._texts[path] = problem
        found = self._texts[path]
        if isinstance(found, DocumentError):
            raise found
        return found

    def forget(self, path: str) -> None:
        """Let go of a file that hardly anything will ask for again: a document, once it has been worked through."""
        self._bytes.pop(path, None)
        self._parsed.pop(path, None)
        self._digests.pop(path, None)

    def digest(self, path: str) -> str:
        """The digest of a file that was read."""
        known = self._digests.get(path)
        if known is None:
            known = self._digests[path] = digest_bytes(self.content(path))
        return known


def inside(path: str, *, named_by: str) -> str:
    """The project path of `path`, relative to the file that names it. Raises ValueError saying why it is none."""
    if not path or path != path.strip():
        raise ValueError("a path is missing here" if not path.strip() else "a path has spaces around it")
    if _UNSEEN.search(path):
        raise ValueError("a path cannot hold control characters")
    if "\\" in path:
        raise ValueError("paths have forward slashes on every system")
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
        raise ValueError("a path is relative to the file that names it")
    found = posixpath.normpath(posixpath.join(posixpath.dirname(named_by), path))
    if found == ".." or found.startswith("../"):
        raise ValueError("the path leads out of the project")
    return found


def _text(content: bytes, path: str) -> str:
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as problem:
        before = content[: problem.start].decode("utf-8")
        line, column = line_and_column(before, len(before))
        told = f"it is not UTF-8 text (line {line}, column {column})"
        raise DocumentError(error("text-encoding", told, "Save it as UTF-8.", file=path)) from None
    odd = _NOT_TEXT.search(text)
    if odd is not None:
        line, column = line_and_column(text, odd.start())
        told = f"it holds the control character U+{ord(odd[0]):04X} (line {line}, column {column})"
        raise DocumentError(error("text-control-character", told, "Remove it.", file=path))
    return text
