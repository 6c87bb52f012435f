"""Loading whole projects: judgement with places, conflicts between documents, keys, and what `source` covers."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.documents.keys import key_fault, key_of
from reconciler.errors import DocumentError, error
from reconciler.schemas import SchemaSet
from tests.documents.memory import VALID, MemoryFiles, load, load_one, the_one, told
from tests.support.frontdesk import frontdesk

FILE = "assistants/praxis.yaml"


def changed_schema(**properties: dict[str, Any]) -> SchemaSet:
    """The invented brand with some properties changed."""
    brand = frontdesk()
    files: dict[str, Any] = {"assistant": brand.assistant, "create": brand.create, "update": brand.update}
    files = copy.deepcopy(files)
    for schema in files.values():
        for name, change in properties.items():
            schema["properties"].setdefault(name, {}).update(change)
    return SchemaSet.from_files(files)


def test_a_document_becomes_what_is_desired() -> None:
    """Key, content, file and the place of every value."""
    desired = the_one(load({"assistants/acme/praxis-weber.yml": "# Weber\n" + VALID}))
    assert (desired.key, desired.file, desired.line) == ("acme/praxis-weber", "assistants/acme/praxis-weber.yml", 2)
    assert desired.content["zone"] == "Europe/Berlin"
    assert set(desired.positions) == {(), *((name,) for name in desired.content)}


@pytest.mark.parametrize("text", ['""', "' '", '"\\n\\t"', "${env:SILENT}"])
def test_an_empty_text_where_a_text_is_required_is_a_warning(text: str) -> None:
    """The schema allows it and the platform takes it for missing; where nothing is required, empty may be meant."""
    document = VALID.replace("Guten Tag, Praxis Dr. Weber.", text) + "facts: {shop: ''}\nreport_url: null\n"
    loaded = load({FILE: document}, environ={"SILENT": " "})
    found = [each for each in loaded.diagnostics if each.code != "unused-placeholder"]
    assert [(each.severity, each.code, each.field, each.line, each.column) for each in found] == [
        ("warning", "empty-text", "greeting", 4, 11)
    ]
    assert [each.key for each in loaded.desired] == ["praxis"]


def test_an_empty_text_that_another_field_requires_is_a_warning() -> None:
    """What is required depends on the mode: the text counts where the mode needs it, and only there."""
    brand = frontdesk()
    needs = {
        "if": {"properties": {"engine": {"const": "realtime"}}, "required": ["engine"]},
        "then": {"required": ["farewell"]},
    }
    files: dict[str, Any] = copy.deepcopy(
        {"assistant": brand.assistant, "create": brand.create, "update": brand.update}
    )
    for schema in files.values():
        schema["properties"]["farewell"] = {"type": "string"}
    files["assistant"]["allOf"].append(needs)
    schemas = SchemaSet.from_files(files)
    realtime = VALID.replace("classic", "realtime").replace("brain_id", "speech_model_id")
    assert told(load({FILE: VALID + "farewell: ''\n"}, schemas=schemas)) == []
    assert told(load({FILE: realtime + "farewell: ''\n"}, schemas=schemas)) == [("empty-text", FILE, 8, 11)]


def test_desired_is_sorted_by_key() -> None:
    """Whatever order the files come in."""
    loaded = load({f"assistants/{name}.yaml": VALID for name in ("b", "a/z", "a-b", "a")})
    assert [each.key for each in loaded.desired] == ["a", "a-b", "a/z", "b"]


def test_bases_are_no_assistants() -> None:
    """Files and folders whose name starts with an underscore are for others to extend."""
    files = {"assistants/_base.yaml": "x", "assistants/_lib/a.yaml": "x", "assistants/a/_b/c.yaml": "x", FILE: VALID}
    assert the_one(load(files)).key == "praxis"


def test_a_project_without_documents_says_so() -> None:
    """Only a base stands there: all may be gone on purpose, so that it is no error, and it is not silence either."""
    loaded = load({"assistants/_base.yaml": "x"})
    assert [(each.severity, each.code) for each in loaded.diagnostics] == [("note", "no-documents")]
    assert "no-documents" not in [each.code for each in load({FILE: VALID}).diagnostics]


JUDGED: dict[str, tuple[str, list[tuple[str, int, int, str]]]] = {
    "a missing field": (
        VALID.replace("greeting: Guten Tag, Praxis Dr. Weber.\n", ""),
        [("field-missing", 1, 1, "greeting")],
    ),
    "a missing field of a mode": (VALID.replace("brain_id: 2\n", ""), [("field-missing", 1, 1, "brain_id")]),
    "a missing key in a list": (VALID + "actions:\n  - say: x\n", [("field-missing", 9, 5, "actions.0.type")]),
    "an unknown field": (VALID + "picth: 1\n", [("field-unknown", 8, 1, "picth")]),
    "a wrong value": (VALID + "backdrop: beach\n", [("not-allowed", 8, 11, "backdrop")]),
    "a wrong type": (VALID + "hums: off\n", [("wrong-type", 8, 7, "hums")]),
    "too small": (VALID + "pitch: 0.1\n", [("out-of-range", 8, 8, "pitch")]),
    "too long": (VALID.replace("Guten Tag", "Guten Tag! " * 30), [("too-long", 4, 11, "greeting")]),
    "no zone": (VALID.replace("Europe/Berlin", "Berlin"), [("wrong-format", 6, 7, "zone")]),
    "no address": (VALID + "report_url: praxis.example\n", [("wrong-format", 8, 13, "report_url")]),
    "a field of another mode": (VALID + "speech_model_id: 3\n", [("not-allowed", 8, 18, "speech_model_id")]),
    "a value deep inside": (VALID + "label_ids: [1, two]\n", [("wrong-type", 8, 16, "label_ids.1")]),
    "a float where ids stand": (VALID + "label_ids: [1.5]\n", [("wrong-type", 8, 13, "label_ids.0")]),
    "null where it is not allowed": (VALID + "pitch: null\n", [("wrong-type", 8, 8, "pitch")]),
    "a value that is neither listed nor text": (VALID + "backdrop: 5\n", [("not-allowed", 8, 11, "backdrop")]),
    "all at once": (
        VALID.replace("title: Praxis Dr. Weber\n", "") + "picth: 1\nbackdrop: beach\nbackdrop: cafe\n",
        [
            ("field-missing", 1, 1, "title"),
            ("field-unknown", 7, 1, "picth"),
            ("not-allowed", 8, 11, "backdrop"),
            ("yaml-duplicate-key", 9, 1, ""),
        ],
    ),
    "a field that is there and unreadable": (
        VALID.replace("Guten Tag, Praxis Dr. Weber.", "*gruss"),
        [("yaml-alias-unknown", 4, 11, "")],
    ),
}


@pytest.mark.parametrize("case", JUDGED)
def test_a_violation_is_told_where_it_stands(case: str) -> None:
    """A missing field points at its parent, an unknown one at its key, all else at the value."""
    text, expected = JUDGED[case]
    loaded = load({FILE: text})
    assert [(each.code, each.line, each.column, each.field or "") for each in loaded.diagnostics] == expected
    assert loaded.errors == loaded.diagnostics
    assert all(each.key == "praxis" for each in loaded.diagnostics)
    assert loaded.desired == ()


def test_advice_comes_with_the_violation() -> None:
    """A guess for a typo, the reason for a rule, quotes for a number that is text."""
    text = VALID.replace("brain_id: 2\n", "").replace("Praxis Dr. Weber\n", "24\n") + "picth: 1\n"
    details = {each.field: each.detail for each in load({FILE: text}).diagnostics}
    assert details == {
        "brain_id": "engine classic needs `brain_id`.",
        "picth": "Did you mean `pitch`?",
        "title": "Put it in quotes to make it text.",
    }


def test_a_time_zone_is_met_with_a_guess() -> None:
    """Their names are many, and nobody knows them by heart."""
    (problem,) = load({FILE: VALID.replace("Europe/Berlin", "America/NewYork")}).diagnostics
    assert problem.detail == "Did you mean `America/New_York`?"


def test_what_is_nested_is_told_with_where_it_belongs() -> None:
    """A missing or unknown key of a list's entry names the entry."""
    (problem,) = load_one("actions:\n  - type: a\n  - say: b\n").diagnostics
    assert problem.summary == "`type` is missing in `actions.1`"


def test_a_text_file_that_is_too_long_is_told_at_the_reference_and_by_name() -> None:
    """The line to go to is in the YAML, the text to cut is in the other file."""
    files = {FILE: VALID.replace("Guten Tag, Praxis Dr. Weber.", "${file:g.txt}"), "assistants/g.txt": "Hallo " * 40}
    (problem,) = load(files).diagnostics
    assert (problem.code, problem.line, problem.column) == ("too-long", 4, 11)
    assert problem.summary == "`greeting` is 240 characters long; at most 200 are allowed"
    assert problem.detail == "The text is in assistants/g.txt."


def test_one_broken_document_hides_no_other() -> None:
    """Every error of every file is told, and the sound documents are desired."""
    files = {
        "assistants/a.yaml": VALID,
        "assistants/b.yaml": "title: 'open\n",
        "assistants/c.yaml": VALID + "picth: 1\n",
        "assistants/d.yaml": b"\xff\xfe",
    }
    loaded = load(files)
    assert [each.key for each in loaded.desired] == ["a"]
    assert [(code, file) for code, file, _, _ in told(loaded)] == [
        ("yaml-syntax", "assistants/b.yaml"),
        ("field-unknown", "assistants/c.yaml"),
        ("yaml-encoding", "assistants/d.yaml"),
    ]


@pytest.mark.parametrize(("written", "kept"), [("30.0", 30), ("3e1", 30), ("30", 30)])
def test_whole_numbers_are_ints_where_ids_and_counts_stand(written: str, kept: int) -> None:
    """`30.0` and `30` are one value, and are sent as one."""
    content = the_one(load_one(f"wait_minutes: {written}\nlabel_ids: [{written}]\n")).content
    assert (content["wait_minutes"], content["label_ids"]) == (kept, [kept])
    assert type(content["wait_minutes"]) is int


def test_a_folder_that_cannot_be_listed_is_a_diagnostic() -> None:
    """What is not seen must not look like what was removed."""

    class Unlisted(MemoryFiles):
        def documents(self) -> list[str]:
            raise DocumentError(error("unreadable-file", "assistants/acme cannot be listed", file="assistants/acme"))

    loaded = load(Unlisted({}))
    assert [each.code for each in loaded.errors] == ["unreadable-file"]


# -- placeholders


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("facts: {shop: Weber, street: Markt}\ngreeting: '{{shop}}, {{ street }}'\n", []),
        ("facts: {shop: Weber}\ngreeting: '{{shop}}, {{strasse}}'\n", [("unknown-placeholder", 8, 11)]),
        ("facts: {shop: Weber, street: Markt}\ngreeting: '{{shop}}'\n", [("unused-placeholder", 7, 22)]),
        ("greeting: 'Hallo {{name}}'\n", []),
        ("facts: {}\ngreeting: 'Hallo {{name}} {{name}}'\n", [("unknown-placeholder", 8, 11)]),
        (
            "facts: {shop: Weber}\ngreeting: x\nactions: [{type: say, text: '{{shop}} {{shp}}'}]\n",
            [("unknown-placeholder", 9, 29)],
        ),
        ("facts: {shop: Weber}\ngreeting: x\nreconciler: {unmanaged: [backdrop]}\n", []),
    ],
)
def test_placeholders_are_held_against_what_the_document_defines(
    text: str, expected: list[tuple[str, int, int]]
) -> None:
    """An unknown name is read out to callers, an unused one is a leftover; both are warnings."""
    base = VALID.replace("greeting: Guten Tag, Praxis Dr. Weber.\n", "")
    loaded = load({FILE: base + text})
    assert [(each.code, each.line, each.column) for each in loaded.diagnostics] == expected
    assert loaded.errors == ()
    assert len(loaded.desired) == 1


def test_a_placeholder_in_a_text_file_is_told_with_its_line_there() -> None:
    """The reference is the place in the YAML; the text's own line is in the advice, with a guess."""
    files = {
        FILE: VALID.replace("Vergib Termine.", "${file:p.md}") + "facts: {shop_name: Weber}\n",
        "assistants/p.md": "Du bist {{shop_name}}.\n\nGrüße für {{shopname}}.\n",
    }
    (problem,) = load(files).diagnostics
    assert (problem.code, problem.line, problem.column) == ("unknown-placeholder", 5, 15)
    assert problem.detail == "It is on line 3 of assistants/p.md. Did you mean `{{shop_name}}`?"


# -- kinds

KINDS = {
    "x-variants": {
        "say": {"properties": {"text": {}}, "required": ["text"]},
        "hang_up": {"properties": {"description": {}}},
    }
}


def test_unknown_kinds_and_keys_pass_with_a_warning() -> None:
    """New kinds come before their pages do; a typo is met with a guess."""
    schema = {**frontdesk().assistant["properties"]["actions"]["items"], **KINDS}
    text = "actions:\n  - type: hangup\n    x: 1\n  - type: say\n    txt: Hallo\n  - type: say\n    text: Hallo\n"
    loaded = load_one(text, schemas=changed_schema(actions={"items": schema}))
    assert [(each.code, each.line, each.column, each.detail) for each in loaded.diagnostics] == [
        ("unknown-kind", 9, 11, "Did you mean `hang_up`?"),
        ("unknown-key", 12, 5, "Did you mean `text`?"),
    ]
    assert len(loaded.desired) == 1
    assert load_one(text).diagnostics == ()


@pytest.mark.parametrize(
    ("actions", "place"),
    [("hang_up", (8, 10)), ("[hang_up]", (8, 11)), ("[{type: 5}]", (8, 18)), ("[{type: [say]}]", (8, 18))],
)
def test_what_has_no_kind_is_told_as_another_type_and_no_more(actions: str, place: tuple[int, int]) -> None:
    """One mistake is one error; nobody can say which keys an entry without a kind may have."""
    schema = {**frontdesk().assistant["properties"]["actions"]["items"], **KINDS}
    loaded = load_one(f"actions: {actions}\n", schemas=changed_schema(actions={"items": schema}))
    assert told(loaded) == [("wrong-type", FILE, *place)]


def test_an_unknown_key_of_an_object_with_named_ones_passes_with_a_warning() -> None:
    """Where the page names keys and takes others, a typo is met with a guess; where it names none, nothing is said."""
    texts = {"type": "array", "items": {"type": "string"}}
    named = changed_schema(
        phrases={"type": "object", "properties": {"glad": texts, "sorry": texts}, "additionalProperties": texts}
    )
    loaded = load_one("phrases:\n  glad: [Gern!]\n  sory: [Schade.]\n", schemas=named)
    (said,) = loaded.diagnostics
    assert (said.code, said.severity, said.line, said.column) == ("unknown-key", "warning", 10, 3)
    assert said.detail == "Did you mean `sorry`?"
    assert len(loaded.desired) == 1
    free = changed_schema(phrases={"type": "object", "additionalProperties": texts})
    assert load_one("phrases: {sory: [Schade.]}\n", schemas=free).diagnostics == ()


# -- secrets by schema


def test_a_secret_field_at_the_top_is_hidden_and_never_quoted() -> None:
    """The schema's mark decides, and lengths may be told where values may not."""
    schemas = changed_schema(access_code={"type": "string", "maxLength": 8, "x-secret": True})
    loaded = load_one("access_code: sesam-oeffne-dich\n", schemas=schemas)
    assert [each.code for each in loaded.diagnostics] == ["secret-in-file", "too-long"]
    assert "sesam" not in str(loaded)


# -- conflicts


def test_one_id_belongs_to_one_document() -> None:
    """One error names both files, and neither document is desired."""
    text = VALID + "reconciler: {id: 789}\n"
    loaded = load({"assistants/a.yaml": text, "assistants/b.yaml": text, "assistants/c.yaml": VALID})
    assert told(loaded) == [("id-twice", "assistants/b.yaml", 8, 18)]
    assert loaded.diagnostics[0].summary == "assistants/a.yaml:8 and assistants/b.yaml:8 both adopt id 789"
    assert [each.key for each in loaded.desired] == ["c"]


def test_an_exclusive_value_is_claimed_once() -> None:
    """Two assistants that answer one number are refused before anything is sent, however the number is written."""
    files = {
        "assistants/a.yaml": VALID + "line_id: 45\n",
        "assistants/b.yaml": VALID + "pitch: 1\nline_id: ${ref:phones.main}\n",
        "assistants/c.yaml": VALID + "line_id: 45.0\n",
        "assistants/d.yaml": VALID + "line_id: 46\n",
        "assistants/e.yaml": VALID + "line_id: null\n",
        "assistants/f.yaml": VALID + "line_id: null\n",
        "assistants/g.yaml": VALID.replace("receive", "make") + "line_id: 45\n",
        "assistants/h.yaml": VALID.replace("receive", "make") + "line_id: 45\n",
    }
    loaded = load(files, catalog={"phones": {"main": 45}})
    assert told(loaded) == [("exclusive-twice", "assistants/c.yaml", 8, 10)]
    (problem,) = loaded.diagnostics
    assert problem.summary == "assistants/a.yaml:8, assistants/b.yaml:9 and assistants/c.yaml:8 all claim `line_id` 45"
    assert problem.detail == "Only one assistant with direction: receive may hold it."
    assert [each.key for each in loaded.desired] == ["d", "e", "f", "g", "h"]


def test_an_exclusive_value_from_a_shared_base_names_the_bases_line() -> None:
    """Where the number comes from is where it has to be changed."""
    short = VALID + "reconciler: {extends: [_base.yaml]}\n"
    loaded = load({"assistants/a.yaml": short, "assistants/b.yaml": short, "assistants/_base.yaml": "line_id: 45\n"})
    assert told(loaded) == [("exclusive-twice", "assistants/_base.yaml", 1, 10)]


def test_a_conflict_is_told_beside_other_errors() -> None:
    """A document that is wrong in another way still claims its number."""
    files = {"assistants/a.yaml": VALID + "line_id: 45\npicth: 1\n", "assistants/b.yaml": VALID + "line_id: 45\n"}
    assert [each.code for each in load(files).diagnostics] == ["field-unknown", "exclusive-twice"]


def test_a_rename_takes_over_from_a_document_that_is_gone_and_only_once() -> None:
    """`moved_from` names neither a document that still exists nor one that another renamed."""
    moved = VALID + "reconciler: {moved_from: old}\n"
    assert the_one(load({"assistants/new.yaml": moved})).moved_from == "old"
    both = load({"assistants/new.yaml": moved, "assistants/old.yaml": VALID})
    assert told(both) == [("moved-from-exists", "assistants/new.yaml", 8, 26)]
    assert [each.key for each in both.desired] == ["old"]
    twice = load({"assistants/a.yaml": moved, "assistants/b.yaml": moved})
    assert told(twice) == [("moved-from-twice", "assistants/b.yaml", 8, 26)]
    assert twice.desired == ()


# -- keys


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["praxis.yaml", "praxis.yml"], "key-twice"),
        (["Praxis.yaml", "praxis.yaml"], "key-ambiguous"),
        (["Müller.yaml", "Mu\u0308ller.yaml"], "key-ambiguous"),
        (["STRASSE.yaml", "straße.yaml"], "key-ambiguous"),
        (["A/x.yaml", "a/X.yml"], "key-ambiguous"),
    ],
)
def test_two_files_that_some_system_takes_for_one_are_refused(names: list[str], code: str) -> None:
    """One error names both, and neither is desired."""
    loaded = load({f"assistants/{name}": VALID for name in names})
    (problem,) = loaded.diagnostics
    assert problem.code == code
    assert all(f"assistants/{name}" in problem.summary for name in names)
    assert loaded.desired == ()


@pytest.mark.parametrize(
    "key",
    [
        "a\nb", "a\x7fb", "a\u2028b", "a\\b", ".hidden", "acme/.git", "con", "NUL", "acme/com1", "aux.sales", "sales.",
        "sales ", " sales", "acme./sales", "x" * 201, "ü" * 101, "a//b", "", "\udcff", "..", "../up",
    ],
)  # fmt: skip
def test_a_key_that_some_system_cannot_hold_is_refused(key: str) -> None:
    """Clones on Windows, and files that nobody sees, would lose the state."""
    assert key_fault(key) is not None


@pytest.mark.parametrize(
    "key", ["sales", "acme/sales-en", "praxis müller", "v2.1", "console", "a" * 200, "客服", "[vip] (1)"]
)
def test_ordinary_names_are_keys(key: str) -> None:
    """Spaces, dots inside, brackets and every script are fine."""
    assert key_fault(key) is None


def test_an_unfit_name_is_an_error_of_its_file() -> None:
    """It stands beside the document's other errors."""
    loaded = load({"assistants/con.yaml": VALID + "picth: 1\n"})
    assert [each.code for each in loaded.diagnostics] == ["key-invalid", "field-unknown"]


@pytest.mark.parametrize(
    ("path", "folder", "key"),
    [
        ("assistants/a.yaml", "assistants", "a"),
        ("assistants/a/b.c.yml", "assistants/", "a/b.c"),
        ("a.yaml", ".", "a"),
        ("teams/eu/a.yaml", "teams/eu", "a"),
        ("assistants/_a.yaml", "assistants", None),
        ("assistants/_x/a.yaml", "assistants", None),
        ("other/a.yaml", "assistants", None),
        ("assistants/prompt.md", "assistants", None),
    ],
)
def test_a_key_is_the_path_below_the_folder(path: str, folder: str, key: str | None) -> None:
    """Without its ending."""
    assert key_of(path, folder=folder) == key


# -- source

PROJECT = {
    FILE: VALID.replace("Vergib Termine.", "${file:p.md}")
    + "pitch: ${env:PITCH}\nline_id: ${ref:phones.main}\nreport_url: ${secret:URL}\nreconciler: {extends: [_b.yaml]}\n",
    "assistants/_b.yaml": "mouth_id: 3\n",
    "assistants/p.md": "Vergib Termine.",
    "assistants/other.yaml": VALID,
}
WORLD: dict[str, Any] = {
    "environment": "live",
    "environ": {"PITCH": "1.5", "URL": "https://praxis.example/a", "PATH": "/bin"},
    "catalog": {"phones": {"main": 45, "other": 46}},
}


def source(files: dict[str, str] | None = None, **world: Any) -> str:
    loaded = load(PROJECT | (files or {}), **(WORLD | world))
    assert loaded.errors == ()
    return next(each.source for each in loaded.desired if each.key == "praxis")


@pytest.mark.parametrize(
    "change",
    [
        {"files": {FILE: PROJECT[FILE] + "# a comment\n"}},
        {"files": {"assistants/_b.yaml": "mouth_id: 4\n"}},
        {"files": {"assistants/p.md": "Vergib Termine. "}},
        {"environment": "test"},
        {"environ": WORLD["environ"] | {"PITCH": "1.6"}},
        {"environ": WORLD["environ"] | {"URL": "https://praxis.example/b"}},
        {"catalog": {"phones": {"main": 47}}},
        {"schemas": changed_schema(pitch={"maximum": 1.9})},
    ],
    ids=lambda change: next(iter(change)),
)
def test_source_changes_with_everything_that_decides_the_document(change: dict[str, Any]) -> None:
    """Also with a comment: planning then finds the content equal, and has looked."""
    assert source(**change) != source()


@pytest.mark.parametrize(
    "change",
    [
        {"files": {"assistants/other.yaml": VALID + "pitch: 2\n"}},
        {"environ": WORLD["environ"] | {"PATH": "/usr/bin"}},
        {"catalog": {"phones": {"main": 45, "other": 99}}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_source_is_untouched_by_everything_else(change: dict[str, Any]) -> None:
    """Other documents, other variables and other names in the catalogue decide nothing here."""
    assert source(**change) == source()


def test_source_holds_no_secret_and_is_a_digest() -> None:
    """The same inputs give the same digest."""
    assert source() == source()
    assert source().startswith("sha256:")


# -- laws

BITS = st.lists(
    st.sampled_from(
        [
            *VALID.splitlines(keepends=True),
            *("reconciler:\n", "  extends: [_b.yaml]\n", "  id: 5\n", "  unmanaged: [pitch]\n", "  seed: x\n"),
            *("  environments: {live: {pitch: 2}}\n", "pitch: ${env:PITCH}\n", "line_id: ${ref:phones.main}\n"),
            *("facts: {a: b}\n", "greeting: '{{a}} {{b}}'\n", "instructions: ${file:p.md}\n", "facts: {$secret: x}\n"),
            *("actions: [{type: x, api_key: '4711471147'}]\n", "report_url: ${secret:URL}\n", "<<: 1\n"),
            *("x: [", "y: }\n", "- z\n", "\t", "&a ", "*a\n", "? ", "'"),
        ]
    ),
    max_size=14,
).map("".join)


@given(st.lists(BITS | st.binary(max_size=30), min_size=3, max_size=3))
def test_any_files_give_desired_values_or_diagnostics(texts: list[str | bytes]) -> None:
    """Nothing is raised, no secret shows, and every document that has no error is desired."""
    names = ["assistants/a.yaml", "assistants/_b.yaml", "assistants/c.yml"]
    world: dict[str, Any] = WORLD | {"environ": {"PITCH": "1.5", "URL": "https://4711471147.example"}}
    loaded = load({**dict(zip(names, texts, strict=True)), "assistants/p.md": "Hallo {{a}}"}, **world)
    assert len(loaded.desired) == 2 or loaded.errors
    assert "4711471147" not in repr(loaded)
    assert all(each.summary and each.file for each in loaded.diagnostics)
