"""Colours by meaning, and none at all where they are not wanted. The only escape sequences that leave the program."""

from __future__ import annotations

from typing import Literal, TypeAlias

import click

Role: TypeAlias = Literal["create", "update", "delete", "blocked", "quiet", "warning"]
_STYLES: dict[Role, dict[str, str | bool]] = {
    "create": {"fg": "green"},
    "update": {"fg": "yellow"},
    "delete": {"fg": "red"},
    "blocked": {"fg": "red", "bold": True},
    "quiet": {"dim": True},
    "warning": {"fg": "yellow", "bold": True},
}


def paint(text: str, role: Role, *, color: bool) -> str:
    """The text in the colour of its role. The text must be safe already: nothing is escaped here."""
    return click.style(text, **_STYLES[role]) if color else text  # type: ignore[arg-type]


def counted(number: int, word: str) -> str:
    """`1 warning`, `3 warnings`, `1,200 lines`."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"
