"""A document's resolved content against the schema: every violation, told at the line it comes from.

Core: pure. The value of a secret is judged and never shown: a violation at, above or below one is told without values.
"""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.documents.layers import Layered
from reconciler.documents.places import at, at_path, dotted
from reconciler.documents.references import Resolution
from reconciler.errors import Diagnostic, error, warning
from reconciler.model import Content, Path, Position
from reconciler.schemas import SchemaSet
from reconciler.secrecy import Vault, reveal, secret_names
from reconciler.validation import Violation

_CODES = {
    "required": "field-missing",
    "additionalProperties": "field-unknown",
    "type": "wrong-type",
    "enum": "not-allowed",
    "const": "not-allowed",
    "minimum": "out-of-range",
    "maximum": "out-of-range",
    "maxLength": "too-long",
    "minLength": "too-short",
    "format": "wrong-format",
    "pattern": "wrong-format",
}
_QUOTE_NO_VALUE = frozenset({"required", "additionalProperties", "maxLength", "minLength"})


def judge(
    found: Resolution, layered: Layered, schemas: SchemaSet, *, key: str, unmanaged: frozenset[str]
) -> list[Diagnostic]:
    """What is wrong with a document's fields. A released field (they are not in `found`) is not missed.

    What could not be resolved was told already; what stands in the file but could not be read is not missing, nor is
    what a base might have given that cannot be had.
    """
    content: Content = found.content
    if found.hidden:
        absent = dict.fromkeys(set(secret_names(content)) - found.vault.keys(), "")
        vault = Vault(values={**absent, **found.vault})
        content = {name: reveal(value, vault) for name, value in content.items()}
    violations = schemas.violations("assistant", content)
    listed = {each.path for each in violations if each.keyword == "enum"}
    told = [
        each
        for each in violations
        # a list of what is allowed says more than a type
        if not (each.keyword == "type" and each.path in listed) and _is_news(each, found, layered, unmanaged)
    ]
    wrong = frozenset(each.path for each in violations)
    blank = [path for path in _blank_needed(content, schemas) if path not in wrong | found.texts.keys() | found.failed]
    return [
        *(_diagnostic(each, found, layered, schemas, key) for each in told),
        *(_empty_text(path, layered, key) for path in blank),
    ]


def _blank_needed(content: Content, schemas: SchemaSet) -> list[Path]:
    """The fields that must be there, as a whole or because of another's value, and hold a text that says nothing."""
    blank = {name for name, value in content.items() if isinstance(value, str) and (not value or value.isspace())}
    if not blank:
        return []
    rest = {name: value for name, value in content.items() if name not in blank}
    needed = (each.path for each in schemas.violations("assistant", rest) if each.keyword == "required")
    return sorted({path for path in needed if len(path) == 1 and path[0] in blank})


def _empty_text(path: Path, layered: Layered, key: str) -> Diagnostic:
    told = f"`{dotted(path)}` is required and its text is empty"
    then = "The platform takes an empty text for a missing field and refuses it: write the text."
    return warning("empty-text", told, then, **at(layered.place(path), key=key, path=path))


def _is_news(violation: Violation, found: Resolution, layered: Layered, unmanaged: frozenset[str]) -> bool:
    if violation.path in found.failed:
        return False
    if violation.keyword != "required":
        return True
    may_be_in_base = layered.broken and len(violation.path) == 1
    return not may_be_in_base and violation.path[0] not in unmanaged and violation.path not in layered.names


def _diagnostic(violation: Violation, found: Resolution, layered: Layered, schemas: SchemaSet, key: str) -> Diagnostic:
    path, keyword = violation.path, violation.keyword
    name = dotted(path)
    because = violation.detail
    if keyword in _QUOTE_NO_VALUE or not _touches_secret(path, found.hidden, schemas):
        summary = violation.summary
        if keyword not in ("required", "additionalProperties"):
            summary = f"`{name}` {summary}" if name else f"the document {summary}"
        elif len(path) > 1:
            summary = f"{summary} in `{dotted(path[:-1])}`"
    else:
        summary = f"`{name}` does not meet the schema ({keyword}); it holds a secret and is not shown"
        because = None if keyword == "format" else because  # a guess at what was meant tells most of it
    advice = [because, found.origins.get(path), _quoting_advice(violation, found.content, schemas)]
    detail = " ".join(_sentence(each) for each in advice if each) or None
    code = _CODES.get(keyword, "field-invalid")
    return error(code, summary, detail, **at(_place(violation, layered), key=key, path=path))


def _place(violation: Violation, layered: Layered) -> Position:
    """A missing field is told where its parent begins, an unknown one at its key, anything else at the value."""
    path = violation.path
    if violation.keyword == "required":
        path = path[:-1]
    elif violation.keyword == "additionalProperties" and path in layered.names:
        return layered.names[path]
    return layered.place(path)


def _touches_secret(path: Path, hidden: Iterable[Path], schemas: SchemaSet) -> bool:
    related = (path[: len(each)] == each or each[: len(path)] == path for each in hidden)
    return schemas.is_secret(path) or any(related)


def _quoting_advice(violation: Violation, content: Content, schemas: SchemaSet) -> str | None:
    if violation.keyword != "type" or "string" not in schemas.types(violation.path):
        return None
    _, value = at_path(content, violation.path)
    return "Put it in quotes to make it text" if isinstance(value, bool | int | float) else None


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
