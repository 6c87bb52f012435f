"""`ci record`: commit the state that an apply wrote, and push it, whatever was pushed meanwhile. Edge: runs git.

State that stays on a pipeline's machine is lost with it, and the next run would create everything again. So a push that
comes too late is rebased and repeated: entries are files of their own, and two applies of one environment never run at
once. Nothing is ever forced.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import click

from reconciler.commands.invocation import Invocation, verb
from reconciler.config import open_project
from reconciler.errors import ConfigError, ReconcilerError, StateError, error
from reconciler.frozen import dataclass
from reconciler.render.escape import terminal_safe

_ATTEMPTS = 10
_LOGIN = {"GITHUB_TOKEN": "x-access-token", "GITLAB_TOKEN": "oauth2"}
"""The user name that goes with each token, in the order in which they are looked for."""


@verb(
    "record",
    epilog="""\b
Examples:
  reconciler ci record
  reconciler -e production ci record --into main""",
)
@click.option("--into", metavar="BRANCH", help="The branch to push to. [the pipeline's, else the current one]")
@click.option("--remote", default="origin", show_default=True, metavar="NAME", help="Where to push.")
def record(invocation: Invocation, into: str | None, remote: str) -> int:
    """Commit the environment's state and push it; rebased and pushed again where somebody else was faster.

    Does nothing where the state is not kept in Git. GITHUB_TOKEN or GITLAB_TOKEN log in where the remote asks.
    """
    project = open_project(invocation, with_documents=False)
    folder = project.root / project.state
    if "://" in project.state or not _in_git(project.root, folder, invocation.environ):
        invocation.result("The state is not kept in Git: nothing to record.")
        return 0
    git = _Git(root=project.root, environ=_with_login(invocation.environ))
    branch = into or _branch(git, invocation.environ)
    if not _commit(git, folder, project.environment):
        invocation.result("Nothing to record.")
        return 0
    tries = _push(git, remote, branch)
    late = f", after {tries - 1} that came too late" if tries > 1 else ""
    invocation.result(terminal_safe(f"Recorded the state of {project.environment} on {branch}{late}."))
    return 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Git:
    root: Path
    environ: Mapping[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run git with these words; the caller looks at the exit code. Raises ConfigError where there is no git."""
        command = ["git", "-C", str(self.root), *words]
        try:
            return subprocess.run(  # noqa: S603 - own words, no shell
                command, env=dict(self.environ), check=False, capture_output=True, encoding="utf-8", errors="replace"
            )
        except OSError:
            raise ConfigError(error("no-git", "git is not installed, or cannot be run")) from None

    def told(self, *words: str) -> str:
        """What git says. Raises StateError where it fails."""
        done = self.run(*words)
        if done.returncode:
            raise _failed(f"git {words[0]}", done.stderr)
        return done.stdout.strip()


def _in_git(root: Path, folder: Path, environ: Mapping[str, str]) -> bool:
    git = _Git(root=root, environ=environ)
    if git.run("rev-parse", "--is-inside-work-tree").returncode:
        return False
    inside = folder.is_relative_to(git.told("rev-parse", "--show-toplevel"))
    return inside and git.run("check-ignore", "--quiet", str(folder / "entry.json")).returncode != 0


def _branch(git: _Git, environ: Mapping[str, str]) -> str:
    named = environ.get("GITHUB_REF_NAME") or environ.get("CI_COMMIT_BRANCH")
    return named or git.told("symbolic-ref", "--short", "HEAD")


def _commit(git: _Git, folder: Path, environment: str) -> bool:
    """Commit what changed below the folder, and nothing else that may be staged. False where nothing changed."""
    if not folder.exists() and not git.told("ls-files", "--", str(folder)):
        return False
    git.told("add", "--all", "--", str(folder))
    if not git.run("diff", "--cached", "--quiet", "--", str(folder)).returncode:
        return False
    # no pipeline has to run for it: it says what one did
    git.told("commit", "--quiet", "-m", f"Record what was applied to {environment} [skip ci]", "--", str(folder))
    return True


def _push(git: _Git, remote: str, branch: str) -> int:
    """Push the commit. Returns how many pushes it took. Raises StateError with what to do; the commit stays."""
    for tries in range(1, _ATTEMPTS + 1):
        pushed = git.run("push", "--quiet", remote, f"HEAD:refs/heads/{branch}")
        if not pushed.returncode:
            return tries
        git.told("fetch", "--quiet", remote, branch)
        if not git.run("merge-base", "--is-ancestor", "FETCH_HEAD", "HEAD").returncode:
            raise _failed("git push", pushed.stderr)  # nobody was faster: it is refused
        rebased = git.run("rebase", "--quiet", "--autostash", "FETCH_HEAD")
        if rebased.returncode:
            git.run("rebase", "--abort")
            raise _failed("git rebase", rebased.stderr)
    raise _failed("git push", f"{_ATTEMPTS} times somebody else was faster")


def _with_login(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for git: who commits where nobody is configured, and how to log in. No token in any argument."""
    more = {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_AUTHOR_NAME": "reconciler",
        "GIT_AUTHOR_EMAIL": "reconciler@localhost",
        "GIT_COMMITTER_NAME": "reconciler",
        "GIT_COMMITTER_EMAIL": "reconciler@localhost",
    }
    found = {**more, **environ}
    variable = next((name for name in _LOGIN if environ.get(name)), None)
    if variable is not None:
        number = int(environ.get("GIT_CONFIG_COUNT") or 0)
        helper = f'!f() {{ echo username={_LOGIN[variable]}; echo "password=${variable}"; }}; f'
        found |= {f"GIT_CONFIG_KEY_{number}": "credential.helper", f"GIT_CONFIG_VALUE_{number}": helper}
        found["GIT_CONFIG_COUNT"] = str(number + 1)
    return found


def _failed(command: str, stderr: str) -> ReconcilerError:
    said = re.sub(r"://[^/@\s]+@", "://", stderr).strip().splitlines()
    why = "; ".join(each.removeprefix("remote: ").strip() for each in said[:4]) or "no reason given"
    advice = (
        "Keep this folder: it holds what was applied. Push its commit by hand, or commit the state from the artifact of"
        " the run; until then, apply nothing from elsewhere. docs/ci.md says how to let a pipeline push."
    )
    return StateError(error("state-not-pushed", f"the state was not pushed: {command}: {why}", advice))
