"""Values as YAML: the strict loader reads back exactly what was written, and so does a reader of YAML 1.1."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.documents.emitting import field_lines, flow, scalar
from reconciler.documents.strict_yaml import parse_yaml

ODD = [
    *("off", "NO", "y", "12:30", "+40721234567", "---", "a: b", "a #b", "x:", "1e3", "0x1F", "012", "~", "<<", "="),
    *("- a", " lead", "trail ", "tab\tx", "{{x}}", "[x]", "'q'", '"q"', "2026-11-03", "!x", "&a", "*a", "%x", "@x"),
    *("a\nb", "a\n\nb\n", "a\n  b\n\n\n", "a\n\tb", "a\r\nb", "a\n \nb", "\n", "👩‍👧 🦷", "nbsp\u00a0x", "\u2028x\n"),
    *("bell\x07", "\x85", "\ufeffbom", "${file:a.md}", "é: ", "", "null", "rtl\u202e"),
]
TEXTS = st.text() | st.sampled_from(ODD)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_what_is_written_is_read_back(content: dict[str, Any]) -> None:
    """In blocks and on one line, whatever the texts and the keys."""
    lines = [line for name, value in content.items() for line in field_lines(name, value)]
    block = parse_yaml(("\n".join(lines) + "\n").encode(), file="x.yaml")
    assert (block.diagnostics, block.value) == ((), content)
    single = parse_yaml(f"x: {flow(content)}\n".encode(), file="x.yaml")
    assert (single.diagnostics, single.value) == ((), {"x": content})


@pytest.mark.parametrize("text", [each for each in ODD if each not in ("\ufeffbom",)])
def test_other_readers_see_the_same_text(text: str) -> None:
    """A reader of YAML 1.1, which takes `off` for false and 12:30 for a number, sees text."""
    assert yaml.safe_load("\n".join(field_lines("x", text)) + "\n") == {"x": text}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Harbour Dental, how can I help?", "Harbour Dental, how can I help?"),
        ("https://hooks.harbour.example/calls?x=1#a", "https://hooks.harbour.example/calls?x=1#a"),
        ("${ref:voices.nora}", "${ref:voices.nora}"),
        ("it's: fine", "'it''s: fine'"),
        ("off", "'off'"),
        ("bell\x07", '"bell\\x07"'),
    ],
)
def test_a_text_is_quoted_only_where_it_must_be(text: str, written: str) -> None:
    """Bare, in single quotes, and escaped at the last."""
    assert scalar(text) == written
