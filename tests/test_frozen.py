"""The quick `dataclass` makes what the library's makes: one class by both, held against each other."""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import pickle
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import frozen
from reconciler.model import Action, Change, Desired, Entry, Reason

Maker = Callable[..., Callable[[type[Any]], type[Any]]]
MAKERS: tuple[Maker, Maker] = (dataclasses.dataclass, frozen.dataclass)


def line(maker: Maker) -> type[Any]:
    @maker(frozen=True, kw_only=True, slots=True)
    class Line:
        """A telephone line of a business."""

        number: str
        holder: str | None = None
        hours: Mapping[str, str] = dataclasses.field(default_factory=dict)
        key: str = dataclasses.field(default="", repr=False)
        seen: int = dataclasses.field(default=0, compare=False)

        @property
        def label(self) -> str:
            return f"{self.number} ({self.holder})"

    return Line


def plain(maker: Maker) -> type[Any]:
    @maker(frozen=True, kw_only=True, slots=True)
    class Bare:
        """Nothing to tell two of them apart."""

    return Bare


def single(maker: Maker) -> type[Any]:
    @maker(frozen=True, kw_only=True, slots=True)
    class Single:
        """One field alone, and one that is made from it."""

        value: Any

        def __post_init__(self) -> None:
            if isinstance(self.value, bytes):
                object.__setattr__(self, "value", self.value.decode())

    return Single


def settings(maker: Maker) -> type[Any]:
    @maker(frozen=True, kw_only=True)
    class Settings:
        """One that keeps what it has worked out beside its fields."""

        number: str
        seen: int = 3
        hours: Mapping[str, str] = dataclasses.field(default_factory=dict)

        @functools.cached_property
        def label(self) -> str:
            return f"{self.number} ({self.seen})"

    return Settings


def count(maker: Maker) -> type[Any]:
    @maker(kw_only=True, slots=True)
    class Count:
        """One that changes."""

        here: int
        names: list[str] = dataclasses.field(default_factory=list)

    return Count


def loose(maker: Maker) -> type[Any]:
    @maker(kw_only=True)
    class Loose:
        """One that changes, and takes whatever it is given."""

        here: int = 1

    return Loose


BOTH = {each.__name__: (each(MAKERS[0]), each(MAKERS[1])) for each in (line, plain, single, settings, count, loose)}
# from 3.13 on the library compares field by field, and finds no value the same that does not equal itself; ours
# compares as tuples do
SAME: st.SearchStrategy[Any] = st.just(float("nan")) if sys.version_info < (3, 13) else st.just(2.5)
texts = st.sampled_from(["+49 30 901820", "+1 312 555 0100", ""])
GIVEN: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "line": st.fixed_dictionaries(
        {"number": texts},
        optional={
            "holder": st.none() | texts,
            "hours": st.dictionaries(texts, texts, max_size=2),
            "key": texts,
            "seen": st.integers(0, 2),
        },
    ),
    "plain": st.just({}),
    "settings": st.fixed_dictionaries(
        {"number": texts}, optional={"seen": st.integers(0, 2), "hours": st.dictionaries(texts, texts, max_size=2)}
    ),
    "count": st.fixed_dictionaries({"here": st.integers(0, 2)}, optional={"names": st.lists(texts, max_size=2)}),
    "loose": st.fixed_dictionaries({}, optional={"here": st.integers(0, 2)}),
    "single": st.fixed_dictionaries({"value": SAME | st.integers(0, 2) | st.just(b"x") | texts}),
}


def outcome(ask: Callable[[], Any]) -> Any:
    """What it gives, or the kind of its refusal."""
    try:
        return ask()
    except Exception as problem:
        return type(problem)


def refused(change: Callable[[], None]) -> bool:
    """Whether it may not be changed. With what kind of error the library says so differs from version to version."""
    return isinstance(outcome(change), type)


def traits(cls: type[Any], first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Any]:
    """All that can be seen of two values of one class."""
    one, other = cls(**first), cls(**second)
    return [
        repr(one),
        dataclasses.fields(one) and dataclasses.asdict(one),
        [(each.name, each.kw_only, each.repr, each.compare) for each in dataclasses.fields(one)],
        one == other,
        one != other,
        one == copy.deepcopy(one),
        one == object(),
        outcome(lambda: hash(one)),
        outcome(lambda: hash(one) == hash(other)),
        repr(dataclasses.replace(one, **second)),
        cls.__match_args__,
        getattr(cls, "__slots__", None),
        [getattr(cls, each.name, None) for each in dataclasses.fields(cls) if not hasattr(cls, "__slots__")],
        outcome(lambda: one.label),
        refused(lambda: setattr(other, dataclasses.fields(cls)[0].name, 7)),
        refused(lambda: setattr(other, "more", 7)),
        refused(lambda: delattr(other, dataclasses.fields(cls)[0].name)),
        outcome(lambda: repr(other)),
        cls.__hash__ is None,
        repr(vars(cls)["__dataclass_params__"]),
        sorted(
            set(vars(cls))
            - {
                "__annotations__",
                "__signature__",
                "__weakref__",
                "__dict__",
                "__firstlineno__",
                "__static_attributes__",
            }
        ),
        dataclasses.is_dataclass(cls),
    ]


@given(data=st.data(), name=st.sampled_from(sorted(BOTH)))
def test_both_hold_and_compare_alike(data: st.DataObject, name: str) -> None:
    """Fields, representation, equality, hash, and what may be done with one of them afterwards."""
    first: dict[str, Any] = data.draw(GIVEN[name])
    second: dict[str, Any] = data.draw(GIVEN[name])
    theirs, ours = [traits(cls, first, second) for cls in BOTH[name]]
    assert ours == theirs


@pytest.mark.parametrize("given", [{}, {"number": "1", "other": 2}, {"seen": 1}])
def test_both_refuse_what_does_not_fit(given: dict[str, Any]) -> None:
    """A field without a default that is left out, and a name that is none."""
    for cls in BOTH["line"]:
        with pytest.raises(TypeError):
            cls(**given)


def test_nothing_is_set_or_deleted_afterwards() -> None:
    """Neither a field nor a name that is none, and no place is given by position."""
    for cls in BOTH["line"]:
        one = cls(number="+49 30 901820")
        for name in ("number", "other"):
            # the library of some versions refuses a new name by the slots that it has not, with the same kind of error
            with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
                setattr(one, name, "1")
            with pytest.raises((dataclasses.FrozenInstanceError, AttributeError, TypeError)):
                delattr(one, name)
        assert one.number == "+49 30 901820"
        with pytest.raises(TypeError):
            cls("1")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'number'"):
        BOTH["line"][1](number="1").number = "2"


def test_one_that_holds_itself_can_be_shown() -> None:
    """A repr comes to an end."""
    for cls in BOTH["single"]:
        inside: list[Any] = []
        one = cls(value=inside)
        inside.append(one)
        assert repr(one).endswith("Single(value=[...])")


def test_a_default_that_is_made_is_made_each_time() -> None:
    """Two of them never share it."""
    for cls in BOTH["line"]:
        assert cls(number="1").hours is not cls(number="2").hours


@pytest.mark.parametrize(
    "value",
    [
        Desired(key="acme/dental", content={"name": "Lakeview Dental"}, source="", file="assistants/acme/dental.yaml"),
        Entry(key="acme/dental", id=7),
        Change(key="acme/dental", action=Action.NO_OP, reason=Reason.UP_TO_DATE, id=7, file=None, line=None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_of_the_model_go_from_process_to_process(value: Any) -> None:
    """Pickled and read again, copied, replaced: equal, and of the same class."""
    for again in (
        pickle.loads(pickle.dumps(value)),
        copy.copy(value),
        copy.deepcopy(value),
        dataclasses.replace(value),
    ):
        assert (type(again), again) == (type(value), value)


def test_a_class_has_its_signature_before_it_has_a_value() -> None:
    """What asks for it (`inspect`, tools that make values) need not wait for somebody to make one."""
    cls = line(frozen.dataclass)
    names = ["number", "holder", "hours", "key", "seen"]
    for _ in range(2):
        assert list(inspect.signature(cls).parameters) == names
        assert cls(number="1").number == "1"
    with pytest.raises(TypeError, match=r"__init__\(\) takes 1 positional argument"):
        line(frozen.dataclass)("1")


def test_what_is_unusual_is_left_to_the_library() -> None:
    """It knows what a mistake is: a field without an annotation, slots given twice."""
    with pytest.raises(TypeError, match="no type annotation"):

        @frozen.dataclass(frozen=True, kw_only=True, slots=True)
        class Bare:
            """A field that has no annotation."""

            number = dataclasses.field(default=3)

    with pytest.raises(TypeError, match="__slots__"):

        @frozen.dataclass(frozen=True, kw_only=True, slots=True)
        class Twice:
            """Slots of its own."""

            __slots__ = ("number",)
            number: int


def test_an_init_that_somebody_wrapped_stays_wrapped() -> None:
    """The first value puts nothing in its place."""
    for maker in MAKERS:
        cls, calls = line(maker), []
        wrapped = cls.__init__

        def counted(self: Any, wrapped: Any = wrapped, calls: list[int] = calls, **given: Any) -> None:
            calls.append(1)
            wrapped(self, **given)

        cls.__init__ = counted
        assert [cls(number=each).number for each in "123"] == ["1", "2", "3"]
        assert len(calls) == 3


def test_without_slots_it_is_the_same_class() -> None:
    """Whoever has it already, and its own methods, have the one of which values are made."""

    class Told:
        """A holder that knows more of its parents."""

        number: int = 1
        kept: Any = staticmethod(len)

        def told(self) -> str:
            return super().__repr__()

    assert frozen.dataclass(frozen=True, kw_only=True)(Told) is Told
    assert "Told object" in Told().told()
    assert Told().kept is len
    assert Told.number == 1


def test_other_forms_are_the_librarys() -> None:
    """Mutable ones, ordered ones, and a class that is decorated without a word."""

    @frozen.dataclass(kw_only=True, slots=True)
    class Count:
        """How many are there, so far."""

        here: int = 0

    @frozen.dataclass(frozen=True, kw_only=True, slots=True, order=True)
    class Step:
        """One after the other."""

        number: int

    @frozen.dataclass
    class Bare:
        """As the library's default is."""

        number: int

    count = Count()
    count.here += 1
    assert count == Count(here=1)
    assert Step(number=1) < Step(number=2)
    assert Bare(3).number == 3
