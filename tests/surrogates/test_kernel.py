"""The kernel and its distance."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.gaussian_process.kernels import Matern

from sklearn_hpo.surrogates._kernel import matern52, squared_distances


def test_matern_matches_scikit_learn():
    rng = np.random.default_rng(0)
    A, B = rng.random((6, 3)), rng.random((5, 3))
    lengthscales = np.array([0.1, 1.0, 30.0])
    D = squared_distances(A, B, lengthscales**-2, np.zeros(3, bool))
    np.testing.assert_allclose(
        matern52(D)[0], Matern(lengthscales, nu=2.5)(A, B), rtol=1e-12
    )


@pytest.mark.parametrize("D", [1e-6, 0.01, 1.0, 50.0])
def test_slope_is_the_derivative(D):
    h = 1e-4 * D
    upper, lower = matern52(np.array([D + h, D - h]))[0]
    slope = matern52(np.array([D]))[1][0]
    np.testing.assert_allclose(slope, (upper - lower) / (2 * h), rtol=1e-5)


def test_slope_is_finite_at_distance_zero():
    k, slope = matern52(np.zeros(1))
    assert k[0] == 1.0
    np.testing.assert_allclose(slope, -5.0 / 6.0)


def test_distance_of_mixed_inputs_is_the_sum_over_inputs():
    rng = np.random.default_rng(1)
    A, B = rng.random((4, 3)), rng.random((5, 3))
    A[:, 1], B[:, 1] = rng.integers(3, size=4), rng.integers(3, size=5)
    w = np.array([2.0, 7.0, 0.5])
    slow = [
        [
            2.0 * (a[0] - b[0]) ** 2 + 7.0 * (a[1] != b[1]) + 0.5 * (a[2] - b[2]) ** 2
            for b in B
        ]
        for a in A
    ]
    D = squared_distances(A, B, w, np.array([False, True, False]))
    np.testing.assert_allclose(D, slow, rtol=1e-12)


def test_distance_is_never_negative():
    x = np.random.default_rng(2).random((50, 4))
    D = squared_distances(x, x + 1e-15, np.full(4, 1e4), np.zeros(4, bool))
    assert D.min() >= 0.0
    assert np.diag(D).max() < 1e-9


def test_far_points_have_no_covariance():
    k, slope = matern52(np.array([1e300]))
    assert k[0] == 0.0
    assert slope[0] == 0.0
