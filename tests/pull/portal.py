"""An account that people filled by hand in the portal, and a project on disk that is to take it over."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from reconciler.config import find_schemas
from reconciler.sandbox.storage import MemoryStorage
from tests.edge.projects import REPOSITORY, reconciler
from tests.sandbox.agents import Desk
from tests.support.vendor import Running, running

SCHEMAS = find_schemas(REPOSITORY)
RECEPTION: dict[str, Any] = {
    "name": "Harbour Dental - Reception",
    "voice_id": 1,
    "language_id": 1,
    "type": "inbound",
    "mode": "pipeline",
    "timezone": "Europe/London",
    "initial_message": "Harbour Dental, how can I help?",
    "system_prompt": "You answer the phone of a dental practice.\n\nNever give a diagnosis.",
    "llm_model_id": 2,
}


class Portal:
    """The account's server on a socket, and the project in `folder`."""

    def __init__(self, vendor: Running, storage: MemoryStorage, folder: Path) -> None:
        self.vendor = vendor
        self.folder = folder
        self._storage = storage

    def add(self, **fields: Any) -> int:
        """An assistant with any stored values, valid or not; what is not given is as the platform sets it."""
        with self._storage.transaction() as table:
            id = table.next_id()
            table.put({**_row(), **fields, "id": id, "uuid": f"5e0c8f0e-{id}"})
        return id

    def change(self, id: int, **fields: Any) -> None:
        """Somebody edits an assistant in the portal."""
        with self._storage.transaction() as table:
            row = table.get(id)
            assert row is not None
            table.put({**row, **fields, "updated_at": "2026-11-05T10:00:00.000000Z"})

    def row(self, id: int) -> dict[str, Any]:
        return next(each for each in self.vendor.rows() if each["id"] == id)

    def run(self, *arguments: str, **environ: str) -> CompletedProcess[str]:
        """The program in the project, with the account's key."""
        known = {"RECONCILER_API_URL": self.vendor.url, "RECONCILER_API_KEY": self.vendor.key}
        return reconciler(*arguments, cwd=self.folder, environ={**known, **environ})

    def ok(self, *arguments: str, **environ: str) -> str:
        """What the program prints where it exits with 0."""
        done = self.run(*arguments, **environ)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    def json(self, *arguments: str, **environ: str) -> Any:
        return json.loads(self.ok(*arguments, "-o", "json", **environ))

    def write(self, path: str, text: str) -> Path:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text.encode())
        return place

    def read(self, path: str) -> str:
        return (self.folder / path).read_bytes().decode()

    def files(self) -> Mapping[str, bytes]:
        """Every file of the project, but for the lock and other hidden ones."""
        found = (each for each in self.folder.rglob("*") if each.is_file())
        paths = {each.relative_to(self.folder).as_posix(): each for each in found}
        hidden = {path for path in paths if any(part.startswith(".") for part in path.split("/"))}
        return {path: paths[path].read_bytes() for path in sorted(paths.keys() - hidden)}

    def state(self, key: str) -> Any:
        return json.loads(self.read(f"state/default/{key}.json"))


@cache
def _row() -> dict[str, Any]:
    desk = Desk(SCHEMAS)
    desk.create(RECEPTION)
    return desk.row


@contextmanager
def portal(folder: Path, *, hidden: frozenset[str] | None = None) -> Iterator[Portal]:
    """An empty account and an empty project; the committed schemas are the project's own."""
    (folder / "assistants").mkdir(parents=True, exist_ok=True)
    (folder / "schemas").mkdir(exist_ok=True)
    for each in (REPOSITORY / "schemas").glob("*.json"):
        (folder / "schemas" / each.name).write_bytes(each.read_bytes())
    storage = MemoryStorage()
    with running(SCHEMAS, storage=storage, hidden=hidden) as vendor:
        yield Portal(vendor, storage, folder)
