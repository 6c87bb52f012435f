"""The log of requests: a file for each run in `.reconciler/log/`, a line of JSON for each attempt. Edge: writes files.

It answers "what did we send, when, and what does the server call it", and holds neither bodies nor queries nor keys.
It is this machine's (the folder keeps itself out of Git), made with the first request, and the newest are kept. A log
that cannot be written is told once and never ends a run: what was done is in the state.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.config.own_folder import OWN_FOLDER, keep_out_of_git

if TYPE_CHECKING:
    from reconciler.api import Exchange

LOG_FOLDER = f"{OWN_FOLDER}/log"
KEPT = 50
"""Files that stay, the one being written among them."""


class RequestLog:
    """The log of one run. Safe to use from many threads; nothing in it raises for what the disk does.

    `warn` gets one sentence, once, where the log cannot be written. `now` tells the time (UTC).
    """

    def __init__(
        self,
        root: Path,
        *,
        environment: str,
        warn: Callable[[str], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._root = root
        self._environment = environment
        self._warn = warn
        self._now = now
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._broken = False

    def write(self, exchange: Exchange) -> None:
        """One line, whole, at once: a run that is killed leaves what it had sent."""
        moment = self._now().astimezone(UTC)
        line = json.dumps(
            {
                "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                "environment": self._environment,
                "key": exchange.label,
                "method": exchange.method,
                "path": exchange.path,
                "attempt": exchange.number,
                "status": exchange.status,
                "failure": None if exchange.failure is None else exchange.failure.value,
                "duration_ms": round(exchange.seconds * 1000),
                "request_id": exchange.request_id,
            }
        )
        with self._lock:
            if not self._broken:
                self._append(f"{line}\n".encode(), moment)

    def _append(self, line: bytes, moment: datetime) -> None:
        # opened for each line: there is nothing to close when a run ends, however it ends
        try:
            path = self._path or self._begun(moment)
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(file, line)
            finally:
                os.close(file)
        except OSError as problem:
            self._broken = True
            why = (problem.strerror or type(problem).__name__).lower()
            self._warn(f"warning: requests are not logged: {LOG_FOLDER} cannot be written ({why})")

    def _begun(self, moment: datetime) -> Path:
        keep_out_of_git(self._root / OWN_FOLDER)
        folder = self._root / LOG_FOLDER
        folder.mkdir(exist_ok=True)
        _remove_oldest(folder)
        self._path = folder / f"{moment:%Y%m%dT%H%M%S.%fZ}-{os.getpid()}.jsonl"
        return self._path


def _remove_oldest(folder: Path) -> None:
    """Names begin with the time, so their order is that of the runs."""
    for old in sorted(folder.glob("*.jsonl"))[: 1 - KEPT]:
        with suppress(OSError):  # another run may be doing the same
            old.unlink()
