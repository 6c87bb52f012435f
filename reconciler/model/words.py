"""The words of a plan: what is done, why, how much a caller notices, and which side moved."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What is done. Apply reads this and the requests, nothing else."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    FORGET = "forget"
    NO_OP = "no-op"
    BLOCKED = "blocked"


class Reason(StrEnum):
    """Why. For people and programs that read the plan; apply never looks at it."""

    NEW = "new"
    ADOPTED = "adopted"
    LOOKS_LIKE_RENAME = "looks-like-rename"
    CREATE_INCOMPLETE = "create-incomplete"
    MOVED = "moved"
    UP_TO_DATE = "up-to-date"
    DRIFTED = "drifted"
    CONFIG_CHANGED = "config-changed"
    CONFIG_CHANGED_AND_DRIFTED = "config-changed-and-drifted"
    MISSING_LIVE = "missing-live"
    ID_CONFLICT = "id-conflict"
    VALUE_HELD = "value-held"
    CONFLICTING = "conflicting"
    ROLLED_BACK = "rolled-back"
    ORPHANED = "orphaned"
    REMOVED_FROM_CONFIG = "removed-from-config"
    PROTECTED = "protected"
    NO_DELETE_ROUTE = "no-delete-route"


class Risk(StrEnum):
    """What a caller would notice, worst first (the order of the members is the order of the risk)."""

    ROUTING = "routing"
    CALLER_FACING = "caller-facing"
    BEHAVIOUR = "behaviour"
    DATA = "data"
    COSMETIC = "cosmetic"


class Side(StrEnum):
    """Which side moved a field away from what was last applied."""

    LIVE = "live"
    GIT = "git"
    BOTH_SAME = "both-same"
    BOTH_APART = "both-apart"
