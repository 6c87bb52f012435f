"""From two pages to a schema set: annotations, rules between fields, and what the pages say differently."""

from __future__ import annotations

from typing import Any

import jsonschema
import jsonschema_rs
import pytest

from reconciler.apidocs import Generated, generate
from reconciler.errors import PageError
from reconciler.schemas import SchemaSet
from tests.apidocs.pages import CREATE_LINES, CREATE_MDX, OLD_MDX, UPDATE_LINES, UPDATE_MDX, own_page, page

DOCUMENT: dict[str, Any] = {"desk_name": "Front", "direction": "receive", "engine": "classic", "brain_id": 3}
LIVE: dict[str, Any] = {"desk_name": "Front", "direction": "receive", "engine": "live", "speech_model_id": 2}


def made() -> Generated:
    return generate(page(CREATE_LINES, "create"), page(UPDATE_LINES, "update"))


def file(name: str, generated: Generated | None = None) -> Any:
    return (generated or made()).files[f"{name}.schema.json"]


def fields(name: str = "assistant") -> dict[str, Any]:
    return dict(file(name)["properties"])


def loaded(generated: Generated | None = None) -> SchemaSet:
    files = (generated or made()).files
    return SchemaSet.from_files({name.split(".")[0]: each for name, each in files.items()})


def is_valid(kind: str, content: dict[str, Any]) -> bool:
    """Ask both validators, and the schema set; all three must agree."""
    schema = file(kind)
    answers = {
        jsonschema.Draft202012Validator(schema).is_valid(content),
        jsonschema_rs.Draft202012Validator(schema).is_valid(content),
        not loaded().violations(kind, content),  # type: ignore[arg-type]
    }
    (answer,) = answers
    return answer


def test_every_file_is_valid_draft_2020_12_and_loads() -> None:
    """The files meet the meta-schema, the schema set takes them, and its routes come from the pages."""
    for schema in made().files.values():
        jsonschema.Draft202012Validator.check_schema(schema)  # type: ignore[arg-type]
    schemas = loaded()
    assert schemas.name_field == "desk_name"
    assert schemas.api_url == "https://desk.example/api"
    assert (schemas.endpoints["update"].method, schemas.endpoints["update"].path) == ("PUT", "/desk/assistant/{id}")
    assert schemas.discriminators == {"engine"}


def test_properties_stand_in_page_order_and_the_top_is_closed() -> None:
    """Order is the page's; a document may hold one key more, which is ours."""
    names = [each.name for each in page(CREATE_LINES, "create").body]
    assert list(fields("create")) == list(fields("update")) == names
    assert list(fields("assistant")) == [*names, "reconciler"]
    assert all(file(each)["additionalProperties"] is False for each in ("assistant", "create", "update"))
    assert fields()["reconciler"]["x-reserved"] is True
    assert file("create")["required"] == file("assistant")["required"] == ["desk_name", "direction", "engine"]
    assert "required" not in file("update")


@pytest.mark.parametrize(
    ("name", "clear"),
    [
        ("line_id", None),
        ("label_ids", []),
        ("steps", []),
        ("pitch", 1),
        ("hums", False),
        ("backdrop", "off"),
        ("facts", {}),
        ("report_url", None),
    ],
)
def test_the_clear_value_follows_the_documented_order(name: str, clear: object) -> None:
    """Null where the update page allows it, then the empty list, the default, "off", the empty object."""
    for kind in ("assistant", "create", "update"):
        assert "x-clear" in fields(kind)[name]
        assert fields(kind)[name]["x-clear"] == clear
        assert type(fields(kind)[name]["x-clear"]) is type(clear)


@pytest.mark.parametrize("name", ["desk_name", "engine", "brain_id", "mouth_id", "recall", "pace"])
def test_what_no_rule_clears_has_no_clear_value(name: str) -> None:
    """Required fields, and those whose page gives no value, cannot be cleared: nothing is guessed."""
    assert "x-clear" not in fields()[name]


def test_null_is_allowed_only_where_a_page_allows_it() -> None:
    """A create page that names no null allows none; "must not be null" is no permission."""
    assert fields("update")["line_id"]["type"] == fields("assistant")["line_id"]["type"] == ["integer", "null"]
    assert fields("create")["line_id"]["type"] == "integer"
    assert fields("update")["mouth_id"]["type"] == "integer"


def test_a_default_has_the_type_of_its_field_and_a_word_is_none() -> None:
    """`1.00` is a number, `false` is a boolean, and "auto" is no number."""
    assert fields()["pitch"]["default"] == 1
    assert fields()["hums"]["default"] is False
    assert "default" not in fields()["pace"]


def test_the_annotations_come_from_the_words_of_both_pages() -> None:
    """A sentence on one page holds for the field, in all three files."""
    for kind in ("assistant", "create", "update"):
        found = fields(kind)
        assert found["brain_id"]["x-applies"] == {"engine": ["classic"]}
        assert found["speech_model_id"]["x-applies"] == {"engine": ["live", "hybrid"]}
        assert found["line_id"]["x-exclusive"] == {"direction": "receive"}
        assert found["label_ids"]["x-unordered"] is True
        assert found["label_ids"]["items"] == {"type": "integer"}
        assert found["facts"]["x-placeholders"] is True
        assert found["report_url"]["format"] == "uri"
        assert found["pitch"]["x-section"] == "Sound"


def test_a_reset_names_fields_by_the_stems_of_their_words() -> None:
    """ "speech models" means the field whose name holds both words; "ears" every field with an ear."""
    reset = {name: each["x-reset-by"] for name, each in fields().items() if "x-reset-by" in each}
    assert reset == {"brain_id": ["engine"], "speech_model_id": ["engine"], "ear_id": ["engine"]}


def test_a_reset_without_a_list_means_what_exists_only_in_some_modes() -> None:
    """Brands that leave the list out say only "settings of the engine"."""
    unlisted = UPDATE_LINES.replace("its parts (speech models, ears, brain)", "its own settings")
    files = generate(page(CREATE_LINES, "create"), page(unlisted, "update"))
    found = file("assistant", files)["properties"]
    assert [name for name, each in found.items() if "x-reset-by" in each] == [
        name for name, each in found.items() if "x-applies" in each
    ]


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({}, True),
        ({"brain_id": None}, False),
        ({"speech_model_id": 4}, False),
        ({"ear_id": 4, "hums": True, "recall": "inline", "yields": False}, True),
        ({"line_id": None}, True),
        ({"sends_report": True}, False),
        ({"sends_report": True, "report_url": "https://practice.example/calls"}, True),
        ({"sends_report": True, "report_url": None}, False),
        ({"report_url": "practice.example"}, False),
        ({"pitch": 0.4}, False),
        ({"backdrop": "kitchen"}, False),
        ({"hum": True}, False),
    ],
)
def test_a_document_of_one_mode_meets_that_modes_rules(change: dict[str, Any], valid: bool) -> None:
    """What a mode needs must be there, what it lacks must not, and an active switch needs its address."""
    content = {**DOCUMENT, **change}
    violations = loaded().violations("assistant", content)
    assert (not violations) is valid
    assert all(each.summary for each in violations)


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({}, True),
        ({"speech_model_id": 4}, True),
        ({"brain_id": 4}, False),
        ({"ear_id": 4}, False),
        ({"ear_id": None}, True),
        ({"hums": False}, True),
        ({"hums": True}, False),
        ({"yields": False}, False),
        ({"yields": True}, True),
        ({"recall": "inline"}, False),
        ({"recall": "lookup"}, True),
    ],
)
def test_outside_of_its_modes_a_field_may_only_be_absent_null_or_at_its_default(
    change: dict[str, Any], valid: bool
) -> None:
    """The same in a document and in a PUT body that names the mode, for all three validators."""
    assert is_valid("assistant", {**LIVE, **change}) is valid
    assert is_valid("update", {"engine": "live", **change}) is valid


@pytest.mark.parametrize(
    "body",
    [{"brain_id": 4}, {"hums": True}, {"sends_report": True}, {"engine": "live"}, {"yields": False}, {"pitch": 2}, {}],
)
def test_a_put_body_is_judged_only_by_what_it_holds(body: dict[str, Any]) -> None:
    """Rules that look at a field are silent where the body does not name it."""
    assert is_valid("update", body)


def test_every_rule_says_itself_to_a_person() -> None:
    """A violation of a rule between fields shows the rule's sentence."""
    told = {each.detail for each in loaded().violations("assistant", {**DOCUMENT, "brain_id": 1, "engine": "live"})}
    assert "`brain_id` exists only with engine classic" in told
    (missing,) = loaded().violations("assistant", {k: v for k, v in DOCUMENT.items() if k != "brain_id"})
    assert (missing.path, missing.detail) == (("brain_id",), "engine classic needs `brain_id`")


def test_two_pages_that_differ_keep_the_create_pages_limit_and_say_so() -> None:
    """The difference is reported with its place; what only one page limits holds for both, as a note."""
    assert fields("update")["desk_name"]["maxLength"] == fields("create")["desk_name"]["maxLength"] == 60
    assert fields("update")["pace"]["maximum"] == 2
    said = {(each.severity, each.code, each.field) for each in made().diagnostics}
    assert said == {("warning", "pages-differ", "desk_name"), ("note", "limit-on-one-page", "pace")}
    (differs,) = [each for each in made().diagnostics if each.code == "pages-differ"]
    assert (differs.file, differs.line) == ("update.txt", UPDATE_LINES.splitlines().index("desk_name") + 1)
    assert "60" in differs.summary
    assert "80" in differs.summary


def test_a_range_that_starts_at_nought_differs_like_any_other() -> None:
    """Zero is a limit, not the absence of one."""
    zero = CREATE_LINES.replace("How high. Range: 0.5–2.", "How high. Range: 0–2.")
    codes = [
        (each.code, each.field) for each in generate(page(zero, "create"), page(UPDATE_LINES, "update")).diagnostics
    ]
    assert ("pages-differ", "pitch") in codes


def test_a_field_on_one_page_only_is_in_its_own_file_and_reported() -> None:
    """A PUT body may not name what the update page does not have, nor may it be cleared."""
    without = UPDATE_LINES.replace("mouth_id\ninteger\nWho speaks. It must not be null.\n", "")
    files = generate(page(CREATE_LINES, "create"), page(without, "update"))
    assert "mouth_id" in file("create", files)["properties"]
    assert "mouth_id" in file("assistant", files)["properties"]
    assert "mouth_id" not in file("update", files)["properties"]
    assert [each.field for each in files.diagnostics if each.code == "field-on-one-page"] == ["mouth_id"]


def test_nested_fields_and_kinds_of_entries_are_described() -> None:
    """MDX pages tell what list entries hold; what they do not name still passes."""
    files = generate(page(CREATE_MDX, "create"), page(UPDATE_MDX, "update"))
    found = file("create", files)["properties"]
    asked = found["questions"]["items"]
    assert asked["required"] == ["desk_name", "kind"]
    name = asked["properties"]["desk_name"]
    assert (name["minLength"], name["maxLength"], name["pattern"]) == (3, 16, "^[a-z0-9_]+$")
    assert asked["properties"]["kind"]["enum"] == ["text", "number"]
    steps = found["steps"]["items"]
    assert steps["required"] == ["kind"]
    forward = steps["x-variants"]["forward"]
    assert forward["required"] == ["number", "crm_token"]
    assert forward["properties"]["loudness"] | {"description": ""} == {
        "description": "",
        "type": "number",
        "minimum": 0,
        "maximum": 9,
        "default": 5,
    }
    assert forward["properties"]["music"]["enum"] == ["harp", "none"]
    assert forward["properties"]["note"]["maxLength"] == 500
    assert forward["properties"]["note"]["default"] == "Back in 2-3 minutes. Stay."
    assert list(forward["properties"]["asks"]["items"]["properties"]) == ["slug", "label"]


@pytest.mark.parametrize(
    ("step", "valid"),
    [
        ({"kind": "hang_up"}, True),
        ({"kind": "forward", "number": "+351", "crm_token": "t"}, True),
        ({"kind": "forward", "number": "+351"}, False),
        ({"kind": "forward", "number": "+351", "crm_token": "t", "loudness": 10}, False),
        ({"kind": "forward", "number": "+351", "crm_token": "t", "music": "drums"}, False),
        ({"kind": "forward", "number": "+351", "crm_token": "t", "speed": {"fast": True}}, True),
        ({"kind": "sing", "song": 7}, True),
        ({"song": 7}, False),
    ],
)
def test_unknown_kinds_and_keys_of_entries_pass(step: dict[str, Any], valid: bool) -> None:
    """Kinds come faster than pages: only what a page says of a kind it names can refuse an entry."""
    files = generate(page(CREATE_MDX, "create"), page(UPDATE_MDX, "update"))
    assert (not loaded(files).violations("update", {"steps": [step]})) is valid


GROUPS = """    **book** - Books a visit
    - `diary`: Options: `paper` (default), `cloud`
    - `note`: What to say

    Paper fields (`diary: "paper"`):
    - `drawer` (required): Where it lies

    Cloud fields (`diary: "cloud"`):
    - `cloud_token` (required): Who may write
    - `colour`: Options: `red`, `blue`

    **forward** -"""


@pytest.mark.parametrize(
    ("step", "missing"),
    [
        ({"kind": "book", "drawer": "third"}, []),
        ({"kind": "book", "diary": "paper"}, ["`drawer` is missing"]),
        ({"kind": "book"}, ["`drawer` is missing"]),
        ({"kind": "book", "diary": "cloud", "cloud_token": "x", "colour": "red"}, []),
        ({"kind": "book", "diary": "cloud", "drawer": "third"}, ["`cloud_token` is missing"]),
        ({"kind": "forward", "number": "+1 312 555 0142", "crm_token": "x", "diary": "cloud"}, []),
    ],
)
def test_keys_under_the_value_of_another_key_are_needed_for_that_value_alone(
    step: dict[str, Any], missing: list[str]
) -> None:
    """What is left out has its default; a kind that follows has nothing of it."""
    pages = [text.replace("    **forward** -", GROUPS, 1) for text in (CREATE_MDX, UPDATE_MDX)]
    schemas = loaded(generate(page(pages[0], "create"), page(pages[1], "update")))
    assert [each.summary for each in schemas.violations("update", {"steps": [step]})] == missing
    assert schemas.variant_items["steps"]["x-variants"]["book"]["required"] == []


def test_keys_of_entries_that_are_called_secrets_are_secret() -> None:
    """By name, at any place in a list of free objects; nothing else is."""
    schemas = loaded(generate(page(CREATE_MDX, "create"), page(UPDATE_MDX, "update")))
    assert schemas.is_secret(("steps", 0, "crm_token"))
    assert schemas.is_secret(("steps", 3, "calendar_api_key"))
    assert not schemas.is_secret(("steps", 0, "number"))
    assert loaded().is_secret(("questions", 0, "password"))


def test_a_list_page_and_a_delete_page_change_nothing_in_the_other_files() -> None:
    """They have files of their own: routes, paging, and what a row is documented to have."""
    two = generate(own_page("create"), own_page("update"))
    four = generate(own_page("create"), own_page("update"), own_page("list"), own_page("delete"))
    assert {name: four.text(name) for name in two.files} == {name: two.text(name) for name in two.files}
    listed, deleted = file("list", four), file("delete", four)
    assert listed["x-endpoint"] == {"method": "GET", "path": "/user/assistants/get"}
    assert listed["x-query"]["per_page"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 10}
    assert listed["properties"]["data"]["items"]["properties"]["record"] == {"type": "boolean"}
    assert deleted["x-endpoint"] == {"method": "DELETE", "path": "/user/assistant/{id}"}


def test_pages_of_two_resources_are_refused() -> None:
    """An update page of another resource, or another brand's, does not fit the create page."""
    other = page(UPDATE_LINES.replace("/desk/assistant/", "/user/assistant/"), "update")
    with pytest.raises(PageError) as caught:
        generate(page(CREATE_LINES, "create"), other)
    assert caught.value.diagnostics[0].code == "page-other-resource"


def test_a_page_without_a_naming_field_is_refused() -> None:
    """Assistants that have no name cannot be told apart by people."""
    unnamed = CREATE_LINES.replace("desk_name\nstring\nrequired\n", "desk_name\nstring\n")
    with pytest.raises(PageError) as caught:
        generate(page(unnamed, "create"), page(UPDATE_LINES, "update"))
    assert caught.value.diagnostics[0].code == "page-no-name-field"


def test_both_forms_of_one_page_give_the_same_properties() -> None:
    """The form of a page is no part of its meaning."""
    lines = CREATE_MDX.split("---\n")[1]
    assert "api:" in lines
    mdx = file("create", generate(page(CREATE_MDX, "create"), page(UPDATE_MDX, "update")))
    retold = """POST /desk/assistant

Request

Identity

desk_name
string
required
Shown in the office (max. 60 characters)
engine
string
required
What runs the call: classic or live.

What it asks

town_name
string
The town.
Only for classic.
"""
    update = retold.replace("POST /desk/assistant", "PUT /desk/assistant/{id}").replace("required\n", "")
    plain = file("create", generate(page(retold, "create"), page(update, "update")))
    for name in ("desk_name", "engine", "town_name"):
        mine, theirs = (
            {k: v for k, v in each["properties"][name].items() if k not in ("description", "x-section")}
            for each in (mdx, plain)
        )
        assert mine == theirs


def test_an_old_page_gives_nested_schemas() -> None:
    """Dotted names, quoted values and other languages' words for limits and null mean what the newest page means."""
    create = """
<ParamField body="desk_name" type="string" required>
  O nome na recepção (máximo de 60 caracteres)
</ParamField>
<ParamField body="line_id" type="integer" optional>
  A linha (defina como null para a libertar)
</ParamField>
<ParamField body="mouth_id" type="integer" optional>
  Darf nicht null sein
</ParamField>
"""
    update = OLD_MDX.replace("POST /desk/assistant", "PUT /desk/assistant/{id}") + create.replace(" required", "")
    found = file("create", generate(page(OLD_MDX + create, "create"), page(update, "update")))["properties"]
    assert found["desk_name"]["maxLength"] == 60
    assert found["line_id"]["type"] == ["integer", "null"]
    assert found["mouth_id"]["type"] == "integer"
    asked = found["questions"]["items"]
    assert asked["required"] == ["ask", "kind"]
    assert asked["properties"]["ask"]["pattern"] == "^[A-Za-z0-9_]+$"
    assert asked["properties"]["kind"]["enum"] == ["free text", "number"]
    assert found["goodbye"]["properties"]["text"]["maxLength"] == 500


@pytest.mark.parametrize("address", ["https://docs.desk.example/create.md", "http://127.0.0.1:8000/create.md"])
def test_a_fetched_page_says_where_it_was_fetched_from(address: str) -> None:
    """So that it can be asked again; the place of a file is nobody else's business."""
    pages = [page(CREATE_LINES, "create", source=address), page(UPDATE_LINES, "update", source="/home/ines/update.txt")]
    told = file("assistant", generate(*pages))["x-source"]
    assert [each.get("address") for each in told["pages"]] == [address, None]
    assert told["api"] == "https://desk.example/api"


def test_a_sentence_inside_a_part_is_told_with_its_field() -> None:
    """By the way to it, on the line where it stands."""
    odd = CREATE_MDX.replace("A short name (3-16 chars", "It must rhyme. A short name (3-16 chars")
    told = generate(page(odd, "create"), page(UPDATE_MDX, "update")).diagnostics
    (said,) = [each for each in told if each.code == "sentence-not-understood" and "rhyme" in each.summary]
    assert (said.file, said.field) == ("create.txt", "questions")
    assert said.summary == '`questions.desk_name`: no rule was made of "It must rhyme"'
    assert "It must rhyme" in odd.splitlines()[(said.line or 0) - 1]


def test_a_delete_page_gives_its_route_and_its_words() -> None:
    """And nothing that a body could be judged by."""
    made = generate(own_page("create"), own_page("update"), delete=own_page("delete"))
    deleted = own_page("delete")
    assert made.files["delete.schema.json"] == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": deleted.title,
        "description": deleted.description,
        "x-endpoint": {"method": "DELETE", "path": "/user/assistant/{id}"},
        "x-source": {
            **({"api": deleted.api} if deleted.api else {}),
            "pages": [{"page": "delete", "title": deleted.title, "sha256": deleted.sha256}],
        },
    }
    assert "list.schema.json" not in made.files
