"""`python -m tests.fuzz`: a campaign over all targets, in worker processes, and a table of what came of it.

Ends with 1 where a promise was broken; the inputs that did it are then in the folder of `--keep`.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fuzz.campaign import Tally, keep, left_in, serve
from tests.fuzz.targets import TARGETS

BATCH = 400
"""Inputs of a target of weight one that a process is given at least; long campaigns give more."""
_FORK = multiprocessing.get_context("forkserver")


def main() -> int:
    """Read the command line, run the campaign, print its table."""
    asked = _asked()
    if asked.input:
        from tests.fuzz.targets import told

        for each in asked.input:
            print(each, [one.code for one in told(TARGETS[asked.target[0]], each.read_bytes())])
        return 0
    if asked.list:
        print("\n".join(TARGETS))
        return 0
    names = asked.target or list(TARGETS)
    _FORK.set_forkserver_preload(["tests.fuzz.campaign"])
    until = time.monotonic() + asked.seconds
    found = {name: Tally() for name in names}
    whole = sum(TARGETS[name].weight for name in names)
    shares = {name: asked.workers * TARGETS[name].weight / whole for name in names}
    with ThreadPoolExecutor(asked.workers) as pool, tempfile.TemporaryDirectory(dir=_memory()) as folder:
        jobs = list(_jobs(names, asked.count, asked.seed))
        done = pool.map(lambda job: (job[0], _batch(Path(folder), *job, until, asked.seconds * shares[job[0]])), jobs)
        so_far = Tally()
        for name, tally in done:
            found[name].add(tally)
            so_far.add(tally)
            if tally.inputs:
                print(f"{so_far.inputs:,} inputs, {len(so_far.findings)} findings", file=sys.stderr)
            for each, content in tally.findings.items():
                print(f"{each}\n    {keep(asked.keep, each, content)}", flush=True)
    print(_table(found))
    return 1 if any(each.findings for each in found.values()) else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="inputs in all")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="no batch is begun after so many")
    parser.add_argument("--target", action="append", choices=TARGETS, help="only this one; repeatable")
    parser.add_argument("--seed", default="1", help="another seed gives other inputs")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, default=Path(".fuzz/findings"), help="where findings are written")
    parser.add_argument("--list", action="store_true", help="print the targets' names, and no more")
    parser.add_argument("--input", type=Path, nargs="*", help="say what the target says of these files, and no more")
    return parser.parse_args()


def _jobs(names: list[str], count: int, seed: str) -> Iterator[tuple[str, int, str]]:
    """Batches of all targets in turn, so that a campaign that is cut short has tried each."""
    whole = sum(TARGETS[name].weight for name in names)
    left = {name: max(1, round(count * TARGETS[name].weight / whole)) for name in names}
    turn, batch = 0, max(BATCH, count // (10 * len(names)))
    while any(left.values()):
        for name in names:
            size = min(batch * TARGETS[name].weight, left[name])
            left[name] -= size
            if size:
                yield name, size, f"{seed}/{turn}"
        turn += 1


def _batch(folder: Path, name: str, count: int, seed: str, until: float, most: float) -> Tally:
    """One batch in a process of its own, for `most` seconds at most; a process that dies is a finding by itself."""
    left = min(most, until - time.monotonic())
    if left <= 0:
        return Tally()
    place = folder / f"{name}-{seed.replace('/', '-')}"
    ours, theirs = _FORK.Pipe(duplex=False)
    worker = _FORK.Process(target=serve, args=(theirs, name, count, seed, str(place), left))
    worker.start()
    theirs.close()
    try:
        tally: Tally = ours.recv()
    except EOFError:
        worker.join()
        return Tally(inputs=1, findings={f"{name}: died with {worker.exitcode}": left_in(place)})
    worker.join()
    place.unlink(missing_ok=True)
    return tally


def _memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _table(found: dict[str, Tally]) -> str:
    rows = [("target", "inputs", "accepted", "slowest", "answers of most kinds", "findings")]
    for name, each in found.items():
        kinds = ", ".join(code for code, _ in each.codes.most_common(3))
        rows.append(_row(name, each, kinds))
    total = Tally()
    for each in found.values():
        total.add(each)
    rows.append(_row("all", total, f"{len(total.codes)} kinds"))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _row(name: str, each: Tally, kinds: str) -> tuple[str, ...]:
    return name, f"{each.inputs:,}", f"{each.accepted:,}", f"{each.slowest:.2f} s", kinds, str(len(each.findings))


if __name__ == "__main__":
    sys.exit(main())
