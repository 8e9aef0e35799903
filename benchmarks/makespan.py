"""How long 80 tasks of very different length keep 4 workers.

    python -m benchmarks.makespan

Each task sleeps; the lengths are lognormal with a log-deviation of 1. What is possible
at best is the longest task or an equal share of the sum, whichever is more. Beside it:
a search through a list; one that looks back and takes results as they come; the same
with tickets and a lookahead L of n, 2 n and 4 n, n being the number of workers; and
batches of n, each of which waits for its slowest task. The median of the rounds counts.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from benchmarks._results import RESULTS, setting, write_section
from sklearn_hpo import GridSearchCV, SearchCV
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Strategy
from sklearn_hpo.trials import Candidate, Trial

N_TASKS, N_WORKERS, SECONDS = 80, 4, 0.05
ONE_FOLD = [(np.arange(2), np.arange(2))]
X = np.zeros((2, 1))


class Sleeper(BaseEstimator):
    """An estimator that sleeps.

    Parameters
    ----------
    seconds : float
        How long.
    """

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds

    def fit(self, X: Any, y: Any = None) -> Sleeper:
        """Sleep."""
        time.sleep(self.seconds)
        return self

    def score(self, X: Any, y: Any = None) -> float:
        """Return the same score for all."""
        return 0.0


class InOrder(Strategy):
    """Tries numbers in their order, as a strategy that learns would: one by one.

    Parameters
    ----------
    values : sequence of float
        What to try.
    """

    def __init__(self, values: Sequence[float]) -> None:
        self.values = values

    def start(self, space: SearchSpace, n_iter: int, seed: int) -> None:
        """Do nothing."""

    def ask(
        self, number: int, pending: Sequence[Candidate], rng: np.random.Generator
    ) -> Candidate:
        """Return the next one."""
        return Candidate(number, {"seconds": self.values[number]}, 0)

    def tell(self, trial: Trial) -> None:
        """Learn nothing."""


def through_list(values: NDArray[np.float64]) -> None:
    """Search through a list."""
    GridSearchCV(
        Sleeper(), {"seconds": list(values)}, cv=ONE_FOLD, n_jobs=N_WORKERS, refit=False
    ).fit(X)


def looking_back(lookahead: int | None) -> Callable[[NDArray[np.float64]], None]:
    """Return a search that looks back; None to take results as they come."""

    def search(values: NDArray[np.float64]) -> None:
        SearchCV(
            Sleeper(values[0]),  # the default is tried first
            {"seconds": (1e-9, 1e9, "uniform")},
            strategy=InOrder(list(values)),
            n_iter=N_TASKS,
            cv=ONE_FOLD,
            n_jobs=N_WORKERS,
            refit=False,
            racing=False,
            random_state=None if lookahead is None else 0,
            lookahead=lookahead,
        ).fit(X)

    return search


def in_batches(values: NDArray[np.float64]) -> None:
    """Sleep in batches of as many tasks as there are workers."""
    with joblib.Parallel(N_WORKERS) as parallel:
        for start in range(0, N_TASKS, N_WORKERS):
            batch = values[start : start + N_WORKERS]
            parallel(joblib.delayed(time.sleep)(seconds) for seconds in batch)


WAYS: dict[str, Callable[[NDArray[np.float64]], None]] = {
    "a list": through_list,
    "looks back, as they come": looking_back(None),
    "tickets, L = n": looking_back(N_WORKERS),
    "tickets, L = 2 n": looking_back(2 * N_WORKERS),
    "tickets, L = 4 n": looking_back(4 * N_WORKERS),
    "batches of n": in_batches,
}


def main() -> None:
    """Print the table and write it into RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    n_rounds = parser.parse_args().rounds
    ratios: dict[str, list[float]] = {name: [] for name in WAYS}
    for seed in range(n_rounds):
        values = SECONDS * np.random.default_rng(seed).lognormal(0.0, 1.0, N_TASKS)
        ideal = max(values.max(), values.sum() / N_WORKERS)
        for name, way in WAYS.items():
            with joblib.parallel_config("threading"):
                start = time.perf_counter()
                way(values)
                ratios[name].append((time.perf_counter() - start) / ideal)
    lines = ["| | of the ideal | from | to |", "|---|--:|--:|--:|"]
    for name, found in ratios.items():
        cells = statistics.median(found), min(found), max(found)
        lines.append(f"| {name} | {' | '.join(f'{cell:.2f}' for cell in cells)} |")
    text = (
        "## Makespan\n\n"
        f"`python -m benchmarks.makespan --rounds {n_rounds}`, {setting()}. {N_TASKS} "
        f"lognormal tasks (log-deviation 1) on {N_WORKERS} workers that sleep: time "
        "over the shortest possible, median and range over the rounds.\n\n"
    ) + "\n".join(lines)
    print(text)
    write_section(RESULTS, "makespan", text)


if __name__ == "__main__":
    main()
