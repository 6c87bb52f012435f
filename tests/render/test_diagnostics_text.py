"""Diagnostics with the line that they are about, and never a line that may hold a secret."""

from __future__ import annotations

import pytest

from reconciler.errors import error
from reconciler.render.diagnostics_text import render_diagnostics

FILE = "assistants/reception.yaml"


def frame(text: str, line: int, column: int | None, **more: str) -> list[str]:
    told = error(more.pop("code", "schema"), "is wrong", file=FILE, line=line, column=column, **more)
    found = render_diagnostics([told], sources=lambda file: text if file == FILE else None)
    return found.splitlines()[1:-2]


def test_the_caret_stands_under_the_column() -> None:
    """Line and column count from 1."""
    assert frame("title: Reception\nminutes: 3\n", 2, 10) == ["    2 | minutes: 3", "      |          ^"]


def test_the_caret_counts_cells_not_characters() -> None:
    """Wide characters take two cells, combining ones none, and an escape as many as it is shown with."""
    assert frame("title: 日本 x", 1, 11)[1].index("^") == len("    1 | title: 日本 ") + 2
    assert frame("title: e\u0301 x", 1, 11)[1].index("^") == len("    1 | title: é ")
    assert frame("title:\tx", 1, 8) == ["    1 | title:\\tx", "      |         ^"]


def test_a_long_line_is_cut_around_the_column() -> None:
    """A prompt on one line shows the part that matters."""
    line, caret = frame("instructions: " + "word " * 2000 + "END", 1, 5000)
    assert len(line) < 140
    assert line.count("…") == 2
    assert line[caret.index("^")] == ("instructions: " + "word " * 2000)[4999]


@pytest.mark.parametrize("line", [0, -1, 3, 99])
def test_a_place_that_the_file_does_not_have_has_no_frame(line: int) -> None:
    """The file may have changed since; the message stands without its line."""
    assert frame("title: Reception\n\n", line, 1) == []


def test_a_line_without_a_column_has_no_caret() -> None:
    """Only what is known is pointed at."""
    assert frame("title: Reception", 1, None) == ["    1 | title: Reception"]


@pytest.mark.parametrize(
    ("text", "line", "more"),
    [
        ("api_key: sk-5f2b\n", 1, {}),
        ("actions:\n- type: send\n  api_token:\n    sk-5f2b\n", 4, {}),
        ("headers:\n  Authorization: Bearer 5f2b\n", 2, {}),
        ("password: |\n  first\n\n    second\n", 4, {}),
        ("note: 5f2b9f5e8f0f4f7e9d430c3f3c8f2a115f2b9f5e\n", 1, {}),
        ("value: 5f2b\n", 1, {"code": "secret-in-clear"}),
        ("value: 5f2b\n", 1, {"field": "actions.0.api_key"}),
    ],
)
def test_a_line_that_may_hold_a_secret_is_not_quoted(text: str, line: int, more: dict[str, str]) -> None:
    """By its key, by what it stands under, by its look, by the code, or by the field."""
    assert frame(text, line, 1, **more) == []


def test_a_sibling_of_a_secret_is_quoted() -> None:
    """Only what stands under a secret key is kept back, not its neighbours."""
    assert frame("api_key: x\nzone: Mars\n", 2, 7) != []
    assert frame("actions:\n- api_token: x\n- type: nap\n", 3, 9, code="duplicate-key") != []


def test_a_diagnostic_without_a_file_names_its_key() -> None:
    """What is about an assistant and no line says which one."""
    assert render_diagnostics([error("stale-plan", "it moved", key="dental/reception")]).startswith(
        "error: dental/reception: it moved\n"
    )


def test_every_file_is_read_once() -> None:
    """A thousand problems of one file do not read it a thousand times."""
    read: list[str] = []

    def sources(file: str) -> str:
        read.append(file)
        return "title: Reception\n"

    render_diagnostics([error("schema", f"wrong {n}", file=FILE, line=1) for n in range(9)], sources=sources)
    assert read == [FILE]


def test_nothing_to_tell_is_nothing() -> None:
    """No diagnostics, no counts."""
    assert render_diagnostics([]) == ""


def test_an_address_is_no_file_to_be_counted() -> None:
    """The home of a state and a page online are places, and stand before what is told of them."""
    lost = error("state-unreachable", "PostgreSQL says no", file="postgres://db.example/state")
    told = error("schema", "is wrong", file=FILE)
    assert render_diagnostics([lost]).splitlines() == [
        "error: postgres://db.example/state: PostgreSQL says no",
        "",
        "1 error",
    ]
    assert render_diagnostics([lost, told]).endswith("\n2 errors in 1 file\n")


def test_a_line_that_is_no_text_is_not_shown() -> None:
    """Of a picture in a document's place nobody learns anything; a letter of another encoding still has its line."""
    picture = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00".decode("utf-8", "replace")
    assert frame(picture, 3, 1) == []
    assert frame("title: Caf\ufffd Harbour, by the sea", 1, 11)[0] == "    1 | title: Caf\ufffd Harbour, by the sea"
    assert frame("title: a\x00b", 1, 9) == ["    1 | title: a\\x00b", "      |         ^"]
