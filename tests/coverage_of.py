"""`make coverage`, its last step: does the data in .coverage reach what is asked of the core, and of everything?

Every branch of the core (the rooms below `durable` in `test_house`), and 95 % of all lines and branches.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.test_house import CORE, ROOT, room_of

WHOLE = 95.0
"""Per cent of lines and branches, of everything."""


def main() -> int:
    """Print what the core lacks and the figures; 1 where they do not suffice."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = [sys.executable, "-m", "coverage", "json", "-q", "-o", file.name]
        subprocess.run(command, check=True)
        told = json.loads(Path(file.name).read_text())
    lacking = list(gaps(told["files"]))
    print("\n".join(lacking))
    whole = float(told["totals"]["percent_covered"])
    print(f"{whole:.1f} % of everything; the core lacks {len(lacking)} lines and branches.")
    return 0 if not lacking and whole >= WHOLE else 1


def gaps(files: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Every line of the core that was not run, and every branch that was not taken, as `file:line`."""
    for name, each in sorted(files.items()):
        path = Path(name).absolute()
        if not path.is_relative_to(ROOT) or room_of(path) not in CORE:
            continue
        missing = set(each["missing_lines"])
        yield from (f"{name}:{line}: not run" for line in sorted(missing))
        yield from (
            f"{name}:{line}: never goes on at {to}" for line, to in each["missing_branches"] if line not in missing
        )


if __name__ == "__main__":
    sys.exit(main())
