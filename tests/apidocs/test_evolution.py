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


def test_a_type_that_says_the_same_twice_is_no_change() -> None:
    """Every integer is a number: naming both allows nothing more."""
    both, one = changed(voice_id={"type": ["number", "integer"]}), changed(voice_id={"type": "number"})
    assert told(one, both) == told(both, one) == []


def own_with(name: str, schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    made = copy.deepcopy(OWN)
    for role in ("assistant", "create", "update"):
        made[role]["properties"][name] = schema
    if required:
        made["assistant"]["required"] = [*made["assistant"]["required"], name]
    return made


LISTED: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["street"],
        "properties": {"street": {"type": "string"}, "rent": {"type": "number", "minimum": 100}},
        "x-variants": {
            "flat": {"required": [], "properties": {"floor": {"type": "integer", "maximum": 9}}},
            "house": {"required": [], "properties": {}},
        },
    },
}


def houses(**items: Any) -> dict[str, Any]:
    return {**LISTED, "items": {**LISTED["items"], **items}}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (houses(required=[]), [("loosened", "houses[].street", "no longer required")]),
        (houses(required=["street", "rent"]), [("tightened", "houses[].rent", "required now")]),
        (
            houses(required=["rent"]),
            [("tightened", "houses[].rent", "required now"), ("loosened", "houses[].street", "no longer required")],
        ),
        (houses(properties={"street": {"type": "string"}}), [("removed", "houses[].rent", "gone from the pages")]),
        (
            houses(properties={**LISTED["items"]["properties"], "rooms": {"type": ["integer", "null"]}}),
            [("added", "houses[].rooms", "new: integer or null")],
        ),
        (
            houses(
                properties={**LISTED["items"]["properties"], "rooms": {"type": "integer"}},
                required=["street", "rooms"],
            ),
            [("added", "houses[].rooms", "new: integer, required")],
        ),
        (
            houses(properties={"street": {"type": "string"}, "rent": {"type": "number", "minimum": 200}}),
            [("tightened", "houses[].rent", "minimum 100 → 200")],
        ),
        (
            houses(**{"x-variants": {"flat": LISTED["items"]["x-variants"]["flat"]}}),
            [("removed", "houses[].house", "a kind of entry that the pages no longer describe")],
        ),
        (
            houses(**{"x-variants": {**LISTED["items"]["x-variants"], "shed": {"required": [], "properties": {}}}}),
            [("added", "houses[].shed", "a new kind of entry")],
        ),
        (
            houses(
                **{
                    "x-variants": {
                        "flat": {"required": ["floor"], "properties": {"floor": {"type": "integer", "maximum": 12}}},
                        "house": {"required": [], "properties": {}},
                    }
                }
            ),
            [
                ("loosened", "houses[].flat.floor", "maximum 9 → 12"),
                ("tightened", "houses[].flat.floor", "required now"),
            ],
        ),
        (
            {"type": "array", "items": {}},
            [
                ("loosened", "houses[]", "type object → any"),
                ("removed", "houses[].street", "gone from the pages"),
                ("removed", "houses[].rent", "gone from the pages"),
                ("removed", "houses[].flat", "a kind of entry that the pages no longer describe"),
                ("removed", "houses[].house", "a kind of entry that the pages no longer describe"),
            ],
        ),
        ({"type": "string"}, [("tightened", "houses", "type array of objects → string")]),
        ({**LISTED, "minItems": 1}, [("tightened", "houses", "minItems none → 1")]),
        ({**LISTED, "maxItems": 5}, [("tightened", "houses", "maxItems none → 5")]),
        ({**LISTED, "x-clear": []}, [("changed", "houses", "cleared by none → []")]),
        ({**LISTED, "x-unordered": True}, [("changed", "houses", "without order: none → true")]),
        ({**LISTED, "x-reset-by": ["mode"]}, [("changed", "houses", 'reset by a change of none → ["mode"]')]),
    ],
)
def test_parts_and_kinds_of_entries_are_told_by_their_way(
    after: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    """Each key of an entry by its own change, each kind that came or went, and the list's own keywords."""
    assert told(own_with("houses", LISTED), own_with("houses", after)) == expected
    assert all(each.top == "houses" for each in evolved(own_with("houses", LISTED), own_with("houses", after)))


def test_a_field_that_came_or_went_is_told_with_its_type() -> None:
    """And whether a document needs it; one that only one set has is never its parts."""
    before = copy.deepcopy(OWN)
    assert told(before, own_with("houses", LISTED)) == [("added", "houses", "new: array of objects")]
    assert told(before, own_with("floor", {"type": "integer"}, required=True)) == [
        ("added", "floor", "new: integer, required")
    ]
    assert told(own_with("houses", LISTED), before) == [("removed", "houses", "gone from the pages")]


@pytest.mark.parametrize("bare", [{"type": "array"}, {"type": "array", "items": True}])
def test_what_the_entries_of_a_list_are_may_be_known_in_one_set_alone(bare: dict[str, Any]) -> None:
    """A document whose list holds something else is refused from then on, or no longer."""
    ids = {"type": "array", "items": {"type": "integer"}}
    assert told(own_with("houses", bare), own_with("houses", ids)) == [("tightened", "houses[]", "type any → integer")]
    assert told(own_with("houses", ids), own_with("houses", bare)) == [("loosened", "houses[]", "type integer → any")]


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "array"}, "array"),
        ({"type": "array", "items": {}}, "array"),
        ({"type": ["array", "null"], "items": {"type": "integer"}}, "array of integers or null"),
        ({"description": "Anything at all"}, "any"),
    ],
)
def test_a_type_is_told_as_far_as_it_is_known(schema: dict[str, Any], words: str) -> None:
    """A list whose entries nothing is said of is a list; a field without a type takes any."""
    assert told(OWN, own_with("houses", schema)) == [("added", "houses", f"new: {words}")]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (False, False, []),
        (False, True, [("tightened", "greeting", "required now")]),
        (True, False, [("loosened", "greeting", "no longer required")]),
        (True, True, []),
    ],
)
def test_a_renamed_field_is_compared_with_what_it_was(
    before: bool, after: bool, expected: list[tuple[str, str, str]]
) -> None:
    """Its limits and whether a document needs it, under its new name."""
    text = {"type": "string", "maxLength": 60, "description": "Said before anything else, on every call."}
    old = own_with("greeting_text", text, required=before)
    new = own_with("greeting", {**text, "maxLength": 40}, required=after)
    assert told(old, new) == [
        ("renamed", "greeting", "looks like the new name of `greeting_text`"),
        ("tightened", "greeting", "maxLength 60 → 40"),
        *expected,
    ]


@pytest.mark.parametrize("role", ["assistant", "create", "update"])
def test_a_file_that_says_nothing_of_fields_has_none(role: str) -> None:
    """Whatever the other one has came or went."""
    empty: dict[str, Any] = {role: {}}
    full = {role: {"properties": {"floor": {"type": "integer"}}, "required": ["floor"]}}
    assert told(empty, full) == [("added", "floor", "new: integer, required")]
    assert told(full, empty) == [("removed", "floor", "gone from the pages")]


def test_what_a_document_says_to_the_program_itself_is_no_change() -> None:
    """The reserved key is this program's: an older set may have another one, or none."""
    older = copy.deepcopy(OWN)
    reserved = [name for name, each in OWN["assistant"]["properties"].items() if each.get("x-reserved")]
    for name in reserved:
        older["assistant"]["properties"][name]["properties"].popitem()
    assert reserved
    assert told(older, OWN) == told(OWN, older) == []
    for name in reserved:
        del older["assistant"]["properties"][name]
    assert told(older, OWN) == told(OWN, older) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"enum": ["a"]}, {"enum": ["a", "b"]}, [("loosened", "also b")]),
        ({"enum": ["a", "b"]}, {"enum": ["b", "c"]}, [("tightened", "no longer a"), ("loosened", "also c")]),
        ({}, {"enum": ["a", 3]}, [("tightened", "one of a, 3 only")]),
        ({"format": "uri"}, {}, [("loosened", 'format "uri" → none')]),
        ({"format": "uri"}, {"format": "timezone"}, [("changed", 'format "uri" → "timezone"')]),
        (
            {"x-applies": {"mode": ["pipeline", "dualplex"]}},
            {"x-applies": {"mode": ["pipeline"]}},
            [("tightened", "with mode pipeline, dualplex → pipeline")],
        ),
        ({"x-applies": {"mode": ["pipeline"]}}, {}, [("loosened", "with mode pipeline → any")]),
        (
            {"x-applies": {"mode": ["pipeline"]}},
            {"x-applies": {"mode": ["dualplex"]}},
            [("tightened", "with mode pipeline → dualplex")],
        ),
        ({"type": "integer"}, {"type": "number"}, [("loosened", "type integer → number")]),
        ({"type": "number"}, {"type": "integer"}, [("tightened", "type number → integer")]),
        ({"type": "integer"}, {}, [("loosened", "type integer → any")]),
        ({}, {"type": "integer"}, [("tightened", "type any → integer")]),
        ({"type": "string"}, {"type": ["string", "integer"]}, [("loosened", "type string → string or integer")]),
        (
            {"x-applies": {"mode": ["pipeline", "dualplex"]}},
            {"x-applies": {"mode": ["dualplex", "pipeline"]}},
            [],
        ),
        (
            {"x-applies": {"mode": ["pipeline"], "type": ["inbound"]}},
            {"x-applies": {"mode": ["pipeline"], "type": ["inbound", "outbound"]}},
            [("loosened", "with type inbound → inbound, outbound")],
        ),
        ({"default": 5, "x-clear": 5}, {"default": 6, "x-clear": 6}, [("changed", "default 5 → 6")]),
        ({"default": 5, "x-clear": 5}, {"default": 5}, [("changed", "cleared by 5 → none")]),
        ({"default": 1}, {"default": True}, [("changed", "default 1 → true")]),
        ({"default": "Praça"}, {"default": "Rua"}, [("changed", 'default "Praça" → "Rua"')]),
        ({"default": {"town": "Leiria", "floor": 3}}, {"default": {"floor": 3, "town": "Leiria"}}, []),
        (
            {"type": "string", "x-clear": ""},
            {"type": ["string", "null"], "x-clear": None},
            [("loosened", "type string → string or null")],
        ),
        (
            {"x-exclusive": {"type": "inbound"}},
            {},
            [("changed", 'held by one assistant only where {"type": "inbound"} → none')],
        ),
        ({}, {"x-placeholders": True}, [("changed", "keys may stand in texts: none → true")]),
        (
            {"type": ["string", "null"], "x-clear": None},
            {"type": "string", "x-clear": ""},
            [("tightened", "type string or null → string")],
        ),
        ({"description": "Old", "x-section": "Old"}, {"description": "New", "x-section": "New"}, []),
    ],
)
def test_a_keyword_that_came_went_or_changed_is_told(
    before: dict[str, Any], after: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """By what it means for a document that was written before; words are no change."""
    found = told(own_with("detail", before), own_with("detail", after))
    assert found == [(kind, "detail", words) for kind, words in expected]


def test_what_can_be_changed_after_creation_is_told_both_ways() -> None:
    """A field that an update page gains or loses, while both sets have it."""
    fewer = copy.deepcopy(OWN)
    del fewer["update"]["properties"]["name"]
    assert told(OWN, fewer) == [("tightened", "name", "can be set at creation only")]
    assert told(fewer, OWN) == [("loosened", "name", "can be changed after creation")]


def test_what_rows_show_is_told() -> None:
    """A key that the list answer is documented to have, or no longer."""
    fewer = copy.deepcopy(OWN)
    del fewer["list"]["properties"]["data"]["items"]["properties"]["record"]
    assert told(OWN, fewer) == [("changed", "record", "is no longer listed")]
    assert told(fewer, OWN) == [("changed", "record", "is listed now")]
    without = {name: each for name, each in OWN.items() if name != "list"}
    assert told(OWN, without) == told(without, OWN) == []


def test_rows_are_known_from_every_list_of_an_answer() -> None:
    """Wherever it has them; a list of nothing known shows no key."""
    flats, houses, nothing = (
        {name: {"type": "array", "items": {"type": "object", **parts}}}
        for name, parts in (
            ("flats", {"properties": {"floor": {"type": "integer"}}}),
            ("houses", {"properties": {"garden": {"type": "boolean"}}}),
            ("sheds", {}),
        )
    )
    paged = {"total": {"type": "integer"}}
    old, new = ({"list": {"properties": each}} for each in (paged | flats | nothing, paged | flats | houses))
    assert told(old, new) == [("changed", "garden", "is listed now")]
    assert told({"list": {}}, new) == [("changed", each, "is listed now") for each in ("floor", "garden")]
    assert told(new, {"list": {}}) == [("changed", each, "is no longer listed") for each in ("floor", "garden")]


@pytest.mark.parametrize("role", ["create", "update", "list", "delete"])
def test_where_requests_go_is_told_of_every_page(role: str) -> None:
    """Another path is a change of nothing else; a set that does not say it is compared by the rest."""
    old = {role: {"x-endpoint": {"method": "GET", "path": "/office/assistants"}}}
    new = {role: {"x-endpoint": {"method": "GET", "path": "/desk/assistants"}}}
    assert told(old, new) == [("changed", "", f"{role}: GET /office/assistants → GET /desk/assistants")]
    assert told(old, {role: {}}) == told({role: {}}, old) == []


def test_a_new_rule_is_told_by_its_sentence_and_the_field_that_it_limits() -> None:
    """A rule that only says itself otherwise is no change."""
    fewer, reworded = copy.deepcopy(OWN), copy.deepcopy(OWN)
    rule = fewer["assistant"]["allOf"].pop()
    reworded["assistant"]["allOf"][-1]["description"] = "Said otherwise"
    ((kind, field, words),) = told(fewer, OWN)
    assert (kind, words) == ("tightened", f"new rule: {rule['description']}")
    assert field in (*rule["then"].get("required", ()), *rule["then"].get("properties", {}))
    assert told(OWN, reworded) == []


def test_a_rule_that_somebody_wrote_by_hand_is_told_as_it_is() -> None:
    """One without a sentence is told by its keywords, one that asks for no field belongs to none."""
    new = copy.deepcopy(OWN)
    new["assistant"]["allOf"] = [*OWN["assistant"].get("allOf", []), {"minProperties": 2}]
    assert told(OWN, new) == [("tightened", "", 'new rule: {"minProperties": 2}')]
    assert told(new, OWN) == [("loosened", "", 'no longer: {"minProperties": 2}')]


@pytest.mark.parametrize("role", ["create", "update"])
def test_a_set_of_one_page_is_compared_with_a_set_of_one_page(role: str) -> None:
    """By types, limits, and what it requires; a list or delete page alone has routes."""
    lone = {role: copy.deepcopy(OWN[role])}
    newer = copy.deepcopy(lone)
    newer[role]["properties"]["max_duration"]["maximum"] = 900
    newer[role]["properties"]["max_duration"]["x-clear"] = 7
    newer[role]["required"] = [*newer[role].get("required", []), "record"]
    newer[role]["x-endpoint"]["path"] = "/office/assistant"
    path = OWN[role]["x-endpoint"]["path"]
    method = OWN[role]["x-endpoint"]["method"]
    assert sorted(told(lone, newer)) == sorted(
        [
            ("tightened", "max_duration", "maximum 1200 → 900"),
            ("tightened", "record", "required now"),
            ("changed", "", f"{role}: {method} {path} → {method} /office/assistant"),
        ]
    )
    gone = {"delete": copy.deepcopy(OWN["delete"])}
    other = copy.deepcopy(gone)
    other["delete"]["x-endpoint"]["method"] = "POST"
    assert told(gone, other) == [("changed", "", "delete: DELETE /user/assistant/{id} → POST /user/assistant/{id}")]
