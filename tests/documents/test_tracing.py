"""Where a value comes from: every layer that states it, and how deep it is followed."""

from __future__ import annotations

import pytest

from reconciler.canonical import Json
from reconciler.documents.files import Sources
from reconciler.documents.places import at_path
from reconciler.documents.tracing import path_in, trace
from reconciler.model import Path
from tests.documents.memory import MemoryFiles

FILES = {
    "assistants/_practice.yaml": "record: true\ntools:\n  - type: end_call\n    description: Say goodbye.\n",
    "assistants/desk.yaml": (
        "name: Lakeview Dental\n"
        "tools:\n"
        "  - type: end_call\n"
        "  - type: call_transfer\n"
        '    phone_number: "+13125550143"\n'
        "reconciler:\n"
        "  extends: [_practice.yaml]\n"
        "  environments:\n"
        "    production: {tools: []}\n"
    ),
}


@pytest.mark.parametrize(
    ("path", "environment", "stated"),
    [
        (
            ("tools", 0, "description"),
            "default",
            [
                ("document", "assistants/desk.yaml", 3, {"type": "end_call"}),
                ("base", "assistants/_practice.yaml", 4, "Say goodbye."),
            ],
        ),
        (
            ("tools", 1, "phone_number"),
            "production",
            [
                ("environment", "assistants/desk.yaml", 9, []),
                ("document", "assistants/desk.yaml", 5, "+13125550143"),
                ("base", "assistants/_practice.yaml", 3, [{"type": "end_call", "description": "Say goodbye."}]),
            ],
        ),
        (("record",), "default", [("base", "assistants/_practice.yaml", 1, True)]),
        (("reconciler", "extends"), "default", []),
        (("max_duration",), "default", []),
    ],
)
def test_each_layer_is_told_at_the_nearest_thing_that_stands_there(
    path: Path, environment: str, stated: list[tuple[str, str, int, Json]]
) -> None:
    """A layer whose list is shorter, or whose item lacks the key, still won over what it replaced as a whole."""
    found = trace(Sources(files=MemoryFiles(FILES)), "assistants/desk.yaml", path, environment=environment)
    assert [(each.layer, each.place.file, each.place.line, each.written) for each in found] == stated


VARIABLES: Json = {"variables": {"shop.name": "Lakeview", "shop": {"town": "Chicago"}}, "ids": [4, 9], "name": "Desk"}


@pytest.mark.parametrize(
    ("dotted", "path"),
    [
        ("name", ("name",)),
        ("ids.1", ("ids", 1)),
        ("variables.shop.name", ("variables", "shop.name")),
        ("variables.shop.town", ("variables", "shop", "town")),
        ("ids.2", None),
        ("ids.first", None),
        ("name.0", None),
        ("name.first", None),
        ("timezone", None),
    ],
)
def test_a_dotted_path_leads_to_what_is_there(dotted: str, path: Path | None) -> None:
    """Names that hold dots included; a text has no parts, and a list has places only."""
    assert path_in([VARIABLES], dotted) == path


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ((), (True, VARIABLES)),
        (("ids", 1), (True, 9)),
        (("ids", 2), (False, None)),
        (("ids", "first"), (False, None)),
        (("variables", 0), (False, None)),
        (("name", 0), (False, None)),
    ],
)
def test_a_path_that_leads_nowhere_finds_nothing(path: Path, found: tuple[bool, Json]) -> None:
    """Beyond a list's end, by a name into a list, by a place into a mapping or a text."""
    assert at_path(VARIABLES, path) == found
