"""What the vendor says of values that it refuses: the framework's phrases, by dotted field, and never a value.

The phrases matter little; that no text repeats what was sent matters, since a client will show them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.model import Path
from reconciler.validation import Violation

_TYPES = {
    "array": "an array",
    "boolean": "true or false",
    "integer": "an integer",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}


class Refused(Exception):
    """The body breaks the rules: texts by dotted field (`actions.0.type`), none of them empty."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        self.errors = dict(errors)
        super().__init__(", ".join(sorted(self.errors)))


def refusal(violations: Iterable[Violation], schema: Mapping[str, Any]) -> Refused | None:
    """The refusal that these violations of `schema` amount to, or None where there are none."""
    errors: dict[str, list[str]] = {}
    for each in violations:
        texts = errors.setdefault(dotted(each.path), [])
        text = _phrase(each, schema_at(schema, each.path))
        if text not in texts:
            texts.append(text)
    return Refused(errors) if errors else None


def dotted(path: Path) -> str:
    """`("actions", 0, "type")` as `actions.0.type`."""
    return ".".join(str(step) for step in path) or "body"


def words(field: str) -> str:
    """A field's name as the framework's texts print it."""
    return field.replace("_", " ") if "." not in field else field


def schema_at(schema: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """The sub-schema for `path`; empty where the schema is silent."""
    for step in path:
        others = schema.get("additionalProperties")
        inner = schema.get("items") if isinstance(step, int) else schema.get("properties", {}).get(step, others)
        schema = inner if isinstance(inner, Mapping) else {}
    return schema


def _phrase(violation: Violation, schema: Mapping[str, Any]) -> str:
    name = words(dotted(violation.path))
    limit = schema.get(violation.keyword)
    match violation.keyword:
        case "required":
            return f"The {name} field is required." if violation.detail is None else _by_rule(name, violation.detail)
        case _ if violation.detail is not None:
            return _by_rule(name, violation.detail)
        case _ if limit is None:
            return f"The {name} field is invalid."
        case "type":
            return f"The {name} field must be {_wanted(schema)}."
        case "enum":
            return f"The selected {name} is invalid."
        case "minimum":
            return f"The {name} field must be at least {limit}."
        case "maximum":
            return f"The {name} field must not be greater than {limit}."
        case "maxLength":
            return f"The {name} field must not be greater than {limit} characters."
        case "minLength":
            return f"The {name} field must be at least {limit} characters."
        case "format":
            return f"The {name} field must be a valid {'URL' if limit == 'uri' else limit}."
    return f"The {name} field is invalid."


def _by_rule(name: str, rule: str) -> str:
    """A cross-field rule is told by its description in the schema, which is about fields and not about values."""
    return f"The {name} field is invalid: {rule.rstrip('.?')}."


def _wanted(schema: Mapping[str, Any]) -> str:
    stated = schema.get("type", ())
    names = [stated] if isinstance(stated, str) else list(stated)
    return " or ".join(_TYPES.get(each, each) for each in names if each != "null")
