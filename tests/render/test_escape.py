"""Nothing that a terminal would obey, and nothing that the eye would miss, leaves as it came."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.escape import json_text, terminal_safe

VISIBLE_FORMATS = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
"""Arabic and Kaithi number signs: format characters by class, and drawn all the same."""


def test_every_control_and_format_character_of_unicode_is_shown() -> None:
    """No character of the classes Cc, Cf, Zl, Zp and Cs passes, but the number signs that are drawn."""
    hidden = {"Cc", "Cf", "Zl", "Zp", "Cs"}
    passed = {
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in hidden and terminal_safe(chr(code)) == chr(code)
    }
    assert passed <= VISIBLE_FORMATS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;pwned\x07", "\\x1b[2J\\x1b]0;pwned\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202etxt.exe", "a\\u202etxt.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("nul\0 tab\t cr\r lf\n", "nul\\x00 tab\\t cr\\r lf\\n"),
        ("lone \ud83d half", "lone \\ud83d half"),
        ("::error::forged", "\\x3a:error::forged"),
        ("  ::set-env name=X::y", "  \\x3a:set-env name=X::y"),
        ("##[group]forged", "\\x23#[group]forged"),
        (":", "\\x3a"),
        ("from 9: a::b, #[1]", "from 9: a::b, #[1]"),
        ("[/red] {{name}} Ștefan 🙂 ❤️ 日本", "[/red] {{name}} Ștefan 🙂 ❤️ 日本"),
    ],
)
def test_what_is_shown(text: str, shown: str) -> None:
    """Escapes for what acts or hides, and everything that people read as itself."""
    assert terminal_safe(text) == shown


def test_what_is_kept_is_said() -> None:
    """The caller keeps newlines where it lays out the lines itself."""
    assert terminal_safe("a\n\tb\r", keep="\n\t") == "a\n\tb\\r"


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_safe_json_is_the_same_json(text: str) -> None:
    """Escaping changes how JSON is written, not what it says; and it can always be written as UTF-8."""
    written = json_text({text: [text]})
    assert terminal_safe(written, keep="\n") == written
    assert written.encode("utf-8")
    merged = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
    assert json.loads(written) == {merged: [merged]}
