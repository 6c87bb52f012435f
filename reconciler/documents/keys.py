"""Keys: a document's path below the assistants folder without its ending, fit to be a file's name everywhere.

The state keeps one file a key, in Git, on every system that anybody clones it to; so a key that Windows cannot hold,
or that another system takes for the same name, is refused before it is applied. Core: pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from reconciler.errors import Diagnostic, error
from reconciler.later import pattern

ENDINGS = (".yaml", ".yml")
_MAX_SEGMENT = 200
_MAX_SLUG = 60
_USUAL = pattern(r"[a-z0-9_-]{1,100}(?:/[a-z0-9_-]{1,100}){0,10}")
_RESERVED_WORD = pattern(r"con|prn|aux|nul|com|lpt")
_RESERVED = pattern(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)


def key_of(path: str, *, folder: str) -> str | None:
    """The key of a document's path; None for a base or another file (a name that starts with _ on the way to it)."""
    found = keys_of((path,), folder=folder)
    return found[0][0] if found else None


def keys_of(paths: Iterable[str], *, folder: str) -> list[tuple[str, str]]:
    """The key and the path of every document among `paths`, likewise."""
    prefix = "" if folder in ("", ".") else folder.rstrip("/") + "/"
    length = len(prefix)
    stems = [(path[length : path.rindex(".")], path) for path in paths if path.endswith(ENDINGS)]
    return [each for each in stems if each[1].startswith(prefix) and each[0][:1] != "_" and "/_" not in each[0]]


def key_fault(key: str) -> str | None:
    """Why `key` cannot be one, or None."""
    if _USUAL.fullmatch(key) and not _RESERVED_WORD.search(key):
        return None  # as nearly every key
    try:
        segments = [(each, each.encode("utf-8")) for each in key.split("/")]
    except UnicodeEncodeError:
        return "the name is not valid Unicode"
    for segment, encoded in segments:
        fault = _segment_fault(segment)
        if fault is None and len(encoded) > _MAX_SEGMENT:
            fault = f"`{segment[:20]}...` has more than {_MAX_SEGMENT} bytes"
        if fault is not None:
            return fault
    return None


def _segment_fault(segment: str) -> str | None:
    if not segment:
        return "a part of the name is empty"
    if any(unicodedata.category(each) in ("Cc", "Zl", "Zp") for each in segment):
        return "the name holds a control character"
    if "\\" in segment:
        return "the name holds a backslash"
    if segment.startswith("."):
        return f"`{segment}` begins with a dot: such files are hidden"
    if segment.endswith((".", " ")):
        return f"`{segment}` ends with a dot or a space: Windows cannot hold such a name"
    if segment.startswith(" "):
        return f"`{segment}` begins with a space"
    if _RESERVED.fullmatch(segment):
        return f"`{segment}` is a reserved name on Windows"
    return None


def slug(text: str) -> str:
    """Lower-case letters and digits of ASCII, words joined by `-`; empty where the text has none of them."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode("ascii")
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_MAX_SLUG].strip("-")


def key_collisions(files: Iterable[tuple[str, str]]) -> Iterator[tuple[frozenset[str], Diagnostic]]:
    """The files that some system, or this program, takes for one: the paths of each group, and what to tell.

    Takes (key, path) pairs, in order.
    """
    files = list(files)
    keys = [key for key, _ in files]
    # as nearly always; one by one it takes eight times as long
    if "".join(keys).isascii() and len(set(map(str.lower, keys))) == len(keys):
        return
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, path in files:
        # ASCII is its own normal form
        folded = key.lower() if key.isascii() else unicodedata.normalize("NFC", key).casefold()
        groups.setdefault(folded, []).append((key, path))
    for members in groups.values():
        if len(members) == 1:
            continue
        paths = [path for _, path in members]
        if len({key for key, _ in members}) == 1:
            code, told = "key-twice", f"{_listed(paths)} are documents of one key, `{members[0][0]}`"
        else:
            code = "key-ambiguous"
            told = f"the keys of {_listed(paths)} differ only in case or in how their letters are encoded"
        then = "Rename one of them: on some systems they are the same file."
        yield frozenset(paths), error(code, told, then, file=paths[-1], line=1, column=1, key=members[-1][0])


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
