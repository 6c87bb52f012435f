"""What pages show without its output is at least a command line that the program takes."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from reconciler.cli import root
from tests.docs.written import DOCS
from tests.support.sessions import ROOT, blocks

TAKES_A_VALUE = ("-C", "-e", "-o")
ENDS = set("|&;<>()")


def command_lines(text: str) -> Iterator[list[str]]:
    """The arguments of every call of the program in a shell script, within quotes too."""
    for line in text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars="".join(ENDS))
        lexer.whitespace_split = True
        found: list[str] | None = None
        for token in [*lexer, ";"]:
            if found is not None and set(token) <= ENDS:
                yield found
                found = None
            elif found is not None:
                found.append(token)
            elif "reconciler " in token:
                yield from command_lines(token)
            elif token == "reconciler":
                found = []


def parse(arguments: list[str]) -> None:
    """Parse a call as the program does, without running it. Raises click's errors."""
    command: click.Command = root
    while isinstance(command, click.Group):
        name = arguments.pop(0)
        if name.startswith("-"):
            del arguments[: name in TAKES_A_VALUE]
            continue
        found = command.get_command(click.Context(command), name)
        assert found is not None, f"there is no command {name}"
        command = found
    command.make_context(command.name, arguments)


@pytest.mark.parametrize("page", sorted([*DOCS.rglob("*.md"), ROOT / "README.md"]), ids=lambda page: page.stem)
def test_every_command_line_parses(page: Path) -> None:
    """Of the blocks of a page that are not run."""
    for block in blocks("sh", page.read_text("utf-8")):
        for arguments in command_lines(block):
            if not {"-h", "--help", "--version"} & set(arguments):
                parse(arguments)


def test_calls_are_found_wherever_they_stand() -> None:
    """Behind variables, in pipes, in quotes, over several lines; what follows them is not theirs."""
    script = (
        "KEY=$x reconciler -C a plan -q || exit 1  # see\nsh -c 'reconciler apply \\\n -y' && reconciler drift > x.md\n"
    )
    assert list(command_lines(script)) == [["-C", "a", "plan", "-q"], ["apply", "-y"], ["drift"]]
    with pytest.raises(click.NoSuchOption):
        parse(["plan", "--out-file", "x"])
