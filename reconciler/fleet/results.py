"""What became of queued jobs: a table beside the queue's own, so that any machine can tell of the whole fleet.

Plans are kept as they may be shown, with what the schema calls secret masked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reconciler.fleet.jobs import Ended, FleetVerb, diagnostic_from_json
from reconciler.frozen import dataclass
from reconciler.planfile import diagnostic_to_json, plan_file, read_plan_file
from reconciler.render.escape import json_line
from reconciler.render.masking import masked
from reconciler.schemas import SchemaSet

if TYPE_CHECKING:
    import psycopg

TABLE = """
    create table if not exists fleet_results (
        job_id bigint primary key, code integer not null, attempts integer not null, told json not null, plan text
    )
"""
_KEEP = """
    insert into fleet_results values (%s, %s, %s, %s, %s) on conflict (job_id)
    do update set (code, attempts, told, plan) = (excluded.code, excluded.attempts, excluded.told, excluded.plan)
"""
_NEWEST = """
    select distinct on (job.args ->> 'environment') job.args ->> 'environment', job.args ->> 'verb', job.status::text,
        job.attempts, result.code, result.attempts, result.told, result.plan
    from procrastinate_jobs job left join fleet_results result on result.job_id = job.id
    where job.task_name = %s order by job.args ->> 'environment', job.id desc
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Queued:
    """The newest job of one environment. `status` is the queue's: todo, doing, succeeded, failed, cancelled ...

    `taken_over` counts how often another worker took it up; `ended` is None while it is not done.
    """

    environment: str
    verb: FleetVerb
    status: str
    taken_over: int
    ended: Ended | None


def keep(connection: psycopg.Connection[Any], job: int, ended: Ended, schemas: SchemaSet) -> None:
    """Write down how a job ended, in place of what an earlier attempt left."""
    told = {
        "summary": dict(ended.summary),
        "diagnostics": [diagnostic_to_json(each) for each in ended.diagnostics],
        "audit": None if ended.audit is None else dict(ended.audit),
    }
    plan = None if ended.plan is None else json.dumps(plan_file(masked(ended.plan, schemas)))
    connection.execute(_KEEP, (job, ended.code, ended.attempts, json_line(told), plan))


def newest(connection: psycopg.Connection[Any], task: str) -> list[Queued]:
    """The newest job of every environment that was ever queued, by name."""
    return [_queued(row) for row in connection.execute(_NEWEST, (task,)).fetchall()]


def _queued(row: Sequence[Any]) -> Queued:
    environment, verb, status, begun, code, attempts, told, plan = row
    taken_over = max(begun - 1, 0) if status not in ("todo", "doing") else begun  # an end counts there as well
    done = code is not None and status not in ("todo", "doing")
    ended = _ended(environment, code, attempts + taken_over, told, plan) if done else None
    return Queued(environment=environment, verb=verb, status=status, taken_over=taken_over, ended=ended)


def _ended(environment: str, code: int, attempts: int, told: Mapping[str, Any], plan: str | None) -> Ended:
    return Ended(
        environment=environment,
        code=code,
        attempts=attempts,
        summary=told["summary"],
        diagnostics=tuple(diagnostic_from_json(each) for each in told["diagnostics"]),
        plan=None if plan is None else read_plan_file(plan, where=f"the plan of {environment}"),
        audit=told["audit"],
    )
