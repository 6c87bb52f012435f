"""What `pull --accept` answers to programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.practice import RECEPTION, Practice, practice


def accepted(desk: Practice, *more: str) -> Any:
    return json.loads(desk.done("pull", "--accept", "reception", "-o", "json", *more).out)


def test_what_was_accepted_is_told_with_the_files_that_say_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A dry run says the same and writes nothing; afterwards there is nothing left to accept."""
    with practice(tmp_path / "practice", monkeypatch, capsys) as desk:
        (row,) = desk.vendor.rows()
        moved = {"voice_id": 13, "system_prompt": "You answer the phone. Be brief."}
        url = f"{desk.vendor.url}/user/assistant/{row['id']}"
        assert httpx.put(url, headers=desk.vendor.headers, json=moved).is_success
        before = desk.files()
        expected = {
            "format_version": "1.0",
            "environment": "default",
            "dry_run": True,
            "accepted": [
                {
                    "key": "reception",
                    "id": row["id"],
                    "fields": ["voice_id", "system_prompt"],
                    "conflicts": [],
                    "files": ["assistants/prompts/reception.md", "assistants/reception.yaml"],
                    "also": [],
                    "elsewhere": {},
                }
            ],
            "diagnostics": [],
        }
        assert accepted(desk, "--dry-run") == expected
        assert desk.files() == before
        assert accepted(desk) == {**expected, "dry_run": False}
        document = (desk.folder / "assistants/reception.yaml").read_text("utf-8")
        assert document == RECEPTION.replace("voice_id: 12", "voice_id: 13")
        assert accepted(desk)["accepted"] == []
