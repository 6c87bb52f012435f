"""`init`: from an empty folder to a repository that works."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import httpx
import pytest

from reconciler.commands import init_files
from reconciler.config import find_schemas
from tests.ci.workflow import git
from tests.edge.projects import REPOSITORY, reconciler, write
from tests.support.vendor import running

PUT = {"name": "Night line", "type": "outbound", "mode": "pipeline", "llm_model_id": 2, "voice_id": 1}
PUT |= {"language_id": 1, "timezone": "UTC", "initial_message": "Hello!", "system_prompt": "Be kind."}


def test_an_empty_folder_becomes_a_repository_that_works(tmp_path: Path) -> None:
    """One command, no question; then everything validates, plans and applies, and nothing private is in Git."""
    done = reconciler("init", "--api", "sandbox:", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert reconciler("validate", cwd=tmp_path).stdout == "1 document is valid.\n"
    assert reconciler("plan", cwd=tmp_path).stdout.endswith("Plan: 1 to create, 0 to update, 0 to delete.\n")
    assert reconciler("apply", "-y", cwd=tmp_path).returncode == 0
    key = tmp_path / ".reconciler" / "fingerprint.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(key.read_text("utf-8").strip()) == 64
    git(tmp_path, "add", "--all")
    added = git(tmp_path, "diff", "--cached", "--name-only").splitlines()
    assert "state/default/reception.json" in added
    assert not [each for each in added if each.startswith(".reconciler")]


def test_the_workflows_are_this_projects_own(tmp_path: Path) -> None:
    """One text: what runs here is what a team gets, byte for byte."""
    assert reconciler("init", cwd=tmp_path).returncode == 0
    for name in init_files.WORKFLOWS:
        place = f".github/workflows/{name}"
        assert (tmp_path / place).read_bytes() == (REPOSITORY / place).read_bytes()
    assert not (tmp_path / ".github/workflows/ci.yml").exists()


def test_gitlab_gets_its_template(tmp_path: Path) -> None:
    """`--ci gitlab` instead of workflows."""
    assert reconciler("init", "--ci", "gitlab", cwd=tmp_path).returncode == 0
    written = (tmp_path / ".gitlab-ci.yml").read_bytes()
    assert written == (REPOSITORY / "templates" / "gitlab-ci.yml").read_bytes()
    assert not (tmp_path / ".github").exists()


def test_nothing_that_is_there_is_replaced(tmp_path: Path) -> None:
    """Files, links and documents of one's own stay; a second run writes nothing."""
    write(tmp_path / "README.md", "Ours.\n")
    write(tmp_path / "assistants" / "sales.yaml", "name: Sales\n")
    (tmp_path / ".gitignore").symlink_to("nowhere")
    first = json.loads(reconciler("init", "-o", "json", cwd=tmp_path).stdout)
    assert {"README.md", ".gitignore", "assistants/reception.yaml"} <= set(first["kept"])
    assert (tmp_path / "README.md").read_text() == "Ours.\n"
    assert (tmp_path / ".gitignore").is_symlink()
    assert not (tmp_path / "assistants" / "reception.yaml").exists()
    second = json.loads(reconciler("init", "-o", "json", cwd=tmp_path).stdout)
    assert (second["written"], second["git"]) == ([], False)


def test_a_folder_inside_a_repository_gets_none_of_its_own(tmp_path: Path) -> None:
    """A project below a repository belongs to it."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "voice").mkdir()
    assert reconciler("-C", "voice", "init", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "voice" / ".git").exists()


def test_what_cannot_be_written_is_an_error_and_the_rest_stays(tmp_path: Path) -> None:
    """A file stands where a folder is due."""
    write(tmp_path / "schemas", "a file")
    done = reconciler("init", cwd=tmp_path)
    assert done.returncode == 1
    assert "schemas/" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_account_is_taken_over_as_it_is(tmp_path: Path) -> None:
    """`--from-live`: a document for every assistant, no example, and nothing to do."""
    with running(find_schemas(REPOSITORY)) as vendor:
        assert httpx.post(f"{vendor.url}/user/assistant", json=PUT, headers=vendor.headers).status_code == 201
        environ = {"RECONCILER_API_KEY": vendor.key}
        done = reconciler("init", "--from-live", "--api", vendor.url, "-o", "json", cwd=tmp_path, environ=environ)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["pulled"]["pulled"][0]["id"] == vendor.rows()[0]["id"]
        assert [each.name for each in (tmp_path / "assistants").glob("*.yaml")] == ["night-line.yaml"]
        assert reconciler("plan", "--refresh", cwd=tmp_path, environ=environ).stdout.endswith("No changes.\n")


def test_taking_over_without_a_key_says_so_and_can_be_completed(tmp_path: Path) -> None:
    """The folder is there by then; the next run goes on from it."""
    done = reconciler("init", "--from-live", cwd=tmp_path)
    assert done.returncode == 1
    assert "RECONCILER_API_KEY" in done.stderr


@pytest.mark.parametrize(
    ("told", "line"),
    [
        (None, None),
        ({"url": "file:///srv/reconciler", "dir_info": {"editable": True}}, None),
        (
            {"url": "https://me:pw@git.example/r.git", "vcs_info": {"vcs": "git", "commit_id": "a" * 40}},
            f"reconciler @ git+https://git.example/r.git@{'a' * 40}",
        ),
        ({"url": "https://me:pw@files.example/r.whl", "archive_info": {}}, "reconciler @ https://files.example/r.whl"),
        ({"url": "file:///srv/r.whl", "archive_info": {}}, None),
        ({"surprise": 1}, None),
    ],
)
def test_pipelines_get_the_program_from_where_it_came(
    told: object, line: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never by a bare name where it came from elsewhere: an index may know another program by it; never a password."""

    class Installed:
        def read_text(self, name: str) -> str | None:
            assert name == "direct_url.json"
            return None if told is None else json.dumps(told)

    monkeypatch.setattr(init_files.metadata, "distribution", lambda name: Installed())
    assert init_files.where_from() == line


def test_what_pipelines_install_can_be_said(tmp_path: Path) -> None:
    """`--install` stands in requirements.txt as it is; without it, and where nobody knows, the output asks for it."""
    done = reconciler("init", cwd=tmp_path)
    assert "Say in requirements.txt where the pipelines get reconciler from" in done.stdout
    (tmp_path / "requirements.txt").unlink()
    line = f"reconciler @ git+https://git.example/reconciler@{'a' * 40}"
    assert reconciler("init", "--install", line, cwd=tmp_path).returncode == 0
    assert (tmp_path / "requirements.txt").read_text().splitlines()[-1] == line


def test_written_files_are_ordinary(tmp_path: Path) -> None:
    """Others of the team must be able to read them."""
    assert reconciler("init", cwd=tmp_path).returncode == 0
    assert stat.S_IMODE((tmp_path / "reconciler.yaml").stat().st_mode) & 0o044
