"""Whole processes, measured as a user waits for them, and two of them against each other.

A machine is never quiet, so two commands are run in turns and compared round by round: what disturbs one disturbs the
other. Both wall time and processor time are kept; where others work on the machine, the second is the one to believe.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """What is run, where, and with which variables beside the usual ones. `codes` are the exits that are no failure."""

    arguments: Sequence[str]
    folder: Path
    environ: Mapping[str, str] | None = None
    codes: frozenset[int] = frozenset({0})


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One run: seconds by the clock and of the processors (all children included), and MiB at the most."""

    wall: float
    cpu: float
    mib: float


def run(command: Command) -> Sample:
    """Run it once. Raises RuntimeError with the end of what it said where it fails."""
    begun = time.perf_counter()
    # this process stays small: the kernel counts its memory as the child's until the child has begun
    with subprocess.Popen(
        list(command.arguments),
        cwd=command.folder,
        env={**os.environ, **(command.environ or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stderr is not None
        said = child.stderr.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in command.codes:
        raise RuntimeError(f"{command.arguments} ended with {child.returncode}: {said.decode()[-2000:]}")
    wall = time.perf_counter() - begun
    return Sample(wall=wall, cpu=used.ru_utime + used.ru_stime, mib=used.ru_maxrss / 1024)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two commands that were run in turns."""

    left: Sequence[Sample]
    right: Sequence[Sample]

    @property
    def wall_ratio(self) -> float:
        """How many times as long the left one takes, by the clock: the median over the rounds."""
        return median(a.wall / b.wall for a, b in zip(self.left, self.right, strict=True))

    @property
    def cpu_ratio(self) -> float:
        """The same in processor time."""
        return median(a.cpu / b.cpu for a, b in zip(self.left, self.right, strict=True))


def paired(left: Command, right: Command, *, rounds: int, warmed: bool = True, turns: int = 1) -> Pair:
    """Both, in turns, after one run of each that does not count; `warmed` False spares the left one's of minutes.

    With `turns` the right one, which is much the quicker, has so many runs in each of its turns, after one more that
    does not count, and the one in the middle is taken. One alone says little: right after a process that took minutes
    and gigabytes, a plan of 10,000 took 0.6 s, and 0.4 s at any other time.
    """
    if warmed:
        run(left)
    run(right)
    samples = [(run(left), _turn(right, turns)) for _ in range(rounds)]
    return Pair(left=[each for each, _ in samples], right=[each for _, each in samples])


def _turn(command: Command, runs: int) -> Sample:
    if runs == 1:
        return run(command)
    run(command)
    return sorted((run(command) for _ in range(runs)), key=lambda each: each.wall)[runs // 2]


def wall(samples: Sequence[Sample]) -> float:
    """The median of seconds by the clock."""
    return median(each.wall for each in samples)


def cpu(samples: Sequence[Sample]) -> float:
    """The median of seconds of the processors."""
    return median(each.cpu for each in samples)


def most_mib(samples: Sequence[Sample]) -> float:
    """The most memory that a process of any of the runs had."""
    return max(each.mib for each in samples)
