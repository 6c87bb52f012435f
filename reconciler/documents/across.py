"""What no document can break alone: ids, exclusive values and renames claimed by two. Core: pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from reconciler.canonical import canonical_bytes, equal, identical
from reconciler.documents.places import at
from reconciler.errors import Diagnostic, error
from reconciler.frozen import dataclass
from reconciler.model import RESERVED, Content, Path, Position, Settled
from reconciler.schemas import FieldPolicy, SchemaSet
from reconciler.secrecy import secret_names


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimant:
    """One document as the others see it: its resolved fields, its settings, and where they stand."""

    key: str
    file: str
    content: Content
    id: int | None
    moved_from: str | None
    places: Mapping[Path, Position]


Conflict = tuple[frozenset[str], Diagnostic]
"""The keys of the documents that cannot be planned because of it, and what to tell."""


def conflicts(claimants: Sequence[Claimant], schemas: SchemaSet) -> Iterator[Conflict]:
    """Every conflict between documents, each told once with all the places in it."""
    yield from _same_ids(claimants)
    yield from _same_renames(claimants)
    for policy in schemas.exclusive_fields:
        yield from _same_exclusives(claimants, policy)


def may_conflict(claimants: Sequence[Claimant], settled: Mapping[str, Settled], schemas: SchemaSet) -> bool:
    """Whether some settled key may be in a conflict. No is certain; yes is for `conflicts` to find out."""
    if any(each.moved_from in settled for each in claimants):
        return True
    for policy in schemas.exclusive_fields:
        name = policy.name
        held = [each.content[name] for each in settled.values() if name in each.content]
        claimed = [value for each in claimants if (value := each.content.get(name)) is not None]
        if not {*map(type, held), *map(type, claimed)} <= {int}:  # whole numbers are equal as they are: 2 ms of 10,000
            held, claimed = [canonical_bytes(each) for each in held], [canonical_bytes(each) for each in claimed]
        marks = set(held)
        if len(marks) < len(held) or not marks.isdisjoint(claimed):
            return True
    return False


def _same_ids(claimants: Iterable[Claimant]) -> Iterator[Conflict]:
    path = (RESERVED, "id")
    for group in _groups((each.id, each) for each in claimants if each.id is not None):
        places = [each.places[path] for each in group]
        told = f"{_said(places)} both adopt id {group[0].id}"
        yield _conflict("id-twice", told, "An assistant belongs to one document.", group, places, path)


def _same_renames(claimants: Sequence[Claimant]) -> Iterator[Conflict]:
    path = (RESERVED, "moved_from")
    by_key = {each.key: each for each in claimants}
    movers = [each for each in claimants if each.moved_from is not None]
    for group in _groups((each.moved_from, each) for each in movers):
        places = [each.places[path] for each in group]
        told = f"{_said(places)} both say that they were `{group[0].moved_from}`"
        yield _conflict("moved-from-twice", told, "Only one can take its assistant over.", group, places, path)
    for each in movers:
        old = by_key.get(each.moved_from or "")
        if old is not None:
            told = f"`moved_from` names `{old.key}`, which still has its document, {old.file}"
            then = "Delete the old file, or remove `moved_from`."
            place = each.places[path]
            yield frozenset({each.key}), error("moved-from-exists", told, then, **at(place, key=each.key, path=path))


def _same_exclusives(claimants: Sequence[Claimant], policy: FieldPolicy) -> Iterator[Conflict]:
    path = (policy.name,)
    kind = policy.exclusive or {}
    claims = [each for each in claimants if each.content.get(policy.name) is not None and _matches(each.content, kind)]
    for group in _groups((canonical_bytes(each.content[policy.name]), each) for each in claims):
        places = [each.places[path] for each in group]
        value = group[0].content[policy.name]
        shown = f"`{policy.name}`" if any(secret_names(value)) else f"`{policy.name}` {value}"
        told = f"{_said(places)} both claim {shown}"
        condition = ", ".join(f"{name}: {value}" for name, value in kind.items())
        then = f"Only one assistant with {condition} may hold it."
        yield _conflict("exclusive-twice", told, then, group, places, path)


def _matches(content: Content, kind: Content) -> bool:
    for name, value in kind.items():
        if name not in content or not (identical(content[name], value) or equal(content[name], value)):
            return False
    return True


def _groups(pairs: Iterable[tuple[Hashable, Claimant]]) -> list[list[Claimant]]:
    found: defaultdict[Hashable, list[Claimant]] = defaultdict(list)
    for value, claimant in pairs:
        found[value].append(claimant)
    return [group for group in found.values() if len(group) > 1]


def _said(places: Sequence[Position]) -> str:
    names = [f"{each.file}:{each.line}" for each in places]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _conflict(
    code: str, told: str, then: str, group: Sequence[Claimant], places: Sequence[Position], path: Path
) -> Conflict:
    told = told.replace(" both ", " all ") if len(group) > 2 else told
    keys = frozenset(each.key for each in group)
    return keys, error(code, told, then, **at(places[-1], key=group[-1].key, path=path))
