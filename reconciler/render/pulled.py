"""What `pull` prints: each document with its files, what it leaves to the portal, and what it took over. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.canonical import Json
from reconciler.errors import Diagnostic
from reconciler.planfile import FORMAT_VERSION, diagnostic_to_json
from reconciler.pull.accepting import Acceptance
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


def render_accepted(accepted: Sequence[Acceptance], *, dry_run: bool, color: bool = False) -> str:
    """A block a document: its fields, its files, and who else is concerned; the last line is the count."""
    lines = [line for each in accepted for line in _accepted_lines(each, color)]
    fields = sum(len(each.accepted) + len(each.conflicts) for each in accepted)
    of = f"{counted(fields, 'field')} of {counted(len(accepted), 'assistant')}"
    verdict = "Nothing to accept." if not accepted else f"{'Dry run: would accept' if dry_run else 'Accepted'} {of}."
    return "\n".join([*lines, *([""] if lines else []), verdict]) + "\n"


def accepted_to_json(
    environment: str, accepted: Sequence[Acceptance], refused: Sequence[Diagnostic], *, dry_run: bool
) -> dict[str, Json]:
    """The JSON of the same."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": environment,
        "dry_run": dry_run,
        "accepted": [
            {
                "key": each.key,
                "id": each.entry.id,
                "fields": list(each.accepted),
                "conflicts": list(each.conflicts),
                "files": sorted(each.files),
                "also": list(each.also),
                "elsewhere": {name: list(others) for name, others in sorted(each.elsewhere.items())},
            }
            for each in accepted
        ],
        "diagnostics": [diagnostic_to_json(each) for each in refused],
    }


def _accepted_lines(each: Acceptance, color: bool) -> Iterator[str]:
    names = ", ".join([*each.accepted, *(f"{name} (conflict)" for name in each.conflicts)])
    yield f"  {paint('~', 'update', color=color)} {terminal_safe(f'{each.key} (id {each.entry.id})  {names}')}"
    files = ", ".join(sorted(each.files)) or "the files say so already"
    yield f"      {terminal_safe(files)}"
    if each.also:
        yield f"      {terminal_safe('also changes: ' + ', '.join(each.also))}"


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
