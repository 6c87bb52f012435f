"""`why`: where the value of one field comes from, and what the state and the API know of it. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import click

from reconciler.canonical import Json
from reconciler.commands.account import read_account
from reconciler.commands.gather import documents_of, no_such_key, refuse_shared_ids
from reconciler.commands.invocation import Invocation, verb
from reconciler.config import Project, open_project, open_store
from reconciler.documents import Loaded, Parsed, parse_yaml
from reconciler.documents.files import Sources
from reconciler.documents.places import at_path, dotted
from reconciler.documents.tracing import Reference, Stated, path_in, reference_of, trace
from reconciler.errors import PROJECT_FILE, Diagnostic, DocumentError, UsageError, error
from reconciler.frozen import dataclass
from reconciler.model import RESERVED, Content, Desired, Entry, Live, Path, Position
from reconciler.planning import known_keys
from reconciler.render.escape import json_text
from reconciler.render.masking import masked_value
from reconciler.render.why import Explanation, Known, Status, render_why, why_to_json
from reconciler.schemas import SchemaSet
from reconciler.secrecy import same
from reconciler.state.store import StateStore
from reconciler.validation import suggestion


@verb(
    "why",
    outputs=("text", "json"),
    epilog="""\b
Examples:
  reconciler why acme/sales-en max_duration
  reconciler why acme/sales-en tools.0.description --refresh
  reconciler -e production why acme/sales-en phone_number_id -o json""",
)
@click.argument("key", metavar="KEY")
@click.argument("field", metavar="FIELD")
@click.option("--refresh", is_flag=True, help="Read live too: needs the API's key.")
def why(invocation: Invocation, key: str, field: str, refresh: bool) -> int:
    """Show where the value of FIELD comes from, line by line, and what it was when it was last applied.

    FIELD may lead into a value: `tools.0.description`. A long text is shown whole with -v.
    """
    project = open_project(invocation)
    loaded = documents_of(project)
    store = open_store(project)
    entries = store.read()
    refuse_shared_ids(entries)
    desired = next((each for each in loaded.desired if each.key == key), None)
    if desired is None:
        _refuse_broken(key, loaded, project)
        _refuse_unknown(key, known_keys(loaded.desired, entries))
    sides = Sides(
        project=project,
        desired=desired,
        entry=entries.get(key),
        live=_live(project, loaded, store, entries, desired, key) if refresh else None,
        read=refresh,
    )
    found = explain(sides, key, _path(sides, field))
    if invocation.output == "json":
        invocation.result(json_text(why_to_json(found)))
    else:
        look: dict[str, Any] = {"color": invocation.color, "width": invocation.width, "verbose": invocation.verbose}
        invocation.result(render_why(found, **look))
    return 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Sides:
    """What everybody knows of one assistant; None where somebody does not know it. `read`: live was asked."""

    project: Project
    desired: Desired | None
    entry: Entry | None
    live: Live | None
    read: bool

    def contents(self) -> list[Content]:
        """The contents that are known, the nearest to the files first."""
        desired = [] if self.desired is None else [self.desired.content]
        applied = [] if self.entry is None else [self.entry.last_applied]
        return [*desired, *applied, *([] if self.live is None else [self.live.content])]


def explain(sides: Sides, key: str, path: Path) -> Explanation:
    """All that is known of the value at `path`, masked."""
    desired, name = sides.desired, str(path[0])
    schemas = sides.project.schemas
    status = _status(sides, path)
    sources = Sources(files=sides.project.files())
    stated: tuple[Stated, ...] = ()
    if desired is not None and status != "released":
        stated = trace(sources, desired.file, path, environment=sides.project.environment)
    reference = reference_of(stated[0]) if stated else None
    value = at_path(desired.content, path)[1] if desired is not None and status == "set" else None
    policy = schemas.fields[name]
    with_default = policy.has_default and len(path) == 1
    return Explanation(
        environment=sides.project.environment,
        key=key,
        field=dotted(path),
        status=status,
        value=masked_value(value, path, schemas),
        stated=tuple(_masked(each, path, schemas) for each in stated),
        reference=reference,
        reference_place=None if reference is None else _leads_to(reference, sides.project, sources),
        released_at=desired.place((RESERVED, "unmanaged")) if desired is not None and status == "released" else None,
        default=Known(there=True, value=policy.default) if with_default else None,
        default_place=_default_place(name, sides.project, sources) if with_default else None,
        last_applied=_last_applied(sides, path, value, status),
        live=_known(sides.live.content if sides.live else {}, path, value, status, schemas) if sides.read else None,
        seed=desired is not None and name in desired.seed,
        clears_with=policy.clear if policy.has_clear else None,
    )


def _refuse_unknown(key: str, known: Iterable[str]) -> None:
    keys = sorted(set(known))
    if key not in keys:
        raise UsageError(no_such_key(key, keys))


def _refuse_broken(key: str, loaded: Loaded, project: Project) -> None:
    """Raise DocumentError where the key has a document that says nothing, for what is wrong with it."""
    files = {f"{project.assistants}/{key}{ending}" for ending in (".yaml", ".yml")}
    broken = [each for each in loaded.diagnostics if each.key == key or each.file in files]
    if broken:
        raise DocumentError.of(broken)


def _live(
    project: Project,
    loaded: Loaded,
    store: StateStore,
    entries: Mapping[str, Entry],
    desired: Desired | None,
    key: str,
) -> Live | None:
    entry = entries.get(key)
    number = entry.id if entry is not None and entry.id is not None else desired.id if desired is not None else None
    shown = read_account(project, loaded, store, entries)
    return None if number is None else shown.get(number)


def _path(sides: Sides, field: str) -> Path:
    """Where `field` leads. Raises UsageError for what is no field, and for a place that no side has."""
    known = sides.project.schemas.fields
    if field in known:
        return (field,)
    found = path_in(sides.contents(), field)
    if found is not None and found[0] in known:
        return found
    name = field.partition(".")[0]
    if name not in known:
        guess = suggestion(name, known)
        told = f"no field is called {name}"
        then = f"Did you mean `{guess}`?" if guess else "Fields are called as in documents."
        raise UsageError(error("no-such-field", told, then))
    raise UsageError(_nothing_there(sides, name, field))


def _nothing_there(sides: Sides, name: str, field: str) -> Diagnostic:
    steps = field.split(".")
    inner: Json = None
    for length in range(len(steps) - 1, 0, -1):
        path = path_in(sides.contents(), ".".join(steps[:length]))
        if path is not None:
            inner = next(value for each in sides.contents() for there, value in [at_path(each, path)] if there)
            break
    names = list(inner) if isinstance(inner, Mapping) else []
    guess = suggestion(steps[-1], names)
    then = f"Did you mean `{'.'.join([*steps[:-1], guess])}`?" if guess else f"`{name}` alone shows the whole value."
    return error("no-such-field", f"nothing stands at {field}", then)


def _status(sides: Sides, path: Path) -> Status:
    desired, name = sides.desired, str(path[0])
    if desired is None:
        return "gone"
    if name in desired.unmanaged:
        return "released"
    if at_path(desired.content, path)[0]:
        return "cleared" if desired.content[name] is None else "set"
    applied = sides.entry is not None and sides.entry.last_applied.get(name) is not None
    return "left" if applied and name not in desired.content else "absent"


def _masked(stated: Stated, path: Path, schemas: SchemaSet) -> Stated:
    """The same without what is secret in it: a reference shows only a name, and stays."""
    shown = stated.written if reference_of(stated) is not None else masked_value(stated.written, path, schemas)
    return replace(stated, written=shown)


def _last_applied(sides: Sides, path: Path, value: Json, status: Status) -> Known | None:
    entry = sides.entry
    if entry is None:
        return None
    known = _known(entry.last_applied, path, value, status, sides.project.schemas)
    return replace(known, when=entry.updated_at)


def _known(content: Content, path: Path, value: Json, status: Status, schemas: SchemaSet) -> Known:
    there, found = at_path(content, path)
    unordered = schemas.fields[str(path[0])].unordered and len(path) == 1
    alike = there and same(found, value, unordered=unordered) if status == "set" else None
    return Known(there=there, value=masked_value(found, path, schemas), same=alike)


def _leads_to(reference: Reference, project: Project, sources: Sources) -> Position | None:
    """The line that a reference leads to, in the catalogue, the project file or a text; None for what has none."""
    own: Path = ("environments", project.environment)
    match reference.scheme:
        case "file":
            return Position(file=reference.file or reference.name, line=1, column=1)
        case "ref":
            file, root = (project.catalog_file, ()) if project.catalog_file else (PROJECT_FILE, (*own, "catalog"))
            return _place_in(_parsed(file, sources), root, reference.name)
        case "env" if reference.name not in project.environ:
            return _place_in(_parsed(PROJECT_FILE, sources), (*own, "variables"), reference.name)
        case _:
            return None


def _default_place(name: str, project: Project, sources: Sources) -> Position | None:
    """The default's line in the project's own schemas; None where those that ship are used."""
    parsed = _parsed(f"{project.schema_folder}/assistant.schema.json", sources)
    return None if parsed is None else parsed.places.get(("properties", name, "default"))


def _place_in(parsed: Parsed | None, root: Path, name: str) -> Position | None:
    if parsed is None or not at_path(parsed.value, root)[0]:
        return None
    path = path_in([at_path(parsed.value, root)[1]], name)
    return None if path is None else parsed.places.get((*root, *path))


def _parsed(file: str, sources: Sources) -> Parsed | None:
    try:
        return parse_yaml(sources.content(file), file=file)  # JSON too: it is a part of YAML
    except DocumentError:
        return None
