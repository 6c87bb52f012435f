"""Who holds an exclusive value before and after a plan, which of them move, and which claims cannot be met.

A value under `x-exclusive` (a phone number of an inbound assistant) has one holder at a time; the API refuses a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from reconciler.canonical import Json, canonical_bytes
from reconciler.errors import Diagnostic, error
from reconciler.frozen import dataclass
from reconciler.model import Action, Change, Content, Reason
from reconciler.schemas import FieldPolicy, SchemaSet


@dataclass(frozen=True, kw_only=True, slots=True)
class Stance:
    """One assistant before and after its change, as far as known. A content of None: it is not there then.

    `change` is None for an assistant that the plan does not touch; `label` is what people call it.
    """

    key: str
    label: str
    before: Content | None
    after: Content | None
    change: Change | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """The value of the field `name` (`text` is its JSON) leaves `giver` and goes to `taker` (both keys)."""

    name: str
    text: str
    giver: str
    taker: str
    value: Json = field(compare=False)


def held(policy: FieldPolicy, content: Content | None) -> Json:
    """The exclusive value that an assistant with this content holds, or None where it holds none."""
    if content is None or policy.exclusive is None:
        return None
    for name, value in policy.exclusive.items():  # asked four times of every assistant: `all` takes twice as long
        if content.get(name) != value:
            return None
    return content.get(policy.name)


def transfers(stances: Sequence[Stance], schemas: SchemaSet) -> list[Transfer]:
    """Every exclusive value that moves between two of these assistants, in a stable order."""
    found: list[Transfer] = []
    for policy in schemas.exclusive_fields:
        givers, takers = _moving(policy, stances, gives=True), _moving(policy, stances, gives=False)
        for mark in sorted(set(givers) & set(takers)):
            found += [
                Transfer(
                    name=policy.name,
                    text=mark.decode(),
                    giver=giver.key,
                    taker=taker.key,
                    value=held(policy, taker.after),
                )
                for giver in givers[mark]
                for taker in takers[mark]
            ]
    return found


def anything_moves(stances: Sequence[Stance], schemas: SchemaSet) -> bool:
    """Whether any of these assistants gives an exclusive value up or takes one, whoever else may hold it."""
    policies = schemas.exclusive_fields
    return any(_moving(each, stances, gives=True) or _moving(each, stances, gives=False) for each in policies)


def refuse_held(stances: Sequence[Stance], schemas: SchemaSet) -> list[Stance]:
    """The stances with every change blocked that claims a value whose holder does not let it go in this plan.

    Blocking one change may keep another value held, so this goes on until nothing more is blocked.
    """
    current = list(stances)
    while True:
        refused = _refusals(current, schemas)
        if not refused:
            return current
        current = [_block(each, refused[each.key]) if each.key in refused else each for each in current]


def _refusals(stances: Sequence[Stance], schemas: SchemaSet) -> dict[str, Diagnostic]:
    found: dict[str, Diagnostic] = {}
    for policy in schemas.exclusive_fields:
        claimed = _moving(policy, stances, gives=False)
        if not claimed:  # in most plans nothing moves, and ten thousand keepers need not be known
            continue
        keepers = {
            canonical_bytes(held(policy, each.after)): each
            for each in stances
            if held(policy, each.before) is not None and _keeps(policy, each)
        }
        for mark, takers in claimed.items():
            keeper = keepers.get(mark)
            for taker in takers:
                if keeper is not None:
                    found.setdefault(taker.key, _still_held(policy, taker, keeper))
    return found


def _moving(policy: FieldPolicy, stances: Iterable[Stance], *, gives: bool) -> Mapping[bytes, list[Stance]]:
    """Stances that give a value up (or take one), by the value's canonical bytes."""
    found: dict[bytes, list[Stance]] = {}
    for each in stances:
        if each.before is each.after:
            continue
        value = held(policy, each.before if gives else each.after)
        if value is not None and not _keeps(policy, each):
            found.setdefault(canonical_bytes(value), []).append(each)
    return found


def _keeps(policy: FieldPolicy, stance: Stance) -> bool:
    before, after = stance.before, stance.after
    return before is after or canonical_bytes(held(policy, before)) == canonical_bytes(held(policy, after))


def _block(stance: Stance, problem: Diagnostic) -> Stance:
    """The assistant stays as it is: it neither takes nor gives anything any more."""
    assert stance.change is not None
    change = replace(
        stance.change,
        action=Action.BLOCKED,
        reason=Reason.VALUE_HELD,
        requests=(),
        diagnostics=(*stance.change.diagnostics, problem),
    )
    return replace(stance, after=stance.before, change=change)


def _still_held(policy: FieldPolicy, taker: Stance, keeper: Stance) -> Diagnostic:
    value, change = held(policy, taker.after), taker.change
    assert change is not None
    advice = "Take it from that assistant in the same plan: change or prune it, or include it in `--target`."
    summary = f"`{policy.name}` {value} is held by {keeper.label}"
    if not keeper.key:
        advice = (
            "Take it from that assistant in the portal, or adopt it: `reconciler: {id: ID}` in a document of its own."
        )
    return error(
        "value-held",
        summary + (", which does not let it go in this plan" if keeper.key else ""),
        advice,
        file=change.file,
        line=change.line,
        key=taker.key,
        field=policy.name,
        loses=(f"for {keeper.label}: `{policy.name}` {value}, and whatever reaches it there",),
        commands=(("why", keeper.key or taker.key, policy.name),),
    )
