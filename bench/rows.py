"""The rows of the table: each makes what it needs, measures, and says what came out beside the goal."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

from bench.measure import Command, Pair, Sample, cpu, most_mib, paired, run, wall
from bench.peers import PEERS, Peer

RECONCILER = (sys.executable, "-m", "reconciler")
ROOT = Path(__file__).parent.parent
SHA256SUM = "find assistants -type f -print0 | xargs -0 sha256sum"
LATENCY_MS = 50
LIST = "/user/assistants/get"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of the results. `met` is None where there is no goal for this size."""

    what: str
    count: int
    measured: str
    goal: str = ""
    met: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Bench:
    """Where projects are made, and how often things are measured."""

    folder: Path
    rounds: int
    peer_rounds: int
    peer_most: int
    _made: dict[Path, Command] = field(default_factory=dict)

    def project(self, count: int, *, state: str = "settled", share: str = "0.01") -> Path:
        """A project of `count` assistants (see `bench.corpus`); made once, and shared by the rows that only read."""
        folder = self.folder / f"{count}-{state}-{share}"
        if not folder.exists():
            folder.mkdir(parents=True)
            # in a process of its own: what it takes would count as this one's and then as everybody's
            words = [sys.executable, "-m", "bench.corpus", str(folder), str(count), state, share]
            subprocess.run(words, cwd=ROOT, check=True)
        return folder

    def peer(self, peer: Peer, count: int) -> Command:
        """What plans `count` things with another tool; its project is made once."""
        folder = self.folder / f"{peer.name.replace(' ', '-')}-{count}"
        if folder not in self._made:
            # in a process of its own, as `project`
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
                self._made[folder] = other.submit(peer.prepare, folder, count).result()
        return self._made[folder]

    def hashing(self, count: int) -> Command:
        """The yardstick: reading and hashing every document, by the tools of the system."""
        return Command(arguments=["sh", "-c", SHA256SUM], folder=self.project(count))

    def plan(self, folder: Path, *words: str, **environ: str) -> Command:
        """`reconciler plan` there."""
        return Command(arguments=[*RECONCILER, "plan", *words], folder=folder, environ=_environ(environ))


def start(bench: Bench) -> Iterator[Row]:
    """`--help` and `--version` against an interpreter that does nothing."""
    nothing = Command(arguments=[sys.executable, "-c", "pass"], folder=bench.folder)
    for asked in ("--help", "--version"):
        command = Command(arguments=[*RECONCILER, asked], folder=bench.folder, environ=_environ({}))
        pair = paired(command, nothing, rounds=3 * bench.rounds)
        yield _against(f"`{asked}`", 0, pair, "`python -c pass`", most=6)


def warm(bench: Bench, count: int) -> Iterator[Row]:
    """A plan with 1 % changed, in a fresh checkout: nothing is cached but the state."""
    plan = bench.plan(bench.project(count))
    what = "plan, 1 % changed"
    pair = paired(plan, bench.hashing(count), rounds=bench.rounds)
    yield _against(what, count, pair, "sha256sum of all", most=2 if count >= 10_000 else None)
    memory = most_mib(pair.left)
    yield Row(what=what, count=count, measured=f"{memory:.0f} MiB", goal="at most 120 MiB", met=memory <= 120)
    for peer in PEERS:
        yield from _against_peer(bench, plan, peer, count, what, _TERRAFORM_WARM)


def cold(bench: Bench, count: int) -> Iterator[Row]:
    """A plan where nothing that is recorded matches: everything is parsed, validated and compared."""
    folder = bench.project(count, state="unsettled", share="0")
    what = "plan, nothing recorded matches"
    memory = 0.0
    for told, processes, most in (("one process", "1", 10.0), ("all processors", "", 6.0)):
        pair = paired(
            bench.plan(folder, RECONCILER_PROCESSES=processes), bench.hashing(count), rounds=max(bench.rounds // 2, 2)
        )
        memory = max(memory, most_mib(pair.left))
        yield _against(f"{what}, {told}", count, pair, "sha256sum of all", most=most if count >= 10_000 else None)
    yield Row(what=what, count=count, measured=f"{memory:.0f} MiB", goal="at most 250 MiB a process", met=memory <= 250)
    for peer in PEERS:
        if peer.name == "Terraform":
            yield from _against_peer(bench, bench.plan(folder), peer, count, what, {10_000: 60})


def validate(bench: Bench, count: int) -> Iterator[Row]:
    """`validate` of every document."""
    folder = bench.project(count)
    command = Command(arguments=[*RECONCILER, "validate"], folder=folder, environ=_environ({}))
    run(command)
    samples = [run(command) for _ in range(bench.rounds)]
    clock, processor = wall(samples) * 1000 / count, cpu(samples) * 1000 / count
    measured = f"{clock:.2f} ms a file by the clock, {processor:.2f} ms of processors"
    goal = ("at most 0.5 ms a file", clock <= 0.5) if count >= 1_000 else ("", None)
    yield Row(what="validate", count=count, measured=measured, goal=goal[0], met=goal[1])


def growth(bench: Bench, small: int, large: int) -> Iterator[Row]:
    """How the time grows where the project is ten times as large."""
    for what, state, share in (("plan, 1 % changed", "settled", "0.01"), ("plan, nothing matches", "unsettled", "0")):
        pair = paired(
            bench.plan(bench.project(large, state=state, share=share)),
            bench.plan(bench.project(small, state=state, share=share)),
            rounds=max(bench.rounds // 2, 2),
        )
        met = pair.cpu_ratio <= 12
        measured = f"{pair.wall_ratio:.1f} × the time of {small:,} (processors: {pair.cpu_ratio:.1f} ×)"
        yield Row(what=f"growth: {what}", count=large, measured=measured, goal="at most 12 ×", met=met)


def upkeep(bench: Bench, counts: tuple[int, ...]) -> Iterator[Row]:
    """What recording one change costs beside more and more entries."""
    for count in counts:
        folder = bench.project(count)
        words = [sys.executable, "-m", "bench.upkeep", str(folder)]
        done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
        taken, plain = map(float, done.stdout.split())
        measured = f"{taken:.2f} ms, of which {plain:.2f} ms are the disk's for any durable file"
        met = taken - plain <= 1
        yield Row(what="state cost of one change", count=count, measured=measured, goal="at most 1 ms more", met=met)


def apply(bench: Bench, count: int) -> Iterator[Row]:
    """An apply of as many updates, ten at once, against a vendor that takes 50 ms for an answer."""
    folder = bench.project(count, state="new", share="0")
    with vendor(bench.folder / "apply.db", latency=0) as environ:
        run(Command(arguments=[*RECONCILER, "apply", "-y", "-q", "--no-verify"], folder=folder, environ=environ))
    words = [sys.executable, "-c", f"import sys; from pathlib import Path; from bench.corpus import change_documents; "
             f"change_documents(Path({str(folder)!r}), {count}, share=1)"]  # fmt: skip
    subprocess.run(words, cwd=ROOT, check=True)
    ideal = count * LATENCY_MS / 1000 / 10
    with vendor(bench.folder / "apply.db", latency=LATENCY_MS) as environ:
        planning = wall([run(bench.plan(folder)) for _ in range(2)])
        words = [*RECONCILER, "apply", "-y", "-q", "--no-verify"]
        whole = run(Command(arguments=words, folder=folder, environ=environ)).wall
    ratio = (whole - planning) / ideal
    measured = f"{ratio:.2f} × the ideal {ideal:.1f} s ({whole:.1f} s, of which planning {planning:.1f} s)"
    yield Row(
        what="apply, PUTs of 50 ms, 10 at once",
        count=count,
        measured=measured,
        goal="at most 1.15 ×",
        met=ratio <= 1.15,
    )


def drift(bench: Bench, count: int) -> Iterator[Row]:
    """`drift` of an account, a page of 100 in 50 ms."""
    folder = bench.project(count, state="new", share="0.0")
    with vendor(bench.folder / "drift.db", latency=0) as environ:
        run(Command(arguments=[*RECONCILER, "apply", "-y", "-q", "--no-verify"], folder=folder, environ=environ))
    shutil.rmtree(folder / ".reconciler/log", ignore_errors=True)
    ideal = -(-count // 100) * LATENCY_MS / 1000
    with vendor(bench.folder / "drift.db", latency=LATENCY_MS) as environ:
        sample = run(Command(arguments=[*RECONCILER, "drift", "-q"], folder=folder, environ=environ))
    requests = _requests(folder)
    reading = max(ended for _, _, ended in requests) - min(begun for _, begun, _ in requests)
    ratio, pages = reading / ideal, sum(path == LIST for path, _, _ in requests)
    measured = (
        f"{pages} pages and {len(requests) - pages} request for whose key it is, {ratio:.2f} × the pages' ideal"
        f" {ideal:.1f} s (the whole command {sample.wall:.1f} s)"
    )
    met = pages == -(-count // 100) and ratio <= 1.3
    yield Row(
        what="drift, 50 ms a page", count=count, measured=measured, goal="a request a page, at most 1.3 ×", met=met
    )


def markdown(bench: Bench, count: int) -> Iterator[Row]:
    """A plan of as many changed prompts for a pull request, against the same plan's last line alone."""
    folder = bench.project(count, share="prompts")
    short = bench.plan(folder, "-o", "gitlab-terraform")
    pair = paired(bench.plan(folder, "-o", "markdown"), short, rounds=2)
    extra = wall(pair.left) - wall(pair.right)
    measured = f"{extra:.2f} s for the Markdown, {wall(pair.left):.1f} s in all"
    yield Row(
        what="plan -o markdown, every prompt changed", count=count, measured=measured, goal="under 2 s", met=extra < 2
    )


@contextmanager
def vendor(data: Path, *, latency: int) -> Iterator[Mapping[str, str]]:
    """The sandbox as a process of its own, and the variables that lead to it."""
    words = [*RECONCILER, "sandbox", "--port", "0", "--data", str(data), "--latency", str(latency)]
    process = subprocess.Popen(
        words,
        cwd=data.parent,
        env={**os.environ, **_environ({})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield _environ(dict(_announced(process)))
    finally:
        process.terminate()
        process.wait()


def _announced(process: subprocess.Popen[str]) -> Iterator[tuple[str, str]]:
    """The two variables that it tells people to export."""
    assert process.stdout is not None
    found: dict[str, str] = {}
    for line in process.stdout:
        told = re.search(r"export (RECONCILER_API_URL|RECONCILER_API_KEY)=(\S+)", line)
        if told:
            found[told[1]] = told[2]
        if len(found) == 2:
            return iter(found.items())
    raise RuntimeError("the sandbox did not start")


def _requests(folder: Path) -> list[tuple[str, float, float]]:
    """The path of each request of the last run, and when it began and ended, in seconds, from its log."""
    newest = max((folder / ".reconciler/log").glob("*.jsonl"))
    found = []
    for line in newest.read_text("utf-8").splitlines():
        told = json.loads(line)
        clock, _, fraction = told["time"].removesuffix("Z").partition(".")
        ended = time.mktime(time.strptime(clock, "%Y-%m-%dT%H:%M:%S")) + float(f"0.{fraction or 0}")
        found.append((told["path"], ended - told["duration_ms"] / 1000, ended))
    return found


_TERRAFORM_WARM = {10_000: 250, 1_000: 60, 100: 10, 10: 1}


def _against_peer(
    bench: Bench, plan: Command, peer: Peer, count: int, what: str, goals: Mapping[int, int]
) -> Iterator[Row]:
    if not peer.is_there or count > min(bench.peer_most, peer.most):
        return
    few = count < 10_000
    pair = paired(bench.peer(peer, count), plan, rounds=bench.peer_rounds if few else 1, warmed=few, turns=5)
    goal = goals.get(count) if peer.name == "Terraform" else None
    told = f"{_times(pair.right)} against {_times(pair.left)}; processors: {pair.cpu_ratio:.1f} ×"
    measured = f"{pair.wall_ratio:.1f} × faster than {peer.name} ({told})"
    yield Row(
        what=what,
        count=count,
        measured=measured,
        goal="" if goal is None else f"at least {goal} ×",
        met=None if goal is None else pair.wall_ratio >= goal,
    )


def _against(what: str, count: int, pair: Pair, other: str, *, most: float | None) -> Row:
    told = f"{pair.wall_ratio:.1f} × {other} (processors: {pair.cpu_ratio:.1f} ×); {_times(pair.left)}"
    goal = "" if most is None else f"at most {most:g} ×"
    met = None if most is None else pair.wall_ratio <= most
    return Row(what=what, count=count, measured=told, goal=goal, met=met)


def _times(samples: Sequence[Sample]) -> str:
    return f"{wall(samples):.2f} s"


def _environ(more: Mapping[str, str]) -> dict[str, str]:
    """The program is this checkout's, whatever is installed."""
    return {"PYTHONPATH": str(ROOT), **more}
