"""Secrets compare by fingerprint where one key made both; else by their reference alone."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.canonical import equal
from reconciler.model import Path
from reconciler.schemas import SchemaSet
from reconciler.secrecy import comparable, same, secret_reference, untold

ONE, OTHER = "hmac-sha256:1f2e3d4c:aaaa", "hmac-sha256:1f2e3d4c:bbbb"
ELSEWHERE = "hmac-sha256:99887766:aaaa"

PAIRS = [
    ("the same value", "CAL", ONE, "CAL", ONE, True, []),
    ("another value", "CAL", ONE, "CAL", OTHER, False, []),
    ("another machine's key", "CAL", ONE, "CAL", ELSEWHERE, True, ["CAL"]),
    ("no key then", "CAL", None, "CAL", ONE, True, ["CAL"]),
    ("no key now", "CAL", ONE, "CAL", None, True, ["CAL"]),
    ("no key ever", "CAL", None, "CAL", None, True, ["CAL"]),
    ("another reference", "CAL", None, "CALCOM", None, False, []),
    ("another reference with the same digest", "CAL", ONE, "CALCOM", ONE, False, []),
]


@pytest.mark.parametrize(
    ("name", "mark", "name2", "mark2", "alike", "told"), [p[1:] for p in PAIRS], ids=[p[0] for p in PAIRS]
)
def test_two_references(name: str, mark: Any, name2: str, mark2: Any, alike: bool, told: list[str]) -> None:
    """Both ways round, alone and deep inside a list of objects."""
    left, right = secret_reference(name, mark), secret_reference(name2, mark2)
    for one, two in ((left, right), ([{"key": left, "n": 1}], [{"n": 1.0, "key": right}])):
        assert same(one, two) is alike
        assert same(two, one) is alike
        assert sorted(untold(one, two)) == told


def test_what_stands_around_a_secret_still_counts() -> None:
    """An untellable secret does not make its neighbours equal."""
    left = [{"type": "book", "key": secret_reference("CAL", None)}]
    assert not same(left, [{"type": "look", "key": secret_reference("CAL", ONE)}])
    assert not same(left, [*left, *left])
    assert not same(left, [{"type": "book", "key": "plain text"}])


@pytest.mark.parametrize("now", [[secret_reference("CAL", ONE)], {"calendar": []}, {}, "off", 7], ids=str)
def test_a_secret_whose_place_has_another_shape_has_changed(now: Any) -> None:
    """A list, an object without the key or a plain value cannot be the same: nobody need look at the secret."""
    before = {"calendar": {"key": secret_reference("CAL", None)}}
    assert list(untold(before, now)) == list(untold(now, before)) == []
    assert not same(before, now)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON, st.booleans())
def test_without_secrets_it_is_canonical_equality(left: Any, right: Any, unordered: bool) -> None:
    """Nothing else changes its meaning."""
    assert same(left, right, unordered=unordered) == equal(left, right, unordered=unordered)


def test_fingerprints_of_one_key_are_comparable() -> None:
    """The key's id stands before the last colon."""
    assert comparable(ONE, OTHER)
    assert not comparable(ONE, ELSEWHERE)
    assert not comparable(None, ONE)


HIDING: dict[str, dict[str, Any]] = {
    "a field": {"properties": {"name": {}, "token": {"type": "string", "x-secret": True}}},
    "a key in a list of objects": {
        "properties": {"name": {}, "tools": {"items": {"properties": {"key": {"x-secret": True}, "url": {}}}}}
    },
    "keys of a pattern": {
        "properties": {"name": {}, "tools": {"items": {"patternProperties": {"(^|_)token$": {"x-secret": True}}}}}
    },
    "whatever else stands in an object": {
        "properties": {"name": {}, "headers": {"additionalProperties": {"type": "string", "x-secret": True}}}
    },
    "the items of a list": {"properties": {"name": {}, "keys": {"items": {"x-secret": True}}}},
    "a list in a list": {"properties": {"name": {}, "keys": {"items": {"items": {"x-secret": True}}}}},
    "a key of a field that a pattern names, too": {
        "properties": {"name": {}, "login": {"properties": {"key": {"x-secret": True}}}},
        "patternProperties": {"^login$": {"type": "object"}},
    },
    "an object, with all in it": {"properties": {"name": {}, "login": {"x-secret": True, "properties": {"user": {}}}}},
}
STEPS = ("name", "token", "tools", "key", "url", "my_token", "headers", "keys", "login", "user", "a.b", 0)


def hiding(kind: str) -> SchemaSet:
    """A set that hides what HIDING says."""
    rest: dict[str, Any] = {"x-endpoint": {"method": "POST", "path": "/a"}, "properties": {}}
    return SchemaSet.from_files({"assistant": {"x-name": "name", **HIDING[kind]}, "create": rest, "update": rest})


@pytest.mark.parametrize("kind", HIDING)
def test_where_no_name_may_hide_nothing_is_secret(kind: str) -> None:
    """What is asked of every key of every document never overlooks a place that is marked."""
    schemas = hiding(kind)
    paths: list[Path] = [path for length in (1, 2, 3) for path in product(STEPS, repeat=length)]
    secret = [path for path in paths if schemas.is_secret(path)]
    assert secret
    assert [path for path in secret if not any(schemas.may_hide(each) for each in path if isinstance(each, str))] == []


def test_names_that_people_choose_do_not_fill_the_memory() -> None:
    """Only so many answers are remembered; the others are found again."""
    schemas = hiding("a field")
    assert not any(schemas.may_hide(f"name-{number}") for number in range(12_000))
    assert schemas.may_hide("token")
    assert len(schemas._hiding) < 12_000


def test_names_that_hide_nothing_are_known() -> None:
    """Else nothing would be gained by asking."""
    schemas = hiding("keys of a pattern")
    assert [each for each in ("name", "tools", "url", "api_token", "tokens") if schemas.may_hide(each)] == ["api_token"]


def test_however_many_names_people_choose_the_answers_stay_true() -> None:
    """Keys of an object are anybody's; what is known of them is bounded, and is asked for again where it went."""
    schemas = hiding("keys of a pattern")
    paths: list[Path] = [("tools", 0, f"line_{number}{end}") for number in range(6_000) for end in ("", "_token")]
    for _ in range(2):
        assert [path for path in paths if schemas.is_secret(path)] == paths[1::2]
        assert [path for path in paths if schemas.may_hide(str(path[2]))] == paths[1::2]
