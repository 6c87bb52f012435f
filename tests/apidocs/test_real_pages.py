"""The pages of real brands, where they stand beside the repository: each gives a schema set, or is refused."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from reconciler.apidocs import Generated, Role, generate, read_page
from reconciler.apidocs.structure import structure
from reconciler.errors import PageError
from reconciler.schemas import SchemaSet
from tests.apidocs.pages import page, real_text

INTELLIXENT = "pages/intellixent-docs-repo-{}-assistant{}.md"
FAMULOR = "pages/docs.famulor.io-en-assistants-{}.md"


def read(name: str, role: Role) -> Any:
    return page(real_text(name), role, source=name)


def intellixent() -> Generated:
    return generate(
        read(INTELLIXENT.format("create", ""), "create"),
        read(INTELLIXENT.format("update", ""), "update"),
        read(INTELLIXENT.format("get", "s"), "list"),
        read(INTELLIXENT.format("delete", ""), "delete"),
    )


def famulor() -> Generated:
    return generate(*(read(FAMULOR.format(role), role) for role in ("create", "update", "list")))  # type: ignore[arg-type]


def seeds() -> Generated:
    return generate(read("seed-create.txt", "create"), read("seed-update.txt", "update"))


def fields(made: Generated, kind: str) -> dict[str, Any]:
    file: Any = made.files[f"{kind}.schema.json"]
    return {name: each for name, each in file["properties"].items() if not each.get("x-reserved")}


@pytest.mark.parametrize("brand", [seeds, intellixent, famulor], ids=lambda each: each.__name__)
def test_each_brand_gives_a_valid_set_that_loads(brand: Any) -> None:
    """Valid draft 2020-12, eight required fields, one discriminator, one exclusive field, the four resets."""
    made = brand()
    for schema in made.files.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    schemas = SchemaSet.from_files({name.split(".")[0]: each for name, each in made.files.items()})
    assert schemas.discriminators == {"mode"}
    assert sum(each.required_on_create for each in schemas.fields.values()) == 8
    assert [name for name, each in schemas.fields.items() if each.exclusive] == ["phone_number_id"]
    assert sum(bool(each.reset_by) for each in schemas.fields.values()) == 4
    assert sum(bool(each.applies) for each in schemas.fields.values()) == 6


def compared(schema: dict[str, Any]) -> Any:
    """What decides, but for the entries of lists: only one of the two forms describes them."""
    return structure({name: each for name, each in schema.items() if name != "items"})


def test_both_forms_of_one_vendor_agree_in_every_name_and_type() -> None:
    """The published site and the vendor's docs repository document the same fields, limits and annotations."""
    for kind in ("assistant", "create", "update"):
        mine, theirs = fields(seeds(), kind), fields(intellixent(), kind)
        assert {name: compared(each) for name, each in mine.items()} == {
            name: compared(each) for name, each in theirs.items()
        }


def test_a_base_address_is_found_wherever_a_page_prints_it() -> None:
    """A cURL sample, the front matter's host, or a paging link with a double slash."""
    assert fields(intellixent(), "create")
    listed: Any = intellixent().files["list.schema.json"]
    assert listed["x-source"]["api"] == "https://portal.intellixent.ai/api"
    own: Any = famulor().files["create.schema.json"]
    assert own["x-source"]["api"] == "https://app.famulor.de/api"
    bare: Any = intellixent().files["create.schema.json"]
    assert "api" not in bare["x-source"]


def test_a_newer_brand_has_its_own_fields() -> None:
    """57 fields to create and 54 to update: two are new, three are missing on the update page."""
    made = famulor()
    assert (len(fields(made, "create")), len(fields(made, "update"))) == (57, 54)
    new = set(fields(made, "create")) - set(fields(seeds(), "create"))
    assert new == {"folder_id", "label_ids"}
    assert fields(made, "create")["folder_id"]["type"] == ["integer", "null"]
    assert fields(made, "update")["label_ids"]["x-clear"] == []
    lone = {each.field for each in made.diagnostics if each.code == "field-on-one-page"}
    assert lone == set(fields(made, "create")) - set(fields(made, "update"))
    assert not any("x-clear" in fields(made, "assistant")[name] for name in lone if name)


@pytest.mark.parametrize("brand", [intellixent, famulor], ids=lambda each: each.__name__)
def test_kinds_of_tools_are_described_where_the_page_does(brand: Any) -> None:
    """Required keys, ranges and values of each kind, and entries that the page does not know still pass."""
    made = brand()
    items = fields(made, "update")["tools"]["items"]
    kinds = items["x-variants"]
    assert kinds["warm_call_transfer"]["required"] == ["supervisor_phone", "outbound_phone_id", "description"]
    assert kinds["collect_keypad"]["properties"]["stop_key"]["enum"] == ["#", "*"]
    assert kinds["collect_keypad"]["properties"]["timeout"]["maximum"] == 30
    booking = kinds["calendar_integration"]["properties"]["calcom_booking_fields"]["items"]
    assert booking["required"] == ["slug", "type", "label"]
    schemas = SchemaSet.from_files({name.split(".")[0]: each for name, each in made.files.items()})
    assert schemas.is_secret(("tools", 0, "calcom_api_key"))

    def refused(tool: dict[str, Any]) -> bool:
        return bool(schemas.violations("update", {"tools": [tool]}))

    assert refused({"type": "call_transfer"})
    assert refused({"type": "collect_keypad", "timeout": 31})
    assert not refused({"type": "collect_keypad", "timeout": 30, "beep": True})
    assert not refused({"type": "calendly", "link": "x"})
    assert refused({"timeout": 3})


@pytest.mark.parametrize("brand", [intellixent, famulor], ids=lambda each: each.__name__)
def test_what_to_extract_after_a_call_is_described_where_the_page_does(brand: Any) -> None:
    """Names of 3 to 16 characters, three types, descriptions of 3 to 255 characters."""
    items = fields(brand(), "create")["post_call_schema"]["items"]
    assert items["required"] == ["name", "type", "description"]
    assert items["properties"]["type"]["enum"] == ["string", "number", "bool"]
    assert [items["properties"]["name"][each] for each in ("minLength", "maxLength")] == [3, 16]
    assert [items["properties"]["description"][each] for each in ("minLength", "maxLength")] == [3, 255]


def test_every_sentence_with_a_limit_was_understood() -> None:
    """What is left over says whom things must belong to, or what holds anyway: no schema can check it."""
    fine = ("belong to", "completed calls", "All required fields must be provided", "by default")
    for made in (seeds(), intellixent(), famulor()):
        left = [each.summary for each in made.diagnostics if each.code == "sentence-not-understood"]
        assert [each for each in left if not any(words in each for words in fine)] == []


@pytest.mark.parametrize("brand", [seeds, intellixent, famulor], ids=lambda each: each.__name__)
def test_the_moods_of_short_sayings_are_named(brand: Any) -> None:
    """As bullets on one page, by the sample on another; others pass, and all of them hold lists of texts."""
    texts = {"type": "array", "items": {"type": "string"}}
    for kind in ("assistant", "create", "update"):
        moods: Any = structure(fields(brand(), kind)["filler_config"])
        assert moods["properties"] == dict.fromkeys(("positive", "negative", "question", "neutral"), texts)
        assert moods["additionalProperties"] == texts


@pytest.mark.parametrize(
    ("name", "role", "code"),
    [
        ("seed-update-without-names.txt", "update", "page-names-lost"),
        ("seed-create.txt", "update", "page-other-method"),
        ("pages/docs.intellixent.ai-get-assistants.names.txt", "update", "page-other-method"),
        ("pages/intellixent-docs-repo-mid-call-tools-create-tool.md", "create", "page-other-resource"),
        ("pages/intellixent-docs-repo-get-voices.md", "list", "page-other-resource"),
        ("pages/intellixent-docs-repo-get-models.md", "list", "page-other-resource"),
    ],
)
def test_other_pages_are_refused(name: str, role: Role, code: str) -> None:
    """Each for its own reason, in words that say what to do."""
    with pytest.raises(PageError) as caught:
        read_page(real_text(name), source=name, role=role)
    assert [each.code for each in caught.value.diagnostics] == [code]
