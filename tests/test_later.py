"""Putting a module off: who asks for it has it, and nobody else waits for it."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from reconciler.later import pattern

ROOT = Path(__file__).parent.parent
BEGIN = "import sys; from reconciler.later import put_off; assert not {'calendar', 'xml.dom'} & set(sys.modules)\n"


def ends_well(code: str) -> None:
    """Run in a process of its own, which has not imported what is put off."""
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + textwrap.dedent(code)], capture_output=True, text=True, cwd=ROOT
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_what_is_put_off_is_imported_by_whoever_asks_for_it() -> None:
    """Not by the import, but by the first attribute; and it is the module's own."""
    ends_well("""
        with put_off("calendar"):
            import calendar as stand_in
            assert "calendar" in sys.modules
        assert "calendar" not in sys.modules
        assert stand_in.monthrange(2024, 2) == (3, 29)
        import calendar
        assert calendar is not stand_in and calendar is sys.modules["calendar"]
        assert stand_in.monthrange is calendar.monthrange
    """)


def test_it_may_be_asked_at_once() -> None:
    """`from calendar import ...` within gives the real thing, and it stays imported."""
    ends_well("""
        with put_off("calendar"):
            from calendar import monthrange
            assert monthrange(2023, 2)[1] == 28
            import calendar
        assert sys.modules["calendar"] is calendar and calendar.monthrange is monthrange
    """)


def test_what_stands_in_for_an_attribute_stays_or_goes() -> None:
    """`instead` is there for good, for who has the stand-in; `meanwhile` ends with the imports. Neither imports."""
    ends_well("""
        with put_off("calendar", instead={"isleap": "ours"}, meanwhile={"Calendar": int}):
            import calendar as stand_in
            assert (stand_in.isleap, stand_in.Calendar) == ("ours", int)
        assert stand_in.isleap == "ours" and "calendar" not in sys.modules
        assert stand_in.Calendar is not int and "calendar" in sys.modules
        import calendar
        assert calendar.isleap(2024) is True
    """)


def test_a_module_of_a_package_is_put_off_too() -> None:
    """The package is imported, and does not keep the stand-in."""
    ends_well("""
        with put_off("xml.dom"):
            import xml.dom
        assert "xml" in sys.modules and "xml.dom" not in sys.modules
        import xml.dom
        assert xml.dom.NO_DATA_ALLOWED_ERR == 6
    """)


def test_what_is_imported_already_stays() -> None:
    """Nothing is put in its place."""
    ends_well("""
        import calendar
        with put_off("calendar", instead={"isleap": "ours"}):
            import calendar as again
        assert again is calendar and calendar.isleap(2024) is True
    """)


def test_an_error_within_leaves_no_stand_in() -> None:
    """A library that cannot be imported is told as ever, and the next import finds the module."""
    ends_well("""
        try:
            with put_off("calendar", meanwhile={"Calendar": int}):
                raise ImportError
        except ImportError:
            assert "calendar" not in sys.modules
        import calendar
        assert calendar.Calendar is not int
    """)


def test_beside_other_threads_nothing_is_put_off() -> None:
    """One of them might import the module meanwhile, and keep what stands in."""
    ends_well("""
        import threading
        go = threading.Event()
        other = threading.Thread(target=go.wait)
        other.start()
        with put_off("calendar", meanwhile={"Calendar": int}):
            from calendar import Calendar
        go.set()
        assert Calendar is not int
    """)


def test_two_threads_find_the_same_module() -> None:
    """The import system's own lock decides who imports it."""
    ends_well("""
        import threading
        with put_off("calendar"):
            import calendar as stand_in
        together, found = threading.Barrier(8), []
        def ask():
            together.wait()
            found.append(stand_in.Calendar)
        threads = [threading.Thread(target=ask) for _ in range(8)]
        for each in threads: each.start()
        for each in threads: each.join()
        assert len(found) == 8 and len(set(found)) == 1
    """)


@pytest.mark.parametrize(
    "text", ["Run as if in DIR.", "", "One line\nand\n\n    another.\n", " blank before", "a\tb", "é ü"]
)
def test_help_is_cleaned_as_the_library_cleans_it(text: str) -> None:
    """click asks it of every option's help."""
    import inspect

    from reconciler.commands import clean

    assert clean(text) == inspect.cleandoc(text)


def test_a_pattern_is_compiled_when_it_is_asked() -> None:
    """And is like any other then; a wrong one is told of where it is used."""
    number = pattern(r"\+([0-9]+)", re.ASCII)
    (found,) = number.finditer("call +49")
    assert (found[1], number.pattern, number.sub("", "call +49")) == ("49", r"\+([0-9]+)", "call ")
    assert number.flags == re.compile("", re.ASCII).flags
    assert pattern(b"[ab]").fullmatch(b"b")
    for again in (copy.copy(number), copy.deepcopy(pattern("a")), pickle.loads(pickle.dumps(number))):
        assert again.search("a+4")
    with pytest.raises(re.error):
        pattern("(").match("(")


def test_every_pattern_of_the_program_can_be_compiled() -> None:
    """None is wrong, though most runs never ask."""
    told = "from reconciler import later; made = []; real = later._Pattern.__init__\n"
    told += "def noted(self, *given): made.append(self); real(self, *given)\n"
    told += "later._Pattern.__init__ = noted\nimport importlib, pkgutil, reconciler\n"
    told += "for each in pkgutil.walk_packages(reconciler.__path__, 'reconciler.'):\n"
    told += "    if not each.name.endswith('__main__'): importlib.import_module(each.name)\n"
    told += "assert len(made) > 20, len(made)\nfor each in made: each.pattern\n"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
