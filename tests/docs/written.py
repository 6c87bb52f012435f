"""Which parts of docs/ are made: whole pages of commands, and tables between two marks on pages written by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.docs import commands, planning_table
from tests.support.sessions import ROOT

DOCS = ROOT / "docs"
TABLES: dict[str, tuple[Path, Callable[[], str]]] = {
    "decisions": (DOCS / "planning.md", planning_table.decisions),
    "risks": (DOCS / "planning.md", planning_table.risks),
}
"""Tables by the name in their marks, `<!-- made: NAME -->` and `<!-- end -->`: where they stand, what they say."""


def expected() -> dict[Path, str]:
    """Every file that is made, wholly or in part, as it must be."""
    found = {DOCS / "commands" / name: text for name, text in commands.pages().items()}
    for name, (page, made) in TABLES.items():
        text = found.get(page) or page.read_text("utf-8")
        before, mark, rest = text.partition(f"<!-- made: {name} -->\n")
        _, end, after = rest.partition("\n<!-- end -->")
        assert mark, f"{page} has no place for the table `{name}`"
        assert end, f"{page}: the table `{name}` has no end"
        found[page] = f"{before}{mark}\n{made()}{end}{after}"
    return found


def write_all() -> None:
    """Make docs/ what it must be; a page of a command that is gone goes, too."""
    made = expected()
    (DOCS / "commands").mkdir(exist_ok=True)
    for page in (DOCS / "commands").glob("*.md"):
        if page not in made:
            page.unlink()
    for page, text in made.items():
        page.write_text(text, "utf-8")
