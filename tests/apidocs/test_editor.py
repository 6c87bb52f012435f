"""The schema for editors: it takes every file as it is written, and marks what no layer can mend."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.apidocs.editor import SCHEMES, editor_schema
from reconciler.documents import references
from reconciler.documents.references import reference_in
from reconciler.documents.settings import SETTINGS
from reconciler.documents.strict_yaml import parse_yaml
from reconciler.model import Path
from reconciler.schemas import SchemaSet
from tests.apidocs.office import field, schema, written
from tests.apidocs.pages import REPOSITORY
from tests.support.strategies import contents

ROLES = ("assistant", "create", "update", "editor")
FILES = {each: json.loads((REPOSITORY / "schemas" / f"{each}.schema.json").read_text("utf-8")) for each in ROLES}
ASSISTANT, EDITOR = FILES["assistant"], FILES["editor"]
SCHEMAS = SchemaSet.from_files(FILES)
FIELDS = sorted(SCHEMAS.fields)
JUDGE = jsonschema.Draft202012Validator(EDITOR)
REFERENCES = ("${file:prompts/reception.md}", "${env:VOICE}", "${secret:CALENDAR_KEY}", " ${ref:voices.nora}\n")


def marks(content: Any, judge: jsonschema.Draft202012Validator = JUDGE) -> Iterator[tuple[Path, str]]:
    """Where a file is marked, and what for; of the two readings of a value, as one that is no reference."""
    for problem in judge.iter_errors(content):
        yield from _innermost(problem)


def _innermost(problem: Any) -> Iterator[tuple[Path, str]]:
    if problem.validator != "anyOf":
        yield tuple(problem.absolute_path), problem.validator
    for each in problem.context:
        if each.relative_schema_path[0] == 0:
            yield from _innermost(each)


def test_every_file_that_there_is_is_taken() -> None:
    """Documents, bases and overlays of the examples, the template and the scenarios, read as they stand."""
    folders = ("assistants", "templates", "tests/scenarios")
    paths = sorted(each for folder in folders for each in (REPOSITORY / folder).rglob("*.yaml"))
    paths = [each for each in paths if "assistants" in each.parts]
    read = {each: parse_yaml(each.read_bytes(), file=each.name) for each in paths}
    assert [each for each, parsed in read.items() if parsed.diagnostics] == []
    assert [
        (each, list(marks(parsed.value))) for each, parsed in read.items() if not JUDGE.is_valid(parsed.value)
    ] == []
    assert any(each.name.startswith("_") for each in paths)


def referring(draw: st.DrawFn, value: Any) -> Any:
    """The value with references in the place of some of what is in it."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(REFERENCES))
    if isinstance(value, dict):
        return {name: referring(draw, each) for name, each in value.items()}
    return [referring(draw, each) for each in value] if isinstance(value, list) else value


@given(st.data())
def test_whatever_a_document_may_say_a_file_may_leave_out_and_refer_to(data: st.DataObject) -> None:
    """A law over every valid document: in one file or in layers, in clear or by reference, nothing is marked."""
    content = data.draw(contents(SCHEMAS))
    assert list(marks(content)) == []
    kept = data.draw(st.sets(st.sampled_from(sorted(content))))
    part = {name: data.draw(st.composite(referring)(content[name])) for name in sorted(kept)}
    assert list(marks(part)) == []
    names = st.lists(st.sampled_from(FIELDS), unique=True, max_size=3)
    settings: dict[str, Any] = {"extends": ["_base.yaml"], "unmanaged": data.draw(names), "seed": data.draw(names)}
    settings["environments"] = {"production": part, "staging": {}}
    assert list(marks({"reconciler": {**settings, "id": 7, "moved_from": "acme/old", "protect": True}})) == []


@pytest.mark.parametrize(
    ("content", "path", "what"),
    [
        ({"mode": "pipline"}, ("mode",), "enum"),
        ({"nmae": "Reception"}, (), "additionalProperties"),
        ({"voice_id": "nora"}, ("voice_id",), "type"),
        ({"voice_id": "${voices.nora}"}, ("voice_id",), "type"),
        ({"voice_id": "${reff:voices.nora}"}, ("voice_id",), "type"),
        ({"voice_id": "the ${env:VOICE}"}, ("voice_id",), "type"),
        ({"voice_id": None}, ("voice_id",), "type"),
        ({"record": "yes"}, ("record",), "type"),
        ({"max_duration": 1201}, ("max_duration",), "maximum"),
        ({"initial_message": "Hello. " * 40}, ("initial_message",), "maxLength"),
        ({"tool_ids": [4, "seven"]}, ("tool_ids", 1), "type"),
        ({"filler_config": {"positive": "Gladly."}}, ("filler_config", "positive"), "type"),
        ({"tools": [{"type": "end_call"}, {"description": "no kind"}]}, ("tools", 1), "required"),
        ({"mode": "dualplex", "fillers": True}, ("fillers",), "enum"),
        ({"is_webhook_active": True, "webhook_url": None}, ("webhook_url",), "type"),
        ({"reconciler": {"protected": True}}, ("reconciler",), "additionalProperties"),
        ({"reconciler": {"extends": "_base.yaml"}}, ("reconciler", "extends"), "type"),
        ({"reconciler": {"extends": ["${file:_base.yaml}"], "id": 0}}, ("reconciler", "id"), "minimum"),
        ({"reconciler": {"seed": ["name", "nmae"]}}, ("reconciler", "seed", 1), "enum"),
        ({"reconciler": {"unmanaged": ["reconciler"]}}, ("reconciler", "unmanaged", 0), "enum"),
    ],
)
def test_what_no_other_layer_can_mend_is_marked(content: Any, path: Path, what: str) -> None:
    """At its own place: in a document, and of fields in an environment's overlay too."""
    assert list(marks(content)) == [(path, what)]
    if "reconciler" not in content and len(content) == 1:
        inside = ("reconciler", "environments", "staging")
        assert list(marks({"reconciler": {"environments": {"staging": content}}})) == [((*inside, *path), what)]


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"reconciler": None},
        {"phone_number_id": None, "voice_mail_message": None},
        {"mode": "pipeline"},
        {"is_webhook_active": True},
        {"mode": "${env:MODE}", "fillers": True},
        {"mode": "dualplex", "fillers": "${env:FILLERS}"},
        {"ambient_sound": "off", "variables": "${ref:practice}"},
        {"filler_config": {"positive": "${ref:sayings.yes}", "surprised": "${ref:sayings.oh}"}},
        {"tools": [{"type": "book_appointment", "calendar_api_key": "${secret:CALENDAR_KEY}"}]},
    ],
)
def test_what_may_stand_elsewhere_is_not_missed(content: Any) -> None:
    """Fields that others need, an empty `reconciler:`, null where it clears, and values that are not known yet."""
    assert list(marks(content)) == []


def test_an_overlay_holds_fields_alone() -> None:
    """The reserved key in an environment is marked, as `validate` refuses it."""
    content = {"reconciler": {"environments": {"staging": {"reconciler": {"protect": True}}}}}
    assert list(marks(content)) == [(("reconciler", "environments", "staging"), "additionalProperties")]


@given(st.text("aé/~%# ", min_size=1) | st.text().filter(lambda text: text != "reconciler"))
@example("a~1b")
@example("share%20")
def test_a_field_is_found_in_overlays_whatever_its_name(name: str) -> None:
    """A page may write `region/zone`; the overlay's field is the document's own."""
    properties = {name: {"type": "integer"}, "reconciler": ASSISTANT["properties"]["reconciler"]}
    judge = jsonschema.Draft202012Validator(editor_schema({**ASSISTANT, "properties": properties}))
    wrong = {"reconciler": {"environments": {"staging": {name: "north"}}}}
    assert list(marks(wrong, judge)) == [(("reconciler", "environments", "staging", name), "type")]


def test_the_keys_of_a_kind_of_entry_are_held_in_files_too() -> None:
    """An entry stands in one file whole, so what it needs has to be there; by reference, where that suits."""
    told = "What it does. Each step has a `kind` and step-specific fields."
    keys = ("**ring** - Rings", "- `bell` (required): Which one. Options: `front`, `back`")
    inside = "\n".join(["", "  <Expandable>", *(f"    {each}" for each in keys), "  </Expandable>"])
    judge = jsonschema.Draft202012Validator(schema(written(field("steps", "array", told, inside=inside)), "editor"))
    assert list(marks({"steps": [{"kind": "ring"}]}, judge)) == [(("steps", 0), "required")]
    assert list(marks({"steps": [{"kind": "ring", "bell": "side"}]}, judge)) == [(("steps", 0, "bell"), "enum")]
    assert list(marks({"steps": [{"kind": "ring", "bell": "${env:BELL}"}, {"kind": "sing"}]}, judge)) == []


@pytest.mark.parametrize("name", FIELDS)
def test_an_editor_can_show_and_complete_what_the_pages_say(name: str) -> None:
    """Description and default stand beside the field's name, the listed values in its first reading."""
    told, shown = ASSISTANT["properties"][name], EDITOR["properties"][name]
    assert [shown.get(each) for each in ("description", "default")] == [
        told.get(each) for each in ("description", "default")
    ]
    first = shown["anyOf"][0] if "anyOf" in shown else shown
    assert (first.get("enum"), first["type"]) == (told.get("enum"), told["type"])


def test_a_reference_hides_no_description() -> None:
    """Editors show the description of the reading that fits before the field's, and none where readings look alike."""
    for shown in (each for each in EDITOR["properties"].values() if "anyOf" in each):
        readings = [EDITOR["$defs"]["reference"] if "$ref" in each else each for each in shown["anyOf"]]
        assert not any("description" in each for each in readings)
        assert len({each.get("title") for each in readings}) == len(readings)


def test_what_only_the_program_reads_is_left_out() -> None:
    """How a field is cleared, reset or held tells an editor nothing."""
    assert '"x-' in json.dumps(ASSISTANT)
    assert '"x-' not in json.dumps(EDITOR)


def test_the_reserved_key_is_described_fully() -> None:
    """Every setting that documents know, each with a description."""
    settings = EDITOR["properties"]["reconciler"]["properties"]
    assert set(settings) == SETTINGS
    assert all(each["description"] for each in settings.values())
    overlay = settings["environments"]["additionalProperties"]
    assert sorted(overlay["properties"]) == FIELDS


@given(
    st.text("${}:efilnvrst.\n \t\u2028\u00a0", max_size=20)
    | st.tuples(st.sampled_from(["", " ", "\n", "$"]), st.sampled_from([*SCHEMES, "vault", "ENV", ""]), st.text()).map(
        lambda parts: f"{parts[0]}${{{parts[1]}:{parts[2]}}}"
    )
)
def test_editors_take_for_a_reference_what_documents_do(text: str) -> None:
    """The pattern and the program agree on every text; a reference to nothing is none."""
    found = reference_in(text)
    known = found is not None and found[0] in references.SCHEMES and found[1] != ""
    assert jsonschema.Draft202012Validator(EDITOR["$defs"]["reference"]).is_valid(text) == known
