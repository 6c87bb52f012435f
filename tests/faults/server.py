"""The vendor in a process of its own, as often as asked: orders come as JSON lines, and each ends the server before.

It prints the address, then `held` once the request that the order names has arrived (and was carried out, or not),
and after `null` how many requests there were. When it says so, every thread has ended: nothing acts afterwards.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

from reconciler.config import find_schemas
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.server import Server
from reconciler.sandbox.storage import FileStorage
from reconciler.sandbox.vendor import Vendor

ROOT = Path(__file__).parent.parent.parent
SCHEMAS = find_schemas(ROOT)


class Count:
    """Counts requests, and tells of the one that is held. Called under the vendor's lock."""

    def __init__(self, hold: int | None) -> None:
        self.hold = hold
        self.number = 0
        self.printing = threading.Lock()

    def __call__(self, call: Any) -> None:
        self.number += 1
        if self.number == self.hold:
            with self.printing:
                print("held", flush=True)


def serve(order: dict[str, Any]) -> None:
    """Serve until the next line."""
    count = Count(order["hold"])
    faults = Faults(script=tuple(order["script"]), latency=order["latency"], retry_after=0)
    vendor = Vendor(SCHEMAS, FileStorage(Path(order["data"])), key=order["key"], faults=faults, watch=count)
    with Server(vendor) as server:
        print(server.url, flush=True)
        sys.stdin.readline()
    print(json.dumps({"requests": count.number, "problems": [repr(each) for each in server.problems]}), flush=True)


if __name__ == "__main__":
    while line := sys.stdin.readline():
        serve(json.loads(line))
