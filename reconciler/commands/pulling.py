"""What `pull` and `import` share: the project and its account gathered, and documents written with their entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from reconciler.commands.gather import refuse_shared_ids
from reconciler.commands.whose_key import recognised_account
from reconciler.config import Project, make_key, open_client
from reconciler.config.lookups import find_lookups
from reconciler.documents import Drafting, Loaded, drafting_of, load_documents
from reconciler.documents.files import Files
from reconciler.durable import create_file
from reconciler.entries import stamp
from reconciler.errors import ConfigError, Diagnostic, DocumentError, error, warning
from reconciler.frozen import dataclass
from reconciler.lookups.naming import references
from reconciler.model import Desired, Entry, Live
from reconciler.pull.draft import Draft, Style, draft, holds_secret
from reconciler.pull.naming import candidates
from reconciler.pull.pulling import Pulled, Puller, new_entry
from reconciler.refresh import read_live
from reconciler.state.store import StateStore

WRITERS = 8
"""A disk makes many files durable in the time of one."""


class Reopen(Protocol):
    """Opens the project again, with what was made for it since."""

    def __call__(self) -> Project: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The three sides before a pull: entries, everything live in clear (so no repr of it), and documents."""

    project: Project
    entries: Mapping[str, Entry] = field(repr=False)
    live: Mapping[int, Live] = field(repr=False)
    loaded: Loaded
    puller: Puller
    owner: str | None = field(default=None, repr=False)
    """Whose key it is, to be remembered once something is recorded."""


def account(
    project: Project,
    store: StateStore,
    reopen: Reopen | None,
    *,
    valid: bool = True,
    allow_other: bool = False,
) -> Account:
    """Read state, live and documents. Raises StateError, ApiError and, where they must be valid, DocumentError; and
    ReconcilerError (`other-account`) for another account's key, unless `allow_other` says that it is meant.

    `reopen` is given where a key of the fingerprints may be made, once a secret is seen that needs one.
    """
    entries = store.read()
    refuse_shared_ids(entries)
    with open_client(project) as client:
        live = read_live(client, project.schemas)
        owner = recognised_account(project, store, client, shown=live, allow_other=allow_other)
    held = {each.id for each in entries.values()}
    free = [each for id, each in live.items() if id not in held]
    style = style_of(project)
    secrets = _secrets(free, style, project)
    if secrets and reopen is not None and project.fingerprint("x", "y") is None and make_key(project.root):
        project = reopen()
    # a pull that was killed left documents whose secrets only live has
    loaded = load(project, project.files(), secrets)
    if valid and loaded.errors:
        raise DocumentError.of(loaded.diagnostics)
    puller = Puller(
        files=project.files(),
        load=partial(load, project),
        loaded=loaded,
        entries=entries,
        style=style,
        schemas=project.schemas,
    )
    return Account(project=project, entries=entries, live=live, loaded=loaded, puller=puller, owner=owner)


def load(
    project: Project, files: Files, variables: Mapping[str, str], known: Mapping[str, Desired] | None = None
) -> Loaded:
    """Every document of `files`, with more variables than the environment has.

    Those of `known` are taken as they are; where there is an error to tell, all are read, since it may hang on them.
    """

    def drafting() -> Drafting:
        return drafting_of(
            files=files,
            folder=project.assistants,
            schemas=project.schemas,
            environment=project.environment,
            environ={**project.environ, **variables},
            catalog=project.catalog,
            fingerprint=project.fingerprint,
            variables=project.variables,
        )

    loaded = load_documents(drafting(), known=known)
    return load_documents(drafting()) if known and loaded.errors else loaded


def style_of(project: Project) -> Style:
    """How documents of this project are written."""
    # a set from before there was one for editors has the schema of documents alone
    paths = [f"{project.schema_folder}/{role}.schema.json" for role in ("editor", "assistant")]
    return Style(
        folder=project.assistants,
        schema_path=next((each for each in paths if (project.root / each).is_file()), None),
        names=references(find_lookups(project), project.catalog),
    )


def write_files(project: Project, made: Draft) -> None:
    """Write the files of a draft that are not there yet, the document last. Replaces nothing."""
    for path, content in made.files.items():
        try:
            create_file(project.root / path, content)
        except FileExistsError:
            if _holds(project.root / path, content):
                continue  # what a pull that died has left
            then = "Nothing was replaced. Move what stands there, and run it again."
            raise ConfigError(error("pull-unwritten", "something else stands here", then, file=path)) from None
        except OSError as problem:
            why = (problem.strerror or type(problem).__name__).lower()
            then = "Nothing that was there was changed. Run it again once that is mended."
            raise ConfigError(error("pull-unwritten", f"cannot be written: {why}", then, file=path)) from None


def write_all(project: Project, store: StateStore, pulled: Iterable[Pulled]) -> None:
    """Files before entries: what stands without an entry is completed by the next pull."""
    chosen = list(pulled)
    with ThreadPoolExecutor(max_workers=WRITERS) as pool:
        list(pool.map(lambda each: write_files(project, each.draft), chosen))
    for each in chosen:
        store.write(new_entry(each, now=now()))


def secrets_to_set(pulled: Iterable[Pulled], environ: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """For each secret of the new documents whose variable is not set, or holds another value: what to do."""
    return tuple(
        _secret(name, each.draft, is_set=name in environ)
        for each in pulled
        for name, value in sorted(each.draft.secrets.items())
        if environ.get(name) != value
    )


def now() -> str:
    """The time of day, for entries."""
    return stamp(datetime.now(UTC))


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def _secrets(free: Iterable[Live], style: Style, project: Project) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in free:
        if not holds_secret(each.content, project.schemas):
            continue
        for key in candidates(each.name, each.id):
            found.update(draft(key, each, {}, style, project.schemas).secrets)
    return found


def _secret(name: str, made: Draft, *, is_set: bool) -> Diagnostic:
    holds = "holds another value than the server" if is_set else "is not set"
    return warning(
        "secret-to-set",
        f"{made.key} takes a secret from the environment variable {name}, which {holds}",
        "Set it to the value that the portal shows, here and in CI, before the next plan; no file holds it.",
        key=made.key,
        file=made.path,
    )
