"""The form in which `plan` and `show` print a plan: the same forms, the same limits of size."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from typing import Any

import click

from reconciler.commands.invocation import Invocation
from reconciler.render.frame import GITHUB, GITLAB, LEAST, Frame, Next


def size_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--max-bytes`, given to the function as `max_bytes`."""
    told = f"The most that -o markdown prints. [{GITHUB}; {GITLAB} where GITLAB_CI is set]"
    return click.option("--max-bytes", type=click.IntRange(min=LEAST), metavar="N", help=told)(function)


def frame_of(invocation: Invocation, *, max_bytes: int | None, commands: Next) -> Frame:
    """What surrounds the plan that an invocation prints."""
    return Frame(
        color=invocation.color,
        width=invocation.width,
        verbose=invocation.verbose,
        most=max_bytes or _size(invocation.environ),
        below=invocation.below,
        commands=commands,
    )


def command_line(invocation: Invocation, *words: str) -> str:
    """A command that a reader may run in the same project and environment."""
    return shlex.join(["reconciler", *invocation.where, *words])


def _size(environ: Mapping[str, str]) -> int:
    return GITLAB if environ.get("GITLAB_CI") else GITHUB
