"""What a page says outside of its fields, what nobody understood, and pages in other languages."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.apidocs import Generated, generate
from tests.apidocs import office
from tests.apidocs.pages import page

FIELDS = """
<ParamField body="desk_name" type="string"{required}>
  {name}
</ParamField>

<ParamField body="engine" type="string"{required}>
  {engine}
</ParamField>

<ParamField body="hums" type="boolean" default="false">
  {hums}
</ParamField>

<ParamField body="yields" type="boolean" default="true">
  {yields}
</ParamField>

<ParamField body="brain_id" type="integer">
  {brain}
</ParamField>

<ParamField body="line_id" type="integer">
  {line}
</ParamField>

<ParamField body="direction" type="string">
  {direction}
</ParamField>

<ParamField body="recall" type="string">
  {recall}
</ParamField>
"""
ENGLISH = {
    "name": "Shown in the office (max 60 characters)",
    "engine": "What runs the call. Options: `classic`, `live`",
    "hums": "Whether it hums",
    "yields": "Whether callers may cut in",
    "brain": "The model that answers",
    "line": "The line that it holds",
    "direction": "Who calls. Options: `receive`, `make`",
    "recall": "How notes reach it. Options: `lookup`, `inline`",
}
GERMAN = {
    "name": "Wie er im Büro heißt (max. 60 Zeichen)",
    "engine": "Was den Anruf trägt. Optionen: `classic`, `live`\n\n"
    "  Ein Wechsel des Motors setzt alles Zugehörige (brain) zurück.",
    "hums": "Ob er beim Nachdenken summt. Nur im `classic`-Modus verfügbar.",
    "yields": "Ob man ihm ins Wort fallen darf. Kann im Modus `live` nicht deaktiviert werden.",
    "brain": "Das Modell, das antwortet. Erforderlich für den Modus `classic`.",
    "line": "Die Leitung. Auf `null` setzen, um sie freizugeben. "
    "Sie darf nicht bereits einem anderen `receive`-Assistenten zugewiesen sein.",
    "direction": "Wer anruft. Optionen: `receive`, `make`",
    "recall": "Wie Notizen zu ihm kommen. Mögliche Werte: `lookup`, `inline`",
}


def written(words: dict[str, str], notes: str = "") -> Generated:
    texts = [
        f'---\napi: "{api}"\n---\n{FIELDS.format(**words, required=mark)}\n{notes}'
        for api, mark in (("POST /desk/assistant", " required"), ("PUT /desk/assistant/{id}", ""))
    ]
    return generate(page(texts[0], "create", "create.mdx"), page(texts[1], "update", "update.mdx"))


def properties(made: Generated) -> dict[str, Any]:
    file: Any = made.files["assistant.schema.json"]
    return dict(file["properties"])


def rules(made: Generated) -> list[str]:
    file: Any = made.files["assistant.schema.json"]
    return [each["description"] for each in file.get("allOf", ())]


@pytest.mark.parametrize(
    ("note", "field", "keyword", "value"),
    [
        ("- `hums` is only available in `classic` mode", "hums", "x-applies", {"engine": ["classic"]}),
        ("- In live mode, `hums` is not available in `live` mode", "hums", "x-applies", {"engine": ["classic"]}),
        ("- To let go of the line, set `line_id` to `null`", "line_id", "x-clear", None),
    ],
)
def test_a_note_on_one_field_is_read_as_if_it_stood_under_it(note: str, field: str, keyword: str, value: Any) -> None:
    """Notes at the end of a page name their field; what they say of it holds."""
    found = properties(written(ENGLISH, f"## Notes\n\n- The word mode: `classic` mode\n{note}\n"))
    assert found[field][keyword] == value
    assert keyword not in properties(written(ENGLISH, "## Notes\n\n- The `classic` mode is old\n"))[field]


def test_a_note_may_say_what_a_field_needs_beside_another() -> None:
    """`brain_id` is required where `hums` is true: said in the notes alone, and still a rule."""
    notes = "## Notes\n\n- `brain_id` is required only when `hums` is set to true\n"
    assert rules(written(ENGLISH, notes))[0] == "`hums: true` needs `brain_id`"


def test_notes_that_look_like_a_rule_and_gave_none_are_listed_with_their_lines() -> None:
    """What stands under no field is not dropped in silence; heads of tables and read sentences are no news."""
    notes = (
        "## Notes\n\n| Engine | What | Required fields |\n|---|---|---|\n| `classic` | old | `brain_id` |\n\n"
        "- `hums` is only available in `classic` mode\n- A desk must not be empty\n"
    )
    told = [each for each in written(ENGLISH, notes).diagnostics if each.code == "sentence-not-understood"]
    assert {each.summary for each in told} == {'beside the fields: no rule was made of "A desk must not be empty"'}
    assert all(each.line and each.field is None for each in told)


def test_notes_give_rules_between_fields() -> None:
    """What a mode always has, or lets a field be, is a rule in the schema."""
    notes = (
        "## Notes\n\n- For live mode, `recall` must be set to `lookup`\n- For live mode, `yields` is always enabled\n"
    )
    assert rules(written(ENGLISH, notes)) == [
        "with engine live, `yields` cannot be turned off",
        "with engine live, `recall` can only be lookup",
    ]


def test_a_note_that_names_two_fields_is_a_rule_of_neither() -> None:
    """Which of them it means, nobody can tell."""
    notes = "## Notes\n\n- The `live` mode is new\n- `hums` and `yields` are only available in `classic` mode\n"
    assert "x-applies" not in properties(written(ENGLISH, notes))["hums"]


def test_a_german_page_gives_what_an_english_one_gives() -> None:
    """Lengths, values, modes, what is needed, null, exclusivity and resets, from German sentences."""
    made = written(GERMAN)
    found = properties(made)
    assert found["desk_name"]["maxLength"] == 60
    assert found["recall"]["enum"] == ["lookup", "inline"]
    assert found["hums"]["x-applies"] == {"engine": ["classic"]}
    assert found["line_id"]["type"] == ["integer", "null"]
    assert found["line_id"]["x-exclusive"] == {"direction": "receive"}
    assert found["brain_id"]["x-reset-by"] == ["engine"]
    assert "with engine live, `yields` cannot be turned off" in rules(made)
    assert "engine classic needs `brain_id`" in rules(made)


def test_a_page_in_another_language_says_what_was_not_found() -> None:
    """Kinds of rules that no sentence gave are named, once per page; an English page gets no such note."""
    told = [each for each in written(GERMAN).diagnostics if each.code == "page-not-english"]
    assert [each.file for each in told] == ["create.mdx", "update.mdx"]
    assert "what is required only beside another field" in told[0].summary
    assert "which fields exist only in some modes" not in told[0].summary
    assert not [each for each in written(ENGLISH).diagnostics if each.code == "page-not-english"]


def test_a_word_that_another_language_shares_makes_no_page_english() -> None:
    """`in` is German, too: what counts is how many there are."""
    shared = {**GERMAN, "line": f"{GERMAN['line']} Sie klingelt in allen Räumen."}
    assert [each.code for each in written(shared).diagnostics].count("page-not-english") == 2


def test_what_a_kind_of_entry_must_be_and_gave_no_rule_is_told_with_its_field() -> None:
    """Without the key's own name and mark, on the field's line."""
    kinds = (
        '\n  <Expandable title="Kinds">\n    **ring** - Rings\n    - `must_hum` (required): How often it hums\n'
        "    - `times`: How often (1-9). It must rhyme\n    It cannot sing\n  </Expandable>\n"
    )
    text = "What it does. Each step has a `kind` and step-specific fields."
    made = office.written(office.field("steps", "array", text, inside=kinds))
    told = [each for each in made.diagnostics if each.code == "sentence-not-understood" and each.file == "create.mdx"]
    assert {(each.field, each.summary) for each in told} == {
        ("steps", '`steps`: no rule was made of "It must rhyme"'),
        ("steps", '`steps`: no rule was made of "It cannot sing"'),
    }
    assert {bool(each.line) for each in told} == {True}
    assert len({each.line for each in told}) == 1


def test_sentences_that_look_like_a_rule_and_gave_none_are_listed_with_their_lines() -> None:
    """In the field's own text, and inside of what describes its entries."""
    odd = {**ENGLISH, "brain": "The model that answers.\n\n  It must rest on Sundays."}
    made = written(odd)
    told = [each for each in made.diagnostics if each.code == "sentence-not-understood" and each.file == "create.mdx"]
    (said,) = told
    assert '"It must rest on Sundays"' in said.summary
    text = f'---\napi: "POST /desk/assistant"\n---\n{FIELDS.format(**odd, required=" required")}'
    assert "It must rest" in text.splitlines()[(said.line or 0) - 1]
