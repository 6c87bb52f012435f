"""Read-back: whether the server kept what it was sent. It may answer 200 and keep something else.

Pure but for the entries it corrects: an entry that says what the server really has makes the next plan tell the truth.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from reconciler.apply.outcome import ChangeResult, Outcome, Status
from reconciler.canonical import Json
from reconciler.entries import stamp
from reconciler.errors import Diagnostic, error, note, warning
from reconciler.model import Action, Change, Entry, Live, Plan
from reconciler.schemas import SchemaSet
from reconciler.secrecy import same, secret_name
from reconciler.state.store import StateStore

SHOWN = 60
"""Characters of a value that a message quotes."""


def read_back(
    outcome: Outcome,
    plan: Plan,
    live: Mapping[int, Live],
    *,
    store: StateStore,
    schemas: SchemaSet,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Outcome:
    """The outcome with what the server did not keep: such a change has failed, and its entry says what was kept.

    A managed field that this apply did not send and that is otherwise live is a warning, and stays recorded as it was:
    it may be an edit in the portal, which only a plan that reads live may judge.

    `live` is every assistant of the account, read after the apply, secrets sealed. The caller holds the lock.
    Raises StateError where an entry cannot be corrected.
    """
    changes = {each.key: each for each in plan.changes}
    entries = store.read([each.key for each in outcome.results if _was_sent(each, changes)])
    results: list[ChangeResult] = []
    for result in outcome.results:
        told: tuple[Diagnostic, ...] = ()
        if result.key in entries and _was_sent(result, changes):
            change, entry = changes[result.key], entries[result.key]
            told = _told(change, entry, live, store, schemas, clock)
        failed = any(each.severity == "error" for each in told)
        status = Status.FAILED if failed else result.status
        results.append(replace(result, status=status, diagnostics=(*result.diagnostics, *told)))
    silent = _inactive(each for each in outcome.results if _was_sent(each, changes) and _is_silent(each, live))
    return replace(outcome, results=tuple(results), diagnostics=(*outcome.diagnostics, *silent))


def sends_anything(outcome: Outcome, plan: Plan) -> bool:
    """Whether there is something to read back."""
    changes = {each.key: each for each in plan.changes}
    return any(_was_sent(each, changes) for each in outcome.results)


def _was_sent(result: ChangeResult, changes: Mapping[str, Change]) -> bool:
    wrote = result.action in (Action.CREATE, Action.UPDATE)
    return wrote and result.status is Status.DONE and bool(changes[result.key].requests)


def _told(
    change: Change,
    entry: Entry,
    live: Mapping[int, Live],
    store: StateStore,
    schemas: SchemaSet,
    clock: Callable[[], datetime],
) -> tuple[Diagnostic, ...]:
    shown = live.get(entry.id) if entry.id is not None else None
    if shown is None:
        return (_not_listed(change, entry),)
    sent = {name for request in change.requests for name in request.body or {}}
    otherwise = _shown_otherwise(entry, shown, schemas)
    kept = {name: value for name, value in otherwise.items() if name in sent}
    moved = {name: value for name, value in otherwise.items() if name not in sent}
    if kept:
        content = {**entry.last_applied, **kept}
        store.write(replace(entry, last_applied=content, source="", inputs=(), updated_at=stamp(clock())))
    found = [_not_kept(change, name, entry.last_applied[name], value) for name, value in kept.items()]
    found += [_moved(change, name, entry.last_applied[name], value) for name, value in moved.items()]
    return (*found, *([_blocked(change, entry, shown)] if shown.blocked_at is not None else []))


def _shown_otherwise(entry: Entry, shown: Live, schemas: SchemaSet) -> dict[str, Json]:
    """The managed fields that are shown and are not what was applied, now or earlier; with what is shown."""
    found: dict[str, Json] = {}
    for name, policy in schemas.fields.items():
        if name in entry.last_applied and name in shown.content:
            value = shown.content[name]
            if not same(value, entry.last_applied[name], unordered=policy.unordered):
                found[name] = value
    return found


def _is_silent(result: ChangeResult, live: Mapping[int, Live]) -> bool:
    shown = live.get(result.id) if result.id is not None else None
    return shown is not None and shown.is_inactive


def _inactive(results: Iterable[ChangeResult]) -> tuple[Diagnostic, ...]:
    keys = sorted(each.key for each in results)
    if not keys:
        return ()
    some = ", ".join(keys[:5]) + (f" and {len(keys) - 5} more" if len(keys) > 5 else "")
    who = f"{len(keys)} assistants are" if len(keys) > 1 else "one assistant is"
    advice = "The API cannot activate it: activate it in the portal before anybody calls."
    return (note("inactive", f"{who} inactive: {some}", advice),)


def _not_kept(change: Change, name: str, sent: Json, kept: Json) -> Diagnostic:
    return error(
        "not-kept",
        f"`{name}`: the server kept {_quoted(kept)}, not {_quoted(sent)}, which it was sent",
        "It accepted the request and kept something else. Take over what it keeps, or ask the vendor why.",
        file=change.file,
        line=change.line,
        key=change.key,
        field=name,
    )


def _not_listed(change: Change, entry: Entry) -> Diagnostic:
    return error(
        "not-listed",
        f"assistant {entry.id} was written and is not in the list of assistants",
        "Look for it in the portal; `reconciler plan --refresh` looks again.",
        file=change.file,
        line=change.line,
        key=change.key,
    )


def _moved(change: Change, name: str, applied: Json, shown: Json) -> Diagnostic:
    return warning(
        "moved-otherwise",
        f"`{name}`: the server has {_quoted(shown)}, not {_quoted(applied)}, which was applied before",
        "This apply did not send it: it was changed in the portal, or the server changed it along with what was sent."
        " `reconciler plan --refresh` takes it into account.",
        file=change.file,
        line=change.line,
        key=change.key,
        field=name,
    )


def _blocked(change: Change, entry: Entry, shown: Live) -> Diagnostic:
    back = (
        f"`reconciler plan --to-previous {change.key}` is the way back to what was applied before."
        if entry.history
        else "Nothing was applied to it before: change what the platform may object to, and apply."
    )
    return error(
        "blocked-by-platform",
        f"the platform's check of its content took assistant {shown.id} out of service on {shown.blocked_at}",
        f"It answers no calls. {back}",
        file=change.file,
        line=change.line,
        key=change.key,
    )


def _quoted(value: Json) -> str:
    name = secret_name(value)
    if name is not None:
        return f"the secret {name}" if name else "another secret"
    text = json.dumps(value, ensure_ascii=False, default=dict)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
