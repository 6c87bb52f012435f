"""The frame of an HTML report: one file, no script, nothing fetched, and a policy that says so to the browser. Pure.

The policy allows one thing, the style sheet by its digest: were text from a file ever to break out, the browser would
still run nothing, load nothing and send nothing anywhere.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable, Sequence

from reconciler.render.escape import terminal_safe
from reconciler.render.html_style import STYLE
from reconciler.render.review import NO_FOLDER

MOST_CLIENTS = 200
"""So many can be chosen; a longer list is searched faster with the browser's own search."""


def page(*, title: str, head: Iterable[str], sections: Iterable[str], foot: str, rules: Iterable[str] = ()) -> str:
    """The whole document. `title` is text; the rest is HTML, `rules` style rules beyond the common ones."""
    style = STYLE + "\n".join(rules) + "\n"
    mark = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{mark}'; base-uri 'none'; form-action 'none'"
    lines = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy, quote=False)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">',
        f"<title>{plain(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n<header>",
        *head,
        "</header>\n<main>",
        *(each for each in sections if each),
        f"</main>\n<footer>\n{foot}\n</footer>\n</body>\n</html>",
    ]
    return "\n".join(lines) + "\n"


def plain(text: str) -> str:
    """Text as text: what is invisible or obeyed elsewhere as escapes, and no character that HTML would read."""
    return html.escape(terminal_safe(text))


def code(text: str, kind: str = "") -> str:
    """A `<code>` element; `dir=auto` keeps right-to-left names from turning what stands beside them."""
    styled = f' class="{kind}"' if kind else ""
    return f'<code{styled} dir="auto">{plain(text)}</code>'


def listing(title: str, lines: Sequence[str], kind: str = "") -> str:
    """Lines of a report under a heading; empty where there are none."""
    if not lines:
        return ""
    styled = f' class="{kind}"' if kind else ""
    return f"<section>\n<h2>{plain(title)}</h2>\n<pre{styled}>{plain_lines(lines)}</pre>\n</section>"


def plain_lines(lines: Iterable[str]) -> str:
    """Lines as text, each on its own."""
    return "\n".join(plain(each) for each in lines)


def summary_table(columns: Sequence[str], rows: Sequence[tuple[str, Sequence[int]]]) -> str:
    """Counts by name, with their sums where there is more than one row; names are HTML."""
    heads = "".join(f'<th scope="col">{plain(each)}</th>' for each in ("folder", *columns, "all"))
    body = "\n".join(f"<tr>{_cells(name, counts)}</tr>" for name, counts in rows)
    sums = [sum(counts[at] for _, counts in rows) for at in range(len(columns))]
    foot = f"<tfoot><tr>{_cells('all', sums)}</tr></tfoot>" if len(rows) > 1 else ""
    table = f'<table class="summary"><thead><tr>{heads}</tr></thead><tbody>\n{body}\n</tbody>{foot}</table>'
    return f'<div class="scroll">{table}</div>'


def filters(risks: Iterable[str], clients: Sequence[str]) -> str:
    """What the reader can hide: classes of risk, and all clients but one. The style rules do it, without a script."""
    boxes = [
        f'<label><input type="checkbox" id="risk-{risk}" checked autocomplete="off">{risk}</label>' for risk in risks
    ]
    chosen = [
        f'<label><input type="radio" name="client" id="c{at}" autocomplete="off">{plain(client) or NO_FOLDER}</label>'
        for at, client in enumerate(clients[:MOST_CLIENTS])
    ]
    every = '<label><input type="radio" name="client" id="every" checked autocomplete="off">all</label>'
    groups = [f"<fieldset><legend>Risk</legend>{''.join(boxes)}</fieldset>"] if len(boxes) > 1 else []
    if len(clients) > 1:
        groups.append(f"<fieldset><legend>Client</legend>{every}{''.join(chosen)}</fieldset>")
    return f'<div class="filters">{"".join(groups)}</div>' if groups else ""


def filter_rules(risks: Iterable[str], clients: Sequence[str]) -> list[str]:
    """The rules behind `filters`: a change has its risk and the numbers of its clients as classes."""
    by_risk = [f"body:has(#risk-{risk}:not(:checked)) .change.{risk} {{ display: none; }}" for risk in risks]
    chosen = range(len(clients[:MOST_CLIENTS])) if len(clients) > 1 else ()
    return by_risk + [f"body:has(#c{at}:checked) .change:not(.c{at}) {{ display: none; }}" for at in chosen]


def _cells(name: str, counts: Sequence[int]) -> str:
    numbers = "".join(f"<td>{each:,}</td>" if each else "<td></td>" for each in counts)
    return f"<td>{name}</td>{numbers}<td>{sum(counts):,}</td>"
