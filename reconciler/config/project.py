"""Opening a project: its file, the environment asked for, and what decides when several speak.

Precedence: flag, environment variable, project file, default. Edge: reads the disk; the process environment comes
with the question, so that a test or a fleet can ask for another one.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Protocol

from reconciler.canonical import Json
from reconciler.config.addresses import holds_password, why_no_api
from reconciler.config.files import ProjectFiles
from reconciler.config.fingerprints import Fingerprint, fingerprinter
from reconciler.config.schema_files import find_schemas, read_schemas
from reconciler.config.settings import (
    DEFAULT_ENVIRONMENT,
    DEFAULT_SETTLE,
    EnvironmentSettings,
    Settings,
    read_catalog,
    read_settings,
    seconds_in,
    why_no_environment_name,
)
from reconciler.config.settings_schema import LONGEST_SETTLE
from reconciler.documents.strict_yaml import Parsed, parse_yaml
from reconciler.errors import PROJECT_FILE, ConfigError, Diagnostic, DocumentError, error
from reconciler.frozen import dataclass
from reconciler.planning.safety import Limits
from reconciler.schemas import SchemaSet
from reconciler.validation import suggestion


class Asked(Protocol):
    """What of a command line decides the project; an Invocation is one. `environment` is None where none is named."""

    @property
    def directory(self) -> Path: ...
    @property
    def environment(self) -> str | None: ...
    @property
    def environ(self) -> Mapping[str, str]: ...
    @property
    def insecure_http(self) -> bool: ...
    @property
    def quiet(self) -> bool: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Project:
    """One project as one environment sees it.

    `root` is absolute and has no symbolic link in it; `assistants` is relative to it. `api_url` is `sandbox:`, or an
    address without a slash at its end, or None where neither a person nor the schemas name one. `state` is a folder
    (relative to `root`, or absolute) or the address of another home. `timeouts` are seconds by phase, where stated;
    `settle` is how many seconds the server may take to carry out a create that it did not answer. `others` are the
    other environments that the project file names. The secrets in it do not show in its repr.
    """

    root: Path
    assistants: str
    environment: str
    api_url: str | None
    api_key: str | None = field(repr=False)
    state: str = field(repr=False)
    catalog: Mapping[str, Json]
    variables: Mapping[str, str]
    catalog_file: str | None
    """Where the catalogue stands, or would stand, in the project; None where it stands in the project file itself."""
    schema_folder: str
    """Where the project's own schemas stand, or would stand."""
    limits: Limits
    settle: float
    timeouts: Mapping[str, float]
    schemas: SchemaSet = field(repr=False)
    fingerprint: Fingerprint = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)
    insecure_http: bool = False
    """Whether the person said that the key may go to an address without TLS."""
    quiet: bool = False
    """Whether the person wants to hear of results and errors alone, and so of no pause."""
    others: tuple[str, ...] = ()

    def files(self) -> ProjectFiles:
        """The project's files, for `load_documents`."""
        return ProjectFiles(self.root, self.assistants)


def open_project(asked: Asked, *, with_documents: bool = True) -> Project:
    """The project in `asked.directory`, as its environment sees it.

    `with_documents=False` is for what looks at the state alone, and can do so when the folder of documents is gone.
    Raises ConfigError with everything that is wrong with the layout, the project file and the variables, and
    SchemaError where the schema set cannot be read. Sends nothing and needs no key.
    """
    root = _root(asked.directory)
    files = ProjectFiles(root, "")
    settings = _settings(files)
    problems: list[Diagnostic] = []
    environment = _environment(asked.environment, settings, problems)
    chosen = settings.environments.get(environment, EnvironmentSettings())
    if with_documents:
        _check_assistants_folder(root, settings, problems)
    catalog_file = _catalog_file(root, chosen.catalog, environment)
    catalog = _catalog(files, chosen.catalog if catalog_file is None else catalog_file, problems)
    variables = _variables(asked.environ, problems)
    if problems:
        raise ConfigError.of(problems)
    schemas = read_schemas(root / settings.schemas, where=settings.schemas) if settings.schemas else find_schemas(root)
    return Project(
        root=root,
        assistants=settings.assistants,
        environment=environment,
        api_url=(variables.api_url or chosen.api or schemas.api_url or "").rstrip("/") or None,
        api_key=variables.api_key,
        state=variables.state or chosen.state or f"state/{environment}",
        catalog=catalog,
        variables=chosen.variables,
        catalog_file=catalog_file or (None if chosen.catalog else default_catalog(environment)),
        schema_folder=settings.schemas or "schemas",
        limits=chosen.limits,
        settle=next(each for each in (variables.settle, chosen.settle, DEFAULT_SETTLE) if each is not None),
        timeouts=chosen.timeouts,
        schemas=schemas,
        fingerprint=fingerprinter(root, asked.environ),
        environ=asked.environ,
        insecure_http=asked.insecure_http,
        quiet=asked.quiet,
        others=tuple(each for each in sorted(settings.environments) if each != environment),
    )


def read_environments(directory: Path) -> tuple[Path, Settings]:
    """The project's folder, absolute, and what its file says of all environments. Raises ConfigError, as above."""
    root = _root(directory)
    return root, _settings(ProjectFiles(root, ""))


def _root(directory: Path) -> Path:
    if directory.is_dir():
        return Path(os.path.realpath(directory))
    told = "is no folder" if directory.exists() else "does not exist"
    raise ConfigError(error("no-project", f"{directory} {told}", "Name the project's folder with `-C DIR`."))


def _settings(files: ProjectFiles) -> Settings:
    """What the project file says. A project without the file, or with nothing in it, has the defaults."""
    if not os.path.lexists(files.root / PROJECT_FILE):
        _check_misnamed(files.root)
        return Settings()
    parsed = _parsed(files, PROJECT_FILE)
    if [each.code for each in parsed.diagnostics] == ["yaml-empty"]:
        return Settings()
    return read_settings(parsed)


def _parsed(files: ProjectFiles, path: str) -> Parsed:
    try:
        return parse_yaml(files.read(path), file=path)
    except DocumentError as unreadable:
        raise ConfigError(*unreadable.diagnostics) from None


def _check_misnamed(root: Path) -> None:
    for name in ("reconciler.yml", "reconciler.json", ".reconciler.yaml"):
        if (root / name).exists():
            told = "the project file is not read under this name"
            raise ConfigError(error("project-file-name", told, f"Rename it to {PROJECT_FILE}.", file=name))


def _environment(stated: str | None, settings: Settings, problems: list[Diagnostic]) -> str:
    name = stated or DEFAULT_ENVIRONMENT
    known = settings.environments
    if why := why_no_environment_name(name):
        problems.append(error("environment-name", f"the name of an environment {why}"))
    elif known and name not in known and name != DEFAULT_ENVIRONMENT:
        listed = ", ".join(f"`{each}`" for each in sorted({*known, DEFAULT_ENVIRONMENT}))
        guess = suggestion(name, known)
        advice = (f"Did you mean `{guess}`? " if guess else "") + f"Known: {listed}."
        told = f"there is no environment `{name}`"
        problems.append(error("unknown-environment", told, advice, file=PROJECT_FILE))
    return name


def _check_assistants_folder(root: Path, settings: Settings, problems: list[Diagnostic]) -> None:
    if (root / settings.assistants).is_dir():
        return
    advice = (
        "Run this where the folder stands, name the project with `-C DIR`, or make one with `reconciler init`. "
        "If all of them are gone on purpose, keep the folder (Git keeps none without a file, such as .gitkeep)."
    )
    above = next((each for each in root.parents if (each / settings.assistants).is_dir()), None)
    if above is not None:
        advice = f"A folder above has one: try `-C {os.path.relpath(above, root)}`."
    told = f"there is no folder `{settings.assistants}` in {root}"
    problems.append(error("no-assistants-folder", told, advice))


def default_catalog(environment: str) -> str:
    """Where the catalogue of an environment stands that names none."""
    return f"catalog/{environment}.yaml"


def _catalog_file(root: Path, stated: str | Mapping[str, Json] | None, environment: str) -> str | None:
    """The file that is read: the one that is named, else the default one where it stands."""
    if isinstance(stated, str):
        return stated
    default = default_catalog(environment)
    return default if stated is None and os.path.lexists(root / default) else None


def _catalog(
    files: ProjectFiles, stated: str | Mapping[str, Json] | None, problems: list[Diagnostic]
) -> Mapping[str, Json]:
    if stated is None or not isinstance(stated, str):
        return stated or {}
    try:
        return read_catalog(_parsed(files, stated))  # JSON too: it is a part of YAML
    except ConfigError as wrong:
        problems.extend(wrong.diagnostics)
        return {}


_VARIABLES = ("API_URL", "API_KEY", "STATE", "SETTLE")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Variables:
    """What the environment variables decide; None where one says nothing."""

    api_url: str | None
    api_key: str | None = field(repr=False)
    state: str | None = field(repr=False)
    settle: float | None


def _variables(environ: Mapping[str, str], problems: list[Diagnostic]) -> _Variables:
    """The environment variables that decide something. One that is set and empty says nothing."""
    found = {name: environ.get(f"RECONCILER_{name}", "").strip() or None for name in _VARIABLES}
    api_url, api_key = found["API_URL"], found["API_KEY"]
    if api_url and holds_password(api_url):
        problems.append(error("api-url", "RECONCILER_API_URL holds a user name or a password", "Remove it."))
    elif api_url and (why := why_no_api(api_url)):
        problems.append(error("api-url", f"RECONCILER_API_URL {why}"))
    if api_key and not re.fullmatch(r"[\x21-\x7e]+", api_key):
        told = "RECONCILER_API_KEY holds a character that no key has: a space, a line end, or one outside ASCII"
        problems.append(error("api-key", told, "Copy the key again, without what stood around it."))
    settle = None if found["SETTLE"] is None else seconds_in(found["SETTLE"])
    if found["SETTLE"] is not None and settle is None:
        told = f"RECONCILER_SETTLE must be a number of seconds from 0 to {LONGEST_SETTLE}"
        problems.append(error("settle", told, "Leave it out for the default."))
    return _Variables(api_url=api_url, api_key=api_key, state=found["STATE"], settle=settle)
