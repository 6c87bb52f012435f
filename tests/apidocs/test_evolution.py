"""What a newer set means: each change by its kind, renames with their reasons, and nothing where nothing changed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.apidocs import generate
from reconciler.apidocs.evolution import Evolved, evolved
from tests.apidocs.pages import own_page
from tests.generations.pages import FIRST_CREATE, FIRST_UPDATE


def own() -> dict[str, Any]:
    made = generate(own_page("create"), own_page("update"), own_page("list"), own_page("delete"))
    return {name.removesuffix(".schema.json"): each for name, each in made.files.items()}


OWN = own()


def changed(**fields: dict[str, Any]) -> dict[str, Any]:
    """The own set with keywords of some fields changed in every file; None takes a keyword away."""
    made = copy.deepcopy(OWN)
    for role in ("assistant", "create", "update"):
        for name, keywords in fields.items():
            merged = {**made[role]["properties"][name], **keywords}
            made[role]["properties"][name] = {key: each for key, each in merged.items() if each is not None}
    return made


def told(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each.kind, each.field, each.told) for each in evolved(old, new)]


def test_a_set_differs_not_from_itself() -> None:
    """No change is no line."""
    assert evolved(OWN, copy.deepcopy(OWN)) == []


@pytest.mark.parametrize(
    ("field", "keywords", "kind", "words"),
    [
        ("max_duration", {"maximum": 900}, "tightened", "maximum 1200 → 900"),
        ("max_duration", {"maximum": 1800}, "loosened", "maximum 1200 → 1800"),
        ("max_duration", {"maximum": None}, "loosened", "maximum 1200 → none"),
        ("max_duration", {"minimum": 30}, "tightened", "minimum 20 → 30"),
        ("max_duration", {"default": 300}, "changed", "default 600 → 300"),
        ("name", {"maxLength": 40}, "tightened", "maxLength 255 → 40"),
        ("name", {"pattern": "^[a-z]+$"}, "tightened", 'pattern none → "^[a-z]+$"'),
        (
            "ambient_sound",
            {"enum": ["off", "office"]},
            "tightened",
            "no longer city, forest, crowded_room, cafe, nature",
        ),
        ("ambient_sound", {"enum": None}, "loosened", "any value, no list any more"),
        ("voice_id", {"type": ["integer", "null"]}, "loosened", "type integer → integer or null"),
        ("voice_id", {"type": "string"}, "tightened", "type integer → string"),
        ("voice_id", {"type": "number"}, "loosened", "type integer → number"),
        (
            "fillers",
            {"x-applies": {"mode": ["pipeline", "dualplex"]}},
            "loosened",
            "with mode pipeline → pipeline, dualplex",
        ),
        ("voice_id", {"x-applies": {"mode": ["pipeline"]}}, "tightened", "with mode any → pipeline"),
        ("voice_id", {"x-secret": True}, "changed", "secret: none → true"),
        ("tool_ids", {"items": {"type": "string"}}, "tightened", "type integer → string"),
    ],
)
def test_each_keyword_is_told_by_what_it_means(field: str, keywords: dict[str, Any], kind: str, words: str) -> None:
    """Whether a document that was valid may now be refused, or one that was refused may now pass."""
    place = f"{field}[]" if "items" in keywords else field
    assert told(OWN, changed(**{field: keywords})) == [(kind, place, words)]


@pytest.mark.parametrize("field", ["max_duration", "name", "speech_speed"])
@settings(deadline=None)
@given(low=st.integers(0, 99), high=st.integers(100, 999))
def test_the_way_back_loosens_what_was_tightened(field: str, low: int, high: int) -> None:
    """Whatever bounds change: tightened one way is loosened the other way."""
    there = changed(**{field: {"minimum": low, "maximum": high}})
    opposite = {"tightened": "loosened", "loosened": "tightened"}
    forth = sorted((opposite[each.kind], each.field) for each in evolved(OWN, there))
    assert sorted((each.kind, each.field) for each in evolved(there, OWN)) == forth


def test_required_fields_rules_and_routes_are_told() -> None:
    """What must be given, what must hold between fields, where requests go, and what rows show."""
    new = copy.deepcopy(OWN)
    new["assistant"]["required"].append("record")
    del new["assistant"]["allOf"][0]
    new["update"]["x-endpoint"]["method"] = "PATCH"
    del new["update"]["properties"]["name"]
    assert told(OWN, new) == [
        ("tightened", "record", "required now"),
        ("loosened", "llm_model_id", "no longer: mode pipeline needs `llm_model_id`"),
        ("tightened", "name", "can be set at creation only"),
        ("changed", "", "update: PUT /user/assistant/{id} → PATCH /user/assistant/{id}"),
    ]


def test_renames_are_guessed_with_their_reasons() -> None:
    """From the oldest names to today's: by words, by values, and never between fields of other values."""
    from tests.apidocs.pages import page

    made = generate(page(FIRST_CREATE, "create"), page(FIRST_UPDATE, "update"))
    old = {name.removesuffix(".schema.json"): each for name, each in made.files.items()}
    found = {each.was: each for each in evolved(old, OWN) if each.kind == "renamed"}
    names = {was: each.field for was, each in found.items()}
    assert names.items() >= {"assistant_name": "name", "engine_type": "mode", "record_call": "record"}.items()
    assert names.get("calls_direction") != "mode"
    assert "they share values" in found["engine_type"].why
    assert all(len(each.why) > 1 for each in found.values())
    gone = {each.field for each in evolved(old, OWN) if each.kind == "removed"}
    assert {"llm_model", "end_call_tool"} <= gone
    assert not gone & set(found)


def test_one_page_is_compared_by_what_it_says_alone() -> None:
    """A create page does not say how a field is cleared: that is no change."""
    lone = {"create": copy.deepcopy(OWN["create"])}
    for each in lone["create"]["properties"].values():
        each.pop("x-clear", None)
    lone["create"]["properties"]["max_duration"]["maximum"] = 900
    assert evolved(OWN, lone) == [Evolved(kind="tightened", field="max_duration", told="maximum 1200 → 900")]


def test_null_beside_listed_values_is_told_with_the_type_alone() -> None:
    """A list of values names null because the type allows it: that is one change and not two."""
    nullable = {"type": ["string", "null"], "enum": [*OWN["assistant"]["properties"]["endpoint_type"]["enum"], None]}
    there, back = changed(endpoint_type=nullable), changed(endpoint_type={})
    assert told(OWN, there) == [("loosened", "endpoint_type", "type string → string or null")]
    assert told(there, back) == [("tightened", "endpoint_type", "type string or null → string")]
