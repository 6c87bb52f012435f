"""The campaign at a size that fits beside other tests; `make faults` runs all of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from reconciler.sandbox.storage import FileStorage
from tests.faults.agency import CHANGES, damage
from tests.faults.campaign import KINDS, Processes, killed, processes, requests_of_one_apply, scheduled

PARTS = 3


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """A vendor and the program in processes of their own."""
    with processes(tmp_path_factory.mktemp("campaign")) as both:
        yield both


def test_the_change_has_everything_in_it(made: Processes) -> None:
    """Twenty-five changes: creates, updates, deletes, and numbers that move; one more request cuts a swap."""
    case = made.copy("counted")
    with case.vendor() as served:
        assert case.applies(served.url) == 0
    assert sum(CHANGES.values()) == 25
    assert "Apply complete: {created} created, {updated} updated, {deleted} deleted.".format(**CHANGES) in case.told
    assert served.requests == 28, "one for each, one that cuts the swap, whose account it is, and what is read back"


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_any_request_the_next_runs_finish(made: Processes, part: int) -> None:
    """Nothing made twice, no id lost, no number held twice, and the server as the files want it."""
    last = requests_of_one_apply(made, parallelism=4)
    whens: tuple[Literal["before", "after"], ...] = ("before", "after")
    for k in range(1 + part, last + 1, PARTS):
        found = killed(made, k, whens[(k // PARTS) % 2], parallelism=4)
        assert found.is_none, (k, found)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_server_answers_the_next_runs_finish(made: Processes, kind: str) -> None:
    """The same, for faults that come as a seed has it."""
    found = scheduled(made, kind, 1001)
    assert found.is_none, found


def test_the_campaign_notices(made: Processes) -> None:
    """A twin, a number held twice, an entry that is gone, a value that differs: each is counted."""
    case = made.copy("doctored")
    assert case.settled() == 1
    assert damage(case.folder, case.data, 1).is_none
    storage = FileStorage(case.data)
    with storage.transaction() as table:
        rows = {each["name"]: dict(each) for each in table.live()[:]}
        twin = {**rows["Maple Street - New 0"], "id": table.next_id()}
        table.put(twin)
    found = damage(case.folder, case.data, 1)
    assert (found.duplicates, found.lost_ids, found.held_twice, found.not_as_desired) == (1, 1, 1, 1)
    with storage.transaction() as table:
        table.put({**twin, "deleted_at": "2026-11-03T09:00:00Z"})
        table.put({**rows["Maple Street - Desk 4"], "max_duration": 600})
    (case.folder / "state/default/new-3.json").unlink()
    found = damage(case.folder, case.data, 1)
    assert (found.duplicates, found.lost_ids, found.held_twice, found.not_as_desired) == (0, 2, 0, 2)
    assert not damage(case.folder, case.data, None).is_none


def test_a_case_leaves_what_went_wrong(made: Processes) -> None:
    """The folder of a sound case goes; the campaign at full size would fill a disk."""
    assert killed(made, 1, "before", parallelism=1).is_none
    assert not Path(made.folder / "killed-before-1-1").exists()
