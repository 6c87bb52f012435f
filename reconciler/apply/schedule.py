"""Which request may be sent next. Pure of IO; asked and told by one thread.

A request waits for the steps in `after` and for the request before it in its own change. What waits for a step that
never succeeds, fails or does not exist is never handed out: there is nothing to cancel, and no order can deadlock.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable

from reconciler.model import Change, Plan, Request


class Schedule:
    """The requests of a plan, handed out in step order as far as they are free to go."""

    def __init__(self, plan: Plan) -> None:
        self._requests: dict[int, tuple[Request, Change]] = {}
        self._needs: dict[int, set[int]] = {}
        self._waiting_for: dict[int, list[int]] = {}
        before: dict[str, int] = {}
        for request, change in plan.requests():
            needs = {*request.after, *({before[change.key]} if change.key in before else ())}
            before[change.key] = request.step
            self._requests[request.step] = (request, change)
            self._needs[request.step] = needs
            for step in needs:
                self._waiting_for.setdefault(step, []).append(request.step)
        self._ready = [step for step, needs in self._needs.items() if not needs]
        heapq.heapify(self._ready)

    def take(self, *, creates: bool = True) -> tuple[Request, Change] | None:
        """The free request with the lowest step, or None: none is free now. `creates=False` passes creates over."""
        if creates:
            return self._requests[heapq.heappop(self._ready)] if self._ready else None
        step = min((each for each in self._ready if self._requests[each][0].method != "POST"), default=None)
        if step is None:
            return None
        self._ready.remove(step)
        heapq.heapify(self._ready)
        return self._requests[step]

    def free_keys(self) -> set[str]:
        """The keys of the changes that `take` has a request of now."""
        return {self._requests[step][1].key for step in self._ready}

    def succeeded(self, step: int) -> None:
        """Set free what waited for `step` alone."""
        for each in self._waiting_for.pop(step, []):
            self._needs[each].discard(step)
            if not self._needs[each]:
                heapq.heappush(self._ready, each)

    def waits_for(self, requests: Iterable[Request]) -> list[str]:
        """The keys of the other changes whose steps still keep the first of `requests` back, sorted."""
        first = next(iter(requests), None)
        if first is None:
            return []
        own = self._requests[first.step][1].key
        blocking = {self._requests[step][1].key for step in self._needs[first.step] if step in self._requests}
        return sorted(blocking - {own})
