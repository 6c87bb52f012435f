"""Values that must be seen by the API alone, applied with the state in every home on the network, and looked for in
rows, objects, output, logs and tracebacks; and the homes' own passwords with them."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from reconciler.state.object_access import bucket
from tests.support.objects import AZURITE_KEY, SECRET_KEY, azurite, moto
from tests.support.postgres import PASSWORD, postgres
from tests.support.practice import practice
from tests.test_canary import DOCUMENT, SECRETS, Watch, spellings

KINDS = ("postgres", "s3", "azure")


@pytest.fixture(params=KINDS)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The variables that lead to a home of the kind."""
    if request.param == "postgres":
        with postgres() as server:
            yield {"RECONCILER_STATE": server.url}
        return
    with moto() if request.param == "s3" else azurite(tmp_path / "azurite") as server:
        yield {**server.environ, "RECONCILER_STATE": f"{server.address}/{uuid.uuid4().hex}"}


def stored(home: dict[str, str]) -> str:
    """Everything that the home holds, as text."""
    address = home["RECONCILER_STATE"]
    if not address.startswith("postgres"):
        found = bucket(address, "default", home)
        contents = [found.get(name) for name in found.names()]
        return "".join(each.content.decode() for each in contents if each is not None)
    with psycopg.connect(address) as connection:
        tables = connection.execute("select tablename from pg_tables where schemaname = 'reconciler'").fetchall()
        rows = [connection.execute(f"select t::text from reconciler.{name} t").fetchall() for (name,) in tables]
        # what the sessions last ran, too: a parameter that was inlined would stand there
        rows.append(connection.execute("select query from pg_stat_activity").fetchall())
    return str(rows)


def test_no_home_holds_a_secret(
    tmp_path: Path,
    home: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Applied, pending, moved, pulled, refused and failed: the request alone holds a secret."""
    caplog.set_level(logging.DEBUG)
    for name, value in home.items():
        monkeypatch.setenv(name, value)
    with practice(tmp_path / "practice", monkeypatch, capsys) as desk:
        desk.environ.update(SECRETS, **home, RECONCILER_FINGERPRINT_KEY="Canary-Fingerprint")
        desk.write("assistants/reception.yaml", DOCUMENT)
        watch = Watch(desk)
        for each in (PASSWORD, SECRET_KEY, AZURITE_KEY, "Canary-Fingerprint"):
            watch.wanted |= spellings(each)
        watch.runs("apply", "-y", "-vv", "--allow-new")
        assert len(desk.sent) == 2
        desk.vendor.vendor.inject("500-after")
        desk.write("assistants/evening.yaml", DOCUMENT.replace("Reception", "Evening"))
        watch.exempt.add("assistants/evening.yaml")
        watch.runs("apply", "-y", "-vv", "-o", "json", "--no-verify", code=7)
        for arguments in (["list"], ["show", "reception"], ["show", "evening"], ["pull"], ["unlock"]):
            for form in ("text", "json"):
                watch.runs("state", *arguments, "-o", form)
        watch.runs("state", "push", "--to", "state/moved")
        watch.runs("plan", "-vv", "-o", "json", "--target", "reception")
        kept = stored(home)
        assert "hmac-sha256" in kept, "the entries are looked at"
        assert watch.found(kept) == set()
        broken = home["RECONCILER_STATE"].replace(PASSWORD, "Canary-Wrong").replace("//states/", "//sttaes/")
        watch.wanted.add("Canary-Wrong")
        ended = watch.runs("plan", "-vv", code=1, RECONCILER_STATE=broken, RECONCILER_DEBUG="1")
        assert "state-unreachable" in watch.runs("plan", "-o", "json", code=1, RECONCILER_STATE=broken).out
        assert "error:" in ended.err
    assert watch.found(caplog.text) == set()
