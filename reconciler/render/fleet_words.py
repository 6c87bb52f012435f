"""How one environment's job ended, in a line; and the whole fleet as JSON. Pure.

The jobs are the fleet's, which stands above this floor; what is needed of them is the protocol here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from reconciler.canonical import Json
from reconciler.errors import Diagnostic
from reconciler.planfile import FORMAT_VERSION, diagnostic_to_json
from reconciler.render.escape import terminal_safe
from reconciler.render.fleet_text import Audits
from reconciler.render.paint import Role, counted, paint
from reconciler.render.review import Bundle, Review, client_of

_WELL = (0, 2)
_CODES: Mapping[int, str] = {
    1: "failed",
    3: "partial",
    4: "stale",
    5: "locked",
    6: "refused",
    7: "a create's outcome is unknown",
    64: "usage",
    130: "interrupted",
}


class ShownJob(Protocol):
    """How a job ended: `code` is its exit code, `attempts` 0 where it was never begun."""

    @property
    def environment(self) -> str: ...
    @property
    def code(self) -> int: ...
    @property
    def attempts(self) -> int: ...
    @property
    def summary(self) -> Mapping[str, Json]: ...
    @property
    def diagnostics(self) -> Sequence[Diagnostic]: ...


def job_line(verb: str, job: ShownJob, *, pad: int = 0, color: bool = False) -> str:
    """`acme-dental  1 created, 2 updated, 0 deleted`, or what went wrong; one line, whatever stands in it."""
    told, role = _told(verb, job)
    again = f" (attempt {job.attempts})" if job.attempts > 1 else ""
    return f"{terminal_safe(job.environment):<{pad}}  {paint(terminal_safe(told), role, color=color)}{again}"


def totals(verb: str, jobs: Sequence[ShownJob], code: int) -> str:
    """The last line: `Fleet apply: 58 of 60 environments done, 1 failed, 1 not begun; 12 created, ...`."""
    well = sum(each.code in _WELL for each in jobs)
    idle = sum(each.attempts == 0 for each in jobs)
    parts = [f"{well:,} of {counted(len(jobs), 'environment')} done"]
    parts += [f"{len(jobs) - well - idle:,} failed"] if len(jobs) > well + idle else []
    parts += [f"{idle:,} not begun"] if idle else []
    sums: dict[str, int] = {}
    for each in jobs:
        for name in _COUNTED[verb]:
            value = each.summary.get(name, 0)
            sums[name] = sums.get(name, 0) + (value if isinstance(value, int) else 0)
    also = ", ".join(f"{value:,} {_COUNTED[verb][name]}" for name, value in sums.items())
    return f"Fleet {verb}: {', '.join(parts)}; {also}." + (f" Exit code {code}." if code else "")


def fleet_to_json(verb: str, jobs: Sequence[ShownJob], code: int, *, shared: Review, audits: Audits) -> Json:
    """The fleet's result: each environment with its exit code, summary and diagnostics, and what many share."""
    return {
        "format_version": FORMAT_VERSION,
        "verb": verb,
        "exit_code": code,
        "summary": {
            "environments": len(jobs),
            "done": sum(each.code in _WELL for each in jobs),
            "failed": sum(each.code not in _WELL and each.attempts > 0 for each in jobs),
            "not_begun": sum(each.attempts == 0 for each in jobs),
        },
        "environments": [
            {
                "environment": each.environment,
                "exit_code": each.code,
                "attempts": each.attempts,
                "summary": dict(each.summary),
                "diagnostics": [diagnostic_to_json(told) for told in each.diagnostics],
                **({"drift": audits[each.environment]["drift"]} if each.environment in audits else {}),
            }
            for each in jobs
        ],
        "shared": [_bundle_to_json(each) for each in shared.blocks if isinstance(each, Bundle)],
    }


def _bundle_to_json(bundle: Bundle) -> dict[str, Json]:
    keys: dict[str, list[Json]] = {}
    for each in bundle.changes:
        keys.setdefault(client_of(each.key), []).append(each.key.partition("/")[2])
    return {
        "fields": list(dict.fromkeys(each.field for each in bundle.items)),
        "risk": None if bundle.risk is None else bundle.risk.value,
        "assistants": len(bundle.changes),
        "accounts": bundle.clients,
        "keys": keys,
    }


_COUNTED: Mapping[str, Mapping[str, str]] = {
    "plan": {"create": "to create", "update": "to update", "delete": "to delete"},
    "apply": {"created": "created", "updated": "updated", "deleted": "deleted"},
    "drift": {"drifted": "drifted", "ahead": "with changes to apply", "in_sync": "in sync"},
}


def _told(verb: str, job: ShownJob) -> tuple[str, Role]:
    if job.attempts == 0:
        return "not begun", "quiet"
    if job.code not in _WELL:
        first = next((each.summary for each in job.diagnostics if each.severity == "error"), "")
        word = _CODES.get(job.code, f"ended with {job.code}")
        return f"{word} (exit {job.code}){': ' if first else ''}{first}", "blocked"
    counts = [(job.summary[name], word) for name, word in _COUNTED[verb].items() if name in job.summary]
    if not any(number for number, word in counts if word != "in sync"):
        return ("no drift" if verb == "drift" else "no changes"), "quiet"
    return ", ".join(f"{number} {word}" for number, word in counts), "update"
