"""The house of the code: imports go downward only, and modules keep to their floor."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "reconciler"

# Lowest first. A module may import its own room and every room before it, and what its floor allows from outside.
ROOMS: tuple[tuple[str, frozenset[str]], ...] = (
    ("later", frozenset()),
    ("frozen", frozenset()),
    ("errors", frozenset()),
    ("canonical", frozenset()),
    ("bounds", frozenset()),
    ("secrecy", frozenset()),
    ("model", frozenset()),
    ("validation", frozenset({"jsonschema", "jsonschema_rs"})),
    ("entries", frozenset()),
    ("apidocs", frozenset()),
    # what a schema file may say; a room of its own, since nothing in it speaks of documents
    ("vocabulary", frozenset()),
    ("subschemas", frozenset()),
    ("schemas", frozenset()),
    ("documents", frozenset({"yaml"})),
    ("planning", frozenset({"deepdiff"})),
    ("spelling", frozenset()),
    ("live", frozenset()),
    # the lists behind ids speak of documents, and documents that are pulled speak their names
    ("lookups", frozenset()),
    # above live and planning: what was read becomes documents, and drift becomes edits of them
    ("pull", frozenset()),
    ("planfile", frozenset()),
    ("render", frozenset({"click", "deepdiff"})),
    ("durable", frozenset()),
    ("state", frozenset({"filelock", "psycopg", "obstore"})),
    ("sandbox", frozenset({"httpx"})),
    # httpcore is what httpx stands on: deadlines of a whole exchange can be set there alone
    ("api", frozenset({"httpx", "httpcore"})),
    ("forge", frozenset()),  # GitHub and GitLab; over the wire of `api`
    ("refresh", frozenset()),
    # asks the API and reads the list, and is asked by the edge before an apply
    ("accounts", frozenset()),
    ("listing", frozenset()),
    ("apply", frozenset()),
    ("config", frozenset()),
    # runs the program itself for every environment of a project
    ("fleet", frozenset({"procrastinate", "psycopg"})),
    ("commands", frozenset({"click", "httpx", "rich"})),
    ("cli", frozenset({"click"})),
    ("__main__", frozenset()),
)
ORDER = {name: rank for rank, (name, _) in enumerate(ROOMS)}
OUTSIDE = dict(ROOMS)
STDLIB_WITH_IO = {"os", "pathlib", "socket", "subprocess", "tempfile", "shutil", "threading", "time", "random", "io"}
CORE = {name for name, _ in ROOMS[: ORDER["durable"]]}


def modules() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py")


def room_of(path: Path) -> str:
    first = path.relative_to(ROOT).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide the direction"
            found.add(node.module or "")
            if node.module == "reconciler":
                found |= {f"reconciler.{each.name}" for each in node.names}
    return found - {"reconciler"}


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_downward(path: Path) -> None:
    """Each room uses the rooms below it, the standard library, and the packages its floor is given."""
    room = room_of(path)
    assert room in ORDER, f"{room} has no place in the table"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "reconciler":
            if parts[1:] == ["__version__"]:
                continue
            assert ORDER[parts[1]] <= ORDER[room], f"{room} imports {name}, which stands above it"
        elif parts[0] not in __import__("sys").stdlib_module_names:
            assert parts[0] in OUTSIDE[room], f"{room} may not use {parts[0]}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_pattern_has_a_group_that_gives_nothing_back(path: Path) -> None:
    """Up to Python 3.11.4 such a group may end in the middle of what it did not match (CPython, gh-106052)."""
    without_classes = re.sub(r"\[[^\]\n]*\]", "", path.read_text("utf-8"))
    assert re.findall(r"\)(?:[*+?]|\{[0-9,]+\})\+|\(\?>", without_classes) == []


@pytest.mark.parametrize("path", [path for path in modules() if room_of(path) in CORE], ids=str)
def test_the_core_imports_nothing_that_does_io(path: Path) -> None:
    """The core decides from values; files, clocks, sockets and processes are the shell's."""
    assert not {name.split(".")[0] for name in imports(path)} & STDLIB_WITH_IO


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_opens_with_what_it_is_for(path: Path) -> None:
    """Every module says in its first lines what it is for."""
    assert (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").strip()
