"""Desired, state and live in; one plan out. Pure: no IO, clock, randomness or environment."""

from reconciler.planning.plan import PlanOptions, make_plan, selected

__all__ = ["PlanOptions", "make_plan", "selected"]
