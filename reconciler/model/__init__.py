"""The values that everything else speaks in: desired, entry, live, change, request, plan.

All of them are frozen and hold nothing secret: a secret stands as a reference (see `reconciler.secrecy`), and its value
lives only in the vault that a run carries beside them.
Core: stdlib only, no IO.
"""

from reconciler.model.plans import Change, Drift, DriftedField, FieldChange, HandOver, Plan, Request
from reconciler.model.sides import (
    RESERVED,
    Content,
    Desired,
    Entry,
    Live,
    Path,
    Pending,
    Position,
    Previous,
    Settled,
    Unassigned,
)
from reconciler.model.spread import Spread
from reconciler.model.words import Action, Reason, Risk, Side

__all__ = [
    "RESERVED",
    "Action",
    "Change",
    "Content",
    "Desired",
    "Drift",
    "DriftedField",
    "Entry",
    "FieldChange",
    "HandOver",
    "Live",
    "Path",
    "Pending",
    "Plan",
    "Position",
    "Previous",
    "Reason",
    "Request",
    "Risk",
    "Settled",
    "Side",
    "Spread",
    "Unassigned",
]
