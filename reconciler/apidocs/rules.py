"""The rules between fields, as `if`/`then` with a sentence for people.

Every `if` asks for the field it looks at, so that a PUT body with some fields is judged by what it holds. What is
forbidden is said as a list of what is still allowed: `{"enum": [null]}` beside a type without null allows only absence,
and every validator understands it. Pure, stdlib.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.apidocs.known import Limit
from reconciler.apidocs.merging import Field
from reconciler.canonical import Json

Rule = dict[str, Any]


def needs(fields: Mapping[str, Field]) -> list[Rule]:
    """What must be there: for whole documents and POST bodies, never for PUT bodies."""
    return [*_needed_by_mode(fields), *_needed_by_switch(fields)]


def limits(fields: Mapping[str, Field]) -> list[Rule]:
    """What must not be there, or not so: for every body and document."""
    return [*_outside_of_applies(fields), *_always_on(fields), *_choice_limits(fields), *_not_null(fields)]


def kept(rules: Iterable[Rule], names: Iterable[str]) -> list[Rule]:
    """The rules that speak only of fields in `names`: a file has no rule on a field it does not know."""
    known = set(names)
    return [each for each in rules if _names(each) <= known]


def _names(rule: Rule) -> set[str]:
    parts = (rule["if"], rule["then"])
    return {name for part in parts for name in (*part.get("properties", {}), *part.get("required", ()))}


def _when(name: str, values: Iterable[Json], then: Mapping[str, Any], told: str) -> Rule:
    listed = list(values)
    looked = {"const": listed[0]} if len(listed) == 1 else {"enum": listed}
    return {"description": told, "if": {"properties": {name: looked}, "required": [name]}, "then": dict(then)}


def _needed_by_mode(fields: Mapping[str, Field]) -> Iterable[Rule]:
    for name, field in fields.items():
        if field.both.required_for:
            on, values = field.both.required_for
            yield _when(on, values, {"required": [name]}, f"{on} {_or(values)} needs `{name}`")


def _needed_by_switch(fields: Mapping[str, Field]) -> Iterable[Rule]:
    for name, field in fields.items():
        if field.both.required_if:
            on, value = field.both.required_if
            yield _when(on, [value], {"required": [name]}, f"`{on}: {_shown(value)}` needs `{name}`")


def _outside_of_applies(fields: Mapping[str, Field]) -> Iterable[Rule]:
    for name, field in fields.items():
        limit = field.both.applies
        rest = _others(fields, limit) if limit else ()
        if limit is None or not rest:
            continue
        allowed: list[Json] = [*_null(field), *([field.both.default] if field.both.has_default else [])]
        told = f"`{name}` exists only with {limit[0]} {_or(limit[1])}"
        if field.both.has_default:
            told += f"; elsewhere leave it out or at {_shown(field.both.default)}"
        yield _when(limit[0], rest, {"properties": {name: {"enum": allowed or [None]}}}, told)


def _always_on(fields: Mapping[str, Field]) -> Iterable[Rule]:
    for name, field in fields.items():
        if field.both.always_on:
            on, values = field.both.always_on
            told = f"with {on} {_or(values)}, `{name}` cannot be turned off"
            yield _when(on, values, {"properties": {name: {"enum": [True]}}}, told)


def _choice_limits(fields: Mapping[str, Field]) -> Iterable[Rule]:
    """One rule per set of modes that allow the same values of a field, in the order of the modes."""
    for name, field in fields.items():
        grouped: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for on in {limit[0]: None for limit in field.both.choice_limits.values()}:
            for mode in _values(fields, on):
                allowed = tuple(each.value for each in field.both.choices if _may_stand(field, each.value, on, mode))
                if allowed and len(allowed) < len(field.both.choices):
                    grouped.setdefault((on, allowed), []).append(mode)
        for (on, allowed), modes in grouped.items():
            told = f"with {on} {_or(modes)}, `{name}` can only be {_or(allowed)}"
            yield _when(on, modes, {"properties": {name: {"enum": [*allowed, *_null(field)]}}}, told)


def _may_stand(field: Field, value: str, on: str, mode: str) -> bool:
    limit = field.both.choice_limits.get(value)
    return limit is None or limit[0] != on or mode in limit[1]


def _null(field: Field) -> list[None]:
    return [None] if field.update is not None and field.update.nullable else []


def _not_null(fields: Mapping[str, Field]) -> Iterable[Rule]:
    """A field that another one makes necessary cannot be cleared in the same breath."""
    for name, field in fields.items():
        limit: tuple[str, tuple[Json, ...]] | None = None
        if field.both.required_if:
            limit = field.both.required_if[0], (field.both.required_if[1],)
        elif field.both.required_for:
            limit = field.both.required_for
        kind = "array" if field.both.field.type.endswith("[]") else field.both.field.type
        if limit is not None and kind and _null(field):
            told = f"`{limit[0]}: {_or(limit[1])}` needs `{name}`, so it cannot be null"
            yield _when(limit[0], limit[1], {"properties": {name: {"type": kind}}}, told)


def _values(fields: Mapping[str, Field], name: str) -> tuple[str, ...]:
    return tuple(each.value for each in fields[name].both.choices)


def _others(fields: Mapping[str, Field], limit: Limit) -> tuple[str, ...]:
    return tuple(each for each in _values(fields, limit[0]) if each not in limit[1])


def _or(values: Iterable[Json]) -> str:
    shown = [_shown(each) for each in values]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def _shown(value: Json) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
