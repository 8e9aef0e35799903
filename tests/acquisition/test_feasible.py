from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from sklearn_hpo.acquisition import Feasible
from sklearn_hpo.surrogates import GaussianProcess

X = np.array([[0.2, 0.3], [0.3, 0.6], [0.8, 0.7]])
FAILED = np.array([0.0, 0.0, -1.0])
THETA = np.log([0.3, 0.5, 1.0, 1e-4])


class Flat:
    """Is worth the same everywhere."""

    def __call__(self, A):
        return np.zeros(len(A))

    def with_gradient(self, A):
        return np.zeros(len(A)), np.zeros(A.shape)


@pytest.fixture
def worth() -> Feasible:
    return Feasible(Flat(), GaussianProcess(X, FAILED, THETA, np.zeros(2, dtype=bool)))


def test_a_failure_takes_worth_from_its_neighborhood(worth) -> None:
    succeeded, near, failed = worth(np.array([[0.2, 0.3], [0.7, 0.7], [0.8, 0.7]]))
    assert succeeded == pytest.approx(0.0, abs=1e-3)
    assert succeeded > near > failed
    assert failed < np.log(0.01)


def test_far_from_everything_success_is_rather_expected(worth) -> None:
    assert np.exp(worth(np.array([[40.0, -40.0]]))) == pytest.approx(norm.cdf(0.5))


def test_between_success_and_failure_the_chance_falls_at_once() -> None:
    A = np.array([[0.50, 0.5], [0.51, 0.5]])
    losses = GaussianProcess(A, np.array([0.0, -1.0]), THETA, np.zeros(2, dtype=bool))
    on = np.linspace(A[0], A[1], 11)
    chance = np.exp(Feasible(Flat(), losses)(on))
    assert (chance[:4] > 0.99).all()
    assert chance[5] == pytest.approx(0.5, abs=0.1)
    assert (chance[7:] < 0.01).all()


def test_the_gradient(worth, check_gradient) -> None:
    for a in np.random.default_rng(0).uniform(0.4, 0.75, (5, 2)):
        value, gradient = worth.with_gradient(a[None])
        assert value == pytest.approx(worth(a[None]))
        check_gradient(lambda x: worth(x[None])[0], gradient[0], a)
