"""Compares schema sets by what they decide, leaving out what is only said to people.

Two brands' pages, or two versions of one, differ in wording all the time; this tells whether anything else differs.
Pure, stdlib.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeGuard

from reconciler.canonical import Json, is_list

WORDS = frozenset({"description", "title", "x-section", "x-source"})
NAMES = frozenset({"properties", "patternProperties", "x-applies", "x-exclusive", "x-variants", "x-query"})
"""Keywords whose keys are names of fields, so that a field called `title` is no wording."""
SETS = frozenset({"required", "allOf"})


def structure(schema: Json) -> Json:
    """The schema without words, its rules and required names in an order of their own."""
    return _structure(schema, names=False)


def differences(
    left: Mapping[str, Json],
    right: Mapping[str, Json],
    *,
    words: bool = False,
    names: tuple[str, str] = ("left", "right"),
) -> list[str]:
    """One line per difference between two sets of files, by file and JSON pointer; empty where there is none.

    With `words`, descriptions, titles, sections and sources count, too. `names` say which set is which.
    """
    found: list[str] = []
    for name in [*left, *(each for each in right if each not in left)]:
        if name not in left or name not in right:
            found.append(f"{name}: only in {names[0] if name in left else names[1]}")
        elif words:
            found += _compare(f"{name}#", left[name], right[name], names)
        else:
            found += _compare(f"{name}#", structure(left[name]), structure(right[name]), names)
    return found


def _structure(schema: Json, *, names: bool) -> Json:
    if isinstance(schema, Mapping):
        kept = {name: each for name, each in schema.items() if names or name not in WORDS}
        made = {name: _structure(each, names=not names and name in NAMES) for name, each in kept.items()}
        return {name: _sorted(each) if name in SETS and not names else each for name, each in made.items()}
    if is_list(schema):
        return [_structure(each, names=False) for each in schema]
    return schema


def _sorted(value: Json) -> Json:
    if is_list(value):
        return sorted(value, key=_text)
    return value


def _compare(path: str, left: Json, right: Json, names: tuple[str, str]) -> Iterable[str]:
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for name in [*left, *(each for each in right if each not in left)]:
            if name not in right:
                yield f"{path}/{name}: only in {names[0]}, {_shown(left[name])}"
            elif name not in left:
                yield f"{path}/{name}: only in {names[1]}, {_shown(right[name])}"
            else:
                yield from _compare(f"{path}/{name}", left[name], right[name], names)
    elif _is_rules(left) and _is_rules(right):
        yield from _compare_rules(path, left, right, names)
    elif _text(left) != _text(right):
        yield f"{path}: {_shown(left)} in {names[0]}, {_shown(right)} in {names[1]}"


def _compare_rules(path: str, left: list[Json], right: list[Json], names: tuple[str, str]) -> Iterable[str]:
    """Rules are told apart by what they say; those that both sets have are no difference, wherever they stand."""
    texts = [{_text(each) for each in side} for side in (left, right)]
    yield from (f"{path}: only in {names[0]}, {_shown(each)}" for each in left if _text(each) not in texts[1])
    yield from (f"{path}: only in {names[1]}, {_shown(each)}" for each in right if _text(each) not in texts[0])


def _is_rules(value: Json) -> TypeGuard[list[Json]]:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _text(value: Json) -> str:
    return json.dumps(value, sort_keys=True)


def _shown(value: Json) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 240 else text[:237] + "..."
