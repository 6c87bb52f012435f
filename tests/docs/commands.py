"""docs/commands/: a page for every command, from what the command itself says of its arguments and options.

Pure but for importing the commands. Help is written for a terminal; what Markdown would read in it is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from reconciler.cli import root

PROGRAM = "reconciler"
COMMON = ("-C DIR", "-e, --env NAME", "--no-color", "-v, --verbose", "-q, --quiet", "--version")
"""Options that every command takes alike: told once, in the list of commands. `-o` differs, and stays."""
HELP = ("-h, --help", "Show this message and exit.")
MADE = "<!-- made from the code by `make docs`; edit the command's own help instead -->\n"


def pages() -> dict[str, str]:
    """Every page of docs/commands/ by its file name."""
    found = {_file(path): _page(path, command) for path, command in commands()}
    return {"README.md": _list(), **found}


def commands() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its path below the program (`("schema", "diff")`), groups included, in the program's order."""
    for name in root.list_commands(click.Context(root)):
        command = root.get_command(click.Context(root), name)
        assert command is not None
        yield (name,), command
        if isinstance(command, click.Group):
            for inner in command.list_commands(click.Context(command)):
                yield (name, inner), command.commands[inner]


def _file(path: tuple[str, ...]) -> str:
    return "-".join(path) + ".md"


def _context(path: tuple[str, ...], command: click.Command) -> click.Context:
    context = _program()
    for name in path[:-1]:
        context = click.Context(root, info_name=name, parent=context)
    return click.Context(command, info_name=path[-1], parent=context)


def _program() -> click.Context:
    return root.context_class(root, info_name=PROGRAM, **root.context_settings)


def _page(path: tuple[str, ...], command: click.Command) -> str:
    context = _context(path, command)
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    parts = [f"# {context.command_path}\n", MADE, _prose(command.help or ""), f"```text\n{usage}\n```\n"]
    if isinstance(command, click.Group):
        inner = [((*path, name), each) for name, each in sorted(command.commands.items())]
        parts.append(_table("command", [(_link(each), _first_sentence(found)) for each, found in inner]))
    own = [each for each in _options(context) if each[0] not in COMMON]
    parts.append(_table("option", [(f"`{option}`", _escaped(told)) for option, told in own]))
    parts.append("And the [options of every command](README.md#options-of-every-command).\n")
    parts.append(_epilog(command.epilog or ""))
    return "\n".join(each for each in parts if each)


def _list() -> str:
    rows = [(_link(path), _first_sentence(command)) for path, command in commands()]
    common = [*(each for each in _options(_program()) if each[0] in COMMON), HELP]
    return "\n".join(
        [
            "# Commands\n",
            MADE,
            _table("command", rows),
            "## Options of every command\n",
            "They may stand before or after the command; the one nearest to it wins. `-o` is told with each command,",
            "since the forms differ. What an exit code means, and what to do then: [recovery](../recovery.md).\n",
            _table("option", [(f"`{option}`", _escaped(told)) for option, told in common]),
        ]
    )


def _options(context: click.Context) -> list[tuple[str, str]]:
    # without the help option: click keeps the one that it made first, and its names are those of that context
    options = [each for each in context.command.params if isinstance(each, click.Option)]
    records = [each.get_help_record(context) for each in options]
    return [each for each in records if each is not None]


def _link(path: tuple[str, ...]) -> str:
    return f"[{' '.join(path)}]({_file(path)})"


def _first_sentence(command: click.Command) -> str:
    first = (command.help or "").strip().split("\n\n")[0]
    return _escaped(" ".join(first.split()))


def _prose(text: str) -> str:
    paragraphs = [" ".join(each.split()) for each in text.strip().split("\n\n")]
    return "\n\n".join(map(_escaped, paragraphs)) + "\n"


def _table(what: str, rows: list[tuple[str, str]]) -> str:
    if not rows:
        return ""
    cells = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join([f"| {what} | |", "|:--|:--|", *(f"| {each} |" for each in cells)]) + "\n"


def _epilog(text: str) -> str:
    """Examples are a fence; what else stands below a help is text."""
    parts = []
    for part in re.split(r"\n\s*\n", text.replace("\b\n", "").strip("\n")):
        lines = part.splitlines()
        if lines and re.fullmatch(r"Examples?:", lines[0]):
            examples = [line for line in lines[1:] if line.startswith("  ")]
            told = [line for line in lines[1:] if not line.startswith("  ")]
            fence = "\n".join(["```sh", *(line[2:] for line in examples), "```"])
            parts += ["## Examples\n", fence + "\n", *([_prose("\n".join(told))] if told else [])]
        elif lines:
            parts.append(_prose(part))
    return "\n".join(parts)


def _escaped(text: str) -> str:
    """Text of a help as Markdown shows it: options as code, like what stands in backticks there already."""
    pieces = re.split(r"(`[^`]*`|(?<![\w-])--?[a-z][a-z-]*|\$\{[^}]*\})", text)
    return "".join(_piece(each, code=bool(index % 2)) for index, each in enumerate(pieces))


def _piece(text: str, *, code: bool) -> str:
    if code:
        return text if text.startswith("`") else f"`{text}`"
    return re.sub(r"([<*])", r"\\\1", text)
