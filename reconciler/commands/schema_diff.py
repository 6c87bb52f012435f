"""`schema diff`: what a newer set or a newer page changes, and which documents of this project that concerns.

The documents are read twice, once under each set: what only the new one refuses is what would break.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from reconciler.apidocs import Page, Role
from reconciler.apidocs.evolution import Evolved, evolved
from reconciler.apidocs.structure import differences
from reconciler.canonical import Json
from reconciler.commands.gather import documents_of, line_reader
from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.schema_files import (
    EDITOR,
    SUFFIX,
    found_pages,
    generate_from,
    pages_by_method,
    read_pages,
    read_set,
)
from reconciler.config import Project, open_project
from reconciler.documents import Loaded
from reconciler.errors import Diagnostic, ReconcilerError, SchemaError, UsageError, error
from reconciler.model import Position
from reconciler.render.escape import json_text
from reconciler.render.evolution import evolution_to_json, render_evolution
from reconciler.schemas import SchemaSet, misshapen

Files = Mapping[str, Any]


@verb(
    "diff",
    outputs=("text", "json"),
    short_help="What a newer set or page changes, and for whom.",
    epilog="""\b
Examples:
  reconciler schema diff schemas ../other-brand/schemas
  reconciler schema diff schemas create.txt update.txt
  reconciler schema diff schemas https://docs.example.com/update-assistant.md""",
)
@click.argument("old", type=click.Path(path_type=Path), metavar="OLD")
@click.argument("new", nargs=-1, metavar="[NEW]...")
@click.option("--words", is_flag=True, help="List every keyword that differs, descriptions and sources too.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit 2 where there are differences.")
def diff_verb(invocation: Invocation, old: Path, new: tuple[str, ...], words: bool, detailed_exitcode: bool) -> int:
    """Show what a newer page, or another brand's, changes: the folder OLD against NEW, or against schemas/.

    NEW is a schema folder, or pages: files or addresses, told apart by their methods; pages that are not given are
    those in OLD/pages. Says which documents of this
    project would break, and which may newly say something. Differences end it with exit 0; for a test that fails on
    them, use `schema check`.
    """
    before = read_set(invocation.directory / old)
    after, whole = _new_set(invocation, old, new or ("schemas",))
    if words:
        kept = {name: each for name, each in before.items() if name != EDITOR and (whole or name in after)}
        after.pop(EDITOR, None)
        found = differences(kept, after, words=True, names=(str(old), new[0] if new else "schemas"))
        invocation.result("\n".join(found) if found else "No differences.")
        return 2 if found and detailed_exitcode else 0
    _refuse_misshapen((before, str(old)), (after, new[0] if new else "schemas"))
    changed = tell(invocation, before, after, whole=whole)
    return 2 if changed and detailed_exitcode else 0


def tell(invocation: Invocation, before: Mapping[str, Json], after: Mapping[str, Json], *, whole: bool = True) -> bool:
    """Print what changes between two sets of files and which documents that concerns; whether anything does."""
    changes = evolved(_roles(before), _roles(after))
    project = _project(invocation) if whole and changes else None
    broken, places = _concerned(project, _roles(before), _roles(after), changes) if project else ([], {})
    if invocation.output == "json":
        invocation.result(json_text(evolution_to_json(changes, broken, places)))
    else:
        sources = line_reader(project) if project else None
        told = render_evolution(
            changes, broken, places, documents=project is not None, color=invocation.color, sources=sources
        )
        invocation.result(told)
    return bool(changes)


def _new_set(invocation: Invocation, old: Path, new: tuple[str, ...]) -> tuple[dict[str, Json], bool]:
    """The new files, and whether they are a whole set: one page alone, with no sister beside OLD, gives one body."""
    folder = invocation.directory / new[0]
    if len(new) == 1 and (folder.is_dir() or new == ("schemas",)):
        return read_set(folder), True
    pages = pages_by_method(invocation.directory, new)
    sisters = found_pages(invocation.directory, invocation.directory / old)
    pages |= read_pages(invocation.directory, {role: each for role, each in sisters.items() if role not in pages})
    if "create" in pages and "update" in pages:
        return dict(generate_from(pages).files), True
    role, page = next((role, page) for role, page in pages.items())
    return {f"{role}{SUFFIX}": generate_from(_with_twin(role, page)).files[f"{role}{SUFFIX}"]}, False


def _refuse_misshapen(*sides: tuple[Mapping[str, Json], str]) -> None:
    """Raise SchemaError for every file that says nothing of fields; which files there are does not matter."""
    wrong = [each for files, where in sides for each in misshapen(_roles(files), where)]
    if wrong:
        raise SchemaError.of(wrong)


def _with_twin(role: Role, page: Page) -> dict[Role, Page]:
    """One body's page as both: only the file of its own role is looked at."""
    if role not in ("create", "update"):
        told = "a page without a body says nothing of documents"
        raise UsageError(error("usage-page-alone", told, "Give the create or the update page with it."))
    collection = page.path.removesuffix("/{id}")
    twin = replace(page, path=collection if role == "update" else f"{collection}/{{id}}")
    return {"create": page, "update": twin} if role == "create" else {"create": twin, "update": page}


def _roles(files: Mapping[str, Json]) -> Files:
    return {name.removesuffix(SUFFIX): each for name, each in files.items()}


def _project(invocation: Invocation) -> Project | None:
    """The project whose documents it may concern; None where none stands here: sets can be compared anywhere."""
    try:
        return open_project(invocation)
    except ReconcilerError:
        return None


def _concerned(
    project: Project, before: Files, after: Files, changes: list[Evolved]
) -> tuple[list[Diagnostic], dict[str, list[Position]]]:
    """What only the new set refuses, and by field the documents that it lets say more."""
    schemas = SchemaSet.from_files(after)
    loaded = documents_of(replace(project, schemas=SchemaSet.from_files(before)))
    renewed = documents_of(replace(project, schemas=schemas))
    known = {_told(each) for each in loaded.diagnostics}
    broken = [each for each in renewed.errors if _told(each) not in known]
    places = {each.top: _may_say(each, loaded, schemas) for each in changes if each.kind in ("added", "loosened")}
    return broken, {field: found for field, found in places.items() if field and found}


def _told(said: Diagnostic) -> tuple[str | None, int | None, str, str]:
    return said.file, said.line, said.code, said.summary


def _may_say(change: Evolved, loaded: Loaded, schemas: SchemaSet) -> list[Position]:
    """A new field: every document where it exists. A looser one: every document that names it."""
    policy = schemas.fields.get(change.top)
    if policy is None:
        return []
    if change.kind == "added" and change.field == change.top:
        there = [
            each
            for each in loaded.desired
            if all(each.content.get(name) in values for name, values in policy.applies.items())
        ]
        return [each.place(()) for each in there]
    return [each.place((change.top,)) for each in loaded.desired if change.top in each.content]
