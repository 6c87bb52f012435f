"""The answers that are alike for every route: the framework's refusals, and what is sent when something goes wrong."""

from __future__ import annotations

import json

from reconciler.canonical import Json
from reconciler.sandbox.faults import Fault, Faults
from reconciler.sandbox.wire import FOREVER, Answer, Call


def json_answer(status: int, content: Json, **headers: str) -> Answer:
    """A JSON answer. Underscores in the names of `headers` stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = json.dumps(content, separators=(",", ":"), allow_nan=False).encode()
    return Answer(status=status, headers={"Content-Type": "application/json", **named}, body=body)


def html_answer(status: int, title: str, **headers: str) -> Answer:
    """A small HTML page: what a login wall or a proxy in trouble sends."""
    page = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    return Answer(status=status, headers={"Content-Type": "text/html; charset=UTF-8", **headers}, body=page.encode())


def unauthenticated(call: Call) -> Answer:
    """The platform sends a browser to its login page, and takes everybody who does not ask for JSON for one."""
    if "application/json" in call.headers.get("accept", ""):
        return json_answer(401, {"message": "Unauthenticated."})
    return html_answer(302, "Redirecting to /login", Location="/login")


def wrong_method(call: Call, allowed: list[str]) -> Answer:
    methods = ", ".join(sorted(allowed))
    told = f"The {call.method} method is not supported for route {call.path.lstrip('/')}. Supported methods: {methods}."
    return json_answer(405, {"message": told}, Allow=methods)


def not_an_object() -> Answer:
    return json_answer(400, {"message": "The request body must be a JSON object."})


def faulty(fault: Fault, faults: Faults) -> Answer:
    match fault.kind:
        case "drop":
            return Answer(status=0, drop=True)
        case "stall":
            return Answer(status=0, delay=FOREVER)
        case "html":
            return html_answer(fault.status, "Welcome" if fault.status < 400 else "Bad gateway")
    if fault.status == 429:
        seconds = faults.retry_after
        content: Json = {"message": "Too Many Attempts.", "retry_after": seconds}
        return json_answer(429, content, Retry_After=str(seconds))
    wait = {"Retry_After": str(faults.retry_after)} if fault.waits else {}
    return json_answer(fault.status, {"message": _TOLD.get(fault.status, "Server Error")}, **wait)


_TOLD = {
    401: "Unauthenticated.",
    402: "The plan does not allow this.",
    403: "This action is unauthorized.",
    404: "Assistant not found",
    422: "You have reached the limit of your plan.",
    503: "Service Unavailable",
}
