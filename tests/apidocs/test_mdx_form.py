"""A page's source with tags: attributes in every spelling, what stands inside of what, and what is only shown."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.apidocs.mdx_form import read
from reconciler.apidocs.page import PageField
from reconciler.errors import PageError


def fields(text: str) -> dict[str, PageField]:
    return {each.name: each for each in read(text, "page.mdx").fields}


def only(tag: str, *names: str) -> tuple[Any, ...]:
    """Some attributes of the one field that a tag gives."""
    (found,) = read(f"{tag}\n  Who.\n</ParamField>\n", "page.mdx").fields
    return tuple(getattr(found, name) for name in names)


@pytest.mark.parametrize(
    ("marks", "required", "nullable", "default"),
    [
        ("", False, False, None),
        ("required", True, False, None),
        ("required={true}", True, False, None),
        ('required="true"', True, False, None),
        ("required={false}", False, False, None),
        ('required="false"', False, False, None),
        ("optional", False, False, None),
        ("nullable", False, True, None),
        ("nullable={true} required", True, True, None),
        ("nullable={false}", False, False, None),
        ('default="4"', False, False, "4"),
        ("default='4'", False, False, "4"),
        ("default={4}", False, False, "4"),
        ('default={"4"}', False, False, "4"),
        ("default={0}", False, False, "0"),
        ('initialValue="4"', False, False, "4"),
        ('initialValue="5" default="4"', False, False, "4"),
        ('default=""', False, False, None),
        ('placeholder="4" deprecated', False, False, None),
    ],
)
def test_marks_are_attributes_in_every_spelling(
    marks: str, required: bool, nullable: bool, default: str | None
) -> None:
    """Bare, quoted either way, or in braces; `false` takes a mark away."""
    tag = f'<ParamField body="agent_id" type="integer" {marks}>'
    assert only(tag, "required", "nullable", "default", "type") == (required, nullable, default, "integer")


@pytest.mark.parametrize(
    ("printed", "kind", "nullable"),
    [
        ('"integer"', "integer", False),
        ("'integer'", "integer", False),
        ('{"integer"}', "integer", False),
        ("{'integer | null'}", "integer", True),
        ('"null | integer"', "integer", True),
        ('"integer (nullable)"', "integer", True),
        ('"integer?"', "integer", True),
        ('"date"', "", False),
        ('""', "", False),
    ],
)
def test_a_type_is_printed_in_every_spelling(printed: str, kind: str, nullable: bool) -> None:
    """With null beside it, it may be null; a word that is no type is none."""
    assert only(f'<ParamField body="agent_id" type={printed}>', "type", "nullable") == (kind, nullable)


@pytest.mark.parametrize(
    ("named", "where"),
    [
        ('body="agent_id"', "body"),
        ('query="agent_id"', "query"),
        ('path="agent_id"', "path"),
        ('name="agent_id"', "body"),
        ('query="agent_id" name="other"', "query"),
    ],
)
def test_the_attribute_that_names_a_field_says_where_it_goes(named: str, where: str) -> None:
    """One that is only named goes into the body."""
    assert only(f'<ParamField {named} type="integer">', "name", "where") == ("agent_id", where)


def test_a_header_is_no_field() -> None:
    """Nor is a tag that names nothing."""
    assert (
        fields('<ParamField header="Authorization" type="string">\nKey\n</ParamField>\n<ParamField type="string" />\n')
        == {}
    )


def test_fields_of_the_answer_are_named_and_go_nowhere_else() -> None:
    """Whatever stands inside of them does so, too."""
    inner = '<ResponseField name="id" type="integer" />'
    text = f'<ResponseField name="data" type="object">\n<Expandable>\n{inner}\n</Expandable>\n</ResponseField>\n'
    (data,) = read(text, "page.mdx").fields
    assert (data.name, data.where) == ("data", "response")
    assert [(each.name, each.where) for each in data.fields] == [("id", "response")]


def test_a_tag_may_go_on_over_several_lines() -> None:
    """With its attributes on lines of their own; its place is its first line."""
    text = 'Words.\n\n<ParamField\n  body="agent_id"\n  type="integer"\n  required\n>\n  Who.\n</ParamField>\n'
    (found,) = read(text, "page.mdx").fields
    assert (found.name, found.type, found.required, found.line) == ("agent_id", "integer", True, 3)
    assert found.description == ("Who.",)
    assert [text.splitlines()[each - 1].strip() for each in found.lines] == ["Who."]


def test_a_tag_that_ends_with_itself_has_no_text() -> None:
    """What follows it is none of it."""
    draft = read('<ParamField body="agent_id" type="integer" />\nSomething else.\n', "page.mdx")
    assert [each.description for each in draft.fields] == [()]
    assert draft.notes == ("Something else.",)


def test_words_before_and_behind_a_tag_on_its_line_are_text() -> None:
    """Some pages have a field on one line."""
    found = fields(
        '<ParamField body="agent_id" type="integer">Who <b>answers</b>. <Note>Only one.</Note> Ask.</ParamField>\n'
    )
    assert " ".join(found["agent_id"].description) == "Who <b>answers</b>. Only one. Ask."


def test_paragraphs_end_with_blank_lines_bullets_rules_and_tags() -> None:
    """Lines of one paragraph are joined; each knows the line that it starts on."""
    text = """<ParamField body="agent_id" type="integer">
  Who answers
  the phone.

  Ask the office:
  - the agent
  * the owner
  ---
  Nobody else.
  <Warning>Not at night.</Warning>
  > Quoted.
</ParamField>
"""
    (found,) = read(text, "page.mdx").fields
    assert found.description == (
        "Who answers the phone.",
        "Ask the office:",
        "- the agent",
        "- the owner",
        "Nobody else.",
        "Not at night.",
        "Quoted.",
    )
    assert found.lines == (2, 5, 6, 7, 9, 10, 11)


def test_headings_are_sections_and_the_first_of_them_the_title() -> None:
    """A second one of that level is a section like any other; inside a field there are none."""
    text = """# Take somebody on

## Who

<ParamField body="agent_id" type="integer">
  # 3 is the office
</ParamField>

# Where

<ParamField body="floor" type="integer">
  Which
</ParamField>
"""
    draft = read(text, "page.mdx")
    assert draft.title == "Take somebody on"
    assert [(each.name, each.section) for each in draft.fields] == [("agent_id", "Who"), ("floor", "Where")]
    assert draft.fields[0].description == ("# 3 is the office",)


@pytest.mark.parametrize(
    ("front", "title", "description"),
    [
        ('title: "Hire"\ndescription: "Hires one"', "Hire", "Hires one"),
        ("title: 'Hire'", "Hire", "Takes one on."),
        ("title: Hire: now\n# title: Fire\n  title: Nested", "Hire: now", "Takes one on."),
        ("sidebar", "Take on", "Takes one on."),
    ],
)
def test_the_front_matter_has_the_first_word(front: str, title: str, description: str) -> None:
    """On title and description, before heading and first text; comments and nested keys are none of it."""
    text = f'---\n{front}\n---\n# Take on\n\nTakes one on.\n\n<ParamField body="agent_id" type="integer" />\n'
    draft = read(text, "page.mdx")
    assert (draft.title, draft.description) == (title, description)
    assert text.splitlines()[draft.fields[0].line - 1].startswith("<ParamField")


def test_a_page_may_say_nothing_but_its_fields() -> None:
    """It has no title and no description then."""
    draft = read('<ParamField body="agent_id" type="integer" />\n', "page.mdx")
    assert (draft.title, draft.description, draft.notes, draft.samples) == ("", "", (), ())


def test_code_belongs_to_the_field_that_it_stands_in_or_to_the_page() -> None:
    """Whichever fence it has; what it shows is never read, a shorter fence in it included."""
    text = """<ParamField body="floors" type="array">
  Which.
  ```json
  "floors": [3]
  ```
</ParamField>

````mdx
```
<ParamField body="shown" type="string" />
```
````

~~~json
{"floors": [3]}
~~~
"""
    draft = read(text, "page.mdx")
    assert [each.name for each in draft.fields] == ["floors"]
    assert [each.strip() for each in draft.fields[0].code] == ['"floors": [3]']
    assert draft.samples == ('```\n<ParamField body="shown" type="string" />\n```', '{"floors": [3]}')
    assert draft.notes == ()


def test_notes_keep_bullets_and_rows_and_their_lines() -> None:
    """What is said outside of fields is read later, as it stands there."""
    table = "| A | B |\n|---|---|\n| 1 | **2** |\n"
    text = f'<ParamField body="floor" type="integer" />\n\n## Notes\n\n- One `floor`\n* Two\n{table}Said\nat last.\n'
    draft = read(text, "page.mdx")
    assert draft.notes == ("- One `floor`", "- Two", "| A | B |", "|---|---|", "| 1 | **2** |", "Said at last.")
    assert draft.note_lines == (5, 6, 7, 8, 9, 10)


def test_escaped_names_are_names() -> None:
    """An export escapes underscores."""
    assert list(fields(r'<ParamField body="agent\_id" type="integer" />')) == ["agent_id"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('<ParamField body="agent_id" type="integer">\n  Who.\n', 1),
        (
            'Words.\n\n<ParamField body="a" type="integer">\n<Expandable>\n'
            '<ParamField body="b" type="integer">\n</Expandable>\n</ParamField>\n',
            5,
        ),
        ('<ResponseField name="a" type="object">\n<ResponseField name="b" type="integer" />\n', 1),
    ],
)
def test_a_field_that_is_never_closed_is_refused_with_its_line(text: str, line: int) -> None:
    """The innermost one that is open."""
    with pytest.raises(PageError) as caught:
        read(text, "page.mdx")
    (said,) = caught.value.diagnostics
    assert (said.code, said.file, said.line) == ("page-tag-open", "page.mdx", line)
    assert f"on line {line} is never closed" in said.summary


def test_other_tags_may_be_left_open_and_stray_ends_end_nothing() -> None:
    """Only fields hold what follows."""
    first = '</ParamField>\n<Card>\n<ParamField body="a" type="integer">\n<Note>\nWho.\n</ParamField>\n</Note>\n'
    found = fields(first + '<ParamField body="b" type="integer" />\n')
    assert list(found) == ["a", "b"]
    assert found["a"].description == ("Who.",)


def test_code_that_is_never_closed_goes_on_to_the_end() -> None:
    """What it shows there are no fields."""
    text = """<ParamField body="agent_id" type="integer" />
```json
{"agent_id": 3}
<ParamField body="floor" type="integer" />
"""
    draft = read(text, "page.mdx")
    assert [each.name for each in draft.fields] == ["agent_id"]
    assert draft.samples == ('{"agent_id": 3}\n<ParamField body="floor" type="integer" />',)


def test_a_field_tag_that_goes_on_for_longer_than_any_tag_is_refused() -> None:
    """Its end was lost, and with it what it says of its field: a page without it would be another API."""
    marks = "\n".join(f'  mark_{number}="{number}"' for number in range(40))
    text = f'<ParamField body="agent_id" type="integer"\n{marks}\n\n<ParamField body="floor" type="integer" />\n'
    with pytest.raises(PageError) as caught:
        read(text, "page.mdx")
    assert [(each.code, each.line) for each in caught.value.diagnostics] == [("page-tag-open", 1)]
