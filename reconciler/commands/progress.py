"""What a person sees while an apply runs: a plain line on stderr for each change that ends, and for each pause."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.apply import Event, Finished, Retried, Status, Waiting
from reconciler.commands.invocation import Invocation
from reconciler.model import Action
from reconciler.render.escape import terminal_safe

_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.DELETE: "deleted",
    Action.FORGET: "forgotten",
    Action.NO_OP: "recorded",
}


def narrator(invocation: Invocation, total: int) -> Callable[[Event], None]:
    """A listener for `apply_plan` that tells each event of `total` changes in a line."""
    ended = 0

    def tell(event: Event) -> None:
        nonlocal ended
        match event:
            case Finished():
                ended += 1
                what = _DONE.get(event.action, event.action) if event.status is Status.DONE else event.status
                id = f" (id {event.id})" if event.id is not None else ""
                line = f"[{ended}/{total}] {event.key}: {what}{id} in {event.seconds:.1f} s"
                invocation.progress(terminal_safe(line))
            case Waiting():
                who = "everything" if event.everyone else event.key
                invocation.progress(terminal_safe(f"{who} waits {event.seconds:.1f} s: {event.why}"))
            case Retried() if invocation.verbose:
                invocation.progress(terminal_safe(f"{event.key}: attempt {event.number}: {event.why}"))

    return tell
