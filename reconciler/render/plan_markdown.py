"""A plan as Markdown for a pull request: a table to see who is touched, and every change to unfold. Pure.

What the same assistants share stands once. Sections stand worst first, since the last ones go first where the report
has to be made to fit (see `fitting`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reconciler.errors import Diagnostic
from reconciler.model import Action, Change, Plan, Risk
from reconciler.render.diagnostics_text import diagnostic_lines
from reconciler.render.diff_fence import diff_lines
from reconciler.render.fitting import COSMETIC_STEP, STEPS, Detail, Section, fitted, lines_section
from reconciler.render.frame import GITHUB, Next
from reconciler.render.markdown_safe import LONGEST_COMMAND, code_span, code_tag, fence
from reconciler.render.paint import counted
from reconciler.render.plan_text import MARKS, drift_lines, orphan_lines, total_lines
from reconciler.render.review import COLUMNS, Bundle, Item, Review, Single, compared_with, concerns, review, words
from reconciler.schemas import SchemaSet

_FEW = 5
"""Up to so many blocks stand open."""


def render_plan_markdown(
    plan: Plan,
    *,
    digest: str,
    refused: Sequence[Diagnostic] = (),
    schemas: SchemaSet | None = None,
    most: int = GITHUB,
    commands: Next | None = None,
) -> str:
    """The report, in at most `most` bytes of UTF-8 (`frame.LEAST` at least), its newline included.

    `refused` says why the plan must not be applied. `digest` is the plan's, for telling one plan from another.
    """
    following = commands or Next()
    head, foot = _head(plan), _foot(plan, digest, refused, following)
    arranged = review(plan, schemas)
    sections = list(_sections(arranged, refused))
    steps = [each for each in STEPS if each is not COSMETIC_STEP or arranged.has(Risk.COSMETIC)]
    return fitted(head, sections, foot, most=most, whole=following.whole, steps=steps)


def _head(plan: Plan) -> str:
    totals = list(total_lines(plan))
    lines = [
        f"### {totals[-1]}",
        "",
        f"Environment {code_span(plan.environment)}, compared with {compared_with(plan)}.",
    ]
    return "\n".join([*lines, *totals[:-1]])


def _foot(plan: Plan, digest: str, refused: Sequence[Diagnostic], commands: Next) -> str:
    if plan.is_empty:
        return f"---\nDigest {code_span(digest)}"
    blocked = any(each.action is Action.BLOCKED for each in plan.changes)
    then = "Refused as it stands" if refused or blocked else f"To do this: {code_span(commands.apply, LONGEST_COMMAND)}"
    return f"---\n{then} · Digest {code_span(digest)}"


def _sections(arranged: Review, refused: Sequence[Diagnostic]) -> Iterator[Section]:
    """Worst first, since sections are left out from the end."""
    plan = arranged.plan
    beside = concerns(plan, refused)
    yield _listed("list of what nobody answers", "Nobody would answer", beside.silent)
    yield _listed("list of reasons to refuse", "Refused", beside.refused)
    if arranged.table:
        yield Section(what="table", render=lambda detail: _table(arranged, detail))
    opened = len(arranged.blocks) <= _FEW
    for block in arranged.blocks:
        if isinstance(block, Bundle):
            yield Section(what="change that many share", render=_bundle(block, opened))
        else:
            yield Section(what=f"{block.risk.value if block.risk else 'other'} change", render=_single(block, opened))
    yield lines_section("list of drift", "Changed in the portal", lambda: list(drift_lines(plan)))
    yield lines_section("list of orphans", "Orphaned", lambda: list(orphan_lines(plan)))
    yield _listed("list of warnings", "Also to know", beside.rest)


def _listed(what: str, title: str, diagnostics: Sequence[Diagnostic]) -> Section:
    return lines_section(what, title, lambda: list(diagnostic_lines(diagnostics)))


def _table(arranged: Review, detail: Detail) -> str:
    rows = arranged.table
    columns = [each for each in COLUMNS if any(row[each] for row in rows.values())]
    shown = list(rows)[: detail.names]
    lines = [
        f"| folder | {' | '.join(columns)} | all |",
        f"|:--|{'--:|' * (len(columns) + 1)}",
    ]
    for client in shown:
        cells = [str(rows[client][each] or "") for each in columns]
        name = code_span(f"{client}/") if client else "(no folder)"
        lines.append(f"| {name} | {' | '.join(cells)} | {sum(rows[client].values())} |")
    if len(shown) < len(rows):
        lines.append(f"| and {counted(len(rows) - len(shown), 'more folder')} | {'| ' * (len(columns) + 1)}")
    if len(rows) > 1:
        sums = [str(sum(row[each] for row in rows.values())) for each in columns]
        total = sum(sum(row.values()) for row in rows.values())
        lines.append(f"| **all** | {' | '.join(f'**{each}**' for each in sums)} | **{total}** |")
    return "\n".join(lines)


def _bundle(bundle: Bundle, opened: bool) -> Callable[[Detail], str]:
    def render(detail: Detail) -> str:
        items = _told(bundle.items, detail)
        if not items:
            return ""
        clients = f" of {counted(bundle.clients, 'client')}" if bundle.clients > 1 else ""
        fields = ", ".join(code_tag(each) for each in dict.fromkeys(item.field for item in items))
        title = f"~ <b>identical in {counted(len(bundle.changes), 'assistant')}{clients}</b>: {fields}"
        risk = f", {bundle.risk.value}" if bundle.risk else ""
        keys = [code_span(each.key) for each in bundle.changes]
        names = keys[: detail.names]
        more = f" and {len(keys) - len(names):,} more" if len(names) < len(keys) else ""
        who = f"Shared change {bundle.number}, in {', '.join(names)}{more}"
        return _details(f"{title}{risk}", opened, who, fence(diff_lines(items, detail.extent), "diff"))

    return render


def _single(single: Single, opened: bool) -> Callable[[Detail], str]:
    def render(detail: Detail) -> str:
        items = _told(single.items, detail)
        change = single.change
        if not detail.cosmetic and single.risk is Risk.COSMETIC:
            return ""
        released = [f"  {name}: (no longer managed; stays as it is)" for name in sorted(change.releases)]
        lines = released + diff_lines(items, detail.extent)
        also = [f"Shared change {', '.join(map(str, single.bundles))} as well."] if single.bundles else []
        place = "" if change.file is None else code_span(change.file + (f":{change.line}" if change.line else ""))
        parts = [" · ".join(each for each in (place, *also) if each), fence(lines, "diff") if lines else ""]
        return _details(_title(change), opened, *(each for each in parts if each))

    return render


def _title(change: Change) -> str:
    mark = MARKS[change.action][0]
    name = f" {code_tag(change.name)}" if change.name else ""
    number = f" (id {change.id})" if change.id is not None else ""
    told = list(words(change))
    told += [f"moved from {code_tag(change.moved_from)}"] if change.moved_from is not None else []
    told += [change.risk.value] if change.risk is not None else []
    return f"{mark} <b>{code_tag(change.key)}</b>{name}{number}: {', '.join(told)}"


def _told(items: Sequence[Item], detail: Detail) -> list[Item]:
    return [each for each in items if detail.cosmetic or each.risk is not Risk.COSMETIC]


def _details(title: str, opened: bool, *parts: str) -> str:
    opening = "<details open>" if opened else "<details>"
    return "\n\n".join((f"{opening}<summary>{title}</summary>", *parts, "</details>"))
