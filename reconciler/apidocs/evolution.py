"""What a newer set of schemas means for those who write documents: fields that came, went, were renamed, and limits
that were tightened or loosened.

`structure.differences` compares every keyword; this reads them. Pure, stdlib.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from reconciler.apidocs.renames import Rename, renames
from reconciler.canonical import Json
from reconciler.frozen import dataclass

Kind = Literal["added", "removed", "renamed", "tightened", "loosened", "changed"]
Schema = Mapping[str, Any]
Files = Mapping[str, Any]
LOWER = ("minimum", "minLength", "minItems")
UPPER = ("maximum", "maxLength", "maxItems")
ANNOTATIONS = {
    "x-clear": "cleared by",
    "x-reset-by": "reset by a change of",
    "x-exclusive": "held by one assistant only where",
    "x-unordered": "without order:",
    "x-placeholders": "keys may stand in texts:",
    "x-secret": "secret:",
}
ABSENT: Any = object()


@dataclass(frozen=True, kw_only=True, slots=True)
class Evolved:
    """One difference. `field` is its way from the top (`tools[].timeout`), `told` a sentence on it.

    `was` is the old name of a renamed field, and `why` what the guess rests on.
    """

    kind: Kind
    field: str
    told: str
    was: str = ""
    why: tuple[str, ...] = ()

    @property
    def top(self) -> str:
        """The top-level field that it is about; empty where it is about none."""
        return self.field.partition(".")[0].partition("[")[0]


def evolved(old: Files, new: Files) -> list[Evolved]:
    """Every difference between two sets of files by role (`assistant`, `create`, ...), of the roles that both have."""
    found: list[Evolved] = []
    main = next((role for role in ("assistant", "update", "create") if role in old and role in new), None)
    if main is not None:
        lone = main != "assistant"
        sides = [_of_one_page(each[main]) if lone else each[main] for each in (old, new)]
        found += _fields(sides[0], sides[1])
        found += _rules(sides[0], sides[1])
    if main == "assistant" and "update" in old and "update" in new:
        found += _changeable(old, new)
    found += [each for role in ("create", "update", "list", "delete") for each in _route(role, old, new)]
    if "list" in old and "list" in new:
        found += _readable(old["list"], new["list"])
    return found


def _of_one_page(schema: Schema) -> Schema:
    """A body's schema without what only its two pages together say: how fields are cleared and what rules them."""
    bare = {
        name: {key: each for key, each in field.items() if not key.startswith("x-")}
        for name, field in _own(schema).items()
    }
    return {"properties": bare, "required": schema.get("required", ())}


def _own(schema: Schema) -> dict[str, Schema]:
    return {name: each for name, each in schema.get("properties", {}).items() if not each.get("x-reserved")}


def _fields(old: Schema, new: Schema) -> Iterator[Evolved]:
    before, after = _own(old), _own(new)
    needed = set(old.get("required", ())), set(new.get("required", ()))
    gone = {name: each for name, each in before.items() if name not in after}
    come = {name: each for name, each in after.items() if name not in before}
    moved = renames(gone, come)
    for name in after:
        rename = moved.get(name)
        if name in before:
            yield from _limits(name, before[name], after[name])
            yield from _needed(name, name in needed[0], name in needed[1])
        elif rename is not None:
            yield _renamed(rename)
            inner = _limits(name, before[rename.old], after[name])
            yield from inner
            yield from _needed(name, rename.old in needed[0], name in needed[1])
        else:
            yield _added(name, after[name], name in needed[1])
    left = {each.old for each in moved.values()}
    for name in gone:
        if name not in left:
            yield Evolved(kind="removed", field=name, told="gone from the pages")


def _added(path: str, schema: Schema, required: bool) -> Evolved:
    return Evolved(kind="added", field=path, told=f"new: {_type_words(schema)}{', required' if required else ''}")


def _renamed(rename: Rename) -> Evolved:
    told = f"looks like the new name of `{rename.old}`"
    return Evolved(kind="renamed", field=rename.new, told=told, was=rename.old, why=rename.why)


def _needed(name: str, before: bool, after: bool) -> Iterator[Evolved]:
    if after and not before:
        yield Evolved(kind="tightened", field=name, told="required now")
    elif before and not after:
        yield Evolved(kind="loosened", field=name, told="no longer required")


def _limits(path: str, old: Schema, new: Schema) -> Iterator[Evolved]:
    """The differences of one property, its parts included."""
    yield from _types(path, old, new)
    yield from _values(path, old, new)
    yield from _bounds(path, old, new)
    for name in ("pattern", "format"):
        before, after = old.get(name, ABSENT), new.get(name, ABSENT)
        if before != after:
            kind: Kind = "loosened" if after is ABSENT else "tightened" if before is ABSENT else "changed"
            yield Evolved(kind=kind, field=path, told=f"{name} {_shown(before)} → {_shown(after)}")
    before, after = old.get("default", ABSENT), new.get("default", ABSENT)
    if _text(before) != _text(after):
        yield Evolved(kind="changed", field=path, told=f"default {_shown(before)} → {_shown(after)}")
    yield from _applies(path, old, new)
    for name, told in ANNOTATIONS.items():
        before, after = old.get(name, ABSENT), new.get(name, ABSENT)
        if _text(before) != _text(after) and not (name == "x-clear" and _explained(old, new)):
            yield Evolved(kind="changed", field=path, told=f"{told} {_shown(before)} → {_shown(after)}")
    yield from _parts(path, old, new)


def _explained(old: Schema, new: Schema) -> bool:
    """Whether a new value that clears is told already: by a new default, or by null, which the type gained or lost."""
    nulls = ("null" in _type_set(old)) != ("null" in _type_set(new))
    return nulls or _text(old.get("default", ABSENT)) != _text(new.get("default", ABSENT))


def _types(path: str, old: Schema, new: Schema) -> Iterator[Evolved]:
    before, after = _type_set(old), _type_set(new)
    if before == after:
        return
    lost = before - after - ({"integer"} if "number" in after else set())
    won = after - before - ({"integer"} if "number" in before else set())
    told = f"type {_type_words(old)} → {_type_words(new)}"
    # a property without a type takes any
    if after and (lost or not before):
        yield Evolved(kind="tightened", field=path, told=told)
    elif won or not after:
        yield Evolved(kind="loosened", field=path, told=told)


def _values(path: str, old: Schema, new: Schema) -> Iterator[Evolved]:
    # null goes with the type, which has told of it
    before, after = (
        [each for each in one["enum"] if each is not None] if "enum" in one else None for one in (old, new)
    )
    if before is None and after is not None:
        yield Evolved(kind="tightened", field=path, told=f"one of {_listed(after)} only")
    elif before is not None and after is None:
        yield Evolved(kind="loosened", field=path, told="any value, no list any more")
    elif before is not None and after is not None:
        lost, won = [each for each in before if each not in after], [each for each in after if each not in before]
        if lost:
            yield Evolved(kind="tightened", field=path, told=f"no longer {_listed(lost)}")
        if won:
            yield Evolved(kind="loosened", field=path, told=f"also {_listed(won)}")


def _bounds(path: str, old: Schema, new: Schema) -> Iterator[Evolved]:
    for names, sign in ((LOWER, 1), (UPPER, -1)):
        for name in names:
            before, after = old.get(name), new.get(name)
            if before == after:
                continue
            tighter = after is not None and (before is None or (after - before) * sign > 0)
            kind: Kind = "tightened" if tighter else "loosened"
            yield Evolved(kind=kind, field=path, told=f"{name} {_bound(before)} → {_bound(after)}")


def _applies(path: str, old: Schema, new: Schema) -> Iterator[Evolved]:
    before, after = old.get("x-applies", {}), new.get("x-applies", {})
    for name in {**before, **after}:
        was, now = before.get(name, ()), after.get(name, ())
        if set(was) == set(now):
            continue
        lost = not was or (bool(now) and not set(was) <= set(now))
        told = f"with {name} {_listed(was or ['any'])} → {_listed(now or ['any'])}"
        yield Evolved(kind="tightened" if lost else "loosened", field=path, told=told)


def _parts(path: str, old: Schema, new: Schema) -> Iterator[Evolved]:
    if "array" in _type_set(old) & _type_set(new):
        yield from _limits(f"{path}[]", _entries(old), _entries(new))
    before, after = old.get("properties", {}), new.get("properties", {})
    needed = set(old.get("required", ())), set(new.get("required", ()))
    for name in {**before, **after}:
        inner = f"{path}.{name}"
        if name not in before:
            yield _added(inner, after[name], name in needed[1])
        elif name not in after:
            yield Evolved(kind="removed", field=inner, told="gone from the pages")
        else:
            yield from _limits(inner, before[name], after[name])
    for name in sorted((needed[0] ^ needed[1]) & before.keys() & after.keys()):
        yield from _needed(f"{path}.{name}", name in needed[0], name in needed[1])
    kinds = old.get("x-variants", {}), new.get("x-variants", {})
    for name in {**kinds[0], **kinds[1]}:
        inner = f"{path}.{name}"
        if name not in kinds[0]:
            yield Evolved(kind="added", field=inner, told="a new kind of entry")
        elif name not in kinds[1]:
            yield Evolved(kind="removed", field=inner, told="a kind of entry that the pages no longer describe")
        else:
            yield from _parts(inner, kinds[0][name], kinds[1][name])


def _changeable(old: Files, new: Files) -> Iterator[Evolved]:
    """Fields that both sets have, and that could be changed after creation in one of them only."""
    both = _own(old["assistant"]).keys() & _own(new["assistant"]).keys()
    before, after = _own(old["update"]), _own(new["update"])
    for name in [each for each in _own(new["assistant"]) if each in both]:
        if name in before and name not in after:
            yield Evolved(kind="tightened", field=name, told="can be set at creation only")
        elif name in after and name not in before:
            yield Evolved(kind="loosened", field=name, told="can be changed after creation")


def _rules(old: Schema, new: Schema) -> Iterator[Evolved]:
    sides = [{_rule_text(each): each for each in schema.get("allOf", ())} for schema in (old, new)]
    for text, rule in sides[1].items():
        if text not in sides[0]:
            yield Evolved(kind="tightened", field=_ruled(rule), told=f"new rule: {rule.get('description', text)}")
    for text, rule in sides[0].items():
        if text not in sides[1]:
            yield Evolved(kind="loosened", field=_ruled(rule), told=f"no longer: {rule.get('description', text)}")


def _ruled(rule: Schema) -> str:
    then = rule.get("then", {})
    return next(iter((*then.get("required", ()), *then.get("properties", {}))), "")


def _rule_text(rule: Schema) -> str:
    return _text({name: each for name, each in rule.items() if name != "description"})


def _route(role: str, old: Files, new: Files) -> Iterator[Evolved]:
    before, after = (each.get(role, {}).get("x-endpoint") for each in (old, new))
    if before and after and before != after:
        told = f"{role}: {before['method']} {before['path']} → {after['method']} {after['path']}"
        yield Evolved(kind="changed", field="", told=told)


def _readable(old: Schema, new: Schema) -> Iterator[Evolved]:
    """Keys of rows that the list answer is documented to have."""
    before, after = (_rows(each) for each in (old, new))
    for name in {**before, **after}:
        if (name in before) != (name in after):
            told = "is listed now" if name in after else "is no longer listed"
            yield Evolved(kind="changed", field=name, told=told)


def _rows(schema: Schema) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for each in schema.get("properties", {}).values():
        found |= _entries(each).get("properties", {})
    return found


def _entries(schema: Schema) -> Schema:
    """What is said of a list's entries: nothing, where it is not said or said of none in particular."""
    items = schema.get("items")
    return items if isinstance(items, Mapping) else {}


def _type_set(schema: Schema) -> set[str]:
    stated = schema.get("type", ())
    return {stated} if isinstance(stated, str) else set(stated)


def _type_words(schema: Schema) -> str:
    stated = schema.get("type", "any")
    words = [stated] if isinstance(stated, str) else list(stated)
    inner = _entries(schema).get("type")
    return " or ".join(f"{each} of {inner}s" if each == "array" and isinstance(inner, str) else each for each in words)


def _listed(values: Sequence[Json]) -> str:
    return ", ".join(each if isinstance(each, str) else _text(each) for each in values)


def _shown(value: Any) -> str:
    return "none" if value is ABSENT else _text(value)


def _bound(value: Any) -> str:
    return "none" if value is None else _text(value)


def _text(value: Any) -> str:
    return "" if value is ABSENT else json.dumps(value, sort_keys=True, ensure_ascii=False)
