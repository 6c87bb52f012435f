"""`create_file`: whole and new, or not at all; what stands there is never replaced."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reconciler import durable
from reconciler.durable import create_file


def test_a_new_file_is_made_with_its_folders(tmp_path: Path) -> None:
    """And nothing temporary stays beside it."""
    create_file(tmp_path / "assistants" / "prompts" / "sales.md", b"Be kind.\n")
    assert [each.name for each in (tmp_path / "assistants/prompts").iterdir()] == ["sales.md"]
    assert (tmp_path / "assistants/prompts/sales.md").read_bytes() == b"Be kind.\n"


def test_what_stands_there_stays(tmp_path: Path) -> None:
    """A file, a link that leads nowhere, a folder: each of them is something."""
    (tmp_path / "file").write_bytes(b"mine")
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "folder").mkdir()
    for name in ("file", "link", "folder"):
        with pytest.raises(FileExistsError):
            create_file(tmp_path / name, b"other")
    assert (tmp_path / "file").read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder", "link"]


def test_of_many_writers_one_wins(tmp_path: Path) -> None:
    """Its file is whole, and every other one hears of it."""

    def write(number: int) -> int | None:
        try:
            create_file(tmp_path / "sales.yaml", bytes([number]) * 10_000)
        except FileExistsError:
            return None
        return number

    with ThreadPoolExecutor(max_workers=8) as pool:
        winners = [each for each in pool.map(write, range(8)) if each is not None]
    assert len(winners) == 1
    assert (tmp_path / "sales.yaml").read_bytes() == bytes(winners) * 10_000


def test_without_hard_links_it_is_new_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some network file systems have none."""

    def refuse(*arguments: object, **settings: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(durable.os, "link", refuse)
    create_file(tmp_path / "sales.yaml", b"name: Sales\n")
    with pytest.raises(FileExistsError):
        create_file(tmp_path / "sales.yaml", b"name: Other\n")
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"name: Sales\n"]
