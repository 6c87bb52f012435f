"""Creates of this run that nobody answered, looked for in the list that is read at its end. Shell: corrects entries.

What is certain is settled at once, so that a lost answer costs nobody another run; the rest is left to the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from reconciler.apply import messages
from reconciler.apply.outcome import ChangeResult, Outcome, Status
from reconciler.entries import record_request, stamp
from reconciler.model import Change, Entry, Plan
from reconciler.planning import Finding, Verdict
from reconciler.state.store import StateStore


def take_over(
    outcome: Outcome,
    plan: Plan,
    findings: Mapping[str, Finding],
    *,
    store: StateStore,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Outcome:
    """The outcome in which every unknown create that was found has its id, in the state as well.

    `findings` are what the list says of begun creates, by key. The caller holds the lock. Raises StateError where an
    entry cannot be written; those before it are.
    """
    changes = {each.key: each for each in plan.changes}
    unknown = [each.key for each in outcome.results if _is_settled(each, findings)]
    entries = store.read(unknown)
    results = []
    for result in outcome.results:
        if result.key in entries and _is_settled(result, findings):
            id = findings[result.key].ids[0]
            result = _taken_over(result, changes[result.key], id, entries[result.key], store, clock)
        results.append(result)
    return replace(outcome, results=tuple(results))


def _is_settled(result: ChangeResult, findings: Mapping[str, Finding]) -> bool:
    found = findings.get(result.key)
    return result.status is Status.UNKNOWN and found is not None and found.verdict is Verdict.FOUND


def _taken_over(
    result: ChangeResult, change: Change, id: int, entry: Entry, store: StateStore, clock: Callable[[], datetime]
) -> ChangeResult:
    create, *rest = change.requests
    store.write(record_request(entry, change, create, id=id, now=stamp(clock())))
    status = Status.FAILED if rest else Status.DONE
    left = (messages.incomplete(change, 1),) if rest else ()
    # what was told of it before was about not knowing
    return replace(result, id=id, status=status, diagnostics=(messages.create_found(change, id), *left))
