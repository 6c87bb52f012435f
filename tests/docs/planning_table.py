"""The tables of docs/planning.md: the rows that tests/planning/test_table.py holds the planner to, in a reader's words.

The classes of risk are those of the committed schemas' fields.
"""

from __future__ import annotations

from reconciler.config import find_schemas
from reconciler.model import Risk
from reconciler.planning.risk import field_risk
from tests.planning.test_table import ANY_DOCUMENT, FREE, TABLE, Row
from tests.support.sessions import ROOT

ANY = "any"
DOCUMENT = {
    "no document": "none",
    "as applied": "as applied",
    "edited": "edited",
    "with id": "with `id`",
    "with moved_from": "with `moved_from`",
}
ENTRY = {
    "no entry": "none",
    "pending": "a create begun",
    "ok": "applied",
    "without id": "never had an id",
    "orphan twin": "none; an orphan of its name",
}
LIVE = {
    "unread": "not read",
    "gone": "gone",
    "equal": "as applied",
    "moved": "changed in the portal",
    "line held": "its number is another's",
}
FLAGS = {"keep": "", "prune": "`--prune`", "gate": "", "allow new": "`--allow-new`"}


def decisions() -> str:
    """A line for every row of the decision table."""
    lines = ["| document | state | live | flag | what happens | reason | why |", "|:--|:--|:--|:--|:--|:--|:--|"]
    lines += [f"| {' | '.join(_cells(row))} |" for row in TABLE]
    return "\n".join(lines) + "\n"


def _cells(row: Row) -> list[str]:
    document = ANY if row.document == ANY_DOCUMENT else _said(row.document, DOCUMENT)
    # the entry of a key without a document is an orphan's, whoever else looks like it
    entry = "ok" if row.entry == "ok|orphan twin" else row.entry
    live = _live(row.live)
    flags = [FLAGS[each] for each in (row.prune, row.new) if each != "*" and FLAGS[each]]
    action = "not spoken of" if row.action == "-" else f"**{row.action}**"
    return [document, _said(entry, ENTRY), live, " ".join(flags), action, row.reason, row.why]


def _live(alternatives: str) -> str:
    if alternatives == FREE:
        return "any, and its number is free"
    every = set(alternatives.split("|")) >= {"unread", "equal", "moved", "line held"}
    return ANY if every else _said(alternatives, LIVE)


def _said(alternatives: str, words: dict[str, str]) -> str:
    return ANY if alternatives == "*" else ", or ".join(words[each] for each in alternatives.split("|"))


def risks() -> str:
    """The fields of the committed schemas by what a caller would notice of a change."""
    schemas = find_schemas(ROOT)
    lines = ["| class | fields |", "|:--|:--|"]
    for risk in Risk:
        names = [f"`{name}`" for name in schemas.fields if field_risk(schemas, name) is risk]
        lines.append(f"| {risk.value} | {', '.join(names)} |")
    return "\n".join(lines) + "\n"
