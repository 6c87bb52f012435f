"""What a plan is made from: what the files say, what the state knows, what the API shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import NamedTuple, TypeAlias

from reconciler.canonical import Json
from reconciler.frozen import dataclass

Content: TypeAlias = Mapping[str, Json]
Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands inside a document or a body: `("tools", 0, "description")`."""


RESERVED = "reconciler"
"""The one key of a document that is ours: its settings stand under it."""


class Position(NamedTuple):
    """A place in a file: path relative to the project with forward slashes; line and column count from 1.

    A tuple, since a document has sixty of them: a frozen dataclass takes nearly three times as long to make.
    """

    file: str
    line: int
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Desired:
    """What the files say of one assistant, after layers and references.

    `content` holds the vendor's fields (explicit nulls kept, secrets as references), already valid against the
    document schema. `positions` has a place for every path in `content`, `()` for the document itself, and such as
    `("reconciler", "id")` for its settings; a value that came through `${file:...}` has the place of the reference.
    `source` digests everything that decided the content. `unmanaged` fields never stand in `content`; `seed` fields
    may. `inputs` names what `source` was made from (`yaml:PATH`, `file:PATH`, `env:NAME`, `ref:NAME`, `secret:NAME`);
    it is empty where anything was said of the document, so that it is read, and that is said, again.
    """

    key: str
    content: Content
    source: str
    file: str
    inputs: tuple[str, ...] = ()
    line: int = 1
    positions: Mapping[Path, Position] = field(default_factory=dict)
    id: int | None = None
    moved_from: str | None = None
    unmanaged: frozenset[str] = frozenset()
    seed: frozenset[str] = frozenset()
    protect: bool = False

    def place(self, path: Path) -> Position:
        """The position of `path`, or of the nearest parent that has one."""
        for length in range(len(path), -1, -1):
            found = self.positions.get(path[:length])
            if found is not None:
                return found
        return Position(file=self.file, line=self.line, column=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """A create begun and not recorded: what was sent (secrets as references), its digest, and when (UTC, ISO 8601)."""

    body: Content
    body_digest: str
    started_at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Previous:
    """A last-applied that was replaced, for rollback."""

    last_applied: Content
    source: str
    replaced_at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unassigned:
    """An exclusive value that was released for an assistant which is not known to have taken it, and since when."""

    field: str
    value: Json
    since: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What the state knows of one key. `last_applied` is what we sent and manage; `source` is its `Desired.source`.

    `source` is empty where what was sent does not (yet) match one desired value: after the first of two requests.
    `inputs` (of `Desired`) are set where `last_applied` is the whole of what `source` stands for, and nothing else.
    Either `id` or `pending` is set, or both are not: then nothing is known but the key. `unassigned` stands with who
    released the value, or with who should have taken it where the old holder was deleted.
    """

    key: str
    id: int | None = None
    last_applied: Content = field(default_factory=dict)
    source: str = ""
    inputs: tuple[str, ...] = ()
    pending: Pending | None = None
    history: tuple[Previous, ...] = ()
    protect: bool = False
    unassigned: tuple[Unassigned, ...] = ()
    created_at: str | None = None
    updated_at: str | None = None


class Settled(NamedTuple):
    """A key whose document says what was last applied to the assistant `id`: there is nothing to plan for it.

    `name` is what people call the assistant, or empty. `content` has only what other documents can run into: the
    exclusive values that it holds, and the fields that make them count. A tuple, since nearly every key of nearly
    every plan is one: a Desired, an Entry and a Change of ten thousand keys took a fifth of the plan's time.
    """

    key: str
    id: int
    file: str
    name: str
    protect: bool
    content: Content


@dataclass(frozen=True, kw_only=True, slots=True)
class Live:
    """One assistant as the API shows it, in desired's form. A field that the API did not show is absent."""

    id: int
    content: Content
    name: str = ""
    status: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    blocked_at: str | None = None
    """When the platform's own check of its content took it out of service, if it did."""
    places: Mapping[str, int] = field(default_factory=dict)
    """How many decimals the API shows of the numbers that it shows as text: its columns round to them."""

    @property
    def is_inactive(self) -> bool:
        """Whether it takes no calls until somebody activates it."""
        return self.status == "inactive"
