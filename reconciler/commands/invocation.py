"""What every verb is given: where, for which environment, in which form, and to whom it speaks.

`verb` makes a click command that takes the options that all verbs have and hands the function an Invocation first;
`verbs` makes a group that takes them for the verbs below it. Options may stand before or after a verb; the one
nearest to the verb wins. A verb returns its exit code.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import suppress
from dataclasses import field, replace
from pathlib import Path
from typing import Any

import click

from reconciler import __version__
from reconciler.frozen import dataclass

COMMON = ("directory", "environment", "output", "insecure_http", "no_color", "verbose", "quiet")
FORMS = ("text", "json")
EVERY_FORM = (*FORMS, "markdown", "html", "github", "sarif", "codequality", "gitlab-terraform", "junit")
"""What `-o` takes before the verb; which of them a verb has is the verb's to say."""
COMPLETE_VARIABLE = "_RECONCILER_COMPLETE"
"""Set by a completion script when its shell asks what could come next; `reconciler.cli` answers."""
_NOT_REPEATED = (*COMMON, "version", "auto_approve")
_MADE = "reconciler.invocation"
_PRINTED = "reconciler.printed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Invocation:
    """`directory` is the project's root; `environment` is None where no flag and no variable names one.

    `lines`: JSON of this verb is a stream, an object a line. `words` are the verb and its options as they were given,
    without where it runs, how its result looks, and the answer to a question.
    """

    directory: Path
    environment: str | None = None
    output: str = "text"
    color: bool = False
    verbose: int = 0
    quiet: bool = False
    lines: bool = False
    insecure_http: bool = False
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    words: tuple[str, ...] = ()

    @property
    def where(self) -> tuple[str, ...]:
        """The options that make another command run in the same project and environment."""
        place = () if self.directory.as_posix() == "." else ("-C", self.directory.as_posix())
        return place if self.environment is None else (*place, "-e", self.environment)

    @property
    def width(self) -> int | None:
        """The columns of the terminal that a result goes to; None where it goes elsewhere and is never wrapped."""
        if not sys.stdout.isatty():
            return None
        import shutil  # with its archive formats it costs every other run 4 ms

        return shutil.get_terminal_size().columns

    @property
    def below(self) -> str:
        """The project's folder below the current one, with a slash at its end; empty where they are the same.

        In a pipeline the current folder is the repository, and forges want paths from there.
        """
        folder = os.path.relpath(self.directory).replace(os.sep, "/")
        return "" if folder == "." or folder.startswith("../") or folder == ".." else f"{folder}/"

    def result(self, text: str) -> None:
        """Print a result on stdout: whole, with one newline at its end."""
        context = click.get_current_context(silent=True)
        if context is not None:
            context.meta[_PRINTED] = True
        click.echo(text.rstrip("\n"), color=self.color)

    def event(self, line: str) -> None:
        """Print one line of a stream on stdout, ahead of the result. Nobody reading it does not end the run."""
        with suppress(OSError):
            click.echo(line, color=self.color)

    def progress(self, text: str) -> None:
        """Print progress on stderr, unless the person asked for quiet. Nobody reading it does not end the run."""
        if not self.quiet:
            with suppress(OSError):
                click.echo(text.rstrip("\n"), err=True, color=self.color)


def made_in(context: click.Context) -> Invocation | None:
    """The invocation of the verb that ran under `context`, or None where none got that far."""
    found = context.meta.get(_MADE)
    return found if isinstance(found, Invocation) else None


def printed_in(context: click.Context) -> bool:
    """Whether the verb that ran under `context` has printed a result."""
    return _PRINTED in context.meta


def common_options(outputs: tuple[str, ...]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options that every verb takes, as click options without defaults, so that absent and given differ."""
    options: list[Callable[[Callable[..., Any]], Callable[..., Any]]] = [
        click.option("-C", "directory", type=click.Path(path_type=Path), metavar="DIR", help="Run as if in DIR."),
        click.option("-e", "--env", "environment", metavar="NAME", help="The environment. [RECONCILER_ENV, default]"),
        _output_option(outputs),
        click.option("--insecure-http", is_flag=True, default=None, help="Send the key to an http:// address."),
        click.option("--no-color", is_flag=True, default=None, help="No colour, whatever the terminal."),
        click.option("-v", "--verbose", count=True, default=None, help="Say more; twice for requests."),
        click.option("-q", "--quiet", is_flag=True, default=None, help="Only results and errors."),
        click.version_option(__version__, prog_name="reconciler", message="%(prog)s %(version)s"),
    ]

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def _output_option(outputs: tuple[str, ...]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`-o`: two forms are told in its name, more in its help, which would be pushed out of its column."""
    told, named = f"The form of the result. [{outputs[0]}]", None
    if len(outputs) > len(FORMS):
        told, named = f"The form of the result: {', '.join(outputs)}. [{outputs[0]}]", "FORM"
    return click.option("-o", "--output", type=click.Choice(outputs), metavar=named, help=told)


def verb(
    name: str, *, outputs: tuple[str, ...] = ("text",), lines: bool = False, **settings: Any
) -> Callable[[Callable[..., int]], click.Command]:
    """Make a function `(invocation, **options) -> exit code` a command with the common options.

    `lines`: with `-o json` it prints an object a line, an error among them.
    """

    def make(function: Callable[..., int]) -> click.Command:
        def run(**options: Any) -> int:
            context = click.get_current_context()
            given = {each: options.pop(each) for each in COMMON}
            invocation = replace(_invocation(context, given, outputs), lines=lines, words=tuple(_words(context)))
            context.meta[_MADE] = invocation
            return function(invocation, **options)

        run.__doc__ = function.__doc__
        run.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
        decorate: Callable[[Callable[..., int]], click.Command] = click.command(name, **settings)
        return decorate(common_options(outputs)(run))

    return make


def verbs(name: str, *, told: str, forms: tuple[str, ...] = FORMS, **settings: Any) -> click.Group:
    """A group of verbs, to which `group.add_command` or `group.command` adds. `told` is its help."""

    def remember(**given: Any) -> None:
        context = click.get_current_context()
        context.obj = {**(context.obj or {}), **{each: value for each, value in given.items() if value}}

    remember.__doc__ = told
    decorate: Callable[[Callable[..., None]], click.Group] = click.group(name, **settings)
    return decorate(common_options(forms)(remember))


def _invocation(context: click.Context, given: Mapping[str, Any], outputs: tuple[str, ...]) -> Invocation:
    outer: Mapping[str, Any] = context.obj or {}

    def chosen(name: str) -> Any:
        value = given[name]
        return value if value not in (None, 0) else outer.get(name)

    environ = dict(os.environ)
    output = chosen("output") or outputs[0]
    if output not in outputs:
        known = ", ".join(outputs)
        raise click.UsageError(
            f"`{context.command_path}` has no output form `{output}`. Choose from: {known}.", context
        )
    return Invocation(
        directory=chosen("directory") or Path(),
        environment=chosen("environment") or environ.get("RECONCILER_ENV") or None,
        output=output,
        color=_wants_color(bool(chosen("no_color")), environ),
        verbose=chosen("verbose") or 0,
        quiet=bool(chosen("quiet")),
        insecure_http=bool(chosen("insecure_http")),
        environ=environ,
    )


def _words(context: click.Context) -> Iterator[str]:
    if context.parent is not None:
        yield from _words(context.parent)
        yield context.info_name or ""
    yield from option_words(context)


def option_words(context: click.Context, names: Container[str] | None = None) -> Iterator[str]:
    """What one verb was given on its command line, as words to give it again; of `names` alone, where there are any."""
    for each in context.command.params:
        if names is not None and each.name not in names:
            continue
        given = context.get_parameter_source(each.name or "") is click.core.ParameterSource.COMMANDLINE
        if given and each.name not in _NOT_REPEATED:
            value = context.params[each.name or ""]
            for one in value if each.multiple or each.nargs != 1 else [value]:
                flag = max(each.opts, key=len) if isinstance(each, click.Option) else None
                yield from () if flag is None else (flag,)
                yield from () if isinstance(each, click.Option) and each.is_flag else (str(one),)


def _wants_color(refused: bool, environ: Mapping[str, str]) -> bool:
    """no-color.org and force-color.org: a flag, then NO_COLOR, then FORCE_COLOR, then whether a person looks."""
    if refused or environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    stdout = getattr(sys, "stdout", None)  # None where the process was started with it closed
    return stdout is not None and stdout.isatty() and environ.get("TERM") != "dumb"
