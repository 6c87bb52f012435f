"""From a refusal to a place in a document."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.apply import refusal_diagnostics
from reconciler.apply.refusals import masked, path_in
from reconciler.model import Desired, Path, Position
from reconciler.secrecy import Vault
from tests.apply.rig import create

CONTENT: dict[str, Any] = {
    "actions": [{"type": "book", "fields": [{"label": "Name"}]}],
    "facts": {"opening.hours": "8 to 5", "opening": {"hours": "9"}, "1": "one"},
    "title": "Reception",
}


@pytest.mark.parametrize(
    ("dotted", "path"),
    [
        ("title", ("title",)),
        ("actions.0.fields.0.label", ("actions", 0, "fields", 0, "label")),
        ("actions.7.type", ("actions", 7, "type")),
        ("facts.opening.hours", ("facts", "opening.hours")),
        ("facts.1", ("facts", "1")),
        ("ghost.0.name", ("ghost", 0, "name")),
        ("", ("",)),
    ],
)
def test_a_dotted_path_is_found_in_the_content(dotted: str, path: Path) -> None:
    """Numbers count items of lists, and a key with a dot inside is one key."""
    assert path_in(CONTENT, dotted) == path


@given(
    st.recursive(
        st.text(max_size=5),
        lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text("ab1", max_size=2), each, max_size=3),
    ),
    st.text("ab01.²", max_size=12),
)
def test_any_dotted_path_has_a_place(content: Any, dotted: str) -> None:
    """Whatever a server writes there, its steps together are what it wrote."""
    assert ".".join(map(str, path_in({"facts": content}, f"facts.{dotted}"))) == f"facts.{dotted}"
    change = create("smile")
    document = Desired(key="smile", content={"facts": content}, source="", file="assistants/smile.yaml", line=3)
    (told,) = refusal_diagnostics(document, change, {f"facts.{dotted}": ["no"]})
    assert (told.file, told.line, told.field) == ("assistants/smile.yaml", 3, f"facts.{dotted}")


def test_a_refusal_has_the_place_of_the_nearest_value() -> None:
    """The value's own place where it has one, else that of what it stands in; all texts are told, none twice."""
    positions = {
        (): Position(file="assistants/smile.yaml", line=1, column=1),
        ("actions", 0): Position(file="assistants/_base.yaml", line=12, column=5),
    }
    document = Desired(key="smile", content=CONTENT, source="", file="assistants/smile.yaml", positions=positions)
    told = refusal_diagnostics(
        document, create("smile"), {"title": ["taken", "taken", "too long"], "actions.0.fields.0.label": ["bad"]}
    )
    assert [(each.field, each.file, each.line, each.column) for each in told] == [
        ("actions.0.fields.0.label", "assistants/_base.yaml", 12, 5),
        ("title", "assistants/smile.yaml", 1, 1),
        ("title", "assistants/smile.yaml", 1, 1),
    ]
    assert all(each.code == "refused-by-api" and each.key == "smile" for each in told)


def test_without_the_document_a_refusal_has_the_place_of_the_change() -> None:
    """A saved plan knows file and line of the document alone."""
    (told,) = refusal_diagnostics(None, create("smile"), {"title": ["taken"]})
    assert (told.file, told.line, told.column, told.field) == ("assistants/smile.yaml", 1, None, "title")


def test_a_longer_secret_is_masked_before_a_part_of_it() -> None:
    """Else its tail would stay."""
    vault = Vault(values={"A": "canary", "B": "canary-and-more", "C": "", "D": " \n"})
    assert masked("x canary-and-more y canary z", vault) == "x *** y *** z"


@given(st.text(min_size=1).filter(str.strip), st.text(), st.text())
def test_no_secret_survives_masking(secret: str, before: str, after: str) -> None:
    """A secret that a text holds is not in the masked text, unless it is made of the mask itself."""
    shown = masked(before + secret.strip() + after, Vault(values={"KEY": secret}))
    assert "***" in shown
