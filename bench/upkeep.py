"""What recording one change costs beside so many entries: `python -m bench.upkeep FOLDER` prints milliseconds.

As an apply does it: under the lock, an entry after another, each durable before the next.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from bench.corpus import opened
from reconciler.config import open_store
from reconciler.durable import replace_file
from reconciler.entries import entry_text

CHANGES = 100


def main(folder: str) -> None:
    """Print the median of CHANGES writes, and that of as many files that are made durable and nothing else."""
    store = open_store(opened(Path(folder)))
    entries = list(store.read().values())
    taken, plain = [], []
    with store.lock(command="bench", timeout=0):
        for number in range(CHANGES):
            entry = replace(entries[number % len(entries)], updated_at=f"2026-11-21T09:00:{number % 60:02}Z")
            begun = time.perf_counter()
            store.write(entry)
            taken.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            replace_file(Path(folder) / "plain.json", entry_text(entry))
            plain.append(time.perf_counter() - begun)
    print(f"{median(taken) * 1000:.3f} {median(plain) * 1000:.3f}")


if __name__ == "__main__":
    main(sys.argv[1])
