"""The queue: environments as jobs of procrastinate, on PostgreSQL, done by workers on as many machines as wanted.

Three locks keep an environment from running twice: it is queued once for each verb, the queue hands out one job of an
environment at a time, and the state's own lock holds whatever a worker that was killed may have left running. Jobs of
a worker whose heartbeat stopped are given to others; the list of them is read and acted on under one lock, so that
two who notice at once do not hand out a job that a third has begun.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reconciler.errors import ConfigError, StateError, error
from reconciler.fleet.jobs import INTERRUPTED, Ended, Job
from reconciler.fleet.results import TABLE, Queued, keep, newest
from reconciler.frozen import dataclass
from reconciler.schemas import SchemaSet
from reconciler.state.homes import POSTGRES, scheme_of
from reconciler.state.postgres_session import Database, database

if TYPE_CHECKING:
    import procrastinate

TASK, QUEUE = "reconcile", "reconciler-fleet"
BEATS = 3
"""How many heartbeats a worker may miss before its jobs are given to others."""
_SETTING_UP, _TAKING_OVER = 7_215_301, 7_215_302
_LEFT = "select count(*) from procrastinate_jobs where task_name = %s and status in ('todo', 'doing')"

Do = Callable[[Job], Ended]


class NotWell(Exception):
    """A job ended with an exit code that is no success; the results say which."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """A queue in one schema of a database."""

    database: Database

    @contextmanager
    def connected(self) -> Iterator[Any]:
        """A connection for what the queue's own library has no call for. Raises StateError."""
        with self.database.connected() as connection:
            yield connection

    def set_up(self) -> None:
        """Make the tables, unless they are there. Two who do it at once wait for each other."""
        from procrastinate.schema import SchemaManager

        with self.connected() as connection:
            connection.execute("select pg_advisory_lock(%s)", (_SETTING_UP,))
            connection.execute(f"create schema if not exists {self.database.schema}")
            if connection.execute("select to_regclass('procrastinate_jobs')").fetchone() == (None,):
                connection.execute(SchemaManager.get_schema())
            connection.execute(TABLE)

    def app(self) -> procrastinate.App:
        import procrastinate

        facts = dict(self.database.facts)
        facts["options"] = f"{facts.get('options', '')} -c search_path={self.database.schema}".strip()
        return procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo="", kwargs=facts))

    def newest(self) -> list[Queued]:
        """The newest job of every environment. Raises StateError."""
        with self.connected() as connection:
            return newest(connection, TASK)

    def left(self) -> int:
        """How many jobs wait or run."""
        with self.connected() as connection:
            return int(connection.execute(_LEFT, (TASK,)).fetchone()[0])


def open_queue(address: str) -> Queue:
    """The queue at `postgres://USER@HOST/DATABASE?schema=NAME`, its tables made where there are none.

    Raises ConfigError for another address and where the queue's library is not installed, StateError where the
    database does not answer.
    """
    if scheme_of(address) not in POSTGRES:
        told = "the address of the queue is not one of PostgreSQL"
        raise ConfigError(error("queue-address", told, "Write postgres://USER@HOST:PORT/DATABASE."))
    try:
        import procrastinate  # noqa: F401 - whether it is there
    except ImportError:
        told = "a queue needs procrastinate, which is not installed"
        raise ConfigError(error("queue-missing", told, "pip install 'reconciler[fleet]'")) from None
    # what it logs may quote a job's error; what came of jobs is told from the results
    logger = logging.getLogger("procrastinate")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    queue = Queue(database=_database(address))
    queue.set_up()
    return queue


def _database(address: str) -> Database:
    """The database of an address; what is wrong with it is told of the queue, not of a state."""
    try:
        return database(address)
    except ConfigError as wrong:
        told = tuple(
            replace(each, code="queue-address", summary=each.summary.replace("the state", "the queue"))
            for each in wrong.diagnostics
        )
        raise ConfigError(*told) from None


def enqueue(queue: Queue, jobs: list[Job]) -> list[str]:
    """Queue the jobs; the environments that wait there already, for the same verb, are left out and returned."""
    return asyncio.run(_enqueue(queue, jobs))


async def _enqueue(queue: Queue, jobs: list[Job]) -> list[str]:
    from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

    waiting = []
    try:
        async with queue.app().open_async() as app:
            for each in jobs:
                words: dict[str, Any] = {"planning": list(each.planning), "sending": list(each.sending)}
                deferrer = app.configure_task(
                    TASK, queue=QUEUE, lock=each.environment, queueing_lock=f"{each.verb}:{each.environment}"
                )
                try:
                    await deferrer.defer_async(environment=each.environment, verb=each.verb, **words)
                except AlreadyEnqueued:
                    waiting.append(each.environment)
    except ConnectorException:
        raise _lost() from None
    return waiting


@dataclass(frozen=True, kw_only=True, slots=True)
class Worker:
    """Does jobs with `do`, `workers` at once. `silence` is after how many seconds a worker counts as gone."""

    queue: Queue
    do: Do
    schemas: SchemaSet
    workers: int
    silence: float
    on_end: Callable[[Job, Ended], None]

    def run(self, *, until_empty: bool) -> None:
        """Work until a signal, or until nothing waits or runs any more, anywhere. Ends what is under way first."""
        from procrastinate.exceptions import ConnectorException

        try:
            asyncio.run(self._run(until_empty))
        except ConnectorException:
            raise _lost() from None

    async def _run(self, until_empty: bool) -> None:
        app = self.queue.app()
        self._add_task(app)
        async with app.open_async():
            watching = asyncio.create_task(self._watch(app, until_empty))
            working = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self.workers,
                    fetch_job_polling_interval=min(1.0, self.silence / BEATS),
                    update_heartbeat_interval=self.silence / BEATS,
                    stalled_worker_timeout=self.silence,
                )
            )
            # the watch ends by itself where nothing is left, and the worker on a signal; either ends the other
            await asyncio.wait({watching, working}, return_when=asyncio.FIRST_COMPLETED)
            failed = watching.exception() if watching.done() else None
            for each in (watching, working):
                each.cancel()
            for each in (watching, working):
                with contextlib.suppress(asyncio.CancelledError):
                    await each
            if failed is not None:
                raise failed

    def _add_task(self, app: procrastinate.App) -> None:
        from procrastinate import BaseRetryStrategy, JobContext, RetryDecision

        class Again(BaseRetryStrategy):
            """A job that a signal ended goes back into the queue; one that failed has been told, and stays."""

            def get_retry_decision(self, *, exception: BaseException, job: Any) -> RetryDecision | None:
                return RetryDecision(retry_in={"seconds": 0}) if isinstance(exception, InterruptedError) else None

        @app.task(name=TASK, queue=QUEUE, pass_context=True, retry=Again())
        async def reconcile(
            context: JobContext, environment: str, verb: Any, planning: list[str], sending: list[str]
        ) -> None:
            job = Job(environment=environment, verb=verb, planning=tuple(planning), sending=tuple(sending))
            ended = await asyncio.to_thread(self._done, context.job.id, job)
            if ended.code == INTERRUPTED:
                raise InterruptedError
            if not ended.well:
                raise NotWell

    def _done(self, id: int | None, job: Job) -> Ended:
        ended = self.do(job)
        with self.queue.connected() as connection:
            keep(connection, id or 0, ended, self.schemas)
        self.on_end(job, ended)
        return ended

    async def _watch(self, app: procrastinate.App, until_empty: bool) -> None:
        """Give the jobs of workers that are gone to others, at once and then with every heartbeat."""
        while True:
            await self._take_over(app)
            if until_empty and await asyncio.to_thread(self.queue.left) == 0:
                return
            await asyncio.sleep(min(1.0, self.silence / BEATS) if until_empty else self.silence / BEATS)

    async def _take_over(self, app: procrastinate.App) -> None:
        from procrastinate.exceptions import UniqueViolation
        from procrastinate.jobs import Status

        manager = app.job_manager
        with self.queue.connected() as connection:
            if connection.execute("select pg_try_advisory_lock(%s)", (_TAKING_OVER,)).fetchone() != (True,):
                return  # another worker is at it
            for each in await manager.get_stalled_jobs(task_name=TASK, seconds_since_heartbeat=self.silence):
                try:
                    await manager.retry_job(each)
                except UniqueViolation:  # it was queued anew in the meantime: the newer job does both
                    await manager.finish_job(each, Status.FAILED, delete_job=False)


def _lost() -> StateError:
    then = "Check the address, the network and the rights of this user. What was under way is taken up again."
    return StateError(error("queue-unreachable", "the queue's database cannot be reached, or refuses", then))
