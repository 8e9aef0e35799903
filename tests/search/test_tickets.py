"""Law 4 where it has to hold: with real workers, whichever of them is faster."""

from __future__ import annotations

import time
import zlib

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator

from sklearn_hpo import BayesSearchCV, SearchCV
from sklearn_hpo.callbacks import Callback
from sklearn_hpo.strategies import Strategy
from sklearn_hpo.trials import Candidate

X = np.arange(60.0).reshape(-1, 1)
SPACE = {"a": (0.0, 1.0, "uniform"), "b": (0.0, 1.0, "uniform")}


class Delayed(BaseEstimator):
    """Scores (a, b) with noise of its own for each fold; how long it takes is another
    matter."""

    def __init__(self, a=0.5, b=0.5, delay="none") -> None:
        self.a = a
        self.b = b
        self.delay = delay

    def fit(self, X, y=None):
        self.fold_ = float(X.sum())
        where = repr((self.a, self.b, self.fold_, self.delay)).encode()
        chance = zlib.crc32(where) / 2**32
        seconds = {
            "none": 0.0,
            "any": 0.02 * chance,
            "some": 0.06 * (chance < 0.2),
            "the good": 0.03 * (self.a < 0.5),
            "the bad": 0.03 * (self.a >= 0.5),
            "a fold": 0.05 * (X[0, 0] > 0),
        }
        time.sleep(seconds[self.delay])
        return self

    def score(self, X, y=None) -> float:
        noise = zlib.crc32(repr((self.a, self.fold_)).encode()) / 2**32
        return -((self.a - 0.3) ** 2) - (self.b - 0.6) ** 2 + 0.05 * noise


class Climbing(Strategy):
    """Goes from the best that was told, so every result changes what comes after it."""

    def start(self, space, n_iter, seed) -> None:
        self.best_: tuple[float, dict] = (-np.inf, {"a": 0.9, "b": 0.1})

    def ask(self, number, pending, rng) -> Candidate:
        step = 0.1 * rng.normal(size=2)
        place = np.clip(np.array(list(self.best_[1].values())) + step, 0.0, 1.0)
        return Candidate(number, dict(zip("ab", map(float, place), strict=True)), 0)

    def tell(self, trial) -> None:
        self.best_ = max(
            self.best_, (trial.value, dict(trial.candidate.params)), key=lambda b: b[0]
        )


def outcome(kind, delay, backend, n_jobs, **options) -> dict[str, list]:
    search = kind(
        Delayed(delay=delay),
        SPACE,
        cv=4,
        n_jobs=n_jobs,
        random_state=3,
        refit=False,
        **options,
    )
    with joblib.parallel_config(backend):
        results = search.fit(X).cv_results_
    kept = ["params", "status", "n_folds_evaluated", "rank_test_score"]
    kept += ["mean_test_score", *(f"split{fold}_test_score" for fold in range(4))]
    return {key: list(results[key]) for key in kept}


def assert_same(one: dict[str, list], other: dict[str, list]) -> None:
    for key, values in one.items():
        if key == "params":
            assert values == other[key]
        else:
            np.testing.assert_array_equal(values, other[key], err_msg=key)


DELAYS = ["any", "some", "the good", "the bad", "a fold"]


@pytest.mark.parametrize("racing", [False, True])
@pytest.mark.parametrize("delay", DELAYS)
def test_with_a_lookahead_neither_backend_nor_workers_nor_timing_matter(
    delay: str, racing
) -> None:
    options = {"strategy": Climbing(), "n_iter": 16, "lookahead": 5, "racing": racing}
    expected = outcome(SearchCV, "none", "sequential", 1, **options)
    assert len(set(expected["status"])) == 1 + racing
    for backend, n_jobs in [("threading", 2), ("threading", 5), ("loky", 2)]:
        found = outcome(SearchCV, delay, backend, n_jobs, **options)
        assert_same(found, expected)


@pytest.mark.parametrize("racing", [False, True])
@pytest.mark.parametrize("delay", DELAYS)
def test_for_a_number_of_workers_neither_backend_nor_timing_matter(
    delay: str, racing
) -> None:
    options = {"strategy": Climbing(), "n_iter": 16, "racing": racing}
    expected = outcome(SearchCV, "none", "threading", 2, **options)
    for backend in ("threading", "multiprocessing", "loky"):
        assert_same(outcome(SearchCV, delay, backend, 2, **options), expected)


def test_bayes_too() -> None:
    options = {"n_iter": 12, "lookahead": 4}
    expected = outcome(BayesSearchCV, "none", "sequential", 1, **options)
    for delay in ("any", "a fold"):
        found = outcome(BayesSearchCV, delay, "threading", 3, **options)
        assert_same(found, expected)


class Arrivals(Callback):
    def begin(self, history) -> None:
        self.tickets: list[int] = []

    def fold(self, result, history) -> None:
        self.tickets.append(result.task.ticket)


@pytest.mark.parametrize("random_state", [None, 0])
def test_the_delays_are_not_for_nothing(random_state) -> None:
    arrivals = Arrivals()
    search = SearchCV(
        Delayed(delay="some"),
        SPACE,
        strategy=Climbing(),
        n_iter=16,
        cv=4,
        n_jobs=2,
        random_state=random_state,
        racing=False,
        refit=False,
        callbacks=[arrivals],
    )
    with joblib.parallel_config("threading"):
        search.fit(X)
    assert len(arrivals.tickets) == 64
    in_order = arrivals.tickets == sorted(arrivals.tickets)
    assert in_order is (random_state is not None)
