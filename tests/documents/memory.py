"""A project's files in memory, as the shell would show them."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from reconciler.canonical import Json
from reconciler.documents import Loaded, drafting_of, load_documents
from reconciler.errors import DocumentError, error
from reconciler.model import Desired
from reconciler.schemas import SchemaSet
from tests.support.frontdesk import frontdesk

VALID = """\
title: Praxis Dr. Weber
direction: receive
engine: classic
greeting: Guten Tag, Praxis Dr. Weber.
instructions: Vergib Termine.
zone: Europe/Berlin
brain_id: 2
"""
"""The smallest document that the invented brand accepts."""


class MemoryFiles:
    """`Files` over a mapping; counts how often each file was read."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self.files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
        self.reads: list[str] = []

    def documents(self) -> list[str]:
        return sorted(
            path for path in self.files if path.startswith("assistants/") and path.endswith((".yaml", ".yml"))
        )

    def read(self, path: str) -> bytes:
        self.reads.append(path)
        if path not in self.files:
            raise DocumentError(error("file-missing", "it does not exist", "Check the path.", file=path))
        return self.files[path]


def fingerprint(name: str, value: str) -> str:
    return hmac.new(b"key of the tests", f"{name}\0{value}".encode(), hashlib.sha256).hexdigest()[:12]


def load(
    files: Mapping[str, str | bytes] | MemoryFiles,
    *,
    environment: str = "default",
    environ: Mapping[str, str] | None = None,
    catalog: Mapping[str, Json] | None = None,
    schemas: SchemaSet | None = None,
) -> Loaded:
    """Load documents of the invented brand; paths are below the project."""
    return load_documents(
        drafting_of(
            files=files if isinstance(files, MemoryFiles) else MemoryFiles(files),
            folder="assistants",
            schemas=schemas or frontdesk(),
            environment=environment,
            environ=environ or {},
            catalog=catalog or {},
            fingerprint=fingerprint,
        )
    )


def load_one(text: str, **settings: Any) -> Loaded:
    """Load one document, `assistants/praxis.yaml`, that adds `text` to a valid one."""
    return load({"assistants/praxis.yaml": VALID + text}, **settings)


def the_one(loaded: Loaded) -> Desired:
    """The only desired value of a load without any diagnostics."""
    assert loaded.diagnostics == ()
    (desired,) = loaded.desired
    return desired


def told(loaded: Loaded) -> list[tuple[str, str | None, int | None, int | None]]:
    """Code and place of every diagnostic."""
    return [(each.code, each.file, each.line, each.column) for each in loaded.diagnostics]
