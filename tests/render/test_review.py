"""What a reviewer reads once: changes that are the same in many assistants, and only those."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import Plan, Risk
from reconciler.render.lines import Line
from reconciler.render.prose import prose
from reconciler.render.review import Bundle, Single, review
from tests.planfile.plans import after_hours, every_kind, plans, shown
from tests.render.reviews import RULE, agency, edited, prompt

LINES = st.lists(st.sampled_from(["a", "b", "- c", "", "Close with a kind word."]), max_size=14)


def bundles(plan: Plan) -> list[Bundle]:
    return [each for each in review(plan).blocks if isinstance(each, Bundle)]


def singles(plan: Plan) -> list[Single]:
    return [each for each in review(plan).blocks if isinstance(each, Single)]


def test_the_same_edit_is_one_bundle_and_what_differs_stands_alone() -> None:
    """Eleven share the rule and the shorter wait; one of them has a label besides, one a second place, one is apart."""
    (bundle,) = bundles(agency())
    assert len(bundle.changes) == 11
    assert bundle.clients == 4
    assert [each.field for each in bundle.items] == ["instructions", "wait_minutes"]
    assert [(each.change.key, [item.field for item in each.items], each.bundles) for each in singles(agency())] == [
        ("harborline/reminder", ["label_ids"], (1,)),
        ("mill-lane/reception", ["instructions"], (1,)),
        ("northgate/reminder", ["wait_minutes"], ()),
    ]


def test_a_shared_place_shows_only_what_stands_around_it_everywhere() -> None:
    """The prompts differ above and below; the lines next to the new rule are the same in all."""
    (bundle,) = bundles(agency())
    hunk = bundle.items[0].hunk
    assert hunk is not None
    assert hunk.lines == (Line(mark="+", text=RULE),)
    assert hunk.lead[-1] == "- Ask for the caller's name and number."
    odd = replace(edited("odd/one", 9), fields=(shown("instructions", "Be kind.\nBye.", f"Be kind.\n{RULE}\nBye."),))
    (mixed,) = bundles(Plan(environment="default", lineage=None, changes=(*agency().changes, odd)))[:1]
    assert mixed.items[0].hunk is not None
    assert (mixed.items[0].hunk.lead, mixed.items[0].hunk.tail) == ((), ())


def test_two_alike_are_shown_both() -> None:
    """Below three, folding hides more than it spares."""
    plan = Plan(environment="default", lineage=None, changes=(edited("a/x", 1), edited("b/x", 2)))
    assert not bundles(plan)
    assert len(singles(plan)) == 2


def test_creates_share_nothing() -> None:
    """That new assistants are alike says nothing to a reviewer; each is shown with all that it sends."""
    new = [replace(after_hours(), key=f"dental/night-{at}") for at in range(4)]
    assert not bundles(Plan(environment="default", lineage=None, changes=tuple(new)))


def test_the_same_line_twice_in_one_prompt_counts_twice() -> None:
    """Three prompts get a line at two places: both are shown."""
    before = "\n".join(f"line {at}" for at in range(30))
    after = before.replace("line 4\n", "line 4\nBe kind.\n").replace("line 24\n", "line 24\nBe kind.\n")
    changed = (shown("instructions", before, after),)
    plan = Plan(
        environment="default",
        lineage=None,
        changes=tuple(replace(edited(f"a/{at}", at), fields=changed) for at in range(3)),
    )
    (bundle,) = bundles(plan)
    assert len(bundle.items) == 2


def test_the_table_counts_by_client_with_the_worst_first() -> None:
    """Every shown change once: by its risk, blocked, or without any."""
    assert {client: dict(row) for client, row in review(every_kind()).table.items()} == {
        "homes": {"blocked": 1, "routing": 1, "other": 1},
        "dental": {"routing": 1, "caller-facing": 2, "other": 1},
    }
    assert review(agency()).has(Risk.COSMETIC)
    assert not review(Plan(environment="default", lineage=None)).table


@given(plans(st.sampled_from(["a", "b", "shared prompt " * 9])))
def test_every_change_of_a_field_stands_in_exactly_one_block(plan: Plan) -> None:
    """Bundled or alone, nothing that is sent is left out, whatever the plan."""
    arranged = review(plan)
    shown_fields: dict[str, set[str]] = {change.key: set() for change in plan.changes}
    for block in arranged.blocks:
        for change in block.changes if isinstance(block, Bundle) else (block.change,):
            shown_fields[change.key] |= {item.field for item in block.items}
    for change in plan.changes:
        if change.mutates_state and change.action.value != "blocked":
            assert shown_fields[change.key] == {each.field for each in change.fields}


def test_a_prompt_that_did_not_change_has_no_hunk() -> None:
    """There is nothing to show of it."""
    assert prose(prompt("a"), prompt("a")).hunks == ()
