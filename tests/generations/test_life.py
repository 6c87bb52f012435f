"""The whole life of assistants on pages of other generations: no name of the vendor's is known outside its pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reconciler.config.schema_files import read_schemas
from reconciler.schemas import SchemaSet
from tests.generations.pages import DELETE, FIRST_CREATE, FIRST_UPDATE, LIST, newest
from tests.support.practice import Practice
from tests.support.vendor import running

RECEPTION = """\
assistant_name: Lakeview Dental - Reception
calls_direction: receive
engine_type: pipeline
llm_model: GPT-4o
language: English
voice_id: 12
timezone: America/Chicago
initial_message: Thank you for calling {{practice}}.
system_prompt: You answer the phone of Lakeview Dental.
phone_number_id: 45
filler_audios: true
tool_ids: [3, 5]
end_call_tool:
  description: When the caller has said goodbye
variables: {practice: Lakeview Dental}
post_call_schema:
  - {name: booked, type: bool}
is_webhook_active: true
webhook_url: https://hooks.lakeview.example/calls
max_call_duration: 900
"""
NIGHT = """\
assistant_name: Lakeview Dental - At night
calls_direction: receive
engine_type: multimodal
llm_model: GPT-4o realtime
language: English
voice_id: 14
timezone: America/Chicago
initial_message: We are closed. How can I help?
system_prompt: You answer the phone of Lakeview Dental at night.
"""
NEWEST = """\
name: Harbour Lettings - Viewings
type: inbound
mode: pipeline
llm_model_id: 2
voice_id: 12
language_id: 1
timezone: Europe/Dublin
initial_message: Harbour Lettings, hello.
system_prompt: You book viewings.
folder_id: 7
label_ids: [3, 1]
tools:
  - {type: assistant_transfer, assistant_id: 4, speak_transfer_greeting: true}
"""


def life(
    pages: dict[str, str], folder: Path, patch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Practice]:
    """A project whose schemas are generated from pages by the program itself, and the vendor that they describe."""
    made = Practice(folder=folder, vendor=None, patch=patch, capsys=capsys)  # type: ignore[arg-type]
    for role, text in pages.items():
        made.write(f"schemas/pages/{role}.mdx", text)
    made.done("schema", "generate", *(part for role in pages for part in (f"--{role}", f"schemas/pages/{role}.mdx")),
              "--out", "schemas")  # fmt: skip
    with running(read_schemas(folder / "schemas", where="schemas")) as vendor:
        made.vendor = vendor
        made.environ = {"RECONCILER_API_URL": vendor.url, "RECONCILER_API_KEY": vendor.key}
        yield made


@pytest.fixture
def first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    pages = {"create": FIRST_CREATE, "update": FIRST_UPDATE, "list": LIST, "delete": DELETE}
    yield from life(pages, tmp_path, monkeypatch, capsys)


@pytest.fixture
def latest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    pages = {"create": newest("create"), "update": newest("update"), "list": LIST, "delete": DELETE}
    yield from life(pages, tmp_path, monkeypatch, capsys)


def settled(project: Practice) -> None:
    """Nothing is left to do, whether live is read or not."""
    for options in ([], ["--refresh"]):
        ended = project.done("plan", *options, "--detailed-exitcode")
        assert ended.out.splitlines()[-1] == "No changes."


def applied(project: Practice, *options: str) -> list[tuple[str, str, Any]]:
    """What one apply sent; afterwards there is nothing left to do."""
    before = len(project.sent)
    project.done("apply", "-y", "--parallelism", "1", *options)
    settled(project)
    return project.sent[before:]


def schemas(project: Practice) -> SchemaSet:
    return read_schemas(project.folder / "schemas", where="schemas")


def test_the_oldest_pages_give_a_valid_set(first: Practice) -> None:
    """Its own name field, nine required fields, one discriminator, and a dotted name that is an object."""
    for path in (first.folder / "schemas").glob("*.json"):
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))
    found = schemas(first)
    assert found.name_field == "assistant_name"
    assert sum(each.required_on_create for each in found.fields.values()) == 9
    assert found.discriminators == {"engine_type"}
    assert {name for name, each in found.fields.items() if each.reset_by} == {"llm_model", "filler_audios"}
    assert found.fields["phone_number_id"].exclusive == {"calls_direction": "receive"}
    assert found.fields["end_call_tool"].types == ("object",)


def test_an_assistant_of_the_oldest_generation_lives_its_whole_life(first: Practice) -> None:
    """Create, change, clear, change of mode, hand-over and removal, each with exactly the requests that it needs."""
    first.write("assistants/reception.yaml", RECEPTION)
    first.write("assistants/night.yaml", NIGHT)
    created = applied(first)
    assert [each[:2] for each in created] == [("POST", "/user/assistant")] * 2
    id = next(row["id"] for row in first.vendor.rows() if row["phone_number_id"] == 45)
    other = next(row["id"] for row in first.vendor.rows() if row["id"] != id)

    first.edit("assistants/reception.yaml", "said goodbye", "hung up in spirit")
    first.edit("assistants/reception.yaml", "tool_ids: [3, 5]\n", "")
    first.edit("assistants/reception.yaml", "max_call_duration: 900\n", "")
    assert applied(first) == [
        (
            "PUT",
            f"/user/assistant/{id}",
            {
                "end_call_tool": {"description": "When the caller has hung up in spirit"},
                "tool_ids": [],
                "max_call_duration": 600,
            },
        )
    ]

    first.edit("assistants/reception.yaml", "engine_type: pipeline", "engine_type: multimodal")
    first.edit("assistants/reception.yaml", "filler_audios: true\n", "")
    assert applied(first) == [
        ("PUT", f"/user/assistant/{id}", {"engine_type": "multimodal", "llm_model": "GPT-4o"}),
    ]

    first.edit("assistants/reception.yaml", "phone_number_id: 45\n", "")
    first.write("assistants/night.yaml", NIGHT + "phone_number_id: 45\n")
    assert applied(first) == [
        ("PUT", f"/user/assistant/{id}", {"phone_number_id": None}),
        ("PUT", f"/user/assistant/{other}", {"phone_number_id": 45}),
    ]

    (first.folder / "assistants" / "night.yaml").unlink()
    assert applied(first, "--prune") == [("DELETE", f"/user/assistant/{other}", None)]
    assert not first.vendor.ignored


def test_documents_of_another_generation_are_refused_by_name(first: Practice) -> None:
    """A newer page's names are unknown here, and a dotted name is written as what it is: an object."""
    first.write("assistants/reception.yaml", RECEPTION.replace("record_call", "record") + "record: true\n")
    told = first.runs("validate").told
    assert "unknown field `record`" in told
    assert "record_call" in told
    first.write(
        "assistants/reception.yaml", RECEPTION.replace("end_call_tool:\n  description:", "end_call_tool.description:")
    )
    assert "unknown field `end_call_tool.description`" in first.runs("validate").told


def test_the_newest_fields_and_tools_work_too(latest: Practice) -> None:
    """Folders, labels in any order, and a tool that hands the call to another assistant, whose parts are checked."""
    latest.write("assistants/viewings.yaml", NEWEST)
    ((_, _, body),) = applied(latest)
    assert (body["folder_id"], body["label_ids"]) == (7, [3, 1])
    latest.edit("assistants/viewings.yaml", "[3, 1]", "[1, 3]")
    assert applied(latest) == []
    latest.edit("assistants/viewings.yaml", "folder_id: 7\nlabel_ids: [1, 3]\n", "")
    ((_, _, body),) = applied(latest)
    assert body == {"folder_id": None, "label_ids": []}
    latest.edit("assistants/viewings.yaml", "assistant_id: 4, ", "")
    assert "assistant_id" in latest.runs("validate").told
