"""What is promised of any input, held against what campaigns found, what Hypothesis draws, and a short campaign."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.campaign import Tally, keep, one, work
from tests.fuzz.mutation import mutated
from tests.fuzz.targets import CASES, TARGETS, Target, told

FOUND = sorted(each for each in CASES.rglob("*") if each.is_file())


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_found_stays_mended(path: Path) -> None:
    """Each of these once ended in a traceback or took minutes."""
    assert told(TARGETS[path.parent.name], path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_a_good_input_is_good(name: str) -> None:
    """Else a campaign would only knock at the door."""
    target = TARGETS[name]
    assert any(not told(target, seed) for seed in target.seeds())


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_spoilt_input_is_told_with_a_place_and_a_way_on(name: str, seed: int) -> None:
    """No traceback, no bug, no control character: `told` raises where a promise is broken."""
    target = TARGETS[name]
    told(target, mutated(target, target.seeds(), random.Random(seed)))


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=10, deadline=None)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_told_with_a_place_and_a_way_on(name: str, content: bytes) -> None:
    """Also what was never anything."""
    told(TARGETS[name], content)


def test_a_campaign_says_what_broke_and_keeps_it(tmp_path: Path) -> None:
    """A target that fails for some inputs: counted, told by type and place, the shortest input kept."""

    def fragile(content: bytes) -> tuple[()]:
        if b"7" in content:
            raise KeyError("seven")
        return ()

    target = Target(name="fragile", run=fragile, seeds=lambda: [b"voice_id: 12"], tokens=(b"7",))
    tally = work(target, 300, "1", None, float("inf"))
    assert tally.inputs == 300
    assert 0 < tally.accepted < 300
    ((name, content),) = tally.findings.items()
    assert name.startswith("fragile: KeyError at ")
    assert b"7" in content
    assert keep(tmp_path, name, content).read_bytes() == content
    again = Tally()
    one(target, content, again)
    assert again.findings == {name: content}


def test_equal_seeds_give_equal_inputs() -> None:
    """What a campaign found can be found again."""
    target = TARGETS["entry"]
    first, second = (
        [mutated(target, target.seeds(), chance) for _ in range(20)] for chance in (random.Random(7), random.Random(7))
    )
    assert first == second
