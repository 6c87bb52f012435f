"""docs/ says what the program does: what is made from the code is up to date, and lists are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.cli import root
from tests.docs import codes
from tests.docs.commands import commands
from tests.docs.written import DOCS, expected
from tests.support.sessions import ROOT
from tests.test_house import ROOMS


def test_what_is_made_from_the_code_is_up_to_date() -> None:
    """`make docs` would change nothing; a page of a command that is gone is not there."""
    made = expected()
    stale = [
        str(page.relative_to(ROOT)) for page, text in made.items() if not page.exists() or page.read_text() != text
    ]
    assert stale == [], "run `make docs`"
    assert set((DOCS / "commands").glob("*.md")) <= set(made), "run `make docs`"


def test_every_command_has_a_page() -> None:
    """Groups and what is in them; a page tells every option of its own."""
    for path, command in commands():
        text = (DOCS / "commands" / f"{'-'.join(path)}.md").read_text("utf-8")
        options = {each for param in command.params for each in param.opts if each.startswith("--")}
        common = {each for param in root.params for each in param.opts} - {"--output"}
        assert [each for each in sorted(options - common) if each not in text] == []


def test_every_code_of_an_error_is_listed_once() -> None:
    """docs/codes.md against the source. A code that is missing there needs a row: what it means, and what to do."""
    known = codes.collect()
    rows = [
        line.split("|")[1] for line in (DOCS / "codes.md").read_text("utf-8").splitlines() if line.startswith("| `")
    ]
    listed = [each for row in rows for each in re.findall(r"`([^`]+)`", row)]
    assert {each: known[each] for each in known if each not in listed} == {}
    assert [each for each in listed if each not in known] == []
    assert sorted(set(listed)) == sorted(listed)


@pytest.mark.parametrize(
    "page", sorted([*DOCS.rglob("*.md"), ROOT / "CHANGELOG.md", ROOT / "README.md"]), ids=lambda page: page.name
)
def test_every_link_leads_somewhere(page: Path) -> None:
    """Files, and headings within them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
        path, _, heading = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), target
        assert not heading or heading in _headings(found.read_text("utf-8")), target


def _headings(text: str) -> set[str]:
    """The anchors that a forge gives headings."""
    told = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in told}


def test_every_page_is_reached_from_readme() -> None:
    """README links to it, or a page that README links to."""
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text("utf-8")):
            found = (page.parent / target).resolve()
            if found.suffix == ".md" and found not in reached and found.exists():
                reached.add(found)
                waiting.append(found)
    assert [str(each.relative_to(DOCS)) for each in DOCS.rglob("*.md") if each not in reached] == []


def test_the_guide_shows_every_room() -> None:
    """Each room that the house has stands in the table of docs/contributing.md."""
    table = (DOCS / "contributing.md").read_text("utf-8").partition("## Rules of the house")[0]
    shown = {each.removesuffix("/").removesuffix(".py") for each in re.findall(r"`([\w/.]+)`", table)}
    assert [name for name, _ in ROOMS if name not in shown | {"__main__"}] == []
