"""Reading the state's files: what is there, and what is wrong with it, in words that lead to a repair.

Reads only. A file that is there is read whole or is an error; it is never taken for absent.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from reconciler.bounds import MOST_VALUES, holds_too_much
from reconciler.canonical import Json
from reconciler.entries import STRICT, entry_from_json
from reconciler.errors import Diagnostic, StateError, error
from reconciler.later import pattern
from reconciler.model import Entry
from reconciler.state.places import ENDING, is_set_aside, is_usual, segments
from reconciler.state.store import Glance

# O_NONBLOCK: opening a FIFO must not wait for a writer. Neither flag exists on Windows, nor does what it is for.
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_AT_ONCE = 64 * 1024
LARGEST = 64 * 1024 * 1024
"""Bytes of one file: an entry holds what was sent and what was sent before, and one answer of the API fits 16 MiB."""
_CONFLICT = pattern(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
_RESTORE = "Nothing was changed. Restore it from version control or a backup; it is never treated as empty."


class Place(NamedTuple):
    """One file of the state: where it is, and how it is called in messages. `key` is None for `_meta.json`.

    A tuple, since a plan makes one of every entry.
    """

    path: str
    shown: str
    key: str | None = None


def read_object(place: Place) -> Mapping[str, Json] | None:
    """The JSON object in a file, or None where there is no file. Raises StateError for anything else."""
    content = read_bytes(place)
    return None if content is None else decode_object(place, content)


def decode_object(place: Place, content: bytes) -> Mapping[str, Json]:
    """The JSON object that `content` is, in any home. Raises StateError for anything else."""
    if holds_too_much(content):
        raise unreadable(place, f"it holds more than {MOST_VALUES:,} values")
    try:
        found: Json = STRICT.decode(content.decode())
    except UnicodeDecodeError as problem:
        raise unreadable(place, f"it is not UTF-8 (byte {problem.start})") from None
    except json.JSONDecodeError as problem:
        raise StateError(_not_json(place, content.decode(), problem)) from None
    except RecursionError:
        raise unreadable(place, "it is nested too deeply") from None
    except ValueError as problem:
        raise unreadable(place, str(problem)) from None
    if not isinstance(found, Mapping):
        # `null` least of all: it would pass for "no file"
        raise unreadable(place, "it is not a JSON object")
    return found


def place_of(folder: str, shown: str, key: str) -> Place:
    """Where the entry of a key stands in an environment's folder, which messages call `shown`."""
    return Place(f"{folder}/{key}{ENDING}", f"{shown}/{key}{ENDING}", key)


def keys_under(folder: Path, shown: str, problems: list[Diagnostic]) -> Iterator[str]:
    """The key of every entry's file under an environment's folder, in no order. What may not stand there goes to
    `problems`."""
    waiting = [("", str(folder))]
    while waiting:
        prefix, path = waiting.pop()
        try:
            with os.scandir(path) as found:
                for each in found:
                    name = each.name
                    key = prefix + name.removesuffix(ENDING)
                    if name.endswith(ENDING) and is_usual(key):
                        yield key  # as nearly every entry
                    elif is_set_aside(name):
                        continue
                    elif name.endswith(ENDING):
                        unfit = _unfit(Place(each.path, f"{shown}/{prefix}{name}", key))
                        problems += unfit
                        if not unfit:
                            yield key
                    elif each.is_dir(follow_symlinks=False):
                        waiting.append((f"{prefix}{name}/", each.path))
                    elif each.is_symlink() and each.is_dir():
                        place = Place(each.path, f"{shown}/{prefix}{name}", key)
                        problems.append(_diagnostic(place, "it is a symbolic link to a folder"))
        except FileNotFoundError:
            # the environment has no folder yet, or this one was emptied and pruned meanwhile
            continue
        except OSError as problem:
            where = f"{shown}/{prefix}".rstrip("/")
            why = f"the folder cannot be read: {reason(problem)}"
            problems.append(error("state-unreadable", why, "Give this user the right to read it.", file=where))


def looked_at(glance: Glance | None, at: Callable[[str], Place], key: str) -> Any | bytes | None:
    """What can be seen of an entry, else its bytes; None where it cannot be read, which is for `entry_at` to say."""
    place = at(key)
    begun = None
    if glance is not None:
        begun = _glimpse(place.path)
        # what is seen was all there: its checksum says so
        seen = None if begun is None else glance.seen(key, begun)
        if seen is not None:
            return seen
    try:
        content = read_bytes(place)
    except StateError:
        return None
    if glance is None or content is None or content == begun:
        return content
    seen = glance.seen(key, content)
    return content if seen is None else seen


def entry_at(key: str, place: Place, content: bytes | None) -> Entry | None:
    """The entry that was read, or is read now: None is no file, or one that could not be read before."""
    content = read_bytes(place) if content is None else content
    if content is None:
        return None
    return entry_from_json(key, decode_object(place, content), where=place.shown)


def unreadable(place: Place, why: str) -> StateError:
    """The error of one file that cannot be read, with the way out."""
    return StateError(_diagnostic(place, why))


def reason(problem: OSError) -> str:
    """What the system said, as a part of a sentence."""
    return (problem.strerror or str(problem)).lower()


def read_bytes(place: Place) -> bytes | None:
    """A file's bytes, or None where there is no file. Raises StateError for what is none of ours."""
    try:
        descriptor = os.open(place.path, _READ)
    except FileNotFoundError:
        return None
    except OSError as problem:
        why = "it is a symbolic link" if problem.errno == errno.ELOOP else reason(problem)
        raise unreadable(place, why) from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise unreadable(place, "it is a folder" if stat.S_ISDIR(found.st_mode) else "it is not a regular file")
        if found.st_size > LARGEST:
            raise unreadable(place, f"it is larger than {LARGEST // 1024 // 1024} MiB, which no entry is")
        # a file object costs more than the read; entries are replaced, never grown, so the size is the end
        content = os.read(descriptor, found.st_size)
        while len(content) < found.st_size and (more := os.read(descriptor, found.st_size - len(content))):
            content += more
        return content
    except OSError as problem:
        raise unreadable(place, reason(problem)) from None
    finally:
        os.close(descriptor)


def _glimpse(path: str) -> bytes | None:
    """What one read of a file gives, 1 µs sooner than `read_bytes`; None where it gives nothing, whatever the reason.

    It need not be all, nor of a file: for those alone who know what its bytes must be, to the last one.
    """
    try:
        descriptor = os.open(path, _READ)
    except OSError:
        return None
    try:
        return os.read(descriptor, _AT_ONCE)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _unfit(place: Place) -> Sequence[Diagnostic]:
    """What is wrong with a file's name, where no key of ours could have given it."""
    try:
        segments(place.key or "")
    except StateError as problem:
        return [_diagnostic(place, each.summary) for each in problem.diagnostics]
    return []


def _not_json(place: Place, text: str, problem: json.JSONDecodeError) -> Diagnostic:
    conflict = _CONFLICT.search(text)
    if conflict is None:
        return _diagnostic(place, f"it is not JSON: {problem.msg}", line=problem.lineno, column=problem.colno)
    return error(
        "state-merge-conflict",
        "the file holds a merge conflict",
        "Resolve the merge conflict: keep one side whole. Where the two sides have different ids, both assistants "
        "exist; keep the one that is in use. Nothing was changed.",
        file=place.shown,
        line=text.count("\n", 0, conflict.start()) + 1,
        column=1,
        key=place.key,
    )


def _diagnostic(place: Place, why: str, **at: int) -> Diagnostic:
    what = f"the state entry of {place.key}" if place.key is not None else "the file"
    return error("state-unreadable", f"{what} cannot be read: {why}", _RESTORE, file=place.shown, key=place.key, **at)
