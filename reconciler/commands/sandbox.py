"""The verb `sandbox`: a vendor of your own on a local address, until Ctrl-C or SIGTERM.

Opens a listening socket, and writes to the file that `--data` names. It prints how to reach it, and nothing of what it
is asked.
"""

from __future__ import annotations

import shlex
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import click

from reconciler.commands.invocation import Invocation, verb
from reconciler.config import find_schemas
from reconciler.errors import ConfigError, UsageError, error
from reconciler.render.escape import json_text
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.openapi import openapi
from reconciler.sandbox.server import Server
from reconciler.sandbox.storage import FileStorage, MemoryStorage, Storage
from reconciler.sandbox.vendor import BASE, Vendor

EVERY = click.IntRange(min=1)


@verb(
    "sandbox",
    epilog="""\b
Examples:
  reconciler sandbox
  reconciler sandbox --data .reconciler/practice.db --port 0
  reconciler sandbox --rate-limit-every 5 --drop-after-every 7""",
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option(
    "--port", default=8787, show_default=True, type=click.IntRange(0, 65535), help="On which port; 0 takes a free one."
)
@click.option("--data", type=click.Path(path_type=Path), metavar="FILE", help="Keep the assistants in FILE. [memory]")
@click.option("--key", default="sandbox", show_default=True, metavar="KEY", help="The API key that it accepts.")
@click.option("--openapi", "described", is_flag=True, help="Print what it answers as an OpenAPI document, and end.")
@click.option("--latency", default=0, type=click.IntRange(0, 600_000), metavar="MS", help="Delay every answer.")
@click.option("--rate-limit-every", type=EVERY, metavar="N", help="Answer every Nth request with 429.")
@click.option("--error-every", type=EVERY, metavar="N", help="Answer every Nth request with a server error.")
@click.option("--error-status", default="500", show_default=True, type=click.Choice(("500", "503")), help="Which one.")
@click.option("--drop-before-every", type=EVERY, metavar="N", help="Hang up on every Nth request, unread.")
@click.option("--drop-after-every", type=EVERY, metavar="N", help="Carry out every Nth request, then hang up.")
@click.option("--html-every", type=EVERY, metavar="N", help="Answer every Nth request with a web page.")
def sandbox(
    invocation: Invocation, host: str, port: int, data: Path | None, key: str, described: bool, **faults: Any
) -> int:
    """Run a vendor of your own to practise on: the same API, made from the schemas, with faults where you want them."""
    if described:
        invocation.result(json_text(openapi(find_schemas(invocation.directory), base=f"http://{host}:{port}{BASE}")))
        return 0
    _check_key(key)
    latency, status = faults.pop("latency") / 1000, int(faults.pop("error_status"))
    chosen = Faults(latency=latency, error_status=status, **faults)
    schemas = find_schemas(invocation.directory)
    storage = _storage(invocation.directory, data)
    # remember=0: whoever runs this for weeks keeps no requests, and no secrets of theirs, in memory
    vendor = Vendor(schemas, storage, key=key, faults=chosen, remember=0)
    with _stopped_by_signals() as stopped, _listening(vendor, host, port) as server:
        from reconciler.api.address import is_loopback  # an HTTP library comes with it, and `--help` needs none

        if not is_loopback(host):
            invocation.progress(
                f"Warning: {host} is more than this machine: whoever reaches it can use this sandbox, unencrypted."
            )
        invocation.result(_announcement(server.url, key))
        stopped.wait()
    invocation.progress("Stopped.")
    return 0


def _announcement(url: str, key: str) -> str:
    return "\n".join(
        [
            f"The sandbox listens on {url} (Ctrl-C stops it). In another shell:",
            f"export RECONCILER_API_URL={shlex.quote(url)}",
            f"export RECONCILER_API_KEY={shlex.quote(key)}",
        ]
    )


def _check_key(key: str) -> None:
    """A key must fit into a header: visible ASCII, as every real one is."""
    if not key or not all("!" <= each <= "~" for each in key):
        raise UsageError(error("key-unusable", "--key must be visible ASCII characters, at least one, without spaces"))


def _storage(directory: Path, data: Path | None) -> Storage:
    """The rows' home; a file that cannot be used is said before anything listens."""
    if data is None:
        return MemoryStorage()
    storage = FileStorage(directory / data)
    with storage.transaction():
        return storage


def _listening(vendor: Vendor, host: str, port: int) -> Server:
    try:
        return Server(vendor, host=host, port=port)
    except OSError as problem:
        raise ConfigError(
            error(
                "cannot-listen",
                f"the sandbox cannot listen on {host} port {port}: {problem.strerror or problem}",
                "Name another port with --port, or --port 0 for a free one.",
            )
        ) from None


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set: for a server, either is the ordinary end and no interruption."""
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
