"""Which pages belong together, and the endpoint of a page that has lost its own."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.apidocs import Generated, generate, read_page
from reconciler.errors import PageError
from tests.apidocs.office import BASE, field
from tests.apidocs.pages import page

COLLECTION, ONE = "/office/assistant", "/office/assistant/{id}"


def text(method: str, path: str, body: str = "") -> str:
    front = f'---\napi: "{method} {path}"\n---\n' if path else ""
    return front + BASE.replace("{required}", " required" if method == "POST" else "") + body


def made(create: str, update: str, delete: str | None, route: str = "") -> Generated:
    gone = page(text("DELETE", delete), "delete", "delete.mdx") if delete is not None else None
    return generate(
        page(text("POST", create), "create", "create.mdx"),
        page(text("PUT", update), "update", "update.mdx"),
        delete=gone,
        route=route,
    )


def refused(*arguments: Any, **named: Any) -> Any:
    with pytest.raises(PageError) as caught:
        made(*arguments, **named)
    (said,) = caught.value.diagnostics
    assert said.detail
    return said


@pytest.mark.parametrize(
    ("create", "update", "delete", "route"),
    [
        (COLLECTION, ONE, ONE, ""),
        (COLLECTION, "", "", ""),
        ("", ONE, "", ""),
        ("", "", ONE, ""),
        ("", "", "", COLLECTION),
        ("", "", "", f"{COLLECTION}/"),
        (COLLECTION, ONE, ONE, "/elsewhere/assistant"),
        ("", ONE, ONE, "/elsewhere/assistant"),
    ],
)
def test_a_path_that_one_page_has_lost_is_taken_from_the_others(
    create: str, update: str, delete: str, route: str
) -> None:
    """What the pages say has the first word, and what a person says the last."""
    files: Any = made(create, update, delete, route).files
    assert files["assistant.schema.json"]["x-endpoint"] == {
        "create": {"method": "POST", "path": COLLECTION},
        "update": {"method": "PUT", "path": ONE},
    }
    assert files["create.schema.json"]["x-endpoint"]["path"] == COLLECTION
    assert files["update.schema.json"]["x-endpoint"]["path"] == ONE
    assert files["delete.schema.json"]["x-endpoint"] == {"method": "DELETE", "path": ONE}
    assert "delete.schema.json" not in made(create or COLLECTION, update, None).files


@pytest.mark.parametrize("delete", [None, ""])
def test_pages_that_have_all_lost_their_path_are_refused(delete: str | None) -> None:
    """Nothing is guessed: a person says it with `--route`."""
    said = refused("", "", delete)
    assert (said.code, said.file) == ("page-no-endpoint", "create.mdx")
    assert "--route" in said.detail


@pytest.mark.parametrize(
    ("create", "update", "delete", "file"),
    [
        (COLLECTION, "/desk/assistant/{id}", ONE, "update.mdx"),
        (COLLECTION, ONE, "/desk/assistant/{id}", "delete.mdx"),
        (COLLECTION, "", "/office/assistants/{id}", "delete.mdx"),
        ("/office/assistants", ONE, None, "update.mdx"),
    ],
)
def test_pages_of_two_resources_are_refused_by_the_one_that_differs(
    create: str, update: str, delete: str | None, file: str
) -> None:
    """With the path that was expected."""
    said = refused(create, update, delete)
    assert (said.code, said.file) == ("page-other-resource", file)
    assert f"{create}/{{id}}" in said.detail


@pytest.mark.parametrize(("others", "fits"), [(2, True), (3, False)])
def test_pages_belong_together_where_half_of_the_fields_are_shared(others: int, fits: bool) -> None:
    """A page about something else once stood at an update page's address."""
    foreign = "".join(field(f"house_{each}", "string", "Which house") for each in range(others))
    create = page(text("POST", COLLECTION), "create", "create.mdx")
    update = page(text("PUT", ONE, foreign), "update", "update.mdx")
    if fits:
        assert generate(create, update).files
        return
    with pytest.raises(PageError) as caught:
        generate(create, update)
    (said,) = caught.value.diagnostics
    assert (said.code, said.file) == ("page-other-resource", "update.mdx")
    assert said.summary.startswith("only 2 of its 5 fields are on create.mdx")


LISTED = '<ParamField query="{}" type="integer" />\n<ResponseField name="data" type="array" />\n'


@pytest.mark.parametrize(
    ("role", "method", "path", "query"),
    [
        ("create", "POST", COLLECTION, "page"),
        ("create", "POST", "/office/assistants", "page"),
        ("update", "PUT", ONE, "page"),
        ("update", "PATCH", "/office/assistants/{assistant}", "page"),
        ("update", "PUT", "/office/assistants/:id", "page"),
        ("delete", "DELETE", ONE, "page"),
        ("list", "GET", "/office/assistants", "page"),
        ("list", "GET", "/office/assistants/get", "per_page"),
        ("list", "GET", "/office/assistant/list", "page_size"),
    ],
)
def test_a_page_of_the_resource_is_known_by_its_method_and_path(role: Any, method: str, path: str, query: str) -> None:
    """`.../assistant` creates, `.../assistant/{id}` updates and deletes, and a list has pages."""
    read = page(text(method, path, LISTED.format(query)), role)
    assert (read.method, read.path.rpartition("/")[0]) == (method, path.rpartition("/")[0])


@pytest.mark.parametrize(
    ("role", "method", "path", "query", "code"),
    [
        ("create", "POST", ONE, "page", "page-other-resource"),
        ("create", "POST", "/office/assistant/copy", "page", "page-other-resource"),
        ("create", "PUT", COLLECTION, "page", "page-other-method"),
        ("update", "PUT", COLLECTION, "page", "page-other-resource"),
        ("update", "PUT", "/office/assistant/{id}/voice", "page", "page-other-resource"),
        ("update", "PUT", "/office/voice/{id}", "page", "page-other-resource"),
        ("update", "POST", ONE, "page", "page-other-method"),
        ("delete", "DELETE", COLLECTION, "page", "page-other-resource"),
        ("delete", "GET", ONE, "page", "page-other-method"),
        ("list", "GET", "/office/assistants", "floor", "page-other-resource"),
        ("list", "GET", "/office/assistants", "homepage", "page-other-resource"),
        ("list", "GET", "/office/voices", "page", "page-other-resource"),
        ("list", "POST", "/office/assistants", "page", "page-other-method"),
    ],
)
def test_a_page_of_anything_else_is_refused_as_that_role(
    role: Any, method: str, path: str, query: str, code: str
) -> None:
    """With the file, and the option that it was given as."""
    with pytest.raises(PageError) as caught:
        page(text(method, path, LISTED.format(query)), role, "given.mdx")
    (said,) = caught.value.diagnostics
    assert (said.code, said.file) == (code, "given.mdx")
    assert said.summary.startswith(f"this is the page of {method} ")
    assert f"--{role}" in (said.detail or "")


@pytest.mark.parametrize("role", ["create", "update"])
def test_a_page_without_a_body_is_refused(role: Any) -> None:
    """A create and an update have fields to send; a delete has none, and needs none."""
    body = '<ParamField path="id" type="integer" />\n'
    api = {"create": f"POST {COLLECTION}", "update": f"PUT {ONE}", "delete": f"DELETE {ONE}"}
    with pytest.raises(PageError) as caught:
        page(f'---\napi: "{api[role]}"\n---\n{body}', role)
    assert [each.code for each in caught.value.diagnostics] == ["page-no-fields"]
    assert page(f'---\napi: "{api["delete"]}"\n---\n{body}', "delete").of("path")


def test_a_page_that_is_read_without_a_role_is_read_as_it_is() -> None:
    """Nothing of it is checked but that it is a page."""
    read = read_page(text("GET", "/office/voices"), source="voices.mdx")
    assert (read.method, read.path, len(read.body)) == ("GET", "/office/voices", 2)


def test_a_field_that_stands_twice_is_refused_with_both_lines() -> None:
    """At the second one."""
    twice = text("POST", COLLECTION, field("floor", "integer", "Which") + field("floor", "string", "Which"))
    lines = [number for number, line in enumerate(twice.splitlines(), start=1) if '"floor"' in line]
    with pytest.raises(PageError) as caught:
        page(twice, "create", "create.mdx")
    (said,) = caught.value.diagnostics
    assert (said.code, said.file, said.line) == ("page-field-twice", "create.mdx", lines[1])
    assert said.summary == f"`floor` is documented twice, on lines {lines[0]} and {lines[1]}"


def test_what_a_page_says_to_programs_is_none_of_its_endpoint() -> None:
    """Several such blocks are left out, and line numbers stay; words about them are text."""
    block = "<AgentInstructions>\nPOST https://docs.example/feedback\n</AgentInstructions>\n"
    read = page(block + block + text("POST", "") + block + f"\nPOST {COLLECTION}\n", "create")
    assert read.path == COLLECTION
    assert read.fields[0].line == 7
    unclosed = page(text("POST", "") + f"\nPOST {COLLECTION}\n\n`<AgentInstructions>` is no field.\n", "create")
    assert unclosed.path == COLLECTION


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("POST /office/assistant\n\nParameters\n\nWho answers.\n", "page-names-lost"),
        ("POST /office/assistant\n\nRequest\n\nWho answers.\n", "page-names-lost"),
        ("POST /office/assistant\n\nFields of it\n\nWho answers.\n", "page-names-lost"),
        ("POST /office/assistant\n\nIt takes one on.\n", "page-form-unknown"),
        ("Parameters\n\nWho answers.\n", "page-form-unknown"),
        ("<html><body><p>POST /office/assistant</p><p>Who answers.</p></body></html>", "page-names-lost"),
    ],
)
def test_a_page_whose_names_are_lost_is_told_from_no_page_at_all(text: str, code: str) -> None:
    """It names an endpoint, and speaks of parameters."""
    with pytest.raises(PageError) as caught:
        read_page(text, source="page.txt")
    (said,) = caught.value.diagnostics
    assert (said.code, said.file) == (code, "page.txt")
    assert "again" in (said.detail or "")
