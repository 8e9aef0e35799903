"""What Bayes remembers is a function of what it was told: law 1."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sklearn_hpo import Integer, Real
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes, _bayes
from sklearn_hpo.trials import Candidate
from tests.fakes import completed

SPACE = SearchSpace.from_user(
    [
        {"kind": ["a", "b", "c"], "x": Real(1e-3, 1e3, log=True)},
        {"kind": ["d"], "n": Integer(1, 30), "y": Real(0, 1)},
    ]
)


def rng(number):
    return np.random.default_rng([7, number])


def score(params):
    if params["kind"] == "b":
        return math.nan
    return -abs(math.log10(params.get("x", 10.0))) - params.get("y", 0.0)


def started(n_iter=40):
    strategy = Bayes()
    strategy.start(SPACE, n_iter, 7)
    return strategy


def told(n):
    """Return a strategy that was told n of its own candidates, and the trials."""
    strategy, trials = started(), []
    for number in range(n):
        candidate = strategy.ask(number, (), rng(number))
        trials.append(completed(candidate, score(candidate.params)))
        strategy.tell(trials[-1])
    return strategy, trials


@pytest.mark.parametrize("n", [0, 1, 2, 3, 8, 17])
def test_a_fresh_instance_told_the_same_answers_the_same(n):
    old, trials = told(n)
    fresh = started()
    for trial in trials:
        fresh.tell(trial)
    pending = [old.ask(n, (), rng(n))]
    for number in (n, n + 1):
        one, other = (s.ask(number, pending, rng(number)) for s in (old, fresh))
        assert one.params == other.params


def test_extra_asks_change_nothing():
    asked, trials = told(12)
    fresh = started()
    for number, trial in enumerate(trials):
        fresh.ask(number + 5, (trial.candidate,), rng(99))
        fresh.tell(trial)
    assert fresh.ask(12, (), rng(12)).params == asked.ask(12, (), rng(12)).params


def test_pending_candidates_leave_the_hyperparameters_alone():
    strategy, _ = told(10)
    theta = strategy.theta_.copy()
    candidate = strategy.ask(10, (), rng(10))
    strategy.ask(11, (candidate,), rng(11))
    np.testing.assert_array_equal(strategy.theta_, theta)


def test_one_fit_for_a_score_and_none_for_a_failure(monkeypatch):
    fits = []
    fit = _bayes.fit_theta

    def counted(*args, **kwargs):
        fits.append(1)
        return fit(*args, **kwargs)

    monkeypatch.setattr(_bayes, "fit_theta", counted)
    _, trials = told(12)
    scores = [trial.value for trial in trials]
    assert any(map(math.isnan, scores))
    assert len(fits) == sum(not math.isnan(value) for value in scores) - 1


def test_one_score_is_no_model_yet():
    strategy, _ = told(1)
    assert strategy.gp_ is None
    assert strategy.ask(1, (), rng(1)) is not None


def test_candidates_that_differ_by_rounding():
    space = SearchSpace.from_user({"x": Real(0, 1)})
    strategy = Bayes(n_initial=2)
    strategy.start(space, 10, 7)
    for x, value in ((0.5, 1.0), (0.5 + 1e-15, 1.0), (0.5 - 1e-15, 0.9), (0.1, 0.0)):
        candidate = Candidate(0, {"x": x})
        strategy.tell(completed(candidate, value))
    proposed = strategy.ask(4, (), rng(4)).params["x"]
    assert proposed not in (0.5, 0.1)
    assert np.isfinite(strategy.theta_).all()


@pytest.mark.parametrize("unseen", [np.nan, np.inf])
def test_an_estimate_of_which_the_variance_overflowed_counts_for_least(unseen):
    space = SearchSpace.from_user({"x": Real(0, 1)})
    strategies = [Bayes(n_initial=2), Bayes(n_initial=2)]
    for strategy, variance in zip(strategies, (unseen, 1e9), strict=True):
        strategy.start(space, 20, 7)
        for x in np.linspace(0, 1, 11):
            trial = completed(Candidate(0, {"x": x}), -((x - 0.4) ** 2))
            trial.unseen = variance if x > 0.85 else 0.0
            strategy.tell(trial)
    first, second = (strategy.ask(11, (), rng(11)) for strategy in strategies)
    assert first.params == second.params


def test_an_estimate_counts_for_less_than_a_score():
    """Told that x = 0.9 is as good as the best, the model believes it or doubts it."""
    space = SearchSpace.from_user({"x": Real(0, 1)})
    means = []
    for seen in ("all folds", "one fold"):
        strategy = Bayes(n_initial=2)
        strategy.start(space, 20, 7)
        for x in np.linspace(0, 1, 11):
            trial = completed(Candidate(0, {"x": x}), -((x - 0.4) ** 2))
            if np.isclose(x, 0.9):
                trial.value = 0.0
                if seen == "one fold":
                    trial.status, trial.unseen = "discarded", 0.04
            strategy.tell(trial)
        means.append(strategy.gp_.predict(np.array([[0.9]]))[0][0])
    assert means[1] < means[0] - 0.5
