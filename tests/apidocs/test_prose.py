"""The table of sentences: every example is understood, and what is nearly one is not."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.apidocs.choices import listed_in
from reconciler.apidocs.prose import facts_in
from reconciler.apidocs.sentences import RULES
from reconciler.apidocs.wording import Rule

VALUES = ("north", "south", "west")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.gives}: {rule.example[:40]}")
def test_every_rule_understands_its_example(rule: Rule) -> None:
    """A rule's example gives its fact with exactly the parts that the table says."""
    kind = rule.gives.removesuffix("-loosely")
    facts = [fact for fact in facts_in(rule.example, VALUES) if fact.gives == kind]
    assert [dict(fact.parts) for fact in facts] == [dict(rule.parts)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.gives}: {rule.example[:40]}")
def test_a_rule_is_needed_for_its_example(rule: Rule) -> None:
    """No other rule gives the same fact from that example: each line of the table earns its place."""
    if "{values}" in rule.pattern:
        named = re.findall("north|south|west", rule.example.lower())
        facts = [fact for fact in facts_in(rule.example, VALUES) if fact.values]
        assert [list(fact.values) for fact in facts] == [named]
    others = [each for each in RULES if each is not rule and each.gives == rule.gives]
    assert all(each.example != rule.example for each in others)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("How loud. Range: 0–1.", "0", "1"),
        ("How loud (0-1)", "0", "1"),
        ("How long (1-120 seconds)", "1", "120"),
        ("How many (1-100, default: 10)", "1", "100"),
        ("How long, 1–30 (default: `5`)", "1", "30"),
        ("How fast (0.7-1.2)", "0.7", "1.2"),
        ("How warm: Range -5 – 5.", "-5", "5"),
    ],
)
def test_ranges_are_read_in_every_spelling(text: str, low: str, high: str) -> None:
    """Hyphen, en dash and words between the ends mean the same, with a unit or a default behind or without."""
    parts = [fact.parts for fact in facts_in(text) if fact.gives == "range"]
    assert parts == [{"low": low, "high": high}]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Its name. Maximum 255 characters.", {"high": "255"}),
        ("Its name (max 255 characters)", {"high": "255"}),
        ("Its name (max. 255 characters)", {"high": "255"}),
        ("Its name (max. 255 Zeichen)", {"high": "255"}),
        ("Its name (3-16 chars, lowercase)", {"low": "3", "high": "16"}),
        ("Its name, up to 64 characters", {"high": "64"}),
    ],
)
def test_lengths_are_read_in_every_spelling(text: str, parts: dict[str, str]) -> None:
    """A limit of characters is a length and never a range."""
    found = [(fact.gives, dict(fact.parts)) for fact in facts_in(text)]
    assert ("length", parts) in found
    assert "range" not in {kind for kind, _ in found}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("North mode only.", ["north"]),
        ("Applies to north and south modes.", ["north", "south"]),
        ("Only applies to `north` mode.", ["north"]),
        ("Only applicable in `north` mode.", ["north"]),
        ("Applicable only in `north` and `south` modes.", ["north", "south"]),
        ("Only available for `north` mode.", ["north"]),
        ("Available only in `north` mode.", ["north"]),
        ("Only for `north`.", ["north"]),
        ("Who steps in for tool calls in north/south modes.", ["north", "south"]),
        ("How soon a turn ends in `north`/`south` (0-1).", ["north", "south"]),
        ("knowledge is put into the prompt (north only)", ["north"]),
        ("Applies to north, south, and west modes.", ["north", "south", "west"]),
    ],
)
def test_where_a_field_exists_is_read_in_every_wording(text: str, values: list[str]) -> None:
    """The values that a limit names come out in its order, code spans or not."""
    assert [list(fact.values) for fact in facts_in(text, VALUES) if fact.gives == "applies"] == [values]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Required for modes `north` and `south`.", "required-for"),
        ("Required for north mode.", "required-for"),
        ("Cannot be disabled for `north` and `south`.", "always-on"),
    ],
)
def test_a_duty_is_not_taken_for_a_limit(text: str, kind: str) -> None:
    """The words of a duty are used up by it: "for north mode" inside of it limits nothing."""
    assert [fact.gives for fact in facts_in(text, VALUES) if fact.values] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "The number that a north assistant answers.",
        "Use the endpoint with the mode parameter.",
        "It plays in north rooms.",
        "Say it in two-three words.",
        "An example: +1-555-0100 rings there.",
        "Resets when the engine changes its mind.",
        "To remove it, do not send it.",
    ],
)
def test_what_only_looks_like_a_rule_gives_nothing(text: str) -> None:
    """Sentences that name a value, a number or a reset without saying a rule give no fact."""
    assert facts_in(text, VALUES) == []


def test_a_quoted_text_is_never_searched() -> None:
    """What stands in quotes is said to a caller: its numbers are no limits."""
    text = 'What to say (default: "Back in (2-3 minutes). Maximum 5 characters."), for "1-9" people'
    assert [(fact.gives, dict(fact.parts)) for fact in facts_in(text)] == [
        ("default", {"value": '"Back in (2-3 minutes). Maximum 5 characters."'}),
        ("quoted", {}),
    ]


def test_null_that_is_refused_is_not_allowed() -> None:
    """ "Must not be null" is no permission."""
    assert [fact.gives for fact in facts_in("It must not be `null`.")] == ["not-null"]


def test_null_is_read_in_the_languages_that_have_a_word_for_it() -> None:
    """And quotes of any language hold the values that a text lists."""
    assert [fact.gives for fact in facts_in("Definir como nulo para remover.")] == ["null"]
    assert [fact.gives for fact in facts_in("No puede ser nulo.")] == ["not-null"]
    (fact,) = facts_in("Quién habla primero. Opciones: «Agente de IA», «Cliente».")
    assert [each.value for each in listed_in(fact.parts["list"])] == ["Agente de IA", "Cliente"]


@given(st.text(max_size=200))
def test_no_text_breaks_the_table(text: str) -> None:
    """Any text gives facts that do not overlap, and no error."""
    spans = sorted((fact.start, fact.end) for fact in facts_in(text, VALUES))
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
