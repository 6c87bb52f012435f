"""`init`: an empty folder becomes a repository of assistants. Asks nothing, and replaces nothing."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import click

from reconciler.canonical import Json
from reconciler.commands.init_files import REQUIREMENTS, project_files, where_from
from reconciler.commands.invocation import Invocation, verb
from reconciler.commands.pull import pull_now
from reconciler.config import make_key
from reconciler.durable import create_file
from reconciler.errors import ConfigError, error
from reconciler.frozen import dataclass
from reconciler.render.escape import json_text, terminal_safe
from reconciler.render.paint import counted

_NEXT = {
    "github": "On GitHub: `gh secret set RECONCILER_API_KEY`; applying begins with"
    " `gh variable set RECONCILER_APPLY --body fresh`.",
    "gitlab": "On GitLab: set the variables RECONCILER_API_KEY and GITLAB_TOKEN; applying begins with RECONCILER_APPLY,"
    " set to fresh.",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """What came of it: paths, each in the order of their names."""

    written: tuple[str, ...]
    kept: tuple[str, ...]
    git: bool


@verb(
    "init",
    outputs=("text", "json"),
    epilog="""\b
Examples:
  mkdir voices && cd voices && reconciler init
  reconciler init --api sandbox: --ci none
  RECONCILER_API_KEY=... reconciler init --from-live --ci gitlab""",
)
@click.option(
    "--ci", type=click.Choice(["github", "gitlab", "none"]), default="github", show_default=True, help="The pipelines."
)
@click.option("--api", metavar="URL", help="The API of the account, or `sandbox:` to practise.")
@click.option("--install", "requirement", metavar="REQUIREMENT", help="What pipelines install, as pip reads it.")
@click.option("--from-live", is_flag=True, help="Write a document for every assistant of the account; needs its key.")
@click.option("--no-git", is_flag=True, help="Do not make a Git repository where there is none.")
def init(
    invocation: Invocation, ci: str, api: str | None, requirement: str | None, from_live: bool, no_git: bool
) -> int:
    """Make this folder (or the one of -C) a repository of assistants: schemas, pipelines, settings and an example.

    A file that is there stays as it is, so it can be run again. With --from-live the assistants of the account take the
    place of the example.
    """
    root = invocation.directory
    requirement = requirement or where_from()
    files = project_files(ci=ci, api=api, example=not from_live, requirement=requirement)
    made = _write(root, files, git=not no_git)
    make_key(root)  # before anything with a secret is taken over; the one that is there stays
    if from_live:
        (root / "assistants").mkdir(exist_ok=True)
    pulled = pull_now(invocation) if from_live else None
    if invocation.output == "json":
        told: dict[str, Json] = {"format_version": "1.0", "written": [*made.written], "kept": [*made.kept]}
        told |= {"git": made.git, "pulled": None if pulled is None else pulled.as_json(dry_run=False)}
        invocation.result(json_text(told))
        return 0
    if pulled is not None:
        pulled.show(invocation, dry_run=False)
    invocation.result("\n".join(terminal_safe(each) for each in _told(made, ci, requirement)))
    return 0


def _write(root: Path, files: Mapping[str, bytes], *, git: bool) -> Made:
    """Write what is not there. Raises ConfigError; what was written by then stays, and a second run completes it."""
    written: list[str] = []
    # assistants of one's own stand there: the example would be one too many
    has_documents = any((root / "assistants").glob("**/*.y*ml"))
    kept = [path for path in files if has_documents and path.startswith("assistants/")]
    for path, content in files.items():
        if path in kept:
            continue
        try:
            create_file(root / path, content)
            written.append(path)
        except OSError as problem:
            if os.path.lexists(root / path):
                kept.append(path)
                continue
            why = (problem.strerror or type(problem).__name__).lower()
            raise ConfigError(error("cannot-write", f"it cannot be written: {why}", file=path)) from None
    return Made(written=tuple(written), kept=tuple(sorted(kept)), git=git and _made_git(root))


def _made_git(root: Path) -> bool:
    """Make a repository where the folder is in none. A machine without git has none, and init works without."""
    inside = ["git", "-C", str(root), "rev-parse", "--is-inside-work-tree"]
    make = ["git", "-C", str(root), "init", "--quiet", "--initial-branch", "main"]
    with suppress(OSError):
        if subprocess.run(inside, check=False, capture_output=True).returncode:  # noqa: S603 - own words, no shell
            return not subprocess.run(make, check=False, capture_output=True).returncode  # noqa: S603
    return False


def _told(made: Made, ci: str, requirement: str | None) -> Sequence[str]:
    lines = [f"wrote {path}" for path in made.written]
    lines += [f"kept  {path}, which was there" for path in made.kept]
    lines += ["made a Git repository"] if made.git else []
    if REQUIREMENTS in made.written and requirement is None:
        lines += ["", f"Say in {REQUIREMENTS} where the pipelines get reconciler from; `--install` writes it there."]
    lines += ["", "Next: `reconciler validate`, `reconciler plan`."]
    lines += [_NEXT[ci]] if ci in _NEXT else []
    return [*lines, f"{counted(len(made.written), 'file')} written, {len(made.kept)} kept."]
