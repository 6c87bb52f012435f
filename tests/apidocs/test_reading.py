"""Reading pages of both forms, and refusing what is no page or another page."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from reconciler.apidocs import PageField, generate, read_page
from reconciler.errors import PageError
from tests.apidocs.pages import CREATE_LINES, CREATE_MDX, OLD_MDX, OWN, UPDATE_LINES, UPDATE_MDX, own_page, page


def named(fields: tuple[PageField, ...]) -> dict[str, PageField]:
    return {each.name: each for each in fields}


def code_of(text: str, role: str | None = None) -> str:
    with pytest.raises(PageError) as caught:
        read_page(text, source="page.txt", role=role)  # type: ignore[arg-type]
    (said,) = caught.value.diagnostics
    assert said.file == "page.txt"
    assert said.detail, "a refusal says what to do"
    return said.code


def test_the_lines_form_gives_names_types_defaults_and_sections() -> None:
    """A field is an identifier with a type under it; its marks, its text and the heading above it belong to it."""
    body = named(page(CREATE_LINES, "create").body)
    assert list(body)[:4] == ["desk_name", "direction", "engine", "line_id"]
    assert body["desk_name"].required
    assert body["desk_name"].section == "Identity"
    assert body["pitch"].default == "1.00"
    assert body["label_ids"].type == "integer[]"
    assert body["label_ids"].code == ('"label_ids": [3, 4]',)
    assert body["recall"].description[1] == "- lookup — it asks. Required for live and hybrid modes."
    assert CREATE_LINES.splitlines()[body["hums"].line - 1] == "hums"


def test_response_and_path_fields_never_become_body_fields() -> None:
    """A name that the answer or the path has, too, is documented there and not twice in the body."""
    create, update = page(CREATE_LINES, "create"), page(UPDATE_LINES, "update")
    assert [each.name for each in create.of("response")] == ["desk_name"]
    assert [each.name for each in update.of("path")] == ["assistant"]
    assert "assistant" not in named(update.body)


def test_a_page_says_its_endpoint_base_and_digest() -> None:
    """The base is what samples have before the documented path, double slashes made one; `{id}` stands for the id."""
    create, update = page(CREATE_LINES, "create"), page(UPDATE_LINES, "update")
    assert (create.method, create.path, create.api) == ("POST", "/desk/assistant", "https://desk.example/api")
    assert (update.method, update.path, update.api) == ("PUT", "/desk/assistant/{id}", None)
    assert create.sha256 == hashlib.sha256(CREATE_LINES.encode()).hexdigest()


def test_an_address_in_the_front_matter_is_split_into_base_and_path() -> None:
    """A brand's page that prints the whole address gives the same path as one that does not."""
    mdx = page(CREATE_MDX, "create")
    assert (mdx.form, mdx.title) == ("mdx", "Hire an assistant")
    assert (mdx.path, mdx.api) == ("/desk/assistant", "https://desk.example/api")


@pytest.mark.parametrize("path", ["/usuario/asistente", "/Desk/Assistenten"])
def test_a_path_that_was_translated_counts_as_lost(path: str) -> None:
    """No API answers it: it is taken from the sister page, or from the person, and never sent."""
    create = page(CREATE_MDX.replace("https://desk.example/api/desk/assistant", path), "create")
    assert (create.method, create.path) == ("POST", "")
    update = page(UPDATE_MDX.replace("/desk/assistant/{id}", f"{path}/{{id}}"), "update")
    with pytest.raises(PageError) as caught:
        generate(create, update)
    assert "--route" in (caught.value.diagnostics[0].detail or "")
    made = generate(create, update, route="/desk/assistant")
    routes: Any = made.files["assistant.schema.json"]
    assert routes["x-endpoint"]["update"] == {"method": "PUT", "path": "/desk/assistant/{id}"}


def test_nested_fields_stay_inside_their_field() -> None:
    """A field in a fold-out may have a top-level field's name; the two never meet."""
    body = named(page(CREATE_MDX, "create").body)
    assert list(body) == ["desk_name", "engine", "questions", "steps", "town_name"]
    assert body["desk_name"].text == "Shown in the office (max. 60 characters)"
    assert [each.name for each in body["questions"].fields] == ["desk_name", "kind"]
    assert body["town_name"].description == ("The town.", "Only for `classic`.")


def test_line_ends_and_invisible_characters_change_nothing() -> None:
    """A page saved with CRLF, non-breaking spaces and zero-width marks reads the same; only its digest differs."""
    odd = "\ufeff" + CREATE_LINES.replace("\n", "\r\n").replace("desk_name\r", "desk_name\u200b\r")
    assert page(odd, "create").fields == page(CREATE_LINES, "create").fields
    assert page(CREATE_LINES.replace("\n", "\r"), "create").fields == page(CREATE_LINES, "create").fields
    assert page(odd, "create").sha256 != page(CREATE_LINES, "create").sha256


def test_blank_lines_between_all_lines_change_nothing_of_a_field() -> None:
    """Some browsers put an empty line after every line."""
    loose = "\n\n".join(each for each in CREATE_LINES.splitlines() if each.strip())
    for mine, theirs in zip(page(loose, "create").body, page(CREATE_LINES, "create").body, strict=True):
        assert (mine.name, mine.type, mine.required, mine.default) == (
            theirs.name,
            theirs.type,
            theirs.required,
            theirs.default,
        )
        assert (mine.description, mine.section) == (theirs.description, theirs.section)


def test_a_page_that_lost_its_field_names_is_refused() -> None:
    """Sentences without names and types cannot be turned into fields, and are not guessed at."""
    kept = [each for each in UPDATE_LINES.splitlines() if " " in each or not each]
    assert code_of("\n".join(kept)) == "page-names-lost"


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff"])
def test_an_empty_page_is_refused(text: str) -> None:
    """A file with nothing in it says so, and is not a form that nobody knows."""
    assert code_of(text) == "page-empty"


def test_a_text_of_no_known_form_is_refused() -> None:
    """An article is no reference page."""
    assert code_of("How we built our front desk. It was a long summer.") == "page-form-unknown"


def test_a_page_without_an_endpoint_is_refused() -> None:
    """Without method and path nobody knows what its fields are sent to."""
    assert code_of(CREATE_LINES.replace("POST /desk/assistant", "").replace("-X POST ", "")) == "page-no-endpoint"


@pytest.mark.parametrize(
    ("text", "role", "code"),
    [
        (UPDATE_LINES, "create", "page-other-method"),
        (CREATE_LINES, "update", "page-other-method"),
        ((OWN / "list.txt").read_text("utf-8"), "update", "page-other-method"),
        ((OWN / "update.txt").read_text("utf-8"), "delete", "page-other-method"),
        (CREATE_LINES.replace("/desk/assistant", "/desk/knowledgebases"), "create", "page-other-resource"),
        (CREATE_LINES.replace("/desk/assistant", "/desk/assistants/enable-webhook"), "create", "page-other-resource"),
        (UPDATE_LINES.replace("/desk/assistant/", "/desk/knowledgebases/"), "update", "page-other-resource"),
        ((OWN / "list.txt").read_text("utf-8").replace("page\ninteger", "mode\nstring"), "list", "page-other-resource"),
        (CREATE_LINES.split("Request\n")[0] + "Response\n\nid\ninteger\nIts id.\n", "create", "page-no-fields"),
    ],
)
def test_a_page_of_another_endpoint_is_refused(text: str, role: str, code: str) -> None:
    """What a page is given as must be what it documents: method, resource, and for a list its paging."""
    assert code_of(text, role) == code


def test_a_field_that_is_documented_twice_is_refused() -> None:
    """Two pages joined in one file would silently win over each other."""
    twice = CREATE_LINES.replace("\nSound\n", "\nSound\n\nhums\nboolean\nAgain.\n")
    assert code_of(twice) == "page-field-twice"


def test_a_tag_that_is_never_closed_is_refused() -> None:
    """A cut-off page would hide the fields behind the cut inside the last one."""
    assert code_of(CREATE_MDX.replace("  <Warning>Only for `classic`.</Warning>\n</ParamField>", "")) == "page-tag-open"
    inner = CREATE_MDX.replace("What comes back. Options: `text`, `number`\n    </ParamField>", "What comes back.")
    assert code_of(inner) == "page-tag-open"


def test_code_in_fences_is_never_read_as_fields() -> None:
    """A sample may show the page's own tags."""
    shown = CREATE_MDX.replace("## Response", '```mdx\n<ParamField body="x" type="string">\n```\n\n## Response')
    assert [each.name for each in page(shown, "create").body] == [each.name for each in page(CREATE_MDX, "create").body]


def test_dotted_names_of_old_pages_are_put_inside() -> None:
    """`questions[].ask` is a part of each question, and `goodbye.text` a part of an object: so the API means them."""
    body = named(page(OLD_MDX, "create").body)
    assert {name: each.type for name, each in body.items()} == {"questions": "array", "goodbye": "object"}
    assert [each.name for each in body["questions"].fields] == ["ask", "kind"]
    assert [each.name for each in body["goodbye"].fields] == ["text", "music"]


def test_the_own_pages_are_read_whole() -> None:
    """The project's reference pages have the API's 55 fields on either page, and eight that a create needs."""
    create, update = own_page("create"), own_page("update")
    assert len(create.body) == len(update.body) == 55
    assert sum(each.required for each in create.body) == 8
    assert not any(each.required for each in update.body)
    assert all(each.description and each.section for each in (*create.body, *update.body))
    assert page(UPDATE_MDX, "update").method == "PUT"


NESTED = """
questions
array
What to ask afterwards.{fold}desk_name
string
required
A short name (3-16 characters)
kind
string
What comes back: text or number.
"questions": [
  {{"desk_name": "saved", "kind": "text"}}
]
loudness
integer
How loud. Range: 0–9.
"""


@pytest.mark.parametrize(
    "fold", ["\nShow questions properties\n", "\nHide child attributes\n", "Show properties\n", "\n"]
)
def test_fields_of_a_copied_fold_out_stay_inside_their_field(fold: str) -> None:
    """Its label stands above them, behind the last word, or is lost: a name that stands twice tells it then."""
    text = CREATE_LINES.replace("\nReports\n", f"\nAfterwards\n{NESTED.format(fold=fold)}\nReports\n", 1).replace(
        "questions\narray\nWhat to ask afterwards.\n", "", 1
    )
    if fold != "\n":
        text = text.replace('"questions": [\n  {"ask": "Was the tooth saved?"}\n]\n', "")
    body = named(page(text, "create").body)
    assert [each.name for each in body["questions"].fields] == ["desk_name", "kind"]
    assert body["desk_name"].section == "Identity"
    assert body["loudness"].type == "integer"
    assert "kind" not in body
