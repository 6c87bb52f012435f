"""`schema print`: the JSON Schemas of what this program prints itself. They ship in `formats.json`.

One file holds them all, with what they share; each is printed whole, with nothing in it that it does not use.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

import click

from reconciler.canonical import pretty
from reconciler.commands.invocation import Invocation, verb
from reconciler.errors import UsageError, error
from reconciler.planfile import FORMAT_VERSION
from reconciler.validation import suggestion

_SHARED = re.compile(r'"#/\$defs/([a-z-]+)"')


def formats() -> Mapping[str, str]:
    """What there is a schema of, and which command prints it."""
    return {name: str(each["description"]) for name, each in _shipped()["formats"].items()}


def format_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one format. Raises KeyError for a name that is none."""
    shipped = _shipped()
    root: dict[str, Any] = shipped["formats"][name]
    used: set[str] = set()
    unread = [json.dumps(root)]
    while unread:
        found = set(_SHARED.findall(unread.pop())) - used
        used |= found
        unread += [json.dumps(shipped["$defs"][each]) for each in sorted(found)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:reconciler:format:{name}:{FORMAT_VERSION}",
        **root,
        "$defs": {each: shipped["$defs"][each] for each in sorted(used)},
    }


@verb(
    "print",
    short_help="Print the JSON Schema of what this program prints.",
    epilog="""\b
Examples:
  reconciler schema print
  reconciler schema print plan > plan.schema.json""",
)
@click.argument("name", required=False, metavar="[FORMAT]")
def print_verb(invocation: Invocation, name: str | None) -> int:
    """Print the JSON Schema of one of the program's own formats; without FORMAT, list them.

    Needs no project. Within a `format_version` new keys may come, and none changes its meaning.
    """
    known = formats()
    if name is None:
        width = max(map(len, known))
        invocation.result("\n".join(f"{each:<{width}}  {told}" for each, told in known.items()))
        return 0
    if name not in known:
        guess = suggestion(name, known)
        then = f"Did you mean `{guess}`?" if guess else f"There are {', '.join(known)}."
        raise UsageError(error("no-such-format", f"there is no format `{name}`", then))
    invocation.result(pretty(format_schema(name)))
    return 0


def _shipped() -> Any:
    return json.loads((resources.files("reconciler") / "formats.json").read_text("utf-8"))
