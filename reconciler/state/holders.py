"""Who holds a lock: the facts of this process as a holder, and how a holder is told to somebody who has to wait."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from reconciler.entries import stamp
from reconciler.errors import LockHeldError, error
from reconciler.state.store import Holder


def this_process(*, command: str, now: datetime, environ: Mapping[str, str]) -> Holder:
    """The facts of this process as a holder. In CI a person is helped by the run's address, not by the user."""
    import socket  # here and below: a plan takes no lock

    who, told = (_as_text(each) for each in (_who(environ), command))
    return Holder(who=who, host=socket.gethostname(), pid=os.getpid(), command=told, since=stamp(now))


UNLOCKING: Mapping[str, Any] = {
    "loses": ("what the lock is for: two runs at once overwrite each other, where its holder is still at work",),
    "commands": (("state", "unlock"),),
}
"""For programs, of every refusal that a lock makes."""


def holder_from(stored: Mapping[str, Any]) -> Holder:
    """The holder that a record names. Raises KeyError where it is no such record."""
    return Holder(**{each.name: stored[each.name] for each in fields(Holder)})


def lock_held(environment: str, holder: Holder | None, *, then: str) -> LockHeldError:
    """The error of who found the lock taken; `then` is what to do where the holder is known."""
    summary = f"the state of {environment} is locked"
    if holder is None:
        return LockHeldError(
            error("lock-held", summary, "By whom is not recorded. Try again in a moment.", **UNLOCKING)
        )
    by = f"{holder.who} on {holder.host} (process {holder.pid}) since {holder.since}: {holder.command}"
    return LockHeldError(error("lock-held", f"{summary} by {by}", then, **UNLOCKING))


def _as_text(words: str) -> str:
    """Arguments and variables may hold any bytes, which no home could store."""
    return words.encode("utf-8", "backslashreplace").decode()


def _who(environ: Mapping[str, str]) -> str:
    run = environ.get("GITHUB_RUN_ID")
    if run:
        server = environ.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{environ.get('GITHUB_REPOSITORY', '')}/actions/runs/{run}"
    # GitLab, then Jenkins and those that imitate it
    for name in ("CI_JOB_URL", "BUILD_URL"):
        if environ.get(name):
            return environ[name]
    try:
        import getpass

        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        # a container's user often has a number and no name
        return f"user {os.getuid()}" if hasattr(os, "getuid") else "unknown user"
