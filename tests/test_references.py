"""References through the program: catalogue files, what is unknown, and secrets that another program hands over."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.projects import environment
from tests.support.practice import Practice, practice

SOPS = """\
#!/bin/sh
# stands in for a program that decrypts a file and runs a command with what was in it: sops exec-env FILE 'COMMAND'
[ "$1" = exec-env ] || exit 64
while IFS= read -r line; do export "$line"; done < "$2"
exec sh -c "$3"
"""
MANAGER = """\
#!/bin/sh
# stands in for a password manager, which puts in what a file only refers to: op run --env-file FILE -- COMMAND ...
[ "$1 $2 $4" = "run --env-file --" ] || exit 64
while IFS= read -r line; do
  case "$line" in *=op://voice/hook/url) line="${line%%=*}=https://hooks.example/in?sig=Canary" ;; esac
  export "$line"
done < "$3"
shift 4
exec "$@"
"""
APPLY = [sys.executable, "-m", "reconciler", "apply", "-y"]
HANDED_OVER = {
    "sops": (SOPS, "HOOK_URL=https://hooks.example/in?sig=Canary\n", ["exec-env", "FILE", shlex.join(APPLY)]),
    "op": (MANAGER, "HOOK_URL=op://voice/hook/url\n", ["run", "--env-file", "FILE", "--", *APPLY]),
}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Practice]:
    with practice(tmp_path / "practice", monkeypatch, capsys) as made:
        yield made


def fields(desk: Practice, *arguments: str) -> dict[str, object]:
    plan = json.loads(desk.done("plan", *arguments, "-o", "json").out)
    return {field["field"]: field["after"] for each in plan["changes"] for field in each["fields"]}


def test_catalogue_files_of_the_command_line_win_name_by_name(desk: Practice) -> None:
    """Over the environment's own and over earlier ones; what they do not name stays; `validate` and `apply` agree."""
    desk.write("reconciler.yaml", "environments:\n  default:\n    catalog: {voices: {nora: 12, edwin: 2}}\n")
    desk.edit("assistants/reception.yaml", "voice_id: 12", "voice_id: ${ref:voices.edwin}")
    first = str(desk.write("one.yaml", "voices: {nora: 5}\nmodels: {fast: 4}\n"))
    second = str(desk.write("two.json", '{"voices": {"edwin": 7}}'))
    assert fields(desk) == {"voice_id": 2}
    assert fields(desk, "--catalog", first) == {"voice_id": 2}
    assert fields(desk, "--catalog", first, "--catalog", second) == {"voice_id": 7}
    desk.done("validate", "--catalog", second)
    desk.done("apply", "-y", "--catalog", second)
    assert desk.sent[-1][2] == {"voice_id": 7}
    ended = desk.runs("apply", "change.plan", "--catalog", second)
    assert ended.code == 64


@pytest.mark.parametrize(
    ("content", "told"),
    [("voices: [1]\n", "bad.yaml:1:9: the table `voices`"), ("a: 1\na: 2\n", "bad.yaml:2:1"), (None, "no such file")],
)
def test_a_catalogue_file_that_is_none_is_told_at_its_place(desk: Practice, content: str | None, told: str) -> None:
    """In validate, plan and apply; nothing is sent."""
    path = desk.folder / "bad.yaml"
    if content is not None:
        path.write_text(content, "utf-8")
    for verb in (["validate"], ["plan"], ["apply", "-y"]):
        ended = desk.runs(*verb, "--catalog", str(path))
        assert ended.code == 1
        assert told in ended.told
    assert len(desk.sent) == 1


def test_an_unknown_reference_is_told_where_it_is_used(desk: Practice) -> None:
    """With file, line and column, and the nearest name that is known."""
    desk.write("reconciler.yaml", "environments:\n  default:\n    catalog: {voices: {nora: 12}}\n")
    desk.edit("assistants/reception.yaml", "voice_id: 12", "voice_id: ${ref:voices.norah}")
    ended = desk.runs("validate")
    assert ended.code == 1
    assert "assistants/reception.yaml:5:11:" in ended.out
    assert "Did you mean `voices.nora`?" in ended.out


@pytest.mark.parametrize("program", HANDED_OVER)
def test_secrets_can_come_from_a_program_that_runs_this_one(desk: Practice, program: str) -> None:
    """`sops exec-env FILE COMMAND`, or a password manager's `run`: the command sees them, and no file of ours does."""
    script, held, arguments = HANDED_OVER[program]
    stand_in = desk.folder.parent / program
    stand_in.write_text(script, "utf-8")
    stand_in.chmod(0o755)
    filled = desk.folder.parent / "production.env"
    filled.write_text(held, "utf-8")
    with (desk.folder / "assistants/reception.yaml").open("a", encoding="utf-8") as file:
        file.write("webhook_url: ${secret:HOOK_URL}\nis_webhook_active: true\n")
    ended = subprocess.run(
        [str(stand_in), *(str(filled) if each == "FILE" else each for each in arguments)],
        cwd=desk.folder,
        env=environment({**desk.environ, "RECONCILER_FINGERPRINT_KEY": "a long random text"}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert desk.sent[-1][2]["webhook_url"] == "https://hooks.example/in?sig=Canary"
    assert "Canary" not in ended.stdout + ended.stderr
    assert all("Canary" not in os.fsdecode(each) for each in desk.files().values())
    assert "HOOK_URL is not set" in desk.runs("apply", "-y").err
    assert "HOOK_URL is not set" in desk.done("plan").out


def test_a_plan_does_without_the_secrets(desk: Practice) -> None:
    """A fork's pull request has none: what else changed is planned, an apply of it keeps the fingerprint."""
    desk.environ["RECONCILER_FINGERPRINT_KEY"] = "a long random text"
    with (desk.folder / "assistants/reception.yaml").open("a", encoding="utf-8") as file:
        file.write("webhook_url: ${secret:HOOK_URL}\nis_webhook_active: true\n")
    desk.environ["HOOK_URL"] = "https://hooks.example/in?sig=Canary"
    desk.done("apply", "-y")
    entry = desk.folder / "state/default/reception.json"
    known = json.loads(entry.read_text("utf-8"))["last_applied"]["webhook_url"]
    assert known["fingerprint"]
    value = desk.environ.pop("HOOK_URL")
    desk.edit("assistants/reception.yaml", "voice_id: 12", "voice_id: 7")
    desk.done("validate")
    plan = json.loads(desk.done("plan", "-o", "json", "--out", "change.plan").out)
    assert [each["field"] for each in plan["changes"][0]["fields"]] == ["voice_id"]
    assert "secret-absent" in {each["code"] for each in plan["diagnostics"]}
    ended = desk.runs("apply", "-y")
    assert (ended.code, len(desk.sent)) == (1, 2)
    assert "HOOK_URL is not set" in ended.err
    desk.environ["HOOK_URL"] = value
    desk.done("apply", "change.plan")
    assert desk.sent[-1][2] == {"voice_id": 7}
    assert json.loads(entry.read_text("utf-8"))["last_applied"]["webhook_url"] == known
    assert desk.done("plan").out == "No changes.\n"
    desk.environ["HOOK_URL"] = value + "2"
    assert "1 to update" in desk.done("plan").out
