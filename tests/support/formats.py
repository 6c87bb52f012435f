"""Whether what the program prints is what its own JSON Schemas say, to the key: nothing comes or goes unnoticed."""

from __future__ import annotations

import functools
from typing import Any

import jsonschema

from reconciler.commands.formats import format_schema


@functools.cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(format_schema(name))


def assert_format(name: str, value: Any) -> None:
    """Raise AssertionError with every way in which a printed value is not what the format says."""
    found = [f"{each.json_path}: {each.message}" for each in _validator(name).iter_errors(value)]
    assert not found, found
