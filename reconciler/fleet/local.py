"""The workers of this machine: so many environments at once, each in its own process. Shell: threads that wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from reconciler.fleet.jobs import INTERRUPTED, Ended, Job, Place, run_job

POLL_SECONDS = 0.1
"""How long a signal waits until it is passed on."""


def run_all(
    jobs: Sequence[Job],
    place: Place,
    environs: Mapping[str, Mapping[str, str]],
    *,
    workers: int,
    on_end: Callable[[Ended], None],
    stop: threading.Event,
    stop_on_error: bool = False,
) -> list[Ended]:
    """Run every job, `workers` at once, and tell of each as it ends, in this thread. In the order of `jobs`.

    Once `stop` is set, no job begins and every process is asked to end. With `stop_on_error` the same happens to those
    that were not begun after one that failed; what is under way goes on. A job that was not begun has no attempts.
    """
    halted = threading.Event()

    def run(job: Job) -> Ended:
        if stop.is_set() or halted.is_set():
            return Ended(environment=job.environment, code=INTERRUPTED, attempts=0)
        ended = run_job(job, place, environs[job.environment])
        if stop_on_error and not ended.well:
            halted.set()
        return ended

    with ThreadPoolExecutor(max_workers=workers, thread_name_prefix="fleet") as pool:
        futures = [pool.submit(run, job) for job in jobs]
        waiting: set[Future[Ended]] = set(futures)
        while waiting:
            done, waiting = wait(waiting, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            if stop.is_set() and not place.crew.stopped:
                place.crew.stop()
            for each in done:
                on_end(each.result())
    return [each.result() for each in futures]
