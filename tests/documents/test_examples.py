"""The repository's own assistants: a working project on the committed schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from reconciler.documents import Loaded, drafting_of, load_documents
from reconciler.errors import DocumentError, error
from reconciler.schemas import SchemaSet

ROOT = Path(__file__).parents[2]
YAML_FILES = sorted((ROOT / "assistants").rglob("*.yaml"))
PROMPTS = sorted((ROOT / "assistants" / "prompts").glob("*.md"))


class RepositoryFiles:
    def documents(self) -> Sequence[str]:
        return [each.relative_to(ROOT).as_posix() for each in YAML_FILES]

    def read(self, path: str) -> bytes:
        try:
            return (ROOT / path).read_bytes()
        except OSError as problem:
            raise DocumentError(error("file-missing", str(problem), file=path)) from None


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    roles = {path.name.partition(".")[0]: path for path in (ROOT / "schemas").glob("*.schema.json")}
    return load_documents(
        drafting_of(
            files=RepositoryFiles(),
            folder="assistants",
            schemas=SchemaSet.from_files({role: json.loads(path.read_text("utf-8")) for role, path in roles.items()}),
            environment="default",
            environ={},
            catalog={},
            fingerprint=lambda name, value: None,
        )
    )


def test_the_examples_are_valid_and_give_no_warning(loaded: Loaded) -> None:
    """Whoever clones the repository can plan at once, without an environment variable."""
    assert [(each.code, each.file, each.line, each.summary) for each in loaded.diagnostics] == []
    assert len(loaded.desired) >= 4


def test_the_examples_show_every_engine_and_both_directions(loaded: Loaded) -> None:
    """There is something to start from for each kind of assistant."""
    assert {each.content["mode"] for each in loaded.desired} == {"pipeline", "multimodal", "dualplex"}
    assert {each.content["type"] for each in loaded.desired} == {"inbound", "outbound"}


def test_two_examples_share_a_base(loaded: Loaded) -> None:
    """What a base gives stands in the base's file."""
    based = [each for each in loaded.desired if each.place(("mode",)).file == "assistants/_base.yaml"]
    assert {each.key for each in based} == {"appointment-reminder", "dental-reception"}


def test_every_prompt_is_used(loaded: Loaded) -> None:
    """No text lies beside the documents without one that names it."""
    named = "".join(path.read_text("utf-8") for path in YAML_FILES)
    assert PROMPTS
    assert all(f"${{file:prompts/{path.name}}}" in named for path in PROMPTS)


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: path.name)
def test_editors_find_the_schema(path: Path) -> None:
    """The first line names the committed schema of files as they are written, relative to the file."""
    first = path.read_text("utf-8").splitlines()[0]
    match = re.fullmatch(r"# yaml-language-server: \$schema=(.+)", first)
    assert match is not None
    assert (path.parent / match[1]).resolve() == ROOT / "schemas" / "editor.schema.json"
