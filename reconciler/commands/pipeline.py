"""What a pipeline gives to a step and takes from it: GitHub's event file, outputs and summary. Edge: files alone.

Where the variables are not set, nothing is read and nothing is written: the same command runs on a desk.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.canonical import Json
from reconciler.errors import ConfigError, error
from reconciler.forge.client import ForgeClient
from reconciler.forge.github import GitHub
from reconciler.forge.gitlab import GitLab
from reconciler.forge.place import Place, place_of
from reconciler.forge.posts import Forge


def place_here(environ: Mapping[str, str], *, pull: int | None = None) -> Place:
    """Which forge, project and pull request this run is about. Raises ConfigError."""
    return place_of(environ, _event(environ), pull=pull)


def forge_at(place: Place) -> Forge:
    """The forge's API, to be closed. Sends nothing yet."""
    if place.kind == "gitlab":
        return GitLab(ForgeClient("GitLab", place.api, place.token), place.project)
    return GitHub(ForgeClient("GitHub", place.api, place.token), place.project)


def project_below(directory: Path) -> str:
    """The project's folder in its repository, or `.`: what tells two projects of one repository apart."""
    folder = Path(os.path.realpath(directory))
    for above in (folder, *folder.parents):
        if (above / ".git").exists():
            return folder.relative_to(above).as_posix()
    return "."


def write_outputs(environ: Mapping[str, str], outputs: Mapping[str, str]) -> None:
    """Give later steps what was found. Raises ConfigError where the file cannot be written."""
    lines = [f"{name}={' '.join(value.splitlines())}\n" for name, value in outputs.items()]
    _append(environ.get("GITHUB_OUTPUT"), "".join(lines))


def write_summary(environ: Mapping[str, str], markdown: str) -> None:
    """Add a report to the page of the run. Raises ConfigError where the file cannot be written."""
    _append(environ.get("GITHUB_STEP_SUMMARY"), markdown.rstrip("\n") + "\n\n")


def counts_text(counts: Mapping[str, Json]) -> str:
    """Counts as one line of JSON, for `fromJSON` in a workflow."""
    return json.dumps(dict(counts), sort_keys=True)


def _append(file: str | None, text: str) -> None:
    if not file:
        return
    try:
        with Path(file).open("a", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as problem:
        why = (problem.strerror or type(problem).__name__).lower()
        raise ConfigError(error("cannot-write", f"the pipeline's file cannot be written: {why}", file=file)) from None


def _event(environ: Mapping[str, str]) -> Mapping[str, Any]:
    """GitHub's event, or nothing: who needs what it would say tells what is missing."""
    try:
        told = json.loads(Path(environ["GITHUB_EVENT_PATH"]).read_bytes())
    except (KeyError, OSError, ValueError):
        return {}
    return told if isinstance(told, Mapping) else {}
