"""What a person sees on stderr while an apply runs.

On a terminal one live line, with a line above it for whatever is not simply done (for everything with `-v`); elsewhere
a plain line for each change that ends and each pause. `-vv` tells each request. With `-q` nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TypeAlias

from reconciler.api import Exchange, Retry, Wait
from reconciler.apply import Event, Finished, Requested, Retried, Status, Waiting
from reconciler.commands.events import event_writer
from reconciler.commands.invocation import Invocation
from reconciler.frozen import dataclass
from reconciler.model import Action, Plan
from reconciler.render.escape import terminal_safe
from reconciler.render.progress import Tally, pause_line, progress_line

Listener: TypeAlias = Callable[[Event], None]

_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.DELETE: "deleted",
    Action.FORGET: "forgotten",
    Action.NO_OP: "recorded",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Narration:
    """Who is told while a run lasts: `hear` takes its events, `say` a sentence for the person alone."""

    hear: Listener
    say: Callable[[str], None]

    def hear_of_questions(self, heard: Wait | Retry | Exchange) -> None:
        """What the client does beside the plan's requests (whose key it is, what is read back): its pauses are told."""
        if isinstance(heard, Wait):
            self.say(pause_line(heard.seconds, heard.why))


@contextmanager
def narration(invocation: Invocation, plan: Plan) -> Iterator[Narration]:
    """Tells everybody who asked: the person on stderr, and with `-o json` the program on stdout."""
    total = sum(each.mutates_state for each in plan.changes)
    written = event_writer(invocation, plan) if invocation.output == "json" else _nobody
    plain = nullcontext(_plain(invocation, total))
    told: AbstractContextManager[Narration] = _live(invocation, total) if _is_watched(invocation) else plain
    with told as person:

        def hear(event: Event) -> None:
            written(event)
            person.hear(event)

        yield Narration(hear=hear, say=person.say)


def _is_watched(invocation: Invocation) -> bool:
    """Whether a live line can be drawn: a person looks at stderr, and no stream of JSON runs through it."""
    if invocation.quiet or invocation.environ.get("TERM") == "dumb" or invocation.environ.get("CI"):
        return False
    mixed = invocation.output == "json" and sys.stdout.isatty()
    return sys.stderr is not None and sys.stderr.isatty() and not mixed


def _plain(invocation: Invocation, total: int) -> Narration:
    tally = Tally(total=total)

    def hear(event: Event) -> None:
        _count(tally, event, 0.0)
        line = _line(event, tally, verbose=invocation.verbose)
        if line is not None:
            invocation.progress(line)

    return Narration(hear=hear, say=invocation.progress)


@contextmanager
def _live(invocation: Invocation, total: int) -> Iterator[Narration]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    tally, begun = Tally(total=total), time.monotonic()
    console = Console(stderr=True, no_color=not invocation.color, highlight=False)
    columns = (BarColumn(bar_width=20), TextColumn("{task.description}", markup=False))

    def say(line: str) -> None:
        with suppress(OSError):  # the terminal may be gone; the run is not
            console.print(line, markup=False, soft_wrap=True)

    # stdout is the result's: rich would else send what is printed there to stderr
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as shown:
        task = shown.add_task(progress_line(tally, 0.0), total=total)

        def hear(event: Event) -> None:
            seconds = time.monotonic() - begun
            _count(tally, event, seconds)
            line = _line(event, tally, verbose=invocation.verbose)
            routine = isinstance(event, Finished) and event.status is Status.DONE and not invocation.verbose
            if line is not None and not routine:
                say(line)
            with suppress(OSError):
                shown.update(task, completed=len(tally.ended), description=progress_line(tally, seconds))

        yield Narration(hear=hear, say=say)


def _count(tally: Tally, event: Event, seconds: float) -> None:
    match event:
        case Finished() if event.status is not Status.NOT_STARTED:
            tally.ended.add(event.key)
        case Retried():
            tally.retries += 1
        case Waiting() if event.everyone:
            tally.paused_until = max(tally.paused_until, seconds + event.seconds)


def _line(event: Event, tally: Tally, *, verbose: int) -> str | None:
    """What is said of an event in a line of its own, safe for a terminal; None where nothing is."""
    match event:
        case Finished() if event.status is not Status.NOT_STARTED:
            what = _DONE.get(event.action, event.action) if event.status is Status.DONE else event.status
            id = f" (id {event.id})" if event.id is not None else ""
            said = f"[{len(tally.ended)}/{tally.total}] {event.key}: {what}{id} in {event.seconds:.1f} s"
        case Waiting():
            who = "everything" if event.everyone else event.key
            said = f"{who} waits {event.seconds:.1f} s: {event.why}"
        case Retried() if verbose:
            said = f"{event.key}: attempt {event.number}: {event.why}"
        case Requested() if verbose > 1:
            came = event.status if event.failure is None else f"{event.status or 'no answer'}, {event.failure}"
            said = f"{event.key}: {event.method} {event.path}: {came} in {event.seconds * 1000:.0f} ms"
        case _:
            return None
    return terminal_safe(said)


def _nobody(event: Event) -> None:
    """Hears nothing."""
