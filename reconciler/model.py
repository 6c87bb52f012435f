"""The values that everything else speaks in: desired, entry, live, change, request, plan.

All of them are frozen and hold nothing secret: a secret stands as a reference (see `reconciler.secrecy`), and its value
lives only in the vault that a run carries beside them.
Core: stdlib only, no IO.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from reconciler.canonical import Json
from reconciler.errors import Diagnostic

Content: TypeAlias = Mapping[str, Json]
Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands inside a document or a body: `("tools", 0, "description")`."""


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """A place in a file: path relative to the project with forward slashes; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Desired:
    """What the files say of one assistant, after layers and references.

    `content` holds the vendor's fields (explicit nulls kept, secrets as references), already valid against the
    document schema. `positions` has a place for every path in `content`, `()` for the document itself, and such as
    `("reconciler", "id")` for its settings; a value that came through `${file:...}` has the place of the reference.
    `source` digests everything that decided the content. `unmanaged` fields never stand in `content`; `seed` fields
    may.
    """

    key: str
    content: Content
    source: str
    file: str
    line: int = 1
    positions: Mapping[Path, Position] = field(default_factory=dict)
    id: int | None = None
    moved_from: str | None = None
    unmanaged: frozenset[str] = frozenset()
    seed: frozenset[str] = frozenset()
    protect: bool = False

    def place(self, path: Path) -> Position:
        """The position of `path`, or of the nearest parent that has one."""
        for length in range(len(path), -1, -1):
            found = self.positions.get(path[:length])
            if found is not None:
                return found
        return Position(file=self.file, line=self.line, column=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pending:
    """A create begun and not recorded: what was sent (secrets as references), its digest, and when (UTC, ISO 8601)."""

    body: Content
    body_digest: str
    started_at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Previous:
    """A last-applied that was replaced, for rollback."""

    last_applied: Content
    source: str
    replaced_at: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Unassigned:
    """An exclusive value that was released for an assistant which is not known to have taken it, and since when."""

    field: str
    value: Json
    since: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """What the state knows of one key. `last_applied` is what we sent and manage; `source` is its `Desired.source`.

    `source` is empty where what was sent does not (yet) match one desired value: after the first of two requests.
    Either `id` or `pending` is set, or both are not: then nothing is known but the key. `unassigned` stands with who
    released the value, or with who should have taken it where the old holder was deleted.
    """

    key: str
    id: int | None = None
    last_applied: Content = field(default_factory=dict)
    source: str = ""
    pending: Pending | None = None
    history: tuple[Previous, ...] = ()
    protect: bool = False
    unassigned: tuple[Unassigned, ...] = ()
    created_at: str | None = None
    updated_at: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Live:
    """One assistant as the API shows it, in desired's form. A field that the API did not show is absent."""

    id: int
    content: Content
    name: str = ""
    status: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
    blocked_at: str | None = None
    """When the platform's own check of its content took it out of service, if it did."""
    places: Mapping[str, int] = field(default_factory=dict)
    """How many decimals the API shows of the numbers that it shows as text: its columns round to them."""

    @property
    def is_inactive(self) -> bool:
        """Whether it takes no calls until somebody activates it."""
        return self.status == "inactive"


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChange:
    """One field of a change. `op` is `set` or `clear`; `before` is None where it is not known or was not there."""

    field: str
    op: str
    before: Json
    after: Json
    risk: Risk
    sent_again: bool = False
    """Equal before and after, and sent because another field's change resets it on the server."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One HTTP request of a plan. `after` names the steps that must have succeeded before.

    In `path`, `{id}` stands for the id that this change's create returns; it appears nowhere else.
    """

    step: int
    method: str
    path: str
    body: Content | None
    after: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One assistant, one action, and all that apply needs to do and to record it.

    `record` is what `last_applied` becomes when all requests have succeeded; `releases` names the fields that leave
    it without being cleared; `expects` is the digest of the entry that the change was computed from, under
    `moved_from` where that is set (None: there was no entry).
    """

    key: str
    action: Action
    reason: Reason
    id: int | None
    file: str | None
    line: int | None
    fields: tuple[FieldChange, ...] = ()
    requests: tuple[Request, ...] = ()
    risk: Risk | None = None
    name: str = ""
    moved_from: str | None = None
    releases: tuple[str, ...] = ()
    protect: bool = False
    record: Content = field(default_factory=dict)
    source: str = ""
    expects: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def mutates_state(self) -> bool:
        """Whether apply has something to write for it, with or without a request."""
        return self.action not in (Action.NO_OP, Action.BLOCKED) or self.moved_from is not None


class Side(StrEnum):
    """Which side moved a field away from what was last applied."""

    LIVE = "live"
    GIT = "git"
    BOTH_SAME = "both-same"
    BOTH_APART = "both-apart"


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftedField:
    """One field whose live value, last-applied value and desired value are not all the same."""

    field: str
    side: Side
    last_applied: Json
    live: Json
    desired: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """What moved on one assistant. `updated_at` is when the API says that it was last changed (ISO 8601, UTC)."""

    key: str
    id: int
    updated_at: str | None
    fields: tuple[DriftedField, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class HandOver:
    """An exclusive value that `taker` claims in step `claimed`, after `giver` released it in step `released`.

    `released` is None where an earlier run did that and nobody took it: `giver`'s entry has it as `unassigned`.
    """

    field: str
    value: Json
    giver: str
    taker: str
    released: int | None
    claimed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    create: int = 0
    update: int = 0
    delete: int = 0
    forget: int = 0
    no_op: int = 0
    blocked: int = 0
    orphaned: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The decision, whole, as a value. `changes` and `drift` are sorted in here; equal inputs give equal plans.

    `drift` is what live moved away from last-applied, where live was read; it is told apart from the changes.
    `hand_overs` are in the order of their claims.
    """

    environment: str
    lineage: str | None
    refreshed: bool = False
    changes: tuple[Change, ...] = ()
    drift: tuple[Drift, ...] = ()
    hand_overs: tuple[HandOver, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", tuple(sorted(self.changes, key=lambda each: each.key)))
        object.__setattr__(self, "drift", tuple(sorted(self.drift, key=lambda each: each.key)))
        passed = sorted(self.hand_overs, key=lambda each: (each.claimed, each.field, each.giver))
        object.__setattr__(self, "hand_overs", tuple(passed))
        found = (*self.diagnostics, *(d for each in self.changes for d in each.diagnostics))
        unique = sorted(set(found), key=Diagnostic.sort_key)
        object.__setattr__(self, "diagnostics", tuple(unique))

    @property
    def summary(self) -> Summary:
        counted = Counter(each.action.value.replace("-", "_") for each in self.changes)
        orphaned = sum(each.action is Action.NO_OP and each.reason is Reason.ORPHANED for each in self.changes)
        return Summary(**counted, orphaned=orphaned)

    @property
    def risks(self) -> Mapping[Risk, int]:
        """How many changes there are of each class of risk, worst first; classes without one are left out."""
        counted = Counter(each.risk for each in self.changes if each.mutates_state)
        return {risk: counted[risk] for risk in Risk if counted[risk]}

    @property
    def overwrites(self) -> Mapping[tuple[str, str], Drift]:
        """By key and field, what live moved and this plan sends something else for: applying it undoes that."""
        sent = {(each.key, field.field) for each in self.changes for field in each.fields if not field.sent_again}
        moved = {(each.key, field.field): each for each in self.drift for field in each.fields}
        return {place: drift for place, drift in moved.items() if place in sent}

    @property
    def is_empty(self) -> bool:
        """Nothing to do: no request to send and nothing to record or forget, and nothing blocked."""
        return not any(each.mutates_state or each.action is Action.BLOCKED for each in self.changes)

    def requests(self) -> list[tuple[Request, Change]]:
        """Every request with its change, in step order."""
        pairs = [(request, change) for change in self.changes for request in change.requests]
        return sorted(pairs, key=lambda pair: pair[0].step)
