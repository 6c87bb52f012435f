"""The campaign at full size, and its table: `make faults`. Exit 1 where anything was lost or doubled."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from tests.faults.agency import Damage
from tests.faults.campaign import KINDS, Processes, killed, processes, requests_of_one_apply, scheduled

SEEDS = 50
PARALLELISM = 4
HEAD = ("fault", "cases", "applies until no changes", "duplicates", "lost ids", "numbers held twice", "not as desired")


def row(name: str, found: Sequence[Damage]) -> tuple[str, ...]:
    """One line of the table; `never` among the applies is a case that did not end."""
    runs = [each.runs for each in found if each.runs is not None]
    never = f", {len(found) - len(runs)} never" if len(runs) < len(found) else ""
    most = f"{min(runs, default=0)} to {max(runs, default=0)}{never}"
    sums = [
        sum(getattr(each, name) for each in found)
        for name in ("duplicates", "lost_ids", "held_twice", "not_as_desired")
    ]
    return (name, str(len(found)), most, *map(str, sums))


def shown(cells: Sequence[str]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def kills(made: Processes, when: Literal["before", "after"]) -> list[Damage]:
    """One case for every request of a whole apply."""
    last = requests_of_one_apply(made, parallelism=PARALLELISM)
    return [killed(made, k, when, parallelism=PARALLELISM) for k in range(1, last + 1)]


def main() -> int:
    """Run all cases and print the table, row by row."""
    sound = True
    with tempfile.TemporaryDirectory() as folder, processes(Path(folder)) as made:
        print(shown(HEAD), shown(["---"] * len(HEAD)), sep="\n", flush=True)
        for when in ("before", "after"):
            name = f"SIGKILL at request k, for every k, {when} the server acted"
            found = kills(made, when)
            print(shown(row(name, found)), flush=True)
            sound = sound and all(each.is_none for each in found)
        for kind in KINDS:
            found = [scheduled(made, kind, seed) for seed in range(SEEDS)]
            print(shown(row(kind, found)), flush=True)
            sound = sound and all(each.is_none for each in found)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
