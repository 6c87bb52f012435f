"""Projects on disk for the edge's tests: a property agency's folder with the small invented brand's schemas."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from reconciler.commands.invocation import Invocation
from tests.support.frontdesk import frontdesk

REPOSITORY = Path(__file__).parent.parent.parent
SALES = (
    "title: Viewings\ndirection: make\nengine: classic\nbrain_id: 2\ngreeting: Hello!\ninstructions: Sell.\nzone: UTC\n"
)


def project(folder: Path, **files: str) -> Path:
    """A project with one document and the invented brand's schemas; `files` maps a path to a text."""
    write(folder / "assistants" / "viewings.yaml", SALES)
    found = frontdesk()
    roles = {"assistant": found.assistant, "create": found.create, "update": found.update, "list": found.list_}
    for role, schema in {**roles, "delete": found.delete}.items():
        write(folder / "schemas" / f"{role}.schema.json", json.dumps(schema))
    for name, text in files.items():
        write(folder / name, text)
    return folder


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def asked(folder: Path, environment: str | None = None, **environ: str) -> Invocation:
    """The question that a command line in `folder` puts, with exactly these environment variables."""
    return Invocation(directory=folder, environment=environment, environ=environ)


def reconciler(
    *arguments: str,
    cwd: Path,
    environ: Mapping[str, str] | None = None,
    stdin: str = "",
    module: str = "reconciler",
) -> subprocess.CompletedProcess[str]:
    """Run the real program in a process of its own, with a small environment and no terminal."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        env=environment(environ),
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def environment(more: Mapping[str, str] | None = None, *, measured: bool = True) -> dict[str, str]:
    """What a child process needs to find the program and be measured, and nothing of ours that decides anything."""
    wanted = ("COVERAGE_PROCESS_",) if measured else ()
    measuring = {name: value for name, value in os.environ.items() if name.startswith(wanted)}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "LANG": "C.UTF-8", **measuring, **(more or {})}
