"""A verb that does what it is told, to see what the program's frame makes of it: `python -m tests.edge.probe WHAT`."""

from __future__ import annotations

import json
import os
import signal
import threading

import click

from reconciler import cli
from reconciler.commands.invocation import Invocation, verb
from reconciler.errors import DocumentError, LockHeldError, PlanRefusedError, error

SECRET = "sk-canary-7f3a9"


@verb("probe", outputs=("text", "json"))
@click.argument("what")
def probe(invocation: Invocation, what: str) -> int:
    """Do WHAT."""
    value = SECRET  # stands in this frame, as a key would
    match what:
        case "changes":
            return 2
        case "invalid":
            place = {"file": "assistants/viewings.yaml", "line": 4}
            raise DocumentError(
                error("too-long", "is too long", "Shorten it.", column=11, **place),
                error("no-voice", "needs a voice", column=1, **place),
            )
        case "locked":
            raise LockHeldError(error("lock-held", "somebody holds the lock\x1b[2J"))
        case "refused":
            invocation.result(json.dumps({"format_version": "1.0", "changes": []}))
            raise PlanRefusedError(error("deletes-too-much", "deletes 9 of 10"))
        case "bug":
            raise ValueError(f"cannot use {value}")
        case "chain":
            try:
                {}[value]
            except KeyError as missing:
                raise RuntimeError(value) from missing
        case "denied":
            raise PermissionError(13, "Permission denied", value)
        case "full":
            raise MemoryError
        case "ask":
            click.confirm("Apply?", abort=True)
        case "interrupt":
            os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait(30)
        case "flood":
            for number in range(200_000):
                invocation.result(f"line {number}")
        case "progress":
            invocation.progress("Begun.")
        case "umlaut":
            invocation.result("Zürich \udcff → 東京")
        case "invocation":
            shown = {name: getattr(invocation, name) for name in ("environment", "output", "color", "verbose", "quiet")}
            invocation.result(json.dumps({"directory": str(invocation.directory), **shown}))
    return 0


if __name__ == "__main__":
    cli.VERBS["probe"] = ("tests.edge.probe:probe", "Do what is told.")
    cli.main()
