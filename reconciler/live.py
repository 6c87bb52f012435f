"""A row of the list endpoint, brought into desired's form, by schema type alone.

What is read is not what is written (facts of the platform): numbers come as decimal text ("0.70"), some booleans as 0
and 1, an empty object as `[]`, an empty list as null, and the items of a list of typed objects nest their fields under
`data`. A stored value may break the write rules; it is never judged here, and one that cannot be brought into form is
kept as it is. A field that the row does not show is absent from the result: then last-applied speaks.

What types cannot tell, the value that was sent tells: see `spelling`.
Core: stdlib only, pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.canonical import Json, is_list
from reconciler.frozen import dataclass
from reconciler.model import Content, Live, Path
from reconciler.schemas import SchemaSet
from reconciler.secrecy import secret_name, secret_reference, secrets_in
from reconciler.spelling import Spelling, number_in
from reconciler.subschemas import stated_types

_NESTED = frozenset({"type", "data"})
_BLOCKED = "blocked_at"
"""What the name of the column ends with that says since when the platform's own check keeps an assistant silent."""
_EMPTY: Mapping[str, Any] = {}


def live_assistant(row: Mapping[str, Json], schemas: SchemaSet) -> Live | None:
    """The assistant that a row shows, or None for a row without an integer id or with a `deleted_at`.

    `id`, `status` and the times of creation, change and deletion are the platform's own columns (its list page).
    """
    id = row.get("id")
    if not isinstance(id, int) or isinstance(id, bool) or row.get("deleted_at") is not None:
        return None
    content = {name: as_desired(row[name], each.schema) for name, each in schemas.fields.items() if name in row}
    return Live(
        id=id,
        content=content,
        name=_text(row.get(schemas.name_field)) or "",
        status=_text(row.get("status")),
        created_at=_text(row.get("created_at")),
        updated_at=_text(row.get("updated_at")),
        blocked_at=next((_text(row[name]) for name in sorted(row) if name.endswith(_BLOCKED) and row[name]), None),
        places={name: places for name in content if (places := _places(row[name], content[name])) is not None},
    )


def observed(live: Live, like: Content, schemas: SchemaSet, fingerprint: Callable[[str, str], str | None]) -> Live:
    """The assistant as it is compared with `like`, which is what was sent to it: sealed, and in the terms of that."""
    return as_sent(sealed(live, like, schemas, fingerprint), like, schemas)


def as_sent(live: Live, like: Content, schemas: SchemaSet) -> Live:
    """The assistant with every value spelled as in `like` where the platform merely spells it otherwise.

    A difference in meaning stays one. Of the items of a list of typed objects, only the keys that were sent are left.
    """
    content = {
        name: Spelling(like=like[name], schema=schemas.fields[name].schema, places=live.places.get(name)).of(value)
        if name in like
        else value
        for name, value in live.content.items()
    }
    return replace(live, content=content)


def sealed(live: Live, like: Content, schemas: SchemaSet, fingerprint: Callable[[str, str], str | None]) -> Live:
    """The assistant with every secret as a reference: the API shows them in clear, and nothing may keep them so.

    Where `like` (what was sent) has a secret at the same place, the reference has its name, so that the two compare by
    fingerprint. One that was sent and stands elsewhere in its field now (somebody put a tool before its tool) is known
    by its fingerprint. Elsewhere the schema says what is secret, and the reference has no name.
    """
    content = {
        name: _Seal(schemas=schemas, fingerprint=fingerprint, sent=tuple(secrets_in(like.get(name)))).on(
            value, like.get(name), (name,)
        )
        for name, value in live.content.items()
    }
    return replace(live, content=content)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seal:
    schemas: SchemaSet
    fingerprint: Callable[[str, str], str | None]
    sent: Sequence[tuple[str, str | None]]
    """Name and fingerprint of the secrets that were sent somewhere in the field."""

    def on(self, value: Json, like: Json, path: Path) -> Json:
        if value is None:
            return None
        name = secret_name(like)
        if name is not None:
            return secret_reference(name, self.fingerprint(name, str(value)))
        if isinstance(value, str):
            for moved, proof in self.sent:
                if proof is not None and self.fingerprint(moved, value) == proof:
                    return secret_reference(moved, proof)
        if self.schemas.is_secret(path):
            return secret_reference("", None)
        if isinstance(value, Mapping):
            around = like if isinstance(like, Mapping) else _EMPTY
            return {each: self.on(inner, around.get(each), (*path, each)) for each, inner in value.items()}
        if is_list(value):
            beside = like if is_list(like) else ()
            return [
                self.on(inner, beside[at] if at < len(beside) else None, (*path, at)) for at, inner in enumerate(value)
            ]
        return value


def as_desired(value: Json, schema: Mapping[str, Any]) -> Json:
    """One value as a document would say it. Idempotent: a value in desired's form comes back as it is."""
    types = stated_types(schema)
    if value is None:
        return None if "null" in types or not types else _empty(types)
    if isinstance(value, Mapping):
        return _list(_numbered(value), schema) if _is_numbered(value, types) else _object(value, schema)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return {} if not value and "object" in types and "array" not in types else _list(value, schema)
    return _scalar(value, types)


def _empty(types: tuple[str, ...]) -> Json:
    """null where it may not be null: the empty value of the type, if it has one."""
    if "array" in types:
        return []
    return {} if "object" in types else None


def _scalar(value: bool | int | float | str, types: tuple[str, ...]) -> Json:
    if "boolean" in types and not isinstance(value, bool) and value in (0, 1, "0", "1"):
        return bool(int(value))
    wants_number = "number" in types or "integer" in types
    if isinstance(value, str) and wants_number and "string" not in types:
        number = number_in(value)
        return value if number is None else number
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # 1e999 is JSON, and read as infinity, which is not
    if isinstance(value, float) and "integer" in types and value.is_integer():
        return int(value)
    return value


def _is_numbered(value: Mapping[str, Json], types: tuple[str, ...]) -> bool:
    """Whether an object is a list whose keys have gaps: the platform's language shows one so."""
    fits = "array" in types and "object" not in types
    return fits and all(len(each) < 10 and each.isascii() and each.isdigit() for each in value)


def _numbered(value: Mapping[str, Json]) -> list[Json]:
    return [value[each] for each in sorted(value, key=int)]


def _list(items: Sequence[Json], schema: Mapping[str, Any]) -> list[Json]:
    of = schema.get("items", _EMPTY)
    return [as_desired(_flat(item, of), of) for item in items]


def _flat(item: Json, schema: Mapping[str, Any]) -> Json:
    """`{type, data: {...}}` as the flat object that is written. Only where the schema has no `data` of its own."""
    if not isinstance(item, Mapping) or set(item) != _NESTED or "data" in schema.get("properties", _EMPTY):
        return item
    inner = item["data"]
    if isinstance(inner, Mapping):
        return {"type": item["type"], **inner}
    return {"type": item["type"]} if not inner else item


def _object(value: Mapping[str, Json], schema: Mapping[str, Any]) -> dict[str, Json]:
    properties = schema.get("properties", _EMPTY)
    rest = schema.get("additionalProperties")
    other = rest if isinstance(rest, Mapping) else _EMPTY
    return {name: as_desired(each, properties.get(name, other)) for name, each in value.items()}


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _places(shown: Json, number: Json) -> int | None:
    """How many decimals a number has that is shown as text; None for what is shown otherwise."""
    if not isinstance(shown, str) or isinstance(number, bool) or not isinstance(number, int | float):
        return None
    return len(shown.strip().partition(".")[2])
