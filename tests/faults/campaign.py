"""The cases of the campaign: a run that something happens to, and then runs until there is nothing left to do."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from tests.faults.agency import Damage, after, before, damage, write

ROOT = Path(__file__).parent.parent.parent
KEY = "17|campaign"
MOST_RUNS = 25
"""More applies than any schedule needs: whoever is not done then goes in circles."""
WORDS: dict[str, tuple[str, ...]] = {
    "rate limits (429, 503)": ("429", "busy"),
    "server errors (500, 502, before and after acting)": ("500", "500-after", "502", "502-after"),
    "pages instead of JSON": ("html", "html-after", "html-502"),
    "dropped connections, before and after acting": ("drop-before", "drop-after"),
    "all of these, with latency": (
        *("429", "busy", "500", "500-after", "503-after", "html", "html-after", "drop-before", "drop-after"),
    ),
}
KINDS = tuple(WORDS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Processes:
    """The vendor's process and the one that program processes are forked from."""

    vendor: subprocess.Popen[str]
    program: subprocess.Popen[str]
    folder: Path
    """Holds `template`: the project and the vendor's data after the first apply, and the files as they are now."""

    def copy(self, name: str) -> Case:
        """The template, for one case."""
        folder = self.folder / name
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.folder / "template", folder)
        return Case(processes=self, folder=folder)


@contextmanager
def processes(folder: Path) -> Iterator[Processes]:
    """Both processes, and a template in `folder`, for as long as the block lasts."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILER_")}
    environ |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}

    def started(module: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", f"tests.faults.{module}"],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    with started("server") as vendor, started("program") as program:
        made = Processes(vendor=vendor, program=program, folder=folder)
        try:
            write(folder / "template", before())
            first = Case(processes=made, folder=folder / "template")
            assert first.settled(), first.told
            write(folder / "template", after())
            yield made
        finally:
            for each in (vendor, program):
                _pipe(each.stdin).close()


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One copy of the project and of the vendor's data."""

    processes: Processes
    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "vendor.db"

    @property
    def told(self) -> str:
        """All that its runs printed."""
        return (self.folder / "printed.txt").read_text("utf-8")

    @contextmanager
    def vendor(
        self, *, script: tuple[str, ...] = (), hold: int | None = None, latency: float = 0.0
    ) -> Iterator[Served]:
        """The vendor, for some runs. Afterwards nothing that was sent to it is still being carried out."""
        order = {"data": str(self.data), "script": script, "hold": hold, "latency": latency, "key": KEY}
        process = self.processes.vendor
        _say(process, json.dumps(order))
        served = Served(url=_hear(process))
        try:
            yield served
        finally:
            _say(process, "null")
            while (line := _hear(process)) == "held":
                pass
            ended = json.loads(line)
            assert not ended["problems"], ended
            served.requests = ended["requests"]

    def runs(self, url: str, *arguments: str, killed_when_held: bool = False) -> int:
        """One run of the program; its exit code (-9 where it was killed)."""
        environ = {"RECONCILER_API_URL": url, "RECONCILER_API_KEY": KEY, "RECONCILER_SETTLE": "0", "NO_COLOR": "1"}
        order = {
            "arguments": list(arguments),
            "folder": str(self.folder),
            "environ": environ,
            "output": str(self.folder / "printed.txt"),
        }
        _say(self.processes.program, json.dumps(order))
        process = int(_hear(self.processes.program))
        if killed_when_held:
            assert _hear(self.processes.vendor) == "held"
            os.kill(process, signal.SIGKILL)
        return int(_hear(self.processes.program))

    def applies(self, url: str, *, parallelism: int = 4, killed_when_held: bool = False) -> int:
        given = ("apply", "-y", "--prune", "--allow-deletes", "--parallelism", str(parallelism))
        return self.runs(url, *given, killed_when_held=killed_when_held)

    def settled(self, *, script: tuple[str, ...] = (), latency: float = 0.0, parallelism: int = 4) -> int | None:
        """Apply until there are no changes; how often that was, or None where it never ended.

        A plan must agree, with and without reading live.
        """
        with self.vendor(script=script, latency=latency) as served:
            for number in range(1, MOST_RUNS + 1):
                if self.applies(served.url, parallelism=parallelism) == 0:
                    plans = [self.runs(served.url, "plan", "--prune", "--detailed-exitcode", *more) for more in LOOKS]
                    if plans == [0, 0]:
                        return number
        return None


LOOKS = ((), ("--refresh",))


@dataclass(kw_only=True, slots=True)
class Served:
    """A vendor that is up; `requests` is known when it is down."""

    url: str
    requests: int = 0


def requests_of_one_apply(processes: Processes, *, parallelism: int) -> int:
    """How many requests a run has to which nothing happens, reading included."""
    case = processes.copy("undisturbed")
    with case.vendor() as served:
        assert case.applies(served.url, parallelism=parallelism) == 0, case.told
    return served.requests


def killed(processes: Processes, k: int, when: Literal["before", "after"], *, parallelism: int) -> Damage:
    """SIGKILL when request `k` has arrived and was not carried out, or was; then run again until done."""
    case = processes.copy(f"killed-{when}-{k}-{parallelism}")
    script = (*["ok"] * (k - 1), f"stall-{when}")
    with case.vendor(script=script, hold=k) as served:
        assert case.applies(served.url, parallelism=parallelism, killed_when_held=True) == -signal.SIGKILL
    return _ended(case, case.settled())


def scheduled(processes: Processes, kind: str, seed: int) -> Damage:
    """Faults as the seed has it, over the requests of the first runs; then run again until done."""
    chosen = random.Random(f"{kind} {seed}")
    share = chosen.choice([0.1, 0.3, 0.6])
    words = tuple(chosen.choice(WORDS[kind]) if chosen.random() < share else "ok" for _ in range(60))
    latency = chosen.choice([0.0, 0.002, 0.01]) if kind == KINDS[-1] else 0.0
    case = processes.copy(f"schedule-{KINDS.index(kind)}-{seed}")
    return _ended(case, case.settled(script=words, latency=latency, parallelism=chosen.choice([1, 4, 10])))


def _ended(case: Case, runs: int | None) -> Damage:
    found = damage(case.folder, case.data, runs)
    if found.is_none:
        shutil.rmtree(case.folder)  # what went wrong stays for whoever looks
    return found


def _pipe(end: IO[str] | None) -> IO[str]:
    assert end is not None
    return end


def _say(process: subprocess.Popen[str], line: str) -> None:
    _pipe(process.stdin).write(line + "\n")


def _hear(process: subprocess.Popen[str]) -> Any:
    line = _pipe(process.stdout).readline().strip()
    assert line, "the process has ended"
    return line
