"""The schema set: what a document and a body must meet, and the policy of every field.

This is the only door to what the vendor calls things. Everything the core knows about a field it asks here, and
everything here was read from the `schemas/` folder, which `reconciler schema generate` writes from docs pages.
Core: no IO; the shell reads the files and calls `SchemaSet.from_files`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import field
from functools import cached_property
from typing import Any, Literal

from reconciler.canonical import Json, exact_digest
from reconciler.errors import Diagnostic, SchemaError, error
from reconciler.frozen import dataclass
from reconciler.model import Content, Path
from reconciler.subschemas import descend, hidden_names, marked, stated_types
from reconciler.validation import Validator, Violation
from reconciler.vocabulary import why_no_vocabulary

Kind = Literal["assistant", "create", "update"]
REQUIRED_FILES: tuple[str, ...] = ("assistant", "create", "update")
OPTIONAL_FILES: tuple[str, ...] = ("list", "delete")
_MOST_PLACES = 10_000
"""So many answers are remembered of which places are secret, and then forgotten."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """A documented route: an HTTP method and a path relative to the API's base, `{id}` for the resource's id."""

    method: str
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldPolicy:
    """What the pages say of one top-level field, from the keywords that `apidocs.properties` writes.

    `types` are JSON Schema type names without null. `has_clear` tells a documented null from no clear value at all.
    `updatable` is false for a field that only the create page has: it can be set once, and never changed or cleared.
    """

    name: str
    types: tuple[str, ...]
    nullable: bool
    has_clear: bool
    clear: Json
    has_default: bool
    default: Json
    required_on_create: bool
    updatable: bool
    applies: Mapping[str, tuple[Json, ...]]
    reset_by: tuple[str, ...]
    exclusive: Mapping[str, Json] | None
    unordered: bool
    placeholders: bool
    secret: bool
    section: str
    schema: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class SchemaSet:
    """The parsed `schemas/` folder. Build it with `from_files`; it is true after that, or SchemaError was raised."""

    assistant: Mapping[str, Any] = field(repr=False)
    create: Mapping[str, Any] = field(repr=False)
    update: Mapping[str, Any] = field(repr=False)
    list_: Mapping[str, Any] | None = field(repr=False, default=None)
    delete: Mapping[str, Any] | None = field(repr=False, default=None)

    @classmethod
    def from_files(cls, files: Mapping[str, Json], *, where: str = "schemas") -> SchemaSet:
        """From parsed JSON by role (`assistant`, `create`, `update`, and where present `list`, `delete`).

        Raises SchemaError naming each file that is missing or is not what its name says. `where` is for messages.
        """
        wrong = [*_missing(files, where), *misshapen(files, where)]
        if wrong:
            raise SchemaError.of(wrong)
        found: dict[str, Any] = dict(files)
        return cls(
            assistant=found["assistant"],
            create=found["create"],
            update=found["update"],
            list_=found.get("list"),
            delete=found.get("delete"),
        )

    @cached_property
    def digest(self) -> str:
        """Changes whenever a rule in the set changes: part of what decides a desired value."""
        return exact_digest({"assistant": self.assistant, "create": self.create, "update": self.update})

    @cached_property
    def fields(self) -> Mapping[str, FieldPolicy]:
        """The policy of every top-level field, by name, in page order."""
        required = frozenset(self.create.get("required", ()))
        updatable = self.update["properties"]
        properties: Mapping[str, Any] = self.assistant["properties"]
        own = {name: each for name, each in properties.items() if not each.get("x-reserved")}
        return {name: _policy(name, each, name in required, name in updatable) for name, each in own.items()}

    def in_order(self, names: Collection[str]) -> list[str]:
        """Names of fields in page order, and behind them those that no page has."""
        known = [name for name in self.fields if name in names]
        return known + sorted(set(names) - set(known))

    @cached_property
    def exclusive_fields(self) -> tuple[FieldPolicy, ...]:
        """The fields whose value only one assistant may hold."""
        return tuple(policy for policy in self.fields.values() if policy.exclusive is not None)

    @cached_property
    def name_field(self) -> str:
        """The field that names the resource for people."""
        return str(self.assistant["x-name"])

    @cached_property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """Routes by role: always `create` and `update`; `list` and `delete` where their pages were given."""
        files = {"create": self.create, "update": self.update, "list": self.list_, "delete": self.delete}
        found: dict[str, Endpoint] = {}
        for role, schema in files.items():
            if schema is not None:
                where = schema["x-endpoint"]
                found[role] = Endpoint(method=where["method"], path=where["path"])
        return found

    @cached_property
    def api_url(self) -> str | None:
        """The brand's production API as its pages print it, without a slash at the end; None where they do not."""
        for schema in (self.assistant, self.create, self.update, self.list_):
            base = (schema or {}).get("x-source", {}).get("api")
            if base:
                return str(base)
        return None

    @cached_property
    def discriminators(self) -> frozenset[str]:
        """Fields that decide where other fields exist, or that reset them."""
        names = {name for policy in self.fields.values() for name in (*policy.applies, *policy.reset_by)}
        return frozenset(names)

    @cached_property
    def placeholder_fields(self) -> tuple[str, ...]:
        """The objects whose keys may stand as `{{key}}` in texts."""
        return tuple(name for name, policy in self.fields.items() if policy.placeholders)

    @cached_property
    def named_keys(self) -> Mapping[str, frozenset[str]]:
        """The keys that are described of every object that takes others, too, by field."""
        return {
            name: frozenset(policy.schema["properties"])
            for name, policy in self.fields.items()
            if policy.schema.get("properties") and isinstance(policy.schema.get("additionalProperties"), Mapping)
        }

    @cached_property
    def variant_items(self) -> Mapping[str, Mapping[str, Any]]:
        """The schema of the entries of every list whose entries come in described kinds, by field."""
        items = {name: policy.schema.get("items") for name, policy in self.fields.items()}
        return {
            name: each
            for name, each in items.items()
            if isinstance(each, Mapping) and isinstance(each.get("x-variants"), Mapping)
        }

    def violations(self, kind: Kind, content: Content) -> list[Violation]:
        """Every way in which `content` breaks the document schema or a body schema; empty when it is valid.

        Secrets must be revealed before, and must not be shown after: summaries quote values.
        """
        return self._validators[kind].violations(content)

    @cached_property
    def _validators(self) -> Mapping[Kind, Validator]:
        return {
            "assistant": Validator(self.assistant),
            "create": Validator(self.create),
            "update": Validator(self.update),
        }

    def is_secret(self, path: Path) -> bool:
        """Whether the schema marks the value at `path`, or something around it, as never to be shown."""
        if path and not self._may_hold_secrets.get(str(path[0]), True):
            return False
        known = self._secrets.get(path)
        if known is None:
            if len(self._secrets) > _MOST_PLACES:  # names that people choose must not fill the memory
                self._secrets.clear()
            known = self._secrets[path] = self._marks_secret(path)
        return known

    def may_hide(self, name: str) -> bool:
        """Whether a key of this name is marked, anywhere, as never to be shown: False is certain, for all inside it
        that has another name."""
        known = self._hiding.get(name)
        if known is None:
            if len(self._hiding) > _MOST_PLACES:
                self._hiding.clear()
                self._plain.clear()
            hides = self._hiding_names
            known = self._hiding[name] = hides is None or any(re.search(each, name) for each in hides)
            if not known:
                self._plain.add(name)
        return known

    def hide_nothing(self, names: Iterable[str]) -> bool:
        """Whether `may_hide` says no to each of them."""
        return self._plain.issuperset(names) or not any(map(self.may_hide, names))

    @cached_property
    def _hiding(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _plain(self) -> set[str]:
        """The names of which `_hiding` says no: asked together, the keys of an object cost what one of them does."""
        return set()

    @cached_property
    def _hiding_names(self) -> tuple[str, ...] | None:
        """Patterns of the names of all keys that are marked as secret; None where something without a name is."""
        found: set[str] = set()
        return tuple(sorted(found)) if hidden_names(self.assistant, found) else None

    @cached_property
    def _secrets(self) -> dict[Path, bool]:
        """What was answered before: the same few places in every document, where each answer takes 3 µs."""
        return {}

    def _marks_secret(self, path: Path) -> bool:
        schema: Mapping[str, Any] = self.assistant
        for step in path:
            schema = descend(schema, step)
            if schema.get("x-secret"):
                return True
        return False

    @cached_property
    def _may_hold_secrets(self) -> Mapping[str, bool]:
        """Whether anything in a field is marked as secret, by field: this is asked of every value of every document."""
        return {name: marked("x-secret", policy.schema) for name, policy in self.fields.items()}

    def types(self, path: Path) -> frozenset[str]:
        """The JSON types that the document schema asks for at `path`, null among them; empty where it says none."""
        schema: Mapping[str, Any] = self.assistant
        for step in path:
            schema = descend(schema, step)
        return frozenset(stated_types(schema))


def _missing(files: Mapping[str, Json], where: str) -> Iterable[Diagnostic]:
    for role in REQUIRED_FILES:
        if role not in files:
            yield error(
                "schema-missing",
                f"the schema set has no {role} schema",
                "Write the set with `reconciler schema generate --create PAGE --update PAGE --out DIR`.",
                file=f"{where}/{role}.schema.json",
            )


def misshapen(files: Mapping[str, Json], where: str) -> Iterable[Diagnostic]:
    """Each file, by role, that is not what its name says."""
    for role in (*REQUIRED_FILES, *OPTIONAL_FILES):
        lacking = _lacks(role, files[role]) if role in files else None
        if lacking:
            yield error(
                "schema-invalid",
                f"the file is not a schema written by `schema generate`: {lacking}",
                "Generate the set again; it is not meant to be edited by hand.",
                file=f"{where}/{role}.schema.json",
            )


def _lacks(role: str, schema: Json) -> str | None:
    if not isinstance(schema, Mapping):
        return "it is not an object"
    if odd := why_no_vocabulary(schema):
        return odd
    if role in REQUIRED_FILES and not isinstance(schema.get("properties"), Mapping):
        return "it has no properties"
    if role == "assistant":
        named = schema.get("x-name")
        properties = schema["properties"]
        return (
            None
            if isinstance(properties, Mapping) and isinstance(named, str) and named in properties
            else "x-name names no property"
        )
    where = schema.get("x-endpoint")
    ok = isinstance(where, Mapping) and all(isinstance(where.get(part), str) for part in ("method", "path"))
    return None if ok else "x-endpoint has no method and path"


def _policy(name: str, schema: Mapping[str, Any], required: bool, updatable: bool) -> FieldPolicy:
    types = stated_types(schema)
    applies = {each: tuple(values) for each, values in schema.get("x-applies", {}).items()}
    return FieldPolicy(
        name=name,
        types=tuple(each for each in types if each != "null"),
        nullable="null" in types,
        has_clear="x-clear" in schema,
        clear=schema.get("x-clear"),
        has_default="default" in schema,
        default=schema.get("default"),
        required_on_create=required,
        updatable=updatable,
        applies=applies,
        reset_by=tuple(schema.get("x-reset-by", ())),
        exclusive=schema.get("x-exclusive"),
        unordered=bool(schema.get("x-unordered")),
        placeholders=bool(schema.get("x-placeholders")),
        secret=bool(schema.get("x-secret")),
        section=str(schema.get("x-section", "")),
        schema=schema,
    )
