"""What a journal costs: CPU time of a search, bytes of a fold, seconds of reading.

    python -m benchmarks.journal

CPU seconds with and without a journal alternate, A B A B, and the median of their
ratios counts; on a machine that does other things its error is larger than what is
measured. So the calls of a journal are measured by themselves too, one after the other.
A journal of 100,000 folds is written by a search of a trivial estimator.
"""

from __future__ import annotations

import math
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
from benchmarks.overhead import Trivial, cpu_seconds, ratios
from sklearn_hpo import RandomizedSearchCV, Real
from sklearn_hpo.search._record import LookedUp
from sklearn_hpo.trials import Candidate, FoldResult, History, Journal, Task

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


def calls(path: Path) -> float:
    """Return the CPU seconds in which a journal hears of a fold and writes it."""
    rng = np.random.default_rng(0)
    journal = Journal(path, {})
    record = LookedUp(journal, journal.begin({"n_folds": N_FOLDS}, [], None))
    results = []
    for ticket, number in enumerate(np.arange(N_MANY) // N_FOLDS):
        candidate = Candidate(int(number), {"var_smoothing": float(number) / 7})
        task = Task(ticket, candidate, ticket % N_FOLDS)
        results.append(FoldResult(task, *rng.random(1).tolist(), None, 1e-3 / 3, 1e-4))
    start = time.process_time()
    for result in results:
        record.known(result.task)
        record.issued(result.task, result.task.ticket)
        record.flush()
        record.done(result)
    seconds = time.process_time() - start
    journal.close()
    return seconds / N_MANY


def many(path: Path) -> Any:
    """Fit a search with many folds that cost nothing."""
    search = RandomizedSearchCV(
        Trivial(), {"a": Real(0, 1)}, n_iter=N_MANY, random_state=0, refit=False
    )
    return search.set_params(journal=path).fit(np.zeros((10, 1)))


def main() -> None:
    """Measure everything, print it and write it down."""
    with tempfile.TemporaryDirectory() as folder:
        found = list(ratios(partial(fit, folder), partial(fit, None)))
        more = statistics.median(found) - 1
        error = 1.25 * statistics.stdev(found) / math.sqrt(len(found))  # of a median
        fold = cpu_seconds(partial(fit, None)) / (N_ITER * N_FOLDS)
        writing = min(calls(Path(folder) / f"calls{i}") for i in range(5))
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
        f"time with a journal, with a standard error of {error:.1%}.\n"
        f"- The calls of the journal by themselves take {1e6 * writing:.1f} us a fold, "
        f"{writing / fold:.1%} of such a fold.\n"
        f"- A fold takes {n_bytes:.0f} bytes.\n"
        f"- Reading {history.n_fits:,} folds takes {reading:.1f} s, and to resume the "
        f"finished search {resuming:.1f} s."
    )
    print(text)
    write_section(RESULTS, "journal", text)


if __name__ == "__main__":
    main()
