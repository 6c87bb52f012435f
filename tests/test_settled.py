"""What is not read because it did not change: the plan is the same, byte for byte, as if all had been read."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import __version__
from reconciler.bounds import MOST_VALUES
from reconciler.canonical import digest_bytes, exact_digest, identical
from reconciler.cli import run
from reconciler.commands.gather import READ_ALL
from reconciler.documents import Settling, drafting_of
from reconciler.documents.inputs import source_digest
from reconciler.entries import applied_from_text, entry_from_json, entry_text
from reconciler.model import Entry
from tests.documents.memory import MemoryFiles
from tests.state.strategies import entries
from tests.support.desk import RECEPTION
from tests.support.frontdesk import frontdesk

ROOT = Path(__file__).parent.parent
SCHEMAS = frontdesk()
Told = tuple[int, str]
named = entries().flatmap(
    lambda entry: st.builds(
        Entry,
        key=st.just(entry.key),
        id=st.just(entry.id or 7),
        last_applied=st.just({**entry.last_applied, "title": "Reception"}),
        source=st.sampled_from(["", "sha256:1f"]),
        inputs=st.sampled_from([(), ("yaml:a.yaml",), ("env:TOWN", 'file:a "b".md', "yaml:a.yaml")]),
        history=st.just(entry.history),
        protect=st.booleans(),
        created_at=st.just(entry.created_at),
        updated_at=st.just(entry.updated_at),
    )
)


@given(entry=named)
def test_what_the_program_wrote_is_known(entry: Entry) -> None:
    """What was applied is known from the bytes alone, whatever else they hold."""
    seen = applied_from_text(entry_text(entry))
    if entry.inputs:
        assert seen is not None
        assert seen[:4] == (entry.id or 0, entry.source, entry.inputs, entry.protect)
        assert identical(seen.fields.whole(), entry.last_applied)
        assert list(seen.fields) == sorted(entry.last_applied)
        assert all(identical(seen.fields[name], value) for name, value in entry.last_applied.items())
        assert "nobody" not in seen.fields
        assert seen.fields.get("nobody") is None
    else:  # it is not known what it was made from
        assert seen is None


@given(entry=named, at=st.integers(0, 400), byte=st.integers(0, 255))
def test_an_entry_that_was_edited_is_judged_whole(entry: Entry, at: int, byte: int) -> None:
    """One byte that is not what the program wrote, anywhere, and nothing is taken from it unseen."""
    stored = entry_text(entry)
    edited = bytearray(stored)
    edited[at % len(stored)] = byte
    if bytes(edited) != stored:
        assert applied_from_text(bytes(edited)) is None


def with_checksum(stored: dict[str, Any] | str) -> bytes:
    """What somebody would write who makes the checksum by hand."""
    text = stored if isinstance(stored, str) else json.dumps(stored, indent=2, sort_keys=True)
    rest = text.removeprefix("{\n").encode()
    return f'{{\n  "checksum": "{digest_bytes(rest)}",\n'.encode() + rest


USUAL = json.loads(
    entry_text(
        Entry(key="dental", id=7, last_applied={"title": "Reception"}, source="sha256:1f", inputs=("yaml:a.yaml",))
    )
)
del USUAL["checksum"]
ODD: dict[str, dict[str, Any]] = {
    "another kind of id": {"id": "7"},
    "true for an id": {"id": True},
    "no id": {"id": None},
    "a begun create": {"pending": {"body": {}, "body_digest": "sha256:1f", "started_at": "2026-11-21T08:00:00Z"}},
    "something unassigned": {"unassigned": [{"field": "line", "value": 45, "since": "2026-11-21T08:00:00Z"}]},
    "a newer format": {"format_version": 2},
    "no fields": {"last_applied": None},
    "no inputs": {"inputs": []},
    "inputs that are no texts": {"inputs": [1]},
    "inputs that are one text": {"inputs": "yaml:a.yaml"},
    "no source": {"source": None},
    "a word for protection": {"protect": "yes"},
}


@pytest.mark.parametrize("members", ODD.values(), ids=list(ODD))
def test_an_entry_that_says_more_is_judged_whole(members: dict[str, Any]) -> None:
    """A checksum proves who wrote an entry, not that a plan may go without what it says."""
    assert applied_from_text(with_checksum(USUAL)) is not None
    assert applied_from_text(with_checksum({**USUAL, **members})) is None


def test_an_entry_that_would_fill_the_memory_is_judged_whole() -> None:
    """Also one with the right checksum is counted before it is parsed."""
    text = json.dumps(USUAL, indent=2).replace('"title": "Reception"', '"title": [' + "1," * MOST_VALUES + "1]")
    assert applied_from_text(with_checksum(text)) is None


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_an_entry_that_is_laid_out_otherwise_is_judged_whole(indent: int | None) -> None:
    """Where things stand is known of what the program wrote alone."""
    assert applied_from_text(with_checksum(json.dumps(USUAL, indent=indent, sort_keys=True))) is None
    assert applied_from_text(with_checksum(json.dumps(dict(reversed(USUAL.items())), indent=2))) is None


@pytest.mark.parametrize(
    "fields",
    [
        '{\n    "o": {\n    "title": [\n1]\n    }\n  }',
        '{\n    "title": <<<,\n    "zone": "a"\n  }',
        '{\n    "title": "Reception" and more\n  }',
        '{\n    "title": NaN\n  }',
        '{\n    "title": [' + "\n[" * 100_000 + "]" * 100_000 + "\n  }",
    ],
    ids=["another's", "no JSON", "more than a value", "no number", "too deep"],
)
def test_what_was_written_under_a_checksum_made_by_hand_is_judged_whole_where_it_is_asked_for(fields: str) -> None:
    """It is no entry of the program's, and no bug of it either."""
    looks = settling({"dental": RECEPTION})
    usual = {**USUAL, "last_applied": 0, "inputs": ["yaml:assistants/dental.yaml"]}
    files = {"assistants/dental.yaml": digest_bytes(json.dumps(RECEPTION).encode())}
    # one of which the document is to be read, and one that it was applied from
    for source in ("sha256:1f", source_digest("default", SCHEMAS, files, {})):
        text = json.dumps({**usual, "source": source}, indent=2, sort_keys=True)
        stored = with_checksum(text.replace('"last_applied": 0', f'"last_applied": {fields}'))
        assert applied_from_text(stored) is not None
        assert looks.seen("dental", stored) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [('"yaml:a.yaml"', '"a", ' + "[" * 100_000 + "]" * 100_000), ('"id": 7', '"id": 007')],
    ids=["inputs that are too deep", "an id that is no number of JSON"],
)
def test_what_is_no_json_is_judged_whole_where_it_is_asked_for(old: str, new: str) -> None:
    """Under a checksum that was made by hand, too."""
    text = json.dumps(USUAL, indent=2, sort_keys=True)
    assert old in text
    assert applied_from_text(with_checksum(text.replace(old, new))) is None


@pytest.mark.parametrize("text", ["{\n", "{\n]", '{\n"id": ' + "[" * 100_000 + "]" * 100_000 + "}"])
def test_what_is_no_entry_is_judged_whole(text: str) -> None:
    """Not JSON at all, or nested beyond what can be read: reading it whole says so."""
    assert applied_from_text(with_checksum(text)) is None


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example assistants, applied to the sandbox."""
    shutil.copytree(ROOT / "assistants", tmp_path / "assistants")
    (tmp_path / "reconciler.yaml").write_text('environments:\n  default:\n    api: "sandbox:"\n', "utf-8")
    monkeypatch.setenv("CLINIC_TOWN", "Chicago")
    assert run(["-C", str(tmp_path), "apply", "-y", "-q"]) == 0
    return tmp_path


def told(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> Told:
    capsys.readouterr()
    code = run(["-C", str(folder), *arguments])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def in_document(name: str, old: str, new: str) -> Callable[[Path], None]:
    return lambda folder: edited(folder / "assistants" / name, old, new)


def in_entry(**members: Any) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        path = folder / "state/default/dental-reception.json"
        stored = json.loads(path.read_text("utf-8"))
        stored.update(members)
        stored["last_applied"].pop("max_duration")
        path.write_text(json.dumps(stored, indent=2, sort_keys=True) + "\n", "utf-8")

    return edit


def copied(folder: Path) -> None:
    shutil.copy(folder / "assistants/support-de.yaml", folder / "assistants/support-at.yaml")


def renamed(folder: Path) -> None:
    (folder / "assistants/support-de.yaml").rename(folder / "assistants/support-at.yaml")


def removed(folder: Path) -> None:
    (folder / "assistants/support-de.yaml").unlink()


def of_another_kind(folder: Path) -> None:
    """As a newer program may leave it: made from something that this one has no word for."""
    path = folder / "state/default/support-de.json"
    entry = entry_from_json("support-de", json.loads(path.read_bytes()), where=path.name)
    path.write_bytes(entry_text(replace(entry, inputs=(*entry.inputs, "calendar:holidays"))))


CHANGES: dict[str, Callable[[Path], None]] = {
    "nothing": lambda folder: None,
    "a field": in_document("dental-reception.yaml", "max_duration: 900", "max_duration: 600"),
    "a comment": in_document("dental-reception.yaml", "max_duration: 900", "max_duration: 900 # minutes: 15"),
    "a prompt file": in_document("prompts/sales-caller.md", "- Never speak badly", "- Do not speak badly"),
    "an error": in_document("dental-reception.yaml", "max_duration: 900", "max_duration: long"),
    "an entry by hand": in_entry(),
    "an entry with a newer format": in_entry(format_version=2),
    "an entry that was made from more": of_another_kind,
    "a copy of a document": copied,
    "a renamed document": renamed,
    "a removed document": removed,
    "a warning": in_document("dental-reception.yaml", "max_duration: 900", "max_duration: 900\nrecord: ${NAME}"),
    "protection": in_document("support-de.yaml", "name:", "reconciler: {protect: true}\nname:"),
    "an id": in_document("support-de.yaml", "name:", "reconciler: {id: 999999}\nname:"),
    "a seed": in_document("support-de.yaml", "name:", "reconciler: {seed: [name]}\nname:"),
    "a released field": in_document("support-de.yaml", "name:", "reconciler: {unmanaged: [name]}\nname:"),
    "another type of number": in_document("dental-reception.yaml", "max_duration: 900", "max_duration: 900.0"),
}


def as_after_an_upgrade(folder: Path) -> None:
    """Every entry was made by another version: what it was made from has another digest today."""
    for path in (folder / "state/default").glob("[!_]*.json"):
        entry = entry_from_json(path.stem, json.loads(path.read_bytes()), where=path.name)
        path.write_bytes(entry_text(replace(entry, source="sha256:1f")))


@pytest.mark.parametrize("upgraded", [False, True])
@pytest.mark.parametrize("what", CHANGES)
def test_the_plan_is_the_same_with_everything_read(
    what: str, upgraded: bool, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Text, JSON, saved plan and exit code, whatever changed since the apply."""
    if upgraded:
        as_after_an_upgrade(project)
    CHANGES[what](project)
    same_with_everything_read(project, monkeypatch, capsys)


def same_with_everything_read(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """What `plan` printed, without a short cut and with all of them."""
    asked = (["plan"], ["plan", "-v"], ["plan", "-o", "json"], ["plan", "--prune", "--out", "change.plan"])
    quick = [told(project, capsys, *each) for each in asked]
    saved = project / "change.plan"
    kept = saved.read_bytes() if saved.exists() else None
    saved.unlink(missing_ok=True)
    monkeypatch.setenv(READ_ALL, "1")
    assert [told(project, capsys, *each) for each in asked] == quick
    assert (saved.read_bytes() if saved.exists() else None) == kept
    return quick[0][1]


REFERRING = """\
name: Lakeview Dental - Recall
type: outbound
mode: pipeline
llm_model_id: ${ref:models.usual}
voice_id: 12
language_id: 1
timezone: ${env:CLINIC_ZONE}
initial_message: ${env:CLINIC_GREETING}
system_prompt: Remind the patient of the appointment.
is_webhook_active: true
webhook_url: ${secret:CLINIC_HOOK}
"""
SETTINGS = """\
environments:
  default:
    api: "sandbox:"
    catalog: {models: {usual: 2, large: 3}}
    variables: {CLINIC_ZONE: America/Chicago}
"""
ELSEWHERE: dict[str, tuple[Callable[[Path], None], str]] = {
    "nothing": (lambda folder: None, "No changes."),
    "an id of the catalogue": (lambda folder: edited(folder / "reconciler.yaml", "usual: 2", "usual: 4"), "2 → 4"),
    "a name of the catalogue": (lambda folder: edited(folder / "reconciler.yaml", "usual: 2, ", ""), "models.usual"),
    "a variable of the project": (
        lambda folder: edited(folder / "reconciler.yaml", "America/Chicago", "America/New_York"),
        "America/New_York",
    ),
    "a variable that stands nowhere now": (
        lambda folder: edited(folder / "reconciler.yaml", "CLINIC_ZONE", "CLINIC_TOWN"),
        "CLINIC_ZONE",
    ),
    "a variable of the machine": (lambda folder: os.environ.update(CLINIC_GREETING="Good day!"), "Good day!"),
    "a secret": (lambda folder: os.environ.update(CLINIC_HOOK="https://hooks.lakeview.example/b"), "webhook_url"),
    "a secret that is not set": (lambda folder: os.environ.pop("CLINIC_HOOK", None), "CLINIC_HOOK"),
}


@pytest.mark.parametrize("what", ELSEWHERE)
def test_what_changed_outside_of_the_document_is_noticed(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reference gives something else, or nothing; the document and its entry are as they were."""
    (tmp_path / "assistants").mkdir()
    (tmp_path / "assistants/recall.yaml").write_text(REFERRING, "utf-8")
    (tmp_path / "reconciler.yaml").write_text(SETTINGS, "utf-8")
    monkeypatch.setenv("CLINIC_GREETING", "Hello!")
    monkeypatch.setenv("CLINIC_HOOK", "https://hooks.lakeview.example/a")
    assert run(["-C", str(tmp_path), "apply", "-y", "-q"]) == 0
    change, part = ELSEWHERE[what]
    change(tmp_path)
    assert part in same_with_everything_read(tmp_path, monkeypatch, capsys)


def test_what_did_not_change_is_not_parsed(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of four documents, the one with an edit is parsed, with its base; without an edit, none is."""
    parsed: list[str] = []
    from reconciler.documents import files

    read = files.parse_yaml
    monkeypatch.setattr(files, "parse_yaml", lambda content, *, file: parsed.append(file) or read(content, file=file))
    assert told(project, capsys, "plan") == (0, "No changes.\n")
    assert parsed == []
    edited(project / "assistants/dental-reception.yaml", "max_duration: 900", "max_duration: 600")
    assert told(project, capsys, "plan", "-q")[0] == 0
    assert "assistants/dental-reception.yaml" in parsed
    assert "assistants/support-de.yaml" not in parsed


def test_what_says_the_same_after_an_upgrade_is_read_and_no_more(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every document is parsed and judged, once; none is compared field by field, and no entry is judged whole."""
    as_after_an_upgrade(project)
    compared: list[str] = []
    from reconciler.planning import decide
    from reconciler.state import entryfiles

    monkeypatch.setattr(decide, "compare", lambda desired, *sides: compared.append(desired.key))
    monkeypatch.setattr(entryfiles, "entry_from_json", lambda key, *stored, where: compared.append(key))
    assert told(project, capsys, "plan") == (0, "No changes.\n")
    assert compared == []


def settling(documents: dict[str, dict[str, Any]]) -> Settling:
    """What looks at the entries of these documents, by key."""
    files = MemoryFiles({f"assistants/{key}.yaml": json.dumps(each) for key, each in documents.items()})
    drafting = drafting_of(
        files=files,
        folder="assistants",
        schemas=SCHEMAS,
        environment="default",
        environ={},
        catalog={},
        fingerprint=lambda name, value: None,
    )
    return Settling(drafting=drafting, paths={each: f"assistants/{each}.yaml" for each in documents})


def applied_before(key: str, content: dict[str, Any]) -> bytes:
    """The entry of a document that was applied by another version of the program."""
    inputs = (f"yaml:assistants/{key}.yaml",)
    return entry_text(Entry(key=key, id=7, last_applied=content, source="sha256:1f", inputs=inputs))


def test_documents_that_all_say_something_else_are_not_all_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """After ten in vain the rest is left to be read where it is compared."""
    from reconciler.documents import files as documents

    parsed: list[str] = []
    read = documents.parse_yaml
    monkeypatch.setattr(
        documents, "parse_yaml", lambda content, *, file: parsed.append(file) or read(content, file=file)
    )
    looks = settling({f"practice-{number}": RECEPTION for number in range(60)})
    for key in looks.paths:
        assert looks.seen(key, applied_before(key, {**RECEPTION, "greeting": "Good day."})) is None
    assert len(parsed) == 10


def test_some_documents_that_say_something_else_keep_none_of_the_others_from_being_settled() -> None:
    """One in vain for each that was not is no reason to give up."""
    looks = settling({f"practice-{number}": RECEPTION for number in range(60)})
    for number, key in enumerate(looks.paths):
        same = number % 2 == 0
        seen = looks.seen(key, applied_before(key, RECEPTION if same else {**RECEPTION, "greeting": "Good day."}))
        assert (seen is not None) == same


@given(
    files=st.dictionaries(st.text(max_size=9), st.binary(max_size=9).map(digest_bytes), max_size=3),
    given_=st.dictionaries(st.text(max_size=9), st.none() | st.integers() | st.text(max_size=3), max_size=3),
    environment=st.text(max_size=9),
)
def test_a_source_is_the_digest_of_what_it_was_made_from(
    files: dict[str, str], given_: dict[str, Any], environment: str
) -> None:
    """However it is put together: quotes and control characters in a name make no other document's source."""
    made = {"version": __version__, "environment": environment, "schemas": SCHEMAS.digest}
    assert source_digest(environment, SCHEMAS, files, given_) == exact_digest(
        {**made, "files": files, "references": given_}
    )
