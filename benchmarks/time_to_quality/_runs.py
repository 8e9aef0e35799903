"""One search in a process of its own, and its record."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
import warnings
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

import sklearn

from benchmarks.compare._envs import Environments
from benchmarks.compare._proxy import ROOT, peer_environment
from benchmarks.compare._search import write_atomically
from benchmarks.time_to_quality._record import Recording, candidates
from benchmarks.time_to_quality._searches import SEARCHES
from benchmarks.time_to_quality._tasks import N_SPLITS, TASKS


def run_here(task_name: str, search_name: str, seed: int, path: Path) -> None:
    """Run a search in this process and write its record."""
    task, entry = TASKS[task_name], SEARCHES[search_name]
    X, y = task.load(return_X_y=True)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "scores"
        names = [param.name for param in task.params]
        search = entry.make(task, Recording(task.scoring, names, str(lines)), seed)
        began = time.time()
        search.fit(X, y)
        seconds = time.time() - began
        found = candidates(lines, began, N_SPLITS, len(y))
        fits = len(lines.read_text().splitlines())
    record = {
        "task": task_name,
        "search": search_name,
        "seed": seed,
        "seconds": seconds,
        "fits": fits,
        "version": version(entry.library),
        "scikit-learn": sklearn.__version__,
        "problem": None,
        "found": [asdict(candidate) for candidate in found],
    }
    write_atomically(path, json.dumps(record))


def run_there(
    task: str,
    search: str,
    seed: int,
    path: Path,
    environments: Environments,
    timeout: float,
) -> str | None:
    """Run a search in its environment; return what went wrong, if anything did."""
    entry = SEARCHES[search]
    problem = environments.problem(entry.environment)
    if problem is not None:
        return problem
    python = environments.python(entry.environment)
    command = [python, "-m", "benchmarks.time_to_quality", "one", task, search]
    command += [str(seed), str(path)]
    path.parent.mkdir(parents=True, exist_ok=True)
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
        problem = f"timeout after {timeout:g} s"
    else:
        if done.returncode:
            problem = done.stderr.strip().splitlines()[-1][:300]
    if problem is not None:
        about: dict[str, Any] = {"task": task, "search": search, "seed": seed}
        write_atomically(path, json.dumps(about | {"problem": problem}))
    return problem


def version(library: str) -> str:
    """Return the version of a distribution, ours for an empty name."""
    if library:
        return metadata.version(library)
    import sklearn_hpo

    return sklearn_hpo.__version__
