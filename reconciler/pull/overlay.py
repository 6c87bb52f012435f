"""A project's files with some of them as they would be: what is to be written is read before it is written. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.documents.files import Files
from reconciler.documents.keys import ENDINGS
from reconciler.frozen import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlay:
    """`Files` in which `written` stand over those of `under`."""

    under: Files
    written: Mapping[str, bytes]
    folder: str

    def documents(self) -> Sequence[str]:
        prefix = "" if self.folder in ("", ".") else f"{self.folder}/"
        new = {path for path in self.written if path.startswith(prefix) and path.endswith(ENDINGS)}
        hidden = {path for path in new if any(part.startswith((".", "_")) for part in path[len(prefix) :].split("/"))}
        return sorted({*self.under.documents(), *(new - hidden)})

    def read(self, path: str) -> bytes:
        found = self.written.get(path)
        return self.under.read(path) if found is None else found
