"""`import`: an assistant that exists is bound to a key, and the next plan is truthful about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.pull.portal import RECEPTION, Portal, portal


@pytest.fixture
def account(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path) as found:
        yield found


def document(**fields: object) -> str:
    return yaml.safe_dump({**RECEPTION, **fields})


def test_a_document_that_says_what_live_has_needs_nothing(account: Portal) -> None:
    """The plan after the import is empty, without reading live and with it."""
    id = account.add(max_duration=900)
    account.write("assistants/reception.yaml", document(max_duration=900))
    assert account.ok("import", "reception", str(id)) == (
        f"Imported assistant {id} as reception (assistants/reception.yaml).\n"
    )
    assert account.ok("plan") == "No changes.\n"
    assert account.ok("plan", "--refresh") == "No changes.\n"


def test_a_document_that_differs_gives_exactly_that_change(account: Portal) -> None:
    """From live's value to the document's, in a plan that reads nothing."""
    id = account.add(max_duration=900)
    account.write("assistants/reception.yaml", document(max_duration=600))
    account.ok("import", "reception", str(id))
    (change,) = account.json("plan")["changes"]
    assert [(each["field"], each["before"], each["after"]) for each in change["fields"]] == [("max_duration", 900, 600)]


def test_a_field_that_live_does_not_show_is_not_claimed(account: Portal) -> None:
    """Nobody knows what the server has, so the plan sends what the document says."""
    id = account.add(ringing_time=20)
    account.write("assistants/reception.yaml", document(ringing_time=20))
    account.ok("import", "reception", str(id))
    (change,) = account.json("plan")["changes"]
    assert [each["field"] for each in change["fields"]] == ["ringing_time"]


def test_without_a_document_one_is_written(account: Portal) -> None:
    """As `pull` does, at the key that was asked for."""
    id = account.add()
    account.ok("import", "harbour/front-desk", str(id))
    assert "system_prompt: ${file:prompts/front-desk.md}" in account.read("assistants/harbour/front-desk.yaml")
    assert account.read("assistants/harbour/front-desk.yaml").startswith(
        "# yaml-language-server: $schema=../../schemas/editor.schema.json\n"
    )
    assert account.ok("plan") == "No changes.\n"


def test_an_import_again_changes_nothing(account: Portal) -> None:
    """The same key and id once more is no error."""
    id = str(account.add())
    account.ok("import", "reception", id)
    account.ok("import", "reception", id)
    assert account.ok("plan") == "No changes.\n"


@pytest.mark.parametrize(
    ("key", "id", "code", "exit"),
    [
        ("new", 999, "no-such-assistant", 1),
        ("new", 101, "state-id-taken", 1),
        ("held", 102, "state-key-taken", 1),
        ("claims", 102, "import-other-id", 1),
        ("new", 103, "import-other-id", 1),
        ("broken", 102, "field-unknown", 1),
        ("a//b", 102, "key-invalid", 64),
        ("_base", 102, "key-invalid", 64),
        ("sales.yaml", 102, "key-invalid", 64),
        ("con", 102, "key-invalid", 64),
    ],
)
def test_what_cannot_be_bound_is_refused(account: Portal, key: str, id: int, code: str, exit: int) -> None:
    """With a code for programs, and nothing is written."""
    for name in ("Front", "Back", "Side"):
        account.add(name=name)
    account.ok("import", "held", "101")
    account.write("assistants/claims.yaml", document(name="Side", reconciler={"id": 103}))
    account.write("assistants/broken.yaml", document(name="Odd", max_duraton=3))
    before = account.files()
    done = account.run("import", key, str(id), "-o", "json")
    assert done.returncode == exit, done.stdout
    assert f'"{code}"' in done.stdout
    assert account.files() == before
