"""The fleet on one machine: every environment in a process of its own, with its own key, and one report."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.config.settings import EnvironmentSettings, Settings
from reconciler.errors import ConfigError, UsageError
from reconciler.fleet.jobs import WORST, worst
from reconciler.fleet.members import Members, check_apart, environ_of, key_variable, members
from tests.fleet.accounts import Fleet, descendants, fleet
from tests.support.formats import assert_format


def settings(*names: str, api: str = "https://portal.example/api") -> Settings:
    return Settings(environments={name: EnvironmentSettings(api=api) for name in names})


NAMES = st.lists(st.from_regex(r"[a-z][a-z0-9-]{0,8}", fullmatch=True), min_size=1, max_size=30, unique=True)


@given(names=NAMES, of=st.integers(1, 7))
def test_shards_are_all_environments_once(names: list[str], of: int) -> None:
    """Every environment is in exactly one of n shards, whatever the order in which the file names them."""
    shards = [members(settings(*names), shard=(place, of)).names for place in range(1, of + 1)]
    assert sorted(name for shard in shards for name in shard) == sorted(names)
    assert shards == [members(settings(*reversed(names)), shard=(place, of)).names for place in range(1, of + 1)]


def test_each_environment_is_given_its_own_key_and_no_other() -> None:
    """The process of an environment sees one key, under the usual name; a key without a name is nobody's of many."""
    environ = {
        "RECONCILER_API_KEY": "1|loose",
        "RECONCILER_API_KEY_ACME_EU": "2|acme",
        "RECONCILER_API_KEY_BAY": "3|bay",
        "RECONCILER_QUEUE": "postgres://agency:secret@db/queue",
        "HOME": "/home/agency",
    }
    assert environ_of("acme.eu", environ, alone=False) == {"RECONCILER_API_KEY": "2|acme", "HOME": "/home/agency"}
    assert environ_of("cove", environ, alone=False) == {"HOME": "/home/agency"}
    assert environ_of("cove", environ, alone=True)["RECONCILER_API_KEY"] == "1|loose"


def test_a_shard_of_one_does_not_take_the_key_without_a_name() -> None:
    """One environment that was named may; one that a shard happens to hold may not."""
    several = settings("acme", "bay")
    assert members(several, only=["acme"]).alone
    assert not members(several, shard=(1, 2)).alone


@pytest.mark.parametrize(
    ("names", "environ", "code"),
    [
        (["acme", "bay"], {"RECONCILER_API_KEY_ACME": "1|x"}, "no-api-key"),
        (["acme", "bay"], {"RECONCILER_API_KEY": "1|x"}, "no-api-key"),
        (["acme", "bay"], {"RECONCILER_API_KEY_ACME": "1|x", "RECONCILER_API_KEY_BAY": "1|x"}, "shared-key"),
        (["acme-eu", "acme_eu"], {}, "shared-key-variable"),
        (["acme", "bay"], {"RECONCILER_STATE": "state/all"}, "shared-state"),
    ],
)
def test_two_environments_never_meet_in_one_account_or_state(
    names: list[str], environ: dict[str, str], code: str
) -> None:
    """What would send one account's assistants to another is refused before anything runs."""
    with pytest.raises(ConfigError) as refused:
        check_apart(settings(*names), Members(names=tuple(names), alone=False), environ, sends=True)
    assert code in {each.code for each in refused.value.diagnostics}
    assert not any(value in str(refused.value) for value in environ.values() if "|" in value)


def test_a_name_that_is_no_environment_is_refused() -> None:
    """A typo in --only must not mean that nothing is left to do."""
    with pytest.raises(UsageError) as refused:
        members(settings("acme", "bay"), only=["acme", "bya"])
    assert [each.code for each in refused.value.diagnostics] == ["unknown-environment"]


@given(st.lists(st.sampled_from(WORST), min_size=1))
def test_the_exit_code_is_the_worst(codes: list[int]) -> None:
    """It is one of the environments' own, and none of them is worse."""
    assert worst(codes) in codes
    assert all(WORST.index(worst(codes)) <= WORST.index(code) for code in codes)


def test_a_variable_of_an_environment_is_named_in_capitals() -> None:
    """Whatever is no letter or digit is an underscore."""
    assert key_variable("acme-dental.eu") == "RECONCILER_API_KEY_ACME_DENTAL_EU"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Fleet]:
    with fleet(tmp_path / "practices", accounts=3, assistants=3) as running:
        yield running


def test_one_command_applies_every_account_and_tells_a_shared_edit_once(made: Fleet) -> None:
    """Each account has its assistants; the same edit everywhere stands once; afterwards there is nothing left."""
    applied = json.loads(made.runs("fleet", "apply", "-y", "-o", "json"))
    assert_format("fleet", applied)
    assert [each["summary"]["created"] for each in applied["environments"]] == [3, 3, 3]
    assert all(sum(made.accounts.names(name).values()) == 3 for name in made.accounts.keys)
    made.edit("You answer the phone of Lakeview Dental.", "You answer the phone of Lakeview Dental. Be brief.")
    planned = json.loads(made.runs("fleet", "plan", "-o", "json", "-q"))
    assert_format("fleet", planned)
    ((shared),) = planned["shared"]
    assert (shared["fields"], shared["assistants"], shared["accounts"]) == (["system_prompt"], 9, 3)
    made.runs("fleet", "apply", "-y", "--workers", "2")
    audited = json.loads(made.runs("fleet", "drift", "-o", "json"))
    assert_format("fleet", audited)
    assert {each["summary"]["in_sync"] for each in audited["environments"]} == {3}


def test_an_account_that_fails_keeps_no_other_back(made: Fleet) -> None:
    """A key that is refused ends that environment with 1; the others are applied, and the whole ends with 1."""
    told = made.runs("fleet", "apply", "-y", code=1, RECONCILER_API_KEY_PRACTICE_02="9|revoked")
    assert "Fleet apply: 2 of 3 environments done, 1 failed; 6 created, 0 updated, 0 deleted. Exit code 1." in told
    assert "9|revoked" not in told
    assert [sum(made.accounts.names(name).values()) for name in made.accounts.keys] == [3, 0, 3]


def test_processes_that_are_killed_are_begun_again(made: Fleet) -> None:
    """Every account converges, and holds nothing twice, though the process of one was killed in the middle."""
    running = made.start("fleet", "apply", "-y", "-o", "json", "--workers", "2")
    made.accounts.wait_for(writes=2)
    os.kill(descendants(running.pid)[0], signal.SIGKILL)
    out, err = running.communicate()
    assert running.returncode == 0, out + err
    assert max(each["attempts"] for each in json.loads(out)["environments"]) > 1
    assert all(set(made.accounts.names(name).values()) == {1} for name in made.accounts.keys)


def test_a_signal_ends_what_is_under_way_and_begins_nothing_new(made: Fleet) -> None:
    """Ended with 130; what was sent is recorded, and another run finishes without making anything twice."""
    running = made.start("fleet", "apply", "-y", "--workers", "1")
    made.accounts.wait_for(writes=1)
    running.send_signal(signal.SIGTERM)
    out, err = running.communicate()
    assert running.returncode == 130, out + err
    assert "not begun" in out
    made.runs("fleet", "apply", "-y")
    assert all(set(made.accounts.names(name).values()) == {1} for name in made.accounts.keys)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("apply",), 64, "there is no terminal to ask on"),
        (("plan", "--prun"), 64, "--prune"),
        (("plan", "--out", "x.plan"), 64, "--out has no meaning for many environments"),
        (("plan", "--shard", "4/3"), 64, "write I/N"),
        (("-e", "practice-01", "plan"), 64, "--only practice-01"),
        (("plan", "--only", "practise-01"), 64, "practice-01"),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_runs(
    made: Fleet, words: tuple[str, ...], code: int, told: str
) -> None:
    """A wrong command line ends with 64 and says what is meant instead."""
    assert told in made.runs("fleet", *words, code=code)
    assert made.accounts.writes == 0


def test_what_is_said_of_the_program_is_said_to_every_process(made: Fleet) -> None:
    """An address without encryption beyond this machine is refused in each, unless the flag says that it is meant."""
    made.environ["RECONCILER_API_URL"] = "http://portal.invalid/api"
    refused = made.runs("fleet", "drift", "--only", "*-01", code=1)
    allowed = made.runs("fleet", "--insecure-http", "drift", "--only", "*-01", code=1)
    assert "--insecure-http" in refused
    assert "--insecure-http" not in allowed
