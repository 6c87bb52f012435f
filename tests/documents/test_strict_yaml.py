"""The strict loader: what it types, what it refuses and where, and that nothing brings it down."""

from __future__ import annotations

import json
import math
import resource
import sys
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.documents.characters import MAX_BYTES
from reconciler.documents.reading import MAX_DEPTH
from reconciler.documents.strict_yaml import Parsed, parse_yaml
from reconciler.model import Position


def parse(text: str | bytes) -> Parsed:
    return parse_yaml(text if isinstance(text, bytes) else text.encode(), file="assistants/praxis.yaml")


def value(text: str) -> Any:
    parsed = parse(text)
    assert parsed.diagnostics == ()
    assert parsed.value is not None
    return parsed.value


def found(text: str | bytes) -> list[tuple[str, int | None, int | None]]:
    return [(each.code, each.line, each.column) for each in parse(text).diagnostics]


TEXT = [
    "off",
    "on",
    "yes",
    "no",
    "Yes",
    "NO",
    "y",
    "n",
    "12:30",
    "1:30:00",
    "010",
    "007",
    "09",
    "+15551234567",
    "2024-01-01",
    "2024-01-01T10:00:00Z",
    "1_000",
    "0x1F",
    "0o14",
    "0b11",
    ".5",
    "5.",
    ".inf",
    "-.inf",
    ".nan",
    "NaN",
    "Infinity",
    "=",
    "tRUE",
    "nULL",
    "1e",
    "1.2.3",
    "-",
    "1,000",
    "٣",
    "１２",
]


@pytest.mark.parametrize("spelled", [each for each in TEXT if each != "-"])
def test_plain_scalars_that_other_loaders_type_are_text(spelled: str) -> None:
    """Only true, false, null and JSON's numbers are typed; everything else stays what was written."""
    assert value(f"ambient_sound: {spelled}") == {"ambient_sound": spelled}


@pytest.mark.parametrize(
    ("spelled", "typed"),
    [
        *((each, True) for each in ("true", "True", "TRUE")),
        *((each, False) for each in ("false", "False", "FALSE")),
        *((each, None) for each in ("null", "Null", "NULL", "~", "")),
        ("0", 0),
        ("-7", -7),
        ("600", 600),
        ("0.70", 0.7),
        ("1e3", 1000.0),
        ("-2.5E-1", -0.25),
        ("123456789012345678901234567890", 123456789012345678901234567890),
    ],
)
def test_true_false_null_and_json_numbers_are_typed(spelled: str, typed: object) -> None:
    """A typed scalar has JSON's type exactly: `1` is an int, `1e3` a float."""
    got = value(f"field: {spelled}")["field"]
    assert got == typed
    assert type(got) is type(typed)


@pytest.mark.parametrize("quoted", ["'off'", '"true"', "'600'", "|-\n  null", ">-\n  12"])
def test_quoted_and_block_scalars_are_always_text(quoted: str) -> None:
    """Quotes and block style make text, whatever stands in them."""
    assert isinstance(value(f"field: {quoted}")["field"], str)


REFUSED: dict[str, tuple[str | bytes, list[tuple[str, int | None, int | None]]]] = {
    "a duplicate key": ("name: Sales\nmode: x\nname: Support\n", [("yaml-duplicate-key", 3, 1)]),
    "a duplicate in a nested flow": ("a: {b: 1, b: 2}\n", [("yaml-duplicate-key", 1, 11)]),
    "a number as key": ("a:\n  1: x\n", [("yaml-key-not-text", 2, 3)]),
    "true as key": ("true: x\n", [("yaml-key-not-text", 1, 1)]),
    "null as key": ("null: x\n~: y\n", [("yaml-key-not-text", 1, 1), ("yaml-key-not-text", 2, 1)]),
    "no key": ("?\n: x\n", [("yaml-key-not-text", 1, 2)]),
    "a number beyond a float as key": ("1e999: x\n", [("yaml-key-not-text", 1, 1)]),
    "a number as key, and another below it": (
        "5:\n  6: x\n  [a]: y\nb: 1\nb: 2\n",
        [("yaml-key-not-text", 1, 1), ("yaml-duplicate-key", 5, 1)],
    ),
    "a list as key": ("? [a, b]\n: x\nmode: 1\nmode: 2\n", [("yaml-key-not-text", 1, 3), ("yaml-duplicate-key", 4, 1)]),
    "an alias as key": ("a: &x b\n*x : 1\n", [("yaml-key-not-text", 2, 1)]),
    "unquoted placeholder": ("greeting: {{name}}\n", [("yaml-key-not-text", 1, 12)]),
    "a merge key": ("base: &b {x: 1}\nnew:\n  <<: *b\n", [("yaml-merge-key", 3, 3)]),
    "a core tag": ("a: !!str 12\n", [("yaml-tag", 1, 4)]),
    "a tag on a key, one on a list": ("!!str a: !mine [1]\n", [("yaml-tag", 1, 1), ("yaml-tag", 1, 10)]),
    "the bare tag": ("a: ! 12\n", [("yaml-tag", 1, 4)]),
    "two documents": ("a: 1\n---\nb: 2\n", [("yaml-several-documents", 2, 1)]),
    "YAML 1.1": ("%YAML 1.1\n---\na: 1\n", [("yaml-version", 1, 1)]),
    "an alias in its own anchor": ("a: &x\n  b: *x\n", [("yaml-alias-cycle", 2, 6)]),
    "an unknown alias": ("a: *bold\n", [("yaml-alias-unknown", 1, 4)]),
    "nothing": (b"", [("yaml-empty", 1, 1)]),
    "a comment": ("# later\n", [("yaml-empty", 1, 1)]),
    "only the marker": ("---\n", [("yaml-empty", 1, 1)]),
    "a list": ("- a\n- b\n", [("yaml-not-a-mapping", 1, 1)]),
    "a word": ("\n  hello\n", [("yaml-not-a-mapping", 2, 3)]),
    "null": ("~\n", [("yaml-not-a-mapping", 1, 1)]),
    "UTF-16": ("a: 1\n".encode("utf-16"), [("yaml-encoding", 1, 1)]),
    "UTF-16 without a mark": ("a: 1\n".encode("utf-16-le"), [("yaml-encoding", 1, 1)]),
    "not UTF-8": ("a: 1\nb: für\n".encode("latin-1"), [("yaml-encoding", 2, 5)]),
    "NUL and bell": (b"alpha: x\0y\nb: \x07\n", [("yaml-control-character", 1, 9), ("yaml-control-character", 2, 4)]),
    "DEL outside quotes": ("a: x\x7fy\n", [("yaml-control-character", 1, 4)]),
    "a tab as indentation": ("a:\n\tb: 1\n", [("yaml-syntax", 2, 1)]),
    "a tab in a text's indentation": ("a: one\n\ttwo: 2\n", [("yaml-syntax", 2, 1)]),
    "an unclosed quote": ("a: 1\nb: 'open\nc: 2\n", [("yaml-syntax", 2, 4)]),
    "an unclosed bracket": ("a: 1\nb: [1, 2\nc: 2\n", [("yaml-syntax", 2, 4)]),
    "a second colon": ("a: note: this\n", [("yaml-syntax", 1, 8)]),
    "an at sign": ("a: @home\n", [("yaml-syntax", 1, 4)]),
    "text behind the mark of a block": ("a: | Hello\n", [("yaml-syntax", 1, 6)]),
    "an anchor without a name": ("a: &\n", [("yaml-syntax", 1, 5)]),
    "YAML of another major version": ("%YAML 2.0\n---\na: 1\n", [("yaml-syntax", 1, 1)]),
    "half a surrogate pair": ('a: "\\ud83d"\n', [("yaml-syntax", 1, 7)]),
    "digits without end": (f"a: {'9' * 5000}\n", [("yaml-number", 1, 4)]),
    "a number beyond a float": ("a: 1e999\n", [("yaml-number", 1, 4)]),
    "structure errors before a syntax error": (
        "a: 1\na: 2\nb: !x y\nc: 'open\n",
        [("yaml-duplicate-key", 2, 1), ("yaml-tag", 3, 4), ("yaml-syntax", 4, 4)],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_json_is_refused_where_it_stands(case: str) -> None:
    """Every refusal names line and column, and independent errors of one file are all told."""
    text, expected = REFUSED[case]
    assert found(text) == expected


def test_every_refusal_says_what_to_do_or_cannot() -> None:
    """A diagnostic has the file, and its words never come from a traceback."""
    for text, _ in REFUSED.values():
        for each in parse(text).diagnostics:
            assert each.file == "assistants/praxis.yaml"
            assert each.severity == "error"
            assert "Traceback" not in each.summary
            assert "<byte string>" not in f"{each.summary}{each.detail}"


def test_structure_errors_leave_the_rest_readable() -> None:
    """A duplicate key or a tag does not hide the other fields, so that validation can go on with them."""
    parsed = parse("name: Empfang\nname: Zweiter\nmode: !x pipeline\n5: x\n")
    assert parsed.value == {"name": "Empfang", "mode": "pipeline"}


def test_a_syntax_error_leaves_nothing() -> None:
    """Half a file is never taken for a document."""
    assert parse("name: Empfang\nmode: 'pipe\n").value is None


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    """Editors on Windows write one; columns do not count it."""
    parsed = parse(b"\xef\xbb\xbfname: Empfang\n")
    assert parsed.value == {"name": "Empfang"}
    assert parsed.places["name",].column == 7


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_count_as_one_line(end: str) -> None:
    """Places are the same whatever system the file was written on."""
    parsed = parse(f"name: Empfang{end}mode: x{end}")
    assert (parsed.places["mode",].line, parsed.places["mode",].column) == (2, 7)


def test_pasted_line_separators_stay_in_the_text() -> None:
    """NEL, LS and PS are characters in YAML 1.2: they are kept, and do not shift the lines below."""
    parsed = parse("greeting: |\n  Guten\u2028Tag\u2029und\u0085hallo\nmode: x\n")
    assert parsed.value == {"greeting": "Guten\u2028Tag\u2029und\u0085hallo\n", "mode": "x"}
    assert parsed.places["mode",].line == 3


def test_json_escapes_of_an_emoji_are_read_in_double_quotes_only() -> None:
    """JSON spells characters beyond the first plane as two escapes; elsewhere a backslash is a backslash."""
    text = '{"a": "\\ud83d\\ude00 \\\\ud83d"}'
    assert value(text) == json.loads(text)
    assert value("a: 'x \\ud83d\\ude00'\n") == {"a": "x \\ud83d\\ude00"}
    assert value("a: \\ud83d\\ude00\n") == {"a": "\\ud83d\\ude00"}


def test_aliases_are_copies_with_places() -> None:
    """An alias gives an equal value of its own; its top stands where the alias does, the rest where it was written."""
    parsed = parse("one: &end\n  type: end_call\n  say: [bye]\ntwo: *end\n")
    assert parsed.diagnostics == ()
    assert parsed.value is not None
    assert parsed.value["one"] == parsed.value["two"]
    assert parsed.value["one"] is not parsed.value["two"]
    assert (parsed.places["two",].line, parsed.places["two",].column) == (4, 6)
    assert parsed.places["two", "say", 0] == parsed.places["one", "say", 0]
    assert parsed.names["two", "type"].line == 2


def test_a_key_may_have_an_anchor() -> None:
    """Its text stands where the alias does."""
    assert value("&shift day: 9 to 5\nhours: {&late night: 5 to 9}\nnames: [*shift, *late]\n") == {
        "day": "9 to 5",
        "hours": {"night": "5 to 9"},
        "names": ["day", "night"],
    }


def test_an_anchor_may_be_used_again_for_another_value() -> None:
    """The alias takes the anchor that stands nearest before it."""
    assert value("a: &x 1\nb: *x\nc: &x 2\nd: *x\n") == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_a_pyyaml_without_libyaml_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source build can lack it; then what is not plain is not read, and the way out is told."""
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    assert found("name: &name Empfang\n") == [("yaml-no-libyaml", None, None)]
    plain = parse_yaml(b"# Zahnarzt\nname: Empfang\ntools:\n  - type: end_call\n", file="praxis.yaml")
    assert plain.value == {"name": "Empfang", "tools": [{"type": "end_call"}]}
    assert plain.places[("tools", 0, "type")] == Position("praxis.yaml", 1, 1)
    assert plain.places[()] == Position("praxis.yaml", 2, 1)


def billion_laughs() -> str:
    lines = ["l0: &l0 [haha, haha]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join(lines) + "\n"


BOMBS: dict[str, tuple[str, str]] = {
    "100,000 brackets": ("[" * 100_000, "yaml-too-deep"),
    "100,000 braces": ("a: " + "{a: " * 100_000, "yaml-too-deep"),
    "3,000 lists in lists": ("a:\n  " + "- " * 3000 + "x\n", "yaml-too-deep"),
    "billion laughs": (billion_laughs(), "yaml-aliases"),
    "a long text by alias": (f"t: &t {'x' * 500_000}\nu: [*t, *t, *t]\n", "yaml-aliases"),
    "depth through aliases": (
        f"a: &a {'[' * 60}{']' * 60}\nb: {'[' * 60}*a{']' * 60}\n",
        "yaml-too-deep",
    ),
    "a file of commas": ("a: [" + "1," * 400_000 + "]\n", "yaml-too-many-values"),
    "a file of duplicates": ("a: 1\n" * 100_000, "yaml-too-many-errors"),
    "a file too large": ("a: " + "x" * MAX_BYTES, "yaml-too-large"),
}


@pytest.mark.parametrize("case", BOMBS)
def test_hostile_files_are_refused_within_little_memory(case: str) -> None:
    """Depth, aliases, size and the number of values and errors are bounded, and the process lives."""
    text, code = BOMBS[case]
    content = text.encode()
    tracemalloc.start()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    parsed = parse(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert parsed.diagnostics[-1].code == code
    assert parsed.value is None
    assert peak < 80_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_the_deepest_allowed_nesting_is_read() -> None:
    """The bound is exact: a hundred levels are read, one more is not."""
    deepest = MAX_DEPTH - 1
    assert value("a: " + "[" * deepest + "]" * deepest)
    assert found("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH) == [("yaml-too-deep", 1, 3 + MAX_DEPTH)]


CHARACTERS = st.characters(exclude_categories=["Cs"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(CHARACTERS, max_size=40)
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(CHARACTERS, max_size=12), inner, max_size=4),
    max_leaves=20,
)
MAPPINGS = st.dictionaries(st.text(CHARACTERS, max_size=12), JSON, max_size=5)


@given(MAPPINGS, st.booleans(), st.sampled_from([None, 2]))
def test_json_text_loads_as_the_same_value(content: dict[str, Any], ascii_only: bool, indent: int | None) -> None:
    """Whatever json.dumps writes is YAML here, and means the same, types included."""
    text = json.dumps(content, ensure_ascii=ascii_only, indent=indent)
    assert json.dumps(value(text)) == json.dumps(json.loads(text))


@given(MAPPINGS)
def test_every_value_has_a_place_that_points_at_its_text(content: dict[str, Any]) -> None:
    """What stands at a value's place is that value's own JSON text, and so it is for keys."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    parsed = parse(text)
    lines = text.split("\n")

    def walk(part: Any, path: tuple[str | int, ...]) -> None:
        place = parsed.places[path]
        spelled = json.dumps(part, ensure_ascii=False)
        begins = spelled[0] if isinstance(part, dict | list) else spelled
        assert lines[place.line - 1][place.column - 1 :].startswith(begins)
        steps = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for step, inner in steps:
            if isinstance(step, str):
                name = parsed.names[(*path, step)]
                assert lines[name.line - 1][name.column - 1 :].startswith(json.dumps(step, ensure_ascii=False))
            walk(inner, (*path, step))

    walk(content, ())


YAML_BITS = st.lists(
    st.sampled_from(
        [*"abc:-?[]{},&*!|>'\"%@`#~=<\n\r\t ", "  ", ": ", "- ", "\n  ", "<<", "---", "&a ", "*a ", "\\u", "é"]
    ),
    max_size=60,
).map("".join)


@settings(max_examples=400)
@given(st.binary(max_size=80) | YAML_BITS.map(str.encode) | st.text(CHARACTERS, max_size=60).map(str.encode))
def test_any_bytes_give_a_value_or_diagnostics(content: bytes) -> None:
    """Nothing is raised for any input, and there is a value or a reason."""
    parsed = parse(content)
    assert parsed.value is not None or parsed.diagnostics
    for each in parsed.diagnostics:
        assert each.line is not None
        assert each.line >= 1

    def finite(part: Any) -> bool:
        if isinstance(part, dict | list):
            return all(finite(each) for each in (part.values() if isinstance(part, dict) else part))
        return not isinstance(part, float) or math.isfinite(part)

    assert finite(parsed.value)


@pytest.mark.parametrize("key", ["24h", "010", "-first", "+1", "1.2.3"])
def test_a_key_that_only_begins_like_a_number_is_text(key: str) -> None:
    """Opening hours, house numbers, versions: what JSON would not read as a number needs no quotes."""
    assert parse_yaml(f"{key}: offen\n".encode(), file="praxis.yaml").value == {key: "offen"}
