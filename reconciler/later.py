"""What a run hardly ever asks for, put off until it does: modules that others import, and patterns. Core: stdlib only.

click imports `inspect` for help of many lines and `uuid` for a type of options, jsonschema-rs `email.utils` for the
date on which it was built, and behind them stand forty modules more: 16 of the 95 ms that a small plan took. What is
put off is found by whoever asks for it; nobody else notices. A pattern takes 0.05 to 0.8 ms to compile, and of fifty
that a plan might need it needs twenty.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any, AnyStr, cast


class _StandIn(ModuleType):
    """Has what it was given, and finds everything else in the module whose name it has."""

    def __getattr__(self, name: str) -> Any:
        _no_longer(self)
        return getattr(import_module(self.__name__), name)


@contextmanager
def put_off(name: str, *, instead: Mapping[str, object] = {}, meanwhile: Mapping[str, object] = {}) -> Iterator[None]:
    """Within, who imports the module `name` is given a stand-in, unless it is imported already.

    The stand-in imports the module when it is asked for anything but `instead`, which it has for good, and
    `meanwhile`, which it has until this ends: both name attributes. Afterwards an import finds the module itself. Of a
    package's module, `import a.b` within does not make `a.b` an attribute of `a`. Where other threads run, which might
    import it at the same time, nothing is put off.
    """
    if name in sys.modules or len(sys._current_frames()) > 1:
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


def pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """`re.compile`, done when the pattern is first asked for anything: a wrong one is told then. For its methods alone:
    functions of `re` take it for none, and two of one text are not equal."""
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))


_METHODS = ("findall", "finditer", "fullmatch", "match", "search", "split", "sub", "subn")


class _Pattern:
    def __init__(self, text: Any, flags: int) -> None:
        self._given = (text, flags)

    def __reduce__(self) -> tuple[Any, ...]:
        return pattern, self._given

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        made: re.Pattern[Any] = re.compile(*self._given)
        # from then on they are found here, without coming by
        vars(self).update({each: getattr(made, each) for each in _METHODS})
        return getattr(made, name)
