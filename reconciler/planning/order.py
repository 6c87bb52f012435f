"""The order of requests: a value is released before it is claimed, and rings are cut open.

An act is one or more requests of one change that run in a row. Most changes are one act. Where hand-overs form a
ring (two assistants swap their numbers), one change of the ring becomes two acts: first it only clears the value, and
the rest follows when its turn comes. Acts tied by hand-overs are numbered in a run of their own, so that between
"released" and "claimed", when nobody holds the value, stands as little as possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from reconciler.errors import Diagnostic, error, note
from reconciler.frozen import dataclass
from reconciler.model import Action, Change, HandOver, Reason, Request
from reconciler.planning.exclusive import Transfer
from reconciler.schemas import SchemaSet


class Act(NamedTuple):
    """`part` 0 is an early release, 1 the change itself; they are sorted by key."""

    key: str
    part: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Ordered:
    """Changes with numbered and tied requests, the steps of each hand-over, and what is to be said about it."""

    changes: tuple[Change, ...]
    hand_overs: tuple[HandOver, ...]
    diagnostics: tuple[Diagnostic, ...]


def in_order(changes: Sequence[Change], moves: Sequence[Transfer], schemas: SchemaSet) -> Ordered:
    """Number the requests of all changes. `moves` are the hand-overs between them."""
    by_key = {each.key: each for each in changes}
    cut: dict[Transfer, Request] = {}
    tied = list(moves)
    while ring := _ring([each for each in tied if each not in cut]):
        edge = _weakest(ring, schemas)
        if edge is None:
            stuck = min(each.giver for each in ring)
            by_key[stuck] = _stuck(by_key[stuck])
            tied = [each for each in tied if stuck not in (each.giver, each.taker)]
            cut = {each: release for each, release in cut.items() if each in tied}
        else:
            cut[edge] = _release(by_key[edge.giver], edge, schemas)
    requests = _requests(by_key, cut)
    numbered = _number(requests, _waits(requests, tied, cut))
    done = [
        replace(each, requests=tuple(_of(each.key, numbered))) if each.requests else each for each in by_key.values()
    ]
    steps = [_steps(each, numbered, cut) for each in tied]
    return Ordered(
        changes=tuple(done),
        hand_overs=tuple(steps),
        diagnostics=tuple(_gap(*each) for each in zip(tied, steps, strict=True)),
    )


def _ring(edges: Sequence[Transfer]) -> list[Transfer]:
    """Some ring among the edges, or an empty list. Depth first, from the smallest key, so always the same one."""
    out: dict[str, list[Transfer]] = {}
    for each in edges:
        out.setdefault(each.giver, []).append(each)
    finished: set[str] = set()
    for start in sorted(out):
        path: list[Transfer] = []
        visited = [start]
        branches = [iter(out[start])]
        while branches:
            edge = next(branches[-1], None)
            if edge is None:
                branches.pop()
                finished.add(visited.pop())
                path = path[:-1]
            elif edge.taker in visited:
                return [*path, edge][visited.index(edge.taker) :]
            elif edge.taker not in finished:
                path.append(edge)
                visited.append(edge.taker)
                branches.append(iter(out.get(edge.taker, ())))
    return []


def _weakest(ring: Sequence[Transfer], schemas: SchemaSet) -> Transfer | None:
    """Where the ring is cut: at the smallest key whose value can be cleared for a moment."""
    able = [each for each in ring if schemas.fields[each.name].has_clear]
    return min(able, key=lambda each: (each.giver, each.name), default=None)


def _release(change: Change, edge: Transfer, schemas: SchemaSet) -> Request:
    return replace(change.requests[0], body={edge.name: schemas.fields[edge.name].clear})


def _requests(changes: Mapping[str, Change], cut: Mapping[Transfer, Request]) -> dict[Act, list[Request]]:
    acts = {Act(key=key): list(each.requests) for key, each in changes.items() if each.requests}
    for edge, release in cut.items():
        early = Act(key=edge.giver, part=0)
        if early in acts:
            release = replace(release, body={**(acts[early][0].body or {}), **(release.body or {})})
        acts[early] = [release]
    return acts


def _waits(
    acts: Mapping[Act, object], edges: Sequence[Transfer], cut: Mapping[Transfer, Request]
) -> dict[Act, set[Act]]:
    """For each act, the acts that must have succeeded before it."""
    waits: dict[Act, set[Act]] = {each: set() for each in acts}
    for edge in edges:
        waits[Act(key=edge.taker)].add(Act(key=edge.giver, part=0 if edge in cut else 1))
    for each in acts:
        if each.part == 0:
            waits[Act(key=each.key)].add(each)
    return waits


def _number(acts: Mapping[Act, list[Request]], waits: Mapping[Act, set[Act]]) -> dict[Act, list[Request]]:
    numbered: dict[Act, list[Request]] = {}
    step = 0
    for act in _sorted(waits):
        after = tuple(sorted(numbered[each][-1].step for each in waits[act]))
        for request in acts[act]:
            step += 1
            numbered.setdefault(act, []).append(replace(request, step=step, after=after))
            after = (step,)
    return numbered


def _sorted(waits: Mapping[Act, set[Act]]) -> list[Act]:
    """Topological and by key; tied acts in a run, and in it a claim right behind its release where that can be."""
    order: list[Act] = []
    for group in _groups(waits):
        left = set(group)
        last: Act | None = None
        while left:
            ready = sorted(each for each in left if not waits[each] & left)
            follows = [each for each in ready if last in waits[each]]
            last = (follows or ready)[0]
            order.append(last)
            left.remove(last)
    return order


def _groups(waits: Mapping[Act, set[Act]]) -> list[list[Act]]:
    """Acts that are tied to each other, by any number of ties; groups and members in order of their keys."""
    ties: dict[Act, set[Act]] = {each: set(others) for each, others in waits.items()}
    for each, others in waits.items():
        for other in others:
            ties[other].add(each)
    seen: set[Act] = set()
    groups: list[list[Act]] = []
    for start in sorted(waits):
        if start in seen:
            continue
        group, todo = set[Act](), [start]
        while todo:
            each = todo.pop()
            if each not in group:
                group.add(each)
                todo += ties[each] - group
        seen |= group
        groups.append(sorted(group))
    return groups


def _of(key: str, numbered: Mapping[Act, list[Request]]) -> list[Request]:
    return [*numbered.get(Act(key=key, part=0), ()), *numbered[Act(key=key)]]


def _steps(edge: Transfer, numbered: Mapping[Act, Sequence[Request]], cut: Mapping[Transfer, Request]) -> HandOver:
    """Where it is let go, and where it is claimed: the first request of a claim holds all that a create can say."""
    released = numbered[Act(key=edge.giver, part=0 if edge in cut else 1)][-1].step
    claimed = numbered[Act(key=edge.taker)][0].step
    return HandOver(
        field=edge.name, value=edge.value, giver=edge.giver, taker=edge.taker, released=released, claimed=claimed
    )


def _gap(edge: Transfer, steps: HandOver) -> Diagnostic:
    return note(
        "hand-over",
        f"`{edge.name}` {edge.text}: unanswered between step {steps.released} and step {steps.claimed}"
        f" (it comes from {edge.giver})",
        key=edge.taker,
        field=edge.name,
    )


def _stuck(change: Change) -> Change:
    told = error(
        "cannot-release",
        "it exchanges a value in a ring, and the schemas know no way to clear it for a moment",
        "Move one of the values by hand first.",
        file=change.file,
        line=change.line,
        key=change.key,
        loses=("nothing in this plan; moved by hand, the value is nobody's until it is given again",),
        commands=(("state", "show", change.key),),
    )
    diagnostics = (*change.diagnostics, told)
    return replace(change, action=Action.BLOCKED, reason=Reason.VALUE_HELD, requests=(), diagnostics=diagnostics)
