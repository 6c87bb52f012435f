"""Which ids a document holds: whole numbers where a field is one, and texts of digits inside of tools."""

from __future__ import annotations

import pytest

from reconciler.canonical import Json
from reconciler.lookups.judging import ids_of
from reconciler.model import Desired, Path


@pytest.mark.parametrize(
    ("content", "name", "ids"),
    [
        ({"voice_id": 12}, "voice_id", [(("voice_id",), 12)]),
        ({"tool_ids": [1, 5]}, "tool_ids", [(("tool_ids", 0), 1), (("tool_ids", 1), 5)]),
        (
            {"tools": [{"outbound_phone_id": 47}, {"type": "end_call"}, {"outbound_phone_id": "45"}]},
            "tools.outbound_phone_id",
            [(("tools", 0, "outbound_phone_id"), 47), (("tools", 2, "outbound_phone_id"), 45)],
        ),
        ({"tools": [{"outbound_phone_id": "the front desk's"}]}, "tools.outbound_phone_id", []),
        ({"tools": [{"outbound_phone_id": "٤٧"}]}, "tools.outbound_phone_id", []),
        ({"tools": [{"outbound_phone_id": "9" * 19}]}, "tools.outbound_phone_id", []),
        ({"tools": [{"outbound_phone_id": True}]}, "tools.outbound_phone_id", []),
        ({"tools": [{"outbound_phone_id": {"id": 47}}, 47, "47"]}, "tools.outbound_phone_id", []),
        ({"voice_id": None}, "voice_id", []),
        ({}, "voice_id", []),
    ],
)
def test_only_what_can_be_an_id_is_looked_up(content: dict[str, Json], name: str, ids: list[tuple[Path, int]]) -> None:
    """A name, true, a number too long for an id and digits of another script are not asked for."""
    document = Desired(key="reception", content=content, source="", file="assistants/reception.yaml")
    assert list(ids_of(document, name)) == ids
