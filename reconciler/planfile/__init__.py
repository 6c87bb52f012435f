"""A plan as JSON, and a saved plan: what `plan --out` writes and `apply FILE` executes.

    plan JSON   what people and programs read: every change but no-ops
    plan file   the same, and under `state` all that apply needs to record it without a single document

A plan file is executed without being planned again, so it is believed only when it is what we wrote: `file_digest`
covers everything, and what was read must give the same file when written again. The digest guards against accidents
and edits, not against forgers: whoever can write the file can write the documents too. Core: stdlib only, no IO.
"""

from reconciler.planfile.audited import audit_to_json
from reconciler.planfile.difference import ChangeDifference, plan_difference
from reconciler.planfile.fresh import stale, staleness
from reconciler.planfile.reading import read_plan_file
from reconciler.planfile.written import FORMAT_VERSION, diagnostic_to_json, plan_file, plan_secrets, plan_to_json

__all__ = [
    "FORMAT_VERSION",
    "ChangeDifference",
    "audit_to_json",
    "diagnostic_to_json",
    "plan_difference",
    "plan_file",
    "plan_secrets",
    "plan_to_json",
    "read_plan_file",
    "stale",
    "staleness",
]
