"""Requests to a forge: which are sent again, and what a refusal means. Shell.

Forges limit rates with 429, and GitHub with 403 as well. A POST is sent again only where it provably did nothing;
where nobody knows, UnknownPost says so, and whoever posts looks whether it is there.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from reconciler.api.answers import Effect, Failure, Kind
from reconciler.api.patience import Patience, Trial
from reconciler.api.wire import Reply, Timeouts, Wire
from reconciler.bounds import holds_too_much
from reconciler.canonical import Json
from reconciler.errors import ForgeError, error

PER_PAGE = 100
MOST_PAGES = 200
FORGE_PATIENCE = Patience(attempts=5, unreachable_attempts=4, throttled_attempts=8, seconds=300.0, longest_pause=20.0)


class UnknownPost(ForgeError):
    """A POST was sent, and nobody knows whether it arrived."""


class ForgeClient:
    """A forge's API under one token. `name` is what errors call it. Clock, pause and randomness are for tests."""

    def __init__(
        self,
        name: str,
        base: str,
        token: str,
        *,
        patience: Patience = FORGE_PATIENCE,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] = time.sleep,
        random_share: Callable[[], float] = random.random,
    ) -> None:
        self.name = name
        self._token = token
        self._patience = patience
        self._clock = clock
        self._pause = pause
        self._random_share = random_share
        self._wire = Wire(base, token, connections=2, timeouts=Timeouts(whole=60.0), transport=None)

    def close(self) -> None:
        """Close every connection."""
        self._wire.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """What a GET answers, read as JSON. Raises ForgeError."""
        return self.send("GET", path, query=query)

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[Mapping[str, Any]]:
        """Every row of a list, page after page. Raises ForgeError, also where the list does not end."""
        for number in range(1, MOST_PAGES + 1):
            asked = {**(query or {}), "per_page": str(PER_PAGE), "page": str(number)}
            rows = self.get(path, asked)
            if not isinstance(rows, list):
                raise self._strange(path)
            yield from (each for each in rows if isinstance(each, Mapping))
            if len(rows) < PER_PAGE:
                return
        raise ForgeError(error("forge-list", f"{self.name}: the list at {path} does not end"))

    def send(self, method: str, path: str, body: Json = None, *, query: Mapping[str, str] | None = None) -> Any:
        """Send, and send again where that is safe. Raises ForgeError, and UnknownPost where a POST may have arrived."""
        content = None if body is None else json.dumps(body).encode()
        trial = Trial(self._patience, self._random_share, begun=self._clock())
        while True:
            trial.tries += 1
            found = self._once(method, path, content, query or {})
            if not isinstance(found, Failure):
                return found
            trial.unsure = trial.unsure or found.effect is Effect.UNKNOWN
            delay = trial.delay_after(method, found, self._clock())
            if delay is None:
                raise self._told(method, path, found, trial)
            self._pause(delay)

    def _once(self, method: str, path: str, content: bytes | None, query: Mapping[str, str]) -> Any:
        reply = self._wire.exchange(method, path, content, query)
        if isinstance(reply, Failure):
            return reply
        if 200 <= reply.status < 300:
            return self._read(path, reply)
        return _refused(reply)

    def _read(self, path: str, reply: Reply) -> Any:
        if not reply.content:
            return None
        if holds_too_much(reply.content):
            raise self._strange(path)
        try:
            return json.loads(reply.content)
        except (ValueError, RecursionError):
            raise self._strange(path) from None

    def _strange(self, path: str) -> ForgeError:
        return ForgeError(
            error("forge-answer", f"{self.name} answered {path} with something else than its API does", _ADDRESS)
        )

    def _told(self, method: str, path: str, failure: Failure, trial: Trial) -> ForgeError:
        times = f" (after {trial.tries} attempts)" if trial.tries > 1 else ""
        said = f" ({failure.status})" if failure.status else ""
        message = f": {failure.message.replace(self._token, '***')[:300]}" if failure.message else ""
        told = error(
            "forge-refused" if failure.status else "forge-unreachable",
            f"{self.name}: {method} {path}: {failure.why}{said}{message}{times}",
            _ADVICE.get(failure.status or 0),
        )
        unknown = method == "POST" and trial.unsure
        return UnknownPost(told) if unknown else ForgeError(told)


_ADDRESS = "Check GITHUB_API_URL or CI_API_V4_URL."
_ADVICE = {
    401: "The token was not accepted. Check GITHUB_TOKEN, or GITLAB_TOKEN.",
    403: "The token may not do that. In GitHub Actions, the job needs `pull-requests: write` or `issues: write`.",
    404: "The token does not reach it, or it is not there.",
}


def _refused(reply: Reply) -> Failure:
    message = _message(reply.content)
    if reply.status == 429 or (reply.status == 403 and _throttles(reply.headers)):
        return Failure(
            kind=Kind.RATE_LIMITED,
            effect=Effect.REFUSED,
            status=reply.status,
            why="it limits the rate of requests",
            message=message,
            retry_after=_seconds(reply.headers),
        )
    if reply.status >= 500:
        why = "the server failed"
        return Failure(kind=Kind.SERVER_ERROR, effect=Effect.UNKNOWN, status=reply.status, why=why, message=message)
    why = "it was refused" if reply.status >= 400 else "it was sent elsewhere, and redirects are not followed"
    return Failure(kind=Kind.REFUSED, effect=Effect.REFUSED, status=reply.status, why=why, message=message)


def _throttles(headers: Mapping[str, str]) -> bool:
    return "retry-after" in headers or headers.get("x-ratelimit-remaining") == "0"


def _seconds(headers: Mapping[str, str]) -> float | None:
    asked = headers.get("retry-after", "")
    if re.fullmatch("[0-9]{1,6}", asked):
        return float(asked)
    reset = headers.get("x-ratelimit-reset", "")
    return max(0.0, float(reset) - time.time()) if re.fullmatch("[0-9]{1,12}", reset) else None


def _message(content: bytes) -> str | None:
    """What the forge says of a refusal, in one line; it may be anything."""
    if holds_too_much(content):
        return None
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, Mapping):
        return None
    found = told.get("message") or told.get("error")
    reasons = told.get("errors")
    more = [each.get("message") for each in reasons if isinstance(each, Mapping)] if isinstance(reasons, list) else []
    texts = [
        found if isinstance(found, str) else json.dumps(found) if found else "",
        *(str(each) for each in more if each),
    ]
    return "; ".join(filter(None, texts)) or None
