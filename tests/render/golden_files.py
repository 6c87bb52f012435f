"""Golden files: what a renderer printed when somebody last looked at it and agreed.

`UPDATE_GOLDEN=1 pytest tests/render` writes them anew; the tests are then skipped, so that the diff gets looked at.
Escape characters are written as ␛, so that a file can be read in a terminal and in a review.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "golden"


def check_golden(name: str, text: str) -> None:
    """Compare with the golden file, or write it where that was asked for."""
    path, shown = FOLDER / name, text.replace("\x1b", "␛")
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_bytes(shown.encode("utf-8"))
        pytest.skip(f"{name} was written; look at its diff")
    assert shown == path.read_bytes().decode("utf-8")
