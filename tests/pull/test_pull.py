"""`pull`: what the portal has becomes documents, whatever stands in it, and the next plan has nothing to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.schemas import FieldPolicy
from tests.pull.portal import RECEPTION, SCHEMAS, Portal, portal
from tests.support.strategies import contents

HOSTILE = [
    *("off", "NO", "12:30", "+40722123456", "---", "...", "- a", "~", "null", "1e3", "0x1F", "012", "2026-11-03"),
    *("key: value", "a #comment", "trailing:", "<<", "=", "!tag", "&anchor", "*alias", "%dir", "@at", "`tick"),
    *("{{name}} says", "${env:HOME}", "costs ${price} and $${more}", "[x]", "it's", '"quoted"', "\\n", "\ttab"),
    *("  spaces around  ", "line\r\nends\r\nof Windows", "a\n\n  b\n", "👩‍👧 🦷", "NBSP\u00a0here", "LS\u2028here"),
    *("bell\x07", "del\x7f", "bom\ufeff", "\x1b[31mred", "x" * 3000, "rtl \u202e", "<script>", "@everyone"),
]
BROKEN: list[dict[str, Any]] = [
    {"max_duration": 1800},
    {"knowledgebase_mode": "hybrid"},
    {"reengagement_prompt": "Are you there? " * 200},
    {"filler_config": {"enabled": True, "phrases": ["Hm."]}},
    {"is_webhook_active": True, "webhook_url": None},
    {"webhook_url": "not an address"},
    {"speech_speed": 9.5},
    {"mode": "telepathy"},
    {"tools": [{"type": "calendly", "event": {"id": 7, "days": ["mon"]}}, {"type": "end_call"}]},
    {"tools": [{"type": "calendar_integration", "calcom_api_key": "cal_live_canary", "calcom_event_slug": "visit"}]},
    {"post_call_schema": ["status"]},
    {"variables": {"": "empty", "<<": "merge", "12": "twelve", "a b": "${ref:voices.nora}"}},
    {"post_call_schema": [{"name": "status", "type": "boolean", "description": "Done?"}]},
    {"name": "", "timezone": None},
    {"system_prompt": "half \ud83d of a character"},
    {"initial_message": "Hello! " * 60},
]


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path) as found:
        yield found


def varied(drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sixty assistants of all kinds: drawn ones, those with hostile texts, and those that break the write rules."""
    texts = [name for name, each in SCHEMAS.fields.items() if is_text(each)]
    hostile = [dict.fromkeys((*texts, "name"), text) | {"timezone": "UTC"} for text in HOSTILE]
    hostile = [
        {**each, "variables": {"greeting": text, text: "x"}} for each, text in zip(hostile, HOSTILE, strict=True)
    ]
    twins = [{"name": "Sales / EN"}, {"name": "Sales / EN"}, {"name": "sales en"}, {"name": "日本語"}, {"name": "con"}]
    rows = [*drawn, *hostile, *BROKEN, *twins]
    return rows[-60:] if len(rows) > 60 else rows


def is_text(policy: FieldPolicy) -> bool:
    return policy.types == ("string",) and not {"enum", "format"} & set(policy.schema)


@settings(max_examples=2, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(drawn=st.lists(contents(SCHEMAS), min_size=6, max_size=6))
def test_an_account_of_sixty_is_pulled_and_there_is_nothing_left_to_do(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[dict[str, Any]]
) -> None:
    """Drawn, hostile and invalid rows, read through every quirk: no changes, live read or not, and nothing twice."""
    with portal(tmp_path_factory.mktemp("account")) as account:
        for each in varied(drawn):
            exclusive = {"phone_number_id": None} if "phone_number_id" in each else {}
            account.add(**{**each, **exclusive})
        before = account.vendor.rows()
        found = account.json("pull")
        assert found["left_out"] == []
        assert len(found["pulled"]) == len(before) == 60 or len(before) < 60
        secrets = {name: "cal_live_canary" for each in found["pulled"] for name in each["secrets"]}
        assert secrets
        files = account.files()
        assert not [path for path, content in files.items() if b"cal_live_canary" in content]
        for arguments in (["plan"], ["plan", "--refresh"]):
            done = account.run(*arguments, **secrets)
            assert done.stdout.endswith("No changes.\n"), (done.stdout, done.stderr)
        assert account.ok("pull", **secrets) == "Nothing to pull.\n"
        assert account.files() == files
        assert account.vendor.rows() == before
        assert {each.method for each in account.vendor.calls} == {"GET"}


def test_a_pulled_document_is_tidy(account: Portal) -> None:
    """The header, what somebody chose, long texts beside it; nothing that the server sets by itself."""
    id = account.add(**{**RECEPTION, "max_duration": 900, "ambient_sound": "off", "tools": [{"type": "end_call"}]})
    assert account.ok("pull") == (
        f"  + harbour-dental-reception (id {id})  assistants/harbour-dental-reception.yaml, "
        "assistants/prompts/harbour-dental-reception.md\n\nPull complete: 1 document written.\n"
    )
    assert account.read("assistants/harbour-dental-reception.yaml") == (
        "# yaml-language-server: $schema=../schemas/editor.schema.json\n"
        "name: Harbour Dental - Reception\n"
        "voice_id: 1\n"
        "language_id: 1\n"
        "type: inbound\n"
        "mode: pipeline\n"
        "timezone: Europe/London\n"
        "initial_message: Harbour Dental, how can I help?\n"
        "system_prompt: ${file:prompts/harbour-dental-reception.md}\n"
        "llm_model_id: 2\n"
        "tools:\n"
        "  - type: end_call\n"
        "max_duration: 900\n"
    )
    assert account.read("assistants/prompts/harbour-dental-reception.md") == (
        "You answer the phone of a dental practice.\n\nNever give a diagnosis.\n"
    )


def test_a_document_names_a_schema_that_there_is(account: Portal) -> None:
    """A set from before there was one for editors has that of documents; the set that ships is in no project."""
    first = {
        "Front desk": "# yaml-language-server: $schema=../schemas/assistant.schema.json",
        "Surgery": "name: Surgery",
    }
    for name, gone in (("Front desk", "editor.schema.json"), ("Surgery", "*")):
        for each in (account.folder / "schemas").glob(gone):
            each.unlink()
        account.add(name=name)
        account.ok("pull")
        key = name.lower().replace(" ", "-")
        assert account.read(f"assistants/{key}.yaml").splitlines()[0] == first[name]


def test_a_value_that_cannot_be_sent_again_is_kept_and_commented(account: Portal) -> None:
    """It stays on the server, is not managed, and the document says what it is and why."""
    account.add(max_duration=1800)
    account.ok("pull")
    text = account.read("assistants/harbour-dental-reception.yaml")
    assert re.search(
        r"reconciler:\n  unmanaged:\n    # Stays on the server as it is: .*1200.*\n"
        r"    # max_duration: 1800\n    - max_duration\n$",
        text,
    ), text
    assert account.ok("validate", "-q").startswith("1 document is valid")


def test_a_secret_is_named_and_never_written(account: Portal) -> None:
    """No file and no output holds it; unset, the plan says which variable to set; set, there is nothing to do."""
    tool = {"type": "calendar_integration", "calcom_api_key": "cal_live_canary", "calcom_event_slug": "visit"}
    account.add(tools=[tool])
    done = account.run("pull")
    name = "HARBOUR_DENTAL_RECEPTION_TOOLS_0_CALCOM_API_KEY"
    assert f"environment variable {name}, which is not set" in done.stderr
    everything = [done.stdout, done.stderr, *(each.decode() for each in account.files().values())]
    assert not [each for each in everything if "cal_live_canary" in each]
    assert f"environment variable {name} is not set" in account.run("plan").stdout
    assert account.ok("plan", **{name: "cal_live_canary"}) == "No changes.\n"
    changed = account.run("plan", **{name: "another"})
    assert "1 to update" in changed.stdout


def test_two_assistants_of_one_name_get_two_documents(account: Portal) -> None:
    """The second is told apart by its id, in every run alike."""
    account.add(name="Sales")
    second = account.add(name="Sales")
    account.ok("pull", "-q")
    assert {"assistants/sales.yaml", f"assistants/sales-{second}.yaml"} <= account.files().keys()


def test_what_stands_there_is_never_overwritten(account: Portal) -> None:
    """Another assistant's document or prompt of the same name stays byte for byte."""
    kept = {
        "assistants/sales.yaml": yaml.safe_dump({**RECEPTION, "name": "Sales of old"}),
        "assistants/prompts/viewings.md": "Notes on viewings.\n",
    }
    for path, text in kept.items():
        account.write(path, text)
    sales, viewings = account.add(name="Sales"), account.add(name="Viewings")
    account.ok("pull", "-q")
    assert {path: account.read(path) for path in kept} == kept
    assert {f"assistants/sales-{sales}.yaml", f"assistants/viewings-{viewings}.yaml"} <= account.files().keys()


def test_a_document_of_the_same_name_without_an_entry_is_left_to_a_person(account: Portal) -> None:
    """It may be the assistant's own; pulling it too would make two documents of one assistant."""
    account.write("assistants/sales.yaml", yaml.safe_dump({**RECEPTION, "name": "Sales", "max_duration": 300}))
    id = account.add(name="Sales")
    done = account.run("pull")
    assert done.returncode == 0
    assert f"reconciler import sales {id}" in done.stderr
    assert done.stdout.endswith("Pull complete: 0 documents written, 1 left out.\n")


@pytest.mark.parametrize("lost", ["entry", "entry and document"])
def test_a_pull_that_died_is_completed_by_the_next(account: Portal, lost: str) -> None:
    """Files come before the entry: an identical file is taken for what it is, the rest is written."""
    tool = {"type": "calendar_integration", "calcom_api_key": "cal_live_canary", "calcom_event_slug": "visit"}
    account.add(name="Sales", tools=[tool])
    account.ok("pull", "-q")
    whole = account.files()
    (account.folder / "state/default/sales.json").unlink()
    if lost != "entry":
        (account.folder / "assistants/sales.yaml").unlink()
    account.ok("pull", "-q")
    again = account.files()
    assert again.keys() == whole.keys()
    assert all(again[path] == whole[path] for path in whole if not path.startswith("state/"))


def test_texts_of_the_project_file_are_known_to_a_pull(account: Portal) -> None:
    """A document that takes one is as valid here as in a plan."""
    account.write("reconciler.yaml", "environments: {default: {variables: {PRACTICE: Harbour Dental}}}\n")
    account.write("assistants/night.yaml", yaml.safe_dump({**RECEPTION, "name": "${env:PRACTICE}"}))
    account.add(name="Reminder")
    assert account.json("pull")["pulled"][0]["key"] == "reminder"


def test_a_dry_run_writes_nothing(account: Portal) -> None:
    """Not a file, not an entry, not a key."""
    account.add(name="Sales")
    before = account.files()
    assert account.ok("pull", "--dry-run").endswith("Dry run: 1 document would be written.\n")
    assert account.files() == before


def test_ids_and_targets_limit_a_pull(account: Portal) -> None:
    """And one that names nothing is an error, never everything."""
    first, _ = account.add(name="Sales"), account.add(name="Viewings")
    assert account.run("pull", "999").returncode == 64
    assert account.run("pull", "--target", "x*").returncode == 64
    account.ok("pull", str(first))
    assert "managed already, as sales" in account.run("pull", str(first)).stderr
    account.ok("pull", "--target", "view*")
    assert len(account.json("state", "list")["entries"]) == 2


def test_the_result_of_a_create_whose_outcome_is_unknown_is_left_out(account: Portal) -> None:
    """It would get a second document; `import` settles whose it is."""
    account.write("assistants/sales.yaml", yaml.safe_dump({**RECEPTION, "name": "Sales"}))
    account.vendor.vendor.inject("drop-after")
    assert account.run("apply", "-y", "--no-verify").returncode == 7
    (id,) = [each["id"] for each in account.vendor.rows()]
    done = account.run("pull")
    assert f"reconciler import sales {id}" in done.stderr
    assert "1 left out" in done.stdout
    account.ok("import", "sales", str(id))
    assert account.ok("plan") == "No changes.\n"


@pytest.mark.parametrize("name", ["sales", "answers"], ids=["told at the pulled one", "told at the document"])
def test_a_number_that_a_document_claims_is_not_claimed_twice(account: Portal, name: str) -> None:
    """The document keeps it; the pulled one leaves the field alone and says why, whichever of them comes first."""
    account.write("assistants/front.yaml", yaml.safe_dump({**RECEPTION, "name": "Front", "phone_number_id": 45}))
    account.add(name=name, phone_number_id=45)
    account.add(name="Night desk", phone_number_id=46)
    account.ok("pull")
    assert "# phone_number_id: 45\n    - phone_number_id\n" in account.read(f"assistants/{name}.yaml")
    assert "phone_number_id: 46\n" in account.read("assistants/night-desk.yaml")
    assert account.ok("validate").endswith("3 documents are valid.\n")


def test_a_key_that_a_document_was_moved_from_is_not_given_away(account: Portal) -> None:
    """With a document there, the one that says it moved away would be an error."""
    moved = {**RECEPTION, "name": "Front", "reconciler": {"moved_from": "sales"}}
    account.write("assistants/front.yaml", yaml.safe_dump(moved))
    id = account.add(name="Sales")
    assert [each["key"] for each in account.json("pull")["pulled"]] == [f"sales-{id}"]
    assert account.ok("validate").endswith("2 documents are valid.\n")


def test_a_folder_at_a_prompt_s_name_is_something(account: Portal) -> None:
    """The prompt cannot stand there, so the assistant gets its other name."""
    (account.folder / "assistants/prompts/sales.md").mkdir(parents=True)
    id = account.add(name="Sales")
    assert [each["key"] for each in account.json("pull")["pulled"]] == [f"sales-{id}"]


def test_an_assistant_whose_every_name_is_taken_is_left_out(account: Portal) -> None:
    """By documents of other content; it is said, with the way to a name of one's own choice."""
    id = account.add(name="Sales")
    for key in ("sales", f"sales-{id}", f"assistant-{id}", f"assistant-{id}-pulled"):
        account.write(f"assistants/{key}.yaml", yaml.safe_dump({**RECEPTION, "name": f"{key} of old"}))
    documents = sorted((account.folder / "assistants").rglob("*"))
    done = account.run("pull")
    assert (done.returncode, done.stdout) == (0, "Pull complete: 0 documents written, 1 left out.\n")
    assert f"assistant {id} is left out: files of other content stand at every name" in done.stderr
    assert f"reconciler import KEY {id}" in done.stderr
    assert sorted((account.folder / "assistants").rglob("*")) == documents


def test_a_secret_in_a_value_that_is_released_stays_out_of_the_comment(account: Portal) -> None:
    """No file can hold half a character; what the tool was is kept for people, its key is not."""
    tool = {"type": "calendar_integration", "calcom_api_key": "cal_live_canary", "calcom_event_slug": "half \ud83d"}
    account.add(tools=[tool])
    account.ok("pull")
    text = account.read("assistants/harbour-dental-reception.yaml")
    assert '"calcom_api_key": "(a secret, not shown)", "calcom_event_slug": "half \\ud83d"}]\n    - tools\n' in text
    assert "cal_live_canary" not in text
    assert account.ok("plan") == "No changes.\n"


def test_two_secrets_that_would_come_from_one_variable_are_released(account: Portal) -> None:
    """One variable cannot hold both, and nothing may be sent that the server does not have."""
    tool = {"type": "crm_lookup", "crm_token": "crm_canary_one", "CRM_token": "crm_canary_two"}
    account.add(tools=[tool])
    found = account.json("pull")
    assert found["left_out"] == []
    text = account.read("assistants/harbour-dental-reception.yaml")
    assert "it would not be read from a file as it is" in text
    assert text.endswith("    - tools\n")
    assert "canary" not in text
    assert account.ok("plan") == "No changes.\n"


def test_a_link_that_leads_nowhere_is_something(account: Portal) -> None:
    """Nothing is written through it, and no entry stands without a document."""
    account.add(name="Sales")
    (account.folder / "assistants/sales.yaml").symlink_to("nowhere.yaml")
    done = account.run("pull")
    assert done.returncode == 1
    assert not (account.folder / "state/default/sales.json").exists()
    assert not (account.folder / "assistants/nowhere.yaml").exists()
