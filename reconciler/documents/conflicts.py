"""Texts with the marks of an unfinished merge in them: no caller shall ever hear those. Core: pure.

`pull --accept` leaves such marks where the portal and the files changed the same lines, as a merge in Git does.
"""

from __future__ import annotations

import re

from reconciler.documents.files import Sources
from reconciler.documents.layers import Layered
from reconciler.documents.places import at, dotted, holds, texts_in
from reconciler.documents.references import Resolution
from reconciler.errors import Diagnostic, error
from reconciler.later import pattern
from reconciler.model import Path, Position

FINISH_MERGE = "Keep what is right of the parts between <<<<<<< and >>>>>>>, and remove these lines."
_BEGIN = "<<<<<<< "
_MARKS = tuple(re.compile(each, re.MULTILINE) for each in ("^<{7} ", "^={7}$", "^>{7} "))
_FIRST = pattern(r"\s*<{7} ")


def check_conflicts(found: Resolution, layered: Layered, sources: Sources, *, key: str) -> list[Diagnostic]:
    """An error for every text that a merge left unfinished, at the line where it begins."""
    told: list[Diagnostic] = []
    if not holds(found.content, _BEGIN):
        return told
    for path, text in texts_in(found.content):
        if _BEGIN not in text or not _is_marked(text.replace("\r\n", "\n")):
            continue
        place = _first_mark(found, layered.place(path), path, sources)
        summary = f"`{dotted(path)}` holds a merge that nobody finished"
        told.append(error("merge-conflict", summary, FINISH_MERGE, **at(place, key=key, path=path)))
    return told


def _is_marked(text: str) -> bool:
    """Whether the three marks stand in it in their order: one by one, since all their ways to do so are a cube."""
    at = 0
    for mark in _MARKS:
        found = mark.search(text, at)
        if found is None:
            return False
        at = found.end()
    return True


def _first_mark(found: Resolution, place: Position, path: Path, sources: Sources) -> Position:
    """Where the first mark stands: in the file of the text, or in the YAML from the field on."""
    beside = found.texts.get(path)
    file, start = (place.file, place.line) if beside is None else (beside, 1)
    lines = sources.content(file).decode("utf-8", "replace").split("\n")
    marked = (number for number, line in enumerate(lines, 1) if number >= start and _FIRST.match(line))
    line = next(marked, None)
    return place if line is None else Position(file=file, line=line, column=1)
