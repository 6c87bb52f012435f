"""The state in files: the contract, the layout that lives in Git, and what is wrong with files."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.entries import entry_to_json
from reconciler.errors import StateError
from reconciler.model import Entry
from reconciler.state.files import FileStore
from reconciler.state.store import StateStore
from tests.state.contract import DESK, SALES, LockGoesWithItsProcess, Opener, StoreContract

STORED = json.dumps(entry_to_json(SALES))
CONFLICT = """{
  "created_at": null,
<<<<<<< HEAD
  "id": 789,
=======
  "id": 790,
>>>>>>> evening-desk
  "format_version": 1
}
"""


@dataclass(frozen=True, kw_only=True)
class OpenFiles:
    """Opens the state in one folder; picklable, for other processes."""

    folder: Path

    def __call__(self) -> FileStore:
        return FileStore(self.folder, environment="production", shown="state/production")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "production"


@pytest.fixture
def opener(folder: Path) -> OpenFiles:
    return OpenFiles(folder=folder)


@pytest.fixture
def store(opener: OpenFiles) -> FileStore:
    return opener()


class TestFilesKeepTheContract(StoreContract, LockGoesWithItsProcess):
    @pytest.fixture
    def opener(self, folder: Path) -> Opener:
        return OpenFiles(folder=folder)

    @pytest.fixture
    def store(self, opener: Opener) -> StateStore:
        return opener()


def problems(store: FileStore, keys: list[str] | None = None) -> list[tuple[str | None, str, str]]:
    """Place, code and the end of the summary of everything that reading finds wrong."""
    with pytest.raises(StateError) as caught:
        store.read(keys)
    assert all(each.detail for each in caught.value.diagnostics)
    return [(each.file, each.code, each.summary) for each in caught.value.diagnostics]


def put(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_the_folder_is_what_git_needs(store: FileStore, folder: Path) -> None:
    """Sorted, indented JSON with LF at the end, its checksum first, one file per key, a lineage, the lock ignored."""
    with store.lock(command="apply", timeout=0):
        store.write(SALES)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {".gitignore", "_lock", "_meta.json", "acme/sales-en.json"}
    rest = (
        b'  "created_at": null,\n  "format_version": 1,\n  "history": [],\n  "id": 789,\n  "last_applied": {\n'
        b'    "title": "Sales"\n  },\n  "pending": null,\n  "protect": false,\n  "source": "sha256:1",\n'
        b'  "updated_at": "2026-11-03"\n}\n'
    )
    first = f'{{\n  "checksum": "sha256:{hashlib.sha256(rest).hexdigest()}",\n'.encode()
    assert (folder / "acme/sales-en.json").read_bytes() == first + rest
    assert json.loads((folder / "_meta.json").read_text()) == {"format_version": 1, "lineage": store.lineage()}


def test_git_sees_the_entries_and_not_the_lock(store: FileStore, folder: Path) -> None:
    """With the lock held, and after a crashed write, Git lists the entries, the lineage and the ignore file alone."""
    subprocess.run(["git", "init", "-q", folder], check=True)
    with store.lock(command="apply", timeout=0):
        store.write(SALES)
        put(folder, "acme/.tmp-0f0f", "half an en")
        shown = subprocess.run(
            ["git", "-C", folder, "status", "--porcelain", "-uall"], check=True, capture_output=True, text=True
        )
    assert shown.stdout.splitlines() == ["?? .gitignore", "?? _meta.json", "?? acme/sales-en.json"]


def test_the_ignore_file_is_written_once(store: FileStore, folder: Path) -> None:
    """Somebody who edits or removes the ignore file has a reason: later writes and locks leave it so."""
    store.write(SALES)
    (folder / ".gitignore").unlink()
    with store.lock(command="apply", timeout=0):
        store.write(DESK)
    assert not (folder / ".gitignore").exists()


def test_strangers_are_no_entries(store: FileStore, folder: Path) -> None:
    """Names with `_` or `.` in front, and files that do not end in .json, are not read and not touched."""
    store.write(SALES)
    strangers = ["_notes.json", ".hidden.json", "README.md", "_drafts/old.json", ".idea/workspace.json", "acme/x.bak"]
    for name in strangers:
        put(folder, name, "not JSON")
    assert dict(store.read()) == {SALES.key: SALES}
    store.remove(SALES.key)
    assert all((folder / name).exists() for name in strangers)


def test_removing_prunes_the_folders_it_empties(store: FileStore, folder: Path) -> None:
    """Empty folders go with their last entry, up to the environment's own, which stays."""
    deep = replace(SALES, key="agencies/harbour-homes/berlin/viewings")
    near = replace(SALES, key="agencies/harbour-homes/rentals")
    for entry in (deep, near):
        store.write(entry)
    store.remove(deep.key)
    assert (folder / "agencies/harbour-homes/rentals.json").exists()
    assert not (folder / "agencies/harbour-homes/berlin").exists()
    store.remove(near.key)
    assert not (folder / "agencies").exists()
    assert (folder / "_meta.json").exists()


@pytest.mark.parametrize(
    ("content", "code", "why"),
    [
        ("", "state-unreadable", "it is not JSON"),
        (STORED[:40], "state-unreadable", "it is not JSON"),
        ("null", "state-unreadable", "it is not a JSON object"),
        ("[]", "state-unreadable", "it is not a JSON object"),
        ('{"id": 1, "id": 2}', "state-unreadable", "it holds the key 'id' twice"),
        (STORED.replace('"Sales"', '{"a": 1, "a": 1}'), "state-unreadable", "it holds the key 'a' twice"),
        (STORED.replace('"Sales"', "NaN"), "state-unreadable", "it holds NaN, which is no JSON number"),
        (STORED.replace('"Sales"', "1e999"), "state-unreadable", "it holds 1e999, which is no JSON number"),
        (STORED.replace('"Sales"', "9" * 5000), "state-unreadable", "Exceeds the limit"),
        (STORED.replace('"Sales"', "[" * 100_000), "state-unreadable", "it is nested too deeply"),
        (STORED.encode("utf-16"), "state-unreadable", "it is not UTF-8 (byte 0)"),
        (b"\xef\xbb\xbf" + STORED.encode(), "state-unreadable", "it is not JSON"),
        (STORED.replace('"id"', '"ident"'), "state-unreadable", "`id` is missing"),
        (STORED.replace('"format_version": 1', '"format_version": 2'), "state-newer", "format 2"),
        (CONFLICT, "state-merge-conflict", "holds a merge conflict"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_entry_is_an_error_and_never_absent(
    store: FileStore, folder: Path, content: str | bytes, code: str, why: str
) -> None:
    """Whatever stands in an entry's file but an entry, reading it says so and leaves the file as it was."""
    store.write(DESK)
    path = put(folder, "acme/sales-en.json", content)
    before = path.read_bytes()
    for keys in (None, [SALES.key]):
        ((file, found, summary),) = problems(store, keys)
        assert (file, found) == ("state/production/acme/sales-en.json", code)
        assert why in summary
    assert path.read_bytes() == before


def test_a_merge_conflict_is_named_with_its_line(store: FileStore, folder: Path) -> None:
    """A conflict that Git left is told apart from other damage, and points at its first line."""
    store.write(DESK)
    put(folder, "acme/sales-en.json", CONFLICT)
    with pytest.raises(StateError) as caught:
        store.read()
    (found,) = caught.value.diagnostics
    assert (found.line, found.column) == (3, 1)
    assert "Resolve the merge conflict" in (found.detail or "")


def test_broken_json_is_named_with_its_place(store: FileStore, folder: Path) -> None:
    """A syntax error has its line and column."""
    store.write(DESK)
    put(folder, "acme/sales-en.json", '{\n  "id": ,\n}')
    with pytest.raises(StateError) as caught:
        store.read()
    assert [(each.line, each.column) for each in caught.value.diagnostics] == [(2, 9)]


def test_every_bad_entry_is_listed(store: FileStore, folder: Path) -> None:
    """All unreadable entries are reported at once, with a conflicting `_meta.json`, in the order of their places."""
    store.write(DESK)
    for name in ("acme/a.json", "acme/b.json", "_meta.json"):
        put(folder, name, CONFLICT)
    put(folder, "zoo.json", "{}")
    found = [(file, code) for file, code, _ in problems(store)]
    assert found == [
        ("state/production/_meta.json", "state-merge-conflict"),
        ("state/production/acme/a.json", "state-merge-conflict"),
        ("state/production/acme/b.json", "state-merge-conflict"),
        ("state/production/zoo.json", "state-unreadable"),
    ]


def test_only_the_entries_asked_for_need_be_readable(store: FileStore, folder: Path) -> None:
    """A damaged entry does not stop a run that has nothing to do with it."""
    store.write(DESK)
    put(folder, "acme/sales-en.json", "{")
    assert dict(store.read([DESK.key])) == {DESK.key: DESK}


def test_what_is_no_file_is_an_error(store: FileStore, folder: Path) -> None:
    """A folder, a FIFO, a link or a dangling link in an entry's place is reported, and none of them makes it wait."""
    store.write(DESK)
    (folder / "folder.json").mkdir()
    os.mkfifo(folder / "pipe.json")
    (folder / "link.json").symlink_to(folder / "dental/reception.json")
    (folder / "dangling.json").symlink_to("nowhere")
    (folder / "linked").symlink_to(folder / "dental", target_is_directory=True)
    told = {file: summary.rpartition(": ")[2] for file, _, summary in problems(store)}
    assert told == {
        "state/production/dangling.json": "it is a symbolic link",
        "state/production/folder.json": "it is a folder",
        "state/production/link.json": "it is a symbolic link",
        "state/production/linked": "it is a symbolic link to a folder",
        "state/production/pipe.json": "it is not a regular file",
    }
    for key in ("folder", "pipe", "link", "dangling", "linked/reception"):
        ((_, code, _),) = problems(store, [key])
        assert code == "state-unreadable"


@pytest.mark.parametrize("key", ["folder", "pipe", "link", "dangling", "linked/reception"])
def test_what_is_no_file_is_not_written_over(store: FileStore, folder: Path, key: str) -> None:
    """A write or a removal replaces no link and follows none: what was there is still there."""
    store.write(DESK)
    (folder / "folder.json").mkdir()
    os.mkfifo(folder / "pipe.json")
    (folder / "link.json").symlink_to(folder / "dental/reception.json")
    (folder / "dangling.json").symlink_to("nowhere")
    (folder / "linked").symlink_to(folder / "dental", target_is_directory=True)
    before = sorted((str(path), path.lstat().st_mode) for path in folder.rglob("*"))
    for act in (lambda: store.write(replace(SALES, key=key)), lambda: store.remove(key)):
        with pytest.raises(StateError):
            act()
    assert sorted((str(path), path.lstat().st_mode) for path in folder.rglob("*")) == before
    assert dict(store.read([DESK.key])) == {DESK.key: DESK}


def test_a_name_that_no_key_has_is_an_error(store: FileStore, folder: Path) -> None:
    """A file that no write of ours could have made is reported, not skipped."""
    store.write(DESK)
    put(folder, "back\\slash.json", STORED)
    put(folder, os.fsdecode(b"l\xe4tin.json"), STORED)
    assert [code for _, code, _ in problems(store)] == ["state-unreadable", "state-unreadable"]


@pytest.mark.parametrize(
    "key",
    ["_base", "acme/_drafts/x", ".hidden", "acme/.git", "back\\slash", "tab\there", "nul\0", "a" * 251, "x.json/y"],
)
def test_a_key_that_would_not_be_found_again_is_refused(store: FileStore, folder: Path, key: str) -> None:
    """A key that reading would skip or confuse is refused before anything is touched."""
    with pytest.raises(StateError) as caught:
        store.write(replace(SALES, key=key))
    (found,) = caught.value.diagnostics
    assert (found.code, found.key) == ("state-key-unsafe", key)
    assert found.detail
    assert not folder.exists()


def test_a_text_without_utf8_comes_back_as_it_was(store: FileStore) -> None:
    """Half of a surrogate pair, which an API's JSON may hold, is stored as an escape."""
    broken = replace(SALES, last_applied={"greeting": "Hello \ud83d there"})
    store.write(broken)
    assert dict(store.read()) == {SALES.key: broken}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{", "state-unreadable"),
        ("null", "state-unreadable"),
        ("{}", "state-unreadable"),
        ('{"format_version": 1}', "state-unreadable"),
        ('{"format_version": 1, "lineage": "mine"}', "state-unreadable"),
        ('{"format_version": true, "lineage": "9b2c8b39-4f63-4e1c-8e29-0a2e5d7f2f11"}', "state-unreadable"),
        ('{"format_version": 2, "shape": "of the future"}', "state-newer"),
        (CONFLICT, "state-merge-conflict"),
    ],
)
def test_an_environment_with_a_bad_lineage_is_left_alone(
    store: FileStore, folder: Path, content: str, code: str
) -> None:
    """Neither read nor written: a second lineage would make every saved plan of the first one look right."""
    store.write(SALES)
    path = put(folder, "_meta.json", content)
    for act in (store.lineage, store.account, store.read, lambda: store.write(DESK)):
        with pytest.raises(StateError) as caught:
            act()
        assert [(each.file, each.code) for each in caught.value.diagnostics] == [("state/production/_meta.json", code)]
        assert all(each.detail for each in caught.value.diagnostics)
    assert path.read_text() == content
    assert not (folder / "dental").exists()


def test_a_lost_lineage_is_not_made_anew(store: FileStore, folder: Path) -> None:
    """Entries without `_meta.json` are an error that says how to repair it; an emptied environment has none to lose."""
    store.write(SALES)
    (folder / "_meta.json").unlink()
    for act in (store.lineage, store.read, lambda: store.write(DESK)):
        with pytest.raises(StateError) as caught:
            act()
        (found,) = caught.value.diagnostics
        assert (found.code, found.file) == ("state-lineage-lost", "state/production/_meta.json")
        assert "version control" in (found.detail or "")
    store.remove(SALES.key)
    assert store.lineage() is None


def test_names_that_differ_only_in_case_are_kept_apart(store: FileStore, folder: Path) -> None:
    """Where the file system ignores case, as a second spelling of `_meta.json` shows, no entry replaces another."""
    store.write(SALES)
    os.link(folder / "_meta.json", folder / "_META.JSON")
    for key in ("acme/Sales-EN", "ACME/billing"):
        for act in (
            lambda key=key: store.write(replace(SALES, key=key)),
            lambda key=key: store.remove(key),
            lambda key=key: store.read([key]),
        ):
            with pytest.raises(StateError) as caught:
                act()
            (found,) = caught.value.diagnostics
            assert (found.code, found.file, found.key) == ("state-key-clash", f"state/production/{key}.json", key)
            assert "state mv" in (found.detail or "")
    store.write(SALES)
    store.write(DESK)
    assert dict(store.read()) == {SALES.key: SALES, DESK.key: DESK}


def test_many_entries_are_read_whole(store: FileStore, folder: Path) -> None:
    """A thousand entries in folders come back each under its own key."""
    store.write(SALES)
    written: dict[str, Entry] = {SALES.key: SALES}
    for number in range(1000):
        entry = Entry(key=f"client-{number % 40:02}/desk-{number}", id=number + 1, last_applied={"title": str(number)})
        put(folder, f"{entry.key}.json", json.dumps(entry_to_json(entry)))
        written[entry.key] = entry
    found: dict[str, Any] = dict(store.read())
    assert found == written
    assert list(found) == sorted(found)


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 200_000])
def test_an_entry_is_read_to_its_end(store: FileStore, folder: Path, size: int) -> None:
    """However long its file is."""
    bare = replace(SALES, last_applied={"prompt": ""})
    store.write(bare)
    (path,) = folder.rglob("sales-*.json")
    entry = replace(SALES, last_applied={"prompt": "x" * (size - path.stat().st_size)})
    store.write(entry)
    assert path.stat().st_size == size
    assert store.read() == {entry.key: entry}


def test_a_read_that_gives_less_than_there_is_does_not_end_an_entry(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some file systems answer."""
    entry = replace(SALES, last_applied={"prompt": "Say who you are. " * 2_000})
    store.write(entry)
    read = os.read
    monkeypatch.setattr(os, "read", lambda descriptor, size: read(descriptor, min(size, 4_096)))
    assert store.read() == {entry.key: entry}


@pytest.mark.parametrize("what", ["a linked folder", "a name that is none", "a folder that is no state's"])
def test_what_is_no_entry_is_no_sign_of_a_lineage_that_was_lost(store: FileStore, folder: Path, what: str) -> None:
    """Only an entry's place that is taken is; the rest is told when the entries are read."""
    folder.mkdir(parents=True)
    match what:
        case "a linked folder":
            (folder / "linked").symlink_to(folder.parent, target_is_directory=True)
        case "a name that is none":
            (folder / "acme\\sales.json").write_text("{}")
        case _:
            (folder / "lost+found").mkdir()
    assert store.lineage() is None
    (folder / "sales.json").symlink_to("nowhere")
    with pytest.raises(StateError) as caught:
        store.lineage()
    assert caught.value.diagnostics[0].code == "state-lineage-lost"
