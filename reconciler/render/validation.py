"""What `validate` prints: all errors of all files, or that there are none; as text and as JSON. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.canonical import Json
from reconciler.errors import Diagnostic
from reconciler.planfile import FORMAT_VERSION, diagnostic_to_json
from reconciler.render.diagnostics_text import Sources, render_diagnostics, tally
from reconciler.render.paint import counted


def render_validation(
    diagnostics: Sequence[Diagnostic], *, documents: int, color: bool = False, sources: Sources | None = None
) -> str:
    """The diagnostics and their counts; where none is an error the last line is `4 documents are valid.`"""
    told = render_diagnostics(diagnostics, color=color, sources=sources)
    failed = any(each.severity == "error" for each in diagnostics)
    return told if failed else f"{told}{verdict(diagnostics, documents=documents)}\n"


def verdict(diagnostics: Sequence[Diagnostic], *, documents: int) -> str:
    """In one line: how much is wrong, or that nothing is."""
    if any(each.severity == "error" for each in diagnostics):
        return tally(diagnostics)
    return f"{counted(documents, 'document')} {'is' if documents == 1 else 'are'} valid."


def diagnostics_to_json(environment: str, diagnostics: Sequence[Diagnostic], *, documents: int) -> dict[str, Json]:
    """The JSON of `validate -o json`: every diagnostic with all nine keys, by place, and their counts."""
    severities = [each.severity for each in diagnostics]
    return {
        "format_version": FORMAT_VERSION,
        "environment": environment,
        "diagnostics": [diagnostic_to_json(each) for each in sorted(diagnostics, key=Diagnostic.sort_key)],
        "summary": {
            "errors": severities.count("error"),
            "warnings": severities.count("warning"),
            "documents": documents,
        },
    }
