"""Plans and states in files of the person's: written whole, for their owner alone, and read without a traceback."""

from __future__ import annotations

import errno
from pathlib import Path

from reconciler.bounds import MOST_VALUES, holds_too_much
from reconciler.config.given_files import read_given, who_else_could_write
from reconciler.durable import replace_file
from reconciler.errors import ConfigError, PlanFileError, error

LARGEST = 128 * 1024 * 1024
"""Bytes of a plan or a state: what nine thousand new assistants take, with prompts of two kilobytes."""


def save(directory: Path, path: Path, text: str, *, mode: int, what: str = "the plan") -> None:
    """Write a file of `directory` whole, or leave what was there. Raises ConfigError, which calls it `what`."""
    content, then = text.encode(), "Choose another place."
    try:
        if why := _too_much(content):
            then = "Nobody could read it again. Do less at once, such as a part of the keys with --target."
            raise OSError(errno.EFBIG, why)
        replace_file((directory / path).absolute(), content, mode=mode)
    except OSError as problem:
        why = problem.strerror or type(problem).__name__
        told = f"{what} cannot be written: {why[:1].lower()}{why[1:]}"
        raise ConfigError(error("cannot-write", told, then, file=str(path))) from None


def load(directory: Path, path: Path, *, what: str = "the plan", writer: str = "`--out`") -> str:
    """The text of a file of `directory`. Raises ConfigError where it cannot be read, which calls it `what`."""
    return _read(directory, path, what, writer)[0]


def load_plan(directory: Path, path: Path, *, trusted: bool) -> str:
    """The text of a plan that is about to be done. Raises PlanFileError where others could have written it.

    Its digest tells an accident from what was written, and a forger knows how to make one.
    """
    text, doubt = _read(directory, path, "the plan", "`--out`")
    if doubt is not None and not trusted:
        then = (
            f"Look at it (`reconciler show {path}`), and apply it with --trust-plan if it is what was approved; "
            "`plan --out` writes plans for their owner alone."
        )
        told = f"the plan could have been written by others: {doubt}"
        raise PlanFileError(error("plan-not-private", told, then, file=str(path)))
    return text


def _read(directory: Path, path: Path, what: str, writer: str) -> tuple[str, str | None]:
    """The text, and why somebody else could have written it."""
    then = f"Is this the file that {writer} wrote?"
    try:
        content, info = read_given(directory / path, most=LARGEST)
        doubt = who_else_could_write(directory / path, info)
        if why := _too_much(content):
            raise OSError(errno.EFBIG, why)
        return content.decode("utf-8"), doubt
    except (OSError, UnicodeDecodeError) as problem:
        why = (problem.strerror or "unknown") if isinstance(problem, OSError) else "it is not UTF-8 text"
        why = why[:1].lower() + why[1:]
        raise ConfigError(error("cannot-read", f"{what} cannot be read: {why}", then, file=str(path))) from None


def _too_much(content: bytes) -> str | None:
    if len(content) > LARGEST:
        return f"it is larger than {LARGEST // 1024 // 1024} MiB"
    return f"it holds more than {MOST_VALUES:,} values" if holds_too_much(content) else None
