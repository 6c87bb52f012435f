"""Texts with the marks of a merge are errors at the mark's line; texts that merely look like it are not."""

from __future__ import annotations

from tests.documents.memory import VALID, load, told

MARKED = "<<<<<<< documents\nBe kind.\n||||||| last applied\nBe.\n=======\nBe brief.\n>>>>>>> portal\n"


def test_a_marked_block_is_told_at_its_line() -> None:
    """In the YAML itself."""
    block = "".join(f"  {line}\n" for line in MARKED.splitlines())
    text = VALID.replace("instructions: Vergib Termine.\n", f"instructions: |\n  Hello.\n{block}")
    assert told(load({"assistants/praxis.yaml": text})) == [("merge-conflict", "assistants/praxis.yaml", 7, 1)]


def test_a_mark_inside_a_list_is_told() -> None:
    """However deep the text stands."""
    block = "".join(f"      {line}\n" for line in MARKED.splitlines())
    text = f"{VALID}actions:\n  - type: say\n    text: |\n{block}"
    assert told(load({"assistants/praxis.yaml": text})) == [("merge-conflict", "assistants/praxis.yaml", 11, 1)]


def test_a_marked_file_is_told_in_the_file() -> None:
    """Where a person has to go."""
    files = {
        "assistants/praxis.yaml": VALID.replace("Vergib Termine.", "${file:prompt.md}"),
        "assistants/prompt.md": f"Hello.\r\n\r\n{MARKED}",
    }
    assert told(load(files)) == [("merge-conflict", "assistants/prompt.md", 3, 1)]


def test_a_line_of_equals_is_a_heading() -> None:
    """And arrows alone are arrows, in the order of a merge or in none, be they as many as fit into a file."""
    for text in ("Rules\n=======\n<<<<<<< look here\n", "<<<<<<< look here\n=======\n" * 30_000):
        files = {
            "assistants/praxis.yaml": VALID.replace("Vergib Termine.", "${file:prompt.md}"),
            "assistants/prompt.md": text,
        }
        assert told(load(files)) == []
