"""The verb, as a person runs it: a process that serves until it is told to stop."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciler.commands.sandbox import sandbox
from reconciler.errors import ConfigError, UsageError
from tests.sandbox.agents import CLASSIC
from tests.support.frontdesk import frontdesk
from tests.support.vendor import running


@dataclass
class Served:
    """A running `reconciler sandbox`: its process, and what it said on start."""

    process: subprocess.Popen[str]
    exports: dict[str, str]

    def ask(self, method: str, path: str, **settings: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.exports['RECONCILER_API_KEY']}", "Accept": "application/json"}
        url = self.exports["RECONCILER_API_URL"] + path
        return httpx.request(method, url, headers=headers, timeout=10, **settings)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """The exit code, and what was printed on stderr."""
        self.process.send_signal(number)
        _, told = self.process.communicate(timeout=20)
        return self.process.returncode, told


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the invented brand's schemas, and no documents: the verb needs none."""
    brand = frontdesk()
    folder = tmp_path / "schemas"
    folder.mkdir()
    files = {"assistant": brand.assistant, "create": brand.create, "update": brand.update}
    for role, schema in {**files, "list": brand.list_, "delete": brand.delete}.items():
        (folder / f"{role}.schema.json").write_text(json.dumps(schema))
    return tmp_path


def command(project: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "reconciler", "-C", str(project), "sandbox", *options]


def refused(project: Path, *options: str) -> None:
    """The verb in this process, for what it refuses before it serves."""
    sandbox.main(args=["-C", str(project), *options], standalone_mode=False)


def ended(project: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(project, *options), capture_output=True, text=True, timeout=60)


@contextmanager
def serving(project: Path, *options: str) -> Iterator[Served]:
    """The verb on a free port. Its three lines are read from a pipe, so they must have been flushed."""
    process = subprocess.Popen(
        command(project, "--port", "0", *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(3)]
        exports = dict(re.findall(r"^export (\w+)=(.*)$", "".join(lines), re.MULTILINE))
        assert set(exports) == {"RECONCILER_API_URL", "RECONCILER_API_KEY"}, process.communicate(timeout=20)
        yield Served(process, {name: value.strip("'") for name, value in exports.items()})
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=20)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(project: Path, number: signal.Signals) -> None:
    """The printed exports lead to a working vendor; Ctrl-C and SIGTERM end it with exit code 0."""
    with serving(project) as served, httpx.Client() as idle:
        assert served.exports["RECONCILER_API_KEY"] == "sandbox"
        assert served.ask("POST", "/agent", json=CLASSIC).status_code == 201
        idle.get(served.exports["RECONCILER_API_URL"])
        assert served.stop(number) == (0, "Stopped.\n")


def test_data_outlives_the_process(project: Path) -> None:
    """With --data (relative to -C) the next run has the rows of the last; a kill loses nothing that was answered."""
    with serving(project, "--data", "practice/rows.db") as served:
        assert served.ask("POST", "/agent", json=CLASSIC).status_code == 201
        served.stop(signal.SIGKILL)
    with serving(project, "--data", "practice/rows.db") as served:
        assert [row["id"] for row in served.ask("GET", "/agents/all").json()["data"]] == [101]
    assert (project / "practice" / "rows.db").is_file()


def test_faults_come_as_the_options_say(project: Path) -> None:
    """Every second request is refused, every third fails, and the key is the one that was given."""
    with serving(
        project, "--rate-limit-every", "2", "--error-every", "3", "--error-status", "503", "--key", "4|k'y"
    ) as up:
        up.exports["RECONCILER_API_KEY"] = "4|k'y"
        assert [up.ask("GET", "/agents/all").status_code for _ in range(4)] == [200, 429, 503, 429]


@pytest.mark.parametrize(("option", "created"), [("--drop-before-every", 0), ("--drop-after-every", 1)])
def test_it_hangs_up_where_it_was_asked_to(project: Path, option: str, created: int) -> None:
    """The second request is dropped, before or after it was carried out; the third shows which."""
    with serving(project, option, "2") as up:
        up.ask("GET", "/agents/all")
        with pytest.raises(httpx.ReadError):
            up.ask("POST", "/agent", json=CLASSIC)
        assert up.ask("GET", "/agents/all").json()["total"] == created


def test_nothing_of_a_request_is_printed(project: Path) -> None:
    """Neither addresses nor bodies nor keys reach its output, however the requests end."""
    with serving(project, "--drop-after-every", "3", "-v") as up:
        up.ask("POST", "/agent", json={**CLASSIC, "instructions": "canary-4242"})
        up.ask("PUT", "/agent/101", json={"direction": "canary-4242"})
        with pytest.raises(httpx.ReadError):
            up.ask("PUT", "/agent/101", json={"instructions": "canary-4242"})
        up.process.send_signal(signal.SIGTERM)
        assert up.process.communicate(timeout=20) == ("", "Stopped.\n")


def test_more_than_this_machine_is_warned_about(project: Path) -> None:
    """A host that others can reach is served only where it is named, and with a warning."""
    with serving(project, "--host", "0.0.0.0") as up:
        code, told = up.stop()
    assert code == 0
    assert told.startswith("Warning: 0.0.0.0 is more than this machine")


def test_a_taken_port_is_told(project: Path) -> None:
    """The error names the port and the way out."""
    with running(frontdesk()) as vendor:
        port = vendor.url.removesuffix("/api").rsplit(":", 1)[1]
        with pytest.raises(ConfigError, match=f"port {port}") as caught:
            refused(project, "--port", port)
    assert "--port 0" in (caught.value.diagnostics[0].detail or "")


def test_a_file_that_is_no_sandbox_is_told_before_it_serves(project: Path) -> None:
    """The start fails, and the file is as it was."""
    (project / "rows.db").write_text("my shopping list")
    with pytest.raises(ConfigError, match=r"rows\.db"):
        refused(project, "--data", "rows.db")
    assert (project / "rows.db").read_text() == "my shopping list"


@pytest.mark.parametrize("key", ["two words", "", "schlüssel", "a\nb"])
def test_a_key_that_fits_in_no_header_is_refused(project: Path, key: str) -> None:
    """The key must be what a header can carry."""
    with pytest.raises(UsageError, match="--key"):
        refused(project, "--key", key)


@pytest.mark.parametrize(
    "options",
    [
        ("--port", "70000"),
        ("--error-every", "0"),
        ("--error-status", "404"),
        ("--latency", "-1"),
    ],
)
def test_senseless_options_are_usage_errors(project: Path, options: tuple[str, ...]) -> None:
    """Exit code 64, and nothing listens."""
    failed = ended(project, *options)
    assert (failed.returncode, failed.stdout) == (64, "")
    assert options[0] in failed.stderr


def test_the_help_shows_every_option(project: Path) -> None:
    """`-h` names each fault."""
    told = subprocess.run(
        command(project, "-h"), capture_output=True, text=True, timeout=60, env={**os.environ, "COLUMNS": "100"}
    ).stdout
    for option in ("host", "port", "data", "key", "latency", "rate-limit-every", "error-every", "error-status"):
        assert f"--{option}" in told
    for option in ("drop-before-every", "drop-after-every", "html-every"):
        assert f"--{option}" in told
