"""What a run imports: a library that a verb does not need must not be waited for at every prompt."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.cli import run

ROOT = Path(__file__).parent.parent
HEAVY = {
    "asyncio", "concurrent.futures", "decimal", "deepdiff", "difflib", "email.utils", "filelock", "gettext",
    "httpx", "inspect", "ipaddress", "jsonschema", "jsonschema_rs", "locale", "multiprocessing", "obstore",
    "platform", "psycopg", "random", "rich", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "uuid", "xml",
    "yaml", "zipfile", "zoneinfo",
}  # fmt: skip
if sys.version_info >= (3, 12):
    HEAVY.remove("inspect")  # every dataclass of the library's asks it for annotations there
WATCHED = f"""
import json, sys
from reconciler.cli import run
sys.stdout = sys.stderr
code = run(sys.argv[1:])
print(json.dumps([code, sorted({HEAVY!r} & set(sys.modules)), len(sys.modules)]), file=sys.__stdout__)
"""


def imported(folder: Path, *arguments: str) -> tuple[int, set[str], int]:
    """A run in a process of its own: its exit code, which of HEAVY it had imported, and how many modules in all."""
    # measuring coverage imports much that the program does not
    environ = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments], capture_output=True, text=True, cwd=folder, env=environ
    )
    assert done.stdout, done.stderr
    code, found, count = json.loads(done.stdout)
    return code, set(found), count


@pytest.fixture
def applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example assistants, applied to the sandbox."""
    shutil.copytree(ROOT / "assistants", tmp_path / "assistants")
    (tmp_path / "reconciler.yaml").write_text('environments:\n  default:\n    api: "sandbox:"\n', "utf-8")
    monkeypatch.setenv("CLINIC_TOWN", "Chicago")
    assert run(["-C", str(tmp_path), "apply", "-y", "-q"]) == 0
    return tmp_path


@pytest.mark.parametrize("asked", ["--help", "--version"])
def test_help_imports_no_library_but_click(asked: str) -> None:
    """Nor most of the program: verbs are imported when they run. The count is a ceiling, some way above today's 117."""
    code, found, count = imported(ROOT, asked)
    assert (code, found - {"inspect"}) == (0, set())  # a help of many lines asks for it
    assert count < 150


def test_a_plan_with_nothing_to_explain_imports_no_library_for_it(applied: Path) -> None:
    """HTTP, explaining differences and broken documents, progress bars: none of it is there. Today's count is 215."""
    code, found, count = imported(applied, "plan")
    assert (code, found) == (0, set())
    assert count < 250


def test_validation_without_a_network_imports_no_library_for_it(applied: Path) -> None:
    """Nothing is asked, and where nothing is wrong, nothing is explained."""
    code, found, _ = imported(applied, "validate")
    assert code == 0
    assert found & {"asyncio", "deepdiff", "httpx", "inspect", "jsonschema", "rich", "ssl"} == set()


def test_an_edit_of_a_plain_field_imports_the_validator_and_the_time_zones(applied: Path) -> None:
    """The compiled gate says yes by itself: what explains a no is left out, and so is what compares inside objects."""
    document = applied / "assistants/dental-reception.yaml"
    document.write_text(document.read_text("utf-8").replace("max_duration: 900", "max_duration: 600"), "utf-8")
    code, found, _ = imported(applied, "plan", "--detailed-exitcode")
    assert code == 2
    assert "jsonschema_rs" in found
    assert found <= {"decimal", "jsonschema_rs", "yaml", "zoneinfo"}
