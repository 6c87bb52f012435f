"""Which words of which page a constraint comes from."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.apidocs import Evidence, generate
from tests.apidocs.office import BASE, MODES, field, written
from tests.apidocs.pages import page

PARTS = """
  <Expandable title="parts">
    <ParamField body="street" type="string" required>
      Where it is. Maximum 40 characters.
    </ParamField>
  </Expandable>
"""
KINDS = """
  <Expandable title="Kinds">
    **ring** - Rings
    - `times` (required): How often (1-9)
    - `tone`: How high (2-8)
  </Expandable>
"""
CREATE = (
    field("hums", "boolean", "Hums. Only available in `classic` mode.", ' default="false"')
    + field("days", "integer", "Days ahead. Range: 2-9 (default: 5)")
    + field("notice", "string", "What to say. A word, alphanumeric and underscores only (3-40 characters)")
    + field("place", "string", "Where. Options: `near`, `far`")
    + field(
        "recall", "string", "How notes reach it:", inside="\n  - `lookup`: It asks\n  - `inline`: Classic mode only\n"
    )
    + field("tune", "string", "What it hums")
    + field("line_id", "integer", "The line. It cannot be assigned to another live assistant.")
    + field("agent_ids", "integer[]", "Who answers")
    + field("report_url", "string", "Where reports go")
    + field("facts", "object", "Facts that a text may quote as {{fact}}.")
    + field("houses", "array", "All", inside=PARTS)
    + field("steps", "array", "What it does. Each step has a `kind` and step-specific fields.", inside=KINDS)
    + field("door_token", "string", "Opens the door")
    + field("speech_id", "integer", "Who speaks")
    + field("opens_at", "string", "When it opens")
    + field("pause", "integer", "How long it waits.\n\n  The usual is long enough (default: 4)")
    + field("desk_ids", "integer[]", "Where they sit", inside=PARTS)
)
UPDATE = (
    CREATE.replace("Who speaks", "Who speaks. Set to null for nobody.")
    .replace("Facts that", "Replaces all existing facts. Facts that")
    .replace("Who answers", "Who answers. Pass [] for nobody.")
    .replace('"opens_at" type="string"', '"opens_at" type="string | null"')
    .replace("The usual is long enough (default: 4)", "")
)
NOTES = (
    f"{MODES}- `tune` is required for live mode\n- To let go of it, set `line_id` to `null`\n"
    "- Changing the engine resets its parts (speech).\n\n"
    "| Engine | Required fields |\n|---|---|\n| `hybrid` | `speech_id` |\n"
)


def texts() -> tuple[str, str]:
    fronts = ("POST /office/assistant", "PUT /office/assistant/{id}")
    marks, bodies = (" required", ""), (CREATE, UPDATE)
    create, update = (
        f'---\napi: "{front}"\n---\n{BASE.replace("{required}", mark)}{body}{NOTES}'
        for front, mark, body in zip(fronts, marks, bodies, strict=True)
    )
    return create, update


def told() -> dict[str, tuple[Evidence, ...]]:
    create, update = texts()
    return dict(generate(page(create, "create", "create.mdx"), page(update, "update", "update.mdx")).evidence)


def shown(evidence: Evidence) -> tuple[Any, ...]:
    """Keyword, value, words, the page, and the text of its line there."""
    text = dict(zip(("create.mdx", "update.mdx"), texts(), strict=True))[evidence.file]
    return evidence.keyword, evidence.value, evidence.words, evidence.file, text.splitlines()[evidence.line - 1].strip()


def tag(name: str, kind: str, marks: str = "") -> str:
    return f'<ParamField body="{name}" type="{kind}"{marks}>'


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hums", ("type", "boolean", "type boolean", "create.mdx", tag("hums", "boolean", ' default="false"'))),
        ("hums", ("default", False, "default false", "create.mdx", tag("hums", "boolean", ' default="false"'))),
        (
            "hums",
            (
                "x-clear",
                False,
                "its default, or what turns it off",
                "create.mdx",
                tag("hums", "boolean", ' default="false"'),
            ),
        ),
        (
            "hums",
            (
                "x-applies",
                {"engine": ["classic"]},
                "Only available in `classic` mode",
                "create.mdx",
                "Hums. Only available in `classic` mode.",
            ),
        ),
        ("engine", ("required", True, "required", "create.mdx", tag("engine", "string", " required"))),
        ("days", ("minimum", 2, "Range: 2-9 (default: 5)", "create.mdx", "Days ahead. Range: 2-9 (default: 5)")),
        ("days", ("maximum", 9, "Range: 2-9 (default: 5)", "create.mdx", "Days ahead. Range: 2-9 (default: 5)")),
        ("days", ("default", 5, "Range: 2-9 (default: 5)", "create.mdx", "Days ahead. Range: 2-9 (default: 5)")),
        ("days", ("x-clear", 5, "Range: 2-9 (default: 5)", "update.mdx", "Days ahead. Range: 2-9 (default: 5)")),
        (
            "notice",
            (
                "pattern",
                "^[A-Za-z0-9_]+$",
                "A word, alphanumeric and underscores only (3-40 characters)",
                "create.mdx",
                "What to say. A word, alphanumeric and underscores only (3-40 characters)",
            ),
        ),
        ("place", ("enum", ["near", "far"], "Options: `near`, `far`", "create.mdx", "Where. Options: `near`, `far`")),
        ("recall", ("enum", ["lookup", "inline"], "listed under it", "create.mdx", "- `lookup`: It asks")),
        (
            "line_id",
            (
                "type",
                ["integer", "null"],
                "- To let go of it, set `line_id` to `null`",
                "update.mdx",
                "- To let go of it, set `line_id` to `null`",
            ),
        ),
        (
            "line_id",
            (
                "x-clear",
                None,
                "- To let go of it, set `line_id` to `null`",
                "update.mdx",
                "- To let go of it, set `line_id` to `null`",
            ),
        ),
        (
            "line_id",
            (
                "x-exclusive",
                {"engine": "live"},
                "It cannot be assigned to another live assistant",
                "create.mdx",
                "The line. It cannot be assigned to another live assistant.",
            ),
        ),
        (
            "speech_id",
            (
                "type",
                ["integer", "null"],
                "Set to null for nobody",
                "update.mdx",
                "Who speaks. Set to null for nobody.",
            ),
        ),
        (
            "speech_id",
            (
                "x-reset-by",
                ["engine"],
                "Changing the engine resets its parts (speech)",
                "update.mdx",
                "- Changing the engine resets its parts (speech).",
            ),
        ),
        ("agent_ids", ("x-clear", [], "Pass [] for nobody", "update.mdx", "Who answers. Pass [] for nobody.")),
        ("agent_ids", ("x-unordered", True, "a list of ids", "create.mdx", tag("agent_ids", "integer[]"))),
        ("houses", ("x-clear", [], "a list is emptied to clear it", "create.mdx", tag("houses", "array"))),
        (
            "facts",
            (
                "x-clear",
                {},
                "Replaces all existing facts",
                "update.mdx",
                "Replaces all existing facts. Facts that a text may quote as {{fact}}.",
            ),
        ),
        (
            "facts",
            (
                "x-placeholders",
                True,
                "Facts that a text may quote as {{fact}}",
                "create.mdx",
                "Facts that a text may quote as {{fact}}.",
            ),
        ),
        ("report_url", ("format", "uri", "its name", "create.mdx", tag("report_url", "string"))),
        (
            "door_token",
            ("x-secret", True, "its name, or the first words of its text", "create.mdx", tag("door_token", "string")),
        ),
        (
            "tune",
            (
                "rule",
                "engine live needs `tune`",
                "- `tune` is required for live mode",
                "create.mdx",
                "- `tune` is required for live mode",
            ),
        ),
        (
            "hums",
            (
                "rule",
                "`hums` exists only with engine classic; elsewhere leave it out or at false",
                "Only available in `classic` mode",
                "create.mdx",
                "Hums. Only available in `classic` mode.",
            ),
        ),
        (
            "recall",
            (
                "rule",
                "with engine live or hybrid, `recall` can only be lookup",
                "said beside its values",
                "create.mdx",
                "- `lookup`: It asks",
            ),
        ),
        (
            "speech_id",
            (
                "rule",
                "engine hybrid needs `speech_id`",
                "| `hybrid` | `speech_id` |",
                "create.mdx",
                "| `hybrid` | `speech_id` |",
            ),
        ),
        (
            "opens_at",
            (
                "type",
                ["string", "null"],
                "type string, marked as nullable",
                "update.mdx",
                tag("opens_at", "string | null"),
            ),
        ),
        ("houses", ("street.type", "string", "type string", "create.mdx", tag("street", "string", " required"))),
        ("houses", ("street.required", True, "required", "create.mdx", tag("street", "string", " required"))),
        (
            "houses",
            ("street.maxLength", 40, "Maximum 40 characters", "create.mdx", "Where it is. Maximum 40 characters."),
        ),
        (
            "steps",
            (
                "ring.times",
                {"type": "number", "minimum": 1, "maximum": 9, "required": True},
                "How often (1-9)",
                "create.mdx",
                tag("steps", "array"),
            ),
        ),
        (
            "steps",
            (
                "ring.tone",
                {"type": "number", "minimum": 2, "maximum": 8},
                "How high (2-8)",
                "create.mdx",
                tag("steps", "array"),
            ),
        ),
        (
            "pause",
            (
                "x-clear",
                4,
                "The usual is long enough (default: 4)",
                "create.mdx",
                "The usual is long enough (default: 4)",
            ),
        ),
    ],
)
def test_a_constraint_names_the_words_that_it_was_read_from(name: str, expected: tuple[Any, ...]) -> None:
    """With the page and the line: of the field's own text, of a note, of a mark, or of the tag itself."""
    assert expected in [shown(each) for each in told()[name]]


def test_every_constraint_of_every_field_has_evidence() -> None:
    """All keywords but the description, once each, in the schema's order with the mark behind the type."""
    create, update = texts()
    made = generate(page(create, "create", "create.mdx"), page(update, "update", "update.mdx"))
    found: Any = made.files["assistant.schema.json"]
    assert list(made.evidence) == [each for each in found["properties"] if each != "reconciler"]
    for name, evidence in made.evidence.items():
        keywords = [each for each in found["properties"][name] if each != "description"]
        marks = ["required"] if name in found["required"] else []
        assert [
            each.keyword for each in evidence if "." not in each.keyword and each.keyword not in ("rule", "x-reset-by")
        ] == [keywords[0], *marks, *(each for each in keywords[1:] if each != "x-reset-by")]


RESET = "- Changing the engine resets its parts (speech).\n"


@pytest.mark.parametrize(
    ("silent", "source"), [(None, "update.mdx"), ("create", "update.mdx"), ("update", "create.mdx")]
)
def test_a_reset_is_told_once_by_the_page_that_says_it(silent: str | None, source: str) -> None:
    """The update page has the word where both say it: there it happens."""
    create, update = (
        text.replace(RESET, "") if role == silent else text
        for role, text in zip(("create", "update"), texts(), strict=True)
    )
    made = generate(page(create, "create", "create.mdx"), page(update, "update", "update.mdx"))
    found = [each for each in made.evidence["speech_id"] if each.keyword == "x-reset-by"]
    assert [(each.value, each.file) for each in found] == [(["engine"], source)]


def test_a_part_of_an_entry_is_told_once() -> None:
    """Though both pages describe it."""
    for name in ("houses", "steps"):
        keywords = [each.keyword for each in told()[name]]
        assert any("." in each for each in keywords)
        assert len(keywords) == len(set(keywords))
        assert not any(each.endswith(".description") for each in keywords)
    assert not any("." in each.keyword for each in told()["desk_ids"]), "a list of numbers has no parts"


SWITCHES = (
    field("hums", "boolean", "Hums", ' default="false"')
    + field("yields", "boolean", "Whether it yields", ' default="true"')
    + field("tune", "string", "What it hums")
    + field("recall", "string", "Options: `lookup`, `inline`, `digest`")
)


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("tune", "`tune` is required for live mode"),
        ("tune", "`tune` is required if hums is true"),
        ("yields", "For live mode, `yields` is always on"),
        ("recall", "For live mode, `recall` must be set to `lookup`"),
        ("hums", "`hums` is not available in `live` mode"),
        ("hums", "`hums` is only available in `classic` mode"),
    ],
)
def test_a_rule_between_fields_names_the_note_that_it_was_read_from(name: str, note: str) -> None:
    """Whatever kind of rule it is; a note on another field is none of it."""
    made = written(SWITCHES, notes=f"{MODES}- `line_id` is only available in `hybrid` mode\n- {note}\n")
    assert [each.words for each in made.evidence[name] if each.keyword == "rule"] == [f"- {note}"]


def test_of_two_notes_on_a_field_each_rule_names_its_own() -> None:
    """In whatever order they stand: what it needs from one, where it exists from the other."""
    notes = ("- `tune` is only available in `classic` mode", "- `tune` is required for classic mode")
    for order in (notes, notes[::-1]):
        made = written(SWITCHES, notes=MODES + "\n".join(order) + "\n")
        told = {str(each.value): each.words for each in made.evidence["tune"] if each.keyword == "rule"}
        assert told == {"`tune` exists only with engine classic": notes[0], "engine classic needs `tune`": notes[1]}


@pytest.mark.parametrize(
    "words", ["Not available in `live` mode", "Only available in `classic` mode", "Required if yields is true"]
)
def test_a_rule_names_the_fields_own_sentence(words: str) -> None:
    """And not the one before it."""
    made = written(SWITCHES.replace("What it hums", f"What it hums. {words}. At most 40 characters."))
    assert [each.words for each in made.evidence["tune"] if each.keyword == "rule"] == [words]


@pytest.mark.parametrize(
    ("kind", "words", "source"),
    [
        (("string | null", "string"), "type string", "create.mdx"),
        (("string", "string | null"), "type string, marked as nullable", "update.mdx"),
        (("string | null", "string | null"), "type string, marked as nullable", "update.mdx"),
        (("string", "string"), "type string", "create.mdx"),
    ],
)
def test_a_mark_of_null_is_the_update_pages(kind: tuple[str, str], words: str, source: str) -> None:
    """The update page's: there a field is cleared, and a mark on the create page alone allows nothing."""
    made = written(*(field("opens_at", each, "When it opens") for each in kind))
    (found,) = [each for each in made.evidence["opens_at"] if each.keyword == "type"]
    assert (found.words, found.file) == (words, source)


@pytest.mark.parametrize("told", [(False, True), (True, True)])
def test_words_that_allow_null_are_the_update_pages(told: tuple[bool, bool]) -> None:
    """There a field is cleared, whatever the create page says."""
    made = written(*(field("opens_at", "string", f"When.{' Set to null for never.' * each}") for each in told))
    found = [each for each in made.evidence["opens_at"] if each.keyword == "type"]
    assert [(each.value, each.words, each.file) for each in found] == [
        (["string", "null"], "Set to null for never", "update.mdx")
    ]
