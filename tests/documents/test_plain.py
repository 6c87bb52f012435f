"""The reader of plain YAML says what libyaml says, or nothing."""

from __future__ import annotations

import pickle
import random
from pathlib import Path as File

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.canonical import identical
from reconciler.documents.characters import Readable, readable
from reconciler.documents.plain import plain_mapping
from reconciler.documents.strict_yaml import parse_yaml
from reconciler.documents.whole import read_whole
from reconciler.model import Position
from tests.support.practice import REPOSITORY

DOCUMENT = """\
# yaml-language-server: $schema=../schemas/editor.schema.json

name: Reception - Dr. Weber  # as callers know it
type: inbound
voice_id: 14
turn_detection_threshold: 0.35
wait_for_customer: false
ambient_sound: off
initial_message: 'Praxis Dr. Weber, guten Tag!'
webhook_url: https://example.com/calls?from=phone#now
system_prompt: |
  You are the receptionist of Dr. Weber: polite, brief.

  # Rules
    - Never give medical advice.
  Opening hours: {{hours}} \t
variables: {}
tools:
- type: call_transfer
  phone_number: "+49301234567"
- type: end_call
  description:
post_call_schema:
  - name: reason
    notes: |-
      Why they called.

    deeper:
      - one
      - -2
      - "three" # and out
      - []
seen: ${env:PRACTICE}
extends: [_base.yaml, ../voices/_nora.yaml]
days: [1, 2,3]
"""

PIECES = (
    *("name", "tools", "null", "on", "type", "a-b", "x y", "0", "é", "key", "~", "<<", "reconciler", ""),
    *(": ", ":", " :", ":  ", "- ", "-", "-  ", " ", "  ", "    ", "\t", "\n", "\n\n", "\n  ", "\n    ", "\n- "),
    *("|", "|-", "|+", "|2", ">", ">-", '"', "'", "''", '\\"', "[", "]", "{", "}", "[]", "{}", ",", "#", " #", " # "),
    *("&a ", "*a", "!!str ", "%YAML 1.2", "---", "...", "? ", "@", "`", "!", "=", "<", "(", "+", "$", "/", "."),
    *(
        "[a]",
        "[a, b]",
        "[1,2]",
        "[_base.yaml, ../_x.yaml]",
        "[a, b",
        "[a b]",
        "[a: b]",
        "[a,]",
        "[,a]",
        "[é, 1.5]",
        "[a ]",
    ),
    *("1", "-1", "1.5", "1e400", "010", "+1", "9" * 20, "true", "No", "12:30", "2026-01-01", "{{name}}", "${ref:a.b}"),
    *("Guten Tag", "Grüß Gott: ja", "a#b", "a #b", "a: b", "a:b", "…", "👋", "\u00a0", "\u200b", "\u2003"),
)


def check(text: str) -> bool:
    """Hold the two readings together; whether the plain one had an answer."""
    source, _ = readable(text.encode("utf-8", "surrogatepass"), file="praxis.yaml")
    if source is None or source.disguised:
        return False
    quick = plain_mapping(source.text)
    if quick is None:
        return False
    whole = read_whole(source, file="praxis.yaml")
    assert whole.diagnostics == (), text
    assert identical(quick, whole.value), text
    assert list(quick) == list(whole.value or {}), text
    lazy = parse_yaml(source.text.encode(), file="praxis.yaml")
    assert lazy.places[()] == whole.places[()], text
    return True


def test_an_ordinary_document_is_plain() -> None:
    """Comments, quotes, texts, lists at either indentation, empty values: nothing of that needs libyaml."""
    assert check(DOCUMENT)


LEFT: dict[str, str] = {
    "nothing": "# to be written\n",
    "a text": "just words\n",
    "no end of the line": "name: Empfang",
    "a line end of Windows": "name: Empfang\r\n",
    "a byte order mark inside": "name: \ufeffEmpfang\n",
    "a tab before a value": "name:\tEmpfang\n",
    "a text on two lines": "name: Empfang\n  der Praxis\n",
    "a quote on two lines": 'name: "Empfang\n  der Praxis"\n',
    "an escape": 'name: "Empf\\u00e4nge"\n',
    "a quote doubled": "name: 'it''s'\n",
    "a colon in a text": "name: Empfang: Weber\n",
    "a colon at its end": "name: Empfang:\n",
    "a key twice": "name: a\nname: b\n",
    "a key twice, among plain ones": "name: a\ntype: inbound\nname: b\n",
    "a key that is a word of YAML": "null: a\n",
    "a key that is a word of YAML, among plain ones": "name: a\nnull: b\n",
    "a key that is a number": "12: a\n",
    "an indentation that fits nowhere": "a:\n    b: 1\n  c: 2\n",
    "a list where a field must be": "a: 1\n- b\n",
    "a field where an item must be": "a:\n  - 1\n  b: 2\n",
    "an item that is nothing": "a:\n  -\n",
    "an item that is a text": "a:\n  - |\n    b\n",
    "an item with a comment alone": "a:\n  - # b\n",
    "a folded text": "a: >\n  b\n",
    "a text that keeps its end": "a: |+\n  b\n",
    "a text without lines": "a: |\nb: 1\n",
    "a text that begins with an empty line": "a: |\n\n  b\n",
    "a text that begins with a tab": "a: |\n  \tb\n",
    "a text with an empty line of one space": "a: |\n  b\n \n  # Heading\nc: 1\n",
    "an anchor": "a: &a 1\n",
    "a tag": "a: !!str 1\n",
    "an object in braces": "a: {b: 1}\n",
    "a list in brackets that holds more than words": "a: [b c]\n",
    "a number in brackets that is too large": "a: [1e999]\n",
    "a number that is too large": "a: 1e999\n",
    "a number that is too large, among plain ones": "name: a\nvoice_id: 1e999\n",
    "two documents": "a: 1\n---\nb: 2\n",
    "a version": "%YAML 1.1\n---\na: 1\n",
    "a level too many": "".join(f"{'  ' * depth}a:\n" for depth in range(60)),
    "a line too many": "#\n" * 20_001 + "a: 1\n",
}


@pytest.mark.parametrize("text", LEFT.values(), ids=list(LEFT))
def test_whatever_is_not_plain_is_left_to_libyaml(text: str) -> None:
    """Right or wrong, it has no answer here."""
    assert plain_mapping(text) is None


@pytest.mark.parametrize(
    "path",
    sorted(REPOSITORY.glob("assistants/**/*.yaml")) + sorted(REPOSITORY.glob("tests/**/*.yaml")),
    ids=lambda each: each.relative_to(REPOSITORY).as_posix(),
)
def test_every_file_of_this_repository_reads_the_same(path: File) -> None:
    """Whatever is written there, wrong files among it."""
    check(path.read_bytes().decode("utf-8", "replace"))


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@settings(max_examples=1_000)
def test_any_pieces_of_yaml_read_the_same(text: str) -> None:
    """Put together at random, with and without an end of the line."""
    check(text)
    check(f"name: Empfang\n{text}\n")


KEYS = (*(f"field_{number}" for number in range(9)), "type", "null", "a-b")
WORDS_AND_NUMBERS = [
    "off",
    "12",
    "0.35",
    "-1",
    "true",
    "No",
    "~",
    "010",
    ".5",
    "1e3",
    "1e999",
    "0x1",
    "1_000",
    "2026-11-22",
    "=",
    "x,y",
]
TEXTS = ["Praxis Dr. Weber", "Guten Tag, wer spricht?", 'a "b"', "it's", "a[b]", "{a", "a -b", "a ", "a\xa0", "\u3000a"]
VALUES = (*WORDS_AND_NUMBERS, *TEXTS, *PIECES)


@given(
    st.lists(
        st.tuples(st.sampled_from(["", "", "", "  ", "- "]), st.sampled_from(KEYS), st.sampled_from(VALUES)),
        min_size=2,
        max_size=9,
    )
)
@settings(max_examples=1_000)
def test_any_run_of_short_lines_reads_the_same(lines: list[tuple[str, str, str]]) -> None:
    """Keys with a few words each are taken together: numbers and words of YAML among them, and what ends a run."""
    text = "".join(f"{begun}{key}: {value}\n" for begun, key, value in lines)
    check(text)
    check("tools:\n" + "".join(f"  {line}\n" for line in text.splitlines()))


@given(st.randoms(use_true_random=False), st.integers(1, 6))
@settings(max_examples=1_000)
def test_any_spoilt_document_reads_the_same(chosen: random.Random, times: int) -> None:
    """Lines lost, doubled and moved in and out, pieces put in anywhere."""
    lines = DOCUMENT.splitlines(keepends=True)
    for _ in range(times):
        at = chosen.randrange(len(lines))
        what = chosen.randrange(6)
        if what == 0:
            del lines[at]
        elif what == 1:
            lines.insert(chosen.randrange(len(lines)), lines[at])
        elif what == 2:
            lines[at] = " " * chosen.randint(1, 4) + lines[at]
        elif what == 3:
            lines[at] = lines[at].removeprefix(" " * chosen.randint(1, 4))
        else:
            spot = chosen.randint(0, len(lines[at]))
            lines[at] = lines[at][:spot] + chosen.choice(PIECES) + lines[at][spot:]
        lines = "".join(lines).splitlines(keepends=True) or ["\n"]
    check("".join(lines))


@pytest.mark.parametrize("before", ["", "-", "days:", "- days:"])
def test_a_line_of_spaces_is_given_up_at_once(before: str) -> None:
    """However long: the ways to part it into indentation and the rest are not tried one by one."""
    assert not check(f"name: Empfang\n{before}{' ' * 1_000_000}&a\n")


def test_a_file_of_more_values_than_are_read_is_not_plain() -> None:
    """Lists on one line hold them in few lines: how many there are is libyaml's reading to count, and to refuse."""
    text = "".join(f"ids_{number}: [{','.join(['1'] * 190)}]\n" for number in range(600))
    parsed = parse_yaml(text.encode(), file="praxis.yaml")
    assert [each.code for each in parsed.diagnostics] == ["yaml-too-many-values"]


def test_positions_are_found_when_somebody_asks() -> None:
    """They are libyaml's, of values and of keys; where the document begins is known without it."""
    parsed = parse_yaml(DOCUMENT.encode(), file="praxis.yaml")
    whole = read_whole(Readable(text=DOCUMENT), file="praxis.yaml")
    assert parsed.places[()] == Position("praxis.yaml", 3, 1)
    assert dict(parsed.places) == dict(whole.places)
    assert dict(parsed.names) == dict(whole.names)
    assert len(parsed.names) == len(whole.names)


def test_positions_go_from_one_process_to_another() -> None:
    """Not yet found, or found already."""
    places = parse_yaml(DOCUMENT.encode(), file="praxis.yaml").places
    assert pickle.loads(pickle.dumps(places))[("tools", 1, "type")] == places[("tools", 1, "type")]
    assert dict(pickle.loads(pickle.dumps(places))) == dict(places)
