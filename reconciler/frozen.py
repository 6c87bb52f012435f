"""`dataclass`, made in a fifth of the time for the forms that nearly all of ours have. Core: stdlib only.

A plan makes sixty classes before it reads a file. The library asks each annotation four times for what none of ours
has, and compiles six functions a class: that was 15 ms of a small plan's 110. Here nothing is compiled but the
`__init__`, and that when the first value is made, which of most classes is never. What comes out is a dataclass like
any other (`replace`, `fields`, `asdict`, pickling), and making one of it takes two thirds of the time. Its `__init__`
has no annotations, and `ClassVar`, `InitVar` and `KW_ONLY` under other names are not known here. To type checkers it is
the library's own, and every other form is, too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from copy import copy
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, **options):
        """`dataclasses.dataclass`; with kw_only, and frozen, slots, both or neither, the quick one."""
        asked = {name for name, value in options.items() if value is True}

        def make(cls):
            known = _fields(cls) if "kw_only" in asked and set(options) == asked <= _QUICK else None
            if known is None:
                return dataclasses.dataclass(**options)(cls)
            return _made(cls, known, frozen="frozen" in asked, slots="slots" in asked)

        return make if cls is None else make(cls)


_QUICK = {"frozen", "kw_only", "slots"}
_UNUSUAL = ("ClassVar", "InitVar", "KW_ONLY")
_OWN = ("__eq__", "__hash__", "__slots__", "__setattr__", "__delattr__")
_TAKEN = ("self", "MISSING", "_set_", "_make_", "_default_")
"""What names in a made `__init__` begin with."""


@dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=True, slots=True)
class _Sample:
    """One of the library's: what its functions look for in a class differs from version to version."""

    field: int


_KIND = vars(_Sample)["__dataclass_fields__"]["field"]._field_type
_PARAMETERS = vars(_Sample)["__dataclass_params__"]
_PARAMETERS.init = _PARAMETERS.repr = _PARAMETERS.eq = True


def _fields(cls: type[Any]) -> list[dataclasses.Field[Any]] | None:
    """The fields of a class, complete; None where something of it is for the library."""
    if type(cls) is not type or cls.__bases__ != (object,) or cls.__doc__ is None:
        return None
    annotations = cls.__annotations__
    if not vars(cls).keys().isdisjoint(_OWN):
        return None
    if any(isinstance(each, dataclasses.Field) and name not in annotations for name, each in vars(cls).items()):
        return None
    found = []
    for name, kind in annotations.items():
        if type(kind) is not str or any(each in kind for each in _UNUSUAL) or name.startswith(_TAKEN):
            return None
        given = getattr(cls, name, dataclasses.MISSING)
        each: Any = given if isinstance(given, dataclasses.Field) else dataclasses.field(default=given)
        if not each.init or each.hash is not None or each.kw_only is False or type(each.default).__hash__ is None:
            return None
        each.name, each.type, each.kw_only = name, kind, True
        each._field_type = _KIND
        found.append(each)
    return found


def _made(cls: type[Any], known: Sequence[dataclasses.Field[Any]], *, frozen: bool, slots: bool) -> type[Any]:
    names = tuple([each.name for each in known])
    parameters = copy(_PARAMETERS)
    parameters.frozen = frozen
    if hasattr(parameters, "slots"):  # from Python 3.12 on
        parameters.slots = slots
    content: dict[str, Any] = {
        "__init__": (init := _Init(known, slots=slots)).first,
        "__signature__": init,
        "__repr__": _repr([each.name for each in known if each.repr]),
        **_equality(tuple([each.name for each in known if each.compare]), hashed=frozen),
        **(_FROZEN if frozen else {}),
        **(_PICKLED if frozen and slots else {}),
        "__match_args__": (),
        "__dataclass_fields__": {each.name: each for each in known},
        "__dataclass_params__": parameters,
    }
    if "__replace__" in vars(_Sample):  # from Python 3.13 on
        content["__replace__"] = vars(_Sample)["__replace__"]
    if "__init__" in vars(cls):
        del content["__signature__"]
    own = {name: each for name, each in vars(cls).items() if name not in {"__dict__", "__weakref__", *names}}
    if slots:
        qualified = {"__qualname__": cls.__qualname__, "__slots__": names}
        made: type[Any] = type(cls.__name__, (), {**content, **own, **qualified})
    else:
        made = cls
        for each in known:
            if each.default is not dataclasses.MISSING:
                setattr(cls, each.name, each.default)
            elif each.name in vars(cls):
                delattr(cls, each.name)
        for name, value in content.items():
            if name not in own:
                setattr(cls, name, value)
    init.cls = made
    return made


class _Init:
    """The `__init__` of a class, made with its first value: of most classes there is never one."""

    cls: type[Any]

    def __init__(self, known: Sequence[dataclasses.Field[Any]], *, slots: bool) -> None:
        def first(made: Any, /, *wrong: Any, **given: Any) -> None:
            self.complete()(made, *wrong, **given)

        first.__name__ = first.__qualname__ = "__init__"
        self.first, self._known, self._slots = first, known, slots
        self._made: Callable[..., None] | None = None

    def complete(self) -> Callable[..., None]:
        """The one that all values come from; it takes its place unless somebody has put another there."""
        if self._made is None:
            self._made = _init(self.cls, self._known, slots=self._slots)
            self._made.__qualname__ = f"{self.cls.__qualname__}.__init__"
        if vars(self.cls)["__init__"] is self.first:
            type.__setattr__(self.cls, "__init__", self._made)
        return self._made

    def __get__(self, value: object, cls: type[Any]) -> Any:
        """`__signature__`, which tools ask a class for, before there is a value of it or after."""
        if value is not None or cls is not self.cls:  # a value, and a class below it, have their own
            raise AttributeError("__signature__")
        from inspect import signature

        found = signature(self.complete())
        return found.replace(parameters=list(found.parameters.values())[1:])


def _init(cls: type[Any], known: Sequence[dataclasses.Field[Any]], *, slots: bool) -> Callable[..., None]:
    """Every field through its slot, or the dictionary: neither asks `__setattr__`, which may never say yes."""
    names: dict[str, Any] = {"MISSING": dataclasses.MISSING}
    given, body = [], []
    for each in known:
        name = value = each.name
        if slots:
            names[f"_set_{name}"] = getattr(cls, name).__set__
        if each.default_factory is not dataclasses.MISSING:
            names[f"_make_{name}"] = each.default_factory
            given.append(f"{name}=MISSING")
            value = f"_make_{name}() if {name} is MISSING else {name}"
        elif each.default is not dataclasses.MISSING:
            names[f"_default_{name}"] = each.default
            given.append(f"{name}=_default_{name}")
        else:
            given.append(name)
        body.append(f"_set_{name}(self, {value})" if slots else f"self.__dict__[{name!r}] = {value}")
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    parameters = f"self, *, {', '.join(given)}" if given else "self"
    # what stands in it are names of fields, which the compiler has seen already
    exec(f"def __init__({parameters}):\n " + "\n ".join(body or ["pass"]), names)  # noqa: S102
    init: Callable[..., None] = names["__init__"]
    return init


def _repr(names: list[str]) -> Callable[[Any], str]:
    @recursive_repr()
    def represented(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join([f'{each}={getattr(self, each)!r}' for each in names])})"

    return represented


def _equality(names: tuple[str, ...], *, hashed: bool) -> dict[str, Any]:
    """As tuples of the fields are equal, and have their hash, or none."""
    values: Callable[[Any], Any] = attrgetter(*names) if len(names) > 1 else lambda self: _few(self, names)

    def equals(self: Any, other: object) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hash_of(self: Any) -> int:
        return hash(values(self))

    return {"__eq__": equals, "__hash__": hash_of if hashed else None}


def _few(self: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple([getattr(self, each) for each in names])


def _refuse_to_set(self: Any, name: str, value: Any) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _getstate(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _setstate(self: Any, state: list[Any]) -> None:
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)


_FROZEN = {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete}
_PICKLED = {"__getstate__": _getstate, "__setstate__": _setstate}
