"""Facts about the project file: what it may say, and how every mistake in it is told."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.commands.gather import documents_of
from reconciler.config import open_project
from reconciler.config.settings import read_settings
from reconciler.config.settings_schema import PROJECT
from reconciler.documents import Loaded
from reconciler.documents.strict_yaml import parse_yaml
from reconciler.errors import ConfigError, Diagnostic
from reconciler.planning import Limits
from tests.edge.projects import REPOSITORY, asked, project, write


def problems(text: str) -> list[Diagnostic]:
    with pytest.raises(ConfigError) as raised:
        read_settings(parse_yaml(text.encode(), file="reconciler.yaml"))
    return list(raised.value.diagnostics)


# the text, and of each error: its code, line, column and a part of what is said
MISTAKES: list[tuple[str, list[tuple[str, int, int, str]]]] = [
    ("asistants: voice\n", [("unknown-setting", 1, 1, "`asistants`")]),
    ("assistants: [voice]\n", [("setting-type", 1, 13, "must be text, not a list")]),
    ("assistants:\n", [("setting-type", 1, 12, "must be text, not nothing")]),
    ("assistants: ../voice\n", [("setting-value", 1, 13, "a folder of the project")]),
    ("assistants: /srv/voice\n", [("setting-value", 1, 13, "a folder of the project")]),
    ("assistants: .\n", [("setting-value", 1, 13, "a folder of the project")]),
    ("schemas: 3\n", [("setting-type", 1, 10, "must be text, not a number")]),
    ("environments: [production]\n", [("setting-type", 1, 15, "must be a mapping, not a list")]),
    ("environments:\n  production: off\n", [("setting-type", 2, 15, "`environments.production` must be a mapping")]),
    ("environments:\n  ../up: {}\n", [("environment-name", 2, 3, "letters, digits")]),
    ("environments:\n  production:\n    apii: x\n", [("unknown-setting", 3, 5, "`apii`")]),
    ("environments:\n  production:\n    api: portal\n", [("setting-value", 3, 10, "must be an address")]),
    ("environments:\n  production:\n    api: ftp://x.example/\n", [("setting-value", 3, 10, "must be an address")]),
    ("environments:\n  production:\n    api: https://x.example/a?b=c\n", [("setting-value", 3, 10, "without `?`")]),
    ("environments:\n  production: {state: 12}\n", [("setting-type", 2, 23, "`state` must be text")]),
    ("environments:\n  production: {catalog: 12}\n", [("setting-type", 2, 25, "the path of a file or tables")]),
    ("environments:\n  production: {catalog: {voices: [1]}}\n", [("catalog-shape", 2, 34, "table `voices`")]),
    ("environments:\n  production: {catalog: {voices: {sarah: true}}}\n", [("catalog-shape", 2, 42, "voices.sarah")]),
    ("environments:\n  production: {limits: {delete: 1}}\n", [("setting-value", 2, 33, "a share such as")]),
    ("environments:\n  production: {limits: {update: -3}}\n", [("setting-value", 2, 33, "a share such as")]),
    ("environments:\n  production: {limits: {update: 101%}}\n", [("setting-value", 2, 33, "a share such as")]),
    ("environments:\n  production: {timeouts: {read: 0}}\n", [("setting-value", 2, 33, "more than 0 and at most 600")]),
    ("environments:\n  production: {timeouts: {read: 601}}\n", [("setting-value", 2, 33, "at most 600")]),
    ("environments:\n  production: {timeouts: {connect: true}}\n", [("setting-value", 2, 36, "must be seconds")]),
    ("environments:\n  production: {timeouts: {conect: 5}}\n", [("unknown-setting", 2, 27, "unknown setting")]),
    ("environments:\n  production: {limits: {unassigned: maybe}}\n", [("setting-value", 2, 37, "`allow` or `refuse`")]),
    ("environments:\n  a: {state: both}\n  b: {state: both}\n", [("shared-state", 3, 14, "`a` and `b` share")]),
    ("environments:\n  a: {}\n  b: {state: state/a/}\n", [("shared-state", 3, 14, "`a` and `b` share")]),
    ("api_key: hunter2\n", [("secret-in-config", 1, 1, "never stand in the project file")]),
    ("environments:\n  production: {token: hunter2}\n", [("secret-in-config", 2, 16, "`token`")]),
    ("environments:\n  p: {api: 'https://u:hunter2@x.example'}\n", [("secret-in-config", 2, 7, "`api` holds")]),
    (
        "environments:\n  p: {state: 'postgres://u:hunter2@x.example/y'}\n",
        [("secret-in-config", 2, 7, "`state` holds")],
    ),
    ("environments:\n  p: {variables: [1]}\n", [("setting-type", 2, 18, "must be a mapping")]),
    ("environments:\n  p: {variables: {PHONE: [1]}}\n", [("setting-type", 2, 26, "`PHONE` must be text")]),
    ("environments:\n  p: {variables: {a-b: x}}\n", [("variable-name", 2, 19, "letters, digits")]),
    ("environments:\n  p: {variables: {RECONCILER_ENV: x}}\n", [("variable-name", 2, 19, "the program's own")]),
    ("environments:\n  p: {variables: {CRM_TOKEN: hunter2}}\n", [("secret-in-config", 2, 19, "`CRM_TOKEN`")]),
    ("environments:\n  p: {state: 's3://b/x?secret=hunter2'}\n", [("secret-in-config", 2, 7, "`state` holds")]),
    ("a: 1\na: 2\n", [("yaml-duplicate-key", 2, 1, "")]),
    (
        "asistants: voice\nschemas: []\nenvironments:\n  production:\n    limits: {deletes: 30%}\n",
        [
            ("unknown-setting", 1, 1, "`asistants`"),
            ("setting-type", 2, 10, "not a list"),
            ("unknown-setting", 5, 14, "`deletes`"),
        ],
    ),
]


@pytest.mark.parametrize(("text", "expected"), MISTAKES, ids=[text.split("\n")[-2].strip() for text, _ in MISTAKES])
def test_every_mistake_is_told_at_its_place(text: str, expected: list[tuple[str, int, int, str]]) -> None:
    """All of them, each with file, line and column; a secret that stands there is not repeated."""
    found = problems(text)
    assert [(each.code, each.line, each.column) for each in found] == [each[:3] for each in expected]
    for each, (_, _, _, part) in zip(found, expected, strict=True):
        assert part in each.summary
        assert each.file == "reconciler.yaml"
        assert "hunter2" not in f"{each}"


def test_an_unknown_setting_is_answered_with_the_nearest() -> None:
    """A near miss gets a suggestion, anything else the list of what is known there."""
    near, far = problems("schema: x\ncolour: red\n")
    assert near.detail == "Did you mean `schemas`?"
    assert far.detail == "Known here: `assistants`, `schemas`, `environments`."


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("", Limits(delete=0.3, update=None, unassigned="allow")),
        ("limits: {}", Limits()),
        ("limits: {delete: 10%}", Limits(delete=0.1, delete_from=0)),
        ("limits: {delete: 0.1, update: 50}", Limits(delete=0.1, delete_from=0, update=0.5)),
        ("limits: {delete: 0, update: 12.5 %}", Limits(delete=0.0, delete_from=0, update=0.125)),
        ("limits: {delete: 1.0, update: 100%}", Limits(delete=1.0, delete_from=0, update=1.0)),
        ("limits: {delete: 1%}", Limits(delete=0.01, delete_from=0)),
        ("limits: {delete: off, unassigned: refuse}", Limits(delete=None, delete_from=0, unassigned="refuse")),
    ],
)
def test_a_limit_is_a_share_or_off(text: str, limits: Limits) -> None:
    """A share may be written as people write shares; deletes are limited even where nothing is said."""
    content = f"environments:\n  production:\n    {text}\n"
    assert (
        read_settings(parse_yaml(content.encode(), file="reconciler.yaml")).environments["production"].limits == limits
    )


def test_a_misnamed_project_file_is_not_passed_over(tmp_path: Path) -> None:
    """Defaults in place of the settings that a person wrote would act on another account."""
    project(tmp_path)
    write(tmp_path / "reconciler.yml", "environments: {}\n")
    with pytest.raises(ConfigError) as raised:
        open_project(asked(tmp_path))
    assert [each.code for each in raised.value.diagnostics] == ["project-file-name"]


def test_a_project_file_that_is_no_file_is_an_error(tmp_path: Path) -> None:
    """A folder of that name, or a link out of the project, is said, never taken for "no settings"."""
    project(tmp_path / "voice")
    (tmp_path / "voice" / "reconciler.yaml").symlink_to(write(tmp_path / "outside.yaml", "environments: {}\n"))
    with pytest.raises(ConfigError) as raised:
        open_project(asked(tmp_path / "voice"))
    assert [each.code for each in raised.value.diagnostics] == ["outside-project"]


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_settings_or_config_errors(content: bytes) -> None:
    """No input ends in another exception."""
    parsed = parse_yaml(content, file="reconciler.yaml")
    with contextlib.suppress(ConfigError):
        read_settings(parsed)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["assistants", "environments", "production", "api", "state", "catalog", "limits", "delete"])
            | st.text(max_size=5),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["assistants", "schemas", "environments"]), VALUES, max_size=3))
def test_arbitrary_values_are_settings_or_config_errors(value: object) -> None:
    """No shape of a well-formed file ends in another exception, whatever its values are."""
    parsed = parse_yaml(json.dumps(value).encode(), file="reconciler.yaml")
    with contextlib.suppress(ConfigError):
        read_settings(parsed)


def test_the_schema_that_ships_is_the_one_that_is_meant() -> None:
    """The committed file is written from the one value; RECONCILER_REGENERATE=1 writes it."""
    path = REPOSITORY / "schemas" / "project.json"
    wanted = json.dumps(PROJECT, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("RECONCILER_REGENERATE"):
        path.write_text(wanted, "utf-8")
    assert path.read_text("utf-8") == wanted
    Draft202012Validator.check_schema(PROJECT)


SHARES = st.sampled_from(["30%", "12.5 %", "off", 0.3, 0, 50, 1, 1.0, "101%", -3, "100%", True, None, "a third"])
LIKELY = st.fixed_dictionaries(
    {},
    optional={
        "assistants": st.sampled_from(["assistants", "voice", 3]),
        "environments": st.dictionaries(
            st.sampled_from(["production", "staging", "../up"]),
            st.none()
            | st.fixed_dictionaries(
                {},
                optional={
                    "api": st.sampled_from(["sandbox:", "https://portal.example/api", 7]),
                    "catalog": st.sampled_from(["catalog/production.yaml", {"voices": {"sarah": 12}}, {"voices": [1]}]),
                    "limits": st.none() | st.fixed_dictionaries({}, optional={"delete": SHARES, "update": SHARES}),
                    "variables": st.dictionaries(
                        st.sampled_from(["PHONE", "a-b"]), st.sampled_from(["x", 1, 0.5, True, None, []]), max_size=2
                    ),
                },
            ),
            max_size=2,
        ),
    },
)
JUDGED_BY_THE_READER_ALONE = {"secret-in-config", "shared-state", "setting-value"}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(LIKELY | st.dictionaries(st.sampled_from(["assistants", "schemas", "environments"]), VALUES, max_size=3))
def test_the_schema_and_the_reader_agree(value: object) -> None:
    """What the reader takes is valid; what is valid the reader takes, but for what no schema can say."""
    valid = Draft202012Validator(PROJECT).is_valid(value)
    try:
        read_settings(parse_yaml(json.dumps(value).encode(), file="reconciler.yaml"))
    except ConfigError as problem:
        codes = {each.code for each in problem.diagnostics}
        assert not valid or codes & JUDGED_BY_THE_READER_ALONE, codes
    else:
        assert valid


def test_the_environment_s_variables_are_what_documents_read(tmp_path: Path) -> None:
    """The process decides where both have one; a secret is never taken from the file; a near miss is suggested."""
    project(tmp_path)
    write(tmp_path / "reconciler.yaml", "environments:\n  spring:\n    variables: {GREETING: Hello, ZONE_ID: 7}\n")
    document = tmp_path / "assistants" / "viewings.yaml"
    written = document.read_text("utf-8")
    document.write_text(written.replace("greeting: Hello!", "greeting: ${env:GREETING}"), "utf-8")

    def loaded(**environ: str) -> Loaded:
        return documents_of(open_project(asked(tmp_path, "spring", **environ)))

    assert loaded().desired[0].content["greeting"] == "Hello"
    assert loaded(GREETING="Good day").desired[0].content["greeting"] == "Good day"
    document.write_text(written.replace("greeting: Hello!", "greeting: ${env:GREETINGS}"), "utf-8")
    assert [each.detail for each in loaded().errors] == ["Did you mean `${env:GREETING}`?"]
    document.write_text(written.replace("greeting: Hello!", "greeting: ${secret:GREETING}"), "utf-8")
    assert [each.code for each in loaded().errors] == ["secret-missing"]
