"""Documents that several processes read: the same, in the same order, whatever happens to a process."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from reconciler.commands.spreading import FROM, PROCESSES, spreading
from reconciler.documents.packed import PackedPlaces
from reconciler.model import Position

ROOT = Path(__file__).parent.parent

# in a process of their own: pytest-xdist has threads, and where there are threads nothing is forked
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks safely")


def alone(script: str, **environ: str) -> str:
    begun = "import os, signal, sys\nfrom reconciler.commands.spreading import *\n"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", begun + textwrap.dedent(script)],
        env={**os.environ, PROCESSES: "3", "PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@linux
@pytest.mark.parametrize("processes", ["2", "3"])
def test_results_come_in_order_from_every_process_and_none_stays(processes: str) -> None:
    """This one takes part; each result stands where its item stood, and the others are gone then."""
    told = alone(
        """
        # each process waits with its first item until all have begun
        here, count = os.getpid(), int(os.environ[PROCESSES])
        begun, going = os.pipe(), os.pipe()
        waiting = True
        def work(each):
            global waiting
            if waiting:
                waiting = False
                os.write(begun[1], b"x")
                if os.getpid() == here:
                    for _ in range(count):
                        os.read(begun[0], 1)
                    os.write(going[1], b"x" * count)
                os.read(going[0], 1)
            return each, os.getpid()
        items = list(range(1234))
        found = list(spreading(os.environ)(work, items))
        assert [each for each, _ in found] == items
        processes = {pid for _, pid in found}
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            print(len(processes), os.getpid() in processes)
        """,
        **{PROCESSES: processes},
    )
    assert told == f"{processes} True\n"


@linux
def test_what_a_killed_process_did_not_do_is_done_here() -> None:
    """A process that is killed half-way loses nothing."""
    told = alone(
        """
        here = os.getpid()
        def halve(each):
            if each == 802 and os.getpid() != here:
                os.kill(os.getpid(), signal.SIGKILL)
            return each / 2
        print(list(spreading(os.environ)(halve, range(1500))) == [each / 2 for each in range(1500)])
        """
    )
    assert told == "True\n"


@linux
@pytest.mark.parametrize("left", [0, 1, 2, 3])
def test_without_descriptors_it_is_done_here(left: int) -> None:
    """Whatever a process could not be given, the work is done all the same, and nothing stays open."""
    told = alone(
        f"""
        import resource
        first = os.dup(0)
        os.close(first)
        resource.setrlimit(resource.RLIMIT_NOFILE, (first + {left}, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        print(list(spreading(os.environ)(lambda each: -each, range(1500))) == [-each for each in range(1500)])
        print(os.dup(0) == first if {left} else "none to be had")
        """
    )
    assert told.splitlines()[0] == "True"
    assert told.splitlines()[1] in ("True", "none to be had")


@linux
def test_an_exception_is_raised_here() -> None:
    """What a process could not do fails in the open, as without processes; who stops listening leaves none behind."""
    told = alone(
        """
        def refuse(each):
            if each == 650:
                raise ValueError(each)
            return each
        try:
            list(spreading(os.environ)(refuse, range(1500)))
        except ValueError as problem:
            print(problem)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            print("none is left")
        """
    )
    assert told == "650\nnone is left\n"


@linux
def test_validate_says_the_same_with_processes_and_without(tmp_path: Path) -> None:
    """Five hundred documents with an error in every seventh and one number claimed twice: the same bytes."""
    from bench.corpus import key_of_number, write_documents

    write_documents(tmp_path, FROM + 100)
    for number in range(0, FROM + 100, 7):
        path = tmp_path / "assistants" / f"{key_of_number(number)}.yaml"
        path.write_text(path.read_text("utf-8").replace("max_duration: ", "max_duration: long "), "utf-8")
    path = tmp_path / "assistants" / f"{key_of_number(3)}.yaml"
    path.write_text(path.read_text("utf-8").replace("phone_number_id: 1003", "phone_number_id: 1004"), "utf-8")

    def told(processes: str) -> tuple[int, bytes, bytes]:
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", "-C", str(tmp_path), "validate", "-o", "json"],
            env={**os.environ, PROCESSES: processes, "PYTHONPATH": str(ROOT)},
            capture_output=True,
        )
        return done.returncode, done.stdout, done.stderr

    alone = told("1")
    assert alone[0] == 1
    assert b"both claim" in alone[1]
    assert told("3") == alone


def test_few_documents_are_read_here() -> None:
    """Below the number where it pays, nothing is forked."""
    assert set(spreading({PROCESSES: "3"})(lambda each: os.getpid(), range(FROM - 1))) == {os.getpid()}


def test_packed_places_are_the_places() -> None:
    """A mapping like the one that was packed: the same places, in the same order, equal to it."""
    places = {
        (): Position(file="assistants/reception.yaml", line=1, column=1),
        ("tools", 0, "type"): Position(file="assistants/_base.yaml", line=12, column=11),
    }
    packed = PackedPlaces(places)
    assert packed == places
    assert list(packed) == list(places)
    assert packed.get(("tools", 1)) is None
