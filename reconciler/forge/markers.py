"""The hidden line that a post of ours begins with: what it is about, for finding it again. Pure.

    <!-- reconciler comment project=voice environment=production commit=4f0c… digest=sha256:… -->

It is looked for in the first line alone, whole, and only in posts of the account that posts now: whoever else may
write comments could otherwise pass off a plan as ours. Text of users never gets there: see `render.markdown_safe`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote

_LINE = re.compile(r"<!-- reconciler (?P<kind>[a-z]+)(?P<facts>(?: [a-z]+=[^ >]*)*) -->")
SCOPE = ("project", "environment")
"""What tells posts of one kind apart. A repository may hold several projects."""


def marker(kind: str, facts: Mapping[str, str]) -> str:
    """The line. A value may be any text: what could end the comment, or a word, is escaped."""
    told = "".join(f" {name}={_escaped(value)}" for name, value in facts.items())
    return f"<!-- reconciler {kind}{told} -->"


def read_marker(body: str, kind: str) -> Mapping[str, str] | None:
    """The facts in the first line of a post, or None where it is no post of that kind."""
    first = body.split("\n", 1)[0].rstrip("\r")
    found = _LINE.fullmatch(first)
    if found is None or found["kind"] != kind:
        return None
    pairs = (each.partition("=") for each in found["facts"].split())
    return {name: unquote(value) for name, _, value in pairs}


def same_scope(left: Mapping[str, str], right: Mapping[str, str]) -> bool:
    """Whether two markers are about one environment of one project."""
    return all(left.get(name) == right.get(name) for name in SCOPE)


def _escaped(value: str) -> str:
    # two hyphens must not stand inside a comment, whatever they are part of
    return quote(value, safe=":/.@+").replace("--", "%2D%2D")
