"""Plan files on disk: written whole and for their owner alone, read with an error instead of a traceback."""

from __future__ import annotations

from pathlib import Path

from reconciler.durable import replace_file
from reconciler.errors import ConfigError, error


def save(directory: Path, path: Path, text: str, *, mode: int) -> None:
    """Write a file, relative to `directory`, whole, or leave what was there. Raises ConfigError."""
    try:
        replace_file((directory / path).absolute(), text.encode(), mode=mode)
    except OSError as problem:
        why = problem.strerror or type(problem).__name__
        raise ConfigError(
            error("cannot-write", f"the plan cannot be written: {why.lower()}", "Choose another place.", file=str(path))
        ) from None


def load(directory: Path, path: Path) -> str:
    """The text of a file, relative to `directory`. Raises ConfigError where it cannot be read."""
    try:
        return (directory / path).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = (problem.strerror or "unknown").lower() if isinstance(problem, OSError) else "it is not UTF-8 text"
        raise ConfigError(
            error(
                "cannot-read", f"the plan cannot be read: {why}", "Is this the file that `--out` wrote?", file=str(path)
            )
        ) from None
