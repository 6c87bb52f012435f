"""Programs that some tests use and no package index has: a browser, a pooler, servers and checkers from npm.

`.ci/tools` installs them. Where one is missing, its tests are skipped by name, unless RECONCILER_TOOLS=required: then
they fail, so that no pipeline can pass without having run them.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

NPM_PROGRAMS = Path(__file__).parents[2] / ".tools" / "node_modules" / ".bin"


def program(name: str) -> str:
    """The path of a program. Skips the test that asks for one which is not there, or fails it where all must be."""
    searched = os.pathsep.join((str(NPM_PROGRAMS), os.environ.get("PATH", os.defpath), "/usr/sbin"))
    found = shutil.which(name, path=searched)
    if found is None:
        missing = f"{name} is not installed; .ci/tools installs it"
        if os.environ.get("RECONCILER_TOOLS") == "required":
            pytest.fail(missing)
        pytest.skip(missing)
    return found
