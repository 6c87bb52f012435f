"""One environment's job: the program itself, in a process of its own, and what it said.

What a plan shows is what its apply does: the plan is saved first and then applied as it stands. Where a create of an
earlier run is still open, no plan can be saved, and the apply looks for it and waits as a person's would. A process
that was killed is started again: planning looks at what is, so a second run finishes the first.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from reconciler.canonical import Json
from reconciler.config import make_key
from reconciler.errors import Diagnostic, PlanFileError, error
from reconciler.frozen import dataclass
from reconciler.model import Plan
from reconciler.planfile import plan_secrets, read_plan_file

FleetVerb: TypeAlias = Literal["plan", "apply", "drift"]
KILLED, INTERRUPTED, STALE, UNKNOWN, PARTIAL = 137, 130, 4, 7, 3
ATTEMPTS = 4
"""How often an environment is begun before it counts as failed: a process may be killed, and a plan may go stale."""
WORST = (INTERRUPTED, UNKNOWN, PARTIAL, 1, 64, 6, STALE, 5, 2, 0)
"""Exit codes, worst first: what may have left something half done, then what changed nothing, then what is well."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """`planning` are the options that shape the plan (or the audit), `sending` those of how an apply sends it."""

    environment: str
    verb: FleetVerb
    planning: tuple[str, ...] = ()
    sending: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a job ended: the exit code, and what the program printed as JSON. `plan` is what was planned, unmasked.

    `attempts` counts processes that were begun for it; 0: it was never begun, and `code` is 130.
    """

    environment: str
    code: int
    attempts: int = 1
    summary: Mapping[str, Json] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    plan: Plan | None = field(default=None, repr=False)
    audit: Mapping[str, Json] | None = field(default=None, repr=False)

    @property
    def well(self) -> bool:
        return self.code in (0, 2)


_MAKING = threading.Lock()


class Crew:
    """The processes that are running now, so that a signal can be passed on to all of them; starts none after it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    @property
    def stopped(self) -> bool:
        return self._stopped

    def stop(self) -> None:
        """Ask every process to end as Ctrl-C would: what is under way is finished and recorded."""
        with self._guard:
            self._stopped = True
            for each in self._running:
                each.send_signal(signal.SIGTERM)

    @contextmanager
    def started(self, command: Sequence[str], environ: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes] | None]:
        """A process in a group of its own, so that a terminal's Ctrl-C comes through us; None once stopped."""
        with self._guard:
            process = None
            if not self._stopped:
                process = subprocess.Popen(  # noqa: S603 - our own program, never a shell
                    command,
                    env=dict(environ),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    process_group=0,
                )
                self._running.add(process)
        try:
            yield process
        finally:
            if process is not None:
                with self._guard:
                    self._running.discard(process)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where jobs run: the project's folder, a private folder for plans, and how long to wait for a lock (seconds).

    `flags` are of the program, not of a verb, and given to every process.
    """

    root: Path
    plans: Path
    lock_timeout: float
    flags: tuple[str, ...] = ()
    crew: Crew = field(default_factory=Crew)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Said:
    """One process: its exit code (137 where a signal ended it) and the last object of JSON on its stdout."""

    code: int
    told: Mapping[str, Any]


def run_job(job: Job, place: Place, environ: Mapping[str, str]) -> Ended:
    """Do one job to its end, in as many attempts as it takes up to ATTEMPTS. Raises nothing for what a process does."""
    ended = Ended(environment=job.environment, code=INTERRUPTED, attempts=0)
    for attempt in range(1, ATTEMPTS + 1):
        if place.crew.stopped:
            break
        ended = replace(_attempt(job, place, environ), attempts=attempt)
        if ended.code not in (KILLED, STALE):
            return ended
    if ended.code == KILLED and place.crew.stopped:
        return replace(ended, code=INTERRUPTED)  # it had not got as far as to catch the signal
    if ended.code == KILLED:
        told = error("killed", f"the process of {job.environment} was killed {ended.attempts} times")
        return replace(ended, code=PARTIAL if job.verb == "apply" else 1, diagnostics=(told,))
    return ended


def worst(codes: Sequence[int]) -> int:
    """The exit code of a whole fleet: the worst of its environments' by WORST; an unknown one counts as a 1."""
    ranked = [WORST.index(code) if code in WORST else WORST.index(1) for code in codes]
    return WORST[min(ranked)] if ranked else 0


def _attempt(job: Job, place: Place, environ: Mapping[str, str]) -> Ended:
    if job.verb == "drift":
        said = _said(job, place, environ, ("drift", *job.planning))
        audit = said.told if "drift" in said.told else None
        return replace(_ended(job, said), audit=audit)
    path = place.plans / f"{job.environment}.plan"
    said, plan = _planned(job, place, environ, path)
    if job.verb == "plan":
        return replace(_ended(job, said), plan=plan)
    waiting = ("--lock-timeout", f"{place.lock_timeout:g}")
    if said.code == UNKNOWN:
        return _ended(job, _said(job, place, environ, ("apply", "-y", *job.planning, *job.sending, *waiting)))
    if plan is None or plan.is_empty:
        return replace(_ended(job, said), plan=plan)
    return replace(_ended(job, _said(job, place, environ, ("apply", *job.sending, *waiting, str(path)))), plan=plan)


def _planned(job: Job, place: Place, environ: Mapping[str, str], path: Path) -> tuple[_Said, Plan | None]:
    """The plan as it was saved; None where it was refused. Makes the key of fingerprints where one is wanting."""
    said = _said(job, place, environ, ("plan", *job.planning, "--out", str(path)))
    plan = _read(path) if said.code in (0, 2) else None
    if job.verb == "apply" and plan is not None and None in plan_secrets(plan).values():
        with _MAKING:  # whoever comes second finds it whole
            make_key(place.root)
        said = _said(job, place, environ, ("plan", *job.planning, "--out", str(path)))
        plan = _read(path) if said.code in (0, 2) else None
    return said, plan


def _read(path: Path) -> Plan | None:
    try:
        return read_plan_file(path.read_text("utf-8"), where=path.name)
    except (OSError, PlanFileError):
        return None


def _said(job: Job, place: Place, environ: Mapping[str, str], words: Sequence[str]) -> _Said:
    where = ("-C", str(place.root), "-e", job.environment, "-o", "json", "-q", *place.flags)
    command = (sys.executable, "-P", "-m", "reconciler", *where, *words)
    with place.crew.started(command, environ) as process:
        if process is None:
            return _Said(code=INTERRUPTED, told={})
        out, _ = process.communicate()
    code = process.returncode
    return _Said(code=KILLED if code < 0 else code, told=_last_object(out))


def _last_object(out: bytes) -> Mapping[str, Any]:
    """What stands on stdout: one object, or of a stream the last one. Nothing where the process did not get there."""
    text = out.decode("utf-8", "replace").strip()
    for candidate in (text, text.rpartition("\n")[2]):
        try:
            found = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(found, dict):
            return found
    return {}


def _ended(job: Job, said: _Said) -> Ended:
    results = said.told.get("results", ())
    about = [*said.told.get("diagnostics", ()), *(told for each in results for told in each["diagnostics"])]
    found = tuple(dict.fromkeys(diagnostic_from_json(each) for each in about))
    if said.code not in (0, 2, KILLED, INTERRUPTED) and not any(each.severity == "error" for each in found):
        then = f"`reconciler -e {job.environment} {job.verb}` says more."
        found += (error("ended-early", f"{job.verb} of {job.environment} ended with {said.code}", then),)
    return Ended(environment=job.environment, code=said.code, summary=said.told.get("summary") or {}, diagnostics=found)


def diagnostic_from_json(told: Mapping[str, Any]) -> Diagnostic:
    """The diagnostic that a process printed; the commands, which are for pasting, stay out of it."""
    names = ("severity", "code", "summary", "detail", "file", "line", "column", "key", "field")
    found: dict[str, Any] = {name: told.get(name) for name in names}
    return Diagnostic(**found, loses=tuple(told.get("loses", ())))
