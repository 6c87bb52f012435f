"""Creates that were begun and never recorded: which assistant of the list is the one, and what follows from it.

An intent is saved before the request that creates, so where a run died, or no answer came, the list knows more than
the state. It is asked by name and body, for what was made since and is held by no key. Guessing wrong is a business
with two assistants on one phone, or none: what is not certain stays as it is, and is told with its ids.
Pure: the list, the time and how a row hides its secrets are arguments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from reconciler.entries import bind, without_create
from reconciler.frozen import dataclass
from reconciler.model import Content, Entry, Live, Pending
from reconciler.schemas import SchemaSet
from reconciler.secrecy import same

CLOCK_SKEW = timedelta(minutes=5)
"""How far the server's clock may be behind ours: what it says was made earlier than that was not made by us."""


class Verdict(StrEnum):
    """What the list says of a begun create."""

    FOUND = "found"
    """One assistant has its name and its body."""
    ABSENT = "absent"
    """None has, and the server had the time to make it."""
    TOO_EARLY = "too-early"
    """None has, and the server may still be at it."""
    SEVERAL = "several"
    """More than one has, or another begun create may be the same one."""
    UNLIKE = "unlike"
    """One or more have its name and were made since, with another body."""
    UNREAD = "unread"
    """The list was not read."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """`ids` are the assistants that it is or may be; `wait` is in seconds, for TOO_EARLY; `why` is UNREAD's cause."""

    verdict: Verdict
    ids: tuple[int, ...] = ()
    wait: float = 0.0
    why: str = ""


def look_up(
    entries: Mapping[str, Entry],
    live: Mapping[int, Live],
    schemas: SchemaSet,
    *,
    now: datetime,
    settle: float,
    taken: Collection[int] = (),
    sealed: Callable[[Live, Content], Live] = lambda live, like: live,
) -> dict[str, Finding]:
    """What the list says of every begun create among `entries`, by key. No id is found for two keys.

    `settle` is how many seconds a server may take to carry out what it was sent. `taken` are ids that somebody else
    claims; those that entries hold are left out anyway. `sealed` puts references for a row's secrets, as in `like`.
    """
    begun = {key: each.pending for key, each in sorted(entries.items()) if each.pending is not None}
    held = {each.id for each in entries.values()} | set(taken)
    free = [each for id, each in sorted(live.items()) if id not in held]
    alike = {key: _alike(each, free, schemas) for key, each in begun.items()}
    equal = {
        key: tuple(each.id for each in alike[key] if _has(sealed(each, pending.body), pending.body, schemas))
        for key, pending in begun.items()
    }
    wanted = Counter(id for ids in equal.values() for id in ids)
    found: dict[str, Finding] = {}
    for key, pending in begun.items():
        own = equal[key]
        unlike = tuple(each.id for each in alike[key] if each.id not in wanted)
        if own:
            certain = len(own) == 1 and wanted[own[0]] == 1
            found[key] = Finding(verdict=Verdict.FOUND if certain else Verdict.SEVERAL, ids=own)
        elif unlike:
            found[key] = Finding(verdict=Verdict.UNLIKE, ids=unlike)
        else:
            found[key] = _absent(pending, now, settle)
    return found


def unread(keys: Iterable[str], why: str) -> dict[str, Finding]:
    """Findings for a list that could not be read; `why` says so in a sentence."""
    return {key: Finding(verdict=Verdict.UNREAD, why=why) for key in keys}


def as_found(entries: Mapping[str, Entry], findings: Mapping[str, Finding]) -> dict[str, Entry]:
    """The entries as they are once what is certain is taken over: found ones have their id, absent ones are open."""
    known = dict(entries)
    for key, finding in findings.items():
        entry = entries[key]
        if finding.verdict is Verdict.FOUND:
            known[key] = bind(entry, finding.ids[0])
        elif finding.verdict is Verdict.ABSENT:
            known[key] = without_create(entry)
    return known


def _alike(pending: Pending, free: Iterable[Live], schemas: SchemaSet) -> list[Live]:
    """What has the name and was made since. A server that does not say when may have made it now."""
    since = _moment(pending.started_at)
    name = pending.body.get(schemas.name_field)
    found = []
    for each in free:
        made = _moment(each.created_at)
        early = made is not None and since is not None and made < since - CLOCK_SKEW
        if same(each.content.get(schemas.name_field, each.name), name) and not early:
            found.append(each)
    return found


def _has(live: Live, body: Content, schemas: SchemaSet) -> bool:
    """Whether every field that was sent, and is shown, is shown as it was sent."""
    policies = schemas.fields
    return all(
        same(live.content[name], value, unordered=name in policies and policies[name].unordered)
        for name, value in body.items()
        if name in live.content
    )


def _absent(pending: Pending, now: datetime, settle: float) -> Finding:
    since = _moment(pending.started_at)
    wait = 0.0 if since is None else settle - (now - since).total_seconds()
    if wait > 0:
        # a clock that was set back must not make anybody wait for hours
        return Finding(verdict=Verdict.TOO_EARLY, wait=min(wait, settle))
    return Finding(verdict=Verdict.ABSENT)


def _moment(text: str | None) -> datetime | None:
    """A time of the state or of the API; without a zone it is UTC, as the platform has it. None where it is none."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
