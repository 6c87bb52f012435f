"""The sandbox on the committed schemas: the same code, the names and the rules of the brand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.canonical import equal
from reconciler.sandbox.catalogue import catalogue
from reconciler.sandbox.quirks import Quirks
from reconciler.schemas import OPTIONAL_FILES, REQUIRED_FILES, SchemaSet
from tests.sandbox.agents import Desk, errors
from tests.support.vendor import running

FOLDER = Path(__file__).parent.parent.parent / "schemas"
FILES = {
    role: json.loads((FOLDER / f"{role}.schema.json").read_text("utf-8")) for role in (*REQUIRED_FILES, *OPTIONAL_FILES)
}
SCHEMAS = SchemaSet.from_files(FILES)

RECEPTION: dict[str, Any] = {
    "name": "Harbour Dental, reception",
    "voice_id": 1,
    "language_id": 1,
    "type": "inbound",
    "mode": "pipeline",
    "timezone": "Europe/London",
    "initial_message": "Harbour Dental, how can I help?",
    "system_prompt": "You answer the phone of a dental practice.",
    "llm_model_id": 2,
}
VIEWINGS: dict[str, Any] = {
    **{name: value for name, value in RECEPTION.items() if name != "llm_model_id"},
    "name": "Northgate Homes, viewings",
    "mode": "multimodal",
    "multimodal_model_id": 1,
}
HIDDEN = {
    "chat_llm_fallback_id",
    "conversation_ended_retrigger",
    "conversation_ended_webhook_url",
    "conversation_inactivity_timeout",
    "max_initial_silence_duration",
    "reengagement_prompt",
    "ringing_time",
    "secondary_language_ids",
    "tool_ids",
    "tts_emotion_enabled",
    "turn_detection_threshold",
    "voice_mail_message",
}


@pytest.fixture
def desk() -> Desk:
    return Desk(SCHEMAS)


def test_a_life_over_the_wire() -> None:
    """Create, change, read and delete on the documented routes."""
    with running(SCHEMAS) as vendor, httpx.Client(base_url=vendor.url, headers=vendor.headers) as client:
        created = client.post("/user/assistant", json=RECEPTION)
        assert (created.status_code, created.json()["data"]) == (
            201,
            {
                "id": 101,
                "name": "Harbour Dental, reception",
                "status": "inactive",
                "type": "inbound",
                "mode": "pipeline",
            },
        )
        assert client.put("/user/assistant/101", json={"max_duration": 900}).status_code == 200
        page = client.get("/user/assistants/get", params={"per_page": 100, "page": 1}).json()
        assert [(row["id"], row["max_duration"]) for row in page["data"]] == [(101, 900)]
        assert client.get("/user/assistant/101").status_code == 405
        assert client.post("/user/assistants/get", json=RECEPTION).status_code == 405
        assert client.delete("/user/assistant/101").status_code == 200
        assert client.get("/user/assistants/get").json()["total"] == 0
        assert not vendor.ignored


def test_reads_differ_from_writes_as_they_do_on_the_platform() -> None:
    """Five decimals read as text, two switches as 0 or 1, built-in tools nested; twelve writable fields unseen."""
    known = catalogue()
    quirks = Quirks.of(
        SCHEMAS, known_hidden=frozenset(HIDDEN), item_defaults=known.item_defaults, item_texts=known.item_texts
    )
    assert quirks.decimals - HIDDEN == {
        "ambient_sound_volume",
        "llm_temperature",
        "speech_speed",
        "voice_similarity",
        "voice_stability",
    }
    assert quirks.flags == {"fillers", "end_call_on_voicemail"}
    assert quirks.nested == {"tools"}
    assert Desk(SCHEMAS).vendor.quirks == quirks


def test_a_row_as_the_list_shows_it(desk: Desk) -> None:
    """What an assistant made from the required fields looks like when it is read."""
    desk.create({**RECEPTION, "tools": [{"type": "end_call", "description": "When all is said."}], "tool_ids": [5]})
    (row,) = desk.listed()["data"]
    assert set(SCHEMAS.fields) - set(row) == HIDDEN
    assert {name: row[name] for name in ("voice_stability", "speech_speed", "endpoint_sensitivity")} == {
        "voice_stability": "0.70",
        "speech_speed": "1.00",
        "endpoint_sensitivity": 0.5,
    }
    assert (row["fillers"], row["end_call_on_voicemail"], row["record"]) == (0, 1, False)
    assert row["tools"] == [{"type": "end_call", "data": {"description": "When all is said."}}]
    assert (row["variables"], row["filler_config"], row["post_call_schema"]) == ([], [], [])
    assert (row["ambient_sound"], row["webhook_url"], row["max_duration"]) == ("off", None, 600)
    assert desk.row["tool_ids"] == [5]


def test_built_in_tools_are_read_with_what_the_platform_fills_in(desk: Desk) -> None:
    """Defaults of the type that were not named, and an id inside a tool as text."""
    transfer = {"type": "warm_call_transfer", "supervisor_phone": "+15551230000", "outbound_phone_id": 7}
    desk.create({**RECEPTION, "tools": [transfer, {"type": "collect_keypad", "timeout": 9}]})
    warm, keypad = desk.listed()["data"][0]["tools"]
    assert warm["data"]["outbound_phone_id"] == "7"
    assert (warm["data"]["custom_sip"], warm["data"]["hold_music_volume"]) == (False, 80)
    assert keypad == {"type": "collect_keypad", "data": {"timeout": 9, "stop_key": "#"}}
    assert desk.row["tools"][0] == transfer


@pytest.mark.parametrize("name", [each.name for each in SCHEMAS.fields.values() if each.required_on_create])
def test_every_required_field_is_asked_for(desk: Desk, name: str) -> None:
    """Each of the eight, by name."""
    assert name in errors(desk.create({each: value for each, value in RECEPTION.items() if each != name}))


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"name": "x" * 256}, {"name"}),
        ({"max_duration": 19}, {"max_duration"}),
        ({"speech_speed": 1.3}, {"speech_speed"}),
        ({"ambient_sound": False}, {"ambient_sound"}),
        ({"timezone": "Europe/Atlantis"}, {"timezone"}),
        ({"webhook_url": "harbour-dental.example"}, {"webhook_url"}),
        ({"is_webhook_active": True}, {"webhook_url"}),
        ({"multimodal_model_id": 1}, {"multimodal_model_id"}),
        ({"turn_detection_threshold": 0.5}, {"turn_detection_threshold"}),
        ({"secondary_language_ids": ["2"]}, {"secondary_language_ids.0"}),
        ({"tools": [{"description": "No type."}]}, {"tools.0.type"}),
    ],
)
def test_what_the_pages_forbid_is_refused(desk: Desk, body: dict[str, Any], wrong: set[str]) -> None:
    """On create and on update alike, under the field's dotted name."""
    assert set(errors(desk.create({**RECEPTION, **body}))) == wrong
    desk.create(RECEPTION)
    assert set(errors(desk.update(body))) == wrong


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"llm_model_id": 2}, "llm_model_id"),
        ({"transcriber_provider_id": 1}, "transcriber_provider_id"),
        ({"fillers": True}, "fillers"),
        ({"allow_interruptions": False}, "allow_interruptions"),
        ({"knowledgebase_mode": "prompt"}, "knowledgebase_mode"),
    ],
)
def test_what_a_multimodal_engine_cannot_do(desk: Desk, body: dict[str, Any], wrong: str) -> None:
    """The mode's rules hold for a create, and for a PUT that does not name the mode."""
    assert set(errors(desk.create({**VIEWINGS, **body}))) == {wrong}
    desk.create(VIEWINGS)
    assert set(errors(desk.update(body))) == {wrong}


def test_changing_the_mode_resets_models_and_providers(desk: Desk) -> None:
    """The new mode's model is the platform's choice unless named; both providers fall back to the language's."""
    desk.create({**RECEPTION, "synthesizer_provider_id": 2, "transcriber_provider_id": 1})
    assert desk.update({"mode": "dualplex"})[0] == 200
    names = ("llm_model_id", "multimodal_model_id", "synthesizer_provider_id", "transcriber_provider_id")
    assert [desk.row[name] for name in names] == [None, 1, None, None]
    assert desk.update({"mode": "pipeline", "llm_model_id": 3, "synthesizer_provider_id": 2})[0] == 200
    assert [desk.row[name] for name in names] == [3, None, 2, None]


def test_a_number_rings_at_one_inbound_assistant(desk: Desk) -> None:
    """A second inbound assistant is refused the number until the first gives it up."""
    desk.create({**RECEPTION, "phone_number_id": 45})
    desk.create(VIEWINGS)
    assert errors(desk.update({"phone_number_id": 45}, id=102)) == {
        "phone_number_id": ["The phone number id is already assigned to another inbound assistant."]
    }
    desk.update({"phone_number_id": None})
    assert desk.update({"phone_number_id": 45}, id=102)[0] == 200


def test_every_clearing_value_is_accepted(desk: Desk) -> None:
    """What the schema says clears a field does: a PUT of it is taken, and the row then holds it."""
    desk.create({**RECEPTION, "voice_mail_message": "Please call again.", "tool_ids": [1], "ambient_sound": "cafe"})
    for name, policy in SCHEMAS.fields.items():
        if policy.has_clear:
            assert desk.update({name: policy.clear})[0] == 200, name
            assert equal(desk.row[name], policy.clear), name


def test_the_whole_catalogue_is_served(desk: Desk) -> None:
    """Each look-up path answers, and its ids are whole numbers."""
    for path in ("voices", "languages", "models", "phone-numbers", "synthesizer-providers", "transcriber-providers"):
        status, rows = desk.ask("GET", f"/user/assistants/{path}")
        assert status == 200
        assert rows
        assert all(isinstance(row["id"], int) for row in rows)
    assert desk.ask("GET", "/user/me")[1]["email"]
    assert isinstance(desk.ask("GET", "/user/tools")[1], list)


# --- a law over the schemas themselves --------------------------------------------------------------------------------


def values_of(name: str) -> st.SearchStrategy[Any]:
    """Values that the update schema allows for one field, other than null."""
    schema = SCHEMAS.fields[name].schema
    if "enum" in schema:
        return st.sampled_from([each for each in schema["enum"] if each is not None])
    match SCHEMAS.fields[name].types[0]:
        case "integer":
            return st.integers(schema.get("minimum", 1), schema.get("maximum", 99))
        case "number":
            return st.floats(schema["minimum"], schema["maximum"]).map(lambda value: round(value, 2))
        case "boolean":
            return st.booleans()
        case "array" if schema["items"].get("type") == "integer":
            return st.lists(st.integers(1, 9), max_size=3)
        case "array" if schema["items"].get("required") == ["type"]:
            return st.lists(st.fixed_dictionaries({"type": st.just("end_call"), "description": st.text(max_size=9)}))
        case "object" if schema.get("x-placeholders"):
            return st.dictionaries(st.sampled_from(["company", "town"]), st.text(max_size=9))
        case "string" if schema.get("format") == "uri":
            return st.sampled_from(["https://reports.harbour-dental.example/calls", "https://northgate.example/x?y=1"])
        case "string" if schema.get("format") == "timezone":
            return st.sampled_from(["Europe/London", "America/New_York"])
        case "string":
            return st.text(min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
    return st.nothing()


# a pipeline assistant can hold all of these in any combination
FREE = [
    name
    for name, each in SCHEMAS.fields.items()
    if name not in {"type", "mode", "is_webhook_active"}
    and "pipeline" in each.applies.get("mode", ("pipeline",))
    and not values_of(name).is_empty
]


def test_the_law_below_speaks_of_nearly_every_field() -> None:
    """Only discriminators, a field with a rule, other modes' fields and two nested shapes are left out."""
    assert set(SCHEMAS.fields) - set(FREE) == {
        "type",
        "mode",
        "is_webhook_active",
        "multimodal_model_id",
        "chat_llm_fallback_id",
        "turn_detection_threshold",
        "filler_config",
        "post_call_schema",
    }


@settings(max_examples=50)
@given(
    told=st.fixed_dictionaries({}, optional={name: values_of(name) for name in FREE}),
    hidden=st.sampled_from([frozenset(), frozenset(HIDDEN)]),
)
def test_what_is_accepted_is_what_is_read(told: dict[str, Any], hidden: frozenset[str]) -> None:
    """Whatever valid values a PUT holds, the list shows them: as text, as 0 or 1, nested or empty, but the same."""
    desk = Desk(SCHEMAS, hidden=hidden)
    desk.create(RECEPTION)
    assert desk.update(told)[0] == 200
    (row,) = desk.listed()["data"]
    assert hidden.isdisjoint(row)
    for name in set(told) - hidden:
        shown = understood(name, row[name], desk.vendor.quirks)
        assert equal(shown, without_empty_texts(told[name]), unordered=name in desk.vendor.quirks.ids), name


def without_empty_texts(value: Any) -> Any:
    """What the platform keeps of a value: an empty text as null, wherever it stands."""
    if isinstance(value, dict):
        return {name: without_empty_texts(each) for name, each in value.items()}
    if isinstance(value, list):
        return [without_empty_texts(each) for each in value]
    return None if isinstance(value, str) and not value.strip() else value


def understood(name: str, shown: Any, quirks: Quirks) -> Any:
    """The value that a read form stands for: the inverse of the quirks, written down once more for the test."""
    if name in quirks.decimals and shown is not None:
        assert isinstance(shown, str)
        return float(shown)
    if name in quirks.flags:
        return bool(shown)
    if name in quirks.nested:
        return [{"type": each["type"], **dict(each["data"] or {})} for each in shown]
    if name in quirks.objects and shown == []:
        return {}
    return [] if name in quirks.ids and shown is None else shown


@pytest.mark.parametrize(
    "path", sorted((FOLDER.parent / "reconciler" / "sandbox").glob("*.py")), ids=lambda path: path.name
)
def test_no_field_name_stands_in_the_code(path: Path) -> None:
    """What the brand calls things is known from the schemas and from the data file, never from the code."""
    told = path.read_text("utf-8")
    assert not [name for name in SCHEMAS.fields if "_" in name and name in told]
