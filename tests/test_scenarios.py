"""Each folder of `scenarios/` is a story: files that were applied, what the portal did, files as they are now.

A case holds `before/`, `after/` and `case.json`: what it says, all requests of the second apply in order, codes that
the plan must give, options, and what happens in between: edits by hand (null deletes) and commands. `plan.json` and
`state.json` pin the plan and the state after it; RECONCILER_REGENERATE=1 writes them. A case more is a folder more.
Where a case says with which exit code `drift --detailed-exitcode` ends before the apply, `drift.json` pins its report.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.cli import run
from reconciler.commands.gather import READ_ALL
from reconciler.config import find_schemas
from tests.support.formats import assert_format
from tests.support.vendor import Running, running

HERE = Path(__file__).parent / "scenarios"
ROOT = Path(__file__).parent.parent
CASES = sorted(each.name for each in HERE.iterdir() if (each / "case.json").exists())
SENDS = {"POST", "PUT", "DELETE"}


class Story:
    """One project against one vendor, told through the command line."""

    def __init__(self, folder: Path, vendor: Running, case: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.vendor = vendor
        self.environment = str(case.get("environment", "default"))
        self.capsys = capsys

    def takes(self, files: Path) -> None:
        """The project's files become these."""
        shutil.rmtree(self.folder / "assistants", ignore_errors=True)
        shutil.copytree(files / "assistants", self.folder / "assistants")
        if (files / "reconciler.yaml").exists():
            shutil.copy(files / "reconciler.yaml", self.folder)

    def runs(self, *arguments: str) -> tuple[int, str]:
        """Exit code and stdout of one command."""
        self.capsys.readouterr()
        code = run(["-C", str(self.folder), "-e", self.environment, *arguments])
        return code, self.capsys.readouterr().out

    def sent(self, since: int) -> list[list[Any]]:
        """What the vendor was asked to do since then, and did."""
        calls = self.vendor.calls[since:]
        return [[call.method, call.path, call.body] for call in calls if call.method in SENDS]

    def edited_by_hand(self, edits: dict[str, Any]) -> None:
        """Somebody works in the portal."""
        for id, body in edits.items():
            method = "POST" if id == "new" else "DELETE" if body is None else "PUT"
            path = "/user/assistant" if id == "new" else f"/user/assistant/{id}"
            answer = httpx.request(method, self.vendor.url + path, json=body, headers=self.vendor.headers)
            assert answer.is_success, answer.text

    def state(self) -> dict[str, Any]:
        """What the entries say, without times and digests."""
        folder = self.folder / "state" / self.environment
        found: dict[str, Any] = {}
        for path in sorted(folder.rglob("*.json")):
            if not path.name.startswith("_"):
                entry = json.loads(path.read_text("utf-8"))
                key = path.relative_to(folder).with_suffix("").as_posix()
                found[key] = {name: entry[name] for name in ("id", "last_applied", "pending", "protect")}
        return found


def options(case: dict[str, Any]) -> list[str]:
    chosen = case.get("options", {})
    flags = [f"--{name.replace('_', '-')}" for name, value in chosen.items() if value is True]
    return flags + [part for target in chosen.get("targets", ()) for part in ("--target", target)]


def pinned(path: Path, value: Any) -> None:
    """The value is what the file says; or the file is written, where that was asked for."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get("RECONCILER_REGENERATE"):
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("name", CASES)
def test_the_story_goes_as_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Plan, requests and state are what the folder says, and afterwards there is nothing left to do."""
    case = json.loads((HERE / name / "case.json").read_text("utf-8"))
    with running(find_schemas(ROOT)) as vendor:
        monkeypatch.setenv("RECONCILER_API_URL", vendor.url)
        monkeypatch.setenv("RECONCILER_API_KEY", vendor.key)
        story = Story(tmp_path, vendor, case, capsys)
        story.takes(HERE / name / "before")
        assert story.runs("apply", "-y", "--parallelism", "1")[0] == 0
        story.edited_by_hand(case.get("portal", {}))
        story.takes(HERE / name / "after")
        for command in case.get("commands", []):
            assert story.runs(*command)[0] == 0
        calls = len(vendor.calls)
        chosen = options(case)

        if "drift" in case:
            code, printed = story.runs("drift", "-o", "json", "--detailed-exitcode")
            assert code == case["drift"]
            pinned(HERE / name / "drift.json", json.loads(printed))
            calls = len(vendor.calls)

        code, printed = story.runs("plan", "-o", "json", *chosen)
        plan = json.loads(printed.replace(str(tmp_path), "PROJECT"))
        assert_format("error" if "error" in plan else "plan", plan)
        assert code == case.get("exit", 0)
        assert story.runs("plan", "-o", "json", *chosen)[1] == printed, "the same plan twice is the same bytes"
        with monkeypatch.context() as whole:
            whole.setenv(READ_ALL, "1")
            assert story.runs("plan", "-o", "json", *chosen)[1] == printed, "what did not change need not be read"
        codes = [each["code"] for each in plan["diagnostics"]]
        assert sorted(codes) == sorted(case.get("codes", []))
        assert story.sent(calls) == [], "planning changes nothing"
        assert ("--refresh" in chosen) == bool(vendor.calls[calls:]), "planning needs no network unless it refreshes"

        code, streamed = story.runs("apply", "-y", "-o", "json", "--parallelism", "1", *chosen)
        assert code == case.get("exit", 0)
        for line in streamed.splitlines():
            assert_format("apply", json.loads(line))
        assert story.sent(calls) == case["requests"]
        assert not vendor.ignored, "no body holds a name that the vendor does not know"
        pinned(HERE / name / "plan.json", plan)
        pinned(HERE / name / "state.json", story.state())
        if "exit" not in case:
            assert_settled(story, chosen)
            assert_no_drift(story, case)


def assert_settled(story: Story, chosen: Sequence[str]) -> None:
    """A plan after an apply is empty."""
    left = [flag for flag in chosen if not flag.startswith("--allow")]
    code, printed = story.runs("plan", "--detailed-exitcode", *left)
    assert (code, printed.splitlines()[-1]) == (0, "No changes.")


def assert_no_drift(story: Story, case: dict[str, Any]) -> None:
    """Nor has anything drifted, once an apply that saw the drift has undone or recorded it."""
    if "drift" in case:
        code, printed = story.runs("drift", "--detailed-exitcode")
        assert (code, printed.splitlines()[-1]) == (0, "No drift.")


def test_every_case_says_a_fact_of_its_own() -> None:
    """A folder without a sentence, or with another's, tells a reader nothing."""
    told = [json.loads((HERE / name / "case.json").read_text("utf-8"))["says"] for name in CASES]
    assert len(CASES) >= 30
    assert len(set(told)) == len(told)
