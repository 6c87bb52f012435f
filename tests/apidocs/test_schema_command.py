"""The `schema` verbs over real files: what they write, what they say, and that a failure changes nothing."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from reconciler.commands.schema import schema
from reconciler.commands.schema_fetch import fetch
from reconciler.commands.schema_files import ROLES, write_all
from reconciler.errors import ConfigError, PageError, ReconcilerError, SchemaError, UsageError
from tests.api.faketime import FakeTime
from tests.api.rawserver import raw_server
from tests.apidocs.forms import web
from tests.apidocs.pages import CREATE_LINES, CREATE_MDX, OWN, REPOSITORY, UPDATE_LINES, UPDATE_MDX, page


def run(*arguments: str | Path) -> int:
    """Run a verb in this process, as the program does; gives its exit code, errors come out as they are."""
    code: Any = schema.main([str(each) for each in arguments], standalone_mode=False)
    return int(code)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with the invented brand's pages."""
    (tmp_path / "create.txt").write_text(CREATE_LINES, "utf-8", newline="")
    (tmp_path / "update.txt").write_text(UPDATE_LINES, "utf-8", newline="")
    return tmp_path


def generate(project: Path, *more: str | Path) -> int:
    return run("generate", "-C", project, "--create", "create.txt", "--update", "update.txt", "--out", "schemas", *more)


def test_generate_writes_the_set_and_says_what_it_found(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Four files, counts, and what the pages say differently; a second run changes nothing."""
    assert generate(project) == 0
    told = capsys.readouterr().out
    assert "20 fields, 3 required, 3 may be null, 10 rules between fields." in told
    assert "API: https://desk.example/api" in told
    line = UPDATE_LINES.splitlines().index("desk_name") + 1
    assert (
        f"warning: update.txt:{line}: `desk_name`: create.txt gives a maximum length 60, update.txt gives 80." in told
    )
    assert sorted(each.name for each in (project / "schemas").iterdir()) == [
        "assistant.schema.json",
        "create.schema.json",
        "editor.schema.json",
        "update.schema.json",
    ]
    assert b"\r" not in (project / "schemas" / "create.schema.json").read_bytes()
    assert generate(project) == 0
    assert capsys.readouterr().out.count("unchanged ") == 4


def test_generate_answers_in_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For programs: the files, those that changed, and every diagnostic."""
    assert generate(project, "-o", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["written"] == told["files"]
    assert {each["code"] for each in told["diagnostics"]} == {"pages-differ", "limit-on-one-page"}


def test_a_page_may_come_from_standard_input(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`-` is one page; two pages cannot come down one pipe."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CREATE_LINES.encode())))
    assert run("generate", "-C", project, "--create", "-", "--update", "update.txt", "--out", "schemas") == 0
    told = capsys.readouterr().out
    assert "20 fields" in told
    assert "only standard input gives" in told
    with pytest.raises(UsageError):
        run("generate", "-C", project, "--create", "-", "--update", "-", "--out", "schemas")


def test_all_pages_that_are_wrong_are_named_and_nothing_is_written(project: Path) -> None:
    """Swapped pages are two errors, and the set that stood there still stands."""
    generate(project)
    before = {each.name: each.read_bytes() for each in (project / "schemas").iterdir()}
    with pytest.raises(PageError) as caught:
        run("generate", "-C", project, "--create", "update.txt", "--update", "create.txt", "--out", "schemas")
    assert [each.code for each in caught.value.diagnostics] == ["page-other-method", "page-other-method"]
    assert {each.name: each.read_bytes() for each in (project / "schemas").iterdir()} == before


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.txt", None, "page-unreadable"),
        ("latin.txt", "Straße".encode("latin-1"), "page-not-utf8"),
        ("huge.txt", b"x" * (5 * 1024 * 1024 + 1), "page-too-large"),
        ("http://127.0.0.1:1/create.md", None, "page-unreachable"),
    ],
)
def test_what_is_no_readable_page_is_refused(project: Path, name: str, content: bytes | None, code: str) -> None:
    """Each with what to do about it, and without a traceback's cause."""
    if content is not None:
        (project / name).write_bytes(content)
    with pytest.raises(PageError) as caught:
        run("generate", "-C", project, "--create", name, "--update", "update.txt", "--out", "schemas")
    (said,) = caught.value.diagnostics
    assert (said.code, bool(said.detail)) == (code, True)
    assert (said.file, said.summary.split()[:2]) == (name, ["the", "page"]), "the place is said once, before it"
    assert not (project / "schemas").exists()


def test_a_failing_write_leaves_the_old_set_whole(tmp_path: Path) -> None:
    """Where the second file cannot take its place, the first is as it was, and no helper stays behind."""
    write_all(tmp_path, {"a.json": "old a"})
    (tmp_path / "b.json").mkdir()
    with pytest.raises(ConfigError) as caught:
        write_all(tmp_path, {"a.json": "new a", "b.json": "new b"})
    assert caught.value.diagnostics[0].code == "schema-unwritable"
    assert (tmp_path / "a.json").read_text() == "old a"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.json", "b.json"]


def test_files_of_pages_that_were_not_given_are_left_and_named(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A list schema from before is not deleted in silence, nor kept in silence."""
    (project / "schemas").mkdir()
    (project / "schemas" / "list.schema.json").write_text("{}")
    generate(project)
    assert "left as it is: " in capsys.readouterr().out
    assert (project / "schemas" / "list.schema.json").read_text() == "{}"


def test_check_passes_on_this_repository(capsys: pytest.CaptureFixture[str]) -> None:
    """The committed set is what its own pages give."""
    assert run("check", "-C", REPOSITORY) == 0
    assert "identical, 6 files." in capsys.readouterr().out


def test_check_lists_every_difference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page that changed without a new set is exit 1, with file and JSON pointer."""
    shutil.copytree(REPOSITORY / "schemas", tmp_path / "schemas")
    page = tmp_path / "schemas" / "pages" / "create.txt"
    page.write_text(page.read_text("utf-8").replace("Range: 20–1200", "Range: 20–1800"), "utf-8")
    assert run("check", "-C", tmp_path, "--structure") == 1
    told = capsys.readouterr().out
    assert "create.schema.json#/properties/max_duration/maximum: 1800 in the pages, 1200 in schemas" in told
    assert "3 differences between the pages and schemas." in told


def test_check_against_another_folder_can_leave_out_words(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two sets that differ in wording alone have one structure."""
    generate(project)
    (project / "create.txt").write_text(CREATE_LINES.replace("Shown in the office", "Seen in the office"), "utf-8")
    run("generate", "-C", project, "--create", "create.txt", "--update", "update.txt", "--out", "other")
    capsys.readouterr()
    assert run("check", "-C", project, "--against", "other") == 1
    assert "#/properties/desk_name/description" in capsys.readouterr().out
    assert run("check", "-C", project, "--against", "other", "--structure") == 0
    assert "structure identical" in capsys.readouterr().out


def test_a_set_without_list_and_delete_has_the_same_structure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Made from the create and update pages alone, a set lacks two files: that is noted, on either side of it."""
    pages = [part for role in ("create", "update") for part in (f"--{role}", OWN / f"{role}.txt")]
    run("generate", *pages, "--out", tmp_path / "other" / "schemas")
    shutil.copytree(REPOSITORY / "schemas", tmp_path / "schemas")
    capsys.readouterr()
    assert run("check", "-C", tmp_path, "--against", "other/schemas", "--structure") == 0
    told = capsys.readouterr().out
    assert "note: list.schema.json: only in schemas; " in told
    assert "note: delete.schema.json: only in schemas; " in told
    assert "structure identical, 4 files." in told
    assert run("check", "-C", tmp_path / "other", "--against", "../schemas", "--structure") == 0
    assert "note: list.schema.json: only in ../schemas; " in capsys.readouterr().out
    assert run("check", "-C", tmp_path, "--against", "other/schemas") == 1
    capsys.readouterr()
    (tmp_path / "other" / "schemas" / "update.schema.json").unlink()
    assert run("check", "-C", tmp_path, "--against", "other/schemas", "--structure") == 1
    assert "1 difference between schemas and other/schemas." in capsys.readouterr().out


def test_a_set_from_before_there_was_a_schema_for_editors_is_no_other_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It holds no word of a page that the others lack: that it is missing is noted, and no difference."""
    shutil.copytree(REPOSITORY / "schemas", tmp_path / "schemas")
    shutil.copytree(REPOSITORY / "schemas", tmp_path / "older")
    (tmp_path / "older" / "editor.schema.json").unlink()
    noted = "note: editor.schema.json: only in schemas; "
    for more in ((), ("--structure",)):
        assert run("check", "-C", tmp_path, "--against", "older", *more) == 0
        told = capsys.readouterr().out
        assert noted in told
        assert "identical, 5 files." in told
    (tmp_path / "schemas" / "editor.schema.json").unlink()
    assert run("check", "-C", tmp_path) == 0
    told = capsys.readouterr().out
    assert "note: editor.schema.json: only in the pages; " in told
    assert "`schema generate` writes it" in told


def test_a_schema_for_editors_that_was_edited_is_a_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is what follows from the others, or people are shown other rules than those that hold."""
    shutil.copytree(REPOSITORY / "schemas", tmp_path / "schemas")
    path = tmp_path / "schemas" / "editor.schema.json"
    path.write_text(path.read_text("utf-8").replace('"maximum": 1200', '"maximum": 9999'), "utf-8")
    assert run("check", "-C", tmp_path) == 1
    told = capsys.readouterr().out
    assert "editor.schema.json#/properties/max_duration/anyOf" in told
    assert "9999" in told


def test_check_and_diff_say_when_to_use_which(capsys: pytest.CaptureFixture[str]) -> None:
    """The help of each names the other."""
    for one, other in (("check", "schema diff"), ("diff", "schema check")):
        with pytest.raises(SystemExit):
            schema.main([one, "--help"])
        assert f"`{other}`" in " ".join(capsys.readouterr().out.split())


def test_diff_shows_what_another_page_would_change(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fields that come and go, by name; exit 2 only when asked for."""
    generate(project)
    (project / "create.txt").write_text(CREATE_MDX, "utf-8")
    (project / "update.txt").write_text(UPDATE_MDX, "utf-8")
    run("generate", "-C", project, "--create", "create.txt", "--update", "update.txt", "--out", "newer")
    capsys.readouterr()
    assert run("diff", "-C", project, "schemas", "newer") == 0
    assert "added      town_name: new: string\n" in capsys.readouterr().out
    assert run("diff", "-C", project, "schemas", "newer", "--words") == 0
    told = capsys.readouterr().out
    assert "create.schema.json#/properties/town_name: only in newer" in told
    assert "editor.schema.json" not in told, "it says nothing that the others do not"
    assert run("diff", "-C", project, "schemas", "newer", "--detailed-exitcode") == 2
    assert run("diff", "-C", project, "schemas", "schemas", "--detailed-exitcode") == 0


@pytest.mark.parametrize(
    ("arguments", "kind", "code"),
    [
        (("check",), SchemaError, "schema-missing"),
        (("diff", "nowhere"), SchemaError, "schema-missing"),
    ],
)
def test_a_folder_without_schemas_is_an_error(
    tmp_path: Path, arguments: tuple[str, ...], kind: type[ReconcilerError], code: str
) -> None:
    """Nothing to compare is not the same as no difference."""
    with pytest.raises(kind) as caught:
        run(arguments[0], "-C", tmp_path, *arguments[1:])
    assert caught.value.diagnostics[0].code == code


@pytest.mark.parametrize("content", ["[]", '{"properties": []}', '{"properties": {"desk_name": 3}}'])
def test_a_damaged_file_of_either_set_is_named(project: Path, content: str) -> None:
    """It says nothing of fields, so nothing can be told of what changed."""
    generate(project)
    shutil.copytree(project / "schemas", project / "older")
    (project / "older" / "update.schema.json").write_text(content, "utf-8")
    for sides in (("older", "schemas"), ("schemas", "older")):
        with pytest.raises(SchemaError) as caught:
            run("diff", "-C", project, *sides)
        assert [(each.code, each.file) for each in caught.value.diagnostics] == [
            ("schema-invalid", "older/update.schema.json")
        ]


def test_check_without_pages_says_where_they_belong(project: Path) -> None:
    """A set without reference pages can only be compared with another."""
    generate(project)
    with pytest.raises(ConfigError) as caught:
        run("check", "-C", project)
    assert caught.value.diagnostics[0].code == "schema-pages-missing"


def test_generate_from_the_own_pages_gives_the_committed_files(tmp_path: Path) -> None:
    """The command line of the README writes exactly what is committed, but for the names of the pages' files."""
    pages = [part for role in ("create", "update", "list", "delete") for part in (f"--{role}", OWN / f"{role}.txt")]
    assert run("generate", *pages, "--out", tmp_path / "out") == 0
    for path in (tmp_path / "out").iterdir():
        assert path.read_bytes() == (REPOSITORY / "schemas" / path.name).read_bytes()


def test_explain_shows_the_words_and_the_line_of_every_constraint(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each keyword with the sentence it was read from; nothing is written."""
    arguments = ("generate", "-C", project, "--create", "create.txt", "--update", "update.txt")
    assert run(*arguments, "--explain", "report_url", "--explain", "pitch") == 0
    told = capsys.readouterr().out
    create, update = CREATE_LINES.splitlines(), UPDATE_LINES.splitlines()
    line = update.index("Where to. Set to null to forget it.") + 1
    assert f'  type: ["string", "null"]\n      update.txt:{line}: Set to null to forget it\n' in told
    line = create.index("Where to. Required if sends_report is true.") + 1
    assert f"`report_url`\n      create.txt:{line}: Required if sends_report is true\n" in told
    line = create.index("How high. Range: 0.5–2.") + 1
    assert f"  minimum: 0.5\n      create.txt:{line}: Range: 0.5–2\n" in told
    assert not (project / "schemas").exists()
    assert run(*arguments, "--explain", "pitch", "-o", "json") == 0
    shown = json.loads(capsys.readouterr().out)["fields"]["pitch"]
    assert {"keyword": "maximum", "value": 2, "words": "Range: 0.5–2", "file": "create.txt", "line": line} in shown


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ((), "usage-out-or-explain"),
        (("--out", "s", "--explain", "pitch"), "usage-out-or-explain"),
        (("--explain", "pich"), "no-such-field"),
    ],
)
def test_generate_writes_or_explains(project: Path, more: tuple[str, ...], code: str) -> None:
    """One of the two, and a field that the pages have; a near miss is suggested."""
    with pytest.raises(UsageError) as caught:
        run("generate", "-C", project, "--create", "create.txt", "--update", "update.txt", *more)
    assert caught.value.diagnostics[0].code == code
    assert code != "no-such-field" or "Did you mean pitch?" in (caught.value.diagnostics[0].detail or "")


def test_every_constraint_of_the_reference_pages_knows_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    """No keyword of any field is without words, and each line that is named exists."""
    pages = [part for role in ("create", "update") for part in (f"--{role}", OWN / f"{role}.txt")]
    made: Any = json.loads((REPOSITORY / "schemas" / "assistant.schema.json").read_text("utf-8"))
    names = [name for name, each in made["properties"].items() if not each.get("x-reserved")]
    assert run("generate", *pages, *(part for name in names for part in ("--explain", name)), "-o", "json") == 0
    told = json.loads(capsys.readouterr().out)["fields"]
    lengths = {str(OWN / f"{role}.txt"): len((OWN / f"{role}.txt").read_text("utf-8").splitlines()) for role in ROLES}
    for name in names:
        keywords = {each["keyword"] for each in told[name]}
        assert set(made["properties"][name]) - {"description"} <= keywords
        assert all(each["words"] and 0 < each["line"] <= lengths[each["file"]] for each in told[name])


DOCUMENT = """\
name: Lakeview Dental - Reception
type: inbound
mode: pipeline
llm_model_id: 2
voice_id: 12
language_id: 1
timezone: America/Chicago
initial_message: Lakeview Dental, hello.
system_prompt: You answer the phone.
max_duration: 900
"""


def dental(folder: Path) -> Path:
    """A project of one document, its schemas and their pages."""
    shutil.copytree(REPOSITORY / "schemas", folder / "schemas")
    (folder / "assistants").mkdir()
    (folder / "assistants" / "reception.yaml").write_text(DOCUMENT, "utf-8")
    (folder / "reconciler.yaml").write_text("environments: {default: {}}\n", "utf-8")
    for role in ("create", "update"):
        text = (OWN / f"{role}.txt").read_text("utf-8")
        newer = text.replace("Range: 20–1200", "Range: 20–800").replace("forest, ", "forest, harbour, ")
        (folder / f"newer-{role}.txt").write_text(newer, "utf-8")
    return folder


@pytest.mark.parametrize("new", [("newer-create.txt", "newer-update.txt"), ("newer-create.txt",)], ids=["both", "one"])
def test_diff_names_the_documents_that_break(
    tmp_path: Path, new: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """By file and line, with pages for the new side; a page that is not given is the one beside the old set."""
    folder = dental(tmp_path)
    assert run("diff", "-C", folder, "schemas", *new, "--detailed-exitcode") == 2
    told = capsys.readouterr().out
    assert "tightened  max_duration: maximum 1200 → 800\n" in told
    assert "loosened   ambient_sound: also harbour\n" in told
    assert "assistants/reception.yaml:10:15: `max_duration` must be at most 800, not 900" in told
    assert told.endswith("1 tightened, 1 loosened; 1 document would break.\n")


def test_diff_names_the_documents_that_may_say_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A new field may be said wherever it exists; in JSON every place is there, and people read the first five."""
    folder = dental(tmp_path)
    for role in ("create", "update"):
        text = (OWN / f"{role}.txt").read_text("utf-8")
        field = "folder_id\ninteger\nWhere it lies. Set to null to take it out.\nrecord\nboolean"
        (folder / f"newer-{role}.txt").write_text(text.replace("record\nboolean", field), "utf-8")
    assert run("diff", "-C", folder, "schemas", "newer-create.txt", "newer-update.txt", "-o", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [(each["kind"], each["field"]) for each in told["changes"]] == [("added", "folder_id")]
    assert told["may_say"] == {"folder_id": [{"file": "assistants/reception.yaml", "line": 1}]}
    assert (told["breaks"], told["summary"]["added"]) == ([], 1)
    for desk in range(6):
        (folder / "assistants" / f"desk-{desk}.yaml").write_text(DOCUMENT, "utf-8")
    assert run("diff", "-C", folder, "schemas", "newer-create.txt", "newer-update.txt") == 0
    told = capsys.readouterr().out
    shown = ", ".join(f"assistants/desk-{desk}.yaml:1" for desk in range(5))
    assert f"Documents that may newly say something:\n  folder_id: {shown} and 2 more\n" in told
    assert told.endswith("1 added; no document breaks.\n")


def test_diff_refuses_two_pages_of_one_kind(tmp_path: Path) -> None:
    """Nobody can tell which of them is meant."""
    folder = dental(tmp_path)
    with pytest.raises(UsageError) as caught:
        run("diff", "-C", folder, "schemas", "newer-create.txt", "newer-create.txt")
    assert caught.value.diagnostics[0].code == "usage-page-twice"


class Docs(BaseHTTPRequestHandler):
    """A docs site: two pages, and every way of not giving one. `more` is what a test puts there."""

    more: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        pages = {
            "/create.md": CREATE_MDX,
            "/update.md": UPDATE_MDX,
            **self.more,
            "/huge.md": "x" * (5 * 1024 * 1024 + 9),
        }
        port = self.server.server_address[1]
        moved = {"/old.md": "/create.md", "/away.md": f"http://localhost:{port}/create.md", "/round.md": "/round.md"}
        moved["/nowhere.md"] = "http://["
        html = self.path in ("/create", "/create.html")
        if self.path in moved:
            self.send_response(301)
            self.send_header("Location", moved[self.path])
        else:
            self.send_response(200 if self.path in pages or html else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8" if html else "text/markdown")
        content = pages.get(self.path, "").encode()
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep the tests' output to themselves."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Docs) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_page_may_be_an_address(tmp_path: Path, site: str) -> None:
    """Over a real socket, with a redirect on the same host."""
    assert (
        run("generate", "-C", tmp_path, "--create", f"{site}/old.md", "--update", f"{site}/update.md", "--out", "s")
        == 0
    )
    made = json.loads((tmp_path / "s" / "create.schema.json").read_text("utf-8"))
    assert next(iter(made["properties"])) == "desk_name"


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/create", "page-empty"),
        ("/missing.md", "page-unreachable"),
        ("/away.md", "page-elsewhere"),
        ("/round.md", "page-unreachable"),
        ("/nowhere.md", "page-elsewhere"),
        ("/huge.md", "page-too-large"),
    ],
)
def test_an_address_that_gives_no_page_is_refused(tmp_path: Path, site: str, path: str, code: str) -> None:
    """HTML, errors, other hosts, loops and floods: each says what to do instead, and nothing is written."""
    with pytest.raises(PageError) as caught:
        run("generate", "-C", tmp_path, "--create", site + path, "--update", f"{site}/update.md", "--out", "s")
    (said,) = caught.value.diagnostics
    assert (said.code, bool(said.detail)) == (code, True)
    assert not (tmp_path / "s").exists()


def test_a_page_that_trickles_does_not_hold_us_for_ever() -> None:
    """Headers a byte at a time: the whole page has a deadline, not each silence alone."""
    time = FakeTime()

    def trickle(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nServer: ")
        while True:
            time.seconds += 8
            connection.sendall(b"a")

    with raw_server(trickle) as server, pytest.raises(PageError) as caught:
        fetch(f"{server.url}/create.md", limit=1000, clock=time.clock)
    assert "took longer than 30 seconds" in str(caught.value)


@pytest.mark.parametrize(("name", "value"), [("HTTPS_PROXY", "gopher://proxy.example"), ("SSL_CERT_FILE", "/no/such")])
def test_settings_of_the_network_that_cannot_be_used_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """A proxy of a kind that nobody speaks, certificates that are not there: named, before anything is fetched."""
    monkeypatch.setenv(name, value)
    address = "https://docs.example.invalid/create.md"
    with pytest.raises(ConfigError) as caught:
        run("generate", "-C", tmp_path, "--create", address, "--update", address, "--out", "s")
    assert {each.code for each in caught.value.diagnostics} == {"network-settings"}
    assert name in str(caught.value.diagnostics[0].detail)


def test_a_set_made_from_addresses_can_be_checked_online(
    project: Path, site: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It remembers where its pages came from; a reworded page is no difference, another limit is."""
    monkeypatch.setattr(Docs, "more", {"/c.txt": CREATE_LINES, "/u.txt": UPDATE_LINES})
    assert (
        run("generate", "-C", project, "--create", f"{site}/c.txt", "--update", f"{site}/u.txt", "--out", "schemas")
        == 0
    )
    capsys.readouterr()
    monkeypatch.setattr(
        Docs, "more", {"/c.txt": CREATE_LINES.replace("How high", "How shrill"), "/u.txt": UPDATE_LINES}
    )
    assert run("check", "-C", project, "--online") == 0
    assert capsys.readouterr().out == "No differences.\n"
    monkeypatch.setattr(
        Docs, "more", {"/c.txt": CREATE_LINES.replace("Range: 0.5–2", "Range: 0.5–3"), "/u.txt": UPDATE_LINES}
    )
    assert run("check", "-C", project, "--online") == 1
    assert "loosened   pitch: maximum 2 → 3\n" in capsys.readouterr().out
    assert run("check", "-C", project, "--online", "--detailed-exitcode") == 2
    monkeypatch.setattr(Docs, "more", {})
    with pytest.raises(PageError) as caught:
        run("check", "-C", project, "--online")
    assert {each.code for each in caught.value.diagnostics} == {"page-unreachable"}


def test_a_set_made_from_files_is_told_where_to_look(project: Path, site: str) -> None:
    """The committed set does not say where its pages are online; addresses given by role do."""
    generate(project)
    with pytest.raises(ConfigError) as caught:
        run("check", "-C", project, "--online")
    assert caught.value.diagnostics[0].code == "schema-addresses-unknown"
    assert (
        run("check", "-C", project, "--online", "--create", f"{site}/create.md", "--update", f"{site}/update.md") == 1
    )
    with pytest.raises(UsageError):
        run("check", "-C", project, "--create", f"{site}/create.md")


def test_an_address_may_answer_with_a_web_page(project: Path, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A docs site without a Markdown export is read by its tags."""
    monkeypatch.setattr(Docs, "more", {"/create.html": web(page(CREATE_LINES, "create"))})
    assert (
        run("generate", "-C", project, "--create", f"{site}/create.html", "--update", "update.txt", "--out", "s") == 0
    )
    made = json.loads((project / "s" / "create.schema.json").read_text("utf-8"))
    assert made["properties"]["pitch"]["maximum"] == 2
