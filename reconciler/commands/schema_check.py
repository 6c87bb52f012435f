"""`schema check`: whether a schema set is what its pages say, here or, with --online, where they were fetched from.

A test that must pass: it ends with exit 1 where there are differences, or with 2 where --detailed-exitcode asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from reconciler.apidocs import Role
from reconciler.apidocs.structure import differences
from reconciler.canonical import Json
from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.schema_diff import tell
from reconciler.commands.schema_files import (
    EDITOR,
    ROLES,
    SUFFIX,
    generate_from,
    own_pages,
    page_option,
    read_pages,
    read_set,
)
from reconciler.errors import ConfigError, UsageError, error
from reconciler.planfile import FORMAT_VERSION
from reconciler.render.escape import json_text, terminal_safe
from reconciler.render.paint import counted

OPTIONAL = dict.fromkeys(
    (f"list{SUFFIX}", f"delete{SUFFIX}"), "the other set was made without its page, which is optional"
)
"""The files that a set made from the create and update pages alone does not have."""
NEWER = {EDITOR: "the other set is from before there was one; `schema generate` writes it"}


@verb("check", outputs=("text", "json"), short_help="Whether the schema set is what its pages say.")
@click.option("--against", type=click.Path(path_type=Path), metavar="DIR", help="Compare with this schema folder.")
@click.option("--structure", is_flag=True, help="Leave out descriptions, titles, sections and sources.")
@click.option("--online", is_flag=True, help="Fetch the pages anew, from where they were fetched before.")
@page_option("create", required=False)
@page_option("update", required=False)
@page_option("list", required=False)
@page_option("delete", required=False)
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where they differ, so that 1 is an error alone.")
def check_verb(
    invocation: Invocation,
    against: Path | None,
    structure: bool,
    online: bool,
    detailed_exitcode: bool,
    **pages: str | None,
) -> int:
    """Compare schemas/ with what schemas/pages/ gives, or with another schema folder. Exit 1 where they differ.

    With --online, for a nightly job: compare with the pages as they are now, whatever their wording, and name the
    documents that break. Their addresses are those that the set was generated from, or given here, by role.
    Use it as a test that must pass, in CI too; to read what a newer page or another brand changes, use `schema diff`.
    """
    given = {role: where for role in ROLES if (where := pages[f"{role}_page"]) is not None}
    if (given and not online) or (online and (against or structure)):
        told = "pages are named with --online alone, and --online goes with neither --against nor --structure"
        raise UsageError(error("usage-check", told, "To compare with pages at hand, use `schema diff`."))
    folder = invocation.directory / "schemas"
    here = read_set(folder)
    if online:
        differs = tell(invocation, here, _fetched(invocation, here, given))
    else:
        differs = _compare(invocation, here, against, structure=structure)
    return (2 if detailed_exitcode else 1) if differs else 0


def _compare(invocation: Invocation, here: dict[str, Json], against: Path | None, *, structure: bool) -> bool:
    optional = NEWER
    if against is not None:
        names = ("schemas", str(against))
        left, right = here, read_set(invocation.directory / against)
        if structure:
            optional = {**OPTIONAL, **NEWER}
    else:
        names = ("the pages", "schemas")
        pages = own_pages(invocation.directory, invocation.directory / "schemas")
        left, right = dict(generate_from(pages).files), here
    left, right, notes = _without_lacking(left, right, names, optional)
    found = _found(left, right, words=not structure, names=names)
    if found:
        last = f"{counted(len(found), 'difference')} between {names[0]} and {names[1]}."
    else:
        said = "structure identical" if structure else "identical"
        last = f"{names[0]} and {names[1]}: {said}, {counted(len(left), 'file')}."
    if invocation.output == "json":
        invocation.result(json_text({"format_version": FORMAT_VERSION, "notes": notes, "differences": found}))
    else:
        lines = [*notes, *found, "", last] if found else [*notes, last]
        invocation.result("\n".join(terminal_safe(each) for each in lines))
    return bool(found)


def _found(left: dict[str, Json], right: dict[str, Json], *, words: bool, names: tuple[str, str]) -> list[str]:
    """The differences of what pages say; of what only follows from it, where there are none."""
    pages = [{name: each for name, each in side.items() if name != EDITOR} for side in (left, right)]
    said = differences(pages[0], pages[1], words=words, names=names)
    return said or differences(left, right, words=words, names=names)


def _fetched(invocation: Invocation, here: Mapping[str, Json], given: Mapping[Role, str]) -> Mapping[str, Json]:
    """The set that the pages give now. Raises ConfigError where nobody says where they are, PageError as they do."""
    known = {**_addresses(here), **given}
    missing = [role for role in ROLES[:2] if role not in known]
    if missing:
        raise ConfigError(
            error(
                "schema-addresses-unknown",
                f"the schemas do not say where their {' and '.join(missing)} page was fetched from",
                "Name it (`--create URL --update URL`), or generate the set from addresses: it then remembers them.",
                file=f"schemas/assistant{SUFFIX}",
            )
        )
    return generate_from(read_pages(invocation.directory, known)).files


def _addresses(files: Mapping[str, Any]) -> dict[Role, str]:
    found: dict[Role, str] = {}
    for file in files.values():
        for page in file.get("x-source", {}).get("pages", ()):
            if page.get("address") and page["page"] in ROLES:
                found[page["page"]] = page["address"]
    return found


def _without_lacking(
    left: Mapping[str, Json], right: Mapping[str, Json], names: tuple[str, str], optional: Mapping[str, str]
) -> tuple[dict[str, Json], dict[str, Json], list[str]]:
    """Both sets without the files that one of them may lack and does, and a note on each of those with the reason."""
    lacking = (left.keys() ^ right.keys()) & optional.keys()
    notes = [
        f"note: {name}: only in {names[name in right]}; {optional[name]}" for name in (*left, *right) if name in lacking
    ]
    kept = [{name: each for name, each in side.items() if name not in lacking} for side in (left, right)]
    return kept[0], kept[1], notes
