"""Two validators are used as one: jsonschema-rs says whether, jsonschema says why. They must never disagree."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.validation import Validator

SCHEMAS = Path(__file__).parent.parent / "schemas"
SEED = 20_261_121
EACH = {"assistant": 10_000, "create": 5_000, "update": 5_000}
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 0.0, 1.0, 0.5, 1e30, 2**70, "", " ", "off", "pipeline", "45", "Europe/Berlin",
    "Europe/Bonn", "https://a.example/x", "no address", "ü" * 300, [], [None], [1, 1.0], ["a", 1], {}, {"name": "x"},
    [{"type": "end_call"}],
)  # fmt: skip


def whole(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))
    return found


def valid(schema: Any, chosen: random.Random) -> Any:
    """Something that nearly meets a schema: the right type at least."""
    if "enum" in schema:
        return chosen.choice(schema["enum"])
    kinds = schema.get("type", "string")
    kind = kinds if isinstance(kinds, str) else chosen.choice(kinds)
    match kind:
        case "object":
            named = schema.get("properties", {})
            return {name: valid(each, chosen) for name, each in named.items() if chosen.random() < 0.6}
        case "array":
            return [valid(schema.get("items", {}), chosen) for _ in range(chosen.randint(0, 2))]
        case "integer":
            return chosen.randint(int(schema.get("minimum", 0)), int(schema.get("maximum", 100)))
        case "number":
            return round(chosen.uniform(schema.get("minimum", 0), schema.get("maximum", 1)), 2)
        case "boolean":
            return chosen.random() < 0.5
        case "null":
            return None
    return "Europe/Berlin" if schema.get("format") == "timezone" else "https://hooks.example/calls"


def broken(value: Any, chosen: random.Random) -> Any:
    """The value with one thing changed, added or taken away somewhere inside."""
    if isinstance(value, dict) and value and chosen.random() < 0.9:
        name = chosen.choice(sorted(value))
        if chosen.random() < 0.2:
            return {each: value[each] for each in value if each != name}
        if chosen.random() < 0.1:
            return {**value, chosen.choice(["maxDuration", "Name", "x"]): chosen.choice(ODD)}
        return {**value, name: broken(value[name], chosen)}
    if isinstance(value, list) and value and chosen.random() < 0.7:
        at = chosen.randrange(len(value))
        return [*value[:at], broken(value[at], chosen), *value[at + 1 :]]
    return copy.deepcopy(chosen.choice(ODD))


def documents(schema: dict[str, Any], count: int) -> Iterator[Any]:
    chosen = random.Random(SEED)
    for _ in range(count):
        document = {name: valid(each, chosen) for name, each in schema["properties"].items() if chosen.random() < 0.3}
        for _ in range(chosen.randint(0, 3)):
            found = broken(document, chosen)
            document = found if isinstance(found, dict) else {**document, "name": found}
        yield document


@pytest.mark.parametrize("name", EACH)
def test_what_one_refuses_the_other_explains(name: str) -> None:
    """Twenty thousand documents, most of them broken: a yes is a yes for both, and there is a reason for every no."""
    validator = Validator(whole(name))
    said = {True: 0, False: 0}
    for document in documents(whole(name), EACH[name]):
        fine = validator._gate.is_valid(document)
        assert fine is (next(validator._explainer.iter_errors(document), None) is None), document
        said[fine] += 1
    assert said[False] > EACH[name] / 2
    assert said[True] or name != "update", "nothing has to be there in an update, so some of them are whole"


@pytest.mark.parametrize(
    ("value", "shown"),
    [("Monday " * 20, f"`{('Monday ' * 20)[:76]}...`"), (10**90, f"1{'0' * 75}..."), (9000, "9000")],
    ids=["text", "number", "short"],
)
def test_a_long_value_is_cut_and_keeps_its_quotes(value: Any, shown: str) -> None:
    """Text stands between backticks and a number between none, cut or not."""
    validator = Validator({"properties": {"max_duration": {"enum": [600]}}})
    assert [each.summary for each in validator.violations({"max_duration": value})] == [f"must be 600, not {shown}"]
