"""Projects that were made to do harm, or by machines that mean well: what a person sees, in bounded memory and time."""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler import cli
from tests.support.practice import PROMPT, RECEPTION, REPOSITORY

FRONT = "assistants/reception.yaml"
MEMORY = 512 * 1024 * 1024


def project(folder: Path, **files: str | bytes) -> Path:
    """A practice with one good document, and `files` by path besides."""
    good = {"assistants/prompts/reception.md": PROMPT, FRONT: RECEPTION}
    for path, content in {**good, **files}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """The program in a process of its own that may have 512 MB and 60 seconds; its exit code and all that it told."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILER_")}
    ended = subprocess.run(
        [sys.executable, "-m", "reconciler", "-C", str(folder), *arguments],
        cwd=folder,
        env={**ours, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return ended.returncode, (ended.stdout + ended.stderr).decode()


def with_prompt(text: str) -> str:
    return RECEPTION.replace("${file:prompts/reception.md}", text)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
)
LOOK_ALIKE = RECEPTION.replace("voice_id:", "v\u043eice_id:")
CONFLICT = f"<<<<<<< HEAD\n{RECEPTION}=======\n>>>>>>> spring\n"
DOCUMENTS: dict[str, tuple[str | bytes, str, str, str]] = {
    "a bomb of aliases": (BOMB, "yaml-aliases", ":5:10", "grow beyond all bounds"),
    "10 MB in one scalar": (with_prompt("a" * 10_000_000), "too-large", ": ", "1 MiB"),
    "nearly 1 MB in one wrong word": (RECEPTION.replace("inbound", "a" * 999_000), "not-allowed", ":2:7", "inbound"),
    "3,000 brackets": ("name: " + "[" * 3000, "yaml-too-deep", ":1:106", "100 deep"),
    "1,000 levels of blocks": (
        "".join(f"{' ' * at}a:\n" for at in range(1000)),
        "yaml-too-deep",
        ":101:101",
        "100 deep",
    ),
    "100,000 brackets": ("name: " + "[" * 100_000, "yaml-too-deep", ":1:106", "100 deep"),
    "a base that is itself": (
        f"{RECEPTION}reconciler: {{extends: [reception.yaml]}}\n",
        "base-cycle",
        ":10:24",
        "circle",
    ),
    "no UTF-8": (RECEPTION.encode() + b"# \xe9\n", "yaml-encoding", ":10:3", "UTF-8"),
    "UTF-16": (RECEPTION.encode("utf-16"), "yaml-encoding", ":1:1", "UTF-8"),
    "a null byte": (RECEPTION.encode() + b"# \x00\n", "yaml-control-character", ":10:3", "U+0000"),
    "a key that looks alike": (LOOK_ALIKE, "field-unknown", ":5:1", "U+043E CYRILLIC SMALL LETTER O"),
    "an unfinished merge": (CONFLICT, "merge-conflict", ":1:1", "remove these lines"),
    "a path above the project": (with_prompt("${file:../../etc/passwd}"), "reference-path", ":9:16", "of this project"),
    "a device": (with_prompt("${file:/dev/zero}"), "reference-path", ":9:16", "relative to"),
    "what Git keeps its tokens in": (with_prompt("${file:../.git/config}"), "hidden-file", ":9:16", "hidden"),
}


@pytest.mark.parametrize("case", DOCUMENTS)
def test_a_hostile_document_is_told_at_its_place(tmp_path: Path, case: str) -> None:
    """Exit 1, the code, the place and a way on; no traceback, in 512 MB and a bounded time."""
    content, code, place, way_on = DOCUMENTS[case]
    ended, told = run(
        project(tmp_path, **{FRONT: content, "assistants/.git/config": "token = 1\n"}), "plan", "-o", "json"
    )
    assert ended == 1, told[:2000]
    assert f"{FRONT}{place}" in told
    assert way_on in told
    assert f'"code": "{code}"' in told
    assert "Traceback" not in told
    assert len(told) < 20_000


WELL_MEANT: dict[str, str | bytes] = {
    "a byte order mark": b"\xef\xbb\xbf" + RECEPTION.encode(),
    "line ends of Windows": RECEPTION.replace("\n", "\r\n").encode(),
    "both": b"\xef\xbb\xbf" + RECEPTION.replace("\n", "\r\n").encode(),
    "a name in another script": RECEPTION.replace("Lakeview Dental -", "\u6e56\u7554\u6b6f\u79d1"),
    "text that runs to the left": RECEPTION.replace("Lakeview Dental -", "\u05e8\u05d5\u05e4\u05d0"),
}


@pytest.mark.parametrize("case", WELL_MEANT)
def test_what_other_editors_write_is_read(tmp_path: Path, case: str) -> None:
    """It is one create, and the texts are as they were meant."""
    ended, told = run(project(tmp_path, **{FRONT: WELL_MEANT[case]}), "plan", "-o", "json")
    assert ended == 0, told
    (change,) = json.loads(told[told.index("{") : told.rindex("}") + 1])["changes"]
    assert change["requests"][0]["body"]["system_prompt"] == PROMPT
    assert "\r" not in json.dumps(change)


NAMES: dict[str, tuple[tuple[str, ...], str, str]] = {
    "two that differ in case": (("assistants/Front.yaml", "assistants/front.yaml"), "key-ambiguous", "front"),
    "two endings": (("assistants/front.yaml", "assistants/front.yml"), "key-twice", "front"),
    "a name that Windows keeps": (("assistants/con.yaml",), "key-invalid", "con"),
    "a folder that Windows keeps": (("assistants/aux/front.yaml",), "key-invalid", "aux"),
    "a name that ends in a dot": (("assistants/front..yaml",), "key-invalid", "front."),
    "an ending in capitals": (("assistants/front.YAML",), "file-name", "front.yaml"),
    "a line break in a name": (("assistants/fro\nnt.yaml",), "key-invalid", "fro"),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_name_that_another_system_cannot_have_is_refused(tmp_path: Path, case: str) -> None:
    """A state in Git is checked out on Windows and macOS, too: there the two would be one, or none."""
    paths, code, shown = NAMES[case]
    ended, told = run(
        project(tmp_path, **dict.fromkeys(paths, RECEPTION.replace("prompts/", "/prompts/"))), "plan", "-o", "json"
    )
    assert ended == 1, told
    assert f'"code": "{code}"' in told
    assert shown in told
    assert "Traceback" not in told


def a_pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def a_link_to(target: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    return make


def huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(3 * 1024**3)


PLACES = (
    (FRONT, ("plan",)),
    ("assistants/prompts/reception.md", ("plan",)),
    ("reconciler.yaml", ("plan",)),
    ("catalog/default.yaml", ("plan",)),
    ("state/default/reception.json", ("plan",)),
    ("state/default/_meta.json", ("plan",)),
    ("schemas/assistant.schema.json", ("plan",)),
    ("change.plan", ("show", "change.plan")),
    ("change.plan", ("apply", "change.plan")),
    ("names.yaml", ("plan", "--catalog", "names.yaml")),
    ("page.txt", ("schema", "generate", "--create", "page.txt", "--update", "page.txt", "--explain", "mode")),
    ("schemas/create.schema.json", ("schema", "check", "--structure", "--against", "schemas")),
    ("schemas/lookups.json", ("catalog",)),
    ("schemas/list.schema.json", ("plan",)),
    ("schemas/pages/create.txt", ("schema", "check")),
)
FORMS: dict[str, Callable[[Path], None]] = {
    "a pipe": a_pipe,
    "a device": a_link_to("/dev/zero"),
    "a link that leads to itself": lambda path: a_link_to(path.name)(path),
    "3 GB": huge,
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("path", "verb"), PLACES, ids=[" ".join((each, *verb[:1])) for each, verb in PLACES])
def test_what_is_no_file_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, verb: tuple[str, ...], form: str
) -> None:
    """Everything that is read by name: an error that names it, and an end."""
    folder = project(tmp_path, **{"state/default/_meta.json": META})
    if path.startswith("schemas/"):
        shutil.copytree(REPOSITORY / "schemas", folder / "schemas")
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    FORMS[form](folder / path)
    ended, told = in_process(folder, monkeypatch, *verb)
    assert ended in (1, 64), told
    assert Path(path).name.removesuffix(".schema.json") in told
    assert "bug in reconciler" not in told


OWN = (
    (".reconciler/sandbox/default.db", "drift", 1),
    (".reconciler/sandbox/default.db.lock", "drift", 1),
    (".reconciler/fingerprint.key", "plan", 1),
    ("state/default/_lock.json", "state unlock", 0),  # a record that cannot be read names nobody
)


@pytest.mark.parametrize("form", ["a pipe", "a device", "3 GB"])
@pytest.mark.parametrize(("path", "verb", "code"), OWN, ids=[each for each, _, _ in OWN])
def test_what_stands_for_a_file_of_our_own_is_not_waited_for(
    tmp_path: Path, path: str, verb: str, code: int, form: str
) -> None:
    """What nobody but the program writes is opened as carefully: it ends, in bounded memory, with a place."""
    folder = project(tmp_path, **{"reconciler.yaml": "environments:\n  default:\n    api: 'sandbox:'\n"})
    (folder / path).parent.mkdir(parents=True)
    FORMS[form](folder / path)
    ended, told = run(folder, *verb.split())
    assert "bug in reconciler" not in told
    assert ended in (0, code), told  # a lock file may be of any size, and of any kind that can be locked
    assert ended == 0 or path.removesuffix(".lock") in told


MANY = b"[" + b"[]," * 12_000_000 + b"[]]"
COUNTED = {
    "a plan": ("change.plan", ("show", "change.plan"), "cannot-read"),
    "a plan to be done": ("change.plan", ("apply", "change.plan"), "cannot-read"),
    "a state": ("kept.json", ("state", "push", "kept.json"), "cannot-read"),
    "an entry": ("state/default/reception.json", ("plan",), "state-unreadable"),
}


@pytest.mark.parametrize("case", COUNTED)
def test_a_file_of_too_many_values_is_not_parsed(tmp_path: Path, case: str) -> None:
    """36 MB of empty lists are a gigabyte in memory; they are counted first."""
    path, verb, code = COUNTED[case]
    ended, told = run(project(tmp_path, **{path: MANY, "state/default/_meta.json": META}), *verb, "-o", "json")
    assert (ended, f'"code": "{code}"' in told) == (1, True), told
    assert f"{path}: " in told
    assert "it holds more than 2,000,000 values" in told


META = '{"format_version": 1, "lineage": "1b4e28ba-2fa1-41d2-883f-0016d3cca427"}\n'


def in_process(folder: Path, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[int, str]:
    """The program in this process, which costs a tenth; an alarm ends what waits for ever."""
    for name in [each for each in os.environ if each.startswith("RECONCILER_")]:
        monkeypatch.delenv(name)
    out, err = io.StringIO(), io.StringIO()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(60)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(["-C", str(folder), *arguments])
    finally:
        signal.alarm(0)
    return code, out.getvalue() + err.getvalue()
