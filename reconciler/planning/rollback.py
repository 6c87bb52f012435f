"""Going back: what was applied before what is applied now, planned as if a document said so. Pure.

Only what is asked of the assistant comes from the history. How it is treated (what is released, what is sent once)
stays the document's, and the document itself still says otherwise: that is told with every such change.
"""

from __future__ import annotations

from dataclasses import replace

from reconciler.canonical import equal
from reconciler.errors import Diagnostic, note
from reconciler.model import Action, Change, Content, Desired, Entry, Reason
from reconciler.planning.compare import managed
from reconciler.planning.problems import place

NOWHERE = ""
"""The file of an assistant whose document is gone."""


def previous_desired(entry: Entry, content: Content, document: Desired | None) -> Desired:
    """What `entry` asked for before, as a document would say it. `content` is that of its newest history.

    `document` is today's, or None where there is none or it cannot be read.
    """
    bare = document or Desired(key=entry.key, content={}, source="", file=NOWHERE)
    return replace(
        bare,
        content={name: value for name, value in content.items() if name not in bare.unmanaged},
        source=entry.history[0].source,
        inputs=(),
        positions={},
        id=None,
        moved_from=None,
        protect=entry.protect,
    )


def going_back(change: Change, previous: Desired, document: Desired | None) -> Change:
    """The change that `previous` leads to, with its reason, and a word on what the files say."""
    if change.action is Action.NO_OP:
        return _without_place(change)
    told = change.diagnostics
    if document is not None and not equal(managed(document, creating=False), managed(previous, creating=False)):
        told = (*told, _files_say_otherwise(document))
    reason = change.reason if change.action is Action.BLOCKED else Reason.ROLLED_BACK
    return _without_place(replace(change, reason=reason, diagnostics=told))


def _without_place(change: Change) -> Change:
    """Where there is no document, there is no place in one."""
    if change.file != NOWHERE:
        return change
    told = tuple(replace(each, file=None, line=None, column=None) for each in change.diagnostics)
    return replace(change, file=None, line=None, diagnostics=told)


def _files_say_otherwise(document: Desired) -> Diagnostic:
    return note(
        "files-say-otherwise",
        f"{document.key} goes back to what was applied before, and its document still says otherwise",
        "The next plan of the files will want to change it again: take the edit back in version control as well.",
        **place(document),
    )
