"""A value that one assistant released for another, which then could not take it. Shell, through what it is given.

Only one assistant may hold an exclusive value (a phone number), so a hand-over is a release and then a claim. Where
the claim fails, the value would be nobody's and its callers hear nothing: it goes back to its old holder where that
only let it go, and is reported where the old holder holds another one by now or is deleted.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

from reconciler.apply.progress import Progress
from reconciler.apply.schedule import Schedule
from reconciler.apply.sending import Ready, Sending, Stranded, prepare
from reconciler.canonical import Json, equal
from reconciler.errors import Diagnostic, error
from reconciler.model import Action, Change, Request
from reconciler.schemas import FieldPolicy, SchemaSet
from reconciler.secrecy import Vault


class Returns:
    """Gives back what is stranded, once each. Nothing is sent once `stop` is set."""

    def __init__(
        self, *, schedule: Schedule, sending: Sending, schemas: SchemaSet, vault: Vault, stop: threading.Event
    ) -> None:
        self._schedule = schedule
        self._sending = sending
        self._schemas = schemas
        self._vault = vault
        self._stop = stop
        self._begun: set[tuple[str, str]] = set()

    def stranded_by(self, progress: Progress) -> list[Stranded]:
        """What was released for a change that did not take it, as far as it is not being given back."""
        done = self._schedule.done
        claims = [stranded(each, progress.change, done, self._schemas) for each in progress.left]
        return [each for found in claims for each in found if (each.taker.key, each.field) not in self._begun]

    def give_back(self, progress: Progress) -> None:
        """Send back what the failed or unsent claims of a change left with nobody; an `Ended` will tell of it."""
        for each in self.stranded_by(progress):
            if each.body is None or self._stop.is_set():
                continue
            request = replace(each.release, body=each.body)
            ready = prepare(request, each.giver, each.giver.id, schemas=self._schemas, vault=self._vault)
            if isinstance(ready, Ready):
                self._begun.add((each.taker.key, each.field))
                self._sending.submit(replace(ready, gives_back=each))


def stranded(
    claim: Request, taker: Change, done: Mapping[int, tuple[Request, Change]], schemas: SchemaSet
) -> list[Stranded]:
    """What nobody holds because `claim` was not carried out; `done` are the requests that were, by step."""
    found = []
    for name, value in (claim.body or {}).items():
        policy = schemas.fields.get(name)
        if policy is None or policy.exclusive is None or value is None:
            continue
        for step in claim.after:
            release, giver = done.get(step, (claim, taker))
            if giver.key != taker.key and _held_before(giver, policy, value):
                body = _way_back(giver, release, policy, value)
                found.append(Stranded(field=name, value=value, giver=giver, taker=taker, release=release, body=body))
    return found


def _held_before(giver: Change, policy: FieldPolicy, value: Json) -> bool:
    if giver.action is Action.DELETE:
        # the plan does not say what a deleted assistant held; it is waited for because it held this
        return True
    own = [each for each in giver.fields if each.field == policy.name]
    if not own and _conditions(giver, policy):
        # it keeps the value and no longer counts as its holder
        return equal(giver.record.get(policy.name), value)
    return any(equal(each.before, value) for each in own)


def _way_back(giver: Change, release: Request, policy: FieldPolicy, value: Json) -> dict[str, Json] | None:
    """What makes the old holder the holder again, or None: it is deleted, or holds another value by now."""
    sent = release.body or {}
    conditions = {name: before for name, before in _conditions(giver, policy).items() if name in sent}
    if policy.name in sent:
        return {policy.name: value, **conditions} if equal(sent[policy.name], policy.clear) else None
    return conditions or None


def _conditions(giver: Change, policy: FieldPolicy) -> dict[str, Json]:
    """The fields that decide whether a value counts, as far as the giver changed them, as they were."""
    return {each.field: each.before for each in giver.fields if each.field in (policy.exclusive or {})}


def given_back(each: Stranded) -> Diagnostic:
    taker = each.taker.key
    return _told(
        each,
        each.giver,
        "given-back",
        f"{each.giver.key}: `{each.field}` {each.value} was given back to it, because {taker} could not take it",
        f"It is served as before. Settle what is wrong with {taker} and run `plan` and `apply` again.",
    )


def nobody_holds(each: Stranded) -> Diagnostic:
    return _told(
        each,
        each.taker,
        "value-unassigned",
        f"{each.taker.key}: `{each.field}` {each.value} may be nobody's now: {each.giver.key} released it,"
        f" and {each.taker.key} is not known to have taken it",
        "What depends on it is not served until that is settled: run `plan` and `apply` again, or assign it by hand.",
    )


def _told(each: Stranded, change: Change, code: str, summary: str, detail: str) -> Diagnostic:
    return error(code, summary, detail, key=change.key, file=change.file, line=change.line, field=each.field)
