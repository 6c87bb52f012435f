"""`demo`: the whole story in a folder that is thrown away. The real commands, the real sandbox, nothing staged.

The story is data (`demo.json`): sentences, commands and edits. Each command runs as its own process, as a person
would run it, so what is printed is what people will see.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import click

from reconciler.commands.invocation import Invocation, verb
from reconciler.errors import ReconcilerError, error


@verb("demo", epilog="\b\nExamples:\n  reconciler demo\n  reconciler demo --keep")
@click.option("--keep", is_flag=True, help="Keep the folder, to try things in it.")
def demo(invocation: Invocation, keep: bool) -> int:
    """See all of it work: validate, plan, apply, change, plan, apply, and nothing left to do.

    Runs in a temporary folder against the built-in sandbox; needs no key and no network, and touches nothing else.
    """
    with _folder(keep) as folder:
        story = json.loads((resources.files("reconciler.commands") / "demo.json").read_text("utf-8"))
        _copy(_examples(), folder / "assistants")
        (folder / "reconciler.yaml").write_text(story["project"], "utf-8")
        for step in story["steps"]:
            _tell(invocation, step, folder)
        if keep:
            invocation.result(f"\nThe folder is yours now: {folder}")
    return 0


@contextmanager
def _folder(keep: bool) -> Iterator[Path]:
    if keep:
        yield Path(tempfile.mkdtemp(prefix="reconciler-demo-"))
        return
    with tempfile.TemporaryDirectory(prefix="reconciler-demo-") as folder:
        yield Path(folder)


def _tell(invocation: Invocation, step: Mapping[str, Any], folder: Path) -> None:
    """One step: what is said, then the edit or the command that it is about."""
    invocation.result(click.style(f"\n# {step['say']}", bold=True))
    for edit in step.get("edits", ()):
        _edit(folder / edit["file"], edit["find"], edit["replace"])
        removed = [f"- {line}" for line in edit["find"].splitlines() if line not in edit["replace"].splitlines()]
        added = [f"+ {line}" for line in edit["replace"].splitlines() if line not in edit["find"].splitlines()]
        invocation.result("\n".join((f"  {edit['file']}", *(f"    {line}" for line in removed + added))))
    if "run" in step:
        _run(invocation, step["run"], folder, wanted=step.get("exit", 0))


def _edit(path: Path, find: str, replace: str) -> None:
    text = path.read_text("utf-8")
    if text.count(find) != 1:
        raise _broken(f"{path.name} does not hold `{find}` once")
    path.write_text(text.replace(find, replace), "utf-8")


def _run(invocation: Invocation, arguments: list[str], folder: Path, *, wanted: int) -> None:
    invocation.result(f"$ reconciler {shlex.join(arguments)}")
    sys.stdout.flush()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILER_")}
    environ |= {"FORCE_COLOR": "1"} if invocation.color else {"NO_COLOR": "1"}
    command = [sys.executable, "-P", "-m", "reconciler", *arguments]
    done = subprocess.run(command, cwd=folder, env=environ, check=False, stderr=subprocess.STDOUT)  # noqa: S603 - own words
    if done.returncode != wanted:
        raise _broken(f"`reconciler {shlex.join(arguments)}` ended with {done.returncode}, not {wanted}")


def _examples() -> Traversable:
    """The example assistants that ship: in a wheel beside the package's modules, else the checkout's own."""
    shipped = resources.files("reconciler") / "_assistants"
    return shipped if shipped.is_dir() else Path(__file__).parent.parent.parent / "assistants"


def _copy(source: Traversable, target: Path) -> None:
    target.mkdir(parents=True)
    for each in source.iterdir():
        if each.is_dir():
            _copy(each, target / each.name)
        else:
            (target / each.name).write_bytes(each.read_bytes())


def _broken(why: str) -> ReconcilerError:
    return ReconcilerError(error("demo-broken", f"the demo does not go as told: {why}", "This is a bug in reconciler."))
