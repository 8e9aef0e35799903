"""What the machinery costs: CPU time, import time, time and memory by candidate.

    python -m benchmarks.overhead

Prints tables and writes them into RESULTS.md. CPU seconds are those of this process and
its workers; the two searches of a comparison alternate, A B A B, and the median of
their ratios counts.
"""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import model_selection
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklearn_hpo
from benchmarks._results import RESULTS, setting, write_section
from sklearn_hpo import Real

N_ITER, N_FOLDS, N_PAIRS = 40, 5, 15

FITS = {
    "GaussianNB": (GaussianNB(), {"var_smoothing": Real(1e-10, 1e-6, log=True)}),
    "Ridge": (Ridge(), {"alpha": Real(1e-3, 1e3, log=True)}),
    "LogisticRegression": (LogisticRegression(), {"C": Real(1e-2, 1e0, log=True)}),
    "Scaler+Ridge": (
        make_pipeline(StandardScaler(), Ridge()),
        {"ridge__alpha": Real(1e-3, 1e3, log=True)},
    ),
}


def cpu_seconds(call: Callable[[], object]) -> float:
    """Return the CPU seconds of a call, the garbage of the last one swept away."""
    gc.collect()
    start = time.process_time() + cpu_seconds_of_children()
    call()
    return time.process_time() + cpu_seconds_of_children() - start


def cpu_seconds_of_children() -> float:
    """Return the CPU seconds that the living children of this process have used."""
    ticks = 0
    for task in Path("/proc/self/task").iterdir():
        for pid in text_of(task / "children").split():
            fields = text_of(Path("/proc", pid, "stat")).rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:13]))  # in user and in kernel mode
    return ticks / os.sysconf("SC_CLK_TCK")


def text_of(file: Path) -> str:
    """Return what /proc says, or nothing if the thread or process has ended."""
    try:
        return file.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def ratios(ours: Callable[[], object], theirs: Callable[[], object]) -> Iterator[float]:
    """Yield the ratio of CPU seconds of N_PAIRS pairs, changing who is first."""
    for pair in range(N_PAIRS):
        if pair % 2:
            b, a = cpu_seconds(theirs), cpu_seconds(ours)
        else:
            a, b = cpu_seconds(ours), cpu_seconds(theirs)
        yield a / b


def fit_random_search(
    searcher: type, estimator: BaseEstimator, space: Any, n_jobs: int
) -> None:
    """Fit a random search of either package."""
    X, y = make_classification(500, 20, random_state=0)
    searcher(
        estimator, space, n_iter=N_ITER, cv=N_FOLDS, random_state=0, n_jobs=n_jobs
    ).fit(X, y)


def cheap_fits() -> str:
    """Return the CPU time of RandomizedSearchCV over scikit-learn's, ~1 ms fits."""
    rows = []
    medians: dict[int, list[float]] = {1: [], 2: []}
    for name, (estimator, space) in FITS.items():
        for n_jobs, found in medians.items():
            ours, theirs = (
                partial(
                    fit_random_search,
                    package.RandomizedSearchCV,
                    estimator,
                    space,
                    n_jobs,
                )
                for package in (sklearn_hpo, model_selection)
            )
            theirs()  # starts the workers
            found.append(statistics.median(ratios(ours, theirs)))
        rows.append((name, *(found[-1] for found in medians.values())))
    means = map(statistics.geometric_mean, medians.values())
    rows.append(("geometric mean", *means))
    return (
        "CPU time of `RandomizedSearchCV` over scikit-learn's, 500 x 20 values, "
        f"{N_ITER} candidates, {N_FOLDS} folds:\n\n"
        "| estimator | `n_jobs=1` | `n_jobs=2` |\n|---|--:|--:|\n"
        + "\n".join(f"| {name} | {a:.3f} | {b:.3f} |" for name, a, b in rows)
    )


def import_time() -> str:
    """Return the CPU seconds that our import adds to scikit-learn's."""
    code = (
        "import time, sklearn.model_selection; a = time.process_time();"
        "import sklearn_hpo; print(time.process_time() - a)"
    )
    runs = [
        float(subprocess.check_output([sys.executable, "-c", code]))
        for _ in range(N_PAIRS)
    ]
    return (
        "`import sklearn_hpo` adds to `import sklearn.model_selection` "
        f"{statistics.median(runs):.3f} s of CPU time (median of {len(runs)})."
    )


class Trivial(BaseEstimator):
    """Costs next to nothing to fit."""

    def __init__(self, a: float = 0.0) -> None:
        self.a = a

    def fit(self, X: Any, y: Any = None) -> Trivial:
        """Learn nothing."""
        return self

    def score(self, X: Any, y: Any = None) -> float:
        """Return the parameter."""
        return self.a


def scaling() -> str:
    """Return time and memory by candidate for 1,000 and 10,000 of them."""
    rows = []
    for n in (1_000, 10_000):
        search = sklearn_hpo.RandomizedSearchCV(
            Trivial(), {"a": Real(0, 1)}, n_iter=n, cv=5, random_state=0, refit=False
        )
        seconds = cpu_seconds(partial(search.fit, np.zeros((10, 1))))
        rows.append(
            f"| {n:,} | {1e3 * seconds / n:.3f} | {history_bytes(search):.0f} |"
        )
    return (
        "A trivial estimator, 5 folds:\n\n"
        "| candidates | CPU ms each | bytes a fold beyond scikit-learn's table |\n"
        "|--:|--:|--:|\n" + "\n".join(rows)
    )


def history_bytes(search: sklearn_hpo.RandomizedSearchCV) -> float:
    """Return the memory a fold takes beyond scikit-learn's table."""
    tracemalloc.start()
    search.fit(np.zeros((10, 1)))
    with_history, _ = tracemalloc.get_traced_memory()
    del search.history_
    gc.collect()
    without, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (with_history - without) / (search.n_iter * search.n_splits_)


def main() -> None:
    """Measure everything, print it and write it down."""
    text = "\n\n".join(
        [
            "## Overhead",
            f"`python -m benchmarks.overhead`, {setting()}.",
            cheap_fits(),
            import_time(),
            scaling(),
        ]
    )
    print(text)
    write_section(RESULTS, "overhead", text)


if __name__ == "__main__":
    main()
