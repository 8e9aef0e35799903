"""What it costs to get a task to a worker and its result back.

    python -m benchmarks.dispatch

Prints a table and writes it into RESULTS.md. The tasks fit nothing and see ten rows, so
what is measured is the way there and back, with as many tasks in flight as there are
workers. Beside it the same calls through `joblib.Parallel`, which gets X and y as
arguments.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from typing import Any

import joblib
import numpy as np
import pandas as pd
import scipy.sparse
from sklearn.base import BaseEstimator

from benchmarks._results import RESULTS, setting, write_section
from sklearn_hpo.evaluation import Evaluator, FoldSettings, FoldShared, evaluate_fold
from sklearn_hpo.trials import Candidate, Task

N_WORKERS, N_TASKS, N_BLOCKS = 2, 40, 10
OTHERS = ("multiprocessing", "threading")
ROWS = [(np.arange(10), np.arange(10))]


class Nothing(BaseEstimator):
    """An estimator that does nothing."""

    def __init__(self, a: int = 0) -> None:
        self.a = a

    def fit(self, X: Any, y: Any) -> Nothing:
        """Do nothing."""
        return self


class NobodyListens:
    """Stands for scikit-learn's callbacks where there are none."""

    def evaluation(self, task_id: int) -> Mapping[str, Any]:
        """Return no keyword arguments."""
        return {}


def zero(estimator: Nothing, X: Any, y: Any) -> float:
    """Return a score."""
    return 0.0


SETTINGS = FoldSettings(
    estimator=Nothing(),
    scorer=zero,
    fit_params={},
    score_params={},
    n_folds=1,
    n_candidates=N_TASKS,
)


def data() -> Iterator[tuple[str, Any]]:
    """Yield what X may be, by name."""
    rng = np.random.default_rng(0)
    yield "array, 1 MB", rng.random((10_000, 12))
    yield "array, 100 MB", rng.random((100_000, 125))
    frame = pd.DataFrame(rng.random((100_000, 20))).add_prefix("x")
    for column in range(5):
        frame[f"s{column}"] = rng.integers(0, 1000, 100_000).astype(str)
    yield "frame, 100,000 x 25, 5 of strings", frame
    yield (
        "frame, the strings as objects",
        frame.astype({f"s{column}": object for column in range(5)}),
    )
    yield "sparse, 100 MB", scipy.sparse.random(80_000, 2000, 0.05, "csr", rng=rng)
    yield "list of 20,000 texts, 20 MB", ["word " * 200 + str(i) for i in range(20_000)]


def ours(X: Any, y: Any, backend: str) -> tuple[float, float]:
    """Return milliseconds until all workers have the data, then for each task.

    The tasks come in blocks, and the fastest block counts: other work on the machine
    only makes them slower.
    """
    tasks = (Task(k, Candidate(k, {"a": k}), 0) for k in itertools.count())
    with joblib.parallel_config(backend):
        start = time.perf_counter()
        with Evaluator(X, y, ROWS, SETTINGS, NobodyListens(), N_WORKERS) as evaluator:

            def run(n: int) -> float:
                start = time.perf_counter()
                for _ in range(N_WORKERS):
                    evaluator.submit(next(tasks))
                for _ in range(n - N_WORKERS):
                    evaluator.next_done()
                    evaluator.submit(next(tasks))
                for _ in range(N_WORKERS):
                    evaluator.next_done()
                return (time.perf_counter() - start) / n

            run(N_WORKERS)
            first = time.perf_counter() - start
            later = min(run(N_TASKS) for _ in range(N_BLOCKS))
    return 1e3 * first, 1e3 * later


def direct(X: Any, y: Any) -> float:
    """Return milliseconds for each task of joblib alone, on loky."""
    shared = FoldShared(SETTINGS, ROWS)
    call = joblib.delayed(evaluate_fold)

    def run(parallel: joblib.Parallel) -> float:
        calls = (call(X, y, shared, 0, {"a": k}, (k, 0), {}) for k in range(N_TASKS))
        start = time.perf_counter()
        parallel(calls)
        return (time.perf_counter() - start) / N_TASKS

    with joblib.Parallel(N_WORKERS, batch_size=1) as parallel:
        run(parallel)
        return 1e3 * min(run(parallel) for _ in range(2))


def report() -> str:
    """Return the section of RESULTS.md."""
    about = (
        f"`python -m benchmarks.dispatch`, {setting()}. Milliseconds of wall time with "
        f"{N_WORKERS} workers and tasks that do nothing. First: until every worker has "
        f"the data and has run one task. Later: each task after that, the fastest of "
        f"{N_BLOCKS} blocks of {N_TASKS}. joblib: each task if X and y are arguments "
        "of `joblib.Parallel`."
    )
    columns = ["X", "first, loky", "later, loky", "joblib, loky"]
    columns += [f"later, {backend}" for backend in OTHERS]
    lines = ["## Dispatch", "", about, "", f"| {' | '.join(columns)} |"]
    lines.append("|---" + "|--:" * (len(columns) - 1) + "|")
    ours(np.zeros((10, 1)), np.zeros(10), "loky")  # the workers start and import
    for name, X in data():
        y = np.zeros(X.shape[0] if hasattr(X, "shape") else len(X))
        first, later = ours(X, y, "loky")
        others = [ours(X, y, backend)[1] for backend in OTHERS]
        figures = [f"{first:.0f}"]
        figures += [f"{figure:.2f}" for figure in (later, direct(X, y), *others)]
        lines.append(f"| {name} | {' | '.join(figures)} |")
        print(lines[-1], flush=True)
    return "\n".join(lines)


if __name__ == "__main__":
    section = report()
    print(section)
    write_section(RESULTS, "dispatch", section)
