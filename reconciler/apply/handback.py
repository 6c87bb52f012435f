"""Values that were released for an assistant which then could not take them, and how they go back. Pure.

Only one assistant may hold an exclusive value (a phone number), so a hand-over is a release and then a claim. Where
the claim fails, the value would be nobody's and its callers hear nothing: it goes back to its old holder. Where that
holds another value by now, the other goes back to *its* old holder next, and so on, ending at one that took nothing.
Each step back frees what the next one needs, so that no value ever has two holders. Where the way back ends at an
assistant that is deleted, nothing goes back: it would only make another value nobody's.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from enum import Enum, auto
from typing import TypeAlias

from reconciler.canonical import Json, equal
from reconciler.errors import Diagnostic, error
from reconciler.model import Action, Change, Content, HandOver, Plan, Request
from reconciler.schemas import SchemaSet

_Name: TypeAlias = tuple[str, str, str]


class _Back(Enum):
    """How far a value is on its way back."""

    BEGUN = auto()
    DONE = auto()
    FAILED = auto()
    UNSURE = auto()


class Returns:
    """Who holds what of a plan's hand-overs, as the server was asked so far, and what is to be given back."""

    def __init__(self, plan: Plan, schemas: SchemaSet) -> None:
        self._schemas = schemas
        self._changes = {each.key: each for each in plan.changes}
        self._hand_overs = plan.hand_overs
        self._given: dict[tuple[str, str], list[HandOver]] = {}
        self._taken: dict[tuple[str, str], list[HandOver]] = {}
        for each in plan.hand_overs:
            self._given.setdefault((each.giver, each.field), []).append(each)
            self._taken.setdefault((each.taker, each.field), []).append(each)
        self._group = _groups(plan.hand_overs)
        self._acted: dict[int, Request] = {}
        self._unsure: set[int] = set()
        self._back: dict[_Name, _Back] = {}
        self._together: dict[_Name, list[HandOver]] = {}
        self._root: dict[_Name, HandOver] = {}
        self._in_question: set[str] = set()
        self._sent_back: dict[str, set[str]] = {}

    def acted(self, request: Request) -> None:
        """The server carried the request out."""
        self._acted[request.step] = request

    def unsure(self, request: Request) -> None:
        """The server may have carried the request out."""
        self._unsure.add(request.step)

    def failed(self, key: str) -> None:
        """A change of this key did not go through: what it or its neighbours were to take may be nobody's."""
        if key in self._group:
            self._in_question.add(self._group[key])

    def ended(self) -> None:
        """No further request of the plan is sent: whatever was released and not claimed is nobody's."""
        self._in_question.update(self._group.values())

    @property
    def in_question(self) -> bool:
        """Whether `due` can have anything to say."""
        return bool(self._in_question)

    def due(self, busy: Set[str]) -> list[HandOver]:
        """What can go back now: one value of each group of tied assistants, where none of them is in `busy`.

        A group that still moves by itself may strand or settle more, so it comes to rest first.
        """
        resting = self._in_question - {self._group[key] for key in busy if key in self._group}
        found: dict[str, HandOver] = {}
        for each in self._hand_overs:
            group = self._group[each.taker]
            if group in resting and group not in found and self._goes_back(each):
                found[group] = each
        return list(found.values())

    def request(self, each: HandOver) -> Request:
        """The request that makes the giver the holder again; the value counts as being on its way."""
        assert each.released is not None
        counts = self._counts(each)
        self._together[_name(each)] = [each, *self._with(each, counts)]
        # of a ring all is back in the end, and nothing tells any more where it began
        for one in self._together[_name(each)]:
            after = [self._root[_name(other)] for other in self._given_by(one.taker, one.field) if self._is_back(other)]
            self._root[_name(one)] = after[0] if after else one
        self._mark(each, _Back.BEGUN)
        sent = self._sent(each.giver)
        values = {one.field: one.value for one in self._together[_name(each)] if one.field in sent}
        body = {**self._others(each, counts), **values, **counts}
        # what goes back later must be sent where this clears it, though the plan itself did not touch it
        self._sent_back.setdefault(each.giver, set()).update(body)
        return replace(self._acted[each.released], body=body)

    def returned(self, each: HandOver, *, unsure: bool) -> tuple[list[HandOver], list[HandOver]]:
        """It has arrived, or may have: all that went back with it, and what the giver let go of for it."""
        freed = self._held_by(each.giver, each.field)
        self._mark(each, _Back.UNSURE if unsure else _Back.DONE)
        return self._together[_name(each)], freed

    def not_returned(self, each: HandOver) -> None:
        """It has not arrived."""
        self._mark(each, _Back.FAILED)

    def root(self, each: HandOver) -> HandOver:
        """The claim that failed, for whose sake a value went back."""
        return self._root[_name(each)]

    def nobodys(self) -> list[HandOver]:
        """Every hand-over whose value is nobody's, or may be."""
        return [each for each in self._hand_overs if self._is_nobodys(each)]

    def _mark(self, each: HandOver, back: _Back) -> None:
        for one in self._together[_name(each)]:
            self._back[_name(one)] = back

    def _is_nobodys(self, each: HandOver) -> bool:
        released = each.released is None or each.released in self._acted
        return released and not self._is_back(each) and not self._has_it(each)

    def _has_it(self, each: HandOver) -> bool:
        """Whether the taker has the value for certain."""
        after = [self._back.get(_name(one)) for one in self._given_by(each.taker, each.field)]
        return each.claimed in self._acted and _Back.DONE not in after and _Back.UNSURE not in after

    def _may_have_it(self, each: HandOver) -> bool:
        after = [self._back.get(_name(one)) for one in self._given_by(each.taker, each.field)]
        return each.claimed in self._unsure or _Back.UNSURE in after

    def _is_back(self, each: HandOver) -> bool:
        return self._back.get(_name(each)) is _Back.DONE

    def _given_by(self, key: str, field: str) -> list[HandOver]:
        return self._given.get((key, field), [])

    def _held_by(self, key: str, field: str) -> list[HandOver]:
        return [each for each in self._taken.get((key, field), ()) if self._has_it(each)]

    def _goes_back(self, each: HandOver) -> bool:
        """Whether it is nobody's for certain, was not tried before, and the way back ends where nothing is lost."""
        if not self._is_nobodys(each) or self._may_have_it(each) or _name(each) in self._back:
            return False
        way: list[HandOver] = [each]
        while way:
            last = way.pop()
            giver = self._changes.get(last.giver)
            if last.released is None or giver is None or giver.action is Action.DELETE:
                return False
            taken = self._taken.get((last.giver, last.field), ())
            if any(self._may_have_it(one) for one in taken):
                return False
            way += self._held_by(last.giver, last.field)
        return True

    def _sent(self, key: str) -> set[str]:
        """The fields that an assistant was sent, by the plan or with what went back to it."""
        requests = self._changes[key].requests
        planned = {name for one in requests if one.step in self._acted for name in one.body or {}}
        return planned | self._sent_back.get(key, set())

    def _counts(self, each: HandOver) -> dict[str, Json]:
        """What decides whether the giver's value counts, as it was, as far as it was sent another."""
        sent = self._sent(each.giver)
        conditions = self._schemas.fields[each.field].exclusive or {}
        before = {one.field: one.before for one in self._changes[each.giver].fields}
        return {name: before[name] for name in conditions if name in sent and name in before}

    def _with(self, each: HandOver, counts: Content) -> list[HandOver]:
        """What goes back by the same request: once one value counts again, others do that the same decides."""
        fields = [policy.name for policy in self._schemas.fields.values() if counts.keys() & (policy.exclusive or {})]
        given = [one for name in fields if name != each.field for one in self._given_by(each.giver, name)]
        return [one for one in given if self._is_nobodys(one) and not self._may_have_it(one)]

    def _others(self, each: HandOver, counts: Content) -> dict[str, Json]:
        """The other values that will count: as before, and none that another has by now, or may have."""
        sent = self._sent(each.giver)
        before = {one.field: one.before for one in self._changes[each.giver].fields}
        found: dict[str, Json] = {}
        for policy in self._schemas.fields.values():
            if policy.name == each.field or not counts.keys() & (policy.exclusive or {}):
                continue
            given = self._given_by(each.giver, policy.name)
            if any(self._has_it(one) or self._may_have_it(one) for one in given):
                found[policy.name] = policy.clear
            elif policy.name in sent and policy.name in before:
                found[policy.name] = before[policy.name]
        return found


def _name(each: HandOver) -> _Name:
    return (each.field, each.giver, each.taker)


def _groups(hand_overs: tuple[HandOver, ...]) -> Mapping[str, str]:
    """For each key the name of its group: assistants that are tied by hand-overs, over any number of them."""
    tied: dict[str, set[str]] = {}
    for each in hand_overs:
        mine, other = tied.setdefault(each.giver, {each.giver}), tied.setdefault(each.taker, {each.taker})
        if mine is not other:
            mine |= other
            tied.update(dict.fromkeys(other, mine))
    return {key: min(group) for key, group in tied.items()}


def given_back(each: HandOver, root: HandOver, giver: Change) -> Diagnostic:
    cause = f"{root.taker} could not take {'it' if equal(root.value, each.value) else f'{root.value}'}"
    return error(
        "given-back",
        f"`{each.field}` {each.value} was given back to {giver.key}, because {cause}",
        f"It is served as before. Settle what is wrong with {root.taker} and run `plan` and `apply` again.",
        key=giver.key,
        file=giver.file,
        line=giver.line,
        field=each.field,
    )


def nobody_holds(each: HandOver, taker: Change) -> Diagnostic:
    return error(
        "value-unassigned",
        f"`{each.field}` {each.value} may be nobody's now: {each.giver} released it,"
        f" and {each.taker} is not known to have it",
        "What depends on it is not served until that is settled: run `plan` and `apply` again, or assign it by hand.",
        key=taker.key,
        file=taker.file,
        line=taker.line,
        field=each.field,
    )
