"""Modules of the standard library that others import for what a run hardly ever asks of them, put off until it does.

click imports `inspect` for help of many lines and `uuid` for a type of options, jsonschema-rs `email.utils` for the
date on which it was built, and behind them stand forty modules more: 16 ms of a small plan's 95. What is put off is
found by whoever asks for it; nobody else notices.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


class _StandIn(ModuleType):
    """Has what it was given, and finds everything else in the module whose name it has."""

    def __getattr__(self, name: str) -> Any:
        _no_longer(self)
        return getattr(import_module(self.__name__), name)


@contextmanager
def put_off(name: str, *, instead: Mapping[str, object] = {}, meanwhile: Mapping[str, object] = {}) -> Iterator[None]:
    """Within, who imports the module `name` is given a stand-in, unless it is imported already.

    The stand-in imports the module when it is asked for anything but `instead`, which it has for good, and
    `meanwhile`, which it has until this ends: both name attributes. Afterwards an import finds the module itself.
    """
    if name in sys.modules:
        yield
        return
    found = _StandIn(name)
    # asked of any module by the import system, which must not take it for a reason to import this one
    vars(found).update({"__spec__": None, "__path__": None, **instead, **meanwhile})
    sys.modules[name] = found
    try:
        yield
    finally:
        for each in meanwhile:
            del vars(found)[each]
        _no_longer(found)


def _no_longer(found: ModuleType) -> None:
    if sys.modules.get(found.__name__) is found:
        del sys.modules[found.__name__]
