"""Valid documents of any brand, drawn from its schemas alone; and diagnostics of any text."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from reconciler.errors import Diagnostic
from reconciler.schemas import FieldPolicy, SchemaSet

WORDS = [
    "reception",
    "Harbour",
    "viewing",
    "Grüezi",
    "お電話",
    "line\nbreak",
    "R2-D2 #7",
    "🦷",
    "  indented",
    "{{agency}}",
]
URLS = ["https://hooks.harbour.example/calls", "https://crm.maple.example/in?x=1", "http://10.0.0.7:8080/hook"]
ZONES = ["Europe/Dublin", "America/New_York", "Asia/Kolkata", "UTC"]


def texts(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """Text that survives a server which trims: with something visible in it."""
    limit = schema.get("maxLength", 400)
    words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
    return words.map(lambda text: text[:limit].strip() or "Hello")


def diagnostics(text: st.SearchStrategy[str]) -> st.SearchStrategy[Diagnostic]:
    """Diagnostics whose every part is drawn from `text`, at places that need not be there."""
    return st.builds(
        Diagnostic,
        severity=st.sampled_from(["error", "warning", "note"]),
        code=text,
        summary=text,
        detail=st.none() | text,
        file=st.none() | text,
        line=st.none() | st.integers(-2, 5),
        column=st.none() | st.integers(-2, 9),
        key=st.none() | text,
        field=st.none() | text,
    )


def numbers(schema: dict[str, Any], *, whole: bool) -> st.SearchStrategy[Any]:
    """Within the documented range; two decimals at most, as the platform keeps them."""
    low, high = schema.get("minimum", 1), schema.get("maximum", 9999)
    if whole:
        return st.integers(int(low), int(high))
    return st.integers(round(low * 100), round(high * 100)).map(lambda hundredths: hundredths / 100)


ITEMS = st.fixed_dictionaries(
    {"type": st.sampled_from(["end_call", "dtmf_input", "call_transfer"])},
    optional={"description": st.sampled_from(WORDS).map(str.strip), "phone_number": st.just("+15551230000")},
)


def values(policy: FieldPolicy) -> st.SearchStrategy[Any]:
    """Any valid value of one field, null included where a page allows it."""
    schema: dict[str, Any] = dict(policy.schema)
    found = _typed(policy, schema)
    return st.one_of(st.none(), found, found) if policy.nullable else found


def _typed(policy: FieldPolicy, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "enum" in schema:
        return st.sampled_from([each for each in schema["enum"] if each is not None])
    match policy.types[0]:
        case "boolean":
            return st.booleans()
        case "integer" | "number":
            return numbers(schema, whole=policy.types[0] == "integer")
        case "array":
            ids = st.lists(st.integers(1, 30), max_size=4, unique=True)
            return ids if schema.get("items", {}).get("type") == "integer" else st.lists(ITEMS, max_size=3)
        case "object":
            inner = schema.get("additionalProperties")
            lists = isinstance(inner, dict) and inner.get("type") == "array"
            value = (
                st.lists(st.sampled_from(["Hm.", "Ok."]), max_size=2) if lists else st.sampled_from(["Harbour", "9"])
            )
            return st.dictionaries(st.sampled_from(["agency", "product", "day"]), value, max_size=3)
    by_format = {"uri": st.sampled_from(URLS), "timezone": st.sampled_from(ZONES)}
    return by_format.get(schema.get("format", ""), texts(schema))


@st.composite
def contents(draw: st.DrawFn, schemas: SchemaSet) -> dict[str, Any]:
    """The content of a valid document: required fields, what the drawn mode needs, and some of the rest."""
    content: dict[str, Any] = {}
    for name in (each for each in schemas.fields if each in schemas.discriminators):
        content[name] = draw(values(schemas.fields[name]))
    fitting = [
        policy
        for name, policy in schemas.fields.items()
        if name not in content and all(content.get(each) in allowed for each, allowed in policy.applies.items())
    ]
    optional = [each.name for each in fitting if not _needed(each)]
    chosen = draw(st.sets(st.sampled_from(optional), max_size=12))
    for policy in fitting:
        if _needed(policy) or policy.name in chosen:
            content[policy.name] = draw(values(policy))
    for violation in schemas.violations("assistant", content):
        name = str(violation.path[0])
        if violation.keyword == "required":
            content[name] = draw(_typed(schemas.fields[name], dict(schemas.fields[name].schema)))
        elif name in content and not schemas.fields[name].required_on_create:
            del content[name]
    _mend(draw, schemas, content)
    assert schemas.violations("assistant", content) == []
    return content


def _needed(policy: FieldPolicy) -> bool:
    """Required outright, or bound to a mode and without a way to be cleared: what that mode cannot be without."""
    return policy.required_on_create or (bool(policy.applies) and not policy.has_clear)


def _mend(draw: st.DrawFn, schemas: SchemaSet, content: dict[str, Any]) -> None:
    """A field that was taken out may have been needed by another: give it a value after all."""
    for violation in schemas.violations("assistant", content):
        name = str(violation.path[0])
        content[name] = draw(_typed(schemas.fields[name], dict(schemas.fields[name].schema)))
