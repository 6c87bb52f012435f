"""Facts about the program's frame, seen from outside: processes, exit codes, streams."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.cli import VERBS
from tests.edge.probe import SECRET
from tests.edge.projects import environment, project, reconciler

HEAVY = ("yaml", "jsonschema", "jsonschema_rs", "httpx", "deepdiff", "filelock")


def probe(
    *arguments: str, cwd: Path, environ: Mapping[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    return reconciler(*arguments, cwd=cwd, environ=environ, stdin=stdin, module="tests.edge.probe")


def invocation(*arguments: str, cwd: Path, **environ: str) -> dict[str, object]:
    done = probe(*arguments, cwd=cwd, environ=environ)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_names_every_verb(tmp_path: Path, flag: str) -> None:
    """Both spellings of help; on stdout, in any folder, with what each verb is for."""
    done = reconciler(flag, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for name, (_, told) in VERBS.items():
        assert f"  {name} " in done.stdout
        assert told in done.stdout


def test_version_is_one_line(tmp_path: Path) -> None:
    """Of the program, and of every verb."""
    assert reconciler("--version", cwd=tmp_path).stdout == "reconciler 0.1.0\n"
    assert reconciler("completion", "--version", cwd=tmp_path).stdout == "reconciler 0.1.0\n"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["completion", "zsh"]])
def test_help_and_version_cost_no_library(tmp_path: Path, arguments: list[str]) -> None:
    """What a shell asks a hundred times a day imports neither the libraries nor another verb's module."""
    code = (
        "import atexit, sys; from reconciler.cli import main\n"
        "atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))\n"
        f"main({arguments!r})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True
    )
    loaded = set(done.stderr.split())
    assert not loaded & set(HEAVY)
    verbs = {module.partition(":")[0] for module, _ in VERBS.values()} - {"reconciler.commands.completion"}
    assert not loaded & verbs
    assert len([name for name in loaded if name.startswith("reconciler")]) < 15


@pytest.mark.parametrize("name", sorted(VERBS))
def test_every_verb_helps_with_a_sentence_and_examples(tmp_path: Path, name: str) -> None:
    """The table leads to a command, and its help says what it is for and shows it used."""
    done = reconciler(name, "--help", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"reconciler {name}" in re.split("Examples?:", done.stdout)[1]


USAGE = [
    (["--nonsense"], "No such option"),
    (["pln"], "Did you mean 'plan'?"),
    (["frobnicate"], "No such command 'frobnicate'"),
    (["completion"], "Missing argument"),
    (["completion", "bash", "extra"], "unexpected extra argument"),
    (["completion", "-o", "xml", "bash"], "'xml' is not"),
    (["-o", "json", "completion", "bash"], "has no output form `json`"),
    (["-C"], "requires an argument"),
    ([], "Usage: reconciler"),
]


@pytest.mark.parametrize(("arguments", "told"), USAGE, ids=[" ".join(each) or "nothing" for each, _ in USAGE])
def test_a_wrong_command_line_ends_with_64(tmp_path: Path, arguments: list[str], told: str) -> None:
    """Never with click's 2, which means "there are changes"; the hint is on stderr, stdout stays empty."""
    done = reconciler(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (64, "")
    assert told in done.stderr


@pytest.mark.parametrize(
    ("what", "code"), [("changes", 2), ("invalid", 1), ("locked", 5), ("refused", 6), ("bug", 1), ("interrupt", 130)]
)
def test_a_run_ends_with_the_code_of_what_happened(tmp_path: Path, what: str, code: int) -> None:
    """A verb's own code, an error's code, or 130: and never a traceback."""
    done = probe("probe", what, cwd=tmp_path)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_errors_are_told_on_stderr_with_their_places(tmp_path: Path) -> None:
    """All of them, with the line they are about; stdout stays empty."""
    done = probe("probe", "invalid", cwd=project(tmp_path))
    assert done.stdout == ""
    assert "assistants/viewings.yaml:4:1" in done.stderr
    assert "assistants/viewings.yaml:4:11" in done.stderr
    assert "Shorten it." in done.stderr
    assert "brain_id: 2" in done.stderr


def test_errors_are_also_json_where_json_was_asked_for(tmp_path: Path) -> None:
    """One JSON value on stdout, whatever happened; people still read stderr."""
    done = probe("probe", "-o", "json", "invalid", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert told["format_version"] == "1.0"
    assert told["error"]["code"] == "too-long"
    assert [each["code"] for each in told["diagnostics"]] == ["too-long", "no-voice"]
    assert set(told["diagnostics"][0]) == {
        *("severity", "code", "summary", "detail", "file", "line", "column", "key", "field")
    }
    assert "is too long" in done.stderr


def test_a_printed_result_stays_the_only_json(tmp_path: Path) -> None:
    """A plan that is shown and then refused is not followed by a second value."""
    done = probe("-o", "json", "probe", "refused", cwd=tmp_path)
    assert json.loads(done.stdout) == {"format_version": "1.0", "changes": []}
    assert "deletes 9 of 10" in done.stderr


def test_a_terminal_sees_no_control_character_of_ours(tmp_path: Path) -> None:
    """What came from a file or an API cannot clear the screen."""
    assert "\x1b" not in probe("probe", "locked", cwd=tmp_path).stderr


@pytest.mark.parametrize("what", ["bug", "chain", "denied"])
@pytest.mark.parametrize("arguments", [[], ["-vv"], ["-o", "json"]])
def test_a_bug_is_told_without_a_value(tmp_path: Path, what: str, arguments: list[str]) -> None:
    """Its type and its place are shown; its text and its variables, which may be secrets, in no mode."""
    done = probe("probe", *arguments, what, cwd=tmp_path)
    told = done.stdout + done.stderr
    assert SECRET not in told
    assert "this is a bug in reconciler" in done.stderr
    assert {"bug": "ValueError", "chain": "RuntimeError", "denied": "PermissionError"}[what] in done.stderr
    assert "probe.py:" in done.stderr
    assert ("in invoke" in done.stderr) == (arguments == ["-vv"])
    if "json" in arguments:
        assert json.loads(done.stdout)["error"]["code"] == "internal-error"


def test_a_full_memory_is_no_bug(tmp_path: Path) -> None:
    """It is said to be what it is, with a way on."""
    done = probe("probe", "full", "-o", "json", cwd=tmp_path)
    assert json.loads(done.stdout)["error"]["code"] == "out-of-memory"
    assert "bug" not in done.stderr
    assert "--target" in done.stderr


def test_the_way_to_a_bug_is_shown_when_asked_for(tmp_path: Path) -> None:
    """RECONCILER_DEBUG shows the frames of every exception in the chain, without their texts."""
    done = probe("probe", "chain", cwd=tmp_path, environ={"RECONCILER_DEBUG": "1"})
    assert SECRET not in done.stderr
    assert "builtins.RuntimeError" in done.stderr
    assert "builtins.KeyError" in done.stderr
    assert str(tmp_path) not in done.stderr


def test_a_question_that_nobody_answers_is_an_error(tmp_path: Path) -> None:
    """The end of the input is neither consent nor an interruption."""
    done = probe("probe", "ask", cwd=tmp_path)
    assert done.returncode == 1
    assert "error: an answer was due, and the input ended; nothing was done" in done.stderr


def test_a_no_is_not_told_as_an_error(tmp_path: Path) -> None:
    """The person decided: exit 1, since it was not done, and one line that says that nothing was."""
    done = probe("probe", "ask", cwd=tmp_path, stdin="n\n")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "Cancelled. Nothing was changed."
    assert "error" not in done.stderr


@pytest.mark.parametrize("what", ["flood", "umlaut"])
def test_a_reader_who_leaves_ends_it_quietly(tmp_path: Path, what: str) -> None:
    """`| head` closes the pipe in the middle of the output, or before its only line is written."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.edge.probe", "probe", what],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        if what == "flood":
            assert running.stdout.readline() == b"line 0\n"
        running.stdout.close()
        assert running.stderr.read() == b""
        assert running.wait(30) == 141


def test_nobody_reading_the_progress_does_not_end_the_run(tmp_path: Path) -> None:
    """A log that goes away must not stop an apply half way."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.edge.probe", "probe", "progress"],
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stderr is not None
        running.stderr.close()
        assert running.wait(30) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_result_that_could_not_be_written_is_an_error(tmp_path: Path) -> None:
    """A full disk must not leave half a plan and the code of success."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "tests.edge.probe", "probe", "umlaut"],
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "could not be written: no space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_closed_stdout_is_no_reason_to_fail(tmp_path: Path) -> None:
    """As cron and some CI runners start programs."""
    done = subprocess.run(
        ["/bin/sh", "-c", f"exec {sys.executable} -m tests.edge.probe probe umlaut >&-"],
        cwd=tmp_path,
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


LOCALES = [
    {"LANG": "C"},
    {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    {"LC_ALL": "POSIX", "PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
]


@pytest.mark.parametrize("locale", LOCALES, ids=str)
def test_results_are_utf8_in_every_locale(tmp_path: Path, locale: dict[str, str]) -> None:
    """A minimal container has no locale; a lone surrogate is shown escaped, not fatal."""
    done = probe("probe", "umlaut", cwd=tmp_path, environ=locale)
    assert (done.returncode, done.stdout) == (0, "Zürich \\udcff → 東京\n")


ORDERS = [
    (["-e", "production", "probe", "invocation"], "production"),
    (["probe", "-e", "production", "invocation"], "production"),
    (["-e", "staging", "probe", "-e", "production", "invocation"], "production"),
]


@pytest.mark.parametrize(("arguments", "expected"), ORDERS)
def test_common_options_stand_before_or_after_the_verb(tmp_path: Path, arguments: list[str], expected: str) -> None:
    """The one nearest to the verb wins, and both win over the variable."""
    assert invocation(*arguments, cwd=tmp_path, RECONCILER_ENV="other")["environment"] == expected


def test_options_stand_before_a_groups_verb_too(tmp_path: Path) -> None:
    """`state -e NAME list` is what a hand types; the environment's own state is then read."""
    done = reconciler("state", "-e", "spring", "list", cwd=project(tmp_path), environ={"RECONCILER_ENV": "summer"})
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "The state of spring has no entries.\n"


def test_without_options_the_variable_and_the_defaults_hold(tmp_path: Path) -> None:
    """RECONCILER_ENV names the environment; an empty one names none."""
    assert invocation("probe", "invocation", cwd=tmp_path, RECONCILER_ENV="production")["environment"] == "production"
    assert invocation("probe", "invocation", cwd=tmp_path, RECONCILER_ENV="") == {
        "directory": ".",
        "environment": None,
        "output": "text",
        "color": False,
        "verbose": 0,
        "quiet": False,
    }


def test_every_common_option_arrives(tmp_path: Path) -> None:
    """Before the verb and after it alike."""
    options = ["-C", "voice", "-o", "json", "-v", "-v", "-q"]
    expected = {"directory": "voice", "output": "json", "verbose": 2, "quiet": True}
    for arguments in ([*options, "probe"], ["probe", *options]):
        found = invocation(*arguments, "invocation", cwd=tmp_path)
        assert {name: found[name] for name in expected} == expected


COLORS = [
    ({}, [], False),
    ({"FORCE_COLOR": "1"}, [], True),
    ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
    ({"FORCE_COLOR": "1"}, ["--no-color"], False),
    ({"NO_COLOR": ""}, [], False),
]


@pytest.mark.parametrize(("environ", "flags", "expected"), COLORS)
def test_colour_follows_the_conventions(
    tmp_path: Path, environ: dict[str, str], flags: list[str], expected: bool
) -> None:
    """A flag, then NO_COLOR, then FORCE_COLOR, then whether a person looks (here: no)."""
    assert invocation(*flags, "probe", "invocation", cwd=tmp_path, **environ)["color"] is expected


def test_quiet_keeps_progress_back(tmp_path: Path) -> None:
    """Progress is on stderr, and -q is without it."""
    assert probe("probe", "progress", cwd=tmp_path).stderr == "Begun.\n"
    assert probe("-q", "probe", "progress", cwd=tmp_path).stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script(tmp_path: Path, shell: str) -> None:
    """For each of the three shells, naming the program."""
    done = reconciler("completion", shell, cwd=tmp_path)
    assert done.returncode == 0
    assert "_RECONCILER_COMPLETE" in done.stdout


def test_a_shell_is_told_the_verbs(tmp_path: Path) -> None:
    """What the script asks for is answered from the table."""
    environ = {"_RECONCILER_COMPLETE": "bash_complete", "COMP_WORDS": "reconciler s", "COMP_CWORD": "1"}
    done = reconciler(cwd=tmp_path, environ=environ)
    assert done.stdout.split() == ["plain,show", "plain,schema", "plain,state", "plain,sandbox"]
