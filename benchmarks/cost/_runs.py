"""One search in a process of its own, and its record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import sklearn

from benchmarks._orphans import end_with
from benchmarks.compare._envs import Environments
from benchmarks.compare._proxy import ROOT, peer_environment
from benchmarks.cost._account import Account, Enough
from benchmarks.cost._meter import Meter
from benchmarks.cost._searches import SEARCHES
from benchmarks.cost._tasks import TASKS
from benchmarks.time_to_quality._runs import version

Record = dict[str, Any]
_SEEDS = 1000  # of a search that is started again and again
_FAILURES = 3  # in a row, before a search is given up


@dataclass(frozen=True)
class Job:
    """Which search, on what, with which seed."""

    task: str
    search: str
    seed: int

    @property
    def is_possible(self) -> bool:
        """Whether the library can search the estimator."""
        entry = SEARCHES[self.search]
        return TASKS[self.task].goes_on or not entry.needs_partial_fit

    def find(self, records: Sequence[Record]) -> Record | None:
        """Return its record, None if there is none of the task as it is now."""
        wanted = asdict(self) | {"fingerprint": TASKS[self.task].fingerprint}
        for record in records:
            if all(record[key] == value for key, value in wanted.items()):
                return record
        return None


def run_there(
    job: Job, yardstick: Record | None, environments: Environments, timeout: float
) -> Record:
    """Run a search in its environment and return its record.

    One that broke as a whole has a record that says why.
    """
    about = asdict(job) | {"parent": os.getpid()}
    if yardstick is not None:
        about |= {"target": yardstick["score"], "whole": yardstick["cost"]}
    python = environments.python(SEARCHES[job.search].environment)
    command = [python, "-m", "benchmarks.cost", "one", "--about", json.dumps(about)]
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=peer_environment(),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _broken(job, f"timeout after {timeout:g} s")
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        return _broken(job, words[-1][:300])
    record: Record = json.loads(done.stdout.splitlines()[-1])
    return record


def _broken(job: Job, problem: str) -> Record:
    fingerprint = TASKS[job.task].fingerprint
    return asdict(job) | {"fingerprint": fingerprint, "problem": problem, "held": []}


def run_here(about: dict[str, Any]) -> None:
    """Run a search in this process and write its record to the standard output."""
    end_with(about.pop("parent"))
    out, sys.stdout = sys.stdout, sys.stderr  # what a library prints is no record
    warnings.simplefilter("ignore")
    job = Job(about.pop("task"), about.pop("search"), about.pop("seed"))
    print(json.dumps(search(job, **about)), file=out, flush=True)


def search(job: Job, **yardstick: float) -> Record:
    """Run a search until its account is over; the yardstick, which has none, once."""
    task, entry = TASKS[job.task], SEARCHES[job.search]
    meter = Meter()
    account = Account(task, meter, **yardstick, spends_all=entry.spends_all)
    task.data.y  # noqa: B018 (read before the clock starts)
    start = time.process_time()
    with meter.on(task.estimator):
        n_runs, problem = _spend(entry.load(), account, job.seed, once=not yardstick)
    cpu = time.process_time() - start - meter.aside
    winner = account.winner() or {"full": None, "config": None}
    is_tested = winner["config"] and (entry.spends_all or not yardstick)
    return asdict(job) | {
        "fingerprint": task.fingerprint,
        "problem": problem,
        "cost": meter.seconds,
        "cpu": cpu,
        "aside": meter.aside,
        "n_runs": n_runs,
        "target": account.target,
        "whole": account.whole,
        "reached": account.reached,
        "held": account.held,
        "score": winner["full"],
        "test": task.test_score(winner["config"]) if is_tested else None,
        "version": version(entry.library),
        "scikit-learn": sklearn.__version__,
    }


def _spend(
    function: Callable[..., None], account: Account, seed: int, *, once: bool
) -> tuple[int, str | None]:
    """Run a search again and again; return how often, and what broke it if so."""
    n_runs, n_failed = 0, 0
    while True:
        own = seed if once else _SEEDS * (1 + seed) + n_runs
        n_runs += 1
        problem = None
        try:
            function(account.task, account, own)
        except Enough:
            return n_runs, None
        except Exception as exception:
            problem = f"{type(exception).__name__}: {exception}"[:300]
        n_failed = n_failed + 1 if problem else 0
        if once or account.is_over or n_failed == _FAILURES:
            return n_runs, problem
