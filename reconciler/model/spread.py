"""How work on many things is dealt out, as those see it that have it done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol


class Spread(Protocol):
    """`map` of one sequence, in its order, however it is done: what it is given has no effect but its result."""

    def __call__(self, function: Callable[[Any], Any], items: Sequence[Any], /) -> Iterable[Any]: ...
