"""What the machinery costs: CPU time, import time, time and memory by candidate.

    python -m benchmarks.overhead

Prints tables in Markdown. CPU seconds are of this process alone; the two searches of a
comparison alternate, A B A B, and the median of their ratios counts.
"""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator

import numpy as np
from sklearn import model_selection
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sklearn_hpo
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
    start = time.process_time()
    call()
    return time.process_time() - start


def ratios(ours: Callable[[], object], theirs: Callable[[], object]) -> Iterator[float]:
    """Yield the ratio of CPU seconds of N_PAIRS pairs, changing who is first."""
    for pair in range(N_PAIRS):
        if pair % 2:
            b, a = cpu_seconds(theirs), cpu_seconds(ours)
        else:
            a, b = cpu_seconds(ours), cpu_seconds(theirs)
        yield a / b


def cheap_fits() -> None:
    """Print the CPU time of RandomizedSearchCV over scikit-learn's, ~1 ms fits."""
    X, y = make_classification(500, 20, random_state=0)
    print(f"| 500 x 20, {N_ITER} candidates x {N_FOLDS} folds, n_jobs=1 | CPU ratio |")
    print("|---|---|")
    medians = []
    for name, (estimator, space) in FITS.items():

        def fit(searcher: type, estimator=estimator, space=space) -> None:
            searcher(estimator, space, n_iter=N_ITER, cv=N_FOLDS, random_state=0).fit(
                X, y
            )

        medians.append(
            statistics.median(
                ratios(
                    lambda: fit(sklearn_hpo.RandomizedSearchCV),
                    lambda: fit(model_selection.RandomizedSearchCV),
                )
            )
        )
        print(f"| {name} | {medians[-1]:.3f} |")
    print(f"| geometric mean | {statistics.geometric_mean(medians):.3f} |\n")


def import_time() -> None:
    """Print the CPU seconds that our import adds to scikit-learn's."""
    code = (
        "import time, sklearn.model_selection; a = time.process_time();"
        "import sklearn_hpo; print(time.process_time() - a)"
    )
    runs = [
        float(subprocess.check_output([sys.executable, "-c", code]))
        for _ in range(N_PAIRS)
    ]
    print("| CPU seconds that `import sklearn_hpo` adds | |\n|---|---|")
    print(f"| median of {len(runs)} | {statistics.median(runs):.3f} |\n")


class Trivial(BaseEstimator):
    """Costs next to nothing to fit."""

    def __init__(self, a: float = 0.0) -> None:
        self.a = a

    def fit(self, X, y=None):
        return self

    def score(self, X, y=None) -> float:
        return self.a


def scaling() -> None:
    """Print time and memory by candidate for 1,000 and 10,000 of them."""
    X = np.zeros((10, 1))
    print("| candidates x 5 folds | CPU ms each | history, bytes a fold |")
    print("|---|---|---|")
    for n in (1_000, 10_000):
        search = sklearn_hpo.RandomizedSearchCV(
            Trivial(), {"a": Real(0, 1)}, n_iter=n, cv=5, random_state=0, refit=False
        )
        seconds = cpu_seconds(lambda search=search: search.fit(X))
        print(f"| {n:,} | {1e3 * seconds / n:.3f} | {history_bytes(search):.0f} |")
    print()


def history_bytes(search: sklearn_hpo.RandomizedSearchCV) -> float:
    """Return the memory a fold takes beyond scikit-learn's table."""
    X = np.zeros((10, 1))
    tracemalloc.start()
    search.fit(X)
    with_history, _ = tracemalloc.get_traced_memory()
    del search.history_
    gc.collect()
    without, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (with_history - without) / (search.n_iter * search.n_splits_)


if __name__ == "__main__":
    cheap_fits()
    import_time()
    scaling()
