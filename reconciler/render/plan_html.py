"""A plan as one HTML file: to attach to a pipeline, to send to a client, to print. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.errors import Diagnostic
from reconciler.model import Change, Plan
from reconciler.render.diagnostics_text import diagnostic_lines
from reconciler.render.frame import Next
from reconciler.render.html_diff import field_row, field_rows
from reconciler.render.html_page import code, filter_rules, filters, listing, page, plain, summary_table
from reconciler.render.paint import counted
from reconciler.render.plan_text import MARKS, drift_lines, orphan_lines, total_lines
from reconciler.render.review import (
    COLUMNS,
    NO_FOLDER,
    Block,
    Bundle,
    Review,
    Single,
    client_of,
    compared_with,
    concerns,
    place_of,
    review,
    words,
)
from reconciler.schemas import SchemaSet

_OPEN = 40
"""Up to so many changes stand open."""


def render_plan_html(
    plan: Plan,
    *,
    digest: str,
    refused: Sequence[Diagnostic] = (),
    schemas: SchemaSet | None = None,
    commands: Next | None = None,
) -> str:
    """The whole plan; `refused` says why it must not be applied, `digest` tells it from another."""
    arranged = review(plan, schemas)
    beside = concerns(plan, refused)
    clients = {client: at for at, client in enumerate(arranged.table)}
    risks = _risks(arranged)
    totals = list(total_lines(plan))
    opened = len(arranged.blocks) <= _OPEN
    return page(
        title=f"{totals[-1]} ({plan.environment})",
        head=_head(plan, totals),
        sections=(
            listing("Nobody would answer", list(diagnostic_lines(beside.silent)), "alarm"),
            listing("Refused", list(diagnostic_lines(beside.refused)), "alarm"),
            _table(arranged),
            filters(risks, list(clients)),
            *(_block(each, clients, opened) for each in arranged.blocks),
            listing("Changed in the portal", list(drift_lines(plan))),
            listing("Orphaned", list(orphan_lines(plan))),
            listing("Also to know", list(diagnostic_lines(beside.rest))),
        ),
        foot=_foot(plan, digest, beside.refused, commands or Next()),
        rules=filter_rules(risks, list(clients)),
    )


def _head(plan: Plan, totals: Sequence[str]) -> Iterator[str]:
    yield f'<p class="soft">Environment {code(plan.environment)}, compared with {compared_with(plan)}</p>'
    yield f"<h1>{plain(totals[-1])}</h1>"
    yield from (f'<p class="soft">{plain(each)}</p>' for each in totals[:-1])


def _foot(plan: Plan, digest: str, refused: Sequence[Diagnostic], commands: Next) -> str:
    then = "Refused as it stands." if refused else f"To do this: {code(commands.apply)}"
    return f"<p>{'' if plan.is_empty else then}</p><p>Digest {code(digest)}</p>"


def _risks(arranged: Review) -> list[str]:
    """The classes that can be hidden, worst first."""
    found = {_class_of(each) for each in arranged.blocks}
    return [column for column in COLUMNS if column in found]


def _class_of(block: Block) -> str:
    return block.risk.value if block.risk else "other"


def _table(arranged: Review) -> str:
    if not arranged.table:
        return ""
    columns = [each for each in COLUMNS if any(row[each] for row in arranged.table.values())]
    rows = [
        (code(f"{client}/") if client else NO_FOLDER, [row[each] for each in columns])
        for client, row in arranged.table.items()
    ]
    return f"<section>\n<h2>What is touched</h2>\n{summary_table(columns, rows)}\n</section>"


def _block(block: Block, clients: Mapping[str, int], opened: bool) -> str:
    changes = block.changes if isinstance(block, Bundle) else (block.change,)
    marks = sorted({clients[client_of(each.key)] for each in changes})
    kind = " ".join(("change", _class_of(block), *(f"c{at}" for at in marks)))
    title = _bundle_title(block) if isinstance(block, Bundle) else _title(block.change)
    inside = [*(_about(block)), *field_rows(block.items)]
    if isinstance(block, Single):
        stays = '<span class="soft">no longer managed; stays as it is</span>'
        inside += [field_row(name, stays) for name in sorted(block.change.releases)]
    risk = f' <span class="pill {block.risk.value}">{block.risk.value}</span>' if block.risk else ""
    return (
        f'<details class="{kind}"{" open" if opened else ""}><summary>{title}{risk}</summary>\n'
        f"<div>{chr(10).join(inside)}</div></details>"
    )


def _bundle_title(bundle: Bundle) -> str:
    clients = f" of {counted(bundle.clients, 'client')}" if bundle.clients > 1 else ""
    return f'~ <span class="key">Identical in {counted(len(bundle.changes), "assistant")}{clients}</span>'


def _title(change: Change) -> str:
    name = f" {plain(change.name)}" if change.name else ""
    number = f' <span class="soft">id {change.id}</span>' if change.id is not None else ""
    told = list(words(change))
    told += [f"moved from {code(change.moved_from)}"] if change.moved_from is not None else []
    action = f' <span class="soft">{", ".join(told)}</span>'
    return f'{MARKS[change.action][0]} <span class="key">{code(change.key)}</span><bdi>{name}</bdi>{number}{action}'


def _about(block: Block) -> Iterator[str]:
    if isinstance(block, Bundle):
        who = " ".join(code(each.key) for each in block.changes)
        yield f'<p class="soft">Shared change {block.number}</p><p class="who">{who}</p>'
        return
    change = block.change
    place = place_of(change)
    also = [f"Shared change {', '.join(map(str, block.bundles))} as well."] if block.bundles else []
    told = [*([] if place is None else [code(place)]), *also]
    if told:
        yield f'<p class="soft">{" · ".join(told)}</p>'
