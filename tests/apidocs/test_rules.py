"""Rules between fields: which documents and bodies they refuse, and what they say."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from reconciler.apidocs import Generated
from tests.apidocs.office import field, rules, schema, written

DOCUMENT = {"agency_name": "Harbour Lettings"}


def takes(made: Generated, content: dict[str, Any], kind: str = "assistant") -> bool:
    return bool(jsonschema.Draft202012Validator(schema(made, kind)).is_valid({**DOCUMENT, **content}))


def engines(made: Generated, content: dict[str, Any], kind: str = "assistant") -> list[str]:
    """With which engines the content is valid."""
    return [each for each in ("classic", "live", "hybrid") if takes(made, {"engine": each, **content}, kind)]


@pytest.mark.parametrize(
    ("text", "content", "valid"),
    [
        ("Required for classic and live modes.", {}, ["hybrid"]),
        ("Required for live mode.", {}, ["classic", "hybrid"]),
        ("Only available in `classic` mode.", {"detail": 4}, ["classic"]),
        ("Only available in `classic` mode.", {}, ["classic", "live", "hybrid"]),
        ("Only available in `live` and `hybrid` modes.", {"detail": 4}, ["live", "hybrid"]),
        ("Only available in `classic` mode (default: 4).", {"detail": 4}, ["classic", "live", "hybrid"]),
        ("Only available in `classic` mode (default: 4).", {"detail": 5}, ["classic"]),
        ("Only available in `classic` mode. Set to null to stop.", {"detail": None}, ["classic", "live", "hybrid"]),
        ("Only available in `classic` mode. Set to null to stop.", {"detail": 4}, ["classic"]),
        ("Applies to classic, live and hybrid modes.", {"detail": 4}, ["classic", "live", "hybrid"]),
        ("Required for live and hybrid modes. Set to null to stop.", {"detail": None}, ["classic"]),
    ],
)
def test_a_rule_over_modes_holds_in_each_of_them(text: str, content: dict[str, Any], valid: list[str]) -> None:
    """And in no other."""
    assert engines(written(field("detail", "integer", text)), content) == valid


@pytest.mark.parametrize("kind", ["integer[]", "array", "string", "object", "boolean"])
def test_what_another_field_needs_cannot_be_cleared_beside_it(kind: str) -> None:
    """Of any type: null is refused, a value passes; a PUT body that names no mode is free."""
    made = written(field("detail", kind, "Required for live mode. Set to null to stop."))
    value: Any = {"string": "x", "object": {}, "boolean": True}.get(kind, [])
    assert engines(made, {"detail": None}) == ["classic", "hybrid"]
    assert engines(made, {"detail": value}) == ["classic", "live", "hybrid"]
    assert engines(made, {"detail": None}, "update") == ["classic", "hybrid"]
    assert takes(made, {"detail": None}, "update")
    assert rules(made) == ["engine live needs `detail`", "`engine: live` needs `detail`, so it cannot be null"]


def test_a_switch_that_needs_its_address_refuses_null_beside_it() -> None:
    """As a mode does; the switch turned off leaves it free."""
    made = written(
        field("reports", "boolean", "Whether calls are reported")
        + field("report_url", "string", "Where to. Required if reports is true. Set to null to forget it.")
    )
    assert rules(made) == [
        "`reports: true` needs `report_url`",
        "`reports: true` needs `report_url`, so it cannot be null",
    ]
    base = {"engine": "live", "reports": True}
    assert not takes(made, base)
    assert not takes(made, {**base, "report_url": None})
    assert takes(made, {**base, "report_url": "https://lettings.example/calls"})
    assert takes(made, {**base, "reports": False, "report_url": None})
    assert rules(made, "update") == ["`reports: true` needs `report_url`, so it cannot be null"]


def test_a_switch_that_a_mode_keeps_on_cannot_be_turned_off_there() -> None:
    """In each mode that is named; elsewhere it can."""
    made = written(field("yields", "boolean", "Whether it yields. Cannot be disabled in live and hybrid modes."))
    assert rules(made) == ["with engine live or hybrid, `yields` cannot be turned off"]
    assert engines(made, {"yields": False}) == engines(made, {"yields": False}, "update") == ["classic"]
    assert engines(made, {"yields": True}) == ["classic", "live", "hybrid"]


RECALL = (
    "\n  - `lookup`: It asks\n  - `inline`: All at once. Classic mode only\n  - `digest`: Short\n  - `off`: Never\n"
)


def test_values_of_some_modes_are_refused_in_the_others() -> None:
    """Null stays allowed where the field may be null, and a sentence says which values are left."""
    text = "How notes reach it:"
    made = written(field("recall", "string", text, inside=RECALL))
    assert rules(made) == ["with engine live or hybrid, `recall` can only be lookup, digest or off"]
    assert engines(made, {"recall": "inline"}) == ["classic"]
    for value in ("lookup", "digest", "off"):
        assert engines(made, {"recall": value}) == ["classic", "live", "hybrid"]
    nullable = written(field("recall", "string | null", text, inside=RECALL))
    assert engines(nullable, {"recall": None}, "update") == ["classic", "live", "hybrid"]
    assert engines(nullable, {"recall": "inline"}, "update") == ["classic"]


def test_a_value_that_no_mode_is_left_for_limits_nothing() -> None:
    """Rules that contradict each other forbid every value in a mode: nobody can mean that."""
    both = "\n  - `lookup`: It asks. Required for live mode\n  - `inline`: All at once. Required for live mode\n"
    made = written(field("recall", "string", "How notes reach it:", inside=both))
    assert rules(made) == []


def test_rules_stand_in_the_order_of_their_fields() -> None:
    """What must be there comes first, then where fields exist, what stays on, values, and null."""
    made = written(
        field("yields", "boolean", "Whether it yields. Cannot be disabled in live mode.")
        + field("hums", "boolean", "Hums. Only available in `classic` mode.", ' default="false"')
        + field("model_id", "integer", "Required for classic mode. Set to null for none.")
    )
    assert rules(made) == [
        "engine classic needs `model_id`",
        "`hums` exists only with engine classic; elsewhere leave it out or at false",
        "with engine live, `yields` cannot be turned off",
        "`engine: classic` needs `model_id`, so it cannot be null",
    ]
    assert rules(made, "create") == rules(made)
    assert rules(made, "update") == rules(made)[1:]
