"""A plan arranged for people who review it: what is the same in many assistants once, the rest one by one. Pure.

A reviewer of 143 equal edits reads one, and then those that differ. So the changes of updates are cut into items (a
value, or one changed place of a text), and items that the same assistants share are bundled. A create is shown alone:
that new assistants have the same language says nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

from reconciler.errors import Diagnostic
from reconciler.frozen import dataclass
from reconciler.model import Action, Change, Drift, Plan, Reason, Risk
from reconciler.planning.risk import rank_of
from reconciler.render.hunks import Hunk, shared
from reconciler.render.lines import Line, split
from reconciler.render.parts import Part, field_parts
from reconciler.render.plan_text import SILENCE, in_order, remaining
from reconciler.render.prose import Prose
from reconciler.render.values import inline, is_long
from reconciler.schemas import SchemaSet

NO_FOLDER = "(no folder)"
MANY = 3
"""From this many assistants on, what they share is shown once."""
COLUMNS: tuple[str, ...] = ("blocked", *(each.value for each in Risk), "other")
"""How changes are counted: by risk, those that are blocked, and those that no caller could notice at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One change inside one field: a part, and of prose one changed place of it."""

    field: str
    part: Part
    risk: Risk | None = None
    hunk: Hunk | None = None
    numbers: str = ""
    """Of prose: what numbers say of the whole text; empty where several texts stand together."""
    mark: tuple[object, ...] = ()
    """Equal for equal changes, whatever stands around them. Secrets count by name."""

    @property
    def name(self) -> str:
        """The field, and where in it: `tools[0].description`."""
        place = self.part.place
        return f"{self.field}{'' if not place or place.startswith('[') else '.'}{place}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """What several assistants share to the letter; `number` counts from 1 in the order of the report."""

    number: int
    items: tuple[Item, ...]
    changes: tuple[Change, ...]

    @property
    def risk(self) -> Risk | None:
        return min((each.risk for each in self.items), key=rank_of)

    @property
    def clients(self) -> int:
        return len({client_of(each.key) for each in self.changes})


@dataclass(frozen=True, kw_only=True, slots=True)
class Single:
    """One assistant: what it does not share with others, and the numbers of the bundles that it is in as well."""

    change: Change
    items: tuple[Item, ...] = ()
    bundles: tuple[int, ...] = ()

    @property
    def risk(self) -> Risk | None:
        return self.change.risk


Block: TypeAlias = "Bundle | Single"


@dataclass(frozen=True, kw_only=True, slots=True)
class Concerns:
    """What stands beside the changes: values that nobody would answer, reasons to refuse, and the rest."""

    silent: tuple[Diagnostic, ...]
    refused: tuple[Diagnostic, ...]
    rest: tuple[Diagnostic, ...]


@dataclass(frozen=True, kw_only=True)
class Review:
    """`blocks` stand worst first: by risk, bundles before assistants, then by key."""

    plan: Plan
    blocks: tuple[Block, ...]

    def has(self, risk: Risk) -> bool:
        """Whether any item is of this class."""
        return any(item.risk is risk for block in self.blocks for item in block.items)

    @cached_property
    def table(self) -> Mapping[str, Mapping[str, int]]:
        """Changes by client and then by column; clients with the worst changes, and then the most, first."""
        rows: dict[str, Counter[str]] = {}
        for each in in_order(self.plan):
            rows.setdefault(client_of(each.key), Counter())[column_of(each)] += 1

        def order(client: str) -> tuple[list[int], str]:
            return [-rows[client][column] for column in COLUMNS], client

        return {client: rows[client] for client in sorted(rows, key=order)}


def review(plan: Plan, schemas: SchemaSet | None = None) -> Review:
    """The plan's changes as blocks; blocked ones, orphans and what stays as it is have none."""
    changes = [each for each in in_order(plan) if each.action is not Action.BLOCKED]
    overwrites = plan.overwrites
    items = {each.key: _items(each, plan, schemas, overwrites) for each in changes}
    bundles = _bundles({each.key: each for each in changes}, items)
    taken: dict[str, list[tuple[int, set[object]]]] = {}
    for bundle in bundles:
        marks: set[object] = {each.mark for each in bundle.items}
        for change in bundle.changes:
            taken.setdefault(change.key, []).append((bundle.number, marks))
    singles = [_single(each, items[each.key], taken.get(each.key, ())) for each in changes]
    blocks: list[Block] = [*bundles, *(each for each in singles if each is not None)]
    return Review(plan=plan, blocks=tuple(sorted(blocks, key=_order)))


def concerns(plan: Plan, refused: Sequence[Diagnostic]) -> Concerns:
    """Every diagnostic once; `refused` are reasons beyond those of blocked changes."""
    blocked = [told for each in plan.changes if each.action is Action.BLOCKED for told in each.diagnostics]
    why = tuple(dict.fromkeys((*refused, *blocked)))
    silent = tuple(each for each in plan.diagnostics if each.code in SILENCE)
    return Concerns(silent=silent, refused=why, rest=tuple(each for each in remaining(plan) if each not in why))


def words(change: Change) -> tuple[str, ...]:
    """What is done and why; of a move alone nothing, since where it moved from says all."""
    return () if change.reason is Reason.MOVED else (change.action.value, change.reason.value)


def compared_with(plan: Plan) -> str:
    """What the documents were compared with, in words."""
    return "what live says now" if plan.refreshed else "what was last applied; live was not read"


def client_of(key: str) -> str:
    """The first folder of a key; empty for a document that stands in none."""
    return key.partition("/")[0] if "/" in key else ""


def place_of(change: Change) -> str | None:
    """The file and line of its document; None where it has none any more."""
    return None if change.file is None else change.file + (f":{change.line}" if change.line else "")


def column_of(change: Change) -> str:
    if change.action is Action.BLOCKED:
        return "blocked"
    return "other" if change.risk is None else change.risk.value


def _items(
    change: Change, plan: Plan, schemas: SchemaSet | None, overwrites: Mapping[tuple[str, str], Drift]
) -> tuple[Item, ...]:
    found: list[Item] = []
    seen: Counter[object] = Counter()
    for field in sorted(change.fields, key=lambda each: (rank_of(each.risk), each.field)):
        parts = field_parts(field, change, plan, schemas, overwrites.get((change.key, field.field)))
        for item in items_of(field.field, parts, risk=field.risk):
            seen[item.mark] += 1  # the same line may be added at two places of one text: both count
            found.append(replace(item, mark=(*item.mark, seen[item.mark])))
    return tuple(found)


def items_of(field: str, parts: Iterable[Part], *, risk: Risk | None = None) -> Iterator[Item]:
    """The parts of one field, each changed place of a text alone."""
    for part in parts:
        compared = part.prose() if part.kind == "prose" else None
        numbers = "" if compared is None else compared.numbers
        for hunk in _places(part, compared) or [None]:
            told = (inline(part.before), inline(part.after), part.note) if hunk is None else hunk.lines
            mark = (field, part.place, part.kind, told)
            yield Item(field=field, risk=risk, part=part, hunk=hunk, numbers=numbers, mark=mark)


def _places(part: Part, compared: Prose | None) -> list[Hunk | None]:
    """The changed places of a text; a text of a new assistant is one, all of it added."""
    if compared is not None:
        return [*compared.hunks]
    if part.kind == "new" and not part.note and isinstance(part.after, str) and is_long(part.after):
        return [Hunk(lines=tuple(Line(mark="+", text=text) for text in split(part.after)))]
    return []


def _bundles(changes: Mapping[str, Change], items: Mapping[str, Sequence[Item]]) -> list[Bundle]:
    holders: dict[object, dict[str, Item]] = {}
    for key, found in items.items():
        if changes[key].action is Action.UPDATE:
            for item in found:
                holders.setdefault(item.mark, {})[key] = item
    groups: dict[tuple[str, ...], list[Item]] = {}
    for held in holders.values():
        if len(held) >= MANY:
            groups.setdefault(tuple(sorted(held)), []).append(_together(list(held.values())))
    ordered = sorted(groups.items(), key=lambda group: (min(rank_of(each.risk) for each in group[1]), group[0]))
    return [
        Bundle(number=number, items=tuple(group), changes=tuple(changes[key] for key in keys))
        for number, (keys, group) in enumerate(ordered, 1)
    ]


def _together(found: Sequence[Item]) -> Item:
    places = [each.hunk for each in found if each.hunk is not None]
    numbers = found[0].numbers if len({each.numbers for each in found}) == 1 else ""
    return replace(found[0], hunk=shared(places), numbers=numbers) if places else found[0]


def _single(change: Change, items: Iterable[Item], taken: Iterable[tuple[int, set[object]]]) -> Single | None:
    """None for an assistant of which everything stands in bundles."""
    numbers = tuple(number for number, _ in taken)
    own = tuple(each for each in items if not any(each.mark in marks for _, marks in taken))
    if numbers and not own and not change.releases and change.moved_from is None:
        return None
    return Single(change=change, items=own, bundles=numbers)


def _order(block: Block) -> tuple[int, int, str]:
    if isinstance(block, Bundle):
        return rank_of(block.risk), 0, f"{block.number:09}"
    return rank_of(block.risk), 1, block.change.key
