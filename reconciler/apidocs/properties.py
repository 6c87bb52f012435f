"""Turns the meaning of a field into a JSON Schema property with the annotations of the field policy. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reconciler.apidocs.choices import samples_of
from reconciler.apidocs.meaning import Meaning, nested_meaning, words_of
from reconciler.apidocs.merging import Field
from reconciler.apidocs.page import TYPE_OF, PageField
from reconciler.apidocs.variants import variant_rules
from reconciler.validation import Validator

Schema = dict[str, Any]
SECRET_KEYS = r"(^|_)(api_key|apikey|token|secret|password)$"  # noqa: S105 - a pattern for names
SECRET_WORDS = re.compile(r"\b(?:API key|access token|password|secret)\b", re.IGNORECASE)


def property_of(field: Field, own: Meaning, *, nullable: bool, reset_by: tuple[str, ...]) -> Schema:
    """The property of one file. `own` is the meaning on the page whose words describe it there."""
    both = field.both
    schema: Schema = {
        **_typed(both.field.type, nullable),
        "description": described(own.field),
        **_limits(both, nullable),
    }
    if both.has_default:
        schema["default"] = both.default
    schema |= _parts(both)
    clear = clear_value(field)
    # a page may print a default that its own range refuses: a body with it would be refused, too
    if clear is None or (clear is not NO_VALUE and Validator({"properties": {"it": schema}}).accepts({"it": clear})):
        schema["x-clear"] = clear
    if both.applies:
        schema["x-applies"] = {both.applies[0]: list(both.applies[1])}
    if reset_by:
        schema["x-reset-by"] = list(reset_by)
    if both.exclusive:
        schema["x-exclusive"] = {both.exclusive[0]: both.exclusive[1]}
    if both.field.type == "integer[]" and "id" in words_of(field.name):
        schema["x-unordered"] = True
    if both.placeholders:
        schema["x-placeholders"] = True
    if is_secret(both.field):
        schema["x-secret"] = True
    schema["x-section"] = both.field.section
    return schema


NO_VALUE: Any = object()
"""What `clear_value` gives for a field that cannot be cleared: null is a value here."""


def clear_value(field: Field) -> Any:
    """What a PUT sends to clear a field, or NO_VALUE where the page does not say: nothing is guessed."""
    if field.required or field.update is None:
        return NO_VALUE
    both = field.both
    if field.update.nullable:
        return None
    if _is_array(both.field.type):
        return []
    if both.has_default:
        return both.default
    off = next((each.value for each in both.choices if each.value.lower() == "off"), None)
    if off is not None:
        return off
    return {} if both.field.type == "object" and both.replaced else NO_VALUE


def described(field: PageField) -> str:
    """A field's description as Markdown: paragraphs and bullets."""
    return "\n".join(field.description)


def is_secret(field: PageField) -> bool:
    """By its name, or a text whose first words call it a key: never the value of a field that only mentions one."""
    if field.type not in ("string", ""):
        return False
    return bool(re.search(SECRET_KEYS, field.name) or SECRET_WORDS.search(" ".join(field.text.split()[:6])))


def _is_array(kind: str) -> bool:
    return kind == "array" or kind.endswith("[]")


def _typed(kind: str, nullable: bool) -> Schema:
    """The keyword `type`; none where the page gives no type that is known."""
    bare = "array" if _is_array(kind) else kind
    return {"type": [bare, "null"] if nullable else bare} if bare else {}


def _limits(meaning: Meaning, nullable: bool) -> Schema:
    values = [each.value for each in meaning.choices]
    given = {
        # a list of values refuses null, whatever the type says of it
        "enum": [*values, *([None] if nullable else [])] if values else None,
        "minimum": meaning.low,
        "maximum": meaning.high,
        "minLength": meaning.shortest,
        "maxLength": meaning.longest,
        "pattern": meaning.pattern,
        "format": meaning.format,
    }
    return {name: value for name, value in given.items() if value is not None}


def _parts(meaning: Meaning) -> Schema:
    """What stands inside an array or an object."""
    kind = meaning.field.type
    if kind.endswith("[]"):
        return {"items": {"type": kind[:-2] if not kind.endswith("[][]") else "array"}}
    if kind == "array":
        items = _items(meaning)
        return {"items": items} if items else {}
    if kind != "object":
        return {}
    if meaning.field.fields:
        return _nested(meaning.field)
    texts: Schema = {"type": "array", "items": {"type": "string"}}
    if not meaning.lists_of_text:
        return {}
    # a key that no page names passes: the check of documents warns of it
    named = {each.value: {**texts, **({"description": each.text} if each.text else {})} for each in meaning.parts}
    return {**({"properties": named} if named else {}), "additionalProperties": texts}


def _items(meaning: Meaning) -> Schema:
    field = meaning.field
    if field.fields:
        return _free({"type": "object", **_nested(field)})
    rules = variant_rules(field.details, meaning.item_key)
    if meaning.item_key is not None:
        key: Schema = {
            "type": "string",
            "description": rules.pop("description", f"The kind of entry in `{field.name}`."),
        }
        return _free({"type": "object", "required": [meaning.item_key], "properties": {meaning.item_key: key}}, rules)
    sampled = _sampled_type(field)
    return _free({"type": "object"}) if sampled == "object" else {"type": sampled} if sampled else {}


def _free(schema: Schema, rules: Mapping[str, Any] | None = None) -> Schema:
    """An object whose further keys are free; those whose names say so are secret."""
    return {**schema, "patternProperties": {SECRET_KEYS: {"x-secret": True}}, **(rules or {})}


def _nested(field: PageField) -> Schema:
    found: Schema = {}
    properties: Schema = {}
    for each in field.fields:
        meaning = nested_meaning(each)
        properties[each.name] = {
            **_typed(each.type, meaning.nullable),
            "description": described(each),
            **_limits(meaning, meaning.nullable),
        }
        if meaning.has_default:
            properties[each.name]["default"] = meaning.default
        if is_secret(each):
            properties[each.name]["x-secret"] = True
        properties[each.name] |= _parts(meaning)
    required = [each.name for each in field.fields if each.required]
    if required:
        found["required"] = required
    return {**found, "properties": properties}


def _sampled_type(field: PageField) -> str | None:
    """The one type that all items of the page's sample have: pages show lists that they do not describe."""
    for shown in samples_of(field):
        kinds = {TYPE_OF.get(type(each), "null") for each in shown} if isinstance(shown, list) else set()
        if len(kinds) == 1:
            return kinds.pop()
    return None
