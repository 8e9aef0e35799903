"""What Bayes notes of a candidate before it is evaluated."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm
from sklearn.datasets import load_iris
from sklearn.gaussian_process.kernels import ConstantKernel, Matern
from sklearn.naive_bayes import GaussianNB

from sklearn_hpo import BayesSearchCV, Real
from sklearn_hpo.space import SearchSpace
from sklearn_hpo.strategies import Bayes
from sklearn_hpo.trials import History
from tests.fakes import completed

SPACE = SearchSpace.from_user({"x": Real(0, 1), "y": Real(0, 1)})


def hill(params) -> float:
    return 7.0 - 3.0 * (params["x"] - 0.4) ** 2 - params["y"] ** 3


def told(n: int, score=hill) -> Bayes:
    """Return a strategy that was told n of its own candidates."""
    strategy = Bayes()
    strategy.start(SPACE, 40, 1)
    for number in range(n):
        candidate = strategy.ask(number, (), np.random.default_rng([1, number]))
        strategy.tell(completed(candidate, score(candidate.params)))
    return strategy


def proposed(strategy: Bayes, number: int, pending=()):
    return strategy.ask(number, pending, np.random.default_rng([1, number]))


def slowly(strategy: Bayes, params) -> tuple[float, float]:
    """Return mean and deviation of a score, noise included, at params."""
    scores = np.array(strategy.scores_)
    median = np.median(scores)
    scores = np.maximum(scores, median - 5.0 * (scores.max() - median))
    X = np.array([u for _, u in strategy.points_])
    *lengthscales, s, noise = np.exp(strategy.theta_)
    matern = ConstantKernel(s) * Matern(lengthscales, nu=2.5)

    def parabolas(A):
        return (2.0 * A - 1.0) ** 2 - 1.0 / 3.0

    def cov(A, B):
        slopes = (2.0 * A - 1.0) @ (2.0 * B - 1.0).T
        return matern(A, B) + 0.3**2 * slopes + 0.15**2 * parabolas(A) @ parabolas(B).T

    y = (scores - scores.mean()) / scores.std() + 0.15 * parabolas(X).sum(axis=1)
    A = np.array([[params["x"], params["y"]]])
    weights = np.linalg.solve(cov(X, X) + noise * np.eye(len(X)), cov(X, A))
    mean = y @ weights - 0.15 * parabolas(A).sum(axis=1)
    variance = cov(A, A) - cov(A, X) @ weights + noise
    return (
        scores.mean() + scores.std() * mean[0],
        scores.std() * np.sqrt(variance[0, 0]),
    )


@pytest.mark.parametrize("n_pending", [0, 1, 4])
def test_the_prediction_is_that_of_linear_algebra_whatever_is_pending(
    n_pending,
) -> None:
    strategy = told(12)
    pending = []
    for number in range(12, 12 + n_pending):
        pending.append(proposed(strategy, number, pending))
    candidate = proposed(strategy, 12 + n_pending, pending)
    mean, sd = slowly(strategy, candidate.params)
    assert candidate.note["mean"] == pytest.approx(mean, rel=1e-7)
    widened = sd * strategy.widening_.factor
    assert candidate.note["sd"] == pytest.approx(widened, rel=1e-5)


def test_the_improvement_is_the_integral_over_the_function_itself() -> None:
    strategy = told(8)
    note = proposed(strategy, 8).note
    best = max(strategy.scores_)
    noise = strategy.scale_.scale**2 * np.exp(strategy.theta_[-1])
    sd = note["sd"] / strategy.widening_.factor
    law = norm(note["mean"], np.sqrt(sd**2 - noise))
    expected, _ = quad(law.sf, best, best + 40 * law.std())
    assert note["improvement"] == pytest.approx(expected, rel=1e-6)


def test_predictions_are_in_units_of_the_scores_though_the_tail_is_cut() -> None:
    def diverging(params) -> float:
        return -1e9 if params["y"] > 0.6 else hill(params)

    note = proposed(told(14, diverging), 14).note
    assert 4.0 < note["mean"] < 9.0
    assert 0.0 < note["sd"] < 5.0


@pytest.mark.parametrize("height", [1e300, -1e300, 0.0])
def test_predictions_of_any_scores_can_be_written_as_json(height: float) -> None:
    note = proposed(told(9, lambda params: height * params["x"]), 9).note
    assert json.loads(json.dumps(note, allow_nan=False)) == note


def test_what_the_model_did_not_propose_has_no_note() -> None:
    strategy = told(3)
    assert strategy.gp_ is not None
    assert proposed(strategy, 3).note is None


def test_the_journal_and_the_frame_hold_the_note_bit_for_bit(tmp_path) -> None:
    path = tmp_path / "search.jsonl"
    iris = load_iris(return_X_y=True)
    space = {"var_smoothing": Real(1e-9, 1, log=True)}
    search = BayesSearchCV(
        GaussianNB(), space, n_iter=8, cv=3, random_state=0, journal=path
    ).fit(*iris)
    notes = [trial.candidate.note for trial in search.history_.trials]
    assert sum(note is not None for note in notes) >= 4
    assert [t.candidate.note for t in History.read(path).trials] == notes
    again = search.fit(*iris)
    assert [trial.candidate.note for trial in again.history_.trials] == notes
    frame = search.history_.to_frame().groupby("candidate").first()
    for number, note in enumerate(notes):
        for key in ("mean", "sd", "improvement"):
            value = frame.loc[number, f"note_{key}"]
            assert np.isnan(value) if note is None else value == note[key]
