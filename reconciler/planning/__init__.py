"""Desired, state and live in; one plan out. Pure: no IO, clock, randomness or environment.

What makes an audit is `audit`, which a plan has no use for and does not import.
"""

from reconciler.planning.begun import Finding, Verdict, as_found, look_up, unread
from reconciler.planning.plan import PlanOptions, known_keys, make_plan, selected
from reconciler.planning.rollback import previous_desired
from reconciler.planning.rotation import only_secrets
from reconciler.planning.safety import Limits, Overrides, refusals

__all__ = [
    "Finding",
    "Limits",
    "Overrides",
    "PlanOptions",
    "Verdict",
    "as_found",
    "known_keys",
    "look_up",
    "make_plan",
    "only_secrets",
    "previous_desired",
    "refusals",
    "selected",
    "unread",
]
