"""What many environments have in common, as text: an edit of 212 assistants in 27 accounts stands once. Pure.

A fleet's plans are put together into one, each key below its environment's name, and arranged as one account's plan is
for reviewers (see `review`): then what its clients are there are environments here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from reconciler.canonical import Json
from reconciler.errors import Diagnostic
from reconciler.frozen import dataclass
from reconciler.model import Action, Change, Plan
from reconciler.render.diagnostics_text import diagnostic_lines
from reconciler.render.escape import terminal_safe
from reconciler.render.fields import field_lines, moved_lines
from reconciler.render.gutter import Look
from reconciler.render.masking import masked
from reconciler.render.paint import counted, paint
from reconciler.render.plan_text import MARKS
from reconciler.render.review import Bundle, Item, Review, Single, client_of, review
from reconciler.schemas import SchemaSet

FEW = 12
"""So many names, and so many changes that nothing shares, are listed before the rest is counted."""
_INDENT = "    "
Audits: TypeAlias = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Alike:
    """The same diagnostic but for its place: told once, with the environments that it was told in."""

    told: Diagnostic
    environments: tuple[str, ...]


def together(plans: Mapping[str, Plan], schemas: SchemaSet) -> Review:
    """The plans of several environments as one, arranged for review; each key stands below its environment's name.

    Blocked changes are left out: they are why an environment was refused, and told there.
    """
    changes = [
        replace(change, key=f"{name}/{change.key}", diagnostics=())
        for name in sorted(plans)
        for change in masked(plans[name], schemas).changes
        if change.action is not Action.BLOCKED
    ]
    return review(Plan(environment="", lineage=None, changes=tuple(changes)), schemas)


def alike(found: Mapping[str, Sequence[Diagnostic]]) -> list[Alike]:
    """What was told, once each, that of the most environments first."""
    holders: dict[Diagnostic, list[str]] = {}
    for name in sorted(found):
        for told in dict.fromkeys(replace(each, commands=()) for each in found[name]):
            holders.setdefault(told, []).append(name)
    every = [Alike(told=told, environments=tuple(names)) for told, names in holders.items()]
    return sorted(every, key=lambda each: (-len(each.environments), each.told.sort_key()))


def render_together(found: Review, *, look: Look) -> Iterator[str]:
    """The blocks of a fleet's plan, an empty line after each. With `look.whole` nothing is only counted."""
    singles = [each for each in found.blocks if isinstance(each, Single)]
    for block in found.blocks:
        if isinstance(block, Bundle):
            yield from (*_bundle(block, look), "")
    others = [each for each in singles if each.change.action is Action.UPDATE]
    for each in others if look.whole else others[:FEW]:
        yield from (*_single(each, look), "")
    if len(others) > FEW and not look.whole:
        yield from (f"and {counted(len(others) - FEW, 'more assistant')} with changes of their own; -v lists them", "")
    whole = [each.change for each in singles if each.change.action is not Action.UPDATE]
    yield from _whole_assistants(whole, look)


def render_alike(found: Iterable[Alike], *, color: bool = False) -> Iterator[str]:
    """Each diagnostic with the environments that it is about, an empty line after each."""
    for each in found:
        yield f"In {_names(each.environments, whole=False)}:"
        yield from diagnostic_lines((each.told,), color=color, indent="  ")
        yield ""


def render_audits(audits: Audits, *, look: Look) -> Iterator[str]:
    """What portals moved, each move once with the assistants that show it, an empty line after each."""
    holders: dict[str, tuple[str, Json, Json, list[str]]] = {}
    for name in sorted(audits):
        for drift in audits[name]["drift"]:
            for each in drift["fields"]:
                if each["side"] in ("live", "both-apart"):
                    mark = json.dumps([each["field"], each["last_applied"], each["live"]], sort_keys=True)
                    move = holders.setdefault(mark, (each["field"], each["last_applied"], each["live"], []))
                    move[3].append(f"{name}/{drift['key']}")
    for field, before, after, keys in sorted(holders.values(), key=lambda each: (-len(each[3]), each[0])):
        yield f"Moved in the portal, {_spread(keys)}:"
        yield from moved_lines(field, before, after, look, indent=_INDENT, pad=len(field) + 1)
        yield from (f"  in {_names(keys, whole=look.whole)}", "")


def _bundle(bundle: Bundle, look: Look) -> Iterator[str]:
    keys = [each.key for each in bundle.changes]
    risk = f" ({bundle.risk.value})" if bundle.risk else ""
    yield paint(f"~ The same edit in {_spread(keys)}{risk}:", "update", color=look.color)
    yield from _items(bundle.items, look)
    yield f"  in {_names(keys, whole=look.whole)}"


def _single(single: Single, look: Look) -> Iterator[str]:
    change = single.change
    risk = f" ({single.risk.value})" if single.risk else ""
    yield paint(f"~ {terminal_safe(change.key)}{risk}:", "update", color=look.color)
    yield from _items(single.items, look)
    yield from (f"{_INDENT}{terminal_safe(name)}: (no longer managed; stays as it is)" for name in change.releases)


def _items(items: Sequence[Item], look: Look) -> Iterator[str]:
    for each in items:
        if each.hunk is None:
            yield from field_lines(each.field, (each.part,), look, indent=_INDENT, pad=len(each.field) + 1)
        else:
            yield f"{_INDENT}{terminal_safe(each.name)}:"
            yield from look.hunks((each.hunk,), f"{_INDENT}  ")


def _whole_assistants(changes: Sequence[Change], look: Look) -> Iterator[str]:
    """Creates, deletes and what else is about a whole assistant: one line for a key, however many accounts have it."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for each in changes:
        key = each.key.partition("/")[2]
        groups.setdefault((each.action.value, each.reason.value, key), []).append(each.key)
    ordered = sorted(groups.items(), key=lambda group: (group[0][0], -len(group[1]), group[0]))
    for (action, reason, key), keys in ordered if look.whole else ordered[:FEW]:
        mark, role = MARKS[Action(action)]
        where = _names(sorted({client_of(each) for each in keys}), whole=look.whole)
        yield f"{paint(f'{mark} {terminal_safe(key)}', role, color=look.color)}  {reason}, in {where}"
    if len(ordered) > FEW and not look.whole:
        rest = sum(len(keys) for _, keys in ordered[FEW:])
        yield f"and {counted(rest, 'more assistant')} to create, delete or forget; -v lists them"
    if ordered:
        yield ""


def _spread(keys: Sequence[str]) -> str:
    accounts = len({client_of(each) for each in keys})
    return f"{counted(len(keys), 'assistant')} of {counted(accounts, 'account')}"


def _names(names: Sequence[str], *, whole: bool) -> str:
    shown = names if whole or len(names) <= FEW else names[: FEW - 1]
    more = f" and {len(names) - len(shown):,} more" if len(shown) < len(names) else ""
    return f"{', '.join(terminal_safe(each) for each in shown)}{more}"
