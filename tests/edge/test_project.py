"""Facts about opening a project: who decides when several speak, and what is missing is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.config import open_project
from reconciler.errors import ConfigError, ReconcilerError
from tests.edge.projects import asked, project, write

FILE = """\
environments:
  production:
    api: https://portal.agency.example/api/
    state: records/production
    catalog: {voices: {sarah: 12}, phones: {main: 45}}
  staging:
    api: "sandbox:"
    catalog: catalog/staging.yaml
"""


def codes(folder: Path, environment: str | None = None, **environ: str) -> list[str]:
    with pytest.raises(ReconcilerError) as raised:
        open_project(asked(folder, environment, **environ))
    return [each.code for each in raised.value.diagnostics]


def test_without_a_project_file_the_defaults_hold(tmp_path: Path) -> None:
    """One environment, the brand's own API, the state beside the documents, no key."""
    found = open_project(asked(project(tmp_path)))
    assert (found.environment, found.assistants, found.state) == ("default", "assistants", "state/default")
    assert (found.api_url, found.api_key, found.catalog) == ("https://desk.example/api", None, {})
    assert found.files().documents() == ["assistants/viewings.yaml"]


@pytest.mark.parametrize("text", ["", "\n", "# nothing to set yet\n", "---\n", "\ufeff# assistants: voice\n"])
def test_a_project_file_that_says_nothing_leaves_the_defaults(tmp_path: Path, text: str) -> None:
    """Empty, or with every line commented out, is as good as no file."""
    found = open_project(asked(project(tmp_path, **{"reconciler.yaml": text})))
    assert (found.environment, found.assistants, found.state) == ("default", "assistants", "state/default")


PRECEDENCE = [
    # what is decided, by: environment asked for, variables → the value
    ("api_url", None, {}, "https://desk.example/api"),
    ("api_url", "production", {}, "https://portal.agency.example/api"),
    ("api_url", "staging", {}, "sandbox:"),
    ("api_url", "production", {"RECONCILER_API_URL": "http://127.0.0.1:8787/api"}, "http://127.0.0.1:8787/api"),
    ("api_url", "production", {"RECONCILER_API_URL": "sandbox:"}, "sandbox:"),
    ("api_url", "production", {"RECONCILER_API_URL": " "}, "https://portal.agency.example/api"),
    ("state", None, {}, "state/default"),
    ("state", "staging", {}, "state/staging"),
    ("state", "production", {}, "records/production"),
    ("state", "production", {"RECONCILER_STATE": "elsewhere"}, "elsewhere"),
    ("api_key", "production", {"RECONCILER_API_KEY": " key-1\n"}, "key-1"),
    ("api_key", "production", {"RECONCILER_API_KEY": ""}, None),
    ("environment", None, {}, "default"),
]


@pytest.mark.parametrize(("name", "environment", "environ", "expected"), PRECEDENCE)
def test_the_nearest_voice_decides(
    tmp_path: Path, name: str, environment: str | None, environ: dict[str, str], expected: object
) -> None:
    """Environment variable, then project file, then default; an empty variable says nothing."""
    project(tmp_path, **{"reconciler.yaml": FILE, "catalog/staging.yaml": "voices: {sarah: 7}\n"})
    assert getattr(open_project(asked(tmp_path, environment, **environ)), name) == expected


def test_a_catalogue_stands_in_the_file_or_beside_it(tmp_path: Path) -> None:
    """Either way it is tables of names and ids; JSON will do too."""
    project(tmp_path, **{"reconciler.yaml": FILE, "catalog/staging.yaml": '{"voices": {"sarah": 7}}\n'})
    assert open_project(asked(tmp_path, "production")).catalog == {"voices": {"sarah": 12}, "phones": {"main": 45}}
    assert open_project(asked(tmp_path, "staging")).catalog == {"voices": {"sarah": 7}}


def test_a_catalogue_file_is_judged_at_its_own_lines(tmp_path: Path) -> None:
    """A missing one and a wrong one are both errors with a place."""
    project(tmp_path, **{"reconciler.yaml": FILE})
    assert codes(tmp_path, "staging") == ["missing-file"]
    write(tmp_path / "catalog" / "staging.yaml", "voices:\n  sarah: [7]\n")
    with pytest.raises(ConfigError) as raised:
        open_project(asked(tmp_path, "staging"))
    (found,) = raised.value.diagnostics
    assert (found.code, found.file, found.line, found.column) == ("catalog-shape", "catalog/staging.yaml", 2, 10)


def test_an_environment_that_the_file_does_not_list_is_an_error(tmp_path: Path) -> None:
    """A typo must not open an empty state beside the real one; `default` is always there."""
    project(tmp_path, **{"reconciler.yaml": FILE})
    with pytest.raises(ConfigError) as raised:
        open_project(asked(tmp_path, "prodution"))
    (found,) = raised.value.diagnostics
    assert (found.code, found.file) == ("unknown-environment", "reconciler.yaml")
    assert found.summary == "there is no environment `prodution`"
    assert found.detail == "Did you mean `production`? Known: `default`, `production`, `staging`."
    assert open_project(asked(tmp_path)).environment == "default"


def test_any_plain_name_is_an_environment_where_none_is_listed(tmp_path: Path) -> None:
    """Without a list there is nothing to compare with."""
    assert open_project(asked(project(tmp_path), "spring-campaign")).state == "state/spring-campaign"


@pytest.mark.parametrize("name", ["../other", "a/b", ".hidden", "", "x" * 65, "a b", "-e"])
def test_an_environment_cannot_lead_out_of_the_state(tmp_path: Path, name: str) -> None:
    """Its name becomes a folder, so it is a plain name (nothing at all is `default`)."""
    project(tmp_path)
    if name:
        assert codes(tmp_path, name) == ["environment-name"]
    else:
        assert open_project(asked(tmp_path, name)).environment == "default"


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"RECONCILER_API_URL": "portal.example"}, "api-url"),
        ({"RECONCILER_API_URL": "https://user:hunter2@portal.example"}, "api-url"),
        ({"RECONCILER_API_KEY": "hunter2 hunter2"}, "api-key"),
        ({"RECONCILER_API_KEY": "hunter2\r\nX-Evil: 1"}, "api-key"),
        ({"RECONCILER_API_KEY": "“hunter2”"}, "api-key"),
    ],
)
def test_a_variable_that_cannot_be_meant_is_an_error(tmp_path: Path, environ: dict[str, str], code: str) -> None:
    """Said by the variable's name, never with its value."""
    project(tmp_path)
    with pytest.raises(ConfigError) as raised:
        open_project(asked(tmp_path, **environ))
    (found,) = raised.value.diagnostics
    assert found.code == code
    assert next(iter(environ)) in found.summary
    assert "hunter2" not in str(found)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    """Environment, folder, catalogue and variables are judged in one run."""
    write(tmp_path / "reconciler.yaml", "assistants: voices\nenvironments: {default: {catalog: ids.yaml}}\n")
    found = codes(tmp_path, "x", RECONCILER_API_URL="portal", RECONCILER_API_KEY="a b")
    assert sorted(found) == ["api-key", "api-url", "no-assistants-folder", "unknown-environment"]
    found = codes(tmp_path)
    assert sorted(found) == ["missing-file", "no-assistants-folder"]


def test_a_folder_without_assistants_is_answered_with_where_they_are(tmp_path: Path) -> None:
    """Run one folder too deep, the way back is named."""
    project(tmp_path)
    with pytest.raises(ConfigError) as raised:
        open_project(asked(tmp_path / "assistants"))
    (found,) = raised.value.diagnostics
    assert (found.code, found.detail) == ("no-assistants-folder", "A folder above has one: try `-C ..`.")


def test_the_state_can_be_looked_at_without_documents(tmp_path: Path) -> None:
    """Their folder may be gone, and the state is still the environment's."""
    write(tmp_path / "reconciler.yaml", FILE)
    assert codes(tmp_path, "production") == ["no-assistants-folder"]
    assert open_project(asked(tmp_path, "production"), with_documents=False).state == "records/production"


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_a_directory_that_is_none_is_an_error(tmp_path: Path, name: str) -> None:
    """`-C` names a folder that stands."""
    write(tmp_path / "file", "")
    assert codes(tmp_path / name) == ["no-project"]


def test_a_project_shows_no_secret(tmp_path: Path) -> None:
    """Neither the key nor anything else of the process's environment is in its repr."""
    found = open_project(asked(project(tmp_path), RECONCILER_API_KEY="hunter2", OTHER="hunter2"))
    assert found.api_key == "hunter2"
    assert "hunter2" not in repr(found)
