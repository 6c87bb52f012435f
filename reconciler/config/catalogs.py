"""Catalogue files that a command line names, over the environment's own: a name in a later one wins.

Edge: reads the files that a person named, wherever they are (a pipeline may have just made one).
"""

from __future__ import annotations

import errno
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.canonical import Json
from reconciler.config.files import YAML_LIMIT
from reconciler.config.given_files import read_given
from reconciler.config.project import Project
from reconciler.config.settings import read_catalog
from reconciler.documents.strict_yaml import parse_yaml
from reconciler.errors import ConfigError, Diagnostic, error


def with_catalogs(project: Project, paths: Sequence[Path]) -> Project:
    """The project with the tables of `paths` over its own, name by name. Raises ConfigError with all errors."""
    tables: dict[str, Json] = dict(project.catalog)
    problems: list[Diagnostic] = []
    for path in paths:
        try:
            for table, names in _read(path).items():
                before = tables.get(table)
                both = isinstance(before, Mapping) and isinstance(names, Mapping)
                tables[table] = {**before, **names} if both else names  # type: ignore[dict-item]
        except ConfigError as wrong:
            problems.extend(wrong.diagnostics)
    if problems:
        raise ConfigError.of(problems)
    return replace(project, catalog=tables) if paths else project


def _read(path: Path) -> Mapping[str, Json]:
    try:
        content, _ = read_given(path, most=YAML_LIMIT)
        if len(content) > YAML_LIMIT:
            raise OSError(errno.EFBIG, "it is larger than 1 MiB")
    except OSError as problem:
        why = problem.strerror or type(problem).__name__
        why = why[:1].lower() + why[1:]
        told = f"the catalogue cannot be read: {why}"
        raise ConfigError(error("catalog-unreadable", told, "Check `--catalog`.", file=str(path))) from None
    return read_catalog(parse_yaml(content, file=str(path)))
