"""The commands of a refusal, as whole lines that a person may paste: in this project, this environment, this command.

Whoever refuses knows which verb or flag is the way out, and not how the program was called. An agent that was refused
shows the line to a person; it never asks for less than was asked for, and never answers the question of an apply.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.commands.invocation import Invocation
from reconciler.errors import Diagnostic
from reconciler.model import Plan

PROGRAM = "reconciler"


def in_place(invocation: Invocation, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The same diagnostics, their commands whole. Once is enough, and twice does no harm."""
    return tuple(
        replace(each, commands=tuple(_whole(invocation, words) for words in each.commands)) if each.commands else each
        for each in diagnostics
    )


def plan_in_place(invocation: Invocation, plan: Plan) -> Plan:
    """The same plan, the commands in its diagnostics whole."""
    changes = tuple(
        replace(each, diagnostics=in_place(invocation, each.diagnostics)) if each.diagnostics else each
        for each in plan.changes
    )
    return replace(plan, changes=changes, diagnostics=in_place(invocation, plan.diagnostics))


def _whole(invocation: Invocation, words: tuple[str, ...]) -> tuple[str, ...]:
    if words[0] == PROGRAM:
        return words
    again = invocation.words if words[0].startswith("-") else ()
    return (PROGRAM, *invocation.where, *again, *words)
