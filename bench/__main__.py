"""`python -m bench`: every row at the sizes asked for, and the results as a Markdown table.

    python -m bench --sizes 10 100 1000 10000 --peer-most 10000 --out bench/RESULTS.md

The goals are ratios of what runs in turns on one machine, so they mean something on any; seconds are this machine's.
"""

from __future__ import annotations

import argparse
import compileall
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import reconciler
from bench import rows
from bench.peers import PEERS
from bench.rows import Bench, Row

ROWS = ("start", "warm", "cold", "validate", "growth", "upkeep", "apply", "drift", "markdown")


def main(arguments: Sequence[str]) -> int:
    """Measure, print each row as it is known, and write the table where that is asked for."""
    asked = _asked(arguments)
    # as pip does it on installing: where nobody may write, each run would compile what was edited since
    compileall.compile_dir(Path(reconciler.__file__).parent, quiet=1)
    before = os.getloadavg()[0]
    found: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="reconciler-bench-") as folder:
        bench = Bench(
            folder=Path(folder), rounds=asked.rounds, peer_rounds=asked.peer_rounds, peer_most=asked.peer_most
        )
        for row in _measured(bench, sorted(asked.sizes), asked.rows):
            found.append(row)
            print(_line(row), flush=True)
            if asked.out is not None:  # after each row: a run that is stopped keeps what it measured
                command = f"python -m bench {' '.join(arguments)}"
                asked.out.write_text(_report(found, asked.rounds, before, command), "utf-8")
    return 0


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="How fast it is, beside what people know.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1_000], help="how many assistants")
    parser.add_argument("--rounds", type=int, default=5, help="how often each pair is measured")
    parser.add_argument("--peer-rounds", type=int, default=2, help="how often another tool is measured")
    parser.add_argument("--peer-most", type=int, default=1_000, help="the most things that another tool is given")
    parser.add_argument("--rows", nargs="+", default=ROWS, choices=ROWS, help="which rows")
    parser.add_argument("--out", type=Path, help="where the table is written")
    return parser.parse_args(arguments)


def _measured(bench: Bench, sizes: Sequence[int], wanted: Sequence[str]) -> Iterator[Row]:
    largest = sizes[-1]
    if "start" in wanted:
        yield from rows.start(bench)
    for name in ("warm", "cold", "validate"):
        if name in wanted:
            for count in sizes:
                yield from getattr(rows, name)(bench, count)
    if "growth" in wanted and largest // 10 in sizes:
        yield from rows.growth(bench, largest // 10, largest)
    if "upkeep" in wanted:
        yield from rows.upkeep(bench, (sizes[0], largest))
    if "apply" in wanted:
        yield from rows.apply(bench, min(largest, 1_000))
    if "drift" in wanted:
        yield from rows.drift(bench, min(largest, 5_000))
    if "markdown" in wanted:
        yield from rows.markdown(bench, min(largest, 5_000))


def _report(found: Iterable[Row], rounds: int, load: float, command: str) -> str:
    absent = [each.name for each in PEERS if not each.is_there]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024**3
    about = [
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} processors, {memory} GiB, {platform.system()}, "
        f"Python {platform.python_version()}. The load was {load:.1f} when it began"
        + (": others were at work, so ratios tell more than seconds." if load > 1 else "."),
        f"Medians of {rounds} rounds; what is compared ran in turns, other tools fewer times, and once with 10,000. "
        f"`{command}` measures again.",
    ]
    if absent:
        about.append(f"Not found on this machine, and so not measured: {', '.join(absent)}.")
    size = "{:,}".format
    head = "| what | assistants | measured | goal | |\n|---|---:|---|---|---|"
    lines = [
        f"| {each.what} | {size(each.count) if each.count else ''} | {each.measured} | {each.goal} | {_verdict(each)} |"
        for each in found
    ]
    return "# Measured\n\n" + "\n".join(about) + "\n\n" + "\n".join([head, *lines]) + "\n"


def _line(row: Row) -> str:
    goal = f" [{row.goal}: {_verdict(row)}]" if row.goal else ""
    return f"{row.what}{f' ({row.count})' if row.count else ''}: {row.measured}{goal}"


def _verdict(row: Row) -> str:
    return "" if row.met is None else "met" if row.met else "missed"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
