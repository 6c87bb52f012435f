"""`catalog` and `validate --online`, through the whole program and over a socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.pull.portal import RECEPTION, Portal, portal

CALL = {"type": "warm_call_transfer", "supervisor_phone": "+15551230000", "description": "Ask first."}


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path) as found:
        yield found


def document(**fields: object) -> str:
    return yaml.safe_dump({**RECEPTION, **fields})


def test_ids_get_names_that_documents_can_use(account: Portal) -> None:
    """The file is written where it is read from; a document that names a voice validates and plans its id."""
    account.ok("catalog")
    tables = yaml.safe_load(account.read("catalog/default.yaml"))
    assert tables["voices"]["nora"] == 1
    assert tables["numbers"] == {"+12025550144": 44, "front-desk": 45, "+442079460146": 46, "+12025550147": 47}
    account.write("assistants/reception.yaml", document(voice_id="${ref:voices.nora}"))
    (change,) = account.json("plan")["changes"]
    assert next(each["after"] for each in change["fields"] if each["field"] == "voice_id") == 1


def test_a_second_look_writes_nothing(account: Portal) -> None:
    """Nor does a dry run, ever."""
    account.ok("catalog", "--dry-run")
    assert not (account.folder / "catalog").exists()
    account.ok("catalog")
    before = account.files()
    assert account.ok("catalog").endswith("catalog/default.yaml has every name already.\n")
    assert account.files() == before


def test_what_a_person_wrote_stays(account: Portal) -> None:
    """Names, comments and order; an id that has a name gets no other."""
    mine = "# ours\nvoices:\n  sarah: 1   # she is Nora there\nphones: {main: 45}\n"
    account.write("names.yaml", mine)
    account.write("reconciler.yaml", "environments: {default: {catalog: names.yaml}}\n")
    account.ok("catalog")
    text = account.read("names.yaml")
    assert text.startswith("# ours\nvoices:\n  sarah: 1   # she is Nora there\n  edwin: 2\n")
    tables = yaml.safe_load(text)
    assert tables["phones"] == {"main": 45}
    assert "nora" not in tables["voices"]
    assert not (account.folder / "catalog").exists()


def test_a_catalogue_in_the_project_file_is_not_written(account: Portal) -> None:
    """It says where to move it."""
    account.write("reconciler.yaml", "environments: {default: {catalog: {voices: {sarah: 1}}}}\n")
    done = account.run("catalog")
    assert done.returncode == 1
    assert "catalog: catalog/default.yaml" in done.stderr


def test_a_pulled_document_says_names(account: Portal) -> None:
    """Where the catalogue has one for the id, and nothing is left to do."""
    account.ok("catalog")
    account.add(tool_ids=[5, 77], phone_number_id=45, tools=[{**CALL, "outbound_phone_id": 47}])
    account.ok("pull")
    text = account.read("assistants/harbour-dental-reception.yaml")
    assert "voice_id: ${ref:voices.nora}\n" in text
    assert "phone_number_id: ${ref:numbers.front-desk}\n" in text
    told = account.ok("validate", "--online")
    assert told == "1 document is valid.\n", "an id inside of tools is shown as text, and is one all the same"
    assert account.ok("plan") == "No changes.\n"


def test_an_accepted_id_gets_its_name(account: Portal) -> None:
    """A document that names things goes on naming them."""
    account.ok("catalog")
    id = account.add()
    account.ok("pull")
    account.change(id, voice_id=2)
    account.ok("pull", "--accept", "harbour-dental-reception")
    assert "voice_id: ${ref:voices.edwin}\n" in account.read("assistants/harbour-dental-reception.yaml")
    assert account.ok("plan", "--refresh") == "No changes.\n"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"voice_id": 999}, "error: assistants/reception.yaml:12:11: `voice_id`: the account has no 999"),
        ({"voice_id": 40}, "40 (Reed) of the voices is for mode multimodal, and this assistant's is pipeline"),
        ({"phone_number_id": 47}, "47 (+12025550147) of the numbers is of type caller_id"),
        (
            {"voice_id": 3},
            "warning: assistants/reception.yaml:12:11: 3 (Ilinca) of the voices is made for language_id 2",
        ),
        ({"tool_ids": [1, 6]}, "`tool_ids`: the account has no 6 among its tools"),
        ({"tools": [{**CALL, "outbound_phone_id": 7}]}, "`tools.outbound_phone_id`: the account has no 7 among its"),
    ],
)
def test_an_id_that_does_not_exist_or_fit_is_told_at_its_place(
    account: Portal, fields: dict[str, object], told: str
) -> None:
    """Only where the API is asked: without --online the document is valid."""
    account.write("assistants/reception.yaml", document(**fields))
    done = account.run("validate", "--online")
    assert told in done.stdout
    assert done.returncode == int("warning" not in told)
    assert account.run("validate").returncode == 0


def test_ids_that_fit_are_valid(account: Portal) -> None:
    """One list is asked for each kind of id that the documents use, and nothing is written."""
    tools = [{**CALL, "outbound_phone_id": 47}, {"type": "end_call"}]
    account.write("assistants/reception.yaml", document(phone_number_id=45, tool_ids=[1, 5], tools=tools))
    assert account.ok("validate", "--online") == "1 document is valid.\n"
    assert {each.method for each in account.vendor.calls} == {"GET"}


def test_a_tool_s_own_keys_go_nowhere(account: Portal) -> None:
    """The list shows headers in clear; the catalogue holds names and ids."""
    account.ok("catalog")
    assert yaml.safe_load(account.read("catalog/default.yaml"))["tools"] == {"find-open-slots": 1, "book-viewing": 5}


def test_a_list_that_this_api_does_not_have_is_left_out(account: Portal) -> None:
    """It is said, and every other list is read."""
    lists = account.read("schemas/lookups.json").replace("/user/tools", "/user/gadgets")
    account.write("schemas/lookups.json", lists)
    done = account.run("catalog")
    assert done.returncode == 0
    assert "this API has no list of tools (/user/gadgets)" in done.stderr
    assert "tools" not in yaml.safe_load(account.read("catalog/default.yaml"))


def test_lists_that_cannot_be_read_are_an_error_with_their_file(account: Portal) -> None:
    """And a plan, which needs none of them, goes on."""
    account.write("schemas/lookups.json", '{"lookups": {"voices": {}}}')
    done = account.run("catalog")
    assert done.returncode == 1
    assert "error: schemas/lookups.json: the file does not describe look-up lists" in done.stderr
    assert account.ok("plan") == "No changes.\n"
