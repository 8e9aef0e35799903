"""What single inputs add."""

from __future__ import annotations

import numpy as np

from sklearn_hpo.surrogates import GaussianProcess, Trend
from sklearn_hpo.surrogates._trend import NO_TREND

INPUTS = np.array([0, 2])
TREND = Trend(INPUTS)
A = np.random.default_rng(0).random((7, 3))


def test_it_is_a_parabola_for_each_input():
    slopes, curvatures = [0.7, -1.2], [-2.0, 0.4]
    z = 2.0 * A[:, INPUTS] - 1.0
    np.testing.assert_allclose(
        TREND.basis(A) @ [*slopes, *curvatures],
        0.3 * z @ slopes + 0.15 * (z**2 - 1.0 / 3.0) @ curvatures,
    )


def test_over_a_range_its_parts_sum_to_nothing():
    grid = (np.arange(100_000) + 0.5)[:, None] / 100_000
    means = Trend(np.array([0])).basis(grid).mean(axis=0)
    np.testing.assert_allclose(means, 0.0, atol=1e-9)


def test_gradient(check_gradient):
    G = np.random.default_rng(1).standard_normal((1, 4))
    for a in A:
        check_gradient(
            lambda a: float(TREND.basis(a[None])[0] @ G[0]),
            TREND.pull_back(G, a[None])[0],
            a,
        )


def test_scores_are_expected_to_fall_towards_the_ends():
    expected = TREND.basis(np.array([[0.5, 0, 0.5], [1, 0, 0.5], [0, 0, 1]])) @ (
        TREND.expected
    )
    np.testing.assert_allclose(np.diff(expected), -0.15)


def test_scores_that_rise_towards_an_end_are_believed_further_on():
    """A kernel alone goes back to the mean where nothing is near."""
    X = np.random.default_rng(0).random((40, 10))
    y = X.sum(axis=1)
    y = (y - y.mean()) / y.std()
    theta = np.log([0.3] * 10 + [1.0, 1e-3])
    plain, trended = (
        GaussianProcess(X, y, theta, np.zeros(10, bool), trend=trend)
        for trend in (NO_TREND, Trend(np.arange(10)))
    )
    corner = np.ones((1, 10))
    assert abs(plain.predict(corner)[0][0]) < 0.1
    assert trended.predict(corner)[0][0] > 1.0


def test_none_adds_nothing():
    assert NO_TREND.basis(A).shape == (7, 0)
    assert not NO_TREND.pull_back(np.empty((7, 0)), A).any()
