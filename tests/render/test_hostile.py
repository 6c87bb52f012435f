"""Strings from files and from the API reach the terminal as text: they move nothing, colour nothing, forge nothing."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.documents.tracing import Reference, Stated
from reconciler.errors import Diagnostic, error
from reconciler.model import Action, Plan, Position
from reconciler.planfile import plan_to_json
from reconciler.render.diagnostics_text import render_diagnostics
from reconciler.render.escape import json_text, terminal_safe
from reconciler.render.masking import masked
from reconciler.render.outcome import outcome_to_json, render_outcome
from reconciler.render.plan_text import render_plan
from reconciler.render.prose import prose, told_lines
from reconciler.render.validation import diagnostics_to_json, render_validation
from reconciler.render.why import Explanation, Known, render_why, why_to_json
from tests.planfile.plans import plans, reception, shown
from tests.render.outcomes import Outcome, Result
from tests.support.frontdesk import frontdesk
from tests.support.strategies import diagnostics

HOSTILE = [
    "\x1b[2J\x1b[H",
    "\x1b]0;Front desk\x07",
    "\x9b31mred",
    "[/red][bold]loud",
    "Leeds\0Bradford",
    "invoice\u202etxt.exe",
    "\u2066isolated\u2069",
    "zero\u200bwidth",
    "a\nPlan: 0 to create, 0 to update, 0 to delete.\nb",
    "a\r\nNo changes.\r\n",
    "\u2028Apply complete: 9 created, 0 updated, 0 deleted.",
    "::error file=x::forged",
    ":",
    "##",
    "</pre><script>",
    "\udcff",
    "opening hours " * 9,
]
TEXT = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=()), max_size=6)
SGR = re.compile(r"\x1b\[[0-9;]+m")
LAST = re.compile(r"^(Plan: |No changes\.|Apply )", re.MULTILINE)


def assert_harmless(text: str) -> None:
    """No character that a terminal obeys or that nobody sees, but the line ends."""
    assert text.endswith("\n")
    bad = {each for each in text if each != "\n" and unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp")}
    assert not bad
    assert terminal_safe(text, keep="\n") == text
    text.encode("utf-8")


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(plans(TEXT))
def test_no_plan_says_anything_to_the_terminal(plan: Plan) -> None:
    """Any string in any place of a plan, as text and as JSON: no control character, and one last line, the real one."""
    for text in (render_plan(plan), render_plan(plan, verbose=2, width=30, schemas=frontdesk())):
        assert_harmless(text)
        (last,) = LAST.finditer(text)
        assert text.rstrip("\n").rfind("\n") < last.start()
    assert_harmless(SGR.sub("", render_plan(plan, color=True, verbose=1)))
    assert_harmless(json_text(plan_to_json(plan)))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(plans(TEXT))
def test_color_changes_nothing_but_color(plan: Plan) -> None:
    """Without its colour codes a coloured plan is the plain one."""
    assert SGR.sub("", render_plan(plan, color=True)) == render_plan(plan)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        diagnostics(TEXT),
        min_size=1,
        max_size=3,
    ),
    TEXT,
)
def test_no_diagnostic_says_anything_to_the_terminal(diagnostics: list[Diagnostic], source: str) -> None:
    """Any string in any place of a diagnostic, and in the file that its frame quotes."""
    found = tuple(diagnostics)
    result = Result(key=source, action=Action.UPDATE, status="failed", id=1, diagnostics=found)
    outcome = Outcome(results=(result,), diagnostics=found)
    assert_harmless(render_diagnostics(found, sources=lambda file: source + "\n" + source))
    assert_harmless(SGR.sub("", render_diagnostics(found, color=True, sources=lambda file: source)))
    assert_harmless(render_validation(found, documents=1))
    assert_harmless(json_text(diagnostics_to_json(source, found, documents=1)))
    assert_harmless(render_outcome(outcome, sources=lambda file: source))
    assert len(LAST.findall(render_outcome(outcome))) == 1
    assert_harmless(json_text(outcome_to_json(source, outcome)))


POSITIONS = st.builds(Position, file=TEXT, line=st.just(3), column=st.just(1))
KNOWN = st.builds(Known, there=st.just(True), value=TEXT | st.just({"a": "\x1b[2J"}), when=TEXT)


@settings(max_examples=100, deadline=None)
@given(
    st.builds(
        Explanation,
        environment=TEXT,
        key=TEXT,
        field=TEXT,
        status=st.sampled_from(["set", "left", "gone"]),
        value=TEXT,
        stated=st.tuples(
            st.builds(Stated, layer=st.just("document"), place=POSITIONS, written=TEXT),
            st.builds(Stated, layer=st.just("base"), place=POSITIONS, written=TEXT),
        ),
        reference=st.builds(Reference, scheme=st.sampled_from(["file", "ref", "env", "secret"]), name=TEXT, file=TEXT),
        reference_place=st.none() | POSITIONS,
        released_at=POSITIONS,
        default=KNOWN,
        default_place=POSITIONS,
        last_applied=KNOWN,
        live=KNOWN,
        clears_with=TEXT,
    )
)
def test_no_explanation_says_anything_to_the_terminal(found: Explanation) -> None:
    """Any string in any place of an answer to `why`."""
    assert_harmless(render_why(found, verbose=1, width=40))
    assert_harmless(SGR.sub("", render_why(found, color=True)))
    assert_harmless(json_text(why_to_json(found)))


def test_markup_and_brackets_are_text() -> None:
    """Square brackets are what the file says, not somebody's markup."""
    found = render_diagnostics([error("schema", "[/red] is no [bold]zone[/bold]", "see [link]")])
    assert "[/red] is no [bold]zone[/bold]" in found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("word " * 3000, "word " * 2999 + "other"),
        ("the same line\n" * 8000, "the same line\n" * 7000 + "another\n" + "the same line\n" * 900),
        ("x" * 65_000, "x" * 32_000 + "y" + "x" * 33_000),
        ("\n".join(map(str, range(9000))), "\n".join(map(str, range(9000, 0, -1)))),
    ],
    ids=["words", "lines", "characters", "turned"],
)
def test_prompts_at_the_limit_are_shown_whole(before: str, after: str) -> None:
    """The longest prompts, and those that are worst for a diff, are rendered, and nothing that changed is cut."""
    change = replace(reception(), fields=(shown("instructions", before, after),))
    text = render_plan(Plan(environment="default", lineage=None, changes=(change,)))
    told = [each for each in told_lines(prose(before, after).lines) if each.mark != " "]
    assert all(piece in text for each in told for mark, piece in each.pieces if mark != " ")
    whole = render_plan(Plan(environment="default", lineage=None, changes=(change,)), verbose=1)
    assert all(piece in whole for each in told for _, piece in each.pieces)


def test_a_secret_in_clear_is_masked_where_the_schema_says_so() -> None:
    """What the API shows of a secret field never reaches a screen, in whatever depth it stands."""
    canary = "tok-live-5f2b9f5e"
    before = [{"type": "send", "api_token": canary, "nested": {"x": 1}}]
    after = [{"type": "send", "api_token": {"$secret": "DESK_TOKEN", "fingerprint": "hmac-sha256:1"}}]
    change = replace(
        reception(),
        fields=(shown("actions", before, after), shown("report_url", None, "https://hooks.example/a")),
        requests=(replace(reception().requests[0], body={"actions": before}),),
        record={"actions": before},
    )
    plan = masked(Plan(environment="default", lineage=None, changes=(change,)), frontdesk())
    text = render_plan(plan, verbose=2, schemas=frontdesk())
    assert canary not in text + json_text(plan_to_json(plan)) + repr(plan)
    assert "(secret) → (secret DESK_TOKEN)" in text or '"api_token": (secret), ' in text
    assert "https://hooks.example/a" in text


def test_fingerprints_are_not_for_people() -> None:
    """The text of a plan names secrets and says that they changed; it does not show their fingerprints."""
    plan = Plan(environment="default", lineage=None, changes=(reception(),))
    text = render_plan(plan, verbose=2)
    assert "(secret DESK_TOKEN, changed)" in text
    assert "hmac" not in text
