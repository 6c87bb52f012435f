"""`apply -o json`: a line of JSON for each thing that happens, as it happens; the outcome is the last line.

    planned      what is about to be done: changes, requests
    started      a change begins
    request      an attempt came back: method, path, step, attempt, status (null: no answer), failure, duration
    waiting      a request pauses before its next attempt, and says why; `everyone`: at the server's wish, all do
    retried      it is sent again
    done, failed, unknown, skipped      a change ended
    outcome      the whole, with what was read back: it has the last word

No line holds a body, a header, or a text of the server's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from reconciler.apply import Event, Finished, Requested, Retried, Started, Status, Waiting
from reconciler.canonical import Json
from reconciler.commands.invocation import Invocation
from reconciler.model import Plan
from reconciler.render.escape import json_line

_ENDED = {Status.DONE: "done", Status.FAILED: "failed", Status.UNKNOWN: "unknown", Status.NOT_STARTED: "skipped"}


def event_writer(
    invocation: Invocation, plan: Plan, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Callable[[Event], None]:
    """A listener for `apply_plan` that prints each event; that of the plan itself is printed at once."""

    def write(content: dict[str, Json]) -> None:
        moment = now().astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        invocation.event(json_line({"event": content["event"], "time": moment, **content}))

    changes = sum(each.mutates_state for each in plan.changes)
    write({"event": "planned", "environment": plan.environment, "changes": changes, "requests": len(plan.requests())})
    return lambda event: write(event_to_json(event))


def event_to_json(event: Event) -> dict[str, Json]:
    """The event with its name and its key."""
    match event:
        case Started():
            return {"event": "started", "key": event.key, "action": event.action.value, "id": event.id}
        case Requested():
            return {
                "event": "request",
                "key": event.key,
                "step": event.step,
                "method": event.method,
                "path": event.path,
                "attempt": event.number,
                "status": event.status,
                "failure": event.failure,
                "duration_ms": round(event.seconds * 1000),
                "request_id": event.request_id,
            }
        case Waiting():
            seconds = round(event.seconds, 3)
            return {
                "event": "waiting",
                "key": event.key,
                "seconds": seconds,
                "everyone": event.everyone,
                "why": event.why,
            }
        case Retried():
            return {"event": "retried", "key": event.key, "attempt": event.number, "why": event.why}
        case Finished():
            return {
                "event": _ENDED[event.status],
                "key": event.key,
                "action": event.action.value,
                "id": event.id,
                "duration_ms": round(event.seconds * 1000),
            }
