"""`catalog`: names for ids, so that a document says `${ref:voices.nora}` and not 1; and whether ids are real."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from reconciler.canonical import Json, pretty
from reconciler.commands.invocation import Invocation, verb
from reconciler.config import Project, open_client, open_project
from reconciler.config.lookups import find_lookups
from reconciler.documents.editing import EditRefused, edited
from reconciler.documents.emitting import field_lines
from reconciler.durable import replace_file
from reconciler.errors import ConfigError, Diagnostic, error, note
from reconciler.lookups.judging import ids_of, judge_ids
from reconciler.lookups.lists import Lookup
from reconciler.lookups.naming import Named, Rows, named
from reconciler.model import Desired
from reconciler.render.diagnostics_text import render_diagnostics
from reconciler.render.escape import json_text, terminal_safe
from reconciler.render.paint import counted

HEAD = "# Names for ids, written by `reconciler catalog`. Names may be added and changed; they stay.\n"


@verb(
    "catalog",
    outputs=("text", "json"),
    epilog="""\b
Examples:
  reconciler catalog
  reconciler catalog --dry-run
  reconciler -e production catalog""",
)
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
def catalog(invocation: Invocation, dry_run: bool) -> int:
    """Read voices, languages, models, numbers and tools, and give each a name in the environment's catalogue file.

    A document then says ${ref:voices.nora} for an id. What the file has already stays: names are only added, and an id
    that has a name gets no other. The file is `catalog` of the environment, or catalog/ENVIRONMENT.yaml.
    """
    project = open_project(invocation, with_documents=False)
    path = _file(project)
    lookups = _lookups(project)
    rows, told = _rows(project, lookups)
    tables = {name: each.table for each in lookups for name in each.fields}
    found = [named(each, rows, _known(project, each), tables) for each in lookups if each.table in rows]
    told = (*told, *(_gone(each, path) for each in found if each.gone))
    new = {each.table: each.names for each in found if each.new}
    if new and not dry_run:
        _write(project, path, new)
    if invocation.output == "json":
        invocation.result(json_text(_json(project, path, found, dry_run=dry_run)))
    else:
        invocation.result("\n".join(_lines(found, path, dry_run)))
    if told and not invocation.quiet:
        click.echo(render_diagnostics(told, color=invocation.color), err=True)
    return 0


def ids_wrong(project: Project, desired: Sequence[Desired]) -> tuple[Diagnostic, ...]:
    """What the API says of the ids in documents. Raises ApiError, AuthError and ConfigError."""
    lookups = _lookups(project)
    tables = {name: each.table for each in lookups for name in each.fields}
    wanted = [each for each in lookups if any(any(ids_of(one, name)) for name in each.fields for one in desired)]
    labels = {tables[name] for each in wanted for name in each.columns.values() if name in tables}
    rows, told = _rows(project, [each for each in lookups if each in wanted or each.table in labels])
    return (*told, *judge_ids(desired, wanted, rows))


def _file(project: Project) -> str:
    if project.catalog_file is None:
        told = "the catalogue of this environment stands in reconciler.yaml itself, which is not written"
        then = "Move it to a file, and name that file: `catalog: catalog/default.yaml`."
        raise ConfigError(error("catalog-inline", told, then))
    return project.catalog_file


def _lookups(project: Project) -> tuple[Lookup, ...]:
    lookups = find_lookups(project)
    if not lookups:
        told = "the schemas of this brand come without look-up lists"
        then = "Describe them in lookups.json beside the schemas, as the file that ships with reconciler does."
        raise ConfigError(error("no-lookups", told, then))
    return lookups


def _rows(project: Project, lookups: Sequence[Lookup]) -> tuple[Rows, tuple[Diagnostic, ...]]:
    from reconciler.listing import read_rows

    with open_client(project) as client:
        return read_rows(client, lookups)


def _known(project: Project, lookup: Lookup) -> Mapping[str, Json]:
    table = project.catalog.get(lookup.table)
    return table if isinstance(table, Mapping) else {}


def _write(project: Project, path: str, new: Mapping[str, Mapping[str, Json]]) -> None:
    """Write the file whole; one that people edit keeps its comments and its order, and gets names added."""
    place = project.root / path
    whole = {**project.catalog, **new}
    try:
        if path.endswith(".json"):
            content = pretty(whole).encode()
        elif not place.exists() or place.read_bytes() == _whole(project.catalog):
            content = _whole(whole)
        else:
            content = place.read_bytes()
            for table, names in new.items():
                content = edited(content, (table,), names, file=path)
        replace_file(Path(place.resolve()), content)
    except OSError as problem:
        why = (problem.strerror or type(problem).__name__).lower()
        raise ConfigError(error("catalog-unwritten", f"cannot be written: {why}", file=path)) from None
    except EditRefused as refused:
        then = "Nothing was changed. Write its tables as plain mappings, one name a line."
        raise ConfigError(error("catalog-unwritten", str(refused), then, file=path)) from None


def _whole(tables: Mapping[str, Json]) -> bytes:
    """The file as this verb writes it where nobody else has."""
    lines = []
    for table, names in sorted(tables.items()):
        stated = dict(sorted(names.items())) if isinstance(names, Mapping) else names
        lines += ["", *field_lines(table, stated)]
    return (HEAD + "\n".join(lines) + "\n").encode()


def _gone(each: Named, path: str) -> Diagnostic:
    names = ", ".join(each.gone)
    told = f"{each.table}: the account has no longer what {names} stood for"
    return note("catalog-gone", told, "Names are never removed: do it by hand where nothing refers to them.", file=path)


def _lines(found: Sequence[Named], path: str, dry_run: bool) -> Iterator[str]:
    for each in found:
        yield terminal_safe(f"  {each.table}: {counted(len(each.names), 'name')}, {len(each.new)} new")
        for name, others in each.ambiguous.items():
            yield terminal_safe(f"      {name} is ambiguous: {', '.join(others)}")
    count = sum(len(each.new) for each in found)
    wrote = "would be written to" if dry_run else "written to"
    yield terminal_safe(f"{counted(count, 'new name')} {wrote} {path}." if count else f"{path} has every name already.")


def _json(project: Project, path: str, found: Sequence[Named], *, dry_run: bool) -> dict[str, Json]:
    return {
        "format_version": "1.0",
        "environment": project.environment,
        "file": path,
        "dry_run": dry_run,
        "tables": {
            each.table: {
                "names": dict(each.names),
                "new": sorted(each.new),
                "ambiguous": {name: list(others) for name, others in each.ambiguous.items()},
                "gone": list(each.gone),
            }
            for each in found
        },
    }
