"""References: what they become, where they fail, and that secrets show nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.canonical import pretty
from reconciler.documents.references import as_type
from reconciler.secrecy import reveal, secret_reference
from tests.documents.memory import VALID, fingerprint, load, load_one, the_one, told

FILE = "assistants/praxis.yaml"
CATALOG = {"phones": {"main": 45, "old": None, "name.with.dots": 7}, "voices": {"sarah": 12}, "labels": {"vip": [3, 4]}}


def test_a_text_file_becomes_the_fields_text() -> None:
    """`${file:PATH}` is relative to the file that names it, and the value has the place of the reference."""
    files = {
        "assistants/acme/praxis.yaml": VALID.replace("Vergib Termine.", "${file:../prompts/termine.md}"),
        "assistants/prompts/termine.md": "\ufeffVergib Termine.\nSei freundlich.\n",
    }
    desired = the_one(load(files))
    assert desired.content["instructions"] == "Vergib Termine.\nSei freundlich.\n"
    place = desired.place(("instructions",))
    assert (place.file, place.line, place.column) == ("assistants/acme/praxis.yaml", 5, 15)


def test_a_reference_in_a_block_scalar_is_one_too() -> None:
    """White space around a reference has no meaning: a block scalar always ends with a newline."""
    desired = the_one(load_one("report_url: |\n  ${env:REPORTS}\n", environ={"REPORTS": "https://praxis.example/in"}))
    assert desired.content["report_url"] == "https://praxis.example/in"


@pytest.mark.parametrize(
    ("field", "given", "typed"),
    [
        ("wait_minutes", "600", 600),
        ("wait_minutes", " 600\n", 600),
        ("pitch", "1.5", 1.5),
        ("pitch", "1", 1),
        ("hums", "true", True),
        ("hums", "false", False),
        ("greeting", "600", "600"),
        ("greeting", "true", "true"),
    ],
)
def test_an_environment_variable_takes_the_type_that_the_schema_asks_for(field: str, given: str, typed: object) -> None:
    """Text stays text where text is wanted, and becomes a number or a truth where one is."""
    text = VALID.replace("greeting: Guten Tag, Praxis Dr. Weber.\n", "") if field == "greeting" else VALID
    loaded = load({FILE: f"{text}{field}: ${{env:GIVEN}}\n"}, environ={"GIVEN": given})
    got = the_one(loaded) if field != "wait_minutes" else loaded.desired[0] if loaded.desired else None
    assert got is not None
    assert got.content[field] == typed
    assert type(got.content[field]) is type(typed)


def test_what_cannot_take_the_type_is_told_at_the_place_of_use_with_its_origin() -> None:
    """The message names the variable, so that nobody looks for `soon` in the file."""
    (problem,) = load_one("wait_minutes: ${env:WAIT}\n", environ={"WAIT": "soon"}).diagnostics
    assert (problem.code, problem.line, problem.column, problem.field) == ("wrong-type", 8, 15, "wait_minutes")
    assert problem.summary == "`wait_minutes` must be a whole number or null, not `soon`"
    assert problem.detail == "The environment variable WAIT gave it."


def test_the_catalogue_gives_ids_by_name() -> None:
    """`${ref:table.name}` keeps the catalogue's type, and a name may hold dots."""
    text = "line_id: ${ref:phones.main}\nmouth_id: ${ref:phones.name.with.dots}\nlabel_ids: ${ref:labels.vip}\n"
    content = the_one(load_one(text, catalog=CATALOG)).content
    assert (content["line_id"], content["mouth_id"], content["label_ids"]) == (45, 7, [3, 4])


def test_references_work_inside_lists_and_mappings() -> None:
    """Every scalar can be one, however deep."""
    text = "label_ids: ['${ref:voices.sarah}', '${env:LABEL}']\nfacts: {shop: '${env:SHOP}'}\ngreeting2: x\n"
    loaded = load_one(text.replace("greeting2: x\n", ""), catalog=CATALOG, environ={"LABEL": "9", "SHOP": "Praxis 24"})
    assert loaded.errors == ()
    assert loaded.desired[0].content["label_ids"] == [12, 9]
    assert loaded.desired[0].content["facts"] == {"shop": "Praxis 24"}


FAILURES: dict[str, tuple[str, str, str]] = {
    "an unknown scheme": ("${fil:x.md}", "reference-unknown", "Did you mean `${file:x.md}`?"),
    "a scheme like nothing known": ("${http://example.org}", "reference-unknown", "Known are env, file, ref, secret."),
    "an absolute path": ("${file:/etc/passwd}", "reference-path", ""),
    "a home path": ("${file:~/prompt.md}", "reference-path", ""),
    "a drive": ("${file:C:/prompt.md}", "reference-path", ""),
    "a backslash": ("${file:prompts\\x.md}", "reference-path", ""),
    "no path": ("${file:}", "reference-path", ""),
    "a path out of the project": ("${file:../../secrets.txt}", "reference-path", ""),
    "a path out and in again": ("${file:../../project/x.md}", "reference-path", ""),
    "a missing file": ("${file:gone.md}", "file-missing", "Check the path."),
    "a text that is not UTF-8": ("${file:latin.md}", "text-encoding", "Save it as UTF-8."),
    "a text with NUL": ("${file:nul.md}", "text-control-character", "Remove it."),
    "a variable that is not set": ("${env:NOWHERE}", "env-missing", "Set it"),
    "no variable": ("${env:}", "reference-name", ""),
    "a variable with a space": ("${env: HOME}", "reference-name", ""),
    "the program's own key": ("${env:RECONCILER_API_KEY}", "reference-name", "Set a variable of the assistant's own."),
    "its key, masked": ("${secret:RECONCILER_API_KEY}", "reference-name", "It holds a secret of this program."),
    "its key of one account": ("${env:reconciler_api_key_staging}", "reference-name", "a secret of this program"),
    "where its state is": ("${env:RECONCILER_STATE}", "reference-name", "a secret of this program"),
    "a secret that is not set": ("${secret:NOWHERE}", "secret-missing", "Set it"),
    "an empty secret": ("${secret:EMPTY}", "secret-missing", "CI system"),
    "an unknown name": ("${ref:phones.mian}", "ref-unknown", "Did you mean `phones.main`?"),
    "an unknown table": ("${ref:phone.main}", "ref-unknown", "Did you mean `phones`?"),
    "a table": ("${ref:phones}", "ref-unknown", ""),
    "a name without id": ("${ref:phones.old}", "ref-unknown", ""),
    "a name below a value": ("${ref:phones.main.id}", "ref-unknown", ""),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_reference_that_cannot_be_had_is_one_error_where_it_stands(case: str) -> None:
    """Nothing follows from it: no second error says that the field has the wrong type."""
    reference, code, advice = FAILURES[case]
    files = {
        FILE: f"{VALID}report_url: '{reference}'\n",
        "assistants/latin.md": "für".encode("latin-1"),
        "assistants/nul.md": "a\0b",
        "secrets.txt": "x",
    }
    loaded = load(files, environ={"EMPTY": " "}, catalog=CATALOG)
    (problem,) = loaded.diagnostics
    assert (problem.code, problem.file, problem.line, problem.column) == (code, FILE, 8, 13)
    assert (problem.key, problem.field) == ("praxis", "report_url")
    assert advice in (problem.detail or "")
    assert loaded.desired == ()


def test_a_file_that_cannot_be_read_is_named_whole() -> None:
    """The message has the path from the project's root, the place the reference."""
    (problem,) = load_one("report_url: ${file:texts/gone.md}\n").diagnostics
    assert problem.summary == "assistants/texts/gone.md cannot be read: it does not exist"


def test_an_empty_catalogue_says_where_to_write_one() -> None:
    """Without a catalogue every name is unknown, and the advice is not a guess."""
    (problem,) = load_one("line_id: ${ref:phones.main}\n").diagnostics
    assert "is empty" in problem.summary
    assert "reconciler.yaml" in (problem.detail or "")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Costs ${price} today", "Costs ${price} today"),
        ("$${file:prompt.md}", "${file:prompt.md}"),
        ("$$${x}", "$${x}"),
        ("Pay $${amount} to {{name}}", "Pay ${amount} to {{name}}"),
        ("Call $${env:DESK_PHONE} or $$${env:DESK_PHONE}", "Call ${env:DESK_PHONE} or $${env:DESK_PHONE}"),
        ("Costs ${usd:5} today", "Costs ${usd:5} today"),
        ("{{first_name}}", "{{first_name}}"),
        ("$HOME $(date)", "$HOME $(date)"),
    ],
)
def test_everything_else_is_literal(written: str, meant: str) -> None:
    """There is no templating: what stands in the file is what is said."""
    loaded = load({FILE: VALID.replace("Vergib Termine.", f"'{written}'")}, environ={"HOME": "/root"})
    assert the_one(loaded).content["instructions"] == meant


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Call ${env:DESK_PHONE} at night.", "`${env:DESK_PHONE}`"),
        ("${file:a.md} and ${file:b.md}", "`${file:a.md}`"),
        ("Costs $${usd} and ${ref:prices.visit}", "`${ref:prices.visit}`"),
        ("Bearer ${secret:DESK_TOKEN}", "`${secret:DESK_TOKEN}`"),
    ],
)
def test_a_reference_inside_a_longer_text_is_a_warning(written: str, shown: str) -> None:
    """It would be read out to callers: it stays literal, the document loads, and one warning a value says so."""
    loaded = load({FILE: VALID.replace("Vergib Termine.", f"'{written}'")}, environ={"DESK_PHONE": "030 1"})
    assert told(loaded) == [("reference-inside-text", FILE, 5, 15)]
    assert loaded.diagnostics[0].summary.startswith(shown)
    assert loaded.desired[0].content["instructions"] == written.replace("$${", "${")


def test_what_a_text_file_holds_is_never_a_reference() -> None:
    """A prompt in a file may speak of references without a word from us."""
    files = {
        FILE: VALID.replace("Vergib Termine.", "${file:termine.md}"),
        "assistants/termine.md": "Sag nie ${env:DESK_PHONE}.",
    }
    assert the_one(load(files)).content["instructions"] == "Sag nie ${env:DESK_PHONE}."


def test_what_looks_like_a_reference_and_is_none_is_a_warning() -> None:
    """`${GREETING}` would be read out to callers; it stays literal, and the document loads."""
    loaded = load({FILE: VALID.replace("Vergib Termine.", "${GREETING}")})
    assert told(loaded) == [("reference-lookalike", FILE, 5, 15)]
    assert loaded.desired[0].content["instructions"] == "${GREETING}"


def test_a_secret_is_a_name_in_content_and_a_value_in_the_vault() -> None:
    """What is planned and recorded holds the name and a keyed fingerprint."""
    loaded = load_one("report_url: ${secret:REPORT_URL}\n", environ={"REPORT_URL": "https://u:geheim@praxis.example"})
    desired = the_one(loaded)
    expected = secret_reference("REPORT_URL", fingerprint("REPORT_URL", "https://u:geheim@praxis.example"))
    assert desired.content["report_url"] == expected
    assert reveal(desired.content["report_url"], loaded.vault) == "https://u:geheim@praxis.example"
    assert "geheim" not in pretty(desired.content) + repr(loaded) + repr(desired)


ACTIONS = "actions:\n  - type: booking\n    calendar_api_key: {}\n"


def test_a_secret_in_clear_is_a_warning_and_is_hidden_all_the_same() -> None:
    """The file shows it, but no plan, state or message does."""
    loaded = load_one(ACTIONS.format("cal_live_4711"))
    assert told(loaded) == [("secret-in-file", FILE, 10, 23)]
    name = "file:assistants/praxis.yaml#/actions/0/calendar_api_key"
    held: Any = loaded.desired[0].content["actions"]
    assert held[0]["calendar_api_key"] == secret_reference(name, fingerprint(name, "cal_live_4711"))
    assert loaded.vault.values == {name: "cal_live_4711"}
    assert "cal_live_4711" not in repr(loaded) + str(loaded.diagnostics)


def test_an_environment_variable_at_a_secret_place_is_a_secret() -> None:
    """`${env:}` says where the value is, the schema says that it must not be seen; no warning is needed."""
    loaded = load_one(ACTIONS.format("${env:CAL_KEY}"), environ={"CAL_KEY": "cal_live_4711"})
    held: Any = the_one(loaded).content["actions"]
    assert held[0]["calendar_api_key"] == secret_reference("CAL_KEY", fingerprint("CAL_KEY", "cal_live_4711"))


@pytest.mark.parametrize(
    "text",
    [
        ACTIONS.format("4711471147"),
        "actions: {type: booking, calendar_api_key: '4711471147'}\n",
        "report_url: ${secret:KEY}\n",
        "wait_minutes: ${secret:KEY}\n",
        "label_ids: ['${secret:KEY}']\n",
        "facts: ['${secret:KEY}', {}]\n",
        "greeting: ${secret:LONG}\n",
        "actions:\n  - type: booking\n    calendar_api_key: 'unterminated 4711471147\n",
        "actions:\n  - {calendar_api_key: '4711471147', calendar_api_key: '4711471147'}\n",
        "line_id: ${secret:KEY}\n",
    ],
)
def test_no_message_quotes_a_secret(text: str) -> None:
    """However wrong a document is, its errors do not show what it holds."""
    base = VALID.replace("greeting: Guten Tag, Praxis Dr. Weber.\n", "") if text.startswith("greeting") else VALID
    environ = {"KEY": "4711471147", "LONG": "4711471147" * 30}
    files = {"assistants/a.yaml": base + text, "assistants/b.yaml": base + text}
    loaded = load(files, environ=environ)
    assert loaded.diagnostics
    assert "4711471147" not in str([repr(each) for each in loaded.diagnostics])
    assert "4711471147" not in repr(loaded)


def test_the_mark_of_a_secret_cannot_be_written_in_a_file() -> None:
    """A mapping that looks like a recorded secret would be replaced by one on its way out."""
    assert told(load_one("facts: {$secret: KEY}\n"))[0][0] == "key-reserved"


def test_an_empty_text_file_is_a_warning() -> None:
    """An assistant without a prompt is rarely meant."""
    files = {FILE: VALID.replace("Vergib Termine.", "${file:leer.md}"), "assistants/leer.md": " \n"}
    assert told(load(files)) == [("file-empty", FILE, 5, 15)]


@pytest.mark.parametrize(
    ("value", "types", "typed"),
    [
        (12.0, {"integer"}, 12),
        (12.5, {"integer"}, 12.5),
        (12, {"string"}, "12"),
        (True, {"string"}, True),
        ([1], {"string"}, [1]),
        ("9" * 500, {"integer"}, "9" * 500),
        ("1e3", {"integer"}, 1000),
        ("1.5", {"integer"}, 1.5),
        ("0x1F", {"integer"}, "0x1F"),
        ("12", set(), "12"),
        ("", {"integer", "null"}, ""),
    ],
)
def test_a_looked_up_value_is_turned_only_where_nothing_is_lost(value: Any, types: set[str], typed: object) -> None:
    """What cannot be had in the wanted type stays as it is, and the schema then says why."""
    got = as_type(value, frozenset(types))
    assert (got, type(got)) == (typed, type(typed))


@given(st.text(max_size=30), st.sets(st.sampled_from(["integer", "number", "boolean", "null", "array", "object"])))
def test_text_that_is_no_such_value_stays_text(text: str, types: set[str]) -> None:
    """A conversion never invents: the result spells the same JSON value, or is the text itself."""
    got = as_type(text, frozenset(types))
    assert got == text or (not isinstance(got, str) and pretty(got).strip() == pretty(got).strip().lower())
    assert as_type(got, frozenset(types)) == got
