"""Plans and states in files of the person's: written whole, for their owner alone, and read without a traceback."""

from __future__ import annotations

from pathlib import Path

from reconciler.durable import replace_file
from reconciler.errors import ConfigError, error


def save(directory: Path, path: Path, text: str, *, mode: int, what: str = "the plan") -> None:
    """Write a file of `directory` whole, or leave what was there. Raises ConfigError, which calls it `what`."""
    try:
        replace_file((directory / path).absolute(), text.encode(), mode=mode)
    except OSError as problem:
        why = problem.strerror or type(problem).__name__
        raise ConfigError(
            error("cannot-write", f"{what} cannot be written: {why.lower()}", "Choose another place.", file=str(path))
        ) from None


def load(directory: Path, path: Path, *, what: str = "the plan", writer: str = "`--out`") -> str:
    """The text of a file of `directory`. Raises ConfigError where it cannot be read, which calls it `what`."""
    try:
        return (directory / path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = (problem.strerror or "unknown").lower() if isinstance(problem, OSError) else "it is not UTF-8 text"
        then = f"Is this the file that {writer} wrote?"
        raise ConfigError(error("cannot-read", f"{what} cannot be read: {why}", then, file=str(path))) from None
