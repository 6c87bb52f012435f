"""The fleet over a queue: a real PostgreSQL, real workers, and two of them killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.accounts import PATIENCE, Fleet, Log, descendants, fleet, is_about
from tests.support.postgres import Server, postgres

ACCOUNTS, ASSISTANTS = (60, 20) if os.environ.get("RECONCILER_FLEET") == "full" else (8, 6)
"""`RECONCILER_FLEET=full` runs the whole size, which takes minutes."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres() as running:
        yield running


def kill(worker: subprocess.Popen[str], *, with_children: bool) -> None:
    """As the kernel does it when memory ends, or as a machine goes: with all that it had started."""
    below = descendants(worker.pid)
    worker.kill()
    for each in below if with_children else ():
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            continue


def kill_two_midway(made: Fleet, log: Log, *words: str) -> None:
    """Of four workers kill one from a quarter of the writes on and one from half, and wait for the others to end.

    Each is killed while a write of the environment that it has taken is under way, so that it leaves a job undone.
    """
    workers: list[subprocess.Popen[str]] = []
    due = [(ACCOUNTS * ASSISTANTS // 4, True), (ACCOUNTS * ASSISTANTS // 2, False)]

    def at_write(count: int, account: str) -> None:
        log.look()
        if due and count >= due[0][0]:
            for worker in workers:
                if any(is_about(each, account) for each in descendants(worker.pid)):
                    kill(worker, with_children=due.pop(0)[1])
                    workers.remove(worker)
                    return

    made.accounts.at_write = at_write
    for _ in range(4):
        workers.append(made.start(*words))
    for each in [*workers]:
        each.wait(PATIENCE)
    assert not due, "nobody was killed"


def test_every_account_converges_though_two_of_four_workers_are_killed(tmp_path: Path, server: Server) -> None:
    """All accounts hold every assistant once; no two runs of one environment wrote at the same time; one report."""
    with fleet(tmp_path / "practices", accounts=ACCOUNTS, assistants=ASSISTANTS) as made:
        made.environ["RECONCILER_QUEUE"] = server.make("queue_killed")
        log = Log(made.folder, tmp_path / "log")
        assert made.runs("fleet", "enqueue", "apply") == f"Queued apply of {ACCOUNTS} environments.\n"
        words = ("fleet", "worker", "--workers", "1", "--until-empty", "--silence", "3")
        kill_two_midway(made, log, *words)
        every = Counter({f"Lakeview Dental - Reception {number:02}": 1 for number in range(1, ASSISTANTS + 1)})
        assert {name: made.accounts.names(name) for name in made.accounts.keys} == dict.fromkeys(
            made.accounts.keys, every
        )
        assert log.overlaps() == []
        result = json.loads(made.runs("fleet", "status", "-o", "json"))
        assert result["queue"] == []
        (applied,) = result["results"]
        assert applied["summary"] == {"environments": ACCOUNTS, "done": ACCOUNTS, "failed": 0, "not_begun": 0}
        assert sum(each["attempts"] - 1 for each in applied["environments"]) >= 2
        plan = made.runs("fleet", "plan")
        assert plan.endswith(
            f"Fleet plan: {ACCOUNTS} of {ACCOUNTS} environments done; 0 to create, 0 to update, 0 to delete.\n"
        )
        made.edit("You answer the phone of Lakeview Dental.", "You answer the phone of Lakeview Dental. Be brief.")
        plan = made.runs("fleet", "plan")
        told = f"~ The same edit in {ACCOUNTS * ASSISTANTS:,} assistants of {ACCOUNTS} accounts (caller-facing):"
        assert plan.count("system_prompt:") == 1
        assert told in plan


def test_an_environment_is_queued_once_for_a_verb(tmp_path: Path, server: Server) -> None:
    """What waits already is not queued again, and another verb is another job."""
    with fleet(tmp_path / "practices", accounts=2, assistants=1) as made:
        made.environ["RECONCILER_QUEUE"] = server.make("queue_once")
        assert made.runs("fleet", "enqueue", "plan") == "Queued plan of 2 environments.\n"
        again = made.runs("fleet", "enqueue", "plan")
        assert again == "Queued plan of 0 environments. 2 waited there already, as they were queued.\n"
        assert made.runs("fleet", "enqueue", "apply", "--only", "*-02") == "Queued apply of 1 environment.\n"


def test_a_worker_without_a_key_fails_that_environment_alone(tmp_path: Path, server: Server) -> None:
    """The environment without its key ends with 1 and the variable's name; no other key is sent in its place."""
    with fleet(tmp_path / "practices", accounts=2, assistants=1) as made:
        made.environ["RECONCILER_QUEUE"] = server.make("queue_key")
        made.runs("fleet", "enqueue", "apply")
        environ = {"RECONCILER_API_KEY_PRACTICE_02": None, "RECONCILER_API_KEY": "1|key-of-practice-01"}
        made.runs("fleet", "worker", "--until-empty", "--silence", "3", **environ)
        told = made.runs("fleet", "status", code=1)
        assert "practice-02 needs its API key in RECONCILER_API_KEY_PRACTICE_02" in told
        assert not made.accounts.names("practice-02")
        assert sum(made.accounts.names("practice-01").values()) == 1


@pytest.mark.parametrize("address", ["redis://127.0.0.1/0", "postgres://nobody@127.0.0.1:1/none"])
def test_a_queue_that_is_none_is_told_without_a_traceback(tmp_path: Path, address: str) -> None:
    """A wrong address and a database that does not answer end with 1 and a sentence."""
    with fleet(tmp_path / "practices", accounts=1, assistants=1) as made:
        told = made.runs("fleet", "enqueue", "plan", "--queue", address, code=1)
        assert "1 error" in told
        assert "Traceback" not in told
