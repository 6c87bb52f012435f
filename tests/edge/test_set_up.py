"""Facts about setting up: which Python is taken, what is said where none will do, and what `make` offers."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.edge.projects import REPOSITORY

SCRIPT = REPOSITORY / ".ci" / "find-python"
pytestmark = pytest.mark.skipif(not SCRIPT.exists(), reason="not a source checkout")


def machine(folder: Path, **pythons: str) -> Path:
    """A PATH with nothing but the given commands, each a stand-in for a Python: its version, `bare` without venv."""
    folder.mkdir(exist_ok=True)
    for name, about in pythons.items():
        version, _, bare = about.partition(" ")
        old = tuple(map(int, version.split("."))) < (3, 11)
        stub = folder / name.replace("_", ".")
        stub.write_text(
            "#!/bin/sh\n"
            'case "$2" in\n'
            f"*print*) echo {version} ;;\n"
            f"*exit*) exit {int(old)} ;;\n"
            f"*ensurepip*) exit {int(bool(bare))} ;;\n"
            "esac\n"
        )
        stub.chmod(0o755)
    return folder


def found(path: Path, *named: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(SCRIPT), *named], env={"PATH": str(path)}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("pythons", "chosen"),
    [
        ({"python3": "3.11"}, "python3"),
        ({"python3": "3.9", "python3_12": "3.12"}, "python3.12"),
        ({"python3": "3.14", "python3_11": "3.11", "python3_13": "3.13"}, "python3.13"),
        ({"python3": "3.11", "python3_12": "3.12 bare"}, "python3"),
    ],
)
def test_the_first_python_that_will_do_is_taken(tmp_path: Path, pythons: dict[str, str], chosen: str) -> None:
    """The newest tested one first, then whatever `python3` is, if it is new enough and can make environments."""
    done = found(machine(tmp_path / "bin", **pythons))
    assert (done.returncode, done.stdout) == (0, f"{tmp_path}/bin/{chosen}\n")


def test_a_named_python_goes_first(tmp_path: Path) -> None:
    """PYTHON= is the person's choice; one that will not do is passed over."""
    path = machine(tmp_path / "bin", python3="3.12", mine="3.11", older="3.9")
    assert found(path, "mine").stdout == f"{path}/mine\n"
    assert found(path, "older").stdout == f"{path}/python3\n"


@pytest.mark.parametrize(
    ("pythons", "code", "told"),
    [
        ({}, 1, "Python 3.11 or newer is needed; none was found."),
        ({"python3": "3.8"}, 1, "Python 3.11 or newer is needed; python3 is 3.8."),
        ({"python3": "3.11 bare"}, 3, "apt-get install python3.11-venv"),
    ],
)
def test_what_is_missing_is_said(tmp_path: Path, pythons: dict[str, str], code: int, told: str) -> None:
    """Too old, none at all, and Debian's Python without venv are three answers."""
    done = found(machine(tmp_path / "bin", **pythons))
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_alone_explains_every_target(tmp_path: Path) -> None:
    """The default target lists what there is, and changes nothing."""
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    done = subprocess.run(
        ["make"], cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=True
    )
    targets = re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    assert {"help", "setup", "demo", "test", "lint", "types", "format", "clean"} <= set(targets)
    assert re.findall(r"^  make ([a-z]+) +\S", done.stdout, re.MULTILINE) == targets
    assert [each.name for each in tmp_path.iterdir()] == ["Makefile"]
