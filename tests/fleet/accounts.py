"""Many accounts on one socket, told apart by their keys, and a project with an environment for each."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from reconciler.config import find_schemas
from reconciler.fleet.members import key_variable
from reconciler.sandbox.answers import unauthenticated
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.server import Server
from reconciler.sandbox.storage import MemoryStorage
from reconciler.sandbox.vendor import Vendor
from reconciler.sandbox.wire import Answer, Call

REPOSITORY = Path(__file__).parent.parent.parent
DOCUMENT = """\
name: Lakeview Dental - Reception {number:02}
type: inbound
mode: pipeline
llm_model_id: 2
voice_id: 12
language_id: 1
timezone: America/Chicago
initial_message: Thank you for calling Lakeview Dental, desk {number:02}.
system_prompt: You answer the phone of Lakeview Dental.
"""


PATIENCE = 600.0
"""Seconds after which a wait that should end counts as hanging. No test passes because of it."""


class Accounts:
    """A vendor of several accounts: whose request it is says its key. Counts writes over all of them."""

    def __init__(self, names: list[str]) -> None:
        self.keys = {name: f"{number}|key-of-{name}" for number, name in enumerate(names, 1)}
        schemas = find_schemas(REPOSITORY)

        def vendor(key: str) -> Vendor:
            return Vendor(
                schemas, MemoryStorage(), key=key, faults=Faults(latency=0.02), clock=lambda: datetime.now(UTC)
            )

        self.vendors = {name: vendor(key) for name, key in self.keys.items()}
        self._by_key = {f"Bearer {key}": name for name, key in self.keys.items()}
        self._wrote = threading.Condition()
        self.writes = 0
        self.at_write: Callable[[int, str], object] = lambda count, account: None
        """Called at every write, before it is carried out, with how many there were and whose account it is to."""

    def handle(self, call: Call) -> Answer:
        account = self._by_key.get(call.headers.get("authorization", ""))
        if account is None:
            return unauthenticated(call)
        if call.method != "GET":
            with self._wrote:
                self.writes += 1
                self.at_write(self.writes, account)
                self._wrote.notify_all()
        return self.vendors[account].handle(call)

    def wait_for(self, writes: int) -> None:
        """Return once so many writes were asked for."""
        with self._wrote:
            assert self._wrote.wait_for(lambda: self.writes >= writes, PATIENCE), "too few writes"

    def names(self, account: str) -> Counter[str]:
        """How often each name stands in an account."""
        return Counter(each["name"] for each in self.vendors[account].rows(deleted=False))


@dataclass(kw_only=True)
class Fleet:
    """A project of many environments, and what its commands are given."""

    folder: Path
    accounts: Accounts
    environ: dict[str, str]
    children: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *arguments: str, **environ: str | None) -> subprocess.Popen[str]:
        given = {name: value for name, value in {**self.environ, **environ}.items() if value is not None}
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "reconciler", "-C", str(self.folder), *arguments],
            env=given,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.children.append(process)
        return process

    def runs(self, *arguments: str, code: int = 0, **environ: str | None) -> str:
        """One command that ends with `code`; what it printed."""
        process = self.start(*arguments, **environ)
        out, err = process.communicate()
        assert process.returncode == code, out + err
        return out if code == 0 else out + err

    def edit(self, old: str, new: str) -> None:
        for path in (self.folder / "assistants").glob("*.yaml"):
            path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


@contextmanager
def fleet(folder: Path, *, accounts: int, assistants: int) -> Iterator[Fleet]:
    """The project and its vendor. Ends every process that was started, and nothing that was asked of it is left."""
    names = [f"practice-{number:02}" for number in range(1, accounts + 1)]
    vendor = Accounts(names)
    (folder / "assistants").mkdir(parents=True)
    shutil.copytree(REPOSITORY / "schemas", folder / "schemas")
    for number in range(1, assistants + 1):
        (folder / f"assistants/desk-{number:02}.yaml").write_text(DOCUMENT.format(number=number), "utf-8")
    with Server(vendor) as server:  # type: ignore[arg-type]
        lines = ["environments:", *(f'  {name}: {{api: "{server.url}"}}' for name in names)]
        (folder / "reconciler.yaml").write_text("\n".join(lines), "utf-8")
        ours = re.compile(r"RECONCILER_|NO_COLOR|FORCE_COLOR|(HTTPS?|ALL|NO)_PROXY", re.I)
        environ = {name: value for name, value in os.environ.items() if not ours.match(name)}
        environ |= {"PYTHONPATH": str(REPOSITORY), "RECONCILER_SETTLE": "1"}
        environ |= {key_variable(name): key for name, key in vendor.keys.items()}
        made = Fleet(folder=folder, accounts=vendor, environ=environ)
        try:
            yield made
        finally:
            for each in made.children:
                each.kill()
                each.communicate()
    assert not server.problems, server.problems


def descendants(process: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = path.read_text().rpartition(")")
        except OSError:
            continue
        parents.setdefault(int(rest.split()[1]), []).append(int(path.parent.name))
    found, unread = [], [process]
    while unread:
        below = parents.get(unread.pop(), [])
        found += below
        unread += below
    return found


def is_about(process: int, environment: str) -> bool:
    """Whether a process was started for that environment; False where it has ended."""
    try:
        words = Path(f"/proc/{process}/cmdline").read_text("utf-8").split("\0")
    except OSError:
        return False
    return ("-e", environment) in itertools.pairwise(words)


class Log:
    """The request logs of every run, kept as they appear: the program itself keeps the newest fifty."""

    def __init__(self, folder: Path, kept: Path) -> None:
        self.folder, self.kept = folder / ".reconciler" / "log", kept
        kept.mkdir()

    def look(self) -> None:
        for path in self.folder.glob("*.jsonl"):
            if not (self.kept / path.name).exists():
                try:
                    os.link(path, self.kept / path.name)
                except FileNotFoundError:
                    continue

    def overlaps(self) -> list[tuple[str, str, str]]:
        """Environments in which two runs wrote at the same time: the second began before the first had ended."""
        spans: dict[str, list[tuple[str, str, str]]] = {}
        for path in self.kept.glob("*.jsonl"):
            lines = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.endswith("}")]
            writes = [line for line in lines if line["method"] != "GET"]
            if writes:
                span = (writes[0]["time"], writes[-1]["time"], path.name)
                spans.setdefault(writes[0]["environment"], []).append(span)
        found = []
        for environment, each in spans.items():
            ordered = sorted(each)
            for first, second in itertools.pairwise(ordered):
                if second[0] < first[1]:
                    found.append((environment, first[2], second[2]))
        return found
