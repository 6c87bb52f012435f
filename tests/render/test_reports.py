"""What forges read: remarks at lines, findings, counts and test cases; each as its reader wants it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

from reconciler.errors import error, note, warning
from reconciler.render.annotations import MOST, render_annotations
from reconciler.render.junit import render_junit
from reconciler.render.reports import PROJECT_FILE, code_quality, gitlab_terraform, sarif
from tests.planfile.plans import every_kind
from tests.render.reports_reading import assert_code_quality, assert_sarif

TOO_SHORT = error(
    "schema",
    "`minutes` must be at least 5, not 3",
    "100 %: see the page,\nthere it stands.",
    file="assistants/a, b.yaml",
    line=2,
    column=10,
    key="a, b",
)
UNUSED = warning("placeholder-unused", "the fact `city` is used in no text", file="assistants/b.yaml", line=4)
UNREAD = note("no-live", "live was not read", key="dental/reception")


def test_a_remark_stands_at_its_place_in_the_repository() -> None:
    """File, line, column and code, escaped as GitHub unescapes them; the project may be a folder of the repository."""
    first, second, third, verdict = render_annotations(
        [UNREAD, UNUSED, TOO_SHORT], verdict="1 error", below="voice/"
    ).splitlines()
    assert first == (
        "::error file=voice/assistants/a%2C b.yaml,line=2,col=10,title=schema::"
        "`minutes` must be at least 5, not 3%0A100 %25: see the page,%0Athere it stands."
    )
    assert second.startswith("::warning file=voice/assistants/b.yaml,line=4,title=placeholder-unused::")
    assert third == "::notice title=no-live::dental/reception: live was not read"
    assert verdict == "::notice title=reconciler::1 error"


def test_an_address_is_no_file_of_the_repository() -> None:
    """The home of a state stands in the text: no forge knows a line there."""
    lost = error("state-unreachable", "PostgreSQL says no", file="postgres://db.example/state")
    (told, _) = render_annotations([lost], verdict="", below="voice/").splitlines()
    assert told == "::error title=state-unreachable::postgres://db.example/state: PostgreSQL says no"
    assert "voice/postgres" not in str((sarif([lost], below="voice/"), code_quality([lost], below="voice/")))


def test_an_escaped_newline_stays_what_somebody_typed() -> None:
    """`%0A` in a document is text; GitHub would make a line end of it."""
    (told, _) = render_annotations([error("schema", "a%0Ab")], verdict="").splitlines()
    assert told.endswith("::a%250Ab")


def test_the_worst_ten_and_a_count_of_the_rest() -> None:
    """Errors before warnings, whatever their files; GitHub drops what is beyond ten without a word."""
    errors = [replace(TOO_SHORT, line=at) for at in range(1, 9)]
    warnings = [replace(UNUSED, line=at) for at in range(1, 9)]
    lines = render_annotations([*warnings, *errors], verdict="8 errors").splitlines()
    assert [line.split()[0] for line in lines] == ["::error"] * 8 + ["::warning"] * 2 + ["::notice"] * 2
    assert len(lines) == MOST + 2
    assert lines[-2].endswith("::and more: 6 warnings in 1 file")


def test_sarif_has_a_place_and_a_fingerprint_for_every_finding() -> None:
    """What is about no file is placed at the project's own; a file's name is written as an address."""
    found: Any = sarif([TOO_SHORT, UNUSED, UNREAD], below="voice/")
    assert_sarif(found)
    places = [each["locations"][0]["physicalLocation"] for each in found["runs"][0]["results"]]
    assert [each["artifactLocation"]["uri"] for each in places] == [
        f"voice/{PROJECT_FILE}",
        "voice/assistants/a%2C%20b.yaml",
        "voice/assistants/b.yaml",
    ]
    assert places[1]["region"] == {"startLine": 2, "startColumn": 10}
    assert [each["level"] for each in found["runs"][0]["results"]] == ["note", "error", "warning"]


def test_a_fingerprint_outlives_an_edit_above_its_line() -> None:
    """The same finding two lines below is the same finding; another field's is not; two equal ones are two."""

    def marks(*told: Any) -> list[str]:
        found: Any = code_quality(told)
        assert_code_quality(found)
        return [each["fingerprint"] for each in found]

    assert marks(TOO_SHORT) == marks(replace(TOO_SHORT, line=4, column=1))
    assert marks(TOO_SHORT) != marks(replace(TOO_SHORT, field="wait_minutes"))
    assert marks(TOO_SHORT, replace(TOO_SHORT, line=9))[0] == marks(TOO_SHORT)[0]


def test_code_quality_says_how_bad_it_is() -> None:
    """An error is major, a warning minor, a note info."""
    found: Any = code_quality([TOO_SHORT, UNUSED, UNREAD])
    assert_code_quality(found)
    assert {each["check_name"]: each["severity"] for each in found} == {
        "schema": "major",
        "placeholder-unused": "minor",
        "no-live": "info",
    }


def test_gitlab_counts_what_the_plan_does() -> None:
    """The three numbers of the widget."""
    assert gitlab_terraform(every_kind()) == {"create": 1, "update": 2, "delete": 1}


def test_every_document_is_a_test_case() -> None:
    """One fails where its document has errors, whatever their number; what is about no file has a case of its own."""
    second = replace(TOO_SHORT, line=3, summary="bell \x07 and \uffff")
    documents = ["assistants/a, b.yaml", "assistants/b.yaml", "assistants/c.yaml"]
    root = ElementTree.fromstring(
        render_junit([TOO_SHORT, second, UNUSED, UNREAD], documents=documents, below="voice/")
    )
    (suite,) = root
    assert suite.attrib == {"name": "reconciler validate", "tests": "4", "failures": "1", "errors": "0"}
    cases = {case.attrib["name"]: case for case in suite}
    assert list(cases) == [*(f"voice/{each}" for each in documents), "project"]
    (failure,) = cases["voice/assistants/a, b.yaml"]
    assert failure.tag == "failure"
    assert failure.attrib["message"] == "`minutes` must be at least 5, not 3"
    assert (failure.text or "").endswith("error: 3:10: bell \\x07 and \\uffff\n100 %: see the page,\nthere it stands.")
    assert [each.tag for each in cases["voice/assistants/b.yaml"]] == ["system-out"]
    assert len(cases["voice/assistants/c.yaml"]) == 0
    assert cases["project"][0].text == "note: dental/reception: live was not read"
