"""The project's own folder, `.reconciler/`: it is this machine's, and Git leaves it alone. Edge: touches the disk."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

OWN_FOLDER = ".reconciler"


def keep_out_of_git(folder: Path) -> None:
    """Make the project's own folder, which says itself that it is not for Git. Raises OSError where it cannot be."""
    folder.mkdir(exist_ok=True)
    with suppress(FileExistsError), (folder / ".gitignore").open("x", encoding="utf-8") as file:
        file.write("*\n")
