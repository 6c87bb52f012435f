"""The servers that homes of the state stand on, one of each for a run of these tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.objects import Objects, azurite, moto
from tests.support.postgres import Server, postgres


@pytest.fixture(scope="session")
def database_server() -> Iterator[Server]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def s3_server() -> Iterator[Objects]:
    with moto() as server:
        yield server


@pytest.fixture(scope="session")
def azure_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Objects]:
    with azurite(tmp_path_factory.mktemp("azurite")) as server:
        yield server
