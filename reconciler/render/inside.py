"""What changed inside an object or an array: its leaves, by path, instead of two long values side by side. Pure.

DeepDiff finds them, and is given only what it cannot mistake. It pairs the items of a list by place, so an item put
in front would change all the others: lists become objects here whose keys say which item became which. It can take
`true` for 1, looks into long texts, and hides keys that start with two underscores: leaves become their canonical
JSON on one line, and its options are set against the rest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from reconciler.canonical import Json, canonical, canonical_bytes
from reconciler.frozen import dataclass
from reconciler.secrecy import secret_name

Step: TypeAlias = "str | tuple[int | None, int | None]"
"""A key, or the places of one list item before and after (None: it was not there)."""

MOST_ITEMS = 200
"""Lists longer than this are one leaf: nobody reads them item by item, and pairing them takes too long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """One difference. `was` and `is_now` tell a value that is null from one that is not there."""

    path: tuple[Step, ...]
    was: bool
    is_now: bool
    before: Json
    after: Json

    @property
    def place(self) -> str:
        """The path as people write it; an item has its place after the change, or where it stood if it is gone."""
        return "".join(_written(step) for step in self.path).removeprefix(".")


def leaves(before: Json, after: Json) -> list[Leaf]:
    """Every difference between two objects or two arrays, in a stable order; none where they are equal."""
    old, new = _paired(canonical(before), canonical(after))
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [] if old == new else [Leaf(path=(), was=True, is_now=True, before=before, after=after)]
    from deepdiff import DeepDiff  # a tenth of a second: only where something nested changed

    # threshold 0: else it gives up on objects with few common keys; private variables: else `__` hides a key
    found = DeepDiff(old, new, view="tree", threshold_to_diff_deeper=0, ignore_private_variables=False)
    nodes = [node for group in found.values() for node in group]
    return sorted((_leaf(node, old, new) for node in nodes), key=_order)


def _leaf(node: Any, old: Any, new: Any) -> Leaf:
    path = tuple(node.path(output_format="list"))
    was, before = _found(old, path)
    is_now, after = _found(new, path)
    return Leaf(path=path, was=was, is_now=is_now, before=before, after=after)


def _found(tree: Any, path: Sequence[Step]) -> tuple[bool, Json]:
    for step in path:
        if step not in tree:
            return False, None
        tree = tree[step]
    return True, json.loads(tree)


def _paired(before: Json, after: Json) -> tuple[Any, Any]:
    """Both values as trees of objects over JSON texts, with the same keys where the same thing stands."""
    if isinstance(before, Mapping) and isinstance(after, Mapping) and not (_is_secret(before) or _is_secret(after)):
        keys: list[tuple[Step, Step, Step]] = [(key, key, key) for key in sorted({*before, *after})]
        return _joined(keys, before, after)
    if isinstance(before, list) and isinstance(after, list) and max(len(before), len(after)) <= MOST_ITEMS:
        pairs = _item_pairs(before, after)
        return _joined([((i, j), i, j) for i, j in pairs], dict(enumerate(before)), dict(enumerate(after)))
    return _text(before), _text(after)


def _joined(keys: Sequence[tuple[Any, Any, Any]], before: Any, after: Any) -> tuple[Any, Any]:
    old: dict[Any, Any] = {}
    new: dict[Any, Any] = {}
    for key, left, right in keys:
        if left in before and right in after:
            old[key], new[key] = _paired(before[left], after[right])
        elif left in before:
            old[key] = _text(before[left])
        else:
            new[key] = _text(after[right])
    return old, new


def _item_pairs(before: Sequence[Json], after: Sequence[Json]) -> Iterator[tuple[int | None, int | None]]:
    """Which item became which: equal ones in order, and between them the most alike."""
    old, new = [_text(each) for each in before], [_text(each) for each in after]
    import difflib  # most plans change nothing nested

    for tag, i, i_end, j, j_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(range(i, i_end), range(j, j_end), strict=True)
        else:
            yield from _alike(before, after, range(i, i_end), range(j, j_end))


def _alike(
    before: Sequence[Json], after: Sequence[Json], old: range, new: range
) -> Iterator[tuple[int | None, int | None]]:
    """Each old item with the first later new one that shares at least half of it; what is left stands alone."""
    start = new.start
    for i in old:
        j = next((j for j in range(start, new.stop) if _shares_half(before[i], after[j])), None)
        if j is None:
            yield i, None
            continue
        yield from ((None, skipped) for skipped in range(start, j))
        yield i, j
        start = j + 1
    yield from ((None, j) for j in range(start, new.stop))


def _shares_half(left: Json, right: Json) -> bool:
    if not isinstance(left, Mapping) or not isinstance(right, Mapping):
        return False
    keys = {*left, *right}
    shared = sum(key in left and key in right and _text(left[key]) == _text(right[key]) for key in keys)
    return 2 * shared >= len(keys)


def _is_secret(value: Json) -> bool:
    return secret_name(value) is not None


def _text(value: Json) -> str:
    return canonical_bytes(value).decode("utf-8", "surrogatepass")


def _written(step: Step) -> str:
    if isinstance(step, str):
        return f".{step}"
    before, after = step
    return f"[{before if after is None else after}]"


def _order(leaf: Leaf) -> list[tuple[int, int, str]]:
    """Items by their place, keys by name; an item that is gone stands before the one in its old place."""
    return [_rank(step) for step in leaf.path]


def _rank(step: Step) -> tuple[int, int, str]:
    if isinstance(step, str):
        return 0, 0, step
    before, after = step
    return (before or 0, 0, "") if after is None else (after, 1, "")
