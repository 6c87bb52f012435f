"""Exactness first: whatever is skipped, or done by several processes, a plan is told in the same bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.commands.gather import READ_ALL
from reconciler.commands.spreading import PROCESSES

ROOT = Path(__file__).parent.parent
CASES = sum(1 for _ in (ROOT / "tests/scenarios").glob("*/case.json"))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks safely")
@pytest.mark.parametrize(("corpus", "plans"), [("scenarios", CASES), ("documents", 15)])
def test_every_fast_path_tells_the_same_bytes(corpus: str, plans: int, tmp_path: Path) -> None:
    """Text, JSON and saved plan, of every scenario and of random documents, with each fast path and with none."""
    environ = {name: value for name, value in os.environ.items() if name not in (READ_ALL, PROCESSES)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.support.fast_paths", str(tmp_path), corpus],
        cwd=ROOT,
        env={**environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["differing"] == []
    assert told["plans"] == plans
    all_by_one, all_by_three, changed_by_three = told["forks"]
    assert all_by_one == 0, "one process is this one alone"
    assert all_by_three > plans, "documents were dealt out"
    assert changed_by_three > all_by_three, "and so were entries, to see what changed"
