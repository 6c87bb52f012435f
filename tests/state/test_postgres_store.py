"""The state in a real PostgreSQL: the contract, its tables, sessions that end, and the poolers before it."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pytest

from reconciler.errors import ConfigError, LockHeldError, StateError
from reconciler.state import postgres_tables
from reconciler.state.postgres import PostgresStore
from reconciler.state.postgres_session import database
from reconciler.state.store import StateStore
from tests.state.contract import (
    DESK,
    PATIENCE,
    SALES,
    LockGoesWithItsProcess,
    Opener,
    StoreContract,
    VersionsAreCompared,
    child,
    told,
    told_of_its_driver,
)
from tests.support.postgres import PASSWORD, Server, free_port, pgbouncer

LOCK = "hashtextextended('reconciler/reconciler/production', 0)"


@dataclass(frozen=True, kw_only=True)
class OpenDatabase:
    """Opens the state in one database; picklable, for other processes."""

    url: str
    environment: str = "production"

    def __call__(self) -> PostgresStore:
        return PostgresStore(self.url, environment=self.environment)


@pytest.fixture
def url(database_server: Server) -> str:
    return database_server.make(f"t{uuid.uuid4().hex}")


@pytest.fixture
def opener(url: str) -> OpenDatabase:
    return OpenDatabase(url=url)


@pytest.fixture
def store(opener: OpenDatabase) -> PostgresStore:
    return opener()


class TestPostgresKeepsTheContract(StoreContract, LockGoesWithItsProcess, VersionsAreCompared):
    @pytest.fixture
    def opener(self, url: str) -> Opener:
        return OpenDatabase(url=url)

    @pytest.fixture(autouse=True)
    def address(self, url: str) -> None:
        self.url = url

    def settle(self, store: StateStore) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"select pg_advisory_lock({LOCK}), pg_advisory_unlock({LOCK})")


def codes(problem: pytest.ExceptionInfo[StateError] | pytest.ExceptionInfo[ConfigError]) -> list[str]:
    return [each.code for each in problem.value.diagnostics]


def test_environments_and_schemas_are_apart(url: str) -> None:
    """One database holds many: by environment, and by schema for many projects. Each has its own lock."""
    stores = [
        PostgresStore(url, environment="production"),
        PostgresStore(url, environment="staging"),
        PostgresStore(f"{url}?schema=acme&connect_timeout=5", environment="production"),
    ]
    for number, store in enumerate(stores):
        store.write(DESK) if number else store.write(SALES)
    assert [list(each.read()) for each in stores] == [[SALES.key], [DESK.key], [DESK.key]]
    assert len({each.lineage() for each in stores}) == 3
    first, second, third = (each.lock(command="apply", timeout=0) for each in stores)
    with first, second, third:
        assert all(each.holder() for each in stores)


def migrate_at_once(pipe, opener) -> None:  # type: ignore[no-untyped-def]
    pipe.send("ready")
    pipe.recv()
    opener().write(SALES)
    pipe.send("done")


def test_runs_that_begin_at_once_migrate_once(url: str) -> None:
    """Four first runs of four environments: one makes the tables, all write."""
    openers = [OpenDatabase(url=url, environment=name) for name in ("one", "two", "three", "four")]
    children = [child(migrate_at_once, each) for each in openers]
    with children[0] as (_, a), children[1] as (_, b), children[2] as (_, c), children[3] as (_, d):
        pipes = (a, b, c, d)
        assert [told(each) for each in pipes] == ["ready"] * 4
        for each in pipes:
            each.send("go")
        assert [told(each) for each in pipes] == ["done"] * 4
    assert [list(each().read()) for each in openers] == [[SALES.key]] * 4
    with psycopg.connect(url) as connection:
        rows = connection.execute("select version from reconciler.reconciler_migration order by 1").fetchall()
    assert rows == [(each + 1,) for each in range(len(postgres_tables.MIGRATIONS))]


def test_a_later_version_of_the_tables_is_reached_from_an_earlier(
    store: PostgresStore, opener: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an older program made is brought up to date by the first write, and what it holds stays."""
    store.write(SALES)
    monkeypatch.setattr(
        postgres_tables,
        "MIGRATIONS",
        (*postgres_tables.MIGRATIONS, ("alter table reconciler_entry add column note text default 'moved along'",)),
    )
    assert opener().read() == {SALES.key: SALES}
    opener().write(DESK)
    assert sorted(opener().read()) == [SALES.key, DESK.key]


def test_tables_of_a_newer_program_are_refused(store: PostgresStore, url: str) -> None:
    """Neither read nor written nor locked: what they mean is not known here."""
    store.write(SALES)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("insert into reconciler.reconciler_migration (version) values (99)")
    changing = (
        lambda: store.write(DESK),
        lambda: store.remove(SALES.key),
        lambda: store.remember_account("sha256:one"),
    )
    locking = (store.lock(command="apply", timeout=0).__enter__, store.holder, store.unlock)
    for act in (store.read, store.lineage, store.account, *changing, *locking):
        with pytest.raises(StateError) as caught:
            act()
        (found,) = caught.value.diagnostics
        assert (found.code, found.file) == ("state-newer", store.shown)
        assert "version 99" in found.summary
        assert f"up to {len(postgres_tables.MIGRATIONS)}" in found.summary
        assert "a later one" in (found.detail or "")


def test_an_environment_of_a_newer_program_is_refused(store: PostgresStore, url: str) -> None:
    """Its tables may be known and what stands in them not; the other environments there are read."""
    store.write(SALES)
    PostgresStore(url, environment="staging").write(DESK)
    with psycopg.connect(url, autocommit=True) as connection:
        change = "update reconciler.reconciler_environment set format_version = 7 where environment = 'production'"
        connection.execute(change)
    changing = (
        lambda: store.write(DESK),
        lambda: store.remove(SALES.key),
        lambda: store.remember_account("sha256:one"),
    )
    for act in (store.read, store.lineage, store.account, *changing):
        with pytest.raises(StateError) as caught:
            act()
        (found,) = caught.value.diagnostics
        assert (found.code, found.file) == ("state-newer", store.shown)
        assert "format 7" in found.summary
    assert PostgresStore(url, environment="staging").read() == {DESK.key: DESK}


@pytest.mark.parametrize("content", ["[]", "{}"])
def test_a_row_that_is_no_entry_is_an_error(store: PostgresStore, url: str, content: str) -> None:
    """It is named, with every other and with the database, and never taken for absent."""
    store.write(SALES)
    store.write(DESK)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("update reconciler.reconciler_entry set entry = %s", (content,))
    with pytest.raises(StateError) as caught:
        store.read()
    assert [(each.code, each.file, each.key) for each in caught.value.diagnostics] == [
        ("state-unreadable", store.shown, SALES.key),
        ("state-unreadable", store.shown, DESK.key),
    ]


def test_both_ends_notice_a_dead_connection(store: PostgresStore, url: str) -> None:
    """The session that holds the lock has keepalives and a limit for what is not acknowledged, here and there."""
    with store.lock(command="apply", timeout=0), psycopg.connect(url) as connection:
        assert store._held is not None
        names = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "tcp_user_timeout")
        server = [store._held.execute(f"show {each}").fetchone() for each in (*names, "idle_session_timeout")]
        assert server == [("5",), ("3",), ("2",), ("12000",), ("0",)]
        client = store._held.info.get_parameters()
        assert client["tcp_user_timeout"] == "12000"
        assert (client["keepalives_idle"], client["keepalives_count"]) == ("5", "2")
        holder = store.holder()
        assert holder is not None
        assert f"reconciler production {holder.who}"[:63] in listed(connection)


def listed(connection: psycopg.Connection[Any]) -> list[str]:
    """What the database's own list of sessions calls those of this database."""
    rows = connection.execute("select application_name from pg_stat_activity where datname = current_database()")
    return [name for (name,) in rows]


def test_a_long_name_of_a_holder_is_cut_in_the_list_of_sessions_alone(url: str) -> None:
    """It may be the address of a pipeline's run, in any letters; the lock's record has the whole of it."""
    who = f"https://ci.example/zahnarzt-praxis/{'größe' * 40}"
    store = PostgresStore(url, environment="production", environ={"CI_JOB_URL": who})
    with store.lock(command="apply", timeout=0), psycopg.connect(url) as connection:
        holder = store.holder()
        assert holder is not None
        assert holder.who == who
        (told_of,) = [each for each in listed(connection) if each.startswith("reconciler production ")]
        assert told_of.startswith("reconciler production https://ci.example/zahnarzt-praxis/gr")


def test_a_session_that_ends_is_a_lost_lock(store: PostgresStore, opener: OpenDatabase, url: str) -> None:
    """The administrator ended it: nothing further is written, the error says so, and the next run is free to begin."""
    store.write(SALES)
    with store.lock(command="apply", timeout=0):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("select pg_terminate_backend(backend) from reconciler.reconciler_holder")
        with pytest.raises(StateError) as caught:
            store.write(DESK)
    assert codes(caught) == ["lock-lost"]
    with opener().lock(command="apply", timeout=PATIENCE):
        assert list(opener().read()) == [SALES.key]


def test_a_transaction_pooler_is_refused(database_server: Server, opener: OpenDatabase) -> None:
    """Its clients share sessions, so that two would hold one lock; nothing is made or written there."""
    with pgbouncer(database_server, mode="transaction") as pooler:
        through = PostgresStore(
            opener.url.replace(str(database_server.port), str(pooler.port)), environment="production"
        )
        with pytest.raises(StateError) as caught, through.lock(command="apply", timeout=0):
            pass
        (told_of,) = caught.value.diagnostics
        assert told_of.code == "state-home-unfit"
        assert "pooler" in told_of.summary
        assert told_of.file
        assert told_of.file in through.shown
        assert "Nothing was changed" in (told_of.detail or "")
    assert opener().lineage() is None
    with opener().lock(command="apply", timeout=0):
        pass


def test_a_session_pooler_is_taken(database_server: Server, opener: OpenDatabase) -> None:
    """A client keeps its session there, and the lock keeps others out, through the pooler and beside it."""
    with pgbouncer(database_server, mode="session") as pooler:
        through = PostgresStore(
            opener.url.replace(str(database_server.port), str(pooler.port)), environment="production"
        )
        with through.lock(command="apply", timeout=0):
            through.write(SALES)
            for other in (
                opener(),
                PostgresStore(through_url(opener.url, database_server, pooler), environment="production"),
            ):
                with pytest.raises(LockHeldError), other.lock(command="apply", timeout=0):
                    pass
    assert list(opener().read()) == [SALES.key]


def through_url(url: str, server: Server, pooler: Server) -> str:
    return url.replace(str(server.port), str(pooler.port))


@pytest.mark.parametrize(
    ("address", "code", "way_out"),
    [
        ("postgres://practice:{password}@127.0.0.1:{port}/x", "state-unreachable", "Check the address"),
        ("postgres://practice:{password}@127.0.0.1:port/x", "state-unreachable", "Check the address"),
        ("postgres://practice:{password}%zz@h/x", "state-home", "postgres://USER@HOST"),
        ("postgres://h/x?schema=a-b&password={password}", "state-home", None),
        ("postgres://h/x?nonsense={password}", "state-home", "postgres://USER@HOST"),
    ],
)
def test_an_address_that_leads_nowhere_is_told_without_its_password(
    address: str, code: str, way_out: str | None
) -> None:
    """Nobody listens there, or it is no address: the message says so, and the password is in neither it nor a repr."""
    with pytest.raises((StateError, ConfigError)) as caught:
        PostgresStore(address.format(password=PASSWORD, port=free_port()), environment="production").read()
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert (way_out or "") in (found.detail or "")
    assert ("the address of the state" in found.summary) == (code == "state-home")
    assert PASSWORD not in repr(found)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_an_address_without_a_password_is_told_in_the_drivers_words() -> None:
    """There is nothing to hide in them."""
    with pytest.raises(StateError) as caught:
        PostgresStore(f"postgres://practice@127.0.0.1:{free_port()}/office", environment="production").read()
    (found,) = caught.value.diagnostics
    assert found.code == "state-unreachable"
    assert "Connection refused" in found.summary


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no part of what everybody installs; the error says how it is had."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    told_of_its_driver("psycopg", lambda: PostgresStore("postgres://db.example/office", environment="production"))


def test_a_wrong_password_is_told_without_it(url: str) -> None:
    """What the server says is passed on; the password that was tried is not."""
    with pytest.raises(StateError) as caught:
        PostgresStore(url.replace(PASSWORD, "Canary-Wrong"), environment="production").read()
    assert codes(caught) == ["state-unreachable"]
    assert "password authentication failed" in caught.value.diagnostics[0].summary
    assert "Canary" not in repr(caught.value.diagnostics)


def test_a_user_without_rights_is_told_what_is_needed(store: PostgresStore, url: str) -> None:
    """Reading may be all that a plan's user is allowed; writing names the schema."""
    store.write(SALES)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop role if exists auditor")
        connection.execute(f"create role auditor login password '{PASSWORD}'")
        connection.execute("grant usage on schema reconciler to auditor")
        connection.execute("grant select on all tables in schema reconciler to auditor")
    auditor = PostgresStore(url.replace("practice:", "auditor:"), environment="production")
    assert auditor.read() == {SALES.key: SALES}
    with pytest.raises(StateError) as caught:
        auditor.write(SALES)
    assert codes(caught) == ["state-write-failed"]
    assert "schema `reconciler`" in (caught.value.diagnostics[0].detail or "")
    assert store.read() == {SALES.key: SALES}


def test_what_a_database_sets_for_its_sessions_weakens_no_promise(store: PostgresStore, url: str) -> None:
    """A commit is on the disk when it is told, a lock may be waited for and held as long as it takes."""
    weaker = {
        "synchronous_commit": "off",
        "statement_timeout": "'5min'",
        "default_transaction_isolation": "'serializable'",
        "search_path": "'elsewhere'",
        "lock_timeout": "'1min'",
    }
    with psycopg.connect(url, autocommit=True) as connection:
        for name, value in weaker.items():
            connection.execute(f"alter database {url.rpartition('/')[2]} set {name} = {value}")  # type: ignore[call-overload]
    for timeout in (0, PATIENCE, 10.0**9):
        with store.lock(command="apply", timeout=timeout):
            assert store._held is not None
            shown = {name: store._held.execute(f"show {name}").fetchone() for name in weaker}  # type: ignore[call-overload]
            assert shown | {"lock_timeout": None} == {
                "synchronous_commit": ("on",),
                "statement_timeout": ("0",),
                "default_transaction_isolation": ("read committed",),
                "search_path": ("reconciler",),
                "lock_timeout": None,
            }
            store.write(SALES)
    assert store.read() == {SALES.key: SALES}


def test_a_lock_that_stays_held_is_refused_after_its_time(store: PostgresStore, opener: OpenDatabase) -> None:
    """Its holder is named, and what is done about one that hangs; the session that waited is none the worse."""
    with store.lock(command="apply --target acme/sales-en", timeout=0):
        for timeout in (0, 0.05):
            with pytest.raises(LockHeldError) as caught, opener().lock(command="pull", timeout=timeout):
                pass
            (found,) = caught.value.diagnostics
            assert found.summary.startswith("the state of production is locked by ")
            assert "apply --target acme/sales-en" in found.summary
            assert "state unlock --force" in (found.detail or "")
        with pytest.raises(LockHeldError) as caught:
            opener().unlock()
        (found,) = caught.value.diagnostics
        assert found.summary.startswith("the state of production is locked by ")
        assert "apply --target acme/sales-en" in found.summary
        assert "state unlock --force" in (found.detail or "")


@contextmanager
def waited_for(opener: OpenDatabase, connection: psycopg.Connection[Any]) -> Iterator[Future[str]]:
    """The lock is held within, and somebody with patience waits for it; the command of their lock once they have it."""

    def take() -> str:
        store = opener()
        with store.lock(command="apply --target acme/sales-en", timeout=PATIENCE):
            holder = store.holder()
        return holder.command if holder else ""

    with ThreadPoolExecutor(max_workers=1) as pool, opener().lock(command="pull", timeout=0):
        taken = pool.submit(take)
        while not waiters(connection) and not taken.done():
            continue
        yield taken


def waiters(connection: psycopg.Connection[Any]) -> list[int]:
    """The sessions of this database that wait for a lock."""
    select = """
        select pid from pg_locks join pg_database on pg_database.oid = pg_locks.database
        where locktype = 'advisory' and not granted and datname = current_database()
    """
    return [pid for (pid,) in connection.execute(select)]


def test_a_lock_is_waited_for_as_long_as_is_said(opener: OpenDatabase, url: str) -> None:
    """Who has more patience still waits where somebody with less has given up, and gets it when it comes free."""
    less = psycopg.connect(url, options="-c lock_timeout=200", autocommit=True)
    with psycopg.connect(url, autocommit=True) as watching, less:
        with waited_for(opener, watching) as taken:
            with pytest.raises(psycopg.errors.LockNotAvailable):
                less.execute(f"select pg_advisory_lock({LOCK})")  # type: ignore[call-overload]
            assert len(waiters(watching)) == 1
        assert taken.result() == "apply --target acme/sales-en"


def test_a_wait_that_the_server_ends_is_no_lock_that_is_held(opener: OpenDatabase, url: str) -> None:
    """It is told as what it is: the server cannot be reached any more, and nobody is named as in the way."""
    with psycopg.connect(url, autocommit=True) as administrator, waited_for(opener, administrator) as taken:
        for pid in waiters(administrator):
            administrator.execute("select pg_terminate_backend(%s)", (pid,))
        with pytest.raises(StateError) as caught:
            taken.result()
    (found,) = caught.value.diagnostics
    assert found.code == "state-unreachable"
    assert "administrator" in found.summary


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgres://ines:{password}@db.example:5433/office", "postgres://db.example:5433/office"),
        ("postgresql://ines:{password}@db.example/office", "postgres://db.example/office"),
        ("postgres://db.example", "postgres://db.example/"),
        ("postgres:///office?host=/run/postgresql", "postgres:///run/postgresql/office"),
        ("postgres://ines:{password}@a.example,b.example/office", "postgres://a.example,b.example/office"),
        ("postgres://a.example:5433,b.example:5434/office", "postgres://a.example:5433,b.example:5434/office"),
        ("postgres:///office?host=a.example,b.example", "postgres://a.example,b.example/office"),
        ("postgres://[::1]:5433/office", "postgres://::1:5433/office"),
        ("postgres://db.example/office?schema=acme", "postgres://db.example/office?schema=acme"),
        ("postgres://db.example/office?schema=reconciler&sslmode=require", "postgres://db.example/office"),
    ],
)
def test_an_address_is_shown_without_who_and_with_what(address: str, shown: str) -> None:
    """Its host, port, database and schema; never a user or a password."""
    found = database(address.format(password=PASSWORD))
    assert found.shown == shown
    assert PASSWORD not in repr(found)


def test_what_an_address_says_of_a_connection_holds() -> None:
    """And what it does not say is set so that a dead end is noticed."""
    told = database("postgres://ines@db.example/office?connect_timeout=3&sslmode=require&schema=acme")
    assert told.schema == "acme"
    assert told.facts == {
        "application_name": "reconciler",
        "client_encoding": "utf8",
        "connect_timeout": "3",
        "dbname": "office",
        "host": "db.example",
        "keepalives": 1,
        "keepalives_count": 2,
        "keepalives_idle": 5,
        "keepalives_interval": 3,
        "sslmode": "require",
        "tcp_user_timeout": 12_000,
        "user": "ines",
    }
    assert database("postgres://db.example").facts["connect_timeout"] == 10
    assert database("postgres://db.example").schema == "reconciler"


@pytest.mark.parametrize("schema", ["", "a-b", "a.b", "1a", "pg_state", "a" * 64, "a b"])
def test_a_schema_is_a_plain_name(schema: str) -> None:
    """What PostgreSQL keeps for itself, or would cut, is none."""
    with pytest.raises(ConfigError) as caught:
        database(f"postgres://db.example/office?schema={schema}")
    assert codes(caught) == ["state-home"]
    for plain in ("a" * 63, "Acme_2", "_acme"):
        assert database(f"postgres://db.example/office?schema={plain}").schema == plain


def test_a_database_that_is_not_there_is_told_from_one_that_refuses_a_write(store: PostgresStore, url: str) -> None:
    """The one is a matter of the address, the other of what is there: it names the place, and nothing is written."""
    nowhere = PostgresStore(f"{url}x", environment="production")
    with pytest.raises(StateError) as caught:
        nowhere.read()
    (told,) = caught.value.diagnostics
    assert told.code == "state-unreachable"
    assert told.summary.startswith("PostgreSQL says: ")
    assert "does not exist" in told.summary
    assert told.file == nowhere.shown.removesuffix(" (production)")
    mistaken = PostgresStore(f"{url.rpartition('/')[0]}/{PASSWORD}", environment="production")
    with pytest.raises(StateError) as caught:
        mistaken.read()
    assert PASSWORD not in caught.value.diagnostics[0].summary
    store.write(SALES)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"alter database {url.rpartition('/')[2]} set default_transaction_read_only = on")  # type: ignore[call-overload]
    with pytest.raises(StateError) as caught:
        store.write(DESK)
    (told,) = caught.value.diagnostics
    assert told.code == "state-write-failed"
    assert "read-only" in told.summary
    assert store.read() == {SALES.key: SALES}


def test_a_disk_that_is_full_is_a_write_that_failed(store: PostgresStore, url: str) -> None:
    """The address and the network are well: whoever reads it looks to the server, and what was there is still there."""
    store.write(SALES)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("""
            create function full_disk() returns trigger language plpgsql as
            $$ begin raise 'could not extend file: No space left on device' using errcode = 'disk_full'; end $$
        """)
        connection.execute(
            "create trigger full_disk before update on reconciler.reconciler_entry execute function full_disk()"
        )
    with store.lock(command="apply", timeout=0), pytest.raises(StateError) as caught:
        store.write(replace(SALES, id=790))
    (found,) = caught.value.diagnostics
    assert found.code == "state-write-failed"
    assert "No space left on device" in found.summary
    assert "address" not in (found.detail or "")
    assert store.read() == {SALES.key: SALES}


def test_a_schema_that_was_made_for_a_user_is_enough(url: str) -> None:
    """It needs no right to make schemas, and makes its tables there."""
    name = f"writer{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"create role {name} login password '{PASSWORD}'")  # type: ignore[call-overload]
        connection.execute(f"create schema reconciler authorization {name}")  # type: ignore[call-overload]
    writer = PostgresStore(url.replace("practice:", f"{name}:"), environment="production")
    with writer.lock(command="apply", timeout=0):
        writer.write(SALES)
    assert writer.read() == {SALES.key: SALES}


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_of_another_encoding_keeps_what_it_can(database_server: Server, encoding: str) -> None:
    """Any content of an entry; of keys and names those that it has letters for. Any other is refused by name."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(database_server.url, autocommit=True) as connection:
        how = f"encoding '{encoding}' template template0 lc_collate 'C' lc_ctype 'C'"
        connection.execute(f"create database {name} {how}")  # type: ignore[call-overload]
    store = PostgresStore(database_server.of(name), environment="production")
    entry = replace(SALES, key="büro/empfang", last_applied={"title": "東京"})
    with store.lock(command="apply --target büro/empfang", timeout=0):
        holder = store.holder()
        assert holder is not None
        assert holder.command == "apply --target büro/empfang"
        store.write(entry)
    assert store.read() == {entry.key: entry}
    tokyo = replace(SALES, key="東京")
    if encoding == "SQL_ASCII":
        store.write(tokyo)
        assert store.read() == {entry.key: entry, tokyo.key: tokyo}
        return
    for act in (lambda: store.write(tokyo), store.lock(command=f"apply --target {tokyo.key}", timeout=0).__enter__):
        with pytest.raises(StateError) as caught:
            act()
        assert codes(caught) == ["state-write-failed"]
        assert "LATIN1" in caught.value.diagnostics[0].summary
    assert store.read() == {entry.key: entry}
