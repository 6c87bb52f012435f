"""What a POST and a PUT do to a row, on the invented brand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.agents import CLASSIC, REALTIME, Desk, errors
from tests.support.frontdesk import REQUIRED, frontdesk

SERVER_COLUMNS = {
    "id",
    "uuid",
    "user_id",
    "status",
    "created_at",
    "updated_at",
    "deleted_at",
    "compliance_blocked_at",
}


@pytest.fixture
def desk() -> Desk:
    return Desk(frontdesk())


def without(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


# --- filling in -------------------------------------------------------------------------------------------------------


def test_a_create_fills_in_what_the_body_leaves_out(desk: Desk) -> None:
    """The documented default, else the value that clears, else empty for lists and mappings, else nothing."""
    desk.create(CLASSIC)
    assert {name: value for name, value in desk.row.items() if name not in {*CLASSIC, *SERVER_COLUMNS}} == {
        "speech_model_id": None,
        "ear_id": None,
        "mouth_id": None,
        "line_id": None,
        "label_ids": [],
        "actions": [],
        "pitch": 1.0,
        "hums": False,
        "backdrop": "off",
        "facts": {},
        "report_url": None,
        "report_on": False,
        "wait_minutes": 30,
        "tuning_level": None,
        "opened_in": None,
    }


def test_the_vendor_adds_columns_of_its_own(desk: Desk) -> None:
    """A new row is inactive, has a uuid, and times with microseconds and a Z."""
    desk.create(CLASSIC)
    row = desk.row
    assert (row["id"], row["status"], row["user_id"], row["deleted_at"]) == (101, "inactive", 1, None)
    assert row["created_at"] == row["updated_at"] == "2026-11-03T09:00:01.000000Z"
    assert row["compliance_blocked_at"] is None
    assert len(row["uuid"]) == 36
    desk.create(CLASSIC)
    assert desk.vendor.rows()[1]["uuid"] != row["uuid"]


# --- rules on single values -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*REQUIRED, "brain_id"])
def test_a_create_needs_every_required_field(desk: Desk, name: str) -> None:
    """A missing required field is named, whether the schema always asks for it or the engine does."""
    assert list(errors(desk.create(without(CLASSIC, name)))) == [name]
    assert desk.vendor.rows() == []


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("title", 5, "The title field must be a string."),
        ("title", "x" * 61, "The title field must not be greater than 60 characters."),
        ("direction", "both", "The selected direction is invalid."),
        ("zone", "Moon/Sea", "The zone field must be a valid timezone."),
        ("brain_id", "4", "The brain id field must be an integer."),
        ("brain_id", True, "The brain id field must be an integer."),
        ("brain_id", 4.5, "The brain id field must be an integer."),
        ("pitch", 2.1, "The pitch field must not be greater than 2."),
        ("pitch", 0.4, "The pitch field must be at least 0.5."),
        ("hums", 1, "The hums field must be true or false."),
        ("label_ids", 5, "The label ids field must be an array."),
        ("label_ids", {"0": 5}, "The label ids field must be an array."),
        ("facts", [], "The facts field must be an object."),
        ("report_url", "not an address", "The report url field must be a valid URL."),
        ("wait_minutes", 0, "The wait minutes field must be at least 1."),
        ("tuning_level", 10**400, "The tuning level field must not be greater than 9."),
    ],
)
def test_a_value_that_breaks_its_rule_is_refused(desk: Desk, field: str, value: Any, told: str) -> None:
    """The same refusal for a POST and a PUT, under the field's name, in the framework's words, and nothing is done."""
    assert errors(desk.create({**CLASSIC, field: value})) == {field: [told]}
    desk.create(CLASSIC)
    before = desk.row
    assert errors(desk.update({field: value, "greeting": "Hello."})) == {field: [told]}
    assert desk.row == before


def test_inner_values_are_named_by_dotted_paths(desk: Desk) -> None:
    """Errors deep inside are found by `list.index.key`, and all of them are told at once."""
    body = {**CLASSIC, "actions": [{"type": "hang_up"}, {"type": 5}, {}], "label_ids": [1, "2"], "facts": {"town": 7}}
    assert errors(desk.create(body)) == {
        "actions.1.type": ["The actions.1.type field must be a string."],
        "actions.2.type": ["The actions.2.type field is required."],
        "label_ids.1": ["The label_ids.1 field must be an integer."],
        "facts.town": ["The facts.town field must be a string."],
    }


def test_no_refusal_repeats_what_was_sent(desk: Desk) -> None:
    """A refused value may be a secret in the wrong place; the answer never holds it."""
    canary = "sk-live-canary-4242"
    for field in ("direction", "zone", "brain_id", "report_url", "pitch", "facts", "label_ids", "hums"):
        assert canary not in str(errors(desk.create({**CLASSIC, field: canary})))
    assert canary not in str(errors(desk.create({**CLASSIC, "actions": [{"type": 1, "api_key": canary}]})))


def test_null_is_for_fields_that_may_be_null(desk: Desk) -> None:
    """A PUT may clear with null what the page lets it; a POST leaves fields out instead; other nulls are refused."""
    assert errors(desk.create({**CLASSIC, "line_id": None})) == {"line_id": ["The line id field must be an integer."]}
    desk.create({**CLASSIC, "line_id": 45, "wait_minutes": 5})
    assert desk.update({"line_id": None, "wait_minutes": None})[0] == 200
    assert (desk.row["line_id"], desk.row["wait_minutes"]) == (None, None)
    assert list(errors(desk.update({"title": None, "pitch": None, "label_ids": None}))) == [
        "label_ids",
        "pitch",
        "title",
    ]


# --- what is stored is not what was sent ------------------------------------------------------------------------------


def test_texts_are_trimmed_at_both_ends_and_line_ends_are_kept(desk: Desk) -> None:
    """Inner texts too; what stands between the ends, carriage returns included, is stored as sent."""
    desk.create({**CLASSIC, "instructions": "\n Be brief.\r\nBe kind. \r\n", "facts": {"town": " Hull "}})
    assert desk.row["instructions"] == "Be brief.\r\nBe kind."
    assert desk.row["facts"] == {"town": "Hull"}


def test_an_empty_text_is_null(desk: Desk) -> None:
    """A blank optional text clears, a blank required one is missing, and inner blanks are null too."""
    desk.create({**CLASSIC, "report_url": "  ", "facts": {"town": "  "}})
    assert desk.row["report_url"] is None
    assert desk.row["facts"] == {"town": None}
    desk.update({"report_url": "https://reports.example/calls"})
    assert desk.update({"report_url": ""})[0] == 200
    assert desk.row["report_url"] is None
    assert list(errors(desk.update({"title": " \n"}))) == ["title"]
    assert errors(desk.create({**CLASSIC, "title": " "})) == {"title": ["The title field is required."]}


@pytest.mark.parametrize(
    ("sent", "kept"), [(0.7, 0.7), (0.123 + 0.5, 0.62), (0.625, 0.63), (1, 1.0), (1.005, 1.01), (0.5049, 0.5)]
)
def test_decimals_are_kept_to_two_places(desk: Desk, sent: float, kept: float) -> None:
    """A number on a small scale lives in a two-place decimal column; half goes up."""
    desk.create({**CLASSIC, "pitch": sent})
    assert desk.row["pitch"] == kept
    assert desk.listed()["data"][0]["pitch"] == f"{kept:.2f}"


def test_a_whole_float_is_a_whole_number(desk: Desk) -> None:
    """`4.0` is an integer to JSON Schema, and is stored as one."""
    desk.create({**CLASSIC, "brain_id": 4.0})
    assert (desk.row["brain_id"], type(desk.row["brain_id"])) == (4, int)


def test_lists_and_mappings_are_replaced_whole(desk: Desk) -> None:
    """A PUT of an array or an object does not merge into the old one."""
    desk.create({**CLASSIC, "facts": {"town": "Hull", "opens": "8"}, "label_ids": [1, 2]})
    desk.update({"facts": {"town": "York"}, "label_ids": [3]})
    assert (desk.row["facts"], desk.row["label_ids"]) == ({"town": "York"}, [3])


# --- rules between fields ---------------------------------------------------------------------------------------------


def test_a_partial_put_is_judged_with_what_is_stored(desk: Desk) -> None:
    """The row that would result must meet the rules between fields, though the body alone meets them."""
    desk.create(CLASSIC)
    assert list(errors(desk.update({"report_on": True}))) == ["report_url"]
    assert list(errors(desk.update({"speech_model_id": 2}))) == ["speech_model_id"]
    assert desk.update({"report_on": True, "report_url": "https://reports.example/calls"})[0] == 200
    assert list(errors(desk.update({"report_url": None}))) == ["report_url"]
    assert desk.update({"report_url": None, "report_on": False})[0] == 200


def test_a_rule_is_told_by_its_description(desk: Desk) -> None:
    """The text of a cross-field refusal says which rule it was."""
    desk.create(CLASSIC)
    assert errors(desk.update({"report_on": True})) == {
        "report_url": ["The report url field is invalid: `report_on` needs `report_url`."]
    }


def test_changing_the_engine_resets_what_hangs_on_it(desk: Desk) -> None:
    """Fields that the engine resets lose their values though the PUT does not name them; the needed one is picked."""
    desk.create({**CLASSIC, "ear_id": 7, "mouth_id": 8, "pitch": 1.2})
    assert desk.update({"engine": "realtime"})[0] == 200
    row = desk.row
    assert (row["brain_id"], row["ear_id"], row["mouth_id"], row["speech_model_id"]) == (None, None, None, 1)
    assert row["pitch"] == 1.2
    assert desk.update({"engine": "classic"})[0] == 200
    assert (desk.row["brain_id"], desk.row["speech_model_id"]) == (1, None)


def test_what_the_request_names_is_not_reset(desk: Desk) -> None:
    """A mode change keeps the values that stand in the same PUT."""
    desk.create({**CLASSIC, "mouth_id": 8})
    assert desk.update({"engine": "realtime", "speech_model_id": 3, "mouth_id": 8})[0] == 200
    assert (desk.row["speech_model_id"], desk.row["mouth_id"]) == (3, 8)


def test_naming_the_same_engine_resets_nothing(desk: Desk) -> None:
    """Only a change resets."""
    desk.create({**CLASSIC, "mouth_id": 8})
    assert desk.update({"engine": "classic", "greeting": "Hello."})[0] == 200
    assert (desk.row["mouth_id"], desk.row["brain_id"]) == (8, 4)


def test_a_field_that_is_not_reset_and_no_longer_applies_is_refused(desk: Desk) -> None:
    """It keeps its value, and the row would then break its rule: the request has to deal with it."""
    desk.create({**CLASSIC, "hums": True})
    assert list(errors(desk.update({"engine": "realtime"}))) == ["hums"]
    assert desk.row["engine"] == "classic"
    assert desk.update({"engine": "realtime", "hums": False})[0] == 200


def test_a_value_outside_its_engine_is_refused_on_create(desk: Desk) -> None:
    """Null-like and default values pass, others do not."""
    assert list(errors(desk.create({**REALTIME, "hums": True, "ear_id": 3}))) == ["ear_id", "hums"]
    assert desk.create({**REALTIME, "hums": False})[0] == 201


# --- exclusive values -------------------------------------------------------------------------------------------------


def test_one_line_rings_at_one_receiving_agent(desk: Desk) -> None:
    """A second holder is refused on the field, on create, on update and when it would become a receiving one."""
    desk.create({**CLASSIC, "line_id": 45})
    assert errors(desk.create({**CLASSIC, "line_id": 45})) == {
        "line_id": ["The line id is already assigned to another receive assistant."]
    }
    assert desk.create({**CLASSIC, "direction": "make", "line_id": 45})[0] == 201
    assert list(errors(desk.update({"direction": "receive"}, id=102))) == ["line_id"]
    assert desk.create({**CLASSIC, "line_id": 46})[0] == 201
    assert list(errors(desk.update({"line_id": 45}, id=103))) == ["line_id"]


def test_a_line_is_free_again_after_release_or_deletion(desk: Desk) -> None:
    """The holder may send its own value again; what it gave up or took to the grave can be claimed."""
    desk.create({**CLASSIC, "line_id": 45})
    assert desk.update({"line_id": 45})[0] == 200
    desk.update({"line_id": None})
    assert desk.create({**CLASSIC, "line_id": 45})[0] == 201
    assert desk.delete(102)[0] == 200
    assert desk.update({"line_id": 45})[0] == 200


def test_many_without_a_line_are_no_clash(desk: Desk) -> None:
    """Nothing is not a value that somebody could hold."""
    assert [desk.create(CLASSIC)[0] for _ in range(3)] == [201, 201, 201]


# --- laws -------------------------------------------------------------------------------------------------------------

OPTIONAL = st.fixed_dictionaries(
    {},
    optional={
        "mouth_id": st.integers(1, 99),
        "label_ids": st.lists(st.integers(1, 9), max_size=3),
        "pitch": st.floats(0.5, 2).map(lambda value: round(value, 2)),
        "backdrop": st.sampled_from(["off", "office", "cafe"]),
        "facts": st.dictionaries(st.sampled_from(["town", "opens"]), st.text(max_size=5)),
        "wait_minutes": st.integers(1, 1440),
        "actions": st.lists(st.fixed_dictionaries({"type": st.sampled_from(["hang_up", "transfer"])}), max_size=2),
    },
)


@given(first=OPTIONAL, second=OPTIONAL)
def test_a_put_is_the_same_as_a_create_that_knew(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Creating with A and updating with B leaves the fields of creating with both, B winning."""
    one, other = Desk(frontdesk()), Desk(frontdesk())
    assert one.create({**CLASSIC, **first})[0] == 201
    assert one.update(second)[0] == 200
    assert other.create({**CLASSIC, **first, **second})[0] == 201
    assert without(one.row, "updated_at") == without(other.row, "updated_at")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(body=st.dictionaries(st.sampled_from([*frontdesk().fields, "other"]), JUNK, max_size=4))
def test_any_json_gets_an_answer_and_a_refusal_changes_nothing(body: dict[str, Any]) -> None:
    """Whatever the values are: 200 and a row that meets the rules, or 422 and the row as it was."""
    desk = Desk(frontdesk())
    desk.create(CLASSIC)
    before = desk.row
    status, content = desk.update(body)
    assert status in {200, 422}
    if status == 422:
        assert desk.row == before
        assert all(texts and all(texts) for texts in content["errors"].values())
    else:
        again = {name: value for name, value in desk.row.items() if name in frontdesk().fields and value is not None}
        assert Desk(frontdesk()).create(again)[0] == 201
