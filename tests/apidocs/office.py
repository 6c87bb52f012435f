"""Pages of an invented letting agency, written field by field, so that one sentence can be looked at alone."""

from __future__ import annotations

from typing import Any

import jsonschema

from reconciler.apidocs import Generated, generate
from tests.apidocs.pages import page

PATH = "/office/assistant"


def field(name: str, kind: str, text: str, marks: str = "", inside: str = "") -> str:
    """One field's tag, with what stands inside of it after its text."""
    return f'<ParamField body="{name}" type="{kind}"{marks}>\n  {text}\n{inside}\n</ParamField>\n'


ENGINE = "What runs the call. Options: `classic`, `live`, `hybrid`"
BASE = field("agency_name", "string", "Shown to callers (max 60 characters)", "{required}") + field(
    "engine", "string", ENGINE, "{required}"
)
MODES = "\n## Notes\n\n- Some things exist only in `hybrid` mode\n"
"""Names a value of the engine as a mode, so that the engine is known to decide over other fields."""


def written(create: str, update: str | None = None, notes: str = MODES, base: str = BASE) -> Generated:
    """The set from a create page with these fields and an update page with the same or others."""
    first = f'---\napi: "POST {PATH}"\n---\n{base.replace("{required}", " required")}{create}{notes}'
    told = create if update is None else update
    second = f'---\napi: "PUT {PATH}/{{id}}"\n---\n{base.replace("{required}", "")}{told}{notes}'
    return generate(page(first, "create", "create.mdx"), page(second, "update", "update.mdx"))


def schema(made: Generated, kind: str = "assistant") -> dict[str, Any]:
    found: Any = made.files[f"{kind}.schema.json"]
    jsonschema.Draft202012Validator.check_schema(found)
    return dict(found)


def keywords(made: Generated, name: str, kind: str = "assistant") -> dict[str, Any]:
    """What decides in a field's property: all but its words."""
    found = schema(made, kind)["properties"][name]
    return {key: each for key, each in found.items() if key not in ("description", "x-section")}


def rules(made: Generated, kind: str = "assistant") -> list[str]:
    return [each["description"] for each in schema(made, kind).get("allOf", ())]
