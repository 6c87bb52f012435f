"""Pages of Markdown whose `console` blocks are sessions: what they are made of, and how they are run.

A line that starts with `$ ` is run by bash, `> ` carries it on as a shell's second prompt does, and what follows is its
output, errors included. A `cd` lasts until the end of the page. Durations differ from run to run, and ids do, since
creates run at once: neither is compared.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CARRIED_ON = re.compile(r"> |>(?=\n)")
VARYING = re.compile(r"\d+\.\d s\b|\bid \d+\b|\bassistant \d+\b")
REGENERATE = bool(os.environ.get("RECONCILER_REGENERATE"))
PLACE = ".where"


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """`shown` is how the page spells it, prompts included; `text` is what bash is given."""

    shown: str
    text: str
    output: str


def blocks(kind: str, text: str) -> list[str]:
    """The bodies of all fences of one kind."""
    return [body for name, body in FENCE.findall(text) if name == kind]


def session(block: str) -> list[Command]:
    """The commands of a console block with the outputs that it claims."""
    found = []
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        lines = part.splitlines(keepends=True)
        count = 1 + next((index for index, line in enumerate(lines[1:]) if not CARRIED_ON.match(line)), len(lines) - 1)
        text = lines[0] + "".join(CARRIED_ON.sub("", line, count=1) for line in lines[1:count])
        found.append(Command(shown="$ " + "".join(lines[:count]), text=text, output="".join(lines[count:])))
    return found


def make_folder(made: Path) -> Path:
    """An empty folder `project`, and beside it a `reconciler` for the path that is this one."""
    (made / "project").mkdir()
    (made / "bin").mkdir()
    program = made / "bin" / "reconciler"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -P -m reconciler "$@"\n', "utf-8")
    program.chmod(0o755)
    (made / "gitconfig").write_text("[user]\n  name = Lakeview\n  email = desk@lakeview.example\n", "utf-8")
    return made


def run(command: str, folder: Path) -> str:
    """What a command prints in the folder, both streams in the order in which they came."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("RECONCILER_", "GIT"))}
    environ |= {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "NO_COLOR": "1", "COLUMNS": "80"}
    environ |= {"GIT_CONFIG_GLOBAL": str(folder / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1"}
    place = folder / PLACE
    where = place.read_text("utf-8").rstrip("\n") if place.exists() else str(folder / "project")
    done = subprocess.run(
        ["bash", "-c", f"{command}\npwd > '{place}'"],
        cwd=where,
        env=environ,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout


def check_page(page: Path, folder: Path) -> None:
    """Run every console block of the page in order, and compare; or write the outputs anew where that is asked."""
    text = page.read_text("utf-8")
    for block in blocks("console", text):
        found = "".join(f"{each.shown}{run(each.text, folder)}" for each in session(block))
        if REGENERATE:
            text = text.replace(f"```console\n{block}```", f"```console\n{found}```")
            page.write_text(text, "utf-8")
        else:
            assert VARYING.sub("#", found) == VARYING.sub("#", block), f"{page.name} says otherwise"
