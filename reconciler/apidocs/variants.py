"""Reads fold-outs that describe kinds of list entries: a bold name, then its keys as bullets.

What comes out constrains only what the page says of kinds it names: another kind, another key, still passes.
Pure, stdlib.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field
from typing import Any

from reconciler.apidocs.choices import choices_in
from reconciler.apidocs.page import tidy
from reconciler.apidocs.prose import Fact, bounds, facts_in, number
from reconciler.apidocs.wording import PLAIN_NUMBER
from reconciler.canonical import Json
from reconciler.frozen import dataclass

HEAD = re.compile(
    r"(?:\*\*(?P<bold>\w+)\*\*\s*(?:[-—–:]\s*(?P<text>.*))?|(?P<plain>[a-z][a-z0-9_]*) [-—–] (?P<rest>\S.*))"
)
KEY = re.compile(
    r"(?P<indent>\s*)[-*]\s+(?:`(?P<name>\w+)`|(?P<plain>\w+)(?=\s*(?:\(required\)\s*)?:))"
    r"(?P<required>\s*\(required\))?\s*:?\s*(?P<text>.*)"
)
"""A kind and a key; text from a browser has lost their bold type and their code."""
GROUP = re.compile(r"[^-*\s].*\(`?(?P<key>\w+)\s*[:=]\s*[\"“]?(?P<value>[\w-]+)[\"”]?`?\)\s*:")
"""Above keys that belong to one value of another key: "Fields of the harp (`music: "harp"`):"."""
ARRAY = re.compile(r"(?:an? )?(?:array|list) of\b", re.IGNORECASE)
KEYWORDS = ("enum", "minimum", "maximum", "maxLength", "minLength", "type", "required", "properties", "items")


@dataclass(slots=True)
class _Key:
    name: str
    text: str
    indent: int
    required: bool
    keys: list[_Key] = field(default_factory=list)
    only: tuple[str, str] | None = None


@dataclass(slots=True)
class _Variant:
    name: str
    text: str
    keys: list[_Key] = field(default_factory=list)


def variant_rules(details: Iterable[str], key: str | None) -> dict[str, Any]:
    """`x-variants` by kind for people and editors, and `allOf` rules for validators; empty where nothing is described.

    `key` is the entry's field that holds the kind. `description` is for that field: the kinds that the page names.
    """
    variants = _read(details)
    if not variants or key is None:
        return {}
    named = ", ".join(f"`{each.name}`" for each in variants)
    rules = [rule for each in variants for rule in (_rule(each, key), *_group_rules(each, key)) if rule]
    return {
        "description": f"The kind of entry. Described: {named}; others pass.",
        "x-variants": {each.name: _described(each) for each in variants},
        **({"allOf": rules} if rules else {}),
    }


def _read(details: Iterable[str]) -> list[_Variant]:
    found: list[_Variant] = []
    only: tuple[str, str] | None = None
    for line in details:
        head = HEAD.match(line.strip())
        bullet = KEY.match(line)
        group = GROUP.fullmatch(line.strip())
        if group:
            only = (group["key"], group["value"])
        elif head:
            only = None
            found.append(_Variant(name=head["bold"] or head["plain"], text=tidy(head["text"] or head["rest"] or "")))
        elif bullet and found:
            made = _Key(
                name=bullet["name"] or bullet["plain"],
                text=tidy(bullet["text"]),
                indent=len(bullet["indent"]),
                required=bool(bullet["required"]),
                only=only,
            )
            keys = found[-1].keys
            (keys[-1].keys if keys and made.indent > keys[-1].indent else keys).append(made)
    return found


def _described(variant: _Variant) -> dict[str, Any]:
    return {
        "description": variant.text,
        "required": _required(variant),
        "properties": {each.name: {"description": each.text, **_schema(each)} for each in variant.keys},
    }


def _required(variant: _Variant, only: tuple[str, str] | None = None) -> list[str]:
    """The keys that entries of this kind need; with `only`, those that they need besides for a value of another key."""
    return [each.name for each in variant.keys if each.required and each.only == only]


def _rule(variant: _Variant, key: str) -> dict[str, Any] | None:
    """What must hold for entries of this kind; None where the page only describes."""
    required = _required(variant)
    limits = {each.name: limited for each in variant.keys if (limited := _limits(each))}
    then: dict[str, Any] = {"required": required} if required else {}
    if limits:
        then["properties"] = limits
    if not then:
        return None
    told = f"{key} {variant.name} needs {_listed(required)}" if required else f"limits of {key} {variant.name}"
    return {
        "description": told,
        "if": {"properties": {key: {"const": variant.name}}, "required": [key]},
        "then": then,
    }


def _group_rules(variant: _Variant, key: str) -> Iterable[dict[str, Any]]:
    """What entries of this kind need for one value of another key. A key that is left out has its default."""
    defaults = {each.name: _schema(each).get("default") for each in variant.keys}
    for only in dict.fromkeys(each.only for each in variant.keys if each.only):
        name, value = only
        if required := _required(variant, only):
            given = [key] if defaults.get(name) == value else [key, name]
            yield {
                "description": f"{key} {variant.name} with {name} {value} needs {_listed(required)}",
                "if": {"properties": {key: {"const": variant.name}, name: {"const": value}}, "required": given},
                "then": {"required": required},
            }


def _listed(names: list[str]) -> str:
    quoted = [f"`{each}`" for each in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _limits(key: _Key) -> dict[str, Any]:
    """The part of a key's schema that may refuse a value. A type alone may not: ids come as texts, too."""
    schema = _schema(key)
    held = {name: schema[name] for name in KEYWORDS if name in schema}
    return held if set(held) - {"type"} or held.get("type") == "boolean" else {}


def _schema(key: _Key) -> dict[str, Any]:
    facts = facts_in(key.text)
    found: dict[str, Any] = {}
    if ARRAY.match(key.text):
        return {"type": "array", **({"items": _entries(key.keys or _inline(key))} if key.keys or _inline(key) else {})}
    choices = [each.value for each in choices_in(key.text)]
    defaults = [fact.parts["value"] for fact in facts if fact.gives == "default"]
    if choices:
        found |= {"type": "string", "enum": choices}
    sizes = _given(facts, "range", ("minimum", "maximum")) if not choices else {}
    lengths = _given(facts, "length", ("minLength", "maxLength"))
    found |= {**({"type": "number"} if sizes else {}), **sizes, **({"type": "string"} if lengths else {}), **lengths}
    if defaults:
        found |= _defaulted(defaults[0], found.get("type"))
    if "type" not in found and key.text.lower().startswith("if true"):
        found["type"] = "boolean"
    return found


def _inline(key: _Key) -> list[_Key]:
    """Keys of the entries named in the text itself: "Each one has: `a` (required), `b` (what it is)"."""
    _, has, listed = key.text.partition(" has: ")
    if not has:
        return []
    return [
        _Key(name=each.value, text=each.text, indent=0, required=each.text.startswith("required"))
        for each in choices_in("Options: " + listed)
    ]


def _given(facts: Iterable[Fact], kind: str, names: tuple[str, str]) -> dict[str, Json]:
    return {name: end for name, end in zip(names, bounds(facts, kind), strict=True) if end is not None}


def _defaulted(printed: str, kind: str | None) -> dict[str, Json]:
    quoted = printed[:1] in '"“'
    text = printed.rstrip(".").strip('`"“”').replace("\\n", "\n")
    if kind == "string" or quoted:
        return {"type": "string", "default": text}
    if text in ("true", "false"):
        return {"type": "boolean", "default": text == "true"}
    if re.fullmatch(PLAIN_NUMBER, text):
        value = number(text)
        return {"type": kind or ("integer" if isinstance(value, int) else "number"), "default": value}
    return {}


def _entries(keys: list[_Key]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [each.name for each in keys if each.required],
        "properties": {each.name: {"description": each.text, **_schema(each)} for each in keys},
    }
