"""An audit as one HTML file: to attach to a nightly job, to send to a client, to print. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.model import Drift, Side
from reconciler.planning.audit import Audit, Managed
from reconciler.render.drift_text import (
    HEADINGS,
    Ways,
    also,
    by_side,
    listed,
    observed_lines,
    place_of,
    totals,
    unmanaged_lines,
)
from reconciler.render.gutter import Look
from reconciler.render.html_diff import field_rows
from reconciler.render.html_page import code, filter_rules, filters, listing, page, plain
from reconciler.render.parts import moved_parts
from reconciler.render.review import client_of, items_of

_OPEN = 40
"""Up to so many assistants stand open."""
_PILLS = {
    Side.LIVE: ("live", "portal"),
    Side.BOTH_APART: ("apart", "both, apart"),
    Side.BOTH_SAME: ("same", "both, the same"),
    Side.GIT: ("ahead", "Git"),
}


def render_audit_html(audit: Audit, *, ways: Ways | None = None) -> str:
    """The whole audit."""
    look = Look()
    clients = sorted({client_of(managed.key) for managed, _ in audit.moved})
    opened = len(audit.moved) <= _OPEN
    out_of_service = listed("Out of service, by the platform's own check of its content", audit.blocked, look)
    return page(
        title=f"{totals(audit)} ({audit.environment})",
        head=_head(audit),
        sections=(
            _list(out_of_service, "alarm"),
            _list(listed("Gone from the account, though the state has them", audit.vanished, look), "alarm"),
            filters([], clients),
            *(_assistant(managed, drift, clients, opened) for managed, drift in audit.moved),
            _list(listed("Inactive: nobody is answered until they are activated in the portal", audit.inactive, look)),
            _list(unmanaged_lines(audit)),
            listing("Not looked at", list(observed_lines(audit))),
        ),
        foot="".join(f"<p>{each}</p>" for each in (ways or Ways()).told(audit, code).split("\n")),
        rules=filter_rules([], clients),
    )


def _head(audit: Audit) -> Iterator[str]:
    yield f'<p class="soft">Environment {code(audit.environment)}, live compared with what was last applied</p>'
    yield f"<h1>{plain(totals(audit))}</h1>"
    yield f'<p class="soft">{plain(also(audit))}</p>'


def _list(lines: Sequence[str], kind: str = "") -> str:
    return listing(lines[0].replace("`", ""), [each.strip() for each in lines[1:]], kind) if lines else ""


def _assistant(managed: Managed, drift: Drift, clients: Sequence[str], opened: bool) -> str:
    sides = list(by_side(drift))
    pills = " ".join(f'<span class="pill {kind}">{told}</span>' for kind, told in (_PILLS[side] for side, _ in sides))
    name = f" {plain(managed.name)}" if managed.name else ""
    who = f'<span class="key">{code(managed.key)}</span><bdi>{name}</bdi> <span class="soft">id {managed.id}</span>'
    when = f"last changed there {code(drift.updated_at)} · " if drift.updated_at else ""
    rows = [f'<p class="soft">{when}{code(place_of(managed))}</p>']
    for side, moves in sides:
        items = [item for each in moves for item in items_of(each.name, moved_parts(each.before, each.after))]
        rows += [f'<p class="side">{HEADINGS[side]}</p>', *field_rows(items)]
    worst = _PILLS[next((side for side in (Side.BOTH_APART, *HEADINGS) if side in dict(sides)), Side.GIT)][0]
    return (
        f'<details class="change {worst} c{clients.index(client_of(managed.key))}"{" open" if opened else ""}>'
        f"<summary>~ {who} {pills}</summary>\n<div>{chr(10).join(rows)}</div></details>"
    )
