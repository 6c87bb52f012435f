"""Where a key stands inside an environment's folder, and which keys cannot stand in one. Pure: touches no file.

Homes that are no folders use the same rules, so that an environment can be moved from any home to any other.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from reconciler.errors import StateError, error
from reconciler.later import pattern

ENDING = ".json"
META = "_meta.json"

_USUAL = pattern(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9_-]{0,99})*")
_FORBIDDEN = pattern(r"[\\\x00-\x1f\x7f]")
# 255 bytes is what nearly every file system allows for one name
_LONGEST = 255 - len(ENDING)


def is_usual(key: str) -> bool:
    """Whether it can stand in an environment's folder without a second look, as nearly every key can."""
    return _USUAL.fullmatch(key) is not None


def segments(key: str) -> tuple[str, ...]:
    """The folders and the name (without its ending) of a key. Raises StateError for one that may not be a path."""
    parts = tuple(key.split("/"))
    if _USUAL.fullmatch(key):
        return parts  # as nearly every key
    for part in parts:
        wrong = _wrong(part)
        if wrong:
            raise _unsafe(key, wrong)
    for folder in parts[:-1]:
        if folder.endswith(ENDING):
            raise _unsafe(key, f"the folder {folder} ends like an entry ({ENDING})")
    return parts


def is_set_aside(name: str) -> bool:
    """Whether a name in the folder is neither an entry's nor a folder's of entries: `_meta.json`, locks, strangers'."""
    return name.startswith(("_", "."))


def twin(name: str, names: Iterable[str]) -> str | None:
    """The other of `names` that a file system which ignores case (macOS, Windows) cannot tell from `name`."""
    alike = _fold(name)
    return next((each for each in names if each != name and _fold(each) == alike), None)


def _fold(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _wrong(part: str) -> str | None:
    if not part:
        return "a part of it is empty"
    if is_set_aside(part):
        return f"its part {part} starts with `{part[0]}`"
    if _FORBIDDEN.search(part):
        return "it holds a backslash or a control character"
    try:
        size = len(part.encode())
    except UnicodeEncodeError:
        return "it is not UTF-8"
    return f"its part {part[:20]}... is {size} bytes long; {_LONGEST} is the most" if size > _LONGEST else None


def _unsafe(key: str, why: str) -> StateError:
    return StateError(
        error(
            "state-key-unsafe",
            f"{key!r} cannot be a key in the state: {why}",
            "Rename the document. Its path under the assistants folder is the key.",
            key=key,
        )
    )
