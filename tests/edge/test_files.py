"""Facts about reading a project's files, on real folders with real links and pipes."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from reconciler.config import ProjectFiles
from reconciler.config.files import TEXT_LIMIT, YAML_LIMIT
from reconciler.errors import Diagnostic, DocumentError
from tests.edge.projects import write


def files(root: Path) -> ProjectFiles:
    (root / "assistants").mkdir(exist_ok=True)
    return ProjectFiles(root, "assistants")


def refusal(root: Path, path: str) -> Diagnostic:
    with pytest.raises(DocumentError) as raised:
        files(root).read(path)
    (found,) = raised.value.diagnostics
    return found


def problems(root: Path) -> list[tuple[str, str | None]]:
    with pytest.raises(DocumentError) as raised:
        files(root).documents()
    return [(each.code, each.file) for each in raised.value.diagnostics]


def test_documents_are_all_yaml_files_below_the_folder_sorted(tmp_path: Path) -> None:
    """Both endings count, at any depth; paths are the project's, with forward slashes, in one order."""
    for name in (
        "zebra.yml",
        "acme/sales-en.yaml",
        "acme/deep/er/night.yaml",
        "acme.yaml",
        "prompts/sales.md",
        "ä.yaml",
    ):
        write(tmp_path / "assistants" / name, "title: x\n")
    assert files(tmp_path).documents() == [
        "assistants/acme.yaml",
        "assistants/acme/deep/er/night.yaml",
        "assistants/acme/sales-en.yaml",
        "assistants/zebra.yml",
        "assistants/ä.yaml",
    ]


def test_names_that_start_with_underscore_or_dot_are_no_documents(tmp_path: Path) -> None:
    """Bases and hidden files are not listed, nor is anything in folders of such names; a base can be read."""
    for name in ("_base.yaml", "_bases/voice.yaml", ".hidden.yaml", ".cache/old.yaml"):
        write(tmp_path / "assistants" / name, "title: x\n")
    assert files(tmp_path).documents() == []
    assert files(tmp_path).read("assistants/_bases/voice.yaml") == b"title: x\n"


def test_a_file_is_read_as_the_bytes_that_it_is(tmp_path: Path) -> None:
    """No decoding, no newline translation: the loader judges both."""
    content = b"\xef\xbb\xbftitle: caf\xc3\xa9\r\n\xff"
    (tmp_path / "assistants").mkdir()
    (tmp_path / "assistants" / "cafe.yaml").write_bytes(content)
    assert files(tmp_path).read("assistants/cafe.yaml") == content


def test_a_path_may_climb_while_it_stays_in_the_project(tmp_path: Path) -> None:
    """`assistants/../prompts/x.md` is the project's own file."""
    write(tmp_path / "prompts" / "sales.md", "Be kind.")
    assert files(tmp_path).read("assistants/../prompts/sales.md") == b"Be kind."


@pytest.mark.parametrize(
    "path",
    ["../outside.yaml", "assistants/../../outside.yaml", "/etc/hostname", "a\\b.yaml", "a\0b.yaml", "\udc80.yaml"],
)
def test_a_path_out_of_the_project_is_refused(tmp_path: Path, path: str) -> None:
    """Whether the file exists is not even looked at."""
    write(tmp_path / "outside.yaml", "secret: hunter2\n")
    root = tmp_path / "project"
    root.mkdir()
    assert refusal(root, path).code == "outside-project"


@pytest.mark.parametrize("target", ["file", "folder"])
def test_a_link_out_of_the_project_is_refused(tmp_path: Path, target: str) -> None:
    """Links are followed before the place of a file is judged, whether the file or a folder above it is the link."""
    write(tmp_path / "elsewhere" / "passwords.txt", "hunter2")
    root = tmp_path / "project"
    root.mkdir()
    link = {"file": "assistants/a.txt", "folder": "assistants/shared"}[target]
    (root / "assistants").mkdir()
    (root / link).symlink_to(tmp_path / "elsewhere" / ("passwords.txt" if target == "file" else ""))
    assert refusal(root, link if target == "file" else f"{link}/passwords.txt").code == "outside-project"


def test_a_link_inside_the_project_is_followed(tmp_path: Path) -> None:
    """A link to another file or folder of the project is as good as the file, and its documents are listed."""
    write(tmp_path / "assistants" / "acme" / "sales.yaml", "title: Sales\n")
    (tmp_path / "assistants" / "sales-copy.yaml").symlink_to("acme/sales.yaml")
    (tmp_path / "assistants" / "acme-copy").symlink_to("acme")
    assert files(tmp_path).documents() == [
        "assistants/acme-copy/sales.yaml",
        "assistants/acme/sales.yaml",
        "assistants/sales-copy.yaml",
    ]
    assert files(tmp_path).read("assistants/acme-copy/sales.yaml") == b"title: Sales\n"


def test_a_project_reached_through_a_link_reads_the_same(tmp_path: Path) -> None:
    """The root's own links do not make its files outsiders (macOS has /tmp as one)."""
    write(tmp_path / "real" / "assistants" / "sales.yaml", "title: Sales\n")
    (tmp_path / "alias").symlink_to("real")
    found = ProjectFiles(tmp_path / "alias", "assistants")
    assert [found.read(each) for each in found.documents()] == [b"title: Sales\n"]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    """A folder that leads to a folder above it adds nothing; a file that leads to itself cannot be read."""
    write(tmp_path / "assistants" / "sales.yaml", "title: Sales\n")
    (tmp_path / "assistants" / "again").symlink_to(".")
    (tmp_path / "assistants" / "loop.yaml").symlink_to("loop.yaml")
    assert files(tmp_path).documents() == ["assistants/loop.yaml", "assistants/sales.yaml"]
    assert refusal(tmp_path, "assistants/loop.yaml").code == "missing-file"


def test_a_link_that_leads_nowhere_is_said_to(tmp_path: Path) -> None:
    """The link is there, so its own name is no suggestion; the file it led to is gone."""
    write(tmp_path / "assistants" / "sales-en.yaml", "title: Sales\n")
    (tmp_path / "assistants" / "sales.yaml").symlink_to("gone.yaml")
    assert files(tmp_path).documents() == ["assistants/sales-en.yaml", "assistants/sales.yaml"]
    found = refusal(tmp_path, "assistants/sales.yaml")
    assert (found.code, found.summary) == ("missing-file", "the symbolic link leads to no file")
    assert found.detail == "Remove the link, or let it lead to a file of the project."


def test_a_linked_folder_out_of_the_project_is_said_not_skipped(tmp_path: Path) -> None:
    """Documents that are merely not seen would look removed, so the listing fails and names the folder."""
    write(tmp_path / "elsewhere" / "x.yaml", "title: x\n")
    root = tmp_path / "project"
    (root / "assistants").mkdir(parents=True)
    (root / "assistants" / "shared").symlink_to(tmp_path / "elsewhere")
    assert problems(root) == [("outside-project", "assistants/shared")]


def test_a_folder_that_cannot_be_listed_is_said_not_skipped(tmp_path: Path) -> None:
    """A folder that the system will not open (here: too deep for a path) fails the listing, for the same reason."""
    write(tmp_path / "assistants" / "sales.yaml", "title: Sales\n")
    here = os.open(tmp_path / "assistants", os.O_RDONLY)
    for _ in range(20):
        os.mkdir("x" * 250, dir_fd=here)
        below = os.open("x" * 250, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    ((code, file),) = problems(tmp_path)
    assert code == "unreadable-file"
    assert str(file).startswith("assistants/xxx")


def test_a_name_that_is_not_utf8_is_said_not_skipped(tmp_path: Path) -> None:
    """Such a name can be no key; it is shown escaped, every one of them."""
    (tmp_path / "assistants").mkdir()
    for name in (b"sal\xe9.yaml", b"caf\xe9.yaml"):
        Path(os.fsdecode(os.fsencode(tmp_path / "assistants") + b"/" + name)).write_bytes(b"title: x\n")
    assert problems(tmp_path) == [
        ("file-name", r"assistants/caf\udce9.yaml"),
        ("file-name", r"assistants/sal\udce9.yaml"),
    ]


def test_a_folder_with_a_documents_name_is_said_not_skipped(tmp_path: Path) -> None:
    """Where `sales.yaml` was a file, its assistant would be pruned; `_` in front makes a folder of bases of it."""
    for name in ("sales.yaml/notes.txt", "acme.yml/day.yaml", "_bases.yaml/voice.yaml"):
        write(tmp_path / "assistants" / name, "title: x\n")
    assert problems(tmp_path) == [("file-name", "assistants/acme.yml"), ("file-name", "assistants/sales.yaml")]


def test_an_ending_in_capitals_is_said_not_skipped(tmp_path: Path) -> None:
    """`sales.YAML` is meant as a document, and one that is not seen would be pruned; bases may be named at will."""
    for name in ("sales.YAML", "acme/night.Yml", "acme/day.yaml", "_base.YAML", "_bases/voice.YML", "notes.TXT"):
        write(tmp_path / "assistants" / name, "title: x\n")
    assert problems(tmp_path) == [("file-name", "assistants/acme/night.Yml"), ("file-name", "assistants/sales.YAML")]
    with pytest.raises(DocumentError) as raised:
        files(tmp_path).documents()
    assert "Rename it to `assistants/sales.yaml`" in (raised.value.diagnostics[1].detail or "")


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    """Nobody writes into the pipe, so an ordinary open would never return."""
    (tmp_path / "assistants").mkdir()
    os.mkfifo(tmp_path / "assistants" / "pipe.yaml")
    assert files(tmp_path).documents() == ["assistants/pipe.yaml"]
    assert refusal(tmp_path, "assistants/pipe.yaml").code == "not-a-regular-file"


def test_a_socket_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no regular file is never opened."""
    monkeypatch.chdir(tmp_path)  # a socket's path has some 100 characters at most
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("here.yaml")
        assert refusal(tmp_path, "here.yaml").code == "not-a-regular-file"


def test_a_folder_where_a_file_is_due_is_refused(tmp_path: Path) -> None:
    """`${file:prompts}` names a folder by mistake."""
    (tmp_path / "prompts").mkdir()
    assert refusal(tmp_path, "prompts").code == "is-a-folder"


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, YAML_LIMIT])
def test_a_document_that_was_listed_is_read_to_its_end(tmp_path: Path, size: int) -> None:
    """However long it is."""
    content = bytes(97 + at % 26 for at in range(size))
    write(tmp_path / "assistants/a.yaml", content.decode())
    found = files(tmp_path)
    assert found.documents() == ["assistants/a.yaml"]
    assert found.read("assistants/a.yaml") == content


def test_a_read_that_gives_less_than_there_is_does_not_end_a_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As some file systems answer: a document that was cut off would still be valid YAML."""
    content = "".join(f"line{number}: text\n" for number in range(2_000))
    write(tmp_path / "assistants/a.yaml", content)
    found, read = files(tmp_path), os.read
    found.documents()
    monkeypatch.setattr(os, "read", lambda descriptor, size: read(descriptor, min(size, 4_096)))
    assert found.read("assistants/a.yaml") == content.encode()


@pytest.mark.parametrize("empty", [True, False])
def test_what_takes_a_listed_documents_place_is_judged_anew(tmp_path: Path, empty: bool) -> None:
    """A folder or a pipe that nobody writes to is refused, and read as nothing never."""
    write(tmp_path / "assistants/a.yaml", "name: A")
    found = files(tmp_path)
    found.documents()
    (tmp_path / "assistants/a.yaml").unlink()
    if empty:
        os.mkfifo(tmp_path / "assistants/a.yaml")
    else:
        (tmp_path / "assistants/a.yaml").mkdir()
    with pytest.raises(DocumentError) as refused:
        found.read("assistants/a.yaml")
    assert refused.value.diagnostics[0].code == ("not-a-regular-file" if empty else "is-a-folder")


@pytest.mark.parametrize(("name", "limit"), [("big.yaml", YAML_LIMIT), ("big.md", TEXT_LIMIT)])
def test_the_limit_is_the_last_size_that_is_read(tmp_path: Path, name: str, limit: int) -> None:
    """A file of exactly the limit is read whole; one byte more is refused."""
    (tmp_path / name).write_bytes(b"x" * limit)
    assert len(files(tmp_path).read(name)) == limit
    (tmp_path / name).write_bytes(b"x" * (limit + 1))
    assert refusal(tmp_path, name).code == "too-large"


@pytest.mark.parametrize("path", [".env", ".git/config", "prompts/.draft.md", "prompts/open.md"])
def test_hidden_files_are_out_of_reach(tmp_path: Path, path: str) -> None:
    """A stranger's pull request must not put .git/config, with the job's token, into a plan; nor through a link."""
    for name in (".env", ".git/config", "prompts/.draft.md"):
        write(tmp_path / name, "token = hunter2\n")
    (tmp_path / "prompts" / "open.md").symlink_to("../.git/config")
    assert refusal(tmp_path, path).code == "hidden-file"


def test_a_missing_file_is_answered_with_the_nearest_name(tmp_path: Path) -> None:
    """The folder is looked through for what was meant."""
    write(tmp_path / "prompts" / "sales.md", "Be kind.")
    found = refusal(tmp_path, "prompts/slaes.md")
    assert (found.code, found.file, found.detail) == (
        "missing-file",
        "prompts/slaes.md",
        "Did you mean `prompts/sales.md`?",
    )


def test_a_missing_folder_is_said_to_be_missing(tmp_path: Path) -> None:
    """Where even the folder is wrong, that is what has to be mended."""
    assert refusal(tmp_path, "promts/sales.md").detail == "There is no folder `promts` either."


def test_a_file_as_a_folder_is_a_missing_file(tmp_path: Path) -> None:
    """`prompts.md/sales` has no more of a file in it than an empty folder."""
    write(tmp_path / "prompts.md", "Be kind.")
    assert refusal(tmp_path, "prompts.md/sales").code == "missing-file"
