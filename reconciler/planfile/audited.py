"""An audit as JSON: what `drift -o json` prints. Pure."""

from __future__ import annotations

from reconciler.canonical import Json
from reconciler.planfile.written import FORMAT_VERSION, drift_to_json
from reconciler.planning.audit import Audit, Managed


def audit_to_json(audit: Audit) -> dict[str, Json]:
    """`drift` lists every assistant of which either side moved a field; `summary.drifted` counts those live moved."""
    return {
        "format_version": FORMAT_VERSION,
        "environment": audit.environment,
        "drift": [drift_to_json(drift) for _, drift in audit.moved],
        "unmanaged": [{"id": each.id, "name": each.name} for each in audit.unmanaged],
        "vanished": [_named(each) for each in audit.vanished],
        "inactive": [_named(each) for each in audit.inactive],
        "blocked": [{**_named(each), "since": each.since} for each in audit.blocked],
        "unobservable": list(audit.unobservable),
        "ignored": list(audit.ignored),
        "summary": {
            "in_sync": audit.in_sync,
            "drifted": audit.drifted,
            "ahead": audit.ahead,
            "vanished": len(audit.vanished),
            "unmanaged": len(audit.unmanaged),
        },
    }


def _named(managed: Managed) -> dict[str, Json]:
    return {"key": managed.key, "id": managed.id}
