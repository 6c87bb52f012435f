"""Projects that were made to do harm, or by machines that mean well: what a person sees, in bounded memory and time."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.practice import PROMPT, RECEPTION, REPOSITORY

FRONT = "assistants/reception.yaml"
MEMORY = 512 * 1024 * 1024


def project(folder: Path, **files: str | bytes) -> Path:
    """A practice with one good document, and `files` (`__` for a slash, `_dot_` for a dot) besides."""
    good = {"assistants/prompts/reception.md": PROMPT, FRONT: RECEPTION}
    for path, content in {**good, **{_path(name): each for name, each in files.items()}}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def _path(name: str) -> str:
    return name.replace("__", "/").replace("_dot_", ".")


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """The program in a process of its own that may have 512 MB and 60 seconds; its exit code and all that it told."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILER_")}
    ended = subprocess.run(
        [sys.executable, "-m", "reconciler", "-C", str(folder), *arguments],
        cwd=folder,
        env={**ours, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return ended.returncode, (ended.stdout + ended.stderr).decode()


def with_prompt(text: str) -> str:
    return RECEPTION.replace("${file:prompts/reception.md}", text)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
)
CYRILLIC = RECEPTION.replace("voice_id:", "v\u043eice_id:")
DOCUMENTS: dict[str, tuple[str | bytes, str, str, str]] = {
    "a bomb of aliases": (BOMB, "yaml-aliases", r":\d+:\d+", "grow beyond all bounds"),
    "10 MB in one scalar": (with_prompt("a" * 10_000_000), "too-large", FRONT, "1 MiB"),
    "1 MB in one key": (f"{'a' * 1_000_000}: 1\n{RECEPTION}", "yaml-syntax", r":1:\d+", "key"),
    "3,000 brackets": ("name: " + "[" * 3000, "yaml-too-deep", r":1:\d+", "100 deep"),
    "3,000 levels of blocks": (
        "".join(f"{' ' * depth}a:\n" for depth in range(1000)),
        "yaml-too-deep",
        r":\d+:\d+",
        "100 deep",
    ),
    "100,000 brackets": ("name: " + "[" * 100_000, "yaml-too-deep", r":1:\d+", "100 deep"),
    "a base that is itself": (f"{RECEPTION}reconciler: {{extends: [reception.yaml]}}\n", "base-cycle", FRONT, "itself"),
    "no UTF-8": (RECEPTION.encode().replace(b"Kind", b"\xff\xfe") + b"# \xe9\n", "yaml-encoding", r":\d+:\d+", "UTF-8"),
    "UTF-16": (RECEPTION.encode("utf-16"), "yaml-encoding", FRONT, "UTF-8"),
    "a null byte": (RECEPTION.encode() + b"# \x00\n", "yaml-control-character", r":10:\d+", "U+0000"),
    "a key that looks alike": (CYRILLIC, "unknown-field", r":5:1", "Did you mean `voice_id`"),
    "text that turns around": (f"{RECEPTION}voice_mail_message: a \u202e b\n", "", "", ""),
    "a merge conflict": (f"<<<<<<< HEAD\n{RECEPTION}=======\n>>>>>>> spring\n", "merge-conflict", ":1:1", "conflict"),
    "a path above the project": (
        with_prompt("${file:../../etc/passwd}"),
        "reference-path",
        r":9:16",
        "of this project",
    ),
    "a device": (with_prompt("${file:/dev/zero}"), "reference-path", r":9:16", "relative to"),
    "a secret's file": (with_prompt("${file:../.git/config}"), "hidden-file", r":9:16", "hidden"),
}


@pytest.mark.parametrize("case", DOCUMENTS)
def test_a_hostile_document_is_told_at_its_place(tmp_path: Path, case: str) -> None:
    """By validate and by plan: exit 1, the code, the place and a way on; no traceback, within 512 MB."""
    content, code, place, way_on = DOCUMENTS[case]
    project(tmp_path, assistants__reception_dot_yaml=content)
    ended, told = run(tmp_path, "validate")
    print(case, ended, told[:600])
    if not code:
        assert ended == 0
        return
    assert ended == 1
    assert re.search(re.escape(FRONT) + place.removeprefix(FRONT), told)
    assert way_on in told
    assert "Traceback" not in told
    assert f'"code": "{code}"' in run(tmp_path, "plan", "-o", "json")[1]
