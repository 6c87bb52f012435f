"""`validate`: every document, every error, no network, no key, no state."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.commands.gather import documents_of, line_reader
from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.planning_options import catalog_option
from reconciler.config import Project, open_project, with_catalogs
from reconciler.documents import Loaded
from reconciler.errors import Diagnostic, UsageError, error
from reconciler.render.forms import VALIDATION_FORMS, validation_in
from reconciler.render.frame import Frame


@verb(
    "validate",
    outputs=VALIDATION_FORMS,
    epilog="""\b
Examples:
  reconciler validate
  reconciler validate assistants/acme
  reconciler validate --online
  reconciler -e production validate -o json
  reconciler validate -o github            # remarks at the lines of a pull request
  reconciler validate -o junit > junit.xml""",
)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@catalog_option
@click.option("--online", is_flag=True, help="Ask the API whether ids exist and fit: needs its key.")
def validate(invocation: Invocation, paths: tuple[str, ...], catalogs: tuple[Path, ...], online: bool) -> int:
    """Check every document, without a network or a key.

    PATH limits what is told to some files or folders; all documents are read, since they can contradict each other.
    """
    project = with_catalogs(open_project(invocation), catalogs)
    loaded = documents_of(project, absent_secrets=True)
    wanted = [_normal(path) for path in paths]
    documents = [path for path in project.files().documents() if _within(path, wanted)]
    idle = [path for path, wish in zip(paths, wanted, strict=True) if not any(_within(d, [wish]) for d in documents)]
    if idle:
        raise UsageError(*(_no_document(path) for path in idle))
    found = (*loaded.diagnostics, *(_not_there(project, loaded) if online else ()))
    told = [each for each in found if each.file is None or _within(each.file, wanted)]
    failed = any(each.severity == "error" for each in told)
    frame = Frame(color=invocation.color, below=invocation.below)
    environment, sources = project.environment, line_reader(project)
    invocation.result(
        validation_in(invocation.output, told, frame, environment=environment, documents=documents, sources=sources)
    )
    return int(failed)


def _not_there(project: Project, loaded: Loaded) -> Sequence[Diagnostic]:
    from reconciler.commands.catalog import ids_wrong  # with httpx, for which nobody waits who does not ask the API

    return ids_wrong(project, loaded.desired)


def _normal(path: str) -> str:
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    return "/".join(parts)


def _within(file: str, wanted: list[str]) -> bool:
    return not wanted or any(file == path or file.startswith(f"{path}/") or not path for path in wanted)


def _no_document(path: str) -> Diagnostic:
    return error("no-such-document", f"there is no document at {path}", "Give a path relative to the project.")
