"""Many searches, one after another or two at a time; what is done is not done again."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks._orphans import end_with
from benchmarks.compare._envs import Environments
from benchmarks.compare._memo import Memo
from benchmarks.compare._peers import Peer
from benchmarks.compare._search import Job, run_job
from benchmarks.compare._task import Task
from benchmarks.compare.tasks import all_tasks

MEMO = "memo.sqlite"


@dataclass(frozen=True)
class Plan:
    """What a run consists of; see the options of the command.

    The seeds are the outermost loop and the peers the next, so that what is there at
    any time can be compared.
    """

    tasks: Sequence[Task]
    peers: Sequence[Peer]
    seeds: Sequence[int]
    budget: int
    pending: int
    results: Path
    environments: Environments
    timeout: float
    again: bool = False

    def jobs(self) -> Iterator[Job]:
        """Yield what is still to be done, in order."""
        for seed in self.seeds:
            for peer in self.peers:
                for variant in peer.variants:
                    for task in self.tasks:
                        job = Job(task, peer, variant, seed, self.budget, self.pending)
                        if self.again or not is_done(job, self.results):
                            yield job


def is_done(job: Job, results: Path) -> bool:
    """Whether there is a record of the job for the task as it is now."""
    path = job.path(results)
    if not path.is_file():
        return False
    record = json.loads(path.read_text())
    return bool(record["fingerprint"] == job.task.fingerprint)


def run(plan: Plan, workers: int, say: Any) -> None:
    """Run all jobs of a plan.

    Parameters
    ----------
    plan : Plan
        What to run.
    workers : int
        1 or 2 processes.
    say : callable
        Takes a line of progress.
    """
    usable = []
    for peer in plan.peers:
        problem = plan.environments.problem(peer.environment)
        if problem is None:
            usable.append(peer)
        else:
            say(f"{peer.title} is left out: {problem}")
    plan = replace(plan, peers=usable)
    jobs = list(plan.jobs())
    say(f"{len(jobs)} searches to run, results in {plan.results}")
    if workers == 1:
        for count, job in enumerate(jobs, 1):
            say(f"{count}/{len(jobs)} " + one(job_key(job), plan_key(plan)))
        return
    # Spawned, because a task holds data and threads that should not be copied.
    with ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=end_with, initargs=(os.getpid(),)
    ) as pool:
        keys = [job_key(job) for job in jobs]
        lines = pool.map(one, keys, [plan_key(plan)] * len(jobs))
        for count, line in enumerate(lines, 1):
            say(f"{count}/{len(jobs)} {line}")


def job_key(job: Job) -> tuple[Any, ...]:
    """Return what can be sent to another process."""
    return (job.task.name, job.peer, job.variant, job.seed, job.budget, job.pending)


def plan_key(plan: Plan) -> tuple[Path, str, float]:
    """Return what can be sent to another process."""
    return plan.results, str(plan.environments.folder), plan.timeout


def one(key: tuple[Any, ...], where: tuple[Path, str, float]) -> str:
    """Run one job here; return a line about it."""
    task, peer, variant, seed, budget, pending = key
    results, folder, timeout = where
    job = Job(tasks_here()[task], peer, variant, seed, budget, pending)
    began = time.perf_counter()
    status = run_job(job, memo_here(results), Environments(folder), results, timeout)
    seconds = time.perf_counter() - began
    return f"{peer.name} {variant} seed {seed} {task}: {status}, {seconds:.0f} s"


@lru_cache(maxsize=1)
def tasks_here() -> dict[str, Task]:
    """Return the tasks, made once in each process."""
    return all_tasks()


@lru_cache(maxsize=1)
def memo_here(results: Path) -> Memo:
    """Return the memo, opened once in each process."""
    return Memo(results / MEMO)


def be_nice(level: int = 10) -> None:
    """Step back behind other work on the machine."""
    missing = level - os.nice(0)
    if missing > 0:
        os.nice(missing)
