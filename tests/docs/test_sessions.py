"""The console blocks of docs/ are sessions: each page begins in an empty folder, and prints what it says it prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.written import DOCS
from tests.support.sessions import blocks, check_page, make_folder

PAGES = [page for page in sorted(DOCS.rglob("*.md")) if blocks("console", page.read_text("utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_console_block_prints_what_it_says(page: Path, tmp_path: Path) -> None:
    """In order, from an empty folder; a reader who types along sees the same."""
    check_page(page, make_folder(tmp_path))


def test_the_first_hour_is_a_session() -> None:
    """The page that a newcomer follows is never left to chance."""
    assert "first-hour" in [page.stem for page in PAGES]
