"""The program: the table of verbs, and the one way out.

A verb's module is imported when the verb runs, so that `--help`, `--version` and completion cost no YAML, schema or
HTTP library. Whatever happens, `main` ends the process with one of the exit codes of docs/recovery.md: no
traceback, nothing on stdout but a result.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import gc
import importlib
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

# first of all: its package imports click, in half the time
from reconciler.commands.invocation import COMPLETE_VARIABLE, EVERY_FORM, Invocation, made_in, printed_in, verbs

# isort: split
import click

from reconciler.errors import Diagnostic, ReconcilerError, error

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

USAGE, INTERRUPTED, BROKEN_PIPE = 64, 130, 141
UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

VERBS: dict[str, tuple[str, str]] = {
    "init": ("reconciler.commands.init:init", "Make a folder a repository of assistants."),
    "validate": ("reconciler.commands.validate:validate", "Check every document, without a network."),
    "plan": ("reconciler.commands.plan:plan", "Show exactly what would change."),
    "apply": ("reconciler.commands.apply:apply", "Make live what the documents say."),
    "drift": ("reconciler.commands.drift:drift", "Show what the portal changed behind Git's back."),
    "import": ("reconciler.commands.adopt:adopt", "Bind an existing assistant to a key."),
    "pull": ("reconciler.commands.pull:pull", "Write documents for what the portal has and nobody manages."),
    "catalog": ("reconciler.commands.catalog:catalog", "Name the ids of voices, numbers and other things."),
    "fleet": ("reconciler.commands.fleet:fleet", "Plan, apply or audit every environment at once."),
    "show": ("reconciler.commands.show:show", "Show a saved plan."),
    "why": ("reconciler.commands.why:why", "Show where a value comes from."),
    "schema": ("reconciler.commands.schema:schema", "Turn the vendor's pages into schemas, and compare them."),
    "ci": ("reconciler.commands.ci:ci", "Tell people, from a pipeline: plans and audits."),
    "state": ("reconciler.commands.state:state", "Look at what was applied, and correct it."),
    "sandbox": ("reconciler.commands.sandbox:sandbox", "Run a vendor of your own to practise on."),
    "demo": ("reconciler.commands.demo:demo", "See all of it work, in a folder that is thrown away."),
    "completion": ("reconciler.commands.completion:completion", "Print the completion script of a shell."),
}
"""Where each verb is (module:attribute), and what the list of verbs says of it."""


_RUNS: list[click.Context] = []
"""The run that was begun last. It is kept until the next one or the end of the process, with what its `meta` has: see
`_end`."""


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

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in VERBS and not args[0].startswith("-"):
            from reconciler.validation import suggestion

            guess = suggestion(args[0], VERBS)
            if guess:
                ctx.fail(f"There is no verb '{args[0]}'. Did you mean '{guess}'?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(name, told) for name, (_, told) in VERBS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        matching = [CompletionItem(name, help=told) for name, (_, told) in VERBS.items() if name.startswith(incomplete)]
        return [*matching, *click.Command.shell_complete(self, ctx, incomplete)]


root = verbs(
    "reconciler",
    told="Keep AI voice assistants as files: plan exactly what would change, apply it without loss.",
    forms=EVERY_FORM,
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
    # what a plan makes it keeps to its end: looking for garbage among it takes a quarter of the time of 10,000
    gc.set_threshold(20_000, 50, 1_000)
    _speak_utf8()
    _end_like_ctrl_c()
    try:
        code = run(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:  # a second Ctrl-C, while the first was being told
        code = INTERRUPTED
    except BrokenPipeError:
        code = BROKEN_PIPE
    _end(code)


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code. Every error has been told when it returns.

    Raises BrokenPipeError where the reader of the output has gone, as `| head` does.
    """
    if instruction := os.environ.get(COMPLETE_VARIABLE):
        from click.shell_completion import shell_complete

        return shell_complete(root, {}, "reconciler", COMPLETE_VARIABLE, instruction)
    context: click.Context | None = None
    try:
        context = root.make_context("reconciler", arguments)
        _RUNS[:] = [context]
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
        if isinstance(problem, OSError) and problem.errno in UNWRITABLE:
            why = os.strerror(problem.errno).lower()
            return _tell(context, (error("output-failed", f"the result could not be written: {why}"),), 1)
        return _bug(context, problem)


def _usage(wrong: click.ClickException) -> int:
    """Click's own message and hint, with the exit code that does not collide with `--detailed-exitcode`."""
    with contextlib.suppress(OSError):
        wrong.show()
    return USAGE


def _ended(ended: BaseException) -> int:
    """Ctrl-C, an answer that was no, or none at all: click makes one exception of the three."""
    origins = (ended, ended.__cause__, ended.__context__)
    if any(isinstance(each, KeyboardInterrupt) for each in origins):
        with contextlib.suppress(OSError):
            click.echo("Interrupted.", err=True)
        return INTERRUPTED
    if any(isinstance(each, EOFError) for each in origins):
        return _tell(None, (error("no-answer", "an answer was due, and the input ended; nothing was done"),), 1)
    with contextlib.suppress(OSError):
        click.echo("Cancelled. Nothing was changed.", err=True)
    return 1


def _bug(context: click.Context | None, problem: Exception) -> int:
    from reconciler.commands.failure import bare_traceback, bug

    code = _tell(context, (bug(problem),), 1)
    invocation = made_in(context) if context else None
    if os.environ.get("RECONCILER_DEBUG") or (invocation and invocation.verbose > 1):
        click.echo(bare_traceback(problem), err=True)
    return code


def _tell(context: click.Context | None, diagnostics: tuple[Diagnostic, ...], code: int) -> int:
    """Show diagnostics on stderr, and on stdout in the form that was asked for where nothing stands there yet."""
    from reconciler.commands.ways_out import in_place
    from reconciler.render.diagnostics_text import render_diagnostics

    invocation = made_in(context) if context else None
    diagnostics = in_place(invocation, diagnostics) if invocation else diagnostics
    color = invocation is not None and invocation.color
    text = render_diagnostics(diagnostics, color=color, sources=_sources(invocation))
    with contextlib.suppress(OSError):  # nobody listens, and the code still says it
        click.echo(text.rstrip("\n"), err=True, color=color)
    if context and invocation and invocation.output != "text" and not printed_in(context):
        from reconciler.commands.failure import failure_result

        result = failure_result(invocation, diagnostics, code)
        with contextlib.suppress(OSError):
            click.echo(result or "", nl=False)
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


def _end_like_ctrl_c() -> None:
    """SIGTERM, as a CI system's cancel button sends it, unwinds as Ctrl-C does: locks go, and the code is 130."""
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:  # who started us may have had it ignored
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def _speak_utf8() -> None:
    """Results are UTF-8 whatever the locale (LANG=C would refuse a ü), and no character ends the run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _end(code: int) -> NoReturn:
    """End the process. What a run holds goes with it: to give it back piece by piece takes 6 ms, or 30 of 10,000."""
    gc.freeze()
    if threading.active_count() > 1:  # whatever still runs is waited for, as the interpreter does it
        _let_go_of_output()
        sys.exit(code)
    atexit._run_exitfuncs()
    _let_go_of_output()
    os._exit(code)


def _let_go_of_output() -> None:
    """Where the last of the output has no taker, let the interpreter's own flush at the end go nowhere.

    It would fail again, loudly, and replace the exit code. A stream is None where the process began with it closed.
    """
    for stream, descriptor in ((sys.__stdout__, 1), (sys.__stderr__, 2)):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, descriptor)
            os.close(nowhere)
