"""How much a run does, counted: files opened and made durable, and requests sent. Counts do not depend on the machine.

What is counted grows with what there is to do, never with what there is besides.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.corpus import change_documents, write_documents, write_state
from reconciler.cli import run

ROOT = Path(__file__).parent.parent
COUNTED = """
import json, os, sys
root, counts = os.path.realpath(sys.argv[1]), {"documents": 0, "entries": 0, "fsync": 0}
def opened(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        path = os.path.relpath(arguments[0], root)
        if path.startswith("assistants/") and path.endswith(".yaml"):
            counts["documents"] += 1
        if path.startswith("state/default/") and path.endswith(".json") and "_meta" not in path:
            counts["entries"] += 1
sys.addaudithook(opened)
fsync = os.fsync
def counting(descriptor):
    counts["fsync"] += 1
    fsync(descriptor)
os.fsync = counting
from reconciler.cli import run
sys.stdout = sys.stderr
code = run(["-C", root, *sys.argv[2:]])
print(json.dumps([code, counts]), file=sys.__stdout__)
"""


def counted(folder: Path, *arguments: str) -> dict[str, int]:
    """What a successful run of its own opened and made durable."""
    done = subprocess.run(
        [sys.executable, "-c", COUNTED, str(folder), *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.stdout, done.stderr
    code, counts = json.loads(done.stdout)
    assert code == 0, done.stderr
    assert isinstance(counts, dict)
    return counts


@pytest.fixture
def project(tmp_path: Path) -> Callable[[int], Path]:
    """A project of so many assistants, with the state of an apply."""

    def made(count: int) -> Path:
        folder = tmp_path / str(count)
        write_documents(folder, count)
        write_state(folder)
        return folder

    return made


@pytest.mark.parametrize("share", [0.0, 0.1, 1.0])
def test_a_plan_opens_every_document_and_every_entry_about_once(share: float, project: Callable[[int], Path]) -> None:
    """A document that changed is opened a second time, to be parsed, and its entry, to be decoded; nothing is made
    durable."""
    folder = project(20)
    if share:
        change_documents(folder, 20, share=share)
    assert counted(folder, "plan", "-q") == {
        "documents": 20 + round(20 * share),
        "entries": 20 + round(20 * share),
        "fsync": 0,
    }


def test_recording_a_change_costs_the_same_beside_five_entries_and_beside_fifty(tmp_path: Path) -> None:
    """Of an apply of one update, all that grows with the project is what reading it takes."""
    costs = {}
    for count in (5, 50):
        folder = tmp_path / str(count)
        write_documents(folder, count)
        assert run(["-C", str(folder), "apply", "-y", "-q"]) == 0
        change_documents(folder, count, share=1 / count)
        costs[count] = counted(folder, "apply", "-y", "-q")
    assert costs[5]["fsync"] == costs[50]["fsync"]
    for what in ("documents", "entries"):
        reading = (costs[50][what] - costs[5][what]) / 45
        assert reading.is_integer(), "each is opened as often as any other"
        assert costs[5][what] - 5 * reading < 10, "and what was changed a few times more"


def test_drift_sends_a_request_a_page(tmp_path: Path) -> None:
    """Two hundred and one assistants are three pages of a hundred: three requests, and one for whose key it is."""
    write_documents(tmp_path, 201)
    assert run(["-C", str(tmp_path), "apply", "-y", "-q", "--no-verify"]) == 0
    before = set((tmp_path / ".reconciler/log").iterdir())
    assert run(["-C", str(tmp_path), "drift", "-q"]) == 0
    (log,) = set((tmp_path / ".reconciler/log").iterdir()) - before
    assert len(log.read_text("utf-8").splitlines()) == 4


def test_an_apply_without_a_question_reads_the_entries_for_its_plan_alone(tmp_path: Path) -> None:
    """Under one lock, what was read for the plan is what its writes begin from; the one more is the lock's record."""
    write_documents(tmp_path, 20)
    assert run(["-C", str(tmp_path), "apply", "-y", "-q"]) == 0
    change_documents(tmp_path, 20, share=1.0)
    planned = counted(tmp_path, "plan", "-q")["entries"]
    assert counted(tmp_path, "apply", "-y", "-q", "--no-verify")["entries"] == planned + 1
