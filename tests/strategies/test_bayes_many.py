"""Beyond some hundred scores the model is fitted to a part of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sklearn_hpo import Integer, Real
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes, _bayes
from tests.fakes import completed

SPACE = SearchSpace.from_user(
    {"x": Real(-5, 5), "y": Real(0, 1), "n": Integer(1, 9), "kind": ["a", "b", "c"]}
)


def score(params) -> float:
    if params["kind"] == "c":
        return math.nan
    return -((params["x"] - 1) ** 2) - params["y"] - abs(params["n"] - 4) / 9


def rng(number):
    return np.random.default_rng([3, number])


@pytest.fixture
def few(monkeypatch) -> None:
    monkeypatch.setattr(_bayes, "_MOST", 18)
    monkeypatch.setattr(_bayes, "_MOST_FAILED", 6)


def drawn(n: int):
    """Return trials all over the space."""
    candidates = []
    strategy = Bayes(n_initial=n)
    strategy.start(SPACE, n, 3)
    for number in range(n):
        candidate = strategy.ask(number, (), rng(number))
        candidates.append(completed(candidate, score(candidate.params)))
    return candidates


def told(trials, n_iter=60) -> Bayes:
    strategy = Bayes()
    strategy.start(SPACE, n_iter, 3)
    for trial in trials:
        strategy.tell(trial)
    return strategy


@pytest.mark.usefixtures("few")
def test_the_model_has_the_best_the_last_and_some_of_the_rest() -> None:
    strategy = told(drawn(60))
    scores = np.array(strategy.scores_)
    assert len(scores) > 30
    assert len(strategy.failed_) > 12
    assert len(strategy.rows_) == len(strategy.gp_.y) == 18
    best = np.argsort(-scores)[:6]
    last = np.arange(len(scores))[-6:]
    assert set(best) | set(last) < set(strategy.rows_)
    X = strategy.inputs_(*_bayes._stacked(strategy.points_))
    np.testing.assert_array_equal(strategy.gp_.X, X[strategy.rows_])
    np.testing.assert_array_equal(
        strategy.gp_.y, strategy.scale_(scores[strategy.rows_])
    )
    assert len(strategy._losses(strategy.gp_.X).y) == 18 + 6


@pytest.mark.usefixtures("few")
def test_a_fresh_instance_told_the_same_answers_the_same() -> None:
    trials = drawn(30)
    live = told(trials)
    for number in range(30, 34):
        fresh = told(trials)
        fresh.ask(number + 9, (trials[0].candidate,), rng(99))
        candidate = live.ask(number, (), rng(number))
        again = fresh.ask(number, (), rng(number))
        assert again.params == candidate.params
        assert again.note == candidate.note
        trials.append(completed(candidate, score(candidate.params)))
        live.tell(trials[-1])


def test_the_search_goes_on_to_the_top(monkeypatch) -> None:
    monkeypatch.setattr(_bayes, "_MOST", 30)
    trials = [t for t in drawn(90) if math.isfinite(t.value)]
    assert len(trials) > 50
    strategy = told(trials)
    values = []
    for number in range(90, 105):
        candidate = strategy.ask(number, (), rng(number))
        value = score(candidate.params)
        values.append(value)
        strategy.tell(completed(candidate, value))
    # One of 15 points drawn at random is as good in 0.2% of the cases.
    assert np.nanmax(values) > -0.05
    assert max(trial.value for trial in trials) < -0.05


def test_of_many_told_at_once_a_part_gives_the_hyperparameters(monkeypatch) -> None:
    monkeypatch.setattr(_bayes, "_FIT_ALWAYS", 18)
    n_fitted = []

    def fit_theta(X, *args):
        n_fitted.append(len(X))
        return fit_theta_of_all(X, *args)

    fit_theta_of_all = _bayes.fit_theta
    monkeypatch.setattr(_bayes, "fit_theta", fit_theta)
    strategy = Bayes()
    strategy.start(SPACE, 60, 3)
    trials = drawn(60)
    strategy.learn(trials)
    assert n_fitted == [18]
    assert len(strategy.gp_.y) == len(strategy.scores_) > 30
    values = np.array([trial.value for trial in trials])
    expected = strategy.expected([trial.candidate for trial in trials])
    error = (expected - values)[np.isfinite(values)]
    assert np.abs(error).max() < 0.1 * np.nanstd(values)


def test_up_to_500_scores_all_of_them_count() -> None:
    strategy = Bayes()
    strategy.start(SPACE, 9, 3)
    strategy.theta_ = np.zeros(6)
    X = np.random.default_rng(0).random((501, 4))
    assert len(strategy._representatives(X[:500], X[:500, 0], _bayes._MOST)) == 500
    rows = strategy._representatives(X, X[:, 0], _bayes._MOST)
    assert len(rows) == 500
    assert rows.tolist() == sorted(set(rows.tolist()))
