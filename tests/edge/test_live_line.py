"""Progress on a terminal: the program in a process of its own, with a pseudo-terminal for its stderr."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.config import find_schemas
from tests.support.practice import REMINDER, REPOSITORY
from tests.support.vendor import running

pytestmark = pytest.mark.skipif(not hasattr(pty, "openpty"), reason="there are no pseudo-terminals here")


def on_a_terminal(project: Path, *arguments: str, url: str, key: str, **environ: str) -> tuple[str, str]:
    """What one command writes on stdout, which is a pipe, and on stderr, which is a terminal."""
    master, terminal = pty.openpty()
    given = {name: value for name, value in os.environ.items() if name not in ("CI", "NO_COLOR", "FORCE_COLOR")}
    given |= {"RECONCILER_API_URL": url, "RECONCILER_API_KEY": key, "TERM": "xterm", "PYTHONPATH": str(REPOSITORY)}
    command = [sys.executable, "-P", "-m", "reconciler", "-C", str(project), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=terminal, env={**given, **environ}) as process:
        os.close(terminal)
        shown = bytearray()
        while True:
            try:
                chunk = os.read(master, 65536)
            except OSError:  # the other side is closed
                break
            if not chunk:
                break
            shown += chunk
        out = process.stdout.read() if process.stdout else b""
    os.close(master)
    assert process.returncode == 0, shown
    return out.decode(), shown.decode()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Four reminders that are not applied yet."""
    for number in range(4):
        file = tmp_path / "assistants" / f"reminder-{number}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(REMINDER.replace("Reminder", f"Reminder {number}"), "utf-8")
    return tmp_path


def test_a_terminal_gets_a_live_line(project: Path) -> None:
    """How many of how many and the retries; what is done goes without a line of its own, a pause does not."""
    with running(find_schemas(REPOSITORY), script=("ok", "429", "ok", "ok")) as vendor:
        out, shown = on_a_terminal(project, "apply", "-y", "--parallelism", "1", url=vendor.url, key=vendor.key)
    assert "4/4" in shown
    assert "1 retry" in shown
    assert "everything waits" in shown
    assert "created" not in shown
    assert "Apply complete: 4 created, 0 updated, 0 deleted." in out


def test_a_stream_of_json_stays_on_stdout(project: Path) -> None:
    """The live line is stderr's: what a program reads has no part of it."""
    with running(find_schemas(REPOSITORY)) as vendor:
        out, shown = on_a_terminal(project, "apply", "-y", "-o", "json", url=vendor.url, key=vendor.key)
    assert "4/4" in shown
    assert all(line.startswith('{"event": ') for line in out.splitlines())
    assert len(out.splitlines()) == 1 + 4 * 3 + 1


@pytest.mark.parametrize("environ", [{"TERM": "dumb"}, {"CI": "true"}])
def test_a_terminal_that_cannot_draw_gets_plain_lines(project: Path, environ: dict[str, str]) -> None:
    """As a pipe does: a line for each change that ended, and no control character."""
    with running(find_schemas(REPOSITORY)) as vendor:
        _, shown = on_a_terminal(project, "apply", "-y", url=vendor.url, key=vendor.key, **environ)
    assert "[4/4] " in shown
    assert "\x1b" not in shown


def test_quiet_draws_nothing(project: Path) -> None:
    """`-q` on a terminal: not a character."""
    with running(find_schemas(REPOSITORY)) as vendor:
        _, shown = on_a_terminal(project, "-q", "apply", "-y", url=vendor.url, key=vendor.key)
    assert shown == ""
