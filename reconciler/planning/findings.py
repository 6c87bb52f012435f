"""What follows for a change from what the list says of a begun create: the id is taken over, or the create made again.

Pure. The change was decided as if that were in the state already; it is computed from the entry that is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.entries import entry_digest
from reconciler.model import Action, Change, Entry, Pending, Reason
from reconciler.planning import problems
from reconciler.planning.begun import Finding, Verdict


def with_finding(change: Change, begun: Mapping[str, Entry], findings: Mapping[str, Finding]) -> Change:
    """The change as it is where the list settled a begun create of its key; any other comes back as it is."""
    key = change.moved_from or change.key
    entry = begun.get(key)
    if entry is None or entry.pending is None:
        return change
    finding = findings[key]
    change = replace(change, expects=entry_digest(entry))
    if finding.verdict is Verdict.FOUND:
        told = problems.found(change, entry.pending, finding.ids[0])
        return replace(_recorded(change, entry, entry.pending), diagnostics=(*change.diagnostics, told))
    if finding.verdict is Verdict.ABSENT and change.action in (Action.CREATE, Action.FORGET):
        told = problems.came_to_nothing(change, entry.pending)
        reason = Reason.CREATE_INCOMPLETE if change.action is Action.CREATE else change.reason
        return replace(change, reason=reason, diagnostics=(*change.diagnostics, told))
    return change


def _recorded(change: Change, entry: Entry, pending: Pending) -> Change:
    """That it is this assistant is worth recording, whatever else there is to do."""
    if change.action not in (Action.NO_OP, Action.UPDATE):
        return change
    adopted = replace(change, action=Action.UPDATE, reason=Reason.ADOPTED)
    if change.reason is not Reason.ORPHANED:
        return adopted
    return replace(adopted, record=pending.body, protect=entry.protect)
