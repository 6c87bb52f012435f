"""What `pull` and `import` print: each document with its files and what it leaves to the portal. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.canonical import Json
from reconciler.errors import Diagnostic
from reconciler.planfile import FORMAT_VERSION, diagnostic_to_json
from reconciler.pull.pulling import Pulled
from reconciler.render.escape import terminal_safe
from reconciler.render.paint import counted, paint


def render_pulled(pulled: Sequence[Pulled], *, left_out: int, dry_run: bool, color: bool = False) -> str:
    """A line a document, and what was released below it; the last line is the count."""
    lines = [line for each in pulled for line in _lines(each, color)]
    return "\n".join([*lines, *([""] if lines else []), _verdict(len(pulled), left_out, dry_run)]) + "\n"


def pulled_to_json(
    environment: str, pulled: Sequence[Pulled], left_out: Sequence[int], told: Sequence[Diagnostic], *, dry_run: bool
) -> dict[str, Json]:
    """The JSON of the same."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": environment,
        "dry_run": dry_run,
        "pulled": [
            {
                "key": each.draft.key,
                "id": each.draft.id,
                "files": list(each.draft.files),
                "released": [{"field": name, "why": why} for name, why in sorted(each.draft.released.items())],
                "secrets": sorted(each.draft.secrets),
            }
            for each in pulled
        ],
        "left_out": list(left_out),
        "diagnostics": [diagnostic_to_json(each) for each in told],
    }


def _lines(each: Pulled, color: bool) -> Iterator[str]:
    made = each.draft
    files = ", ".join(sorted(made.files))
    yield f"  {paint('+', 'create', color=color)} {terminal_safe(f'{made.key} (id {made.id})  {files}')}"
    for name, why in sorted(made.released.items()):
        yield f"      left to the portal: {terminal_safe(f'{name}: {why}')}"


def _verdict(written: int, left_out: int, dry_run: bool) -> str:
    if not written and not left_out:
        return "Nothing to pull."
    would = "would be written" if dry_run else "written"
    rest = f", {left_out} left out" if left_out else ""
    return f"{'Dry run' if dry_run else 'Pull complete'}: {counted(written, 'document')} {would}{rest}."
