"""Facts about fingerprints: a secret is recognised again and cannot be found out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reconciler.config.fingerprints import fingerprinter
from reconciler.errors import ConfigError
from tests.edge.projects import write

NOWHERE = Path("/nonexistent")
KEYED = {"RECONCILER_FINGERPRINT_KEY": "a long random text"}


def test_without_a_key_there_is_no_fingerprint(tmp_path: Path) -> None:
    """An unkeyed digest of a short secret could be guessed, so there is none."""
    assert fingerprinter(tmp_path, {})("CALENDAR_KEY", "hunter2") is None
    assert fingerprinter(tmp_path, {"RECONCILER_FINGERPRINT_KEY": " "})("CALENDAR_KEY", "hunter2") is None


def test_a_fingerprint_is_short_stable_text() -> None:
    """The same key, name and value give the same 32 hex digits in every run."""
    found = fingerprinter(NOWHERE, KEYED)("CALENDAR_KEY", "hunter2")
    assert found == fingerprinter(NOWHERE, dict(KEYED))("CALENDAR_KEY", "hunter2")
    assert re.fullmatch(r"hmac-sha256:[0-9a-f]{8}:[0-9a-f]{32}", str(found))


NAMES = st.text(st.characters(exclude_characters="\0", categories=("L", "N", "P")), max_size=8)


@given(NAMES, st.text(max_size=8), NAMES, st.text(max_size=8))
def test_another_name_or_value_is_another_fingerprint(name: str, value: str, name2: str, value2: str) -> None:
    """Also where name and value run together to the same text."""
    assume((name, value) != (name2, value2))
    fingerprint = fingerprinter(NOWHERE, KEYED)
    assert fingerprint(name, value) != fingerprint(name2, value2)


def test_any_text_that_a_process_can_be_given_has_one() -> None:
    """Bytes of the environment that are not UTF-8 arrive as lone surrogates."""
    assert fingerprinter(NOWHERE, KEYED)("N", "caf\udce9 \ud83d") is not None


def test_the_variable_wins_over_the_file(tmp_path: Path) -> None:
    """Both give fingerprints; white space around the file's key is none of it."""
    write(tmp_path / ".reconciler" / "fingerprint.key", "a long random text\n")
    from_file = fingerprinter(tmp_path, {})("N", "v")
    assert from_file == fingerprinter(tmp_path, KEYED)("N", "v")
    assert from_file != fingerprinter(tmp_path, {"RECONCILER_FINGERPRINT_KEY": "another"})("N", "v")


@pytest.mark.parametrize("kind", ["empty", "folder", "a book"])
def test_a_key_file_that_holds_no_key_is_an_error(tmp_path: Path, kind: str) -> None:
    """Going on without it would show every secret as changed."""
    path = tmp_path / ".reconciler" / "fingerprint.key"
    if kind == "empty":
        write(path, "\n")
    elif kind == "a book":
        write(path, "k" * 70_000)
    else:
        path.mkdir(parents=True)
    with pytest.raises(ConfigError) as raised:
        fingerprinter(tmp_path, {})
    assert raised.value.diagnostics[0].file == ".reconciler/fingerprint.key"
