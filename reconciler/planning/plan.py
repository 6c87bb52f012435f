"""`make_plan`: everything that was gathered in, one Plan out. Pure and total; equal inputs give equal plans."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.errors import Diagnostic
from reconciler.frozen import dataclass
from reconciler.model import Action, Change, Content, Desired, Drift, Entry, Live, Plan, Settled
from reconciler.planning import problems
from reconciler.planning.begun import Finding, as_found
from reconciler.planning.compare import server_view
from reconciler.planning.decide import Sides, decide_document, decide_orphan
from reconciler.planning.drift import drift_of, unobservable
from reconciler.planning.exclusive import Stance, anything_moves, refuse_held, transfers
from reconciler.planning.order import in_order
from reconciler.planning.recall import claims, recalled, silences
from reconciler.planning.rollback import going_back
from reconciler.planning.safety import left_unassigned
from reconciler.planning.twins import Twins
from reconciler.schemas import SchemaSet


@dataclass(frozen=True, kw_only=True, slots=True)
class PlanOptions:
    """`targets` are keys or globs; empty means every key. The others are the flags of the same name."""

    targets: tuple[str, ...] = ()
    prune: bool = False
    allow_new: bool = False
    allow_protected: bool = False


def make_plan(
    *,
    environment: str,
    lineage: str | None,
    desired: Iterable[Desired],
    entries: Mapping[str, Entry],
    schemas: SchemaSet,
    settled: Collection[Settled] = (),
    live: Mapping[int, Live] | None = None,
    findings: Mapping[str, Finding] | None = None,
    options: PlanOptions | None = None,
    previous: Mapping[str, Desired] | None = None,
    diagnostics: Sequence[Diagnostic] = (),
) -> Plan:
    """Decide what happens to every key, and in which order.

    `settled` are the keys whose document says what was applied, which are in neither `desired` nor `entries`: where
    live was not read and nothing goes back, the plan is the same as if they were. `live` is None where it was not read,
    else every assistant of the account by id. `findings` are what the list says of begun creates, by key (`look_up`),
    where it was asked. `diagnostics` are carried along. `previous` (`previous_desired`) is what some keys go back to:
    then these alone are planned.
    """
    chosen = options or PlanOptions()
    documents = {each.key: each for each in desired}
    wanted = {**documents, **(previous or {})}
    found = findings or {}
    known = as_found(entries, found)
    orphans = _orphans(wanted, known)
    sides = Sides(
        schemas=schemas,
        entries=known,
        settled=tuple(settled),
        orphans=orphans,
        twins=Twins.among(orphans, schemas),
        begun={key: entries[key] for key in found},
        findings=found,
        live=live,
        prune=chosen.prune,
        allow_new=chosen.allow_new,
        allow_protected=chosen.allow_protected,
    )
    decided = _decide(documents, sides, chosen.targets) if previous is None else _back(previous, documents, sides)
    spoken_of = _stances(decided, sides)
    if anything_moves(spoken_of, schemas) or any(each.unassigned for each in known.values()):
        spoken_of += [_keeper(each) for each in settled]
    stances = refuse_held(spoken_of, schemas)
    changes = [each.change for each in stances if each.change is not None]
    ordered = in_order(changes, transfers([each for each in stances if _sends(each)], schemas), schemas)
    unanswered = recalled(known, stances, schemas)
    ended = claims(unanswered, ordered.changes)
    return Plan(
        environment=environment,
        lineage=lineage,
        refreshed=live is not None,
        changes=ordered.changes,
        settled=_selected(settled, chosen.targets),
        drift=_drift(wanted, decided, sides),
        hand_overs=(*ordered.hand_overs, *ended),
        diagnostics=(
            *diagnostics,
            *ordered.diagnostics,
            *left_unassigned(stances, schemas),
            *silences(unanswered, ended),
            *_not_observable(wanted, decided, sides),
        ),
    )


def known_keys(desired: Iterable[Desired], entries: Mapping[str, Entry], settled: Iterable[Settled] = ()) -> list[str]:
    """Every key that a plan may speak of: documents, and entries that no document is or moves from."""
    documents = {each.key: each for each in desired}
    return sorted({*documents, *_orphans(documents, entries), *(each.key for each in settled)})


def selected(targets: Sequence[str], keys: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The keys that some target names (exactly, or as a glob), and the targets that name none.

    No targets select every key: a selector that matches nothing is for the caller to refuse, never "everything".
    """
    known = sorted(set(keys))
    if not targets:
        return frozenset(known), ()
    matches = {target: [key for key in known if fnmatch.fnmatchcase(key, target)] for target in targets}
    return frozenset(key for found in matches.values() for key in found), tuple(t for t in targets if not matches[t])


def _orphans(documents: Mapping[str, Desired], entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """Entries without a document that no document moves from. A move counts only while its new key has no entry."""
    moving = {each.moved_from for each in documents.values() if each.key not in entries}
    return {key: each for key, each in entries.items() if key not in documents and key not in moving}


def _decide(documents: Mapping[str, Desired], sides: Sides, targets: Sequence[str]) -> list[Change]:
    wanted, _ = selected(targets, {*documents, *sides.orphans})
    changes = [decide_document(documents[key], sides) for key in sorted(set(documents) & wanted)]
    return changes + [decide_orphan(key, sides.orphans[key], sides) for key in sorted(set(sides.orphans) & wanted)]


def _selected(settled: Collection[Settled], targets: Sequence[str]) -> tuple[Settled, ...]:
    if not targets:
        return tuple(settled)
    wanted, _ = selected(targets, [each.key for each in settled])
    return tuple(each for each in settled if each.key in wanted)


def _back(previous: Mapping[str, Desired], documents: Mapping[str, Desired], sides: Sides) -> list[Change]:
    return [
        going_back(decide_document(previous[key], sides), previous[key], documents.get(key)) for key in sorted(previous)
    ]


def _stances(changes: Sequence[Change], sides: Sides) -> list[Stance]:
    """Every assistant that is known: those that the plan speaks of, and those that it leaves alone."""
    found = [_stance(each, sides) for each in changes]
    spoken_of = {each.key for each in changes} | {each.moved_from for each in changes}
    known = {each.id for each in changes}
    for key in sorted(set(sides.entries) - spoken_of):
        entry = sides.entries[key]
        known.add(entry.id)
        if entry.id is not None and not sides.is_gone(entry.id):
            found.append(_untouched(key, entry.id, server_view(entry, sides.live_of(entry.id))))
    for id, live in sorted((sides.live or {}).items()):
        if id not in known:
            label = f'assistant {id} ("{live.name}"), which no document manages'
            found.append(Stance(key="", label=label, before=live.content, after=live.content))
    return found


def _keeper(settled: Settled) -> Stance:
    return _untouched(settled.key, settled.id, settled.content)


def _untouched(key: str, id: int, content: Content) -> Stance:
    return Stance(key=key, label=_label(key, id), before=content, after=content)


def _label(key: str, id: int | None) -> str:
    return f"{key} (assistant {id})"


def _stance(change: Change, sides: Sides) -> Stance:
    entry = sides.entries.get(change.moved_from or change.key)
    exists = change.id is not None and change.action not in (Action.CREATE, Action.FORGET)
    before = server_view(entry, sides.live_of(change.id)) if exists else None
    after = before
    if change.action is Action.DELETE:
        after = None
    elif change.requests:
        after = {**(before or {}), **{n: value for each in change.requests for n, value in (each.body or {}).items()}}
    return Stance(key=change.key, label=_label(change.key, change.id), before=before, after=after, change=change)


def _drift(documents: Mapping[str, Desired], changes: Sequence[Change], sides: Sides) -> tuple[Drift, ...]:
    """What live moved on the assistants that the plan speaks of."""
    found: list[Drift] = []
    for change, entry, live in _read(changes, sides):
        drift = drift_of(documents.get(change.key), entry, live, sides.schemas)
        if drift is not None:
            found.append(replace(drift, key=change.key))
    return tuple(found)


def _not_observable(
    documents: Mapping[str, Desired], changes: Sequence[Change], sides: Sides
) -> tuple[Diagnostic, ...]:
    """Which fields of these assistants the API does not show, said once."""
    names: set[str] = set()
    for change, entry, live in _read(changes, sides):
        names |= unobservable(documents.get(change.key), entry, live, sides.schemas)
    return (problems.not_observable(sorted(names)),) if names else ()


def _read(changes: Sequence[Change], sides: Sides) -> Iterator[tuple[Change, Entry, Live]]:
    """The changes whose assistant was read, with what the state and live say of it."""
    for change in changes if sides.live else ():
        entry = sides.entries.get(change.moved_from or change.key)
        live = sides.live_of(entry.id) if entry is not None else None
        if entry is not None and live is not None:
            yield change, entry, live


def _sends(stance: Stance) -> bool:
    return stance.change is not None and bool(stance.change.requests)
