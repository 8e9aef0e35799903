"""What a journal costs: CPU time of a search, bytes of a fold, seconds of reading.

    python -m benchmarks.journal

CPU seconds with and without a journal alternate, A B A B, and the median of their
ratios counts. A journal of 100,000 folds is written by a search of a trivial estimator.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import make_classification
from sklearn.naive_bayes import GaussianNB

from benchmarks._results import RESULTS, setting, write_section
from benchmarks.overhead import Trivial, ratios
from sklearn_hpo import RandomizedSearchCV, Real
from sklearn_hpo.trials import History

N_ITER, N_FOLDS, N_MANY = 200, 5, 20_000


def fit(folder: str | None) -> None:
    """Fit a random search with fits of about a millisecond."""
    X, y = make_classification(500, 20, random_state=0)
    RandomizedSearchCV(
        GaussianNB(),
        {"var_smoothing": Real(1e-10, 1e-6, log=True)},
        n_iter=N_ITER,
        cv=N_FOLDS,
        random_state=0,
        refit=False,
        journal=folder and Path(tempfile.mkdtemp(dir=folder)) / "journal",
    ).fit(X, y)


def many(path: Path) -> Any:
    """Fit a search with many folds that cost nothing."""
    search = RandomizedSearchCV(
        Trivial(), {"a": Real(0, 1)}, n_iter=N_MANY, random_state=0, refit=False
    )
    return search.set_params(journal=path).fit(np.zeros((10, 1)))


def main() -> None:
    """Measure everything, print it and write it down."""
    with tempfile.TemporaryDirectory() as folder:
        more = statistics.median(ratios(partial(fit, folder), partial(fit, None))) - 1
        path = Path(folder) / "many"
        many(path)
        n_bytes = path.stat().st_size / (N_MANY * N_FOLDS)
        start = time.process_time()
        history = History.read(path)
        reading = time.process_time() - start
        start = time.process_time()
        many(path)
        resuming = time.process_time() - start
    text = (
        "## Journal\n\n"
        f"`python -m benchmarks.journal`, {setting()}.\n\n"
        f"- A search of {N_ITER} x {N_FOLDS} fits of about 1 ms takes {more:+.1%} CPU "
        "time with a journal.\n"
        f"- A fold takes {n_bytes:.0f} bytes.\n"
        f"- Reading {history.n_fits:,} folds takes {reading:.1f} s, and to resume the "
        f"finished search {resuming:.1f} s."
    )
    print(text)
    write_section(RESULTS, "journal", text)


if __name__ == "__main__":
    main()
