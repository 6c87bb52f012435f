"""Asking the list of assistants what became of creates that were begun and never recorded. Edge: network and clock.

It is asked whenever there is one and a way to ask; nothing is asked for a project without. A list that cannot be read
settles nothing and stops nothing: such a create stays blocked, and the plan says why.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from reconciler.config import SANDBOX, Project
from reconciler.documents import Loaded
from reconciler.errors import ApiError, Diagnostic
from reconciler.model import Content, Entry, Live, Plan
from reconciler.planning import Finding, Verdict, look_up, unread
from reconciler.render.escape import terminal_safe


def ask_list(
    project: Project,
    loaded: Loaded,
    entries: Mapping[str, Entry],
    read: Callable[[], Mapping[int, Live]],
    *,
    shown: Mapping[int, Live] | None = None,
    tell: Callable[[str], None] = lambda text: None,
    wait: bool = False,
) -> dict[str, Finding]:
    """What the list says of every begun create among `entries`, by key; nothing where there is no way to ask.

    `shown` is the list where it was just read, else `read` reads it. `wait`: one that is not there yet is waited for
    as long as the server may still be at it. `tell` hears what is done.
    """
    begun = sorted(key for key, each in entries.items() if each.pending is not None)
    if not begun or not may_ask(project):
        return {}
    some = ", ".join(begun[:3]) + (f" and {len(begun) - 3} more" if len(begun) > 3 else "")
    try:
        if shown is None:
            tell(terminal_safe(f"Looking in the list of assistants for what was begun: {some}."))
            shown = read()
        found = settle(project, loaded, entries, shown)
        seconds = max((each.wait for each in found.values() if each.verdict is Verdict.TOO_EARLY), default=0.0)
        if not wait or not seconds:
            return found
        tell(f"Not everything is there yet, and the server may still be at it: waiting {seconds:.0f} s.")
        time.sleep(seconds)
        return settle(project, loaded, entries, read())
    except ApiError as problem:
        why = "; ".join(each.summary for each in problem.diagnostics)
        return unread(begun, f"The list of assistants could not be read: {why}.")


def may_ask(project: Project) -> bool:
    """Whether the list can be read: with a key, or where the vendor is the one in this process."""
    return project.api_key is not None or project.api_url == SANDBOX


def settle(
    project: Project, loaded: Loaded, entries: Mapping[str, Entry], shown: Mapping[int, Live]
) -> dict[str, Finding]:
    """The same of a list that was read: ids that a document asks for by itself are nobody else's."""

    from reconciler.live import observed  # hardly ever is there anything to settle

    def hidden(live: Live, like: Content) -> Live:
        return observed(live, like, project.schemas, project.fingerprint)

    return look_up(
        entries,
        shown,
        project.schemas,
        now=datetime.now(UTC),
        settle=project.settle,
        taken=[each.id for each in loaded.desired if each.id is not None],
        sealed=hidden,
    )


def overtaken(plan: Plan, entries: Mapping[str, Entry], findings: Mapping[str, Finding]) -> tuple[Diagnostic, ...]:
    """Where the list says something else of a begun create than when a saved plan was made, each as `stale-plan`.

    The entry has not moved, so nothing else tells: what was absent then may be there now, and would be made twice.
    """
    from reconciler.planfile import stale

    told = []
    for change in plan.changes:
        entry = entries.get(change.moved_from or change.key)
        finding = findings.get(change.moved_from or change.key)
        if not change.mutates_state or entry is None or entry.pending is None:
            continue
        wanted = (Verdict.ABSENT, ()) if change.id is None else (Verdict.FOUND, (change.id,))
        if finding is None or (finding.verdict, finding.ids) != wanted:
            summary = f"the list of assistants says something else now of the create of {change.key} that was begun"
            told.append(stale(summary, change.key))
    return tuple(told)
