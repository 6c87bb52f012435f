"""What goes wrong, and when. A fault is chosen by the request's number alone, so every run of a test meets the same.

A script names the fault of each coming request; when it is used up, the `every` rules count on from one.
Its words:

    ok                             as it should be
    429                            refused, with Retry-After in the header and `retry_after` in the body
    busy                           503 with Retry-After
    400 ... 599                    that status, and nothing was done
    500-after (any such number)    the request was carried out, and the answer is an error all the same
    drop-before, drop-after        the connection is closed without an answer, before or after it was carried out
    stall-before, stall-after      no answer ever comes, before or after it was carried out
    html, html-502                 a page instead of JSON (status 200, or the one that is named); nothing was done
    html-after                     a page instead of JSON, after it was carried out
"""

from __future__ import annotations

import re
from typing import Literal

from reconciler.frozen import dataclass

Kind = Literal["ok", "status", "drop", "stall", "html"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One request's fate. `acts` says whether the request is carried out first; `waits` asks for a Retry-After."""

    kind: Kind
    acts: bool = False
    status: int = 200
    waits: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Faults:
    """`latency` and `retry_after` are seconds. Each `every` is a count of requests, or None for never.

    Where two rules meet on one request, the earlier in this list wins. Raises ValueError for a word or a number
    that means nothing.
    """

    latency: float = 0.0
    rate_limit_every: int | None = None
    retry_after: int = 1
    error_every: int | None = None
    error_status: int = 500
    drop_before_every: int | None = None
    drop_after_every: int | None = None
    html_every: int | None = None
    html_status: int = 200
    script: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for _, every in self._rules():
            if every is not None and every < 1:
                raise ValueError("a fault can come every request, every second, every third: at least 1")
        if self.latency < 0 or self.retry_after < 0:
            raise ValueError("latency and retry_after are seconds, and not negative")
        object.__setattr__(self, "script", tuple(self.script))
        for word in (*self.script, *(word for word, _ in self._rules())):
            parse(word)

    def at(self, number: int) -> str:
        """The word for the `number`th request (from 1) that no script speaks of."""
        for word, every in self._rules():
            if every is not None and number % every == 0:
                return word
        return "ok"

    def _rules(self) -> tuple[tuple[str, int | None], ...]:
        return (
            ("429", self.rate_limit_every),
            (str(self.error_status), self.error_every),
            ("drop-before", self.drop_before_every),
            ("drop-after", self.drop_after_every),
            ("html" if self.html_status == 200 else f"html-{self.html_status}", self.html_every),
        )


def parse(word: str) -> Fault:
    """The fault that a script's word names. Raises ValueError for any other word."""
    fixed = _FIXED.get(word)
    if fixed is not None:
        return fixed
    numbered = re.fullmatch(r"(html-)?([45]\d\d)(-after)?", word)
    if numbered is None:
        raise ValueError(f"{word!r} is not a fault: see the list at the top of reconciler/sandbox/faults.py")
    page, status, after = numbered.groups()
    return Fault(kind="html" if page else "status", status=int(status), acts=after is not None, waits=status == "429")


_FIXED = {
    "ok": Fault(kind="ok", acts=True),
    "busy": Fault(kind="status", status=503, waits=True),
    "drop-before": Fault(kind="drop"),
    "drop-after": Fault(kind="drop", acts=True),
    "stall-before": Fault(kind="stall"),
    "stall-after": Fault(kind="stall", acts=True),
    "html": Fault(kind="html"),
    "html-after": Fault(kind="html", acts=True),
}
