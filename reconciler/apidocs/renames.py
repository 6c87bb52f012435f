"""Guesses which field of an older page is which of a newer one, and says what the guess rests on.

A guess needs two reasons at least, one of them in words; each field is used once, the likeliest pair first. Nothing
is renamed on the strength of a guess: it is told to a person. Pure, stdlib.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from reconciler.apidocs.meaning import words_of
from reconciler.apidocs.structure import structure
from reconciler.canonical import Json
from reconciler.frozen import dataclass

Schema = Mapping[str, Any]
LIKELY = 0.55


@dataclass(frozen=True, kw_only=True, slots=True)
class Rename:
    """One guess: the two names, and the reasons in words."""

    old: str
    new: str
    why: tuple[str, ...]


def renames(gone: Mapping[str, Schema], come: Mapping[str, Schema]) -> dict[str, Rename]:
    """The likeliest old name of each new field that has one."""
    pairs = [
        (score, old, new, why)
        for old, before in gone.items()
        for new, after in come.items()
        if (judged := _judged(old, before, new, after)) is not None
        for score, why in [judged]
    ]
    found: dict[str, Rename] = {}
    used: set[str] = set()
    for _, old, new, why in sorted(pairs, key=lambda each: (-each[0], each[1], each[2])):
        if new not in found and old not in used:
            found[new] = Rename(old=old, new=new, why=why)
            used.add(old)
    return found


def _judged(old: str, before: Schema, new: str, after: Schema) -> tuple[float, tuple[str, ...]] | None:
    """How alike two fields are from 0 to 1, and why; None where that is too little."""
    if before.get("type") != after.get("type"):
        return None
    names = _overlap(words_of(old), words_of(new), old, new)
    texts = _alike(_words(before), _words(after))
    same = _limits(before) == _limits(after)
    telling = same and len(_limits(before)) > 1
    values = _shared(before.get("enum"), after.get("enum"))
    score = 0.5 * names + 0.35 * texts + (0.15 if telling else 0.05 if same else 0.0)
    if values is not None:
        # fields that list values are told by them: other values, another field
        score = 0.6 * values + 0.4 * score - (0.3 if not values else 0.0)
    reasons = (
        (names >= 0.5, "the names share words"),
        (texts >= 0.6, "the pages say nearly the same of both"),
        (bool(values), "they share values"),
        (telling, "type and limits are the same"),
        (not telling, "the type is the same"),
    )
    why = tuple(told for holds, told in reasons if holds)
    return (score, why) if score >= LIKELY and len(why) > 1 else None


def _overlap(left: frozenset[str], right: frozenset[str], old: str, new: str) -> float:
    shared = len(left & right) / max(1, min(len(left), len(right)))
    return max(shared * 0.95, SequenceMatcher(None, old.replace("_", ""), new.replace("_", "")).ratio())


def _shared(before: Sequence[Json] | None, after: Sequence[Json] | None) -> float | None:
    """The share of the shorter list that stands in the other; None where one has no list."""
    if before is None or after is None:
        return None
    mine, theirs = ([each for each in listed if each is not None] for listed in (before, after))
    return sum(each in theirs for each in mine) / max(1, min(len(mine), len(theirs)))


def _alike(left: str, right: str) -> float:
    return SequenceMatcher(None, left, right).ratio() if left and right else 0.0


def _words(schema: Schema) -> str:
    return re.sub(r"\W+", " ", str(schema.get("description", "")).lower())[:300]


def _limits(schema: Schema) -> dict[str, Any]:
    kept: Any = structure(schema)
    return {name: each for name, each in kept.items() if not name.startswith("x-")}
