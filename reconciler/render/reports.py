"""Diagnostics and counts as the reports that forges read: SARIF, GitLab's code quality, GitLab's plan widget. Pure.

A fingerprint tells a forge that a finding is the one of yesterday. It is made of what is wrong and where in the
document's own terms, not of the line, which moves with every edit above it. Nothing secret is in a diagnostic.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from reconciler import __version__
from reconciler.canonical import Json
from reconciler.errors import PROJECT_FILE, Diagnostic, Severity
from reconciler.model import Plan
from reconciler.render.annotations import in_repository, message
from reconciler.render.escape import terminal_safe

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_QUALITY: dict[Severity, str] = {"error": "major", "warning": "minor", "note": "info"}


def sarif(diagnostics: Sequence[Diagnostic], *, below: str = "") -> dict[str, Json]:
    """SARIF 2.1.0 with one run; `below` is the project's folder in the repository, empty or with a slash at its end."""
    found = sorted(diagnostics, key=Diagnostic.sort_key)
    codes = sorted({terminal_safe(each.code) for each in found})
    rules = {code: at for at, code in enumerate(codes)}
    driver: dict[str, Json] = {
        "name": "reconciler",
        "version": __version__,
        "rules": [{"id": code, "shortDescription": {"text": code.replace("-", " ")}} for code in codes],
    }
    results = [_result(each, mark, rules, below) for each, mark in _marked(found)]
    run: dict[str, Json] = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}


def code_quality(diagnostics: Sequence[Diagnostic], *, below: str = "") -> list[Json]:
    """GitLab's code quality report, which is a part of Code Climate's format."""
    return [
        {
            "description": message(each),
            "check_name": terminal_safe(each.code),
            "fingerprint": mark,
            "severity": _QUALITY[each.severity],
            "location": {"path": _path(each, below), "lines": {"begin": max(each.line or 1, 1)}},
        }
        for each, mark in _marked(sorted(diagnostics, key=Diagnostic.sort_key))
    ]


def gitlab_terraform(plan: Plan) -> dict[str, Json]:
    """What GitLab's merge request widget for infrastructure plans reads (`artifacts:reports:terraform`)."""
    summary = plan.summary
    return {"create": summary.create, "update": summary.update, "delete": summary.delete}


def _result(each: Diagnostic, mark: str, rules: dict[str, int], below: str) -> Json:
    code = terminal_safe(each.code)
    region: dict[str, Json] = {"startLine": max(each.line or 1, 1)}
    if each.line and each.column and each.column > 0:
        region["startColumn"] = each.column
    place = {"uri": quote(_path(each, below), safe="/"), "uriBaseId": "%SRCROOT%"}
    return {
        "ruleId": code,
        "ruleIndex": rules[code],
        "level": each.severity,
        "message": {"text": _without_links(message(each))},
        "locations": [{"physicalLocation": {"artifactLocation": place, "region": region}}],
        "partialFingerprints": {"reconciler/v1": mark},
    }


def _without_links(text: str) -> str:
    """Brackets would make a link in a SARIF message (3.11.6)."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _path(diagnostic: Diagnostic, below: str) -> str:
    """Its file, or the project's for what is about none: both forges drop a finding without a place."""
    return terminal_safe(in_repository(diagnostic.path or PROJECT_FILE, below))


def _marked(diagnostics: Sequence[Diagnostic]) -> Iterator[tuple[Diagnostic, str]]:
    """Each with its fingerprint; equal findings are told apart by their order."""
    seen: Counter[str] = Counter()
    for each in diagnostics:
        about = repr((each.code, each.file, each.key, each.field, each.summary))
        seen[about] += 1
        yield each, hashlib.sha256(f"{about}{seen[about]}".encode("utf-8", "surrogatepass")).hexdigest()
