"""What `schema diff` prints: what a newer schema set changes, and what that means for the documents of a project.

Pure. Names and values come from pages, so a terminal sees nothing of them that is not text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from reconciler.apidocs.evolution import Evolved
from reconciler.canonical import Json
from reconciler.errors import Diagnostic
from reconciler.model import Position
from reconciler.planfile import FORMAT_VERSION, diagnostic_to_json
from reconciler.render.diagnostics_text import Sources, render_diagnostics
from reconciler.render.escape import terminal_safe
from reconciler.render.paint import counted

ORDER = ("removed", "renamed", "tightened", "added", "loosened", "changed")
WIDTH = max(len(each) for each in ORDER)
SHOWN = 5
Concerned = Mapping[str, Sequence[Position]]
"""By field, the places of the documents that may newly say it, or say more in it."""


def render_evolution(
    changes: Sequence[Evolved],
    broken: Sequence[Diagnostic],
    concerned: Concerned,
    *,
    documents: bool = True,
    color: bool = False,
    sources: Sources | None = None,
) -> str:
    """A line per change, what needs a hand first; then the documents that break, and those that may say more.

    `documents`: whether any were looked at.
    """
    if not changes:
        return "No differences."
    lines = [_line(each) for each in _sorted(changes)]
    if broken:
        lines += ["", "Documents that the new set would refuse:", ""]
        lines.append(render_diagnostics(broken, color=color, sources=sources).rstrip("\n"))
    if concerned:
        lines += ["", "Documents that may newly say something:"]
        lines += [terminal_safe(f"  {field}: {_places(places)}") for field, places in concerned.items()]
    return "\n".join([*lines, "", _verdict(changes, broken if documents else None)])


def evolution_to_json(changes: Sequence[Evolved], broken: Sequence[Diagnostic], concerned: Concerned) -> Json:
    """The same for programs: every change, every diagnostic with all its keys, every place."""
    return {
        "format_version": FORMAT_VERSION,
        "changes": [
            {
                "kind": each.kind,
                "field": each.field,
                "summary": each.told,
                "was": each.was or None,
                "why": list(each.why),
            }
            for each in _sorted(changes)
        ],
        "breaks": [diagnostic_to_json(each) for each in sorted(broken, key=Diagnostic.sort_key)],
        "may_say": {
            field: [{"file": each.file, "line": each.line} for each in places] for field, places in concerned.items()
        },
        "summary": {kind: sum(each.kind == kind for each in changes) for kind in ORDER} | {"breaks": len(broken)},
    }


def _sorted(changes: Iterable[Evolved]) -> list[Evolved]:
    return sorted(changes, key=lambda each: ORDER.index(each.kind))


def _line(change: Evolved) -> str:
    why = f" (guessed: {', '.join(change.why)})" if change.why else ""
    name = f"{change.field}: " if change.field else ""
    return terminal_safe(f"{change.kind:<{WIDTH}}  {name}{change.told}{why}")


def _places(places: Sequence[Position]) -> str:
    shown = ", ".join(f"{each.file}:{each.line}" for each in places[:SHOWN])
    more = f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    return f"{shown}{more}"


def _verdict(changes: Sequence[Evolved], broken: Sequence[Diagnostic] | None) -> str:
    counts = [f"{sum(each.kind == kind for each in changes)} {kind}" for kind in ORDER]
    files = len({each.file for each in broken or ()})
    told = f"{counted(files, 'document')} would break" if files else "no document breaks"
    if broken is None:
        told = "no documents were looked at"
    return f"{', '.join(each for each in counts if not each.startswith('0 '))}; {told}."
