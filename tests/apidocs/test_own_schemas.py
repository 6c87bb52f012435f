"""The committed schema set: what the pages say, typed out, and that the files are what the pages give.

The tables hold for the project's own pages, and for the vendor's where they stand beside the repository.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import jsonschema
import pytest

from reconciler.apidocs import Generated, generate
from reconciler.apidocs.structure import differences
from reconciler.schemas import SchemaSet
from tests.apidocs.pages import OWN, REPOSITORY, own_page, page, real_folder, real_text

SCHEMAS = REPOSITORY / "schemas"
ROLES = ("assistant", "create", "update", "editor", "list", "delete")

# name: (type, minimum, maximum, longest, default)
LIMITS: dict[str, tuple[str, float | None, float | None, int | None, object]] = {
    "name": ("string", None, None, 255, None),
    "voice_id": ("integer", None, None, None, None),
    "language_id": ("integer", None, None, None, None),
    "type": ("string", None, None, None, None),
    "mode": ("string", None, None, None, None),
    "timezone": ("string", None, None, None, None),
    "initial_message": ("string", None, None, 200, None),
    "system_prompt": ("string", None, None, None, None),
    "llm_model_id": ("integer", None, None, None, None),
    "multimodal_model_id": ("integer", None, None, None, None),
    "chat_llm_fallback_id": ("integer", None, None, None, None),
    "turn_detection_threshold": ("number", 0, 1, None, None),
    "secondary_language_ids": ("array", None, None, None, None),
    "knowledgebase_id": ("integer", None, None, None, None),
    "knowledgebase_mode": ("string", None, None, None, None),
    "phone_number_id": ("integer", None, None, None, None),
    "tool_ids": ("array", None, None, None, None),
    "tools": ("array", None, None, None, None),
    "voice_stability": ("number", 0, 1, None, 0.7),
    "voice_similarity": ("number", 0, 1, None, 0.5),
    "speech_speed": ("number", 0.7, 1.2, None, 1),
    "llm_temperature": ("number", 0, 1, None, 0.1),
    "tts_emotion_enabled": ("boolean", None, None, None, True),
    "synthesizer_provider_id": ("integer", None, None, None, None),
    "transcriber_provider_id": ("integer", None, None, None, None),
    "allow_interruptions": ("boolean", None, None, None, True),
    "fillers": ("boolean", None, None, None, False),
    "filler_config": ("object", None, None, None, None),
    "record": ("boolean", None, None, None, False),
    "enable_noise_cancellation": ("boolean", None, None, None, True),
    "wait_for_customer": ("boolean", None, None, None, False),
    "max_duration": ("integer", 20, 1200, None, 600),
    "max_silence_duration": ("integer", 1, 360, None, 40),
    "max_initial_silence_duration": ("integer", 1, 120, None, None),
    "ringing_time": ("integer", 1, 60, None, 30),
    "reengagement_interval": ("integer", 7, 600, None, 30),
    "reengagement_prompt": ("string", None, None, 1000, None),
    "end_call_on_voicemail": ("boolean", None, None, None, True),
    "voice_mail_message": ("string", None, None, 1000, None),
    "endpoint_type": ("string", None, None, None, "vad"),
    "endpoint_sensitivity": ("number", 0, 5, None, 0.5),
    "interrupt_sensitivity": ("number", 0, 5, None, 0.5),
    "min_interrupt_words": ("integer", 0, 10, None, None),
    "ambient_sound": ("string", None, None, None, None),
    "ambient_sound_volume": ("number", 0, 1, None, 0.5),
    "is_webhook_active": ("boolean", None, None, None, False),
    "webhook_url": ("string", None, None, None, None),
    "send_webhook_only_on_completed": ("boolean", None, None, None, True),
    "include_recording_in_webhook": ("boolean", None, None, None, True),
    "post_call_evaluation": ("boolean", None, None, None, True),
    "post_call_schema": ("array", None, None, None, None),
    "variables": ("object", None, None, None, None),
    "conversation_inactivity_timeout": ("integer", 1, 1440, None, 30),
    "conversation_ended_retrigger": ("boolean", None, None, None, False),
    "conversation_ended_webhook_url": ("string", None, None, None, None),
}
ENUMS = {
    "type": ["inbound", "outbound"],
    "mode": ["pipeline", "multimodal", "dualplex"],
    "knowledgebase_mode": ["function_call", "prompt"],
    "endpoint_type": ["vad", "ai"],
    "ambient_sound": ["off", "office", "city", "forest", "crowded_room", "cafe", "nature"],
}
FORMATS = {"timezone": "timezone", "webhook_url": "uri", "conversation_ended_webhook_url": "uri"}
NULLABLE = {
    "chat_llm_fallback_id",
    "turn_detection_threshold",
    "knowledgebase_id",
    "phone_number_id",
    "synthesizer_provider_id",
    "transcriber_provider_id",
    "max_initial_silence_duration",
    "reengagement_prompt",
    "voice_mail_message",
    "min_interrupt_words",
    "webhook_url",
    "conversation_inactivity_timeout",
    "conversation_ended_webhook_url",
}
LISTS = {"secondary_language_ids", "tool_ids", "tools", "post_call_schema"}
REPLACED_OBJECTS = {"filler_config", "variables"}
REQUIRED = [
    "name",
    "voice_id",
    "language_id",
    "type",
    "mode",
    "timezone",
    "initial_message",
    "system_prompt",
]
NOT_CLEARABLE = {*REQUIRED, "llm_model_id", "multimodal_model_id", "knowledgebase_mode"}
LIVE_MODES = {"mode": ["multimodal", "dualplex"]}
APPLIES = {
    "llm_model_id": {"mode": ["pipeline"]},
    "multimodal_model_id": LIVE_MODES,
    "chat_llm_fallback_id": LIVE_MODES,
    "turn_detection_threshold": LIVE_MODES,
    "transcriber_provider_id": {"mode": ["pipeline"]},
    "fillers": {"mode": ["pipeline"]},
}
RESET_BY_MODE = {"llm_model_id", "multimodal_model_id", "synthesizer_provider_id", "transcriber_provider_id"}

SOURCES = ["own pages", "vendor pages"]


@cache
def generated(source: str) -> Generated:
    if source == "own pages":
        return generate(*(own_page(role) for role in ("create", "update", "list", "delete")))
    return generate(page(real_text("seed-create.txt"), "create"), page(real_text("seed-update.txt"), "update"))


def properties(source: str, kind: str) -> dict[str, Any]:
    file: Any = generated(source).files[f"{kind}.schema.json"]
    return {name: each for name, each in file["properties"].items() if not each.get("x-reserved")}


def bare_type(schema: dict[str, Any]) -> str:
    stated = schema["type"]
    return stated if isinstance(stated, str) else next(each for each in stated if each != "null")


def committed() -> dict[str, Any]:
    return {f"{role}.schema.json": json.loads((SCHEMAS / f"{role}.schema.json").read_text("utf-8")) for role in ROLES}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", ["assistant", "create", "update"])
def test_types_limits_and_defaults_are_the_pages(source: str, kind: str) -> None:
    """All 55 fields, as one reads them on the page."""
    found = properties(source, kind)
    assert {
        name: (bare_type(each), each.get("minimum"), each.get("maximum"), each.get("maxLength"), each.get("default"))
        for name, each in found.items()
    } == LIMITS
    assert all((each.get("default") is None) == ("default" not in each) for each in found.values())
    assert {name: each["enum"] for name, each in found.items() if "enum" in each} == ENUMS
    assert {name: each["format"] for name, each in found.items() if "format" in each} == FORMATS


@pytest.mark.parametrize("source", SOURCES)
def test_null_is_allowed_where_the_pages_allow_it(source: str) -> None:
    """Nowhere on the create page, for thirteen fields on the update page; a document may clear what an update may."""
    for kind, names in (("create", set()), ("update", NULLABLE), ("assistant", NULLABLE)):
        found = {name for name, each in properties(source, kind).items() if "null" in each["type"]}
        assert found == names, kind


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", ["assistant", "create", "update"])
def test_the_annotations_are_the_pages(source: str, kind: str) -> None:
    """Clear values, where fields exist, what resets them, and what is exclusive, unordered or quoted in texts."""
    found = properties(source, kind)
    clear: dict[str, Any] = {name: each[4] for name, each in LIMITS.items() if each[4] is not None}
    clear |= dict.fromkeys(NULLABLE)
    clear |= {name: [] for name in LISTS} | {name: {} for name in REPLACED_OBJECTS} | {"ambient_sound": "off"}
    assert {name: each["x-clear"] for name, each in found.items() if "x-clear" in each} == clear
    assert {name for name, each in found.items() if "x-clear" not in each} == NOT_CLEARABLE
    assert {name: each["x-applies"] for name, each in found.items() if "x-applies" in each} == APPLIES
    assert {name: each["x-reset-by"] for name, each in found.items() if "x-reset-by" in each} == {
        name: ["mode"] for name in RESET_BY_MODE
    }
    assert {name: each["x-exclusive"] for name, each in found.items() if "x-exclusive" in each} == {
        "phone_number_id": {"type": "inbound"}
    }
    assert {name for name, each in found.items() if each.get("x-unordered")} == {"secondary_language_ids", "tool_ids"}
    assert {name for name, each in found.items() if each.get("x-placeholders")} == {"variables"}
    assert all(each["x-section"] and each["description"] for each in found.values())


@pytest.mark.parametrize("source", SOURCES)
def test_the_roots_say_what_is_required_and_where_it_came_from(source: str) -> None:
    """Eight fields for a create, the naming field, the routes, and each page's title and digest."""
    files: dict[str, Any] = dict(generated(source).files)
    for kind in ("assistant", "create"):
        assert files[f"{kind}.schema.json"]["required"] == REQUIRED
    assert "required" not in files["update.schema.json"]
    assert files["assistant.schema.json"]["x-name"] == "name"
    assert files["assistant.schema.json"]["x-endpoint"] == {
        "create": {"method": "POST", "path": "/user/assistant"},
        "update": {"method": "PUT", "path": "/user/assistant/{id}"},
    }
    told = files["create.schema.json"]["x-source"]
    assert told["api"] == "https://portal.intellixent.ai/api"
    assert [each["page"] for each in told["pages"]] == ["create", "update"]
    assert all(re.fullmatch(r"[0-9a-f]{64}", each["sha256"]) and each["title"] for each in told["pages"])


@pytest.mark.parametrize("source", SOURCES)
def test_only_a_silent_page_is_reported(source: str) -> None:
    """The two pages agree but for one range, which only the create page gives."""
    said = [(each.code, each.field) for each in generated(source).diagnostics if each.code != "sentence-not-understood"]
    assert said == [("limit-on-one-page", "max_initial_silence_duration")]


def test_the_committed_files_are_what_the_own_pages_give() -> None:
    """Byte for byte: a changed page without a new set, or a set edited by hand, fails here."""
    made = generated("own pages")
    for name in made.files:
        assert (SCHEMAS / name).read_bytes() == made.text(name).encode(), f"{name}: run `reconciler schema generate`"
    assert sorted(each.name for each in SCHEMAS.glob("*.schema.json")) == sorted(made.files)


def test_the_committed_files_are_valid_and_load() -> None:
    """Draft 2020-12, and everything that the schema set asks for."""
    files = committed()
    for schema in files.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    schemas = SchemaSet.from_files({name.split(".")[0]: each for name, each in files.items()})
    assert len(schemas.fields) == 55
    assert schemas.discriminators == {"mode"}
    assert {role: (each.method, each.path) for role, each in schemas.endpoints.items()} == {
        "create": ("POST", "/user/assistant"),
        "update": ("PUT", "/user/assistant/{id}"),
        "list": ("GET", "/user/assistants/get"),
        "delete": ("DELETE", "/user/assistant/{id}"),
    }


def test_from_the_vendors_pages_only_words_differ() -> None:
    """The committed set decides exactly what the set from the vendor's own pages decides."""
    folder = real_folder()
    names = {
        "create": folder / "seed-create.txt",
        "update": folder / "seed-update.txt",
        "list": folder / "pages" / "docs.intellixent.ai-get-assistants.names.txt",
        "delete": folder / "pages" / "docs.intellixent.ai-delete-assistant.names.txt",
    }
    theirs = generate(*(page(path.read_text("utf-8"), role) for role, path in names.items()))  # type: ignore[arg-type]
    assert differences(committed(), theirs.files) == []


def sentences(text: str) -> set[str]:
    """Sentences of six words or more, without the values they list: those are facts and the same everywhere."""
    prose = [each for each in text.splitlines() if not re.match(r"\s*(?:curl|-H|[{}\"\[\]])", each)]
    split = re.split(r"(?<=[.!?;:])\s+|\n|\s—\s", "\n".join(prose))
    told = (re.sub(r"[^\w ]", "", each).strip().lower() for each in split)
    listed = " ".join(ENUMS["ambient_sound"][:-1])
    return {each for each in told if len(each.split()) >= 6 and not each.startswith(listed)}


@pytest.mark.parametrize("name", ["create.txt", "update.txt", "list.txt", "delete.txt"])
def test_no_sentence_of_the_vendors_is_in_the_own_pages(name: str) -> None:
    """Facts and figures carry over, sentences do not."""
    theirs = [path.read_text("utf-8") for path in real_folder().rglob("*") if path.suffix in (".txt", ".md")]
    pages = [each for each in theirs if not each.startswith("# Intellixent assistant API: facts")]
    assert len(pages) >= 3
    assert not sentences((OWN / name).read_text("utf-8")) & set().union(*map(sentences, pages))


DOCUMENT: dict[str, Any] = {
    "name": "Riverside front desk",
    "voice_id": 14,
    "language_id": 1,
    "type": "inbound",
    "mode": "pipeline",
    "timezone": "Europe/Lisbon",
    "initial_message": "Riverside Dental, good morning.",
    "system_prompt": "You answer the phone of a dental practice.",
    "llm_model_id": 5,
}
TO_LIVE = {"mode": "dualplex", "llm_model_id": ..., "multimodal_model_id": 2}


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, None),
        (TO_LIVE, None),
        ({"llm_model_id": ...}, "llm_model_id"),
        ({"mode": "multimodal"}, "llm_model_id"),
        ({**TO_LIVE, "fillers": True}, "fillers"),
        ({**TO_LIVE, "fillers": False}, None),
        ({**TO_LIVE, "transcriber_provider_id": 3}, "transcriber_provider_id"),
        ({**TO_LIVE, "transcriber_provider_id": None}, None),
        ({**TO_LIVE, "allow_interruptions": False}, "allow_interruptions"),
        ({**TO_LIVE, "knowledgebase_mode": "prompt"}, "knowledgebase_mode"),
        ({**TO_LIVE, "knowledgebase_mode": "function_call"}, None),
        ({"turn_detection_threshold": 0.5}, "turn_detection_threshold"),
        ({"is_webhook_active": True}, "webhook_url"),
        ({"is_webhook_active": True, "webhook_url": None}, "webhook_url"),
        ({"is_webhook_active": True, "webhook_url": "https://practice.example/calls"}, None),
        ({"timezone": "Europe/Atlantis"}, "timezone"),
        ({"ambient_sound": False}, "ambient_sound"),
        ({"max_duration": 1201}, "max_duration"),
        ({"nmae": "x"}, "nmae"),
        ({"tools": [{"type": "sing", "song": "fado"}]}, None),
        ({"tools": [{"description": "no kind"}]}, "tools"),
        ({"filler_config": {"positive": ["Gladly."]}}, None),
        ({"filler_config": {"positive": "Gladly."}}, "filler_config"),
        ({"variables": {"practice_name": "Riverside", "seats": 4}}, None),
        ({"phone_number_id": None, "tool_ids": []}, None),
        ({"reconciler": {"id": 7, "protect": True, "seed": ["name"], "environments": {"live": {"voice_id": 3}}}}, None),
        ({"reconciler": {"protected": True}}, "reconciler"),
        ({"reconciler": {"id": 0}}, "reconciler"),
    ],
)
def test_a_document_is_judged_as_the_api_would(change: dict[str, Any], wrong: str | None) -> None:
    """The document schema names the field that is wrong, and takes everything the pages allow."""
    content = {name: each for name, each in {**DOCUMENT, **change}.items() if each is not ...}
    schemas = SchemaSet.from_files({name.split(".")[0]: each for name, each in committed().items()})
    found = {each.path[0] for each in schemas.violations("assistant", content)}
    assert (wrong in found) if wrong else not found
