"""Fetches one docs page. Nothing of the project goes out, and no redirect leads to another host.

httpx honours the proxy variables; the whole answer has one deadline and one size, whatever a server trickles.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from reconciler.errors import PageError, error

if TYPE_CHECKING:
    import httpx

SECONDS = 30.0
SILENCE = 10.0
REDIRECTS = 5
SAVE_IT = "Save the page to a file and give the file."


def fetch(address: str, *, limit: int, clock: Callable[[], float] = time.monotonic) -> bytes:
    """At most `limit` bytes of the page at an address.

    Raises PageError with what to do instead, and ConfigError where the environment's network settings are unusable.
    """
    import httpx

    from reconciler.api.bounded import Deadline, bound
    from reconciler.api.wire import made

    at, end = address, clock() + SECONDS
    deadline = Deadline()
    deadline.at = end
    headers = {"Accept": "text/markdown, text/plain, text/html;q=0.5"}
    try:
        with made(lambda: httpx.Client(timeout=SILENCE, follow_redirects=False, headers=headers)) as client:
            bound(client, deadline, clock)
            for _ in range(REDIRECTS + 1):
                with client.stream("GET", at) as answer:
                    if not answer.is_redirect:
                        return _body(answer, address, limit)
                    at = _next(address, at, answer.headers["location"])
    except httpx.ReadTimeout:
        late = clock() >= end
        told = f"took longer than {SECONDS:.0f} seconds" if late else f"sent nothing for {SILENCE:.0f} seconds"
        raise _refuse("page-unreachable", address, told, SAVE_IT) from None
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise _refuse("page-unreachable", address, f"cannot be fetched: {problem}", SAVE_IT) from None
    raise _refuse("page-unreachable", address, f"redirects more than {REDIRECTS} times", SAVE_IT)


def _body(answer: httpx.Response, address: str, limit: int) -> bytes:
    if answer.status_code != 200:
        raise _refuse("page-unreachable", address, f"answers {answer.status_code}", "Check the address.")
    content = b""
    for part in answer.iter_bytes():
        content += part
        if len(content) >= limit:
            return content[:limit]
    return content


def _next(address: str, at: str, location: str) -> str:
    """Where a redirect leads: to the same host, and never from https to http."""
    try:
        target = urljoin(at, location)
        here, there = urlsplit(at), urlsplit(target)
    except ValueError:
        raise _refuse("page-elsewhere", address, "redirects to what is no address", SAVE_IT) from None
    safe = there.scheme == here.scheme or there.scheme == "https"
    if there.hostname != here.hostname or not safe:
        raise _refuse(
            "page-elsewhere",
            address,
            f"redirects to {there.scheme}://{there.hostname}",
            "Give that address if you trust it.",
        )
    return target


def _refuse(code: str, address: str, told: str, advice: str) -> PageError:
    return PageError(error(code, f"the page {told}", advice, file=address))
