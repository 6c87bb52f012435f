"""JSON values on one line, for people: safe to print, secrets by name, never with what they hold. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

from reconciler.canonical import Json, is_list
from reconciler.render.escape import json_safe, terminal_safe
from reconciler.render.lines import split
from reconciler.secrecy import secret_name

LONG = 80
"""A text of more characters than this, or of more than one line, is shown as lines and not as a value."""


def inline(value: Json) -> str:
    """The value as one line of JSON, keys sorted; a secret as `(secret NAME)`."""
    name = secret_name(value)
    if name is not None:
        return secret(name)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{inline(each)}: {inline(value[each])}" for each in sorted(value)) + "}"
    if is_list(value):
        return "[" + ", ".join(inline(each) for each in value) + "]"
    return json_safe(json.dumps(value, ensure_ascii=False))


def secret(name: str, *, changed: bool = False) -> str:
    """How a secret is told of. One without a name was masked because its field is secret."""
    told = f"secret {terminal_safe(name)}" if name else "secret"
    return f"({told}, changed)" if changed else f"({told})"


def is_long(value: Json) -> bool:
    """Whether a value is a text to be shown line by line."""
    return isinstance(value, str) and (len(value) > LONG or "\n" in value.strip())


def brief(value: Json) -> str:
    """The value on one line, a long text by its first line and size."""
    return abridged(value) if isinstance(value, str) and is_long(value) else inline(value)


def abridged(text: str) -> str:
    """A long text by its first line and its size: for what is new, where there is nothing to compare it with."""
    lines = split(text)
    first = lines[0]
    start = first if len(first) <= LONG else first[: LONG - 1]
    more = "…" if len(start) < len(text.strip()) else ""
    size = f"{len(text):,} characters"
    count = f"{len(lines):,} lines, {size}" if len(lines) > 1 else size
    return f"{inline(start + more)} ({count})"
