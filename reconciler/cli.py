"""The program: the table of verbs, and the one way out.

A verb's module is imported when the verb runs, so that `--help`, `--version` and completion cost no YAML, schema or
HTTP library. Whatever happens, `main` ends the process with one of the exit codes of design section 9: no traceback,
nothing on stdout but a result.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

import click
from click.shell_completion import CompletionItem, shell_complete

from reconciler.canonical import pretty
from reconciler.commands.failure import bare_traceback, bug, failure_json
from reconciler.commands.invocation import Invocation, made_in, printed_in, verbs
from reconciler.errors import Diagnostic, ReconcilerError, error

COMPLETE_VARIABLE = "_RECONCILER_COMPLETE"
USAGE, INTERRUPTED, BROKEN_PIPE = 64, 130, 141

VERBS: dict[str, tuple[str, str]] = {
    "validate": ("reconciler.commands.validate:validate", "Check every document, without a network."),
    "plan": ("reconciler.commands.plan:plan", "Show exactly what would change."),
    "apply": ("reconciler.commands.apply:apply", "Make live what the documents say."),
    "show": ("reconciler.commands.show:show", "Show a saved plan."),
    "schema": ("reconciler.commands.schema:schema", "Turn the vendor's pages into schemas, and compare them."),
    "state": ("reconciler.commands.state:state", "Look at what was applied, and correct it."),
    "sandbox": ("reconciler.commands.sandbox:sandbox", "Run a vendor of your own to practise on."),
    "demo": ("reconciler.commands.demo:demo", "See all of it work, in a folder that is thrown away."),
    "completion": ("reconciler.commands.completion:completion", "Print the completion script of a shell."),
}
"""Where each verb is (module:attribute), and what the list of verbs says of it."""


class LazyVerbs(click.Group):
    """A group that knows its verbs by name and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, _, attribute = VERBS[cmd_name][0].partition(":")
        found = getattr(importlib.import_module(module), attribute)
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, told) for name, (_, told) in VERBS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        matching = [CompletionItem(name, help=told) for name, (_, told) in VERBS.items() if name.startswith(incomplete)]
        return [*matching, *click.Command.shell_complete(self, ctx, incomplete)]


root = verbs(
    "reconciler",
    told="Keep AI voice assistants as files: plan exactly what would change, apply it without loss.",
    cls=LazyVerbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    subcommand_metavar="VERB [OPTIONS] ...",
    epilog="""\b
Examples:
  reconciler validate
  reconciler plan
  reconciler -C voice -e production apply
  reconciler plan --help""",
)


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program and end the process with its exit code."""
    _speak_utf8()
    try:
        code = run(list(sys.argv[1:] if arguments is None else arguments))
        code = _flush(code)
    except KeyboardInterrupt:  # a second Ctrl-C, while the first was being told
        code = INTERRUPTED
    except BrokenPipeError:
        _abandon_output()
        code = BROKEN_PIPE
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code. Every error has been told when it returns.

    Raises BrokenPipeError where the reader of the output has gone, as `| head` does.
    """
    if instruction := os.environ.get(COMPLETE_VARIABLE):
        return shell_complete(root, {}, "reconciler", COMPLETE_VARIABLE, instruction)
    context: click.Context | None = None
    try:
        context = root.make_context("reconciler", arguments)
        with context:
            returned = root.invoke(context)
            assert isinstance(returned, int)
            return returned
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as wrong:
        return _usage(wrong)
    except (click.Abort, KeyboardInterrupt, EOFError) as ended:
        return _ended(ended)
    except ReconcilerError as failed:
        return _tell(context, failed.diagnostics, failed.exit_code)
    except BrokenPipeError:
        raise
    except Exception as problem:
        return _bug(context, problem)


def _usage(wrong: click.ClickException) -> int:
    """Click's own message and hint, with the exit code that does not collide with `--detailed-exitcode`."""
    wrong.show()
    return USAGE


def _ended(ended: BaseException) -> int:
    """Ctrl-C, or the end of input where an answer was due: click makes one exception of both."""
    origin = ended.__cause__ or ended.__context__ or ended
    if isinstance(origin, EOFError):
        return _tell(None, (error("no-answer", "an answer was due, and the input ended; nothing was done"),), 1)
    with contextlib.suppress(OSError):
        click.echo("Interrupted.", err=True)
    return INTERRUPTED


def _bug(context: click.Context | None, problem: Exception) -> int:
    code = _tell(context, (bug(problem),), 1)
    invocation = made_in(context) if context else None
    if os.environ.get("RECONCILER_DEBUG") or (invocation and invocation.verbose > 1):
        click.echo(bare_traceback(problem), err=True)
    return code


def _tell(context: click.Context | None, diagnostics: tuple[Diagnostic, ...], code: int) -> int:
    """Show diagnostics on stderr, and on stdout as JSON where that was asked for and nothing stands there yet."""
    from reconciler.render.diagnostics_text import render_diagnostics

    invocation = made_in(context) if context else None
    color = invocation is not None and invocation.color
    text = render_diagnostics(diagnostics, color=color, sources=_sources(invocation))
    click.echo(text.rstrip("\n"), err=True, color=color)
    if context and invocation and invocation.output == "json" and not printed_in(context):
        invocation.result(pretty(failure_json(diagnostics, code)))
    return code


def _sources(invocation: Invocation | None) -> Callable[[str], str | None] | None:
    """How the lines that diagnostics point at are read: as documents are, or not at all."""
    if invocation is None:
        return None
    from reconciler.config.files import ProjectFiles

    files = ProjectFiles(invocation.directory, "")

    def source(path: str) -> str | None:
        try:
            return files.read(path).decode("utf-8", "replace")
        except ReconcilerError:
            return None

    return source


def _speak_utf8() -> None:
    """Results are UTF-8 whatever the locale (LANG=C would refuse a ü), and no character ends the run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _flush(code: int) -> int:
    """Write out what is buffered while it can still be told that it failed: a full disk, a closed pipe."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as problem:
        _abandon_output()
        why = os.strerror(problem.errno or errno.EIO).lower()
        return _tell(None, (error("output-failed", f"the result could not be written: {why}"),), code or 1)
    return code


def _abandon_output() -> None:
    """Let the interpreter's own last flush go nowhere; it would fail again, loudly."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
