"""`schema generate`, `schema check` and `schema diff`: from docs pages to the schema set, and between sets.

Reads pages and schema folders, asks `reconciler.apidocs` what they mean, writes the files of one folder.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from reconciler.apidocs import Generated, as_text
from reconciler.commands.formats import print_verb
from reconciler.commands.invocation import Invocation, verb, verbs
from reconciler.commands.schema_check import check_verb
from reconciler.commands.schema_diff import diff_verb
from reconciler.commands.schema_files import ROLES, SUFFIX, generate_from, page_option, read_pages, write_all
from reconciler.errors import Diagnostic, UsageError, error
from reconciler.planfile import diagnostic_to_json
from reconciler.render.escape import json_text, terminal_safe
from reconciler.render.evidence import evidence_to_json, render_evidence
from reconciler.validation import suggestion

schema = verbs(
    "schema",
    told="Turn the vendor's docs pages into the schema set, check it, and compare two sets.",
    epilog="""\b
Examples:
  reconciler schema generate --create create.txt --update update.txt --out schemas
  reconciler schema generate --create create.txt --update update.txt --explain mode
  reconciler schema check
  reconciler schema diff schemas ../other-brand/schemas
  reconciler schema print plan""",
)


@verb("generate", outputs=("text", "json"), short_help="Write the schema set from docs pages.")
@page_option("create", required=True)
@page_option("update", required=True)
@page_option("list", required=False)
@page_option("delete", required=False)
@click.option("--route", default="", metavar="PATH", help="The path that creates, where no page names it.")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Where to write it.")
@click.option(
    "--explain", multiple=True, metavar="FIELD", help="Write nothing: show which words a field's rules are from."
)
def generate_verb(
    invocation: Invocation, route: str, out: Path | None, explain: tuple[str, ...], **pages: str | None
) -> int:
    """Write the schema set from the vendor's docs pages. A PAGE is a file, - for standard input, or an address.

    Sentences that look like a rule and gave none are counted; -v lists them.
    """
    if (out is None) == (not explain):
        told = "say where to write the set with --out DIR, or which field to show with --explain FIELD"
        raise UsageError(error("usage-out-or-explain", told, "One of the two: to explain writes nothing."))
    given = {role: pages[f"{role}_page"] for role in ROLES}
    made = generate_from(read_pages(invocation.directory, given), route)
    if out is None:
        return _explain(invocation, made, explain)
    folder = invocation.directory / out
    written = write_all(folder, {name: made.text(name) for name in made.files})
    stale = [f"{role}{SUFFIX}" for role in ROLES if f"{role}{SUFFIX}" not in made.files]
    left = [name for name in stale if (folder / name).exists()]
    if invocation.output == "json":
        invocation.result(_as_json(made, written, left))
    else:
        invocation.result("\n".join([*_report(made, invocation.verbose), *_written(folder, made, written, left)]))
    return 0


def _explain(invocation: Invocation, made: Generated, fields: tuple[str, ...]) -> int:
    unknown = [each for each in fields if each not in made.evidence]
    if unknown:
        raise UsageError(*(_no_field(each, made) for each in unknown))
    if invocation.output == "json":
        told = {each: evidence_to_json(made.evidence[each]) for each in fields}
        invocation.result(json_text({"format_version": "1.0", "fields": told}))
    else:
        lines = [line for each in fields for line in (*render_evidence(each, made.evidence[each]), "")]
        invocation.result("\n".join(lines[:-1]))
    return 0


def _no_field(name: str, made: Generated) -> Diagnostic:
    guess = suggestion(name, made.evidence)
    then = f"Did you mean {guess}?" if guess else "Generate the set to see its fields."
    return error("no-such-field", f"the pages document no field {name}", then)


for each in (generate_verb, check_verb, diff_verb, print_verb):
    schema.add_command(each)


def _report(made: Generated, verbose: int) -> Iterable[str]:
    """What was found, then what there is to say of the pages; sentences that gave no rule only when asked for."""
    assistant, update = (_properties(made, kind) for kind in ("assistant", "update"))
    full: Any = made.files[f"assistant{SUFFIX}"]
    own = {name: each for name, each in assistant.items() if not each.get("x-reserved")}
    nullable = sum("null" in each["type"] for each in update.values() if isinstance(each.get("type"), list))
    yield (
        f"{len(own)} fields, {len(full['required'])} required, {nullable} may be null, "
        f"{len(full.get('allOf', []))} rules between fields."
    )
    yield f"API: {full['x-source'].get('api', 'the pages do not say where')}"
    shown = [each for each in made.diagnostics if each.code != "sentence-not-understood" or verbose]
    yield from (_line(each) for each in shown)
    hidden = len(made.diagnostics) - len(shown)
    if hidden:
        yield f"note: {hidden} sentences that look like rules gave none; -v shows them"


def _properties(made: Generated, kind: str) -> dict[str, Any]:
    file: Any = made.files[f"{kind}{SUFFIX}"]
    return dict(file["properties"])


def _line(said: Diagnostic) -> str:
    spot = ":".join(str(each) for each in (said.file, said.line) if each)
    place = f"{spot}: " if spot else ""
    return terminal_safe(f"{said.severity}: {place}{said.summary}{'. ' + said.detail if said.detail else ''}")


def _written(folder: Path, made: Generated, written: list[str], left: list[str]) -> Iterable[str]:
    for name in made.files:
        yield f"{'wrote' if name in written else 'unchanged'} {(folder / name).as_posix()}"
    yield from (f"left as it is: {(folder / name).as_posix()} (its page was not given)" for name in left)


def _as_json(made: Generated, written: list[str], left: list[str]) -> str:
    return as_text(
        {
            "format_version": "1.0",
            "files": list(made.files),
            "written": written,
            "left": left,
            "diagnostics": [diagnostic_to_json(each) for each in made.diagnostics],
        }
    )
