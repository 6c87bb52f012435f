"""Doing exactly what a plan says, and writing down each step. Shell: threads, the state store, the API client."""

from reconciler.apply.execution import apply_plan
from reconciler.apply.finding import take_over
from reconciler.apply.outcome import (
    ChangeResult,
    Event,
    Finished,
    Outcome,
    Requested,
    Retried,
    Started,
    Status,
    Waiting,
)
from reconciler.apply.readback import read_back, sends_anything
from reconciler.apply.refusals import refusal_diagnostics

__all__ = [
    "ChangeResult",
    "Event",
    "Finished",
    "Outcome",
    "Requested",
    "Retried",
    "Started",
    "Status",
    "Waiting",
    "apply_plan",
    "read_back",
    "refusal_diagnostics",
    "sends_anything",
    "take_over",
]
