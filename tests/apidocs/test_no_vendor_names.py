"""The code knows rules, not fields: another brand's page is no change to it."""

from __future__ import annotations

import json
import re

import pytest

from tests.apidocs.pages import REPOSITORY

MODULES = sorted((REPOSITORY / "reconciler" / "apidocs").glob("*.py"))


def vendor_words() -> set[str]:
    """Field names and values of the committed schemas that no other word of a program would be."""
    found: set[str] = set()
    for role in ("assistant", "list"):
        schema = json.loads((REPOSITORY / "schemas" / f"{role}.schema.json").read_text("utf-8"))
        properties = {name: each for name, each in schema["properties"].items() if not each.get("x-reserved")}
        rows = properties.get("data", {}).get("items", {}).get("properties", {})
        found |= {*properties, *rows} if role == "assistant" else set(rows)
        found |= {value for each in properties.values() for value in each.get("enum", ())}
    return {each for each in found if ("_" in each and len(each) > 6) or each in VALUES}


VALUES = {"pipeline", "multimodal", "dualplex", "inbound", "outbound"}


def test_there_are_names_to_look_for() -> None:
    """The list is not empty by mistake."""
    assert len(vendor_words()) > 40
    assert vendor_words() >= VALUES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_the_code_holds_no_name_and_no_value_of_the_vendor(path: object) -> None:
    """Names come from pages, and values from the names' own descriptions."""
    words = set(re.findall(r"[a-z][a-z0-9_]*", path.read_text("utf-8")))  # type: ignore[attr-defined]
    assert not words & vendor_words()
