"""Facts about where the schema set is found, and how a broken one is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.config import find_schemas, open_project
from reconciler.errors import Diagnostic, SchemaError
from tests.edge.projects import asked, project, write
from tests.support.frontdesk import frontdesk


def problems(folder: Path) -> list[Diagnostic]:
    with pytest.raises(SchemaError) as raised:
        find_schemas(folder)
    return list(raised.value.diagnostics)


def test_the_projects_own_set_is_used_where_it_stands(tmp_path: Path) -> None:
    """Another brand is another folder, routes of list and delete included."""
    found = find_schemas(project(tmp_path))
    assert found.digest == frontdesk().digest
    assert set(found.endpoints) == {"create", "update", "list", "delete"}


def test_another_folder_may_be_named(tmp_path: Path) -> None:
    """The project file says which; then it has to stand there."""
    project(tmp_path, **{"reconciler.yaml": "schemas: brand\n"})
    with pytest.raises(SchemaError) as raised:
        open_project(asked(tmp_path))
    assert {each.file for each in raised.value.diagnostics} == {
        f"brand/{role}.schema.json" for role in ("assistant", "create", "update")
    }
    (tmp_path / "schemas").rename(tmp_path / "brand")
    assert open_project(asked(tmp_path)).schemas.digest == frontdesk().digest


@pytest.mark.parametrize("stray", [None, "schemas/notes.txt", "schemas/pages/create.txt"])
def test_else_the_packaged_set_is_used(tmp_path: Path, stray: str | None) -> None:
    """A folder without a schema in it is not yet a set."""
    if stray:
        write(tmp_path / stray, "")
    assert find_schemas(tmp_path).api_url == "https://portal.intellixent.ai/api"


@pytest.mark.parametrize(
    ("content", "place", "part"),
    [
        (b'{"a": 1,\n  "b" 2}', (2, 7), "not JSON"),
        (b'{"a": 1, "a": 2}', (None, None), 'the key "a" twice'),
        (b'{"maximum": NaN}', (None, None), "NaN"),
        (b"\xff{}", (None, None), "not UTF-8"),
        (b"[" * 200_000, (None, None), "nested too deeply"),
    ],
)
def test_a_file_that_is_not_json_is_told_at_its_place(
    tmp_path: Path, content: bytes, place: tuple[int | None, int | None], part: str
) -> None:
    """A merge conflict or a half-written file names the file, and the line where JSON knows it."""
    project(tmp_path)
    (tmp_path / "schemas" / "create.schema.json").write_bytes(content)
    (found,) = problems(tmp_path)
    assert found.code == "schema-unreadable"
    assert (found.file, (found.line, found.column)) == ("schemas/create.schema.json", place)
    assert part in found.summary


def without(*names: str) -> Callable[[dict[str, Any]], Any]:
    return lambda schema: {name: value for name, value in schema.items() if name not in names}


@pytest.mark.parametrize(
    ("role", "spoilt", "part"),
    [
        ("update", lambda schema: [schema], "it is not an object"),
        ("create", without("properties"), "it has no properties"),
        ("assistant", without("x-name"), "x-name names no property"),
        ("assistant", lambda schema: {**schema, "x-name": "nickname"}, "x-name names no property"),
        ("update", without("x-endpoint"), "x-endpoint has no method and path"),
        ("list", lambda schema: {**schema, "x-endpoint": {"method": "GET"}}, "x-endpoint has no method and path"),
        ("create", lambda schema: {**schema, "properties": {"title": {"x-applies": 5}}}, "x-applies"),
    ],
)
def test_a_file_that_generating_never_writes_is_told(
    tmp_path: Path, role: str, spoilt: Callable[[dict[str, Any]], Any], part: str
) -> None:
    """With what it lacks, and that it is to be made again: what the planner reads of a schema has to be there."""
    file = project(tmp_path) / f"schemas/{role}.schema.json"
    write(file, json.dumps(spoilt(json.loads(file.read_text("utf-8")))))
    (found,) = problems(tmp_path)
    assert (found.code, found.file) == ("schema-invalid", f"schemas/{role}.schema.json")
    assert part in found.summary
    assert "Generate the set again" in (found.detail or "")


def test_all_broken_files_are_told(tmp_path: Path) -> None:
    """Not the first one only; a folder in a file's place is broken too."""
    project(tmp_path)
    write(tmp_path / "schemas" / "create.schema.json", "<<<<<<< HEAD")
    (tmp_path / "schemas" / "list.schema.json").unlink()
    (tmp_path / "schemas" / "list.schema.json").mkdir()
    assert [each.file for each in problems(tmp_path)] == ["schemas/create.schema.json", "schemas/list.schema.json"]


def test_the_schema_for_editors_is_for_editors_alone(tmp_path: Path) -> None:
    """The program decides without it: a set from before there was one is whole, and a damaged one hinders nothing."""
    project(tmp_path)
    before = find_schemas(tmp_path)
    write(tmp_path / "schemas" / "editor.schema.json", "<<<<<<< HEAD")
    assert find_schemas(tmp_path).digest == before.digest


def test_a_file_that_is_missing_from_the_projects_set_is_told(tmp_path: Path) -> None:
    """Half a set is not filled up from the packaged one, which may be another brand's."""
    project(tmp_path)
    (tmp_path / "schemas" / "update.schema.json").unlink()
    assert [(each.code, each.file) for each in problems(tmp_path)] == [("schema-missing", "schemas/update.schema.json")]
