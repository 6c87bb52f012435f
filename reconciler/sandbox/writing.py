"""What a POST or a PUT does to a row: trimmed, checked, filled in, reset. Pure; every field is known from the schemas.

The order is the platform's: texts are trimmed at both ends and an empty one is null (its framework does so before any
rule is asked; line ends stay as sent), then each value meets its own rule, then the row that would result meets the
rules between fields. An empty text inside a value is stored as null as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from reconciler.canonical import canonical_bytes, equal
from reconciler.model import Content
from reconciler.sandbox.quirks import Quirks
from reconciler.sandbox.refusals import Refused, refusal, words
from reconciler.schemas import FieldPolicy, SchemaSet
from reconciler.validation import Validator

PLATFORM_CHOICE = 1
"""The id that the platform picks for a model that the new mode needs and the request did not name."""


class Writer:
    """The write rules of one schema set."""

    def __init__(self, schemas: SchemaSet, quirks: Quirks) -> None:
        self.schemas = schemas
        self._quirks = quirks

    def create(self, body: Content) -> dict[str, Any]:
        """The fields of the row that a POST of `body` makes. Raises Refused; `body` holds known fields only."""
        # an empty text of an optional field is null by now, and a POST has no other way to say "not set"
        told = {
            name: value for name, value in self._trimmed(body).items() if not (value is None and body[name] is not None)
        }
        self._check(self.schemas.violations("create", told), self.schemas.create)
        fields = {name: unset(policy) for name, policy in self.schemas.fields.items()}
        fields.update(self._stored(told))
        self._check_rules(fields)
        return fields

    def update(self, fields: Content, body: Content) -> dict[str, Any]:
        """The fields of a row after a PUT of `body`. Raises Refused; the row given is left as it is."""
        told = self._trimmed(body)
        self._check(self.schemas.violations("update", told), self.schemas.update)
        merged = {**fields, **self._stored(told)}
        merged.update(self._resets(fields, merged, told))
        self._check_rules(merged)
        return merged

    def check_exclusive(
        self, fields: Content, holders: Callable[[str, Any], Iterable[Content]], *, but: int | None = None
    ) -> None:
        """Raises Refused where another row of the same kind holds a value that only one may hold.

        `holders` gives the rows in which a field has a value; the one of the id `but` is the asking one's own.
        """
        errors = {}
        for name, policy in self.schemas.fields.items():
            kind = policy.exclusive
            if kind is None or fields.get(name) is None or not _is(fields, kind):
                continue
            if any(_is(other, kind) and other["id"] != but for other in holders(name, fields[name])):
                told = " ".join(str(each) for each in kind.values())
                errors[name] = [f"The {words(name)} is already assigned to another {told} assistant."]
        if errors:
            raise Refused(errors)

    def _trimmed(self, body: Content) -> dict[str, Any]:
        return {
            name: (_trim(value) or None) if isinstance(value, str) else _trim(value) for name, value in body.items()
        }

    def _stored(self, told: Content) -> dict[str, Any]:
        """The values as their columns keep them: decimals to two places, whole numbers whole."""
        return {name: self._column(name, _without_empty_texts(value)) for name, value in told.items()}

    def _column(self, name: str, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        if name in self._quirks.decimals:
            return float(Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP))
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def _resets(self, before: Content, after: Content, told: Content) -> dict[str, Any]:
        """The fields that the platform sets by itself because a field that resets them changed."""
        changed = {name for name in self.schemas.discriminators if not equal(before.get(name), after.get(name))}
        reset = {
            name: policy
            for name, policy in self.schemas.fields.items()
            if name not in told and not changed.isdisjoint(policy.reset_by)
        }
        values = {name: unset(policy) for name, policy in reset.items()}
        # what the new mode cannot be without gets the platform's choice, as "defaults for the new mode" says
        for each in self._rules.violations(_present({**after, **values})):
            name = str(each.path[0]) if each.path else ""
            if each.keyword == "required" and name in reset:
                values[name] = _choice(reset[name])
        return values

    def _check(self, violations: Sequence[Any], schema: Mapping[str, Any]) -> None:
        refused = refusal(violations, schema)
        if refused is not None:
            raise refused

    def _check_rules(self, fields: Content) -> None:
        self._check(self._rules.violations(_present(fields)), self.schemas.create)

    @cached_property
    def _rules(self) -> Validator:
        """The rules between fields, without those on single fields: a stored row may break the latter."""
        return Validator({"allOf": self.schemas.create.get("allOf", [])})


def unset(policy: FieldPolicy) -> Any:
    """What a row holds for a field that nobody set: the documented default, else what clears it, else nothing."""
    if policy.has_default:
        return policy.default
    if policy.has_clear:
        return policy.clear
    if "array" in policy.types:
        return []
    return {} if "object" in policy.types else None


def _choice(policy: FieldPolicy) -> Any:
    if policy.schema.get("enum"):
        return next(each for each in policy.schema["enum"] if each is not None)
    return PLATFORM_CHOICE if {"integer", "number"} & set(policy.types) else "default"


def _present(fields: Content) -> dict[str, Any]:
    """The fields that say something: for the rules, null and emptiness are absence."""
    return {name: value for name, value in fields.items() if value is not None and value != [] and value != {}}


def _is(fields: Content, kind: Mapping[str, Any]) -> bool:
    return all(canonical_bytes(fields.get(name)) == canonical_bytes(value) for name, value in kind.items())


def _without_empty_texts(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_empty_texts(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_without_empty_texts(each) for each in value]
    return None if value == "" else value


def _trim(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, Mapping):
        return {name: _trim(each) for name, each in value.items()}
    return [_trim(each) for each in value] if isinstance(value, Sequence) else value
