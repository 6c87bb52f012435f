"""What goes over the wire, as values: a call, an answer, and what is kept of both. No socket is touched here."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import field
from typing import Any

from reconciler.frozen import dataclass

FOREVER = math.inf
"""As an answer's `delay`: the answer never comes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One HTTP request. `path` is decoded and without the query; header names are lower-case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One HTTP response. `drop` means that the connection is closed instead; `delay` (seconds) comes before either."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    drop: bool = False
    delay: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Recorded:
    """What a test may ask of a request. `path` is relative to the API's base, as in the schemas and in plans.

    `body` is the parsed JSON, or None where there was none. `status` is None where the caller got no answer.
    `acted` says whether a write was carried out, whatever the caller got to know of it.
    """

    method: str
    path: str
    body: Any = field(repr=False)
    status: int | None
    acted: bool
    query: Mapping[str, str] = field(default_factory=dict)


def parsed(body: bytes) -> Any:
    """The JSON in a body, or None. NaN, infinities, broken surrogates and absurd nesting are no JSON here."""
    try:
        value = json.loads(body, parse_constant=_no_number, parse_float=_finite)
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return value


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("out of range")
    return value
