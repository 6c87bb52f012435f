"""A plan in a pull request: it fits, whatever it holds, and nothing in it acts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import error
from reconciler.model import FieldChange, Plan, Risk
from reconciler.render.diff_fence import Extent, diff_lines
from reconciler.render.frame import GITHUB, LEAST, Next
from reconciler.render.markdown_safe import code_span, code_tag, fence
from reconciler.render.plan_markdown import render_plan_markdown
from reconciler.render.review import Bundle, review
from tests.planfile.plans import after_hours, every_kind, reception, shown
from tests.render.markdown_reading import assert_contained, read
from tests.render.reviews import RULE, agency, crowd
from tests.support.frontdesk import frontdesk

DIGEST = "sha256:5f2b"
NASTY = st.lists(
    st.sampled_from(["`", "``", "```", "~~~", "\n", " ", "|", "\\", "<!--", "-->", "</code>", "@everyone", "#12", "x"]),
    max_size=8,
).map("".join)


def report(plan: Plan, **more: object) -> str:
    return render_plan_markdown(plan, digest=DIGEST, schemas=frontdesk(), **more)  # type: ignore[arg-type]


def test_a_shared_edit_stands_once_and_names_its_assistants() -> None:
    """The rule is written once for eleven prompts; those that differ say that they have it as well."""
    text = report(agency())
    assert "identical in 11 assistants of 4 clients" in text
    assert text.count(RULE) == 1
    assert text.count("Shared change 1 as well.") == 2
    assert_contained(text)


def test_the_diff_keeps_the_first_column_for_itself() -> None:
    """A bullet of the prompt cannot be taken for a removed line."""
    items = [item for block in review(agency()).blocks for item in block.items]
    for line in diff_lines(items, Extent()):
        assert line[:2] in ("- ", "+ ", "! ", "  ", "@@")
    assert f"+ {RULE}" in diff_lines(items, Extent())


def test_without_context_what_is_hidden_is_counted() -> None:
    """Folded lines are numbers, and neighbouring folds are one."""
    (instructions, *_) = [
        item
        for block in review(Plan(environment="d", lineage=None, changes=(reception(),))).blocks
        for item in block.items
        if item.hunk is not None
    ]
    assert diff_lines([instructions], Extent(context=False)) == [
        "@@ instructions (48 → 44 words) @@",
        "@@ 3 unchanged lines @@",
        "- - Never quote prices.",
        "@@ 3 unchanged lines @@",
        "- Opening hours: 9 to 5.",
        "+ Opening hours: 8 to 6.",
        "@@ 2 unchanged lines @@",
    ]


@pytest.mark.parametrize(
    ("plan", "smaller"),
    [(crowd(200), 200_000), (crowd(200), 40_000), (crowd(200), LEAST), (every_kind(), LEAST), (agency(), LEAST)],
    ids=["crowd", "crowd-small", "crowd-least", "every-kind", "agency"],
)
def test_a_report_that_is_made_to_fit_is_whole(plan: Plan, smaller: int) -> None:
    """Within the bytes that it may have, with head and foot, every fence and tag closed."""
    text = report(plan, most=smaller)
    assert len(text.encode("utf-8")) <= smaller
    assert text.startswith("### Plan: ")
    assert f"Digest `{DIGEST}`" in text.splitlines()[-1]
    assert_contained(text)


@settings(deadline=None)
@given(st.integers(LEAST, 60_000), st.integers(0, 60))
def test_any_size_is_kept(most: int, number: int) -> None:
    """The law: no report is longer than it may be, and what is left out is said exactly where something is."""
    plan = crowd(number)
    text, whole = report(plan, most=most), report(plan, most=10**9)
    assert len(text.encode("utf-8")) <= most
    assert ("Left out" in text) == (text != whole)
    assert "Left out" not in whole


def test_the_steps_of_leaving_out() -> None:
    """First the lines around changes, then cosmetic changes, then long lists, then the last sections; all are told."""
    base = crowd(120)
    labelled = [replace(each, fields=(*each.fields, label(at))) for at, each in enumerate(base.changes)]
    plan = replace(base, changes=tuple(labelled))
    told = [
        "the unchanged lines around changes",
        "cosmetic changes",
        "10 names of a list",
        "caller-facing changes. All",
    ]
    whole = len(report(plan, most=10**9).encode())
    steps = [[each in report(plan, most=size) for each in told] for size in range(whole, LEAST, -1500)]
    assert steps[0] == [False] * 4
    assert steps[-1] == [True] * 4
    assert [each for at, each in enumerate(steps) if each not in steps[:at]] == [
        [at < number for at in range(4)] for number in range(5)
    ]
    least = report(plan, most=20_000)
    assert "and 110 more folders" in least
    assert "label_ids" not in least


def label(at: int) -> FieldChange:
    return shown("label_ids", [1], [1, at + 2], Risk.COSMETIC)


def test_cosmetic_changes_are_named_only_where_there_are_any() -> None:
    """What a plan does not hold cannot be left out of it."""
    assert "cosmetic" not in report(crowd(300), most=20_000)


def test_assistants_with_cosmetic_changes_alone_go_with_them() -> None:
    """Neither a shared label nor one of its own leaves an empty block behind, and all others still stand there."""
    base = crowd(12)
    labelled = [replace(each, fields=(label(1),), risk=Risk.COSMETIC) for each in base.changes[:3]]
    own = replace(base.changes[3], fields=(label(7),), risk=Risk.COSMETIC)
    plan = replace(base, changes=(*labelled, own, *base.changes[4:]))
    whole = report(plan)
    assert "identical in 3 assistants of 3 clients</b>: <code>label_ids</code>" in whole
    assert whole.count("<details") == 11
    small = report(plan, most=len(whole.encode()) - 300)
    assert "cosmetic changes" in small
    assert small.count("<details") == 9
    assert "label_ids" not in small
    assert_contained(small)


def test_a_prompt_of_one_long_line_does_not_fill_the_comment() -> None:
    """65,000 characters on one line are cut where they would not fit, and it is said how many are missing."""
    change = replace(reception(), fields=(shown("instructions", "word " * 13_000, "word " * 13_000 + "end"),))
    text = report(Plan(environment="default", lineage=None, changes=(change,)))
    assert len(text) < 5_000
    assert "more characters)" in text
    assert_contained(text)


def test_a_refused_plan_says_why_and_offers_no_command() -> None:
    """Whoever reads the comment sees the refusal, and nothing to paste that would be refused again."""
    text = report(
        agency(), refused=(error("too-many-updates", "this plan updates 12 of 12", "Pass `--allow-updates`."),)
    )
    assert "this plan updates 12 of 12" in text
    assert "To do this" not in text
    assert "Refused as it stands" in text


def test_the_commands_of_the_foot() -> None:
    """What does the plan, and, where something is left out, what shows all of it."""
    commands = Next(apply="reconciler apply change.plan", whole="reconciler show change.plan")
    assert "To do this: `reconciler apply change.plan`" in report(agency(), commands=commands)
    assert "All of it: `reconciler show change.plan`" in report(crowd(300), commands=commands)


def test_no_line_of_a_prompt_can_be_taken_for_a_field() -> None:
    """Values stand first; below the name of a text there is nothing but that text, up to the next name."""
    forged = shown("instructions", "Be kind.\nBye.", "Be kind.\nline_id: 45\nBye.")
    change = replace(reception(), fields=(forged, shown("report_on", False, True)))
    text = report(Plan(environment="default", lineage=None, changes=(change,)))
    order = [text.index(each) for each in ("pitch: (no", "+ report_on: true", "@@ instructions (", "+ line_id: 45")]
    assert order == sorted(order)


def test_a_new_prompt_is_shown_whole_while_there_is_room() -> None:
    """Whoever approves a new assistant reads what it will say; where it does not fit, its first line and size stand."""
    plan = Plan(environment="default", lineage=None, changes=(after_hours(),))
    assert "+ Close with a kind word.\n" in report(plan)
    many = tuple(replace(after_hours(), key=f"dental/night-{at}") for at in range(90))
    small = report(replace(plan, changes=many), most=45_000)
    assert "Close with" not in small
    assert "(9 lines, 225 characters)" in small
    assert "most of new texts" in small


def test_nothing_to_do() -> None:
    """The comment of a pull request that changes nothing says so."""
    text = report(Plan(environment="default", lineage=None))
    assert text.startswith("### No changes.\n")
    assert "To do this" not in text


@given(NASTY)
def test_code_holds_its_text(text: str) -> None:
    """Whatever stands in a span, a tag or a fence is one piece of code, on one line, that says what the text says."""
    found = read(f"a {code_span(text)} b")
    assert "".join(found.outside) == "a  b"
    table = read(f"| n |\n|:--|\n| {code_span(text)} |\n")
    assert table.outside == ["n"]
    (block,) = read(fence([f"+ {line}" for line in text.split("\n")], "diff")).fences
    assert [line[2:] for line in block[1].rstrip("\n").split("\n")] == [
        line.replace("<!--", "<\\x21--") for line in text.split("\n")
    ]
    summary = read(f"<details><summary>{code_tag(text)}</summary>\n\n</details>")
    assert summary.tags == ["details", "summary", "code", "/code", "/summary", "/details"]


def test_no_marker_can_be_forged() -> None:
    """A comment that a program finds by its hidden marker cannot be made by a prompt."""
    assert "<!--" not in fence(["+ <!-- reconciler -->"], "diff") + code_span("<!-- reconciler -->") + code_tag("<!--")


def test_five_thousand_changed_prompts() -> None:
    """A whole account in one comment, each prompt changed in its own way; it fits, and names how many are left out."""
    text = report(crowd(5000))
    assert len(text.encode()) <= GITHUB
    assert "0 to create, 5000 to update" in text
    assert isinstance(review(crowd(5000, alike=True)).blocks[0], Bundle)
    assert len(review(crowd(5000, alike=True)).blocks) == 1
