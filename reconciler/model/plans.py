"""The decision: changes, their requests, what drifted, and the plan that holds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field

from reconciler.canonical import Json
from reconciler.errors import Diagnostic
from reconciler.frozen import dataclass
from reconciler.model.sides import Content, Settled
from reconciler.model.words import Action, Reason, Risk, Side


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
    `moved_from` where that is set (None: there was no entry). A no-op of an entry that is as it was has none of them.
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
    inputs: tuple[str, ...] = ()
    expects: str | None = None
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def mutates_state(self) -> bool:
        """Whether apply has something to write for it, with or without a request."""
        return self.action not in (Action.NO_OP, Action.BLOCKED) or self.moved_from is not None


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
    """How many keys there are of each action; `orphaned` are among the no-ops."""

    create: int = 0
    update: int = 0
    delete: int = 0
    forget: int = 0
    no_op: int = 0
    blocked: int = 0
    orphaned: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The decision, whole, as a value. What is in it is sorted by key in here; equal inputs give equal plans.

    `settled` are no-ops of which there is nothing to say, as `changes` may hold others. `drift` is what live moved
    away from last-applied, where live was read; it is told apart from the changes. `hand_overs` are in the order of
    their claims.
    """

    environment: str
    lineage: str | None
    refreshed: bool = False
    changes: tuple[Change, ...] = ()
    settled: tuple[Settled, ...] = ()
    drift: tuple[Drift, ...] = ()
    hand_overs: tuple[HandOver, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", tuple(sorted(self.changes, key=lambda each: each.key)))
        object.__setattr__(self, "settled", tuple(sorted(self.settled)))
        object.__setattr__(self, "drift", tuple(sorted(self.drift, key=lambda each: each.key)))
        passed = sorted(self.hand_overs, key=lambda each: (each.claimed, each.field, each.giver))
        object.__setattr__(self, "hand_overs", tuple(passed))
        found = (*self.diagnostics, *(d for each in self.changes for d in each.diagnostics))
        unique = sorted(set(found), key=Diagnostic.sort_key)
        object.__setattr__(self, "diagnostics", tuple(unique))

    @property
    def decisions(self) -> tuple[Change, ...]:
        """What happens to every key: the changes, and the settled keys as the no-ops that they are, sorted by key."""
        settled = [up_to_date(each) for each in self.settled]
        return tuple(sorted((*self.changes, *settled), key=lambda each: each.key)) if settled else self.changes

    @property
    def summary(self) -> Summary:
        counted = Counter([each.action for each in self.changes])
        counted[Action.NO_OP] += len(self.settled)
        orphaned = [each for each in self.changes if each.reason is Reason.ORPHANED and each.action is Action.NO_OP]
        named = {action.value.replace("-", "_"): count for action, count in counted.items()}
        return Summary(**named, orphaned=len(orphaned))

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


def up_to_date(settled: Settled) -> Change:
    """Nothing to send and nothing to record, so nothing of that is carried: a saved plan holds ten thousand of them."""
    return Change(
        key=settled.key,
        action=Action.NO_OP,
        reason=Reason.UP_TO_DATE,
        id=settled.id,
        file=settled.file,
        line=None,
        name=settled.name,
        protect=settled.protect,
    )
