"""Desired, state and live in; one plan out. Pure: no IO, clock, randomness or environment."""

from reconciler.planning.audit import Audit, make_audit
from reconciler.planning.plan import PlanOptions, known_keys, make_plan, selected
from reconciler.planning.rollback import previous_desired
from reconciler.planning.rotation import only_secrets
from reconciler.planning.safety import Limits, Overrides, refusals

__all__ = [
    "Audit",
    "Limits",
    "Overrides",
    "PlanOptions",
    "known_keys",
    "make_audit",
    "make_plan",
    "only_secrets",
    "previous_desired",
    "refusals",
    "selected",
]
