"""Tables, notes and resets: what a page says outside of its fields' own texts, and which field it says it of."""

from __future__ import annotations

from typing import Any

import pytest

from tests.apidocs.office import MODES, field, keywords, rules, schema, written

MODELS = "".join(field(name, "integer", "Which model") for name in ("model_id", "chat_model_id", "line_id"))
TABLE = "\n## Engines\n\n| Engine | What | Required fields |\n|---|---|---|\n"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("| `classic` | Old | `model_id` |\n", ["engine classic needs `model_id`"]),
        (
            "| `classic` | Old | `model_id` |\n| `live` | New | `model_id` |\n",
            ["engine classic or live needs `model_id`"],
        ),
        ("| `live` | New | `chat_model_id` |\n", ["engine live needs `chat_model_id`"]),
        ("| hybrid | Both | chat_model_id |\n", ["engine hybrid needs `chat_model_id`"]),
        (
            "| `live` | New | `chat_model_id` |\n| `classic` | Old | `model_id` |\n",
            ["engine classic needs `model_id`", "engine live needs `chat_model_id`"],
        ),
        ("- `live` needs `chat_model_id`\n", ["engine live needs `chat_model_id`"]),
        ("| `classic` | Old | none |\n", []),
        ("| `other` | None | `model_id` |\n", []),
        ("| The `classic` | Old | `model_id` |\n", []),
        ("| `classic` | Old | `model_id` or none |\n", []),
    ],
)
def test_a_row_under_required_fields_begins_with_a_value_and_ends_with_a_field(rows: str, expected: list[str]) -> None:
    """Rows that name one field make one rule of it; the longest name counts."""
    assert rules(written(MODELS, notes=TABLE + rows)) == expected


def test_rows_above_or_without_such_a_head_are_no_rules() -> None:
    """A table may show anything; its last column says what it is about."""
    row = "| `classic` | Old | `model_id` |\n"
    other = TABLE.replace("Required fields", "Best with")
    assert rules(written(MODELS, notes=other + row)) == []
    assert rules(written(MODELS, notes="\n## Notes\n\n" + row + TABLE)) == []


def test_a_value_that_begins_like_a_longer_one_is_told_from_it() -> None:
    """`live_plus` is not `live`."""
    base = field("agency_name", "string", "Shown (max 60 characters)", "{required}") + field(
        "engine", "string", "Options: `live`, `live_plus`", "{required}"
    )
    rows = "| `live_plus` | New | `model_id` |\n| `live` | Old | `line_id` |\n"
    assert rules(written(MODELS, notes=TABLE + rows, base=base)) == [
        "engine live_plus needs `model_id`",
        "engine live needs `line_id`",
    ]


SWITCHES = (
    field("hums", "boolean", "Hums", ' default="false"')
    + field("yields", "boolean", "Whether it yields", ' default="true"')
    + field("tune", "string", "What it hums")
    + field("recall", "string", "Options: `lookup`, `inline`, `digest`")
)


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (
            "`hums` is only available in `classic` mode",
            ["`hums` exists only with engine classic; elsewhere leave it out or at false"],
        ),
        (
            "`hums` is not available in `live` mode",
            ["`hums` exists only with engine classic or hybrid; elsewhere leave it out or at false"],
        ),
        ("`tune` is required for live mode", ["engine live needs `tune`"]),
        ("`tune` is required if hums is true", ["`hums: true` needs `tune`"]),
        ("`tune` is required if `engine` is Live", ["`engine: Live` needs `tune`"]),
        ("`tune` is required if hums is TRUE", ["`hums: true` needs `tune`"]),
        ("`tune` is required if `sings` is true", []),
        ("For live mode, `yields` is always on", ["with engine live, `yields` cannot be turned off"]),
        ("In live mode, `yields` cannot be turned off", ["with engine live, `yields` cannot be turned off"]),
        ("For live mode, `recall` must be set to `lookup`", ["with engine live, `recall` can only be lookup"]),
        ("For `live`, `classic` and `hybrid`, `recall` must be `lookup`", []),
        ("`hums` sounds better in `classic` mode", []),
        ("Only available in `classic` mode", []),
        ("`hums` and `yields` are only available in `classic` mode", []),
        ("`engine` is required for live mode", []),
    ],
)
def test_a_note_is_a_rule_of_the_one_field_that_it_names(note: str, expected: list[str]) -> None:
    """A field that decides, or that the rule asks for, is not the one; a note on two is a rule of neither."""
    assert rules(written(SWITCHES, notes=f"{MODES}- {note}\n")) == expected


@pytest.mark.parametrize(
    ("own", "note", "expected"),
    [
        (
            "Only available in `live` mode.",
            "`tune` is only available in `classic` mode",
            ["`tune` exists only with engine live"],
        ),
        ("Required for live mode.", "`tune` is required for classic mode", ["engine live needs `tune`"]),
        ("Required if hums is true.", "`tune` is required if yields is true", ["`hums: true` needs `tune`"]),
    ],
)
def test_a_fields_own_text_has_the_last_word(own: str, note: str, expected: list[str]) -> None:
    """A note adds to it and never contradicts it."""
    tune = field("hums", "boolean", "Hums") + field("yields", "boolean", "Yields") + field("tune", "string", own)
    assert rules(written(tune, notes=f"{MODES}- {note}\n")) == expected


def test_of_two_notes_on_one_field_the_first_holds() -> None:
    """They may not be added up: each says "only"."""
    notes = "- `hums` is only available in `classic` mode\n- `hums` is only available in `live` mode\n"
    made = written(SWITCHES, notes=MODES + notes)
    assert keywords(made, "hums")["x-applies"] == {"engine": ["classic"]}


def test_a_switch_keeps_the_modes_of_its_own_text() -> None:
    """A note about another mode changes nothing."""
    own = field("yields", "boolean", "Yields. Cannot be disabled in hybrid mode.")
    made = written(own, notes=f"{MODES}- For live mode, `yields` is always on\n")
    assert rules(made) == ["with engine hybrid, `yields` cannot be turned off"]


@pytest.mark.parametrize(
    ("own", "nullable"),
    [("The line.", True), ("The line. It must not be null.", False), ("The line. At least 3.", True)],
)
def test_a_note_may_allow_null_where_the_field_does_not_refuse_it(own: str, nullable: bool) -> None:
    """`null` set on another field is none of it."""
    made = written(field("line_id", "integer", own), notes=f"{MODES}- To let go, set `line_id` to `null`\n")
    assert keywords(made, "line_id")["type"] == (["integer", "null"] if nullable else "integer")
    other = written(field("line_id", "integer", own), notes=f"{MODES}- To let go, set `phone_id` to `null`\n")
    assert keywords(other, "line_id")["type"] == "integer"


def test_what_a_value_may_be_in_a_mode_is_what_its_own_text_says_first() -> None:
    """The note limits the values that nothing is said beside."""
    inside = "\n  - `lookup`: It asks\n  - `inline`: All at once. Only for hybrid mode\n  - `digest`: Short\n"
    made = written(
        field("recall", "string", "How notes reach it:", inside=inside),
        notes=f"{MODES}- For live mode, `recall` must be set to `lookup`\n",
    )
    assert rules(made) == [
        "with engine classic, `recall` can only be lookup or digest",
        "with engine live, `recall` can only be lookup",
    ]


PARTS = "".join(
    field(name, kind, text)
    for name, kind, text in (
        ("speech_model_id", "integer", "Only available in `live` mode."),
        ("voice_provider", "string", "Who speaks"),
        ("tempo", "integer", "How fast"),
        ("hums", "boolean", "Hums. Only available in `classic` mode."),
    )
)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Changing the engine resets its parts (speech models, providers).", ["speech_model_id", "voice_provider"]),
        ("Changing `engine` will reset its parts (tempo and voice provider).", ["voice_provider", "tempo"]),
        ("Changing the engine resets its settings.", ["speech_model_id", "hums"]),
        ("Changing the engine resets (engine, tempo).", ["tempo"]),
        ("Ein Wechsel des Motors setzt alles Zugehörige (Tempo) zurück.", ["tempo"]),
    ],
)
def test_what_a_change_resets_is_named_by_words_of_names(sentence: str, expected: list[str]) -> None:
    """A list means the fields whose names hold the words; none means what exists only in some modes.

    In another language the sentence may call the field by no name: it stands under it.
    """
    engine = field(
        "engine", "string", f"What runs the call. Options: `classic`, `live`, `hybrid`\n\n  {sentence}", "{required}"
    )
    base = field("agency_name", "string", "Shown (max 60 characters)", "{required}") + engine
    found = schema(written(PARTS, notes=MODES, base=base))["properties"]
    reset = {name: each["x-reset-by"] for name, each in found.items() if "x-reset-by" in each}
    assert reset == {name: ["engine"] for name in expected}


def test_a_reset_may_stand_in_the_notes_where_it_names_its_field() -> None:
    """The sentence with a list has the last word, wherever it stands; one without a name belongs to nobody there."""
    said = "- Changing the engine resets its settings.\n- Changing the engine resets its parts (tempo).\n"
    for notes in (said, "\n".join(reversed(said.splitlines()))):
        made = written(PARTS, notes=f"{MODES}{notes}\n")
        found: Any = schema(made)["properties"]
        assert [name for name, each in found.items() if "x-reset-by" in each] == ["tempo"]
    nameless = "Ein Wechsel des Motors setzt alles Zugehörige (Tempo) zurück."
    lost = written(PARTS, notes=f"{MODES}- {nameless}\n")
    beside = written(PARTS + field("mood", "string", nameless))
    for each in (lost, beside):
        assert not any("x-reset-by" in one for one in schema(each)["properties"].values())


def test_what_decides_over_others_is_the_required_field_that_has_the_values() -> None:
    """Two fields may list the same values: the one that a create needs is the mode."""
    twin = field("backup_engine", "string", "What runs it then. Options: `classic`, `live`, `hybrid`")
    base = field("agency_name", "string", "Shown (max 60 characters)", "{required}") + twin
    engine = field("engine", "string", "What runs the call. Options: `classic`, `live`, `hybrid`", "{required}")
    made = written(field("hums", "boolean", "Hums. Only available in `classic` mode."), base=base + engine)
    assert keywords(made, "hums")["x-applies"] == {"engine": ["classic"]}


def test_values_that_no_sentence_calls_a_mode_decide_over_nothing() -> None:
    """ "Only for agent" may mean a person."""
    made = written(
        field("role", "string", "Options: `agent`, `owner`") + field("badge", "string", "Only for agent and owner"),
    )
    assert keywords(made, "badge") == {"type": "string"}
