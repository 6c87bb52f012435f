"""The form in which `plan`, `show` and `drift` print: the same limits of size, and commands that go on from there."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import click

from reconciler.commands.invocation import Invocation
from reconciler.render.frame import GITHUB, GITLAB, LEAST, Frame, Next

_AROUND = 2_000
"""Kept free for the marker and the lines around a report that is posted."""


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
        most=most_bytes(invocation, max_bytes),
        below=invocation.below,
        commands=commands,
    )


def command_line(invocation: Invocation, *words: str) -> str:
    """A command that a reader may run in the same project and environment."""
    return shlex.join(["reconciler", *invocation.where, *words])


def most_of_a_post(invocation: Invocation) -> int:
    """How long a report may be that is posted: the marker and the lines around it need room as well."""
    return most_bytes(invocation, None) - _AROUND


def most_bytes(invocation: Invocation, asked: int | None) -> int:
    """How long Markdown may be: what was asked for, else what a comment of the forge holds that runs this."""
    return asked or (GITLAB if invocation.environ.get("GITLAB_CI") else GITHUB)
