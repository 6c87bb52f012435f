"""One worker of a campaign: inputs, one after the other, under limits of memory and time; and what it found.

A finding is an input that breaks a promise of `targets`: another exception, more than CPU_SECONDS, more than MEMORY.
What no exception tells (a crash of the interpreter, a regular expression that never ends) ends the worker, and the
input stands in `current`, a file in memory that the parent reads then.
"""

from __future__ import annotations

import faulthandler
import hashlib
import mmap
import random
import resource
import signal
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

from tests.fuzz.mutation import LARGEST, mutated
from tests.fuzz.targets import REPOSITORY, TARGETS, Target, told

MEMORY = 512 * 1024 * 1024
"""Bytes of private memory (RLIMIT_DATA) that the whole process may have."""
CPU_SECONDS = 5.0
WALL_SECONDS = 120
_LENGTH = 8


class TooSlow(BaseException):
    """Not an Exception: nothing that is tested may catch it."""


@dataclass(kw_only=True, slots=True)
class Tally:
    """What one target was given and did. `slowest` is in seconds of the processor; `codes` counts answers."""

    inputs: int = 0
    accepted: int = 0
    slowest: float = 0.0
    findings: dict[str, bytes] = field(default_factory=dict)
    codes: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        self.inputs += other.inputs
        self.accepted += other.accepted
        self.slowest = max(self.slowest, other.slowest)
        self.findings.update(other.findings)
        self.codes.update(other.codes)


def limited() -> None:
    """Bind this process to the limits; a worker does this once."""
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGVTALRM, _too_slow)
    faulthandler.enable()


def serve(answer: Connection, name: str, count: int, seed: str, place: str, seconds: float) -> None:
    """One batch, as a process of its own does it."""
    limited()
    answer.send(work(TARGETS[name], count, seed, shared(Path(place)), time.monotonic() + seconds))


def work(target: Target, count: int, seed: str, current: mmap.mmap | None, until: float) -> Tally:
    """Give `target` up to `count` inputs, and none after `until` (monotonic). Equal seeds give equal inputs."""
    chance, seeds, tally = random.Random(seed), target.seeds(), Tally()
    for _ in range(count):
        if time.monotonic() > until:
            break
        content = mutated(target, seeds, chance)
        if current is not None:
            current[: _LENGTH + len(content)] = len(content).to_bytes(_LENGTH, "big") + content
            faulthandler.dump_traceback_later(WALL_SECONDS, exit=True)
        one(target, content, tally)
    faulthandler.cancel_dump_traceback_later()
    return tally


def one(target: Target, content: bytes, tally: Tally) -> None:
    """One input, counted in `tally`, with what it broke."""
    before = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    try:
        found = told(target, content)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        tally.accepted += not found
        tally.codes.update({each.code for each in found})
    except (Exception, TooSlow) as problem:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        name = f"{target.name}: {_name(problem)}"
        if name not in tally.findings or len(content) < len(tally.findings[name]):
            tally.findings[name] = content
    tally.inputs += 1
    tally.slowest = max(tally.slowest, time.process_time() - before)


def keep(folder: Path, name: str, content: bytes) -> Path:
    """Write a finding where `test_fuzz` reads cases from, or into another folder of the same shape."""
    target = name.partition(":")[0]
    path = folder / target / hashlib.sha256(name.encode()).hexdigest()[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def shared(path: Path) -> mmap.mmap:
    """The place where a worker leaves the input that it is at."""
    with path.open("w+b") as file:
        file.truncate(_LENGTH + LARGEST)
        return mmap.mmap(file.fileno(), 0)


def left_in(path: Path) -> bytes:
    """The input that a worker died of."""
    content = path.read_bytes()
    return content[_LENGTH : _LENGTH + int.from_bytes(content[:_LENGTH], "big")]


def _too_slow(number: int, frame: FrameType | None) -> None:
    raise TooSlow(f"more than {CPU_SECONDS:g} s of the processor")


def _name(problem: BaseException) -> str:
    """The type and the innermost line of ours: what makes two findings the same."""
    frames = traceback.extract_tb(problem.__traceback__)
    ours = [each for each in frames if Path(each.filename).is_relative_to(REPOSITORY / "reconciler")] or frames
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
    text = f" ({problem})" if type(problem).__name__ == "Broken" else ""
    return f"{type(problem).__name__}{text} at {place}"
