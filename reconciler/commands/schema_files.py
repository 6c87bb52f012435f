"""The files behind the `schema` verbs: pages from files, standard input or the web, schema folders in and out."""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from reconciler.apidocs import Generated, Page, Role, generate, read_page
from reconciler.apidocs.reading import METHODS
from reconciler.canonical import Json
from reconciler.commands.schema_fetch import fetch
from reconciler.config.given_files import read_given
from reconciler.config.schema_files import read_json
from reconciler.errors import ConfigError, Diagnostic, PageError, SchemaError, UsageError, error
from reconciler.schemas import SchemaSet

ROLES: tuple[Role, ...] = ("create", "update", "list", "delete")
SUFFIX = ".schema.json"
EDITOR = f"editor{SUFFIX}"
"""The file that follows from the documents' schema alone; sets from before there was one lack it."""
LARGEST_PAGE = 5 * 1024 * 1024
"""Bytes. A reference page has some 30 kB; what is a hundred times larger is no page."""


def page_option(role: Role, *, required: bool) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """The option that names a page of one role."""
    return click.option(
        f"--{role}", f"{role}_page", required=required, metavar="PAGE", help=f"The page of the {role} endpoint."
    )


def read_pages(directory: Path, given: Mapping[Role, str] | Mapping[Role, str | None]) -> dict[Role, Page]:
    """The pages by role. Raises PageError with what is wrong in all of them, UsageError for two standard inputs."""
    if Counter(given.values())["-"] > 1:
        raise UsageError(
            error("usage-stdin-twice", "only one page can come from standard input", "Save one to a file.")
        )
    found: dict[Role, Page] = {}
    wrong: list[Diagnostic] = []
    for role, where in given.items():
        if where is None:
            continue
        try:
            found[role] = read_page(_text_of(directory, where), source=_named(where), role=role)
        except PageError as refused:
            wrong += refused.diagnostics
    if wrong:
        raise PageError(*wrong)
    return found


def pages_by_method(directory: Path, given: Sequence[str]) -> dict[Role, Page]:
    """Pages whose roles their methods say. Raises PageError with what is wrong in all of them, UsageError for twins."""
    methods: dict[str, Role] = {method: role for role, listed in METHODS.items() for method in listed}
    found: dict[Role, Page] = {}
    for where in given:
        text, source = _text_of(directory, where), _named(where)
        role = methods[read_page(text, source=source).method]
        if role in found:
            told = f"{found[role].source} and {source} are both the page that {role}s"
            raise UsageError(error("usage-page-twice", told, "Give one page of each kind."))
        found[role] = read_page(text, source=source, role=role)
    return found


def generate_from(pages: Mapping[Role, Page], route: str = "") -> Generated:
    """The schema set of some pages, which loads: a set that the rest of the program would refuse is never written."""
    made = generate(pages["create"], pages["update"], pages.get("list"), pages.get("delete"), route=route)
    SchemaSet.from_files({name.removesuffix(SUFFIX): file for name, file in made.files.items()})
    return made


def _named(where: str) -> str:
    """How messages call a page."""
    return "standard input" if where == "-" else where.replace("\\", "/")


def _text_of(directory: Path, where: str) -> str:
    content = _content_of(directory, where)
    if len(content) > LARGEST_PAGE:
        raise PageError(
            error(
                "page-too-large",
                "the page is larger than 5 MiB",
                "Give the page itself, not the site.",
                file=_named(where),
            )
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as problem:
        told = f"the page is not UTF-8 (byte {problem.start})"
        raise PageError(error("page-not-utf8", told, "Save the page as UTF-8 text.", file=_named(where))) from None


def _content_of(directory: Path, where: str) -> bytes:
    """The bytes of a file, of standard input or of an address; one more than allowed where there are too many."""
    if where.startswith(("http://", "https://")):
        return fetch(where, limit=LARGEST_PAGE + 1)
    if where == "-":
        return sys.stdin.buffer.read(LARGEST_PAGE + 1)
    try:
        return read_given(directory / where, most=LARGEST_PAGE)[0]
    except OSError as problem:
        why = problem.strerror or "unknown"
        told = f"the page cannot be read: {why[:1].lower()}{why[1:]}"
        raise PageError(error("page-unreadable", told, "Check the path.", file=_named(where))) from None


def found_pages(directory: Path, folder: Path) -> dict[Role, str]:
    """The reference pages beside a schema set, as paths from `directory`: create.*, update.*, list.* and delete.*."""
    found: dict[Role, str] = {}
    for role in ROLES:
        named = sorted(each for each in (folder / "pages").glob(f"{role}.*") if not each.is_dir())
        if named:
            found[role] = os.path.relpath(named[0], directory).replace(os.sep, "/")
    return found


def own_pages(directory: Path, folder: Path) -> dict[Role, Page]:
    """The project's reference pages, read. Raises ConfigError where the create or the update page is not there."""
    given = found_pages(directory, folder)
    if "create" not in given or "update" not in given:
        raise ConfigError(
            error(
                "schema-pages-missing",
                "there is no create and update page to generate from",
                "Put the pages there, or compare two folders with --against DIR.",
                file="schemas/pages",
            )
        )
    return read_pages(directory, given)


def read_set(folder: Path) -> dict[str, Json]:
    """The schema files of a folder, by name. Raises SchemaError where there are none or one is no JSON."""
    found: dict[str, Json] = {}
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        found[path.name] = read_json(path, str(path))
    if not found:
        raise SchemaError(
            error(
                "schema-missing",
                f"{folder} holds no schema set",
                "Write one with `reconciler schema generate --create PAGE --update PAGE --out DIR`.",
            )
        )
    return found


def write_all(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Write files whole, and all of them or none: every one is on the disk before the first takes its place.

    Gives the names of the files that changed; an equal file is not touched. Raises ConfigError where it cannot
    write, and then what stood there stands there again.
    """
    contents = {name: text.encode() for name, text in texts.items()}
    before: dict[str, bytes | None] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".schemas-", dir=folder) as ready:
            changed = [name for name, content in contents.items() if _content(folder / name) != content]
            for name in changed:
                _write(Path(ready) / name, contents[name])
            for name in changed:
                old = _content(folder / name)
                (Path(ready) / name).replace(folder / name)
                before[name] = old
    except OSError as problem:
        _restore(folder, before)
        raise ConfigError(
            error(
                "schema-unwritable",
                f"{folder} cannot be written: {problem.strerror}",
                "Nothing was changed; check the folder's permissions and that its names are files.",
            )
        ) from None
    return changed


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _restore(folder: Path, before: Mapping[str, bytes | None]) -> None:
    for name, content in before.items():
        if content is None:
            (folder / name).unlink(missing_ok=True)
        else:
            _write(folder / name, content)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
