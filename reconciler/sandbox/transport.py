"""The vendor without a socket, for `api: "sandbox:"`: an httpx transport that calls it in this process."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from reconciler.sandbox.vendor import Vendor
from reconciler.sandbox.wire import FOREVER, Call


class SandboxTransport(httpx.BaseTransport):
    """Answers as the server would. A dropped connection is httpx.ReadError, an answer that never comes ReadTimeout."""

    def __init__(self, vendor: Vendor, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._vendor = vendor
        self._sleep = sleep

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._vendor.handle(
            Call(
                method=request.method,
                path=request.url.path,
                query=dict(request.url.params),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=request.read(),
            )
        )
        if answer.delay == FOREVER:
            raise httpx.ReadTimeout("no answer came")
        if answer.delay:
            self._sleep(answer.delay)
        if answer.drop:
            raise httpx.ReadError("the connection was reset")
        return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body)
