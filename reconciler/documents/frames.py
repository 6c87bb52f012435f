"""What the YAML loop has open, and what it keeps for aliases. Core: pure."""

from __future__ import annotations

from reconciler.canonical import Json
from reconciler.frozen import dataclass
from reconciler.model import Path

VALUE_WEIGHT = 100


@dataclass(kw_only=True, slots=True)
class Frame:
    """An open mapping or list. `muted`: it is read for its syntax only, as under a key that was refused.

    `awaits_key`: it is a mapping, and what comes next is a key, not a value.
    """

    container: dict[str, Json] | list[Json]
    path: Path
    muted: bool
    anchor: str | None
    is_key: bool = False
    key: str | None = None
    awaits_key: bool = False
    refused: bool = False
    weight: int = VALUE_WEIGHT
    height: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchored:
    """A complete value that an alias may copy. `height` is the number of levels inside it."""

    value: Json
    path: Path
    weight: int
    height: int
