"""Whether a saved plan still speaks of the state it was made from. Pure: the state of now is an argument."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.entries import entry_digest
from reconciler.errors import Diagnostic, error
from reconciler.model import Change, Entry, Plan
from reconciler.planfile.written import plan_secrets
from reconciler.secrecy import comparable

LOSES = ("what was recorded or changed since the plan was made",)
WAY_OUT = "Make a new plan, look at it, and apply that one. Nothing was changed."


def staleness(
    plan: Plan,
    *,
    lineage: str | None,
    entries: Mapping[str, Entry],
    secrets: Mapping[str, str | None] | None = None,
) -> tuple[Diagnostic, ...]:
    """What moved since the plan was made, each with code `stale-plan`; empty where the plan is fresh.

    `lineage` and `entries` are the state's now. Entries of keys that the plan does not change are not looked at, so
    an apply elsewhere does not invalidate it. `secrets` has the fingerprints of now by name and is not compared where
    it is None; a fingerprint that is None on either side is unknown and proves nothing.

    A plan made before anything was ever recorded (lineage None) expects no entry, so its entries alone judge it.
    A lineage that changed, or went, makes every entry another one: then only that is said.
    """
    if plan.lineage is not None and plan.lineage != lineage:
        now = "there is none" if lineage is None else f"it is {lineage}"
        return (stale(f"the plan was made from the state of lineage {plan.lineage}, and now {now}", None),)
    found = [each for change in plan.changes if change.mutates_state for each in _moved(change, entries)]
    if secrets is not None:
        found += _changed_secrets(plan_secrets(plan), secrets)
    return tuple(sorted(found, key=Diagnostic.sort_key))


def _moved(change: Change, entries: Mapping[str, Entry]) -> Iterator[Diagnostic]:
    origin = change.key if change.moved_from is None else change.moved_from
    yield from _differs(change.key, origin, change.expects, entries.get(origin))
    if origin != change.key:
        yield from _differs(change.key, change.key, None, entries.get(change.key))


def _differs(key: str, place: str, expected: str | None, entry: Entry | None) -> Iterator[Diagnostic]:
    """`place` is where the entry stands; it is named where that is not the key, which the diagnostic carries."""
    now = None if entry is None else entry_digest(entry)
    if now == expected:
        return
    entry_of = "its entry" if place == key else f"the entry of {place}"
    if expected is None:
        yield stale(f"{entry_of} is in the state now, and was not when the plan was made", key)
    elif now is None:
        yield stale(f"{entry_of} is not in the state any more", key)
    else:
        yield stale(f"{entry_of} changed after the plan was made", key)


def _changed_secrets(planned: Mapping[str, str | None], now: Mapping[str, str | None]) -> Iterator[Diagnostic]:
    for name, fingerprint in planned.items():
        current = now.get(name)
        if comparable(fingerprint, current) and current != fingerprint:
            yield stale(f"the secret {name} changed after the plan was made", None)


def stale(summary: str, key: str | None) -> Diagnostic:
    """A reason why a saved plan is not done."""
    return error("stale-plan", summary, WAY_OUT, key=key, loses=LOSES, commands=(("plan",),))
