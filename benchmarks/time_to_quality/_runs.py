"""One search in a process of its own, and its record."""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import os
import signal
import subprocess
import tempfile
import textwrap
import time
import warnings
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import sklearn
from sklearn.base import clone

from benchmarks._orphans import end_with
from benchmarks.compare._envs import Environments
from benchmarks.compare._proxy import ROOT, peer_environment
from benchmarks.compare._search import write_atomically
from benchmarks.time_to_quality._record import Found, Recording, candidates, on_all_rows
from benchmarks.time_to_quality._searches import ALL, N_JOBS
from benchmarks.time_to_quality._tasks import N_SPLITS, TASKS


@dataclass(frozen=True)
class Job:
    """Which search, on what, with which seed."""

    task: str
    search: str
    seed: int

    def path(self, results: Path) -> Path:
        """Return the file of the record."""
        name = f"{self.task}.{self.search}.{self.seed}.json"
        return results / name.replace(" ", "-")

    @property
    def fingerprint(self) -> str:
        """Hash of the task and of how the search is made."""
        task, entry = TASKS[self.task], ALL[self.search]
        counts = (N_SPLITS, entry.n_iter, N_JOBS)
        how = (task.table, task.estimator, task.params, task.scoring, *counts)
        # Parsed, because layout and comments make no difference.
        code = ast.dump(ast.parse(textwrap.dedent(inspect.getsource(entry.make))))
        return hashlib.sha1((repr(how) + code).encode()).hexdigest()[:12]

    def is_done(self, results: Path) -> bool:
        """Whether there is a record of the job as it is now."""
        path = self.path(results)
        if not path.is_file():
            return False
        return bool(json.loads(path.read_text())["fingerprint"] == self.fingerprint)


def run_here(job: Job, path: Path, parent: int) -> None:
    """Run a search in this process and write its record.

    Parameters
    ----------
    job : Job
        What to run.
    path : Path
        The record; scores are written beside it while the search runs.
    parent : int
        Process without which this one and its workers end.
    """
    end_with(parent, group=True)
    task, entry = TASKS[job.task], ALL[job.search]
    X, y = task.load()
    warnings.simplefilter("ignore")
    scores = scores_of(path)
    names = [param.name for param in task.params]
    scorer = Recording(task.scoring, names, str(scores))
    # A copy, because some searches set parameters on what they are given.
    given = replace(task, estimator=clone(task.estimator))
    search = entry.make(given, scorer, job.seed, entry.n_iter)
    versions = {"version": version(entry.library), "scikit-learn": sklearn.__version__}
    began = time.time()
    said = {"began": began, "rows": len(y), "versions": versions}
    write_atomically(began_file(path), json.dumps(said))
    search.fit(X, y)
    seconds = time.time() - began
    # What is done from here on is not counted.
    found = candidates(scores, began, N_SPLITS, len(y))
    again = partial(
        on_all_rows, estimator=task.estimator, X=X, y=y, scoring=task.scoring
    )
    found = [again(candidate, cv=task.cv) for candidate in found]
    write(job, path, seconds, found, versions)


def run_there(
    job: Job, path: Path, environments: Environments, timeout: float, target: float
) -> str | None:
    """Run a search in its environment; return what went wrong, if anything did.

    It ends once a candidate has come to the target. A search that broke or took too
    long has a record too, with what it had found. An environment that is missing leaves
    none.
    """
    entry = ALL[job.search]
    problem = environments.problem(entry.environment)
    if problem is not None:
        return problem
    python = environments.python(entry.environment)
    command = [python, "-m", "benchmarks.time_to_quality", "one", job.task, job.search]
    command += [str(job.seed), str(path), str(os.getpid())]
    path.parent.mkdir(parents=True, exist_ok=True)
    forget(path)
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=peer_environment(),
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,  # its workers can be ended with it
        )
        problem = watch(process, path, timeout, target)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        elif process.returncode:
            errors.seek(0)
            words = errors.read().strip().splitlines()
            problem = (words or [f"exit code {process.returncode}"])[-1][:300]
    if process.wait():
        whole = found_so_far(path)
        said = about(path) if began_file(path).is_file() else {"versions": {}}
        seconds = time.time() - said.get("began", time.time())
        write(job, path, seconds, whole, said["versions"], problem)
    return problem


def watch(
    process: subprocess.Popen[bytes], path: Path, timeout: float, target: float
) -> str | None:
    """Wait for a search to end, to come to the target, or to take too long."""
    started = time.monotonic()
    while process.poll() is None:
        time.sleep(0.5)
        if time.monotonic() - started > timeout:
            return f"timeout after {timeout:g} s"
        if any(candidate.score >= target for candidate in found_so_far(path)):
            return None
    return None


def about(path: Path) -> dict[str, Any]:
    """Return what a search said of itself before it began."""
    read: dict[str, Any] = json.loads(began_file(path).read_text())
    return read


def found_so_far(path: Path) -> list[Found]:
    """Return the whole candidates of a search that runs, or was ended.

    Those of a halving search that has not come to its last round cannot be compared.
    """
    if not began_file(path).is_file():
        return []
    began, n_rows = about(path)["began"], about(path)["rows"]
    found = candidates(scores_of(path), began, N_SPLITS, n_rows)
    return [candidate for candidate in found if candidate.whole]


def write(
    job: Job,
    path: Path,
    seconds: float,
    found: list[Found],
    versions: dict[str, str],
    problem: str | None = None,
) -> None:
    """Write the record of a search and remove what was beside it."""
    scores = scores_of(path)
    record: dict[str, Any] = {
        "task": job.task,
        "search": job.search,
        "seed": job.seed,
        "fingerprint": job.fingerprint,
        "seconds": round(seconds, 3),
        "fits": len(scores.read_text().splitlines()) if scores.is_file() else 0,
        "problem": problem,
        "found": [
            {"seconds": round(c.seconds, 3), "fits": c.fits, "score": c.score}
            for c in found
        ],
    }
    write_atomically(path, json.dumps(record | versions))
    forget(path)


def scores_of(path: Path) -> Path:
    """Return the file of the scores of a search that runs."""
    return path.with_suffix(".scores")


def began_file(path: Path) -> Path:
    """Return the file that says when a running search began, and its rows."""
    return path.with_suffix(".began")


def forget(path: Path) -> None:
    """Remove the files of a search that runs no more."""
    scores_of(path).unlink(missing_ok=True)
    began_file(path).unlink(missing_ok=True)


def version(library: str) -> str:
    """Return the version of a distribution, that of the checkout for an empty name."""
    if library:
        return metadata.version(library)
    from benchmarks.compare.runners._ours_space import checkout

    return checkout()
